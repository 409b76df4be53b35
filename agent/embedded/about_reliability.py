"""SAIDI, SAIFI, CAIDI, MAIFI of a period; what they mean is in the documents."""

from __future__ import annotations

import re
from typing import Any

from agent.embedded.intents import Call, Heard, Step
from agent.embedded.slots import asset
from agent.semantic.moments import is_time


def _reliability(heard: Heard) -> Step | None:
    given: dict[str, Any] = {}
    if heard.has("time"):
        period = heard.written("time")
        if not is_time(period):
            return None
        given["period"] = without_leading(period)
    if heard.has("place"):
        scope = asset(heard.said, heard.span("place"))
        if is_time(heard.written("place")):
            return None
        if scope.prefix not in ("", "SUB", "CKT"):
            return None
        given["scope"] = scope.text
    text = heard.said.text
    if re.search(r"major event|\bmeds? ", text):
        given["with_major_events"] = not re.search(r"without|excluding|excl |not counting|except", text)
    return Call("reliability", given, "reliability")


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
