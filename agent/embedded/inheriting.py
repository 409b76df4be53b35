"""What a question leaves out that follows another: "when will they be restored?", "and substations?"."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.embedded.dialogue import Before, guessed
from agent.embedded.intents import Ask, Call
from agent.embedded.normal import Said

_MORE = re.compile(r"(?:and|what about|how about|also|same for|now|then|but|only|just) ")
_BACK = re.compile(r"(?<!\S)(?:they|them|their|those|these|it|its|there|that|this|the outages?|the run) ")
_UNCLEAR = re.compile(r"(?<!\S)(?:its|their|them|they|those|(?<!are )(?<!is )there(?= $|$)) ?")
_THERE = re.compile(
    r"(?<!is )(?<!are )(?<!was )(?<!were )there (?:now |right now |yet |too |at the moment )?$"
)
_KEYS = {
    "outage_status": ("asset", "area", "outage_id"),
    "cascade": ("run_id",),
    "restoration_plan": ("run_id",),
}
_NEWEST = frozenset(["last", "latest", "newest", "recent"])
_SHORT = 4


def refers_back(said: Said) -> bool:
    """Return whether a question leans on what was before it, by its beginning or by words such as "they"."""
    return bool(_MORE.match(said.text) or _BACK.search(said.text))


def inherited(call: Call, said: Said, known: Before) -> Call:
    """Return a call with the place or the run of the one before, where the question leans on that one."""
    names = _KEYS.get(call.tool, ())
    if any(name in call.input for name in names):
        return call
    words = {word.plain for word in said.words}
    if call.tool in ("cascade", "restoration_plan"):
        is_same_talk = known.tool in ("cascade", "restoration_plan") and known.run_id is not None
        if not is_same_talk or words & _NEWEST or call.input.get("action") not in (None, "EXPLAIN"):
            return call
        if "study_id" in call.input:
            return call
        return replace(call, input={**call.input, "run_id": known.run_id})
    if call.tool == "outage_status" and known.asset is not None and _THERE.search(said.text):
        field = "outage_id" if known.asset.startswith("OUT-") else "asset"
        return replace(call, input={**call.input, field: known.asset})
    if call.tool == "outage_status" and known.tool == "outage_status" and refers_back(said):
        kept = {name: known.input[name] for name in names if name in known.input}
        return replace(call, input={**kept, **call.input})
    return call


def resolved(said: Said, known: Before) -> Said | Ask:
    """Return a question for the analyst with "it" and the like in their places.

    Asks back where a word stands for something that nobody named: the analyst would pass it over.
    """
    if known.form is not None:
        return said
    for guess in guessed(said, known):
        if guess.ask is None:
            return guess.said
    match = _UNCLEAR.search(said.text)
    if known.tool is not None and match is not None:
        return Ask(f"What does “{match[0].strip()}” stand for? Please name it.")
    is_short = len(said.words) <= _SHORT and _MORE.match(said.text) is not None
    if is_short and known.tool is not None:
        return Ask("I do not know how that changes the question before. Please ask it in full.")
    return said
