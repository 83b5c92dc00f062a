from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from linodctl.config.nodes import Table, place_of_key, place_of_value, plain
from linodctl.config.problems import Place, Problems
from linodctl.config.reader import read_file, read_yaml


def read(text: str) -> Any:
    problems = Problems()
    node = read_yaml(text, "x.yaml", problems)
    assert not problems.found, [problem.text() for problem in problems.found]
    return None if node is None else plain(node)


def lines(text: str) -> list[str]:
    problems = Problems()
    read_yaml(text, "x.yaml", problems)
    return [problem.text() for problem in problems.found]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("no", "no"),
        ("NO", "NO"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("~", None),
        ("", None),
        ("null", None),
        ("09:30", "09:30"),
        ("1:30:00", "1:30:00"),
        ("190:20:30", "190:20:30"),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("12e03", 12000.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("-7", -7),
        ("+7", 7),
        ("1.2.3", "1.2.3"),
        ("-", None),  # a list item, here: of nothing
        ("2026-12-24", "2026-12-24"),
        ("2026-12-24 18:00:00", "2026-12-24 18:00:00"),
        ("'true'", "true"),
        ('"5"', "5"),
        ("!!str 010", "010"),
        ("!!int 5", 5),
        ("! 5", "5"),
        ("=", "="),
    ],
)
def test_words_of_yaml_1_2(written: str, value: Any) -> None:
    assert read(f"key: {written}" if written != "-" else "- key:") == (
        {"key": value} if written != "-" else [{"key": value}]
    )


def test_keys_are_text_as_written() -> None:
    assert read("on: 1\nno: 2\n010: 3\ntrue: 4\n~: 5") == {"on": 1, "no": 2, "010": 3, "true": 4, "~": 5}


def test_merge_keys_and_anchors() -> None:
    text = """
    a: &a {x: 1, y: 1}
    b: &b {y: 2, z: 2}
    c: {<<: [*a, *b], x: 3}
    d: {"<<": 1}
    e: &e hello
    f: *e
    """
    assert read(text)["c"] == {"x": 3, "y": 1, "z": 2}
    assert read(text)["d"] == {"<<": 1}
    assert read(text)["f"] == "hello"


def test_places_of_keys_and_values() -> None:
    node = read_yaml("a:\n  b: [1, 22]\n", "x.yaml", Problems())
    assert isinstance(node, Table)
    assert place_of_key(node, ("a", "b")) == Place("x.yaml", 2, 3)
    assert place_of_value(node, ("a", "b", 1)) == Place("x.yaml", 2, 10)
    assert place_of_key(node, ("a", "missing")) == Place("x.yaml", 1, 1)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\na: 2", "x.yaml:2:1: a: this key is already given in line 1"),
        ("a: {b: 1, b: 2}", "x.yaml:1:11: a.b: this key is already given in line 1"),
        ("a: &x 1\n*x : 2\n1: 3", "x.yaml:3:1: 1: this key is already given in line 2"),
        ("a:\n\tb: 1", "x.yaml:2:1: this character can't begin a value: tabs can't indent (use spaces)"),
        ("a: b: c", "x.yaml:1:5: a second ':' in one line, or wrong indentation"),
        ("a: [1, 2", "x.yaml:1:4: the list begun here with '[' does not close, or a comma is missing"),
        ("a: 'x", "x.yaml:1:4: the quote begun here does not close"),
        ("a: {b: ${C}}", "a ${NAME} needs quotes around it"),
        ("a: *nobody", "x.yaml:1:4: a: *nobody has no anchor &nobody before it"),
        ("a: &a [*a]", "x.yaml:1:8: a: *a stands inside itself"),
        ("[a]: 1", "x.yaml:1:1: a key must be a word, not a list or mapping"),
        ("a: 1\n---\nb: 1", "x.yaml:2:1: a second document begins here ('---')"),
        ("a: !!python/object:os.system x", "x.yaml:1:4: a: the tag 'tag:yaml.org,2002:python/object:os.system' has no"),
        ("a: !mine {b: 1}", "x.yaml:1:4: a: the tag '!mine' has no meaning here"),
        ("a: !!int x", "x.yaml:1:4: a: the tag 'tag:yaml.org,2002:int' has no meaning here"),
        ("a: .nan", "x.yaml:1:4: a: numbers must be finite"),
        ("a: 1e999", "x.yaml:1:4: a: the number is too large"),
        ("a: " + "9" * 5000, "x.yaml:1:4: a: the number has too many digits"),
        ('a: "\\0"', "x.yaml:1:4: a: text can't hold a NUL character"),
        ("a: {<<: 1}", "x.yaml:1:9: <<: must be an alias of a mapping, or a list of such"),
        ("a: \x07", "x.yaml:1:4: holds a character that YAML does not allow"),
        ("a: " + "[" * 200, "x.yaml:1:43: a: nested deeper than 40 levels"),
        ("a: " + "[" * 100_000, "nested deeper than 40 levels"),
    ],
)
def test_what_can_not_be_read_is_one_line_with_its_place(text: str, line: str) -> None:
    found = lines(text)
    assert len(found) == 1
    assert line in found[0]


def test_a_bomb_of_aliases_does_no_harm() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 20)]
    assert "aliases make this stand for too many values" in lines("\n".join(levels))[0]
    merges = ["m0: &m0 {k: 1}"] + [f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 10)}]}}" for n in range(1, 20)]
    assert "aliases make this stand for too many values" in lines("\n".join(merges))[0]


def test_many_tasks_may_share_an_anchor() -> None:
    text = "base: &base {a: 1, b: 2, c: 3}\n" + "\n".join(f"t{n}: *base" for n in range(30_000))
    assert len(read(text)) == 30_001


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"a: \xff\n", "x.yaml:1:4: is not UTF-8 text (byte 0xff): save the file as UTF-8"),
        (b"# caf\xe9\na: 1", "x.yaml:1:6: is not UTF-8 text (byte 0xe9)"),
        ("a: 1".encode("utf-16"), "x.yaml:1:1: is not UTF-8 text (byte 0xff)"),
        (b"a: 1\nb: \x00", "x.yaml:2:4: holds a character that YAML does not allow"),
    ],
)
def test_bytes_that_are_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, line: str) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "x.yaml"
    file.write_bytes(content)
    problems = Problems()
    assert read_file(file, problems) is None
    (problem,) = problems.found
    assert problem.text().startswith(line)


def test_a_byte_order_mark_is_fine(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1")
    node = read_file(file, Problems())
    assert node is not None
    assert plain(node) == {"a": 1}


PIECES = st.sampled_from(
    [
        *"a1é\n[]{}'\"#|>\t\0\x85%@",
        *("b: ", "  ", "- ", ", ", "&x ", "*x", "<<: ", "? ", "!!str ", "!x ", "---\n", "${A}", ": "),
    ]
)


@examples(200)
@given(st.one_of(st.binary(max_size=80), st.lists(PIECES, max_size=30).map(lambda pieces: "".join(pieces).encode())))
def test_whatever_the_bytes_there_is_a_tree_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    file.write_bytes(content)
    problems = Problems()
    node = read_file(file, problems)
    for problem in problems.found:
        assert "\n" not in problem.text()
    if node is not None:
        plain(node)
    elif not problems.found:
        lines = content.decode("utf-8-sig").splitlines()
        assert all(not line.strip() or line.strip()[0] in "#%-." for line in lines)
