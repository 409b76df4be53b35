"""A scenario's document as text: reading it, and finding the line that a place in it stands on."""

from __future__ import annotations

import json
import re
from typing import Any

from cascade.engine.scenarios.errors import InvalidScenario

MAX_CHARACTERS = 2_000_000
_DECODER = json.JSONDecoder()
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_BLANK = re.compile(r"[ \t\n\r]*")


def read_text(text: str) -> Any:
    """Return the document that a text holds.

    Raises:
        InvalidScenario: if it is too long, no JSON (naming line and column), or names a key twice.
    """
    if len(text) > MAX_CHARACTERS:
        raise InvalidScenario(
            field="spec", message=f"has {len(text):,} characters; at most {MAX_CHARACTERS:,}"
        )
    try:
        return json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise InvalidScenario(
            field="spec", message=f"is no JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from error
    except RecursionError as error:
        raise InvalidScenario(field="spec", message="is nested too deep") from error


def write_text(document: Any) -> str:
    """Return a document as text for people, one value a line."""
    return json.dumps(document, indent=2, ensure_ascii=False)


def line_of(text: str, path: str) -> int:
    """Return the line, from 1, on which a place such as ``wind.points[0].lat`` begins.

    Of a place that is not there it is the line of what should hold it.

    Args:
        text: a document that can be read.
        path: the place.
    """
    at = _skip(text, 0)
    for name, index in _STEP.findall(path):
        found = _entry(text, at, int(index)) if index else _member(text, at, name)
        if found is None:
            break
        at = found
    return text.count("\n", 0, at) + 1


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidScenario(field="spec", message=f"names {twice!r} twice in one object")
    return made


def _skip(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return at if blank is None else blank.end()


def _member(text: str, at: int, name: str) -> int | None:
    """Return where the value of a key begins in the object that begins at a place."""
    if text[at : at + 1] != "{":
        return None
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)  # past the colon
        if key == name:
            return at
        at = _next(text, at)
    return None


def _entry(text: str, at: int, index: int) -> int | None:
    """Return where an entry of the list that begins at a place begins."""
    if text[at : at + 1] != "[":
        return None
    at = _skip(text, at + 1)
    while text[at] != "]":
        if index == 0:
            return at
        index -= 1
        at = _next(text, at)
    return None


def _next(text: str, at: int) -> int:
    """Return where what follows a value begins: the next key or entry, or the closing bracket."""
    at = _skip(text, _DECODER.raw_decode(text, at)[1])
    return _skip(text, at + 1) if text[at] == "," else at
