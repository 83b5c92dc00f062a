"""The zygote: a small single-threaded interpreter with the site's code loaded, which forks one worker per order.

It knows nothing of tasks. The runner sends `fork` with three descriptors (the worker's channel, the pipes for reports
and for output), `kill`, and `foresee` with a module that will be wanted; the zygote answers `forked`, and `ended` when
it has reaped the worker. It alone reaps, so it alone can signal a worker without ever hitting a stranger that got the
same pid. When the runner is gone (end-of-file), it stops its workers (TERM, then KILL) and exits.

With a worker ends its session. What left that session on purpose, as daemons do, outlives a run that ended by itself,
but not one that was stopped or killed.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import threading
from collections.abc import Iterator
from typing import Any

from linodctl.clock import SystemClock, boot_ticks
from linodctl.execution import bootstrap, offspring, prctl, worker
from linodctl.execution.births import Births
from linodctl.execution.foresight import Foresight
from linodctl.execution.settling import settle_down
from linodctl.execution.signs import BROKEN
from linodctl.execution.usage import Usage
from linodctl.execution.wire import BadFrame, Splitter, pack, receive_line, receive_with_fds, unpack

# By hand, and other things here plainer than elsewhere: after each fork the zygote, too, copies the pages it touches.
_FORKED = b'{"op":"forked","worker":%d,"pid":%d,"started":"%s"}\n'
_ENDED = b'{"op":"ended","worker":%d,"code":%s,"signal":%s,"cpu_seconds":%r,"max_rss":%d}\n'
_KILL = int(signal.SIGKILL)
LOOK = os.WEXITED | os.WNOHANG | os.WNOWAIT


def main(control_fd: int) -> None:
    """Run a zygote over the inherited control socket; returns when the runner has gone and no worker is left."""
    # Service managers signal every process of a service; what a stop means for runs is the runner's decision.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with socket.socket(fileno=control_fd) as control:
        control.set_inheritable(False)
        _serve(control)


def _serve(control: socket.socket) -> None:
    hello = receive_line(control)
    if hello is None:
        return
    orders = unpack(hello)
    prctl.die_with(orders["runner"])  # a setup that hangs would never come to see the end-of-file
    try:
        files = bootstrap.prepare(orders["pythonpath"], orders["setup"], orders["preload"])
    except bootstrap.SetupError as error:
        control.sendall(pack({"op": "broken", "error": str(error), "detail": error.detail}))
        return
    prctl.outlive_parent()
    foresight = Foresight()
    ours = settle_down(control, foresight)
    threads = [t.name for t in threading.enumerate() if not _survives_fork(t)]
    zygote = Zygote(control, orders["orphan_grace"], ours, foresight)
    control.sendall(pack({"op": "ready", "files": files, "threads": threads}))
    zygote.serve()
    zygote.close()


def _survives_fork(thread: threading.Thread) -> bool:
    """Whether a fork beside it is safe: the main thread does it, and our log handler's thread is prepared for it."""
    return thread is threading.main_thread() or getattr(thread, "survives_fork", False)


