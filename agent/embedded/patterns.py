"""Patterns of questions: a small language for what may be said, compiled to regular expressions.

``word``      the word itself            ``[a b]``    may be left out
``(a | b c)`` one of them                ``<name>``   a part with a name, kept in ``PARTS``
``{slot}``    what fills the slot; ``{slot:name}`` gives it a name of its own

A pattern matches a question only as a whole, so a word that it does not foresee is never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

_PIECE = re.compile(r"\s*(\[|\]|\(|\)|\||\{[a-z_:]+\}|<[a-z_]+>|[^\s\[\]()|{}<>]+)")


class BadPattern(ValueError):
    """Raised when a pattern is none; it is a fault of the grammar, found when it is read."""


class Patterns:
    """Compiles patterns over given parts and slots."""

    def __init__(self, parts: Mapping[str, str], slots: Mapping[str, str]) -> None:
        self._parts = parts
        self._slots = slots
        self.words: set[str] = set()
        self._part = cache(self._compiled_part)

    def compile(self, pattern: str) -> re.Pattern[str]:
        """Return the regular expression of a pattern.

        Raises:
            BadPattern: if brackets do not close, or a part or slot is unknown.
        """
        return re.compile(self._source(pattern))

    def _source(self, pattern: str) -> str:
        pieces = _PIECE.findall(pattern)
        if "".join(pieces) != re.sub(r"\s", "", pattern):
            raise BadPattern(f"{pattern!r} cannot be read")
        depth: list[str] = []
        out = []
        for piece in pieces:
            match piece[0]:
                case "[" | "(":
                    depth.append(piece)
                    out.append("(?:")
                case "]" | ")":
                    opened = depth.pop() if depth else ""
                    if opened + piece not in ("[]", "()"):
                        raise BadPattern(f"{pattern!r}: {piece} closes nothing")
                    out.append(")?" if piece == "]" else ")")
                case "|":
                    out.append("|")
                case "<":
                    out.append(self._part(piece[1:-1]))
                case "{":
                    out.append(self._slot(piece[1:-1]))
                case _:
                    self.words.add(piece)
                    out.append(rf"{re.escape(piece)}\s")
        if depth:
            raise BadPattern(f"{pattern!r}: {depth[-1]} is not closed")
        return f"(?:{''.join(out)})"

    def _compiled_part(self, name: str) -> str:
        if name not in self._parts:
            raise BadPattern(f"<{name}> is no part")
        return self._source(self._parts[name])

    def _slot(self, said: str) -> str:
        slot, _, name = said.partition(":")
        if slot not in self._slots:
            raise BadPattern(f"{{{slot}}} is no slot")
        return f"(?P<{name or slot}>{self._slots[slot]})"
