"""Where the runner listens: addresses and ports, as they are written."""

from __future__ import annotations

import pytest
from config_project import Project

from linodctl.config.endpoints import is_public, written

JOB = "procedures: {a: {func: x.y, every: never}}\n"


@pytest.mark.parametrize(
    ("text", "address", "public"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464), False),
        ("127.1.2.3:1", ("127.1.2.3", 1), False),
        ("localhost:9464", ("127.0.0.1", 9464), False),
        ("'[::1]:9464'", ("::1", 9464), False),
        ("'[0:0::1]:9464'", ("::1", 9464), False),
        ("0.0.0.0:65535", ("0.0.0.0", 65535), True),
        ("'[::]:80'", ("::", 80), True),
        ("192.0.2.7:80", ("192.0.2.7", 80), True),
        ("'${WHERE}'", ("10.0.0.1", 9000), True),
    ],
)
def test_addresses(project: Project, text: str, address: tuple[str, int], public: bool) -> None:
    project.environ["WHERE"] = "10.0.0.1:9000"
    loaded = project.load(f"{JOB}metrics: {{listen: {text}}}")
    assert loaded.metrics == address
    assert is_public(address[0]) is public
    assert project.load(f"{JOB}metrics: {{listen: '{written(*address)}'}}").metrics == address


@pytest.mark.parametrize("text", ["", "metrics:\n", "metrics: {}\n", "metrics: {listen: '${NONE:-}'}\n"])
def test_none(project: Project, text: str) -> None:
    assert project.load(JOB + text).metrics is None


@pytest.mark.parametrize(
    "text",
    [
        "9464",
        "':9464'",
        "127.0.0.1",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.256:80",
        "'::1:80'",
        "'[127.0.0.1]:80'",
        "'[fe80::1%eth0]:80'",
        "metrics.example.com:80",
        "http://127.0.0.1:80",
        "127.0.0.1:٨٠",
        "[]",
        "true",
    ],
)
def test_what_is_none_is_told(project: Project, text: str) -> None:
    (line,) = project.problems(f"{JOB}metrics: {{listen: {text}}}")
    where, _, what = line.partition("metrics.listen: ")
    assert where == "linodctl.yaml:2:19: "
    assert what.startswith("must be a numeric address and a port, such as 127.0.0.1:9464")
