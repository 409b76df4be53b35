"""The questions of a text that asks several."""

from __future__ import annotations

import re

_END = re.compile(
    r"(?<=[?!])\s+|\s*;\s+|(?<=[a-zA-Z\d%)])(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bDr)(?<!\bSt)\.\s+(?=[A-Za-z])"
)
_STARTS = (
    "what|which|who|whom|how|when|where|why|is|are|does|do|did|was|were|show|list|tell|give|explain|find"
    "|describe|trace|simulate|summarize|summarise|compare|count|look|can|could|will|would|any|should|has|have|whose"
)
_AND = re.compile(
    rf",?\s+(?:and|and also|and then|also|then|plus)\s+(?=(?:also |then |please )*(?:{_STARTS})\b)",
    re.IGNORECASE,
)


_COMMA = re.compile(
    r",\s+(?:(?:and|also|then|plus)\s+)*(?=(?:what|which|who|whose|how|when|where|why|is there|are there"
    r"|is it|does it|list|show|tell)\b)",
    re.IGNORECASE,
)


def at_commas(text: str) -> list[str]:
    """Return what a comma parts where a question begins after it: "3 biggest outages, who works on them"."""
    return [part.strip() for part in _COMMA.split(text) if part and part.strip(" ,.")]


def sentences(text: str, *, at_and: bool = True) -> list[str]:
    """Return the questions of a text: its sentences, and what "and" joins where one begins after it."""
    found = [piece.strip() for piece in _END.split(text) if piece and piece.strip()]
    if not at_and:
        return found
    return [part.strip() for piece in found for part in _AND.split(piece) if part and part.strip(" ,.")]
