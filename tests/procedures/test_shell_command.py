"""`shell` with a real shell: output, ways to end, and being stopped."""

from __future__ import annotations

import os
import threading
import time
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from linodctl.procedures import shell
from linodctl.procedures.errors import CommandFailed


def test_output_is_passed_on_and_success_is_silent(ar, capfd) -> None:
    shell(ar, "echo out; echo err >&2; printf unfinished")
    captured = capfd.readouterr()
    assert captured.out == "out\nunfinished"
    assert captured.err == "err\n"


def test_output_goes_to_what_stands_for_stdout_in_this_run(ar, capsys) -> None:
    shell(ar, "echo captured")
    assert capsys.readouterr().out == "captured\n"


def test_bytes_that_are_no_text_do_no_harm(ar, capfd) -> None:
    shell(ar, r"printf 'a\377b\n\303\251'")
    assert capfd.readouterr().out == "a\ufffdb\né"


def test_a_large_output_arrives_whole(ar, capfd) -> None:
    shell(ar, "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done")
    assert capfd.readouterr().out.splitlines()[-1] == "line 19999"


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("exit 3", "The command exited with code 3: it printed nothing"),
        ("echo no such thing >&2; exit 4", "The command exited with code 4: no such thing"),
        ("kill -KILL $$", "The command was ended by SIGKILL: it printed nothing"),
        ("echo ouch; kill -SEGV $$", "The command was ended by SIGSEGV: ouch"),
        ("sh -c 'kill -TERM $$'; exit $?", "The command exited with code 143 (a child was ended by SIGTERM): *"),
        ("exit 255", "The command exited with code 255: it printed nothing"),
        ("this-is-no-command", "The command exited with code 127: *not found*"),
    ],
)
def test_failures_say_how_it_ended(ar, command: str, message: str, capfd) -> None:
    with pytest.raises(CommandFailed) as failure:
        shell(ar, command)
    assert fnmatchcase(str(failure.value), message), str(failure.value)


def test_a_failure_repeats_the_last_lines_of_both_streams(ar, capfd) -> None:
    with pytest.raises(CommandFailed) as failure:
        shell(ar, "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do echo line $i; done; exit 1")
    assert str(failure.value) == "The command exited with code 1: line 15"
    (note,) = failure.value.__notes__
    assert note.splitlines()[0] == "Its last lines:"
    assert [line.strip() for line in note.splitlines()[1:]] == [f"line {n}" for n in range(6, 16)]


def test_other_codes_can_be_fine(ar) -> None:
    shell(ar, "exit 1", ok_codes=[0, 1])
    with pytest.raises(CommandFailed):
        shell(ar, "exit 0", ok_codes=[1])


def test_cwd_env_and_shell(ar, tmp_path: Path, capfd, monkeypatch) -> None:
    monkeypatch.setenv("FROM_RUN", "kept")
    shell(ar, 'echo "$PWD $NUMBER $FROM_RUN"', cwd=str(tmp_path), env={"NUMBER": 7})
    assert capfd.readouterr().out == f"{tmp_path} 7 kept\n"
    shell(ar, "[[ abc == a* ]] && echo bash", shell="/bin/bash")
    assert capfd.readouterr().out == "bash\n"


@pytest.mark.parametrize("wrong", [{"cwd": "/no/such/folder"}, {"shell": "/no/such/shell"}, {"command": "a\0b"}])
def test_what_cannot_start_says_why(ar, wrong: dict[str, str]) -> None:
    with pytest.raises(CommandFailed, match="could not be started"):
        shell(ar, **{"command": "true", **wrong})


def test_it_reads_nothing_from_the_terminal(ar, capfd) -> None:
    shell(ar, "cat; echo done")
    assert capfd.readouterr().out == "done\n"


def test_it_stays_in_the_group_of_the_run(ar, capfd) -> None:
    shell(ar, "ps -o pgid= -p $$ || cut -d' ' -f5 /proc/$$/stat")
    assert int(capfd.readouterr().out) == os.getpgrp()


@pytest.mark.parametrize("before", ["", "exec >&- 2>&-;"], ids=["talking", "with its output closed"])
def test_a_request_to_stop_ends_the_command(ar, tmp_path: Path, before: str) -> None:
    pipe = tmp_path / "started"
    os.mkfifo(pipe)
    stopper = threading.Thread(target=lambda: (pipe.read_text(), ar.cancelled.set()))
    stopper.start()
    with pytest.raises(CommandFailed, match="SIGTERM"):
        shell(ar, f"{before} : > {pipe}; exec sleep 60")
    stopper.join()


def test_a_silent_program_left_in_the_background_is_not_waited_for(ar, capfd) -> None:
    start = time.monotonic()
    shell(ar, "sleep 30 & echo $!")
    assert time.monotonic() - start < 20
    os.kill(int(capfd.readouterr().out), 9)


def test_a_command_that_closes_its_output_is_waited_for(ar, tmp_path: Path) -> None:
    shell(ar, f"exec >&- 2>&-; sleep 0.3; echo > {tmp_path}/end")
    assert (tmp_path / "end").exists()
