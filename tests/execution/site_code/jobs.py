"""Procedures for the tests: each does one thing that a run can do."""

from __future__ import annotations

import ctypes
import faulthandler
import logging
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import threading
import time
import warnings
from contextvars import ContextVar
from datetime import date
from pathlib import Path

from linodctl import Retry, RunContext, Skip

log = logging.getLogger("jobs")
MARK = ContextVar("mark", default="nothing")


# --- outcomes ------------------------------------------------------------------------------------


def nothing():
    pass


def answer():
    return 42


def long_answer():
    return "first line\nsecond line " + "x" * 5000


def warn():
    raise UserWarning("half of it was missing")


def skip():
    raise Skip("no new files")


def retry():
    raise Retry(after=90, why="the server is busy")


def fail():
    try:
        {}["key"]
    except KeyError as error:
        raise RuntimeError("it broke") from error


def leave(code):
    sys.exit(code)


def interrupt():
    raise KeyboardInterrupt


def vanish(code):
    os._exit(code)


def segfault():
    faulthandler.disable()
    os.kill(os.getpid(), signal.SIGSEGV)


def kill_myself(number):
    os.kill(os.getpid(), number)


def generate():
    yield 1


def too_deep():
    return too_deep()


async def in_a_loop(ar):
    import asyncio

    await asyncio.sleep(0)
    log.info("in a loop")
    return "async"


async def fail_in_a_loop():
    raise RuntimeError("async and broken")


# --- arguments and context -----------------------------------------------------------------------


def plain(number, when: date = date(2000, 1, 1)):
    return f"{number!r} {when!r}"


def by_annotation(run: RunContext):
    return run.task


def describe(ar):
    pass


def describe_args(ar, a, b):
    return f"{ar.task} {ar.run_id} {ar.attempt} {ar.scheduled_for.isoformat()} {ar.last_success} {dict(ar.args)}"


def with_args(ctx, *, number):
    return number + ctx.args["number"]


def remember(ar, value):
    ar.memory["n"] = ar.memory.get("n", 0) + 1
    ar.memory["value"] = value


def remember_unfit(ar):
    ar.memory["when"] = {"start": date(2026, 1, 1)}


def remember_too_long_a_number(ar):
    ar.memory["n"] = 10**5000


def remember_and_fail(ar):
    ar.memory["cursor"] = 5
    raise RuntimeError("after the cursor moved")


def what_is_imported():
    return " ".join(sorted(name for name in sys.modules if name.startswith("linodctl")))


def surroundings():
    return f"{Path.cwd()} {os.environ.get('COLOR')} {os.nice(0)} {os.getuid()} {os.environ.get('USER')}"


def limits():
    return resource.getrlimit(resource.RLIMIT_AS)[0]


def use_memory(size):
    return len(bytearray(size))


def signals():
    names = ["SIGINT", "SIGTERM", "SIGHUP", "SIGCHLD", "SIGPIPE"]
    return " ".join(str(signal.getsignal(getattr(signal, name))) for name in names)


def session():
    return f"{os.getpid()} {os.getsid(0)} {os.getpgid(0)} {sys.argv}"


# --- log -----------------------------------------------------------------------------------------


def talk(ar):
    ar.debug("debug")
    ar.info("info %d", 1)
    print("printed")
    log.warning("warned")
    print("to stderr", file=sys.stderr)
    warnings.warn("deprecated somehow", stacklevel=1)
    ar.logger.error("error")
    sys.stdout.buffer.write(b"binary\n")
    print("no newline", end="")


def raw_output():
    os.write(1, b"caf\xc3\xa9 \xff broken\n")
    subprocess.run(["sh", "-c", "echo from a shell; echo and stderr >&2; printf rest"], check=True)


def log_exception():
    try:
        raise ValueError("inner")
    except ValueError:
        log.exception("caught")


def print_many(count):
    for number in range(count):
        print("line", number)


def print_long(size):
    print("é" * size)


def print_surrogate():
    print("file \udcff name")
    log.info("logged \udcff too")


