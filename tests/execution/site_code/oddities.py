"""Procedures that treat their own process badly, each in its way."""

from __future__ import annotations

import atexit
import contextlib
import io
import itertools
import logging
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

hoard = []


# --- exceptions and results ----------------------------------------------------------------------


def huge_exception(size):
    raise ValueError("x" * size)


def huge_result(size):
    return "y" * size


class _Unpicklable(Exception):
    def __reduce__(self):
        raise TypeError("not me")


def unpicklable_exception():
    raise _Unpicklable(lambda: 1, threading.Lock())


def unpicklable_result():
    return threading.Lock()


class _Exits(Exception):
    def __str__(self):
        sys.exit(9)


def text_that_exits():
    raise _Exits


class _Endless(Exception):
    def __str__(self):
        time.sleep(600)


def text_that_never_ends():
    raise _Endless


class _NoText:
    def __repr__(self):
        sys.exit(3)


def result_that_exits():
    return _NoText()


class _Nameless(type):
    @property
    def __name__(cls):
        sys.exit(8)


def nameless():
    class Odd(Exception, metaclass=_Nameless):
        pass

    raise Odd("u")


def nested_groups():
    error = ValueError("inner")
    for _ in range(3000):
        error = ExceptionGroup("g", [error])
    raise error


# --- descriptors and streams ---------------------------------------------------------------------


def close_the_first_three():
    print("before")
    for fd in range(3):
        os.close(fd)
    print("after")


def close_all_and_open_others():
    print("before")
    os.closerange(0, 4096)
    pairs = [socket.socketpair() for _ in range(20)]
    try:
        print("after")
    finally:
        for end in itertools.chain(*pairs):
            end.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                hoard.append(end.recv(100))
        if hoard:
            os._exit(99)


def close_stdout():
    print("said")
    sys.stdout.close()
    sys.stderr.close()


def detach_stdout():
    print("said")
    sys.stdout.detach()


def replace_stdout():
    sys.stdout = sys.stderr = io.StringIO()
    logging.root.handlers.clear()


def end_logging():
    logging.shutdown()
    logging.basicConfig(force=True)
    logging.getLogger("x").warning("after")


def write_nonsense_to_the_channel():
    reporter = sys.stdout._writer._sink
    os.write(reporter._pipe, b'nonsense\n["log", 1]\n["end", 5]\n["\xff"]\n')


# --- the log -------------------------------------------------------------------------------------


def poison():
    print("nul \0 surrogate \udc80")
    logging.getLogger("x\0\udc80" * 1000).warning("nul \0 surrogate \udc80")
    os.write(1, bytes(range(256)) + b"\n")
    raise ValueError("nul \0 surrogate \udc80")


def flood(lines):
    log = logging.getLogger("flood")
    for number in range(0, lines, 4):
        print("line", number)
        log.info("line %d", number + 1)
        os.write(2, b"line %d\nline %d\n" % (number + 2, number + 3))


def write_one_line(megabytes):
    for _ in range(megabytes):
        os.write(1, b"a" * 1_000_000)


def print_one_line(megabytes):
    print("b" * 1_000_000 * megabytes)


# --- the process ---------------------------------------------------------------------------------


def leave_no_folder():
    os.mkdir("to_be_removed")
    os.chdir("to_be_removed")
    os.rmdir("../to_be_removed")
    os.umask(0o777)


def new_session():
    os.setsid()


def become_true():
    os.execv("/bin/true", ["true"])


def become_sleep():
    print("going")
    os.execv("/bin/sleep", ["sleep", "600"])


def fork_and_fail():
    os.fork()
    raise RuntimeError("twice")


def stop_itself():
    os.kill(os.getpid(), signal.SIGSTOP)


def kill_group():
    os.killpg(0, signal.SIGKILL)


def abort():
    os.abort()


def overflow():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.setrecursionlimit(10**9)

    def deeper(n):
        return [*map(deeper, [n])]

    deeper(0)


def no_more_files():
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    os.open("/dev/null", os.O_RDONLY)


def hoard_objects():
    while True:
        hoard.append([0] * 10)


def hoard_in_a_frame():
    mine = []
    while True:
        mine.append(bytearray(1_000_000))


class _Wordy(Exception):
    def __str__(self):
        return "x" * 50_000_000


def hoard_and_tell():
    spare = bytearray(1_000_000)  # enough to raise something, not enough to tell it
    try:
        hoard_objects()
    except MemoryError:
        del spare
    raise _Wordy


# --- the end -------------------------------------------------------------------------------------


def leave_an_endless_thread():
    threading.Thread(target=time.sleep, args=(600,), name="sleeper").start()


def leave_an_endless_daemon_thread():
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()


def hang_at_exit():
    atexit.register(time.sleep, 600)


def raise_at_exit():
    atexit.register(lambda: 1 / 0)


def exit_at_exit():
    atexit.register(sys.exit, 4)


def vanish_at_exit():
    atexit.register(os._exit, 4)


def interrupt_at_exit():
    threading.Thread(target=lambda: (time.sleep(0.05), os.kill(os.getpid(), signal.SIGINT), time.sleep(0.2))).start()


# --- what a reused worker finds ------------------------------------------------------------------


def one_of_several(what):
    """Workers are used again for the same function only."""
    return globals()[what]()


def be_killed():
    os.kill(os.getpid(), signal.SIGKILL)


def leave_a_thread():
    threading.Thread(target=time.sleep, args=(0.05,)).start()


def spoil():
    os.environ["SPOILED"] = "yes"
    os.environ.pop("HOME", None)
    os.chdir("/")
    os.umask(0o777)
    for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.04)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    sys.stdout = io.StringIO()
    hoard.append("kept")


def look():
    mask = os.umask(0)
    handlers = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGALRM)]
    deadline = time.process_time() + 0.1
    while time.process_time() < deadline:
        pass
    return (
        f"{os.environ.get('SPOILED')} {'HOME' in os.environ} {os.environ.get('COLOR')} {os.getcwd()} {mask:o}"
        f" {handlers == [signal.SIG_DFL] * 3} {signal.pthread_sigmask(signal.SIG_BLOCK, [])} {hoard}"
    )


# --- descriptors ---------------------------------------------------------------------------------


def open_files():
    """Of this worker, its zygote, a child that is forked, and a program that inherits all it can."""
    print("worker", *_open_files("self"))
    print("zygote", *_open_files(os.getppid()))
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        os.write(1, " ".join(["forked", *_open_files("self")]).encode() + b"\n")
        os._exit(0)
    os.waitpid(pid, 0)
    subprocess.run(["ls", "-l", "/proc/self/fd"], close_fds=False, check=True)


def _open_files(pid):
    folder = f"/proc/{pid}/fd"
    return [f"{fd}={os.readlink(f'{folder}/{fd}')}" for fd in sorted(os.listdir(folder), key=int) if _there(folder, fd)]


def _there(folder, fd):
    return os.path.lexists(f"{folder}/{fd}")


# --- another user --------------------------------------------------------------------------------


def who():
    subprocess.run("id -u; id -g; id -G; echo home $HOME; echo there > /dev/stderr; umask", shell=True, check=True)
    status = Path("/proc/self/status").read_text().splitlines()
    print(*[line.split()[1] for line in status if line.startswith(("CapEff", "CapPrm", "CapInh", "CapAmb"))])
