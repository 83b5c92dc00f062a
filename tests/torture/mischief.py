"""The mischief-maker: does something nasty to the site every now and then, by the dice of its seed."""

from __future__ import annotations

import contextlib
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta

from linodctl.config import ConfigError
from linodctl.errors import LinodctlError
from linodctl.operations import wishes
from linodctl.runner.calling import ask
from linodctl.store import open_reader

from . import crash
from .arena import PATIENCE, RULES, Arena, Broken
from .processes import workers_of, zygotes_of

LONGEST_STEP = 3.0
"""Hours by which the clock is turned at most."""
SHORT_OF_TIME = 4.0
"""Seconds after which a clock that was turned back is turned forth again, for no slot is due until it is later than it
ever was."""


class Mischief:
    """One tormentor of one arena. The same seed does the same things in the same order, though not to the same
    microsecond: what they meet there is up to the machine."""

    def __init__(self, arena: Arena, seed: int) -> None:
        self.arena = arena
        self.dice = random.Random(seed)
        self.deeds: Counter[str] = Counter()
        self._killed: Counter[str] = Counter()
        self._latest: datetime = arena.clock.now()
        self._turned_back_at: float | None = None

    @property
    def kills(self) -> Counter[str]:
        """How often each kind of process was killed, by the mischief-maker or at a crash point."""
        crashes = Counter(f"{crash.POINTS[point][0]} at '{point}'" for point in self.arena.crashes())
        return self._killed + crashes

    def do_something(self) -> None:
        """One deed, or what is due before the next one."""
        self.arena.revive()
        self._latest = max(self._latest, self.arena.clock.now())
        if self._turned_back_at is not None and time.monotonic() - self._turned_back_at > SHORT_OF_TIME:
            self._do(Mischief.turn_the_clock)
        else:
            deeds, weights = zip(*DEEDS, strict=True)
            self._do(self.dice.choices(deeds, weights)[0])

    def pause(self, most: float = 0.6) -> None:
        """Let the site work for a moment."""
        time.sleep(self.dice.uniform(0, most))

    def make_up(self) -> None:
        """Leave the site in good order, with the clock later than it ever was and every task enabled."""
        crash.disarm(self.arena.folder)
        if self._turned_back_at is not None:
            self.turn_the_clock()
        self.arena.wait_until(self.arena.answers, "a runner answers")
        self._wish(lambda: wishes.enable(self.arena.site, ["*"]))

    def _do(self, deed: Callable[[Mischief], object]) -> None:
        name = deed.__name__
        self.deeds[name] += 1
        with (self.arena.folder / "mischief.log").open("a") as log:
            log.write(f"{time.monotonic():.3f} {self.arena.clock.now().isoformat()} {name}\n")
        with contextlib.suppress(ConfigError):  # no names to choose from while the config is broken
            deed(self)

    # --- killing ----------------------------------------------------------------------------------

    def kill_the_runner(self) -> None:
        """And start another one at once, mostly."""
        self._kill_the_runner()
        if self.dice.random() < 0.2:
            self.pause(3)
        self.arena.start()
        if self.dice.random() < 0.7:
            self.arena.wait_until(self.arena.answers, "a runner is ready after a kill")

    def kill_the_zygote(self) -> None:
        for zygote in zygotes_of(self._runner.pid, self.arena.processes()):
            zygote.kill()
            self._killed["zygote"] += 1

    def kill_a_worker(self) -> None:
        workers = workers_of(self._runner.pid, self.arena.processes())
        if workers:
            self.dice.choice(workers).kill()
            self._killed["worker"] += 1

    def kill_runner_and_zygote(self) -> None:
        """Nobody is left to stop the workers but the kernel."""
        zygotes = zygotes_of(self._runner.pid, self.arena.processes())
        self._runner.send_signal(signal.SIGSTOP)  # so that it doesn't see the zygote go
        for zygote in zygotes:
            zygote.kill()
            self._killed["zygote"] += 1
        self.kill_the_runner()

    def kill_everybody(self) -> None:
        """As if the machine had lost its power, in no particular order."""
        everybody = self.arena.processes()
        self.dice.shuffle(everybody)
        for process in everybody:
            process.kill()
        self._killed["everybody"] += 1
        self._runner.wait()
        self.arena.start()

    def arm_a_crash_point(self) -> None:
        crash.arm(self.arena.folder, self.dice.choice(list(crash.POINTS)))

    def _kill_the_runner(self) -> None:
        self._runner.kill()
        self._runner.wait()
        self._killed["runner"] += 1

    @property
    def _runner(self):  # type: ignore[no-untyped-def]  # Popen
        assert self.arena.runner is not None
        return self.arena.runner

    # --- stopping and reloading -------------------------------------------------------------------

    def stop_and_start(self) -> None:
        """The orderly way, sometimes in a hurry."""
        self._runner.terminate()
        if self.dice.random() < 0.5:
            self.pause(1)
            self._runner.send_signal(signal.SIGINT)
        self._wait_for_the_end()
        self.arena.start()

    def storm_of_hups(self) -> None:
        number = self.dice.randrange(1, 20)
        if not self.arena.is_ready():
            return  # as long as the interpreter starts, HUP ends it
        for _ in range(number):
            self._runner.send_signal(signal.SIGHUP)

    def reload_another_config(self) -> None:
        """Only while the last change is in force and the clock is right, so that the audit knows what to expect."""
        if self._turned_back_at is None and self._is_settled():
            self.arena.write_generation(self.dice.choice(RULES), guest=self.dice.random() < 0.5)
            self._reload()

    def reload_a_broken_config(self) -> None:
        """Only once there is a runner: one that is being started would have to refuse it."""
        if not self.arena.is_ready():
            return
        self.arena.write_broken(self.dice)
        self._reload()

    def mend_the_config(self) -> None:
        self.arena.mend()
        self._reload()

    def _reload(self) -> None:
        ask(self.arena.state, "reload", timeout=1)

    def _is_settled(self) -> bool:
        return self.arena.generation_in_force == str(self.arena.generations[-1].number)

    def _wait_for_the_end(self) -> None:
        code = self._runner.wait(PATIENCE)
        if code not in (0, -9, -2, -15):  # a crash point was quicker, or the signal came before there was a handler
            raise Broken(f"a stopped runner exited with code {code}:\n{self.arena.words()}")

    # --- wishes -----------------------------------------------------------------------------------

    def trigger(self) -> None:
        tasks = self.dice.sample(self._names(), self.dice.randrange(1, 4))
        self._wish(lambda: wishes.trigger(self.arena.site, tasks))

    def cancel_a_task(self) -> None:
        self._wish(lambda: wishes.cancel(self.arena.site, self.dice.choice(self._others())))

    def cancel_a_run(self) -> None:
        with open_reader(self.arena.state) as reader:
            running = reader.running()
        if running:
            run = self.dice.choice(running)
            if run.task in self._others():
                self._wish(lambda: wishes.cancel(self.arena.site, str(run.run_id)))

    def disable(self) -> None:
        until = None
        if self.dice.random() < 0.5:
            until = self.arena.clock.now() + timedelta(seconds=self.dice.uniform(1, 30))
        name = self.dice.choice(self._others())
        self._wish(lambda: wishes.disable(self.arena.site, [name], until=until))

    def enable(self) -> None:
        names = self.dice.sample(self._names(), 8)
        self._wish(lambda: wishes.enable(self.arena.site, names))

    def fill_the_log(self) -> None:
        self._wish(lambda: wishes.trigger(self.arena.site, ["chatty"], args={"lines": 20_000}))

    def _names(self) -> list[str]:
        return sorted(self.arena.site.by_name)

    def _others(self) -> list[str]:
        """All but those that nobody takes an attempt away from."""
        return [name for name in self._names() if "untouched" not in self.arena.site.by_name[name].tags]

    def _wish(self, wish: Callable[[], object]) -> None:
        with contextlib.suppress(LinodctlError):  # nothing to cancel, or the state file is busy for too long
            wish()

    # --- the world --------------------------------------------------------------------------------

    def turn_the_clock(self) -> None:
        """By hours, forth or back; after a while back it is set to later than it ever was."""
        hours = timedelta(hours=self.dice.uniform(0.01, LONGEST_STEP))
        if self._turned_back_at is not None:
            self.arena.clock.step(self._latest - self.arena.clock.now() + self.dice.choice([timedelta(0), hours]))
            self._turned_back_at = None
        elif self.dice.random() < 0.5:
            self.arena.clock.step(hours)
        elif self._is_settled():
            self.arena.clock.step(-hours)
            self._turned_back_at = time.monotonic()

    def lock_the_state_file(self) -> None:
        """Another program writes for a while."""
        if not self.arena.is_ready():
            return
        with closing(sqlite3.connect(self.arena.state, isolation_level=None, timeout=10)) as other:
            other.execute("BEGIN IMMEDIATE")
            self.pause(2)
            other.execute("ROLLBACK")


DEEDS: tuple[tuple[Callable[[Mischief], None], float], ...] = (
    (Mischief.kill_the_runner, 4),
    (Mischief.kill_the_zygote, 3),
    (Mischief.kill_a_worker, 5),
    (Mischief.kill_runner_and_zygote, 2),
    (Mischief.kill_everybody, 1),
    (Mischief.arm_a_crash_point, 10),
    (Mischief.stop_and_start, 1),
    (Mischief.storm_of_hups, 1),
    (Mischief.reload_another_config, 4),
    (Mischief.reload_a_broken_config, 2),
    (Mischief.mend_the_config, 1),
    (Mischief.trigger, 5),
    (Mischief.cancel_a_task, 2),
    (Mischief.cancel_a_run, 2),
    (Mischief.disable, 3),
    (Mischief.enable, 2),
    (Mischief.fill_the_log, 1),
    (Mischief.turn_the_clock, 3),
    (Mischief.lock_the_state_file, 1),
)
"""What may be done, and how likely it is next."""