def print_from_fork():
    worker = multiprocessing.get_context("fork").Process(target=print, args=("from a fork",))
    worker.start()
    worker.join()


def fork_and_return():
    os.fork()
    return os.getpid()


def print_and_crash():
    print("last words")
    log.info("logged last words")
    os.abort()


def print_at_exit():
    import atexit

    atexit.register(print, "at exit")
    threading.Thread(target=lambda: (time.sleep(0.05), print("from a thread"))).start()


def progress(ar, steps):
    for step in range(steps + 1):
        ar.progress(step, steps, f"step {step}")


# --- stopping ------------------------------------------------------------------------------------


def wait_politely(ar):
    print("waiting")
    ar.cancelled.wait()
    return f"{bool(ar.cancelled)} {ar.cancelled.is_set()}"


def poll_politely(ar):
    print("polling", ar.cancelled.wait(0), bool(ar.cancelled))
    while not ar.cancelled:
        time.sleep(0.005)


def sleep():
    print("sleeping")
    time.sleep(600)


def ignore_term(ar):
    signal.signal(signal.SIGTERM, lambda *_: print("not me"))
    print("ignoring")
    while True:
        time.sleep(600)


def clean_up_at_term():
    def clean_up(*_):
        print("cleaned up")
        sys.exit(1)

    signal.signal(signal.SIGTERM, clean_up)
    print("working")
    time.sleep(600)


def stuck_in_c():
    print("stuck")
    ctypes.PyDLL(None).sleep(600)  # holds the interpreter's lock: no Python code can run any more


def with_grandchild():
    child = subprocess.Popen(["sh", "-c", "trap '' TERM; echo ready; sleep 600"])
    print("grandchild", child.pid)
    time.sleep(600)


def leave_grandchild():
    child = subprocess.Popen(["sleep", "600"])
    print("grandchild", child.pid)


def leave_escaped_grandchild():
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
    print("grandchild", child.pid)


def pid_of_zygote():
    print("zygote", os.getppid())
    time.sleep(600)


def burn():
    end = time.process_time() + 0.1
    while time.process_time() < end:
        pass


def log_levels():
    log.debug("debug")
    log.info("info")
    log.warning("warning")


def wait_for_file(path):
    print("deaf")
    while not Path(path).exists():
        time.sleep(0.005)


def retry_plainly() -> None:
    raise Retry


def log_absurdly() -> None:
    logging.getLogger("absurd").log(10**30, "far too much")


def log_beyond_the_calendar() -> None:
    record = logging.LogRecord("absurd", logging.WARNING, __file__, 1, "far too late", None, None)
    record.created = 1e300
    for _ in range(3):
        logging.getLogger("absurd").handle(record)


# --- offspring -----------------------------------------------------------------------------------


def leave_daemons(ar, then):
    """Three processes that a signal to the worker's group doesn't reach; they ignore TERM. Then one way to end."""
    group = subprocess.Popen(["sleep", "600"], preexec_fn=_deaf_in_own_group)
    session = subprocess.Popen(["sleep", "600"], preexec_fn=_deaf, start_new_session=True)
    ours, theirs = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            _deaf()
            os.write(theirs, str(os.getpid()).encode())
            time.sleep(600)
        os._exit(0)
    daemon = int(os.read(ours, 100))
    print("pids", group.pid, session.pid, daemon)
    match then:
        case "wait":
            ar.cancelled.wait()
        case "sleep":
            time.sleep(600)
        case "ignore":
            ignore_term(ar)
        case "crash":
            kill_myself(signal.SIGSEGV)


def sleep_with_daemons(ar):
    leave_daemons(ar, "sleep")


def stop_myself():
    print("stopping")
    os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(600)


def _deaf():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _deaf_in_own_group():
    os.setpgid(0, 0)
    _deaf()


def leave_a_mark():
    found = MARK.get()
    MARK.set("a mark")
    return f"{threading.get_ident()} {found}"


def loader():
    return type(__spec__.loader).__module__


def touch(path):
    open(path, "w").close()