class Zygote:
    """Serves one runner. Workers are named by the runner's numbers."""

    def __init__(self, control: socket.socket, orphan_grace: float, ours: worker.Worker, foresight: Foresight) -> None:
        self._worker, self._foresight = ours, foresight
        self._control = control
        self._orphan_grace = orphan_grace
        self._clock = SystemClock()
        self._orders = Splitter()
        self._knocking = select.poll()
        self._knocking.register(control, select.POLLIN)
        self._fds: list[int] = []
        self._pids: dict[int, int] = {}
        """By number;"""
        self._numbers: dict[int, int] = {}
        """and the other way round."""
        self._stopped: set[int] = set()
        """Workers that were told to end."""
        self._adopted = offspring.Adopted()
        self._wake, self._waker = socket.socketpair()
        self._wake.setblocking(False)
        self._waker.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # not ignored: the wakeup fd needs a handler to be set
        self._own_fds = (control.fileno(), self._wake.fileno(), self._waker.fileno(), *self._adopted.fds)
        self._births = Births()
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)

    def close(self) -> None:
        signal.set_wakeup_fd(-1)
        self._wake.close()
        self._waker.close()

    def serve(self) -> None:
        """Until end-of-file: obey orders, reap workers."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        try:
            while True:
                ready = {fd for fd, _ in poll.poll()}
                if self._control.fileno() in ready and not self._obey():
                    break
                if self._wake.fileno() in ready:
                    self._reap()  # last: it hears orders itself, and whoever looked for them after it would wait
        except (BrokenPipeError, ConnectionResetError):
            pass  # the runner is gone
        self._stop_all()

    def _obey(self) -> bool:
        """Carry out what has come in; False at end-of-file."""
        data, fds = receive_with_fds(self._control, 3)
        self._fds += fds
        for line in self._orders.feed(data):
            self._carry_out(unpack(line))
        return bool(data)

    def _carry_out(self, order: dict[str, Any]) -> None:
        match order:
            case {"op": "fork", "worker": int(number)}:
                self._fork(number)
            case {"op": "kill", "worker": int(number), "signal": int(what), "group": bool(group)}:
                self._kill(number, what, group)
            case {"op": "foresee", "module": str(module)}:
                self._foresight.learn(module)
            case _:
                raise BadFrame(f"The runner sent an order of another version: {order!r:.200}")

    def _fork(self, number: int) -> None:
        theirs, self._fds = self._fds[:3], self._fds[3:]
        parent = os.getpid()
        before = boot_ticks()
        try:
            pid = os.fork()
        except OSError as error:
            self._tell(pack({"op": "refused", "worker": number, "error": error.strerror}))
        else:
            if pid == 0:
                try:
                    self._become_worker(theirs, parent)
                finally:
                    os._exit(BROKEN)  # whatever happens, a child must not go on as a second zygote
            self._pids[number], self._numbers[pid] = pid, number
            self._tell(_FORKED % (number, pid, self._births.of(pid, before)))
        finally:
            for fd in theirs:
                os.close(fd)

    def _become_worker(self, theirs: list[int], zygote_pid: int) -> None:
        """In the child: let go of everything that is the zygote's. Never returns."""
        gc.enable()
        for fd in self._own_fds:
            os.close(fd)  # not by its socket: what is Python here takes longer
        channel, reports, output = theirs
        worker.live(self._worker, channel, reports, output, zygote_pid)

    def _kill(self, number: int, what: int, group: bool) -> None:
        pid = self._pids.get(number)
        if pid is None:
            return  # already reaped: the report is on its way
        if group:
            self._stopped.add(number)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, what)
            if what == signal.SIGKILL:
                offspring.end_tree(pid)
            else:
                offspring.ask_tree(pid, what)
        elif offspring.catches(pid, what):
            # Just forked, it may not be the leader of its own group yet.
            offspring.send([pid], what)
            offspring.send([pid], signal.SIGCONT)

    def _reap(self) -> None:
        try:  # noqa: SIM105 - see above
            self._wake.recv(4096)
        except BlockingIOError:
            pass
        for pid, end in self._ended():
            self._hear_orders()
            number = self._numbers.pop(pid)
            try:  # noqa: SIM105 - see above
                os.killpg(pid, _KILL)
            except (ProcessLookupError, PermissionError):
                pass
            by_itself = number not in self._stopped and end.si_code == os.CLD_EXITED
            self._adopted.after(pid, keep_daemons=by_itself, workers=self._pids.values())
            _, status, rusage = os.wait4(pid, 0)
            del self._pids[number]
            self._stopped.discard(number)
            self._tell_end(number, os.waitstatus_to_exitcode(status), Usage.of(rusage))
        self._adopted.bury(self._pids.values())

    def _hear_orders(self) -> None:
        """One that stops a worker was given before that heard of it itself, but the news of its end may overtake it."""
        try:
            if self._knocking.poll(0):
                self._obey()
        except (BrokenPipeError, ConnectionResetError):
            pass

    def _ended(self) -> Iterator[tuple[int, os.waitid_result]]:
        """The workers that have ended, not reaped yet: while one is a zombie, nobody else can get its pid, so that what
        is left of its group can safely be killed."""
        while self._pids and (end := os.waitid(os.P_ALL, 0, LOOK)) is not None:
            if end.si_pid not in self._numbers:  # somebody else's child, which hides who ended after it
                ends = [(pid, os.waitid(os.P_PID, pid, LOOK)) for pid in self._numbers]
                yield from [(pid, end) for pid, end in ends if end is not None]
                break
            yield end.si_pid, end

    def _tell_end(self, number: int, code: int, used: Usage) -> None:
        how = (b"%d" % code, b"null") if code >= 0 else (b"null", b"%d" % -code)
        try:  # noqa: SIM105 - see above
            self._tell(_ENDED % (number, how[0], how[1], used.cpu_seconds, used.max_rss))
        except (BrokenPipeError, ConnectionResetError):
            pass  # all are to be reaped though nobody hears it

    def _tell(self, frame: bytes) -> None:
        self._control.sendall(frame)

    def _stop_all(self) -> None:
        """The runner is gone: end every worker and its offspring, politely first."""
        deadline = self._clock.monotonic() + self._orphan_grace
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        self._signal_all(signal.SIGTERM)
        while self._pids:
            left = deadline - self._clock.monotonic()
            if left <= 0:
                self._signal_all(signal.SIGKILL)
            poll.poll(max(left, 0.1) * 1000)
            self._reap()

    def _signal_all(self, what: int) -> None:
        for number in self._pids:
            self._kill(number, what, group=True)
