"""Reads one YAML file into nodes. Whatever the bytes, the result is a tree or one-line problems, never a traceback.

    bytes → text (`read_text`) → PyYAML's events → nodes (`compose.Composer`)

Only the events of PyYAML are used: nothing in a file can name a Python object.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from linodctl.config.compose import DEEPEST, Composer, Refused
from linodctl.config.nodes import Node
from linodctl.config.problems import Place, Problems

LARGEST_FILE = 64 * 1024 * 1024

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_PLAIN_WORDS = {
    "found character that cannot start any token": "this character can't begin a value: tabs can't indent (use spaces);"
    " values beginning with @, ` or % need quotes",
    "mapping values are not allowed in this context": "a second ':' in one line, or wrong indentation:"
    " put the text in quotes, or check how the line is indented",
    "mapping values are not allowed here": "a second ':' in one line, or wrong indentation:"
    " put the text in quotes, or check how the line is indented",
    "could not find expected ':'": "a key without ':' after it",
    "did not find expected key": "a key was expected here: check the indentation, and that quotes and brackets close",
    "exceeded maximum nesting depth": f"nested deeper than {DEEPEST} levels",  # libyaml's own bound, far above ours
    "did not find expected '-' indicator": "a list item ('- …') was expected here: check the indentation",
}
_AT_ITS_BEGINNING = {
    "did not find expected ',' or ']'": "the list begun here with '[' does not close, or a comma is missing",
    "did not find expected ',' or '}'": "the mapping begun here with '{' does not close, or a comma is missing",
    "found unexpected end of stream": "the quote begun here does not close",
}
"""Mistakes better shown where the thing begins than where YAML noticed."""


def read_file(path: Path, problems: Problems) -> Node | None:
    """The file's tree; None with at least one problem when there is none to be had."""
    text = read_text(path, problems)
    return None if text is None else read_yaml(text, str(path), problems)


def read_text(path: Path, problems: Problems) -> str | None:
    """The file's text (UTF-8, with or without byte order mark); None with a problem."""
    whole = Place(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        problems.error(whole, "", "no such file")
    except IsADirectoryError:
        problems.error(whole, "", "is a folder, not a file")
    except (OSError, ValueError) as error:
        problems.error(whole, "", f"can't be read: {getattr(error, 'strerror', None) or error}")
    else:
        if len(content) > LARGEST_FILE:
            problems.error(whole, "", "is larger than 64 MiB: not a configuration")
            return None
        return _decoded(content, whole, problems)
    return None


def _decoded(content: bytes, whole: Place, problems: Problems) -> str | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        column = error.start - (before.rfind(b"\n") + 1) + 1
        place = Place(whole.file, before.count(b"\n") + 1, column)
        problems.error(place, "", f"is not UTF-8 text (byte 0x{content[error.start]:02x}): save the file as UTF-8")
        return None
    return text


def read_yaml(text: str, file: str, problems: Problems) -> Node | None:
    """The tree of the text's only document; None with problems. `file` is only for the places."""
    composer = Composer(file, problems)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            composer.feed(event)
    except Refused:
        return None
    except yaml.MarkedYAMLError as error:
        message, place = _in_plain_words(error, file)
        problems.error(place, "", message + _hint(text, place))
        return None
    except yaml.reader.ReaderError as error:
        problems.error(_place_at(text, file, error.position), "", "holds a character that YAML does not allow")
        return None
    return composer.root


def _in_plain_words(error: yaml.MarkedYAMLError, file: str) -> tuple[str, Place]:
    said = (error.problem or "").strip()
    mark = error.problem_mark or error.context_mark
    if said in _AT_ITS_BEGINNING and error.context_mark:
        message, mark = _AT_ITS_BEGINNING[said], error.context_mark
    else:
        message = _PLAIN_WORDS.get(said) or f"is not YAML: {said or 'it breaks off here'}"
    return message, Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)


def _hint(text: str, place: Place) -> str:
    line = text.splitlines()[place.line - 1 : place.line]
    return " (inside { } or [ ], a ${NAME} needs quotes around it)" if line and "${" in line[0] else ""


def _place_at(text: str, file: str, position: int) -> Place:
    """libyaml counts bytes, and so do we: the text before the bad character."""
    before = text.encode()[:position].decode(errors="ignore")
    return Place(file, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
