"""SAIDI, SAIFI, CAIDI, MAIFI of a period; what they mean is in the documents."""

from __future__ import annotations

import re
from typing import Any

from agent.embedded.intents import Call, Heard, Step
from agent.embedded.slots import Asset, asset
from agent.semantic.moments import is_time


def _reliability(heard: Heard) -> Step | None:
    given: dict[str, Any] = {}
    if heard.has("time"):
        period = heard.written("time")
        if not is_time(period):
            return None
        given["period"] = without_leading(period)
    if heard.has("place"):
        place, period = _place_and_period(heard.written("place"), heard.written("time"))
        if is_time(place):
            return None
        scope = asset(heard.said, heard.span("place"))
        if period != heard.written("time"):
            scope = Asset(place, is_named=True)
            given["period"] = without_leading(period)
        if scope.prefix not in ("", "SUB", "CKT"):
            return None
        given["scope"] = scope.text
    text = heard.said.text
    if re.search(r"major event|\bmeds? ", text) and not both_ways(text):
        given["with_major_events"] = not re.search(r"without|excluding|excl |not counting|except", text)
    return Call("reliability", given, "reliability")


def both_ways(text: str) -> bool:
    """Return whether an index is wanted both with major event days and without them."""
    return bool(
        re.search(r"\b(?:with and without|without and with|(?:in|ex)cluding and (?:in|ex)cluding)\b", text)
    )


def _place_and_period(place: str, period: str) -> tuple[str, str]:
    """Return a place and a period, words of the period that were taken for the place put back.

    Of "Coast Q2 2025" the place is Coast.
    """
    words = place.split()
    for at in range(1, len(words)):
        longer = f"{' '.join(words[at:])} {period}".strip()
        if is_time(longer):
            return " ".join(words[:at]), longer
    return place, period


def without_leading(period: str) -> str:
    """Return a period without the preposition before it: "in July 2024" is "July 2024"."""
    words = period.split()
    while len(words) > 1 and words[0].lower() in {
        "in",
        "for",
        "of",
        "during",
        "over",
        "from",
        "on",
        "within",
        "as",
    }:
        if words[0].lower() == "from" and any(word.lower() in {"to", "until", "through"} for word in words):
            break
        words = words[1:]
    return " ".join(words)


MAKERS = {
    "reliability": _reliability,
}
"""What makes the step of each intent."""
