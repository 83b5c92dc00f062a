"""`linodctl notify test`, and what `check` says of addresses; with and without the extra."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cli_site import Site
from receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as listening:
        yield listening


def declare(site: Site, text: str) -> None:
    site.config.write_text(site.config.read_text() + text)


def without_the_extra(site: Site) -> None:
    """As if apprise had not been installed."""
    folder = site.folder / "absent" / "apprise"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise ImportError('not installed')")
    site.env["PYTHONPATH"] = str(folder.parent)


def test_it_says_what_went_where_and_hides_the_addresses(site: Site, receiver: Receiver) -> None:
    declare(site, f"notify: {{default: '{receiver.alerts}', nightly: ['{receiver.alerts}/night', json://127.0.0.1:1]}}")
    done = site.program("notify", "test")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[:2] == ["default: json://***: sent", "nightly: json://*** (1 of 2): sent"]
    assert lines[2].startswith("nightly: json://*** (2 of 2): not sent: ")
    assert [hit.json["title"] for hit in receiver.hits] == ["[resting] test"] * 2
    assert "s3cret" not in done.stdout + done.stderr


def test_as_json_for_a_tag(site: Site, receiver: Receiver) -> None:
    declare(site, f"notify: {{default: json://127.0.0.1:1, nightly: '{receiver.alerts}'}}")
    assert site.cli("notify", "test", "--tag", "nightly") == [
        {"route": "nightly", "to": "nightly: json://***", "sent": True, "why": None}
    ]
    [failed] = site.cli("notify", "test", "--tag", "other", code=1)
    assert failed["route"] == "default" and failed["why"]


@pytest.mark.parametrize(
    ("config", "args", "complaint"),
    [
        ("", (), "declare 'notify: {default: ADDRESS}'"),
        ("notify: {nightly: json://127.0.0.1:1}", ("--tag", "x"), "nobody is alerted of tasks tagged 'x'"),
    ],
)
def test_nobody_to_send_to(site: Site, config: str, args: tuple[str, ...], complaint: str) -> None:
    declare(site, config)
    done = site.program("notify", "test", *args)
    assert (done.returncode, done.stdout) == (2, "") and complaint in done.stderr


def test_check_knows_what_apprise_understands(site: Site) -> None:
    declare(site, "notify: {default: json://127.0.0.1:1, nightly: [slack://s3cret, mailto://me:pw@example.com]}")
    done = site.program("check", "--no-imports")
    assert done.returncode == 2
    assert "notify.nightly: apprise does not understand the address slack://*** (1 of 2)" in done.stdout
    assert "s3cret" not in done.stdout + done.stderr and "default" not in done.stdout


def test_without_the_extra_all_works_and_says_what_to_install(site: Site) -> None:
    without_the_extra(site)
    declare(site, "notify: json://127.0.0.1:1\ndefaults: {expect: 1h}")
    done = site.program("notify", "test")
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'linodctl[notify]'" in done.stderr and len(done.stderr.splitlines()) == 1
    done = site.program("check", "--no-imports")
    assert done.returncode == 0 and "warning: notify: sending alerts needs the extra" in done.stdout
    assert site.program("trigger", "bad").returncode == 0
    assert site.program("run", "--once").returncode == 1
    assert "pip install" in site.program("status").stdout


def test_completion_knows_the_tags(site: Site) -> None:
    declare(site, "notify: {default: json://127.0.0.1:1, daily: json://127.0.0.1:1}")
    site.env |= {"_LINODCTL_COMPLETE": "bash_complete", "COMP_WORDS": "linodctl notify test --tag ", "COMP_CWORD": "4"}
    assert site.program().stdout.split() == ["plain,daily", "plain,default", "plain,nightly"]
