"""The golden questions of the assistant: read, asked with stand-in tools, compared with the expected call."""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from agent.backends.requests import Context, Question
from agent.embedded.backend import EmbeddedBackend
from agent.events import Citation, Done, DoneReason, Event, Text, ToolUse
from tests.golden.assistant.fakes import TOOLS, tools

FOLDER = Path(__file__).with_name("questions")
TUNE, HELD_OUT, UNSEEN, AGAIN = "tune", "held out", "unseen", "unseen again"


class Verdict(StrEnum):
    """How a question came out."""

    RIGHT = "right"
    ASKED = "asked back"
    WRONG = "wrong"


@dataclass(frozen=True, kw_only=True)
class Golden:
    """A question, what was before it, and what is expected: calls, a document, or how the answer must end."""

    kind: str
    ask: str
    after: tuple[str, ...] = ()
    selected: tuple[str, ...] = ()
    run_id: str | None = None
    without: tuple[str, ...] = ()
    calls: tuple[tuple[str, Any], ...] = ()  # any of these; an input of "any" is any input
    in_order: tuple[str, ...] = ()  # all of these tools, in this order
    documents: tuple[str, ...] = ()  # any of these is cited first
    reasons: tuple[DoneReason, ...] = ()  # any of these ends the answer
    says: str = ""
    holds: str = ""

    @property
    def half(self) -> str:
        """Return which part a question is of: a hash of its words decides, or that it came last of all."""
        if self.kind in (UNSEEN, AGAIN):
            return self.kind
        if "/" in self.kind:
            return self.kind.split("/")[0]
        digest = hashlib.sha256("|".join([*self.after, *self.selected, self.ask]).encode()).digest()
        return TUNE if digest[0] % 2 == 0 else HELD_OUT


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of a question."""

    golden: Golden
    verdict: Verdict
    calls: tuple[tuple[str, Mapping[str, Any]], ...]
    reason: DoneReason
    text: str
    events: tuple[Event, ...] = field(default=(), repr=False)


def halves(questions: Sequence[Golden]) -> list[str]:
    """Return the sets: the two halves that were tuned with, then the others in the order of their names."""
    found = {golden.half for golden in questions}
    first = [TUNE, HELD_OUT, UNSEEN, AGAIN]
    return [half for half in first if half in found] + sorted(found - set(first))


def interval(count: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """Return the 95 % interval of a share by Wilson (1927), as fractions."""
    if not of:
        return 0.0, 1.0
    share, spread = count / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def golden_questions() -> list[Golden]:
    """Return all questions of the folder."""
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))]
    return [_golden(kind, item) for file in files for kind, items in file.items() for item in items]


def _golden(kind: str, item: dict[str, Any]) -> Golden:
    calls: list[tuple[str, Any]] = []
    if "tool" in item:
        calls = [(item["tool"], item["input"])]
        calls += [(item["tool"], other) for other in item.get("also", ()) if isinstance(other, dict)]
        calls += [(item["also_tool"], "any")] if "also_tool" in item else []
    calls += [(other["tool"], other.get("input", "any")) for other in item.get("or", ())]
    ends = [item["reason"]] if "reason" in item else []
    ends += [each for each in item.get("also", ()) if isinstance(each, str)]
    ends += [item["also_reason"]] if "also_reason" in item else []
    document = item.get("document", ())
    return Golden(
        kind=kind,
        ask=item["ask"],
        after=tuple(item.get("after", ())),
        selected=tuple(item.get("selected", ())),
        run_id=item.get("run"),
        without=tuple(item.get("without", ())),
        calls=tuple(calls),
        in_order=tuple(item.get("tools", ())),
        documents=(document,) if isinstance(document, str) else tuple(document),
        reasons=tuple(DoneReason(each) for each in ends),
        says=item.get("says", item.get("names", "")),
        holds=item.get("filter", ""),
    )


async def events_of(question: Question) -> list[Event]:
    """Return the events of an answer."""
    return [event async for event in EmbeddedBackend().answer(question)]


def ask(golden: Golden) -> Result:
    """Return how a question comes out."""
    allowed = tools(name for name in TOOLS if name not in golden.without)
    context = Context(asset_ids=golden.selected, run_id=golden.run_id)
    state: Mapping[str, Any] = {}
    for text in golden.after:
        before = asyncio.run(events_of(Question(text=text, tools=allowed, context=context, state=state)))
        state = _done(before).state or {}
    events = asyncio.run(events_of(Question(text=golden.ask, tools=allowed, context=context, state=state)))
    calls = tuple((event.name, event.input) for event in events if isinstance(event, ToolUse))
    text = "\n".join(event.delta for event in events if isinstance(event, Text))
    done = _done(events)
    return Result(
        golden=golden,
        verdict=_verdict(golden, calls, done.reason, text, events),
        calls=calls,
        reason=done.reason,
        text=text,
        events=tuple(events),
    )


def _done(events: Sequence[Event]) -> Done:
    last = events[-1]
    assert isinstance(last, Done)
    return last


def _verdict(
    golden: Golden,
    calls: Sequence[tuple[str, Mapping[str, Any]]],
    reason: DoneReason,
    text: str,
    events: Sequence[Event],
) -> Verdict:
    if _is_right(golden, calls, reason, text, events):
        return Verdict.RIGHT
    return Verdict.WRONG if reason is DoneReason.ANSWERED else Verdict.ASKED


def _is_right(
    golden: Golden,
    calls: Sequence[tuple[str, Mapping[str, Any]]],
    reason: DoneReason,
    text: str,
    events: Sequence[Event],
) -> bool:
    if golden.says and golden.says not in text:
        return False
    if golden.documents:
        cited = [event.document_id for event in events if isinstance(event, Citation)]
        return reason is DoneReason.ANSWERED and bool(cited) and cited[0] in golden.documents
    if golden.in_order:
        return reason is DoneReason.ANSWERED and [name for name, _ in calls] == list(golden.in_order)
    if golden.calls:
        name, given = calls[-1] if calls else ("", {})
        is_called = any(
            name == wanted and (wanted_input == "any" or _is_same(wanted_input, dict(given)))
            for wanted, wanted_input in golden.calls
        )
        if is_called:
            may_end = golden.reasons or (DoneReason.ANSWERED,)
            is_held = golden.holds in str(dict(given))
            return is_held and (reason in may_end or reason is DoneReason.ANSWERED)
        return reason is not DoneReason.ANSWERED and reason in golden.reasons
    return reason in golden.reasons and not any(name in golden.without for name, _ in calls)


def _is_same(wanted: Any, given: Any) -> bool:
    """Return whether an input is the expected one; capitals and last digits of units do not count."""
    match wanted, given:
        case dict(), dict():
            return wanted.keys() == given.keys() and all(_is_same(wanted[key], given[key]) for key in wanted)
        case list(), list() | tuple():
            return len(wanted) == len(given) and all(map(_is_same, wanted, given))
        case float(), int() | float():
            return math.isclose(wanted, given, rel_tol=0.005)
        case str(), str():
            return wanted.casefold() == given.casefold()
    return bool(wanted == given)
