"""Alerts and pings of a real runner, towards a real server: told once, whole, and never in the way of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from receiver import PATIENCE, Hit, Receiver, receiving
from sites import SiteFolder

MakeSite = Callable[[str], SiteFolder]

JOBS = """
def leaks(ar):
    ar.info("connecting")
    print("half way")
    raise ValueError("no orders")
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as listening:
        yield listening


def is_alert(hit: Hit) -> bool:
    return "/s3cret-token" in hit.path


def test_one_pass_alerts_before_it_ends_and_the_next_one_does_not_repeat_it(
    make_site: MakeSite, receiver: Receiver
) -> None:
    site = make_site(
        f"site: shop\nnotify: '{receiver.alerts}'\nprocedures: {{leaks: {{func: more.leaks, every: day}}}}"
    )
    (site.folder / "more.py").write_text(JOBS)
    assert site.plain("run", "--once").returncode == 1
    [alert] = receiver.hits
    assert alert.json["title"] == "[shop] leaks failed and is disabled"
    body = alert.json["message"]
    assert 'raise ValueError("no orders")' in body and "linodctl enable leaks" in body
    assert "connecting" in body and "half way" in body
    site.plain("run", "--once")
    assert len(receiver.hits) == 1
    site.plain("enable", "leaks")
    (site.folder / "more.py").write_text("def leaks(): pass")
    site.plain("trigger", "leaks")
    assert site.plain("run", "--once").returncode == 0
    assert [hit.json["title"] for hit in receiver.hits[1:]] == ["[shop] leaks is well again"]


def test_a_server_that_does_not_answer_delays_no_run_and_a_dead_runner_is_told_of(
    make_site: MakeSite, receiver: Receiver
) -> None:
    site = make_site(
        f"notify: '{receiver.alerts}'\ndefaults: {{ping: '{receiver.ping}'}}\n"
        "procedures: {quick: {func: jobs.quick, every: never}}"
    )
    with site.runner() as runner:
        runner.kill()
    receiver.gate.clear()
    with site.runner():
        assert receiver.asked.wait(PATIENCE), "the alert is on its way, and hangs"
        answer = site.cli("trigger", "quick", "--wait")
        assert answer[0]["outcome"] == "succeeded"
        assert receiver.hits == []
        receiver.gate.set()
        receiver.wait_for(lambda hits: any(map(is_alert, hits)), "the alert")
    [alert] = filter(is_alert, receiver.hits)
    assert "the runner had died, and is back" in alert.json["title"]


def test_what_does_not_arrive_shows_in_the_status_and_once_in_the_log(make_site: MakeSite, receiver: Receiver) -> None:
    receiver.down()
    site = make_site(f"notify: '{receiver.alerts}'\nprocedures: {{fail: {{func: jobs.fail, every: day}}}}")
    site.plain("run", "--once")
    text = site.plain("status").stdout
    assert "unsent" in text and "default: json://***" in text and "1 alert waiting" in text
    alerts = site.cli("status", code=4)["alerts"]
    assert (alerts["waiting"], alerts["given_up"]) == (1, 0)
    assert [stuck["to"] for stuck in alerts["undelivered"]] == ["default: json://***"]
    receiver.up()
    with site.runner():
        receiver.wait_for(lambda hits: hits, "the alert of the runner before")
        site.wait_for(lambda: site.cli("status")["alerts"]["waiting"] == 0, "it is off the list")
    assert site.cli("status", code=4)["alerts"] == {"waiting": 0, "given_up": 0, "undelivered": []}
    assert "s3cret" not in text + site.log()


def test_pings_of_a_task_that_is_tried_twice(make_site: MakeSite, receiver: Receiver) -> None:
    site = make_site(
        f"defaults: {{ping: '{receiver.ping}/{{task}}'}}\n"
        "procedures: {Fail: {func: jobs.fail, every: day, retries: {attempts: 2, delay: 0s}}}"
    )
    with site.runner():
        receiver.wait_for(lambda hits: any("/fail/fail" in hit.path for hit in hits), "the last ping")
    paths = [hit.path.partition("?")[0].removeprefix("/ping-s3cret") for hit in receiver.hits]
    assert paths == ["/fail/start", "/fail/log", "/fail/start", "/fail/fail"]
    runs = [hit.path.partition("rid=")[2] for hit in receiver.hits]
    assert runs[0] == runs[1] != runs[2] == runs[3]
    shown = site.plain("show", "Fail").stdout + site.plain("show", "Fail", "--json").stdout
    assert "http://127.0.0.1/***" in shown and "s3cret" not in shown


def test_overdue_is_said_in_the_log_once(make_site: MakeSite) -> None:
    site = make_site("procedures: {fail: {func: jobs.fail, every: day, expect: 1s}}")
    site.plain("run", "--once")
    status = site.wait_for(lambda: site.cli("status", code=4)["late"], "it is overdue")
    assert [line["name"] for line in status] == ["fail"] and status[0]["overdue_since"]
    assert "overdue" in site.plain("status").stdout and "overdue" in site.plain("list").stdout
    assert "no success within 1.00 s" in site.plain("show", "fail").stdout
