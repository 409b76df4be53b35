"""What is out, why, who works on it, when it will be back."""

from __future__ import annotations

from typing import Any

from agent.embedded.intents import Call, Heard, Step
from agent.embedded.normal import is_id
from agent.embedded.slots import asset
from agent.embedded.vocabulary import NOUNS

_MOST_LISTED = 50
"""As many as the tool lists, those with the most customers out first."""


def _where(heard: Heard, intent: str) -> Step | None:
    where: dict[str, Any] = {}
    if heard.has("outage"):
        ids = [word for word in heard.plain("outage").split() if is_id(word)]
        where["outage_id"] = ids[0]
    if heard.has("whole"):
        where["limit"] = int(heard.plain("whole"))
        if where["limit"] > _MOST_LISTED:
            return None
    if heard.has("asset"):
        found = asset(heard.said, heard.span("asset"))
        if found.prefix in ("WO", "CREW", "SCN"):
            return None
        where["outage_id" if found.prefix == "OUT" else "asset"] = found.text
    if heard.has("place"):
        place = asset(heard.said, heard.span("place"))
        if place.prefix in ("WO", "CREW", "SCN"):
            return None
        if place.prefix == "OUT":
            where["outage_id"] = place.text
        elif not place.is_named or any(word in NOUNS for word in place.text.lower().split()):
            where["asset"] = place.text
        else:
            where["area"] = _bare(place.text)
    return Call("outage_status", where, intent)


def _bare(text: str) -> str:
    words = text.split()
    while len(words) > 1 and words[-1].lower() in {"area", "region", "zone"}:
        words = words[:-1]
    while len(words) > 1 and words[0].lower() in {"area", "city", "town", "zone", "of"}:
        words = words[1:]
    return " ".join(words)


def _status(heard: Heard) -> Step | None:
    return _where(heard, "outages now")


def _back(heard: Heard) -> Step | None:
    return _where(heard, "when power is back")


def _crew(heard: Heard) -> Step | None:
    return _where(heard, "who works on an outage")


def _cause(heard: Heard) -> Step | None:
    return _where(heard, "why there is an outage")


MAKERS = {
    "outages now": _status,
    "when power is back": _back,
    "who works on an outage": _crew,
    "why there is an outage": _cause,
}
"""What makes the step of each intent."""
