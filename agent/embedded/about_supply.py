"""What feeds an asset, what hangs on it, who loses power without it."""

from __future__ import annotations

from agent.embedded.intents import Call, Heard, Step
from agent.embedded.slots import asset

_NO_NETWORK = ("OUT", "WO", "CREW", "SCN", "TREE")


def _trace(direction: str, intent: str, heard: Heard) -> Step | None:
    found = asset(heard.said, heard.span("asset"))
    if found.prefix in _NO_NETWORK:
        return None
    return Call("trace", {"asset": found.text, "direction": direction}, intent, is_guess=found.is_named)


def _feeding(heard: Heard) -> Step | None:
    return _trace("FEEDING_PATH", "what feeds an asset", heard)


def _upstream(heard: Heard) -> Step | None:
    return _trace("UPSTREAM", "upstream of an asset", heard)


def _downstream(heard: Heard) -> Step | None:
    return _trace("DOWNSTREAM", "downstream of an asset", heard)


def _isolation(heard: Heard) -> Step | None:
    """Return the trace that tells which switches isolate an asset: the one of all that is fed through it."""
    return _trace("DOWNSTREAM", "which switches isolate an asset", heard)


def _who_loses(heard: Heard) -> Step | None:
    found = asset(heard.said, heard.span("asset"))
    if found.prefix in ("LINE", "BR", "BUS", "PLANT"):
        return None
    return _trace("DOWNSTREAM", "who loses power", heard)


def _what_happens(heard: Heard) -> Step | None:
    """Return a trace where an element of the distribution fails; the rest is for the cascades."""
    found = asset(heard.said, heard.span("asset"))
    is_switch = found.is_named and any(
        word in found.text.lower().split()
        for word in ("switch", "breaker", "recloser", "fuse", "transformer", "circuit", "feeder")
    )
    if found.prefix in ("SW", "XFMR", "CKT", "POLE") or is_switch:
        return _trace("DOWNSTREAM", "who loses power", heard)
    return None


MAKERS = {
    "what feeds an asset": _feeding,
    "upstream of an asset": _upstream,
    "isolation of an asset": _isolation,
    "downstream of an asset": _downstream,
    "who loses power": _who_loses,
    "a switch opens": _what_happens,
}
"""What makes the step of each intent."""
