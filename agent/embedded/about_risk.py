"""How likely something is to go wrong: the grid now, or the assets that are most at risk."""

from __future__ import annotations

from agent.embedded.intents import Call, Heard, Step
from agent.embedded.slots import asset

_SCOPES = {"XFMR": "TRANSFORMERS", "SUB": "SUBSTATIONS", "LINE": "LINES", "BR": "LINES"}


def _noun(heard: Heard) -> str | None:
    text = heard.said.text
    if "transformer" in text or "xfmr" in text:
        return "TRANSFORMERS"
    if "station" in text:
        return "SUBSTATIONS"
    return "LINES" if "line" in text or "branch" in text else None


def _now(heard: Heard) -> Step | None:
    return Call("risk", {"scope": "NOW"}, "risk now")


def _ranked(heard: Heard) -> Step | None:
    scope = _noun(heard)
    if scope is None:
        return None
    given = {"scope": scope}
    counts = [heard.plain(slot) for slot in ("whole", "count") if heard.has(slot)]
    limit = int(counts[0]) if counts else None
    is_one = limit is None and not any(
        word.plain in ("transformers", "substations", "lines", "branches", "stations", "xfmrs")
        for word in heard.said.words
    )
    limit = 1 if is_one else limit
    return Call("risk", given if limit is None else {**given, "limit": limit}, "most at risk")


def _of_asset(heard: Heard) -> Step | None:
    found = asset(heard.said, heard.span("asset"))
    scope = _named_scope(found.text) if found.is_named else _SCOPES.get(found.prefix)
    if scope is None and found.prefix in ("OUT", "WO", "CREW", "SCN", "CUST"):
        return None
    if "vegetation" in heard.said.text or "tree " in heard.said.text:
        scope = "LINES"
    given = {"scope": scope or "NOW", "asset": found.text}
    return Call("risk", given, "risk of an asset", is_guess=found.is_bare)


def _named_scope(text: str) -> str | None:
    words = set(text.lower().split())
    if words & {"substation", "station"}:
        return "SUBSTATIONS"
    if words & {"transformer", "xfmr"}:
        return "TRANSFORMERS"
    return "LINES" if "line" in words else None


MAKERS = {
    "risk now": _now,
    "most at risk": _ranked,
    "risk of an asset": _of_asset,
}
"""What makes the step of each intent."""
