"""The back end without a language model: reads a question, runs the tools that answer it, words the answer.

Every number, id and citation of an answer is a tool's; the back end adds only words of its own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from agent import events
from agent.answers.words import plain
from agent.backends.requests import Question, Tool, ToolOutcome, ToolRefused
from agent.embedded.documents_or_data import TECHNICAL, Lean
from agent.embedded.intents import Ask, Call, Offer, Refuse, Say
from agent.embedded.offering import offer_of
from agent.embedded.router import ANALYST, Part, documents_calls, plan
from agent.embedded.states import items_of, state_after
from agent.embedded.vocabulary import NOUNS
from agent.embedded.weighing import (
    answers_the_asked,
    answers_unasked,
    best_of,
    may_be_offered,
    not_known_words,
)
from agent.events import ChoicesReason, DoneReason, Event

TOOL_WORDS = {
    "grid_analyst": "questions of the grid's records",
    "search_customers": "the search of customers",
    "search_meters": "the search of meters",
    "search_technical_docs": "the technical documents",
    "search_compliance_docs": "the documents of rules and standards",
    "asset_lookup": "facts of assets",
    "trace": "traces of the grid",
    "outage_status": "outages",
    "cascade": "cascade runs",
    "risk": "risks",
    "restoration_plan": "plans of restoration",
    "weather_rating": "ratings of lines by weather",
    "reliability": "reliability indices",
}
MOST_CANDIDATES = 5
_WAITING = {
    "cascade": "Working on the cascade",
    "search_technical_docs": "Searching the documents",
    "search_compliance_docs": "Searching the documents",
    "grid_analyst": "Reading the question, asking the data",
}


@dataclass
class _Told:
    """What became of a part: what is to be said, the events that show it, and what follow-ups need."""

    text: str
    reason: DoneReason
    call: Call | None = None
    outcome: ToolOutcome | None = None
    events: list[Event] = field(default_factory=list)
    offers: tuple[Offer, ...] = ()
    offered_for: ChoicesReason = ChoicesReason.AMBIGUOUS

    @property
    def is_answer(self) -> bool:
        """Return whether the part is answered."""
        return self.reason is DoneReason.ANSWERED


class EmbeddedBackend:
    """Answers with fixed rules. Keeps nothing: what a question that follows needs is in ``Done.state``."""

    async def answer(self, question: Question) -> AsyncIterator[Event]:
        """Yield the events of the answer; the last is ``Done``."""
        yield events.Status(status="reading", message="Reading the question")
        parts = await asyncio.to_thread(plan, question)
        asking = _Asking({tool.name: tool for tool in question.tools})
        told: list[_Told] = []
        for part in parts:
            async for event in asking.part(part):
                yield event
            anew = _after_answer(part, told[-1] if told else None, asking.told)
            if anew is not None:
                async for event in asking.part(anew):
                    yield event
            told.append(asking.told)
        if len(parts) == 1 and parts[0].pieces and told[0].reason is DoneReason.ASKED_BACK:
            whole, parts, told = told[0], parts[0].pieces, []
            for part in parts:
                async for event in asking.part(part):
                    yield event
                told.append(asking.told)
            if all(each.reason is not DoneReason.ANSWERED for each in told):
                parts, told = parts[:1], [whole]
        aside = next((part.aside for part in parts if part.aside), "")
        if aside and told[0].is_answer:
            told[0].text += f"\n\nI took “{plain(aside)}” as what leads to the question."
        for event in _ending(question, parts, told):
            yield event


class _Asking:
    """Runs the tools of one answer."""

    def __init__(self, tools: Mapping[str, Tool]) -> None:
        self._tools = tools
        self._count = 0
        self.told = _Told("", DoneReason.FAILED)
        self._outcome: ToolOutcome | None = None
        self._fault = ""

    async def part(self, part: Part) -> AsyncIterator[Event]:
        """Yield the calls of a part; what became of it is in ``told``."""
        match part.step:
            case Ask(text=text, offers=offers):
                self.told = _Told(text, DoneReason.ASKED_BACK, offers=offers)
            case Refuse(text=text, is_out_of_scope=is_out_of_scope):
                reason = DoneReason.OUT_OF_SCOPE if is_out_of_scope else DoneReason.REFUSED
                self.told = _Told(text, reason)
            case Say(text=text, offers=offers):
                self.told = _Told(
                    text, DoneReason.ANSWERED, offers=offers, offered_for=ChoicesReason.FOLLOW_UP
                )
            case Call() as call:
                async for event in self._calls(part, call):
                    yield event

    async def _calls(self, part: Part, call: Call) -> AsyncIterator[Event]:
        if part.is_documents:
            async for event in self._documents(part):
                yield event
            documents = self.told
            if documents.outcome is not None and answers_the_asked(part.words, documents.outcome):
                return
            async for event in self._call(call):
                yield event
            self._tell(call, part)
            if not self.told.is_answer and documents.is_answer:
                self.told = _offered(part, documents)
            elif not self.told.is_answer:
                self.told = documents
            return
        async for event in self._call(call):
            yield event
        self._tell(call, part)
        if part.candidates and self.told.is_answer:
            self.told = _which_fails(self.told, part.candidates)
            return
        guessed: _Told | None = self.told if _has_noun(call) else None
        for other in part.then:
            if not (
                call.is_guess and self.told.reason is DoneReason.ASKED_BACK and _knows_nothing(self.told)
            ):
                break
            async for event in self._call(other):
                yield event
            call = other
            self._tell(other, part)
        if part.otherwise is not None and call.tool == ANALYST and not self.told.is_answer:
            async for event in self._otherwise(part, part.otherwise):
                yield event
            return
        not_known = not_known_words(part.words, self.told.outcome) if call.tool == ANALYST else ()
        if not_known:
            declined = self.told
            async for event in self._documents(part):
                yield event
            found = self.told
            if found.outcome is not None and answers_unasked(part.words, not_known, found.outcome):
                found.text = f"The grid's records do not answer this; the documents say:\n\n{found.text}"
            else:
                self.told = declined
                if not declined.events and found.outcome is not None and may_be_offered(found.outcome):
                    self.told = _offered(part, found, declined.text)
        told = self.told
        if part.maybe and told.reason is DoneReason.ASKED_BACK and not told.events:
            may = tuple(offer for offer in part.maybe if offer.call and offer.call.tool in self._tools)
            self.told = replace(told, offers=(*told.offers, *may))
        if guessed is not None and not self.told.is_answer:
            self.told = guessed  # "There is no asset “Hogwarts substation”" says more than unknown words

    async def _otherwise(self, part: Part, call: Call) -> AsyncIterator[Event]:
        """Yield the call that is probably meant where the analyst knows no more; say what was passed over."""
        declined = self.told
        async for event in self._call(call):
            yield event
        self._tell(call, part)
        if not self.told.is_answer and not self.told.events:
            self.told = declined
        elif part.passed_over:
            words = ", ".join(f"“{plain(word)}”" for word in part.passed_over)
            self.told.text += f"\n\nI passed over {words}."

    async def _documents(self, part: Part) -> AsyncIterator[Event]:
        """Yield the searches of the documents; the better of what they find is told."""
        found: dict[str, ToolOutcome] = {}
        calls = {name: call for name, call in documents_calls(part.words).items() if name in self._tools}
        for name, call in calls.items():
            async for event in self._call(call):
                yield event
            if self._outcome is None:
                continue
            found[name] = self._outcome
            if (
                name == TECHNICAL
                and part.lean is Lean.TECHNICAL
                and answers_the_asked(part.words, self._outcome)
            ):
                break  # a standard of apparatus, named by its number, is in no rule
        if not calls:
            self.told = _may_not("search_technical_docs")
            return
        chosen = best_of(found, part.lean, part.words)
        if chosen is None:
            self.told = _Told(
                "Neither the documents nor my rules cover that."
                if not found
                else next(iter(found.values())).summary,
                DoneReason.OUT_OF_SCOPE,
                outcome=next(iter(found.values()), None),
            )
            return
        outcome = found[chosen]
        self.told = _Told(outcome.summary, outcome.ended, calls[chosen], outcome, events=list(outcome.events))

    async def _call(self, call: Call) -> AsyncIterator[Event]:
        """Yield one call; its outcome or fault is kept."""
        self._outcome, self._fault = None, ""
        tool = self._tools.get(call.tool)
        if tool is None:
            return
        self._count += 1
        use_id = f"call-{self._count}"
        yield events.Status(status="asking", message=_WAITING.get(call.tool, "Asking the data"))
        yield events.ToolUse(tool_use_id=use_id, name=call.tool, input=dict(call.input))
        began = time.monotonic()
        try:
            self._outcome = await tool.run(call.input)
        except ToolRefused as error:
            self._fault = str(error)
        yield events.ToolResult(
            tool_use_id=use_id,
            name=call.tool,
            is_ok=self._outcome is not None,
            content=None if self._outcome is None else self._outcome.content,
            message=self._fault or None,
            duration_ms=(time.monotonic() - began) * 1000,
        )

    def _tell(self, call: Call, part: Part) -> None:
        """Keep what became of a call."""
        if call.tool not in self._tools:
            self.told = _may_not(call.tool)
        elif self._outcome is None:
            self.told = _Told(self._fault, DoneReason.REFUSED, call)
        else:
            text = self._outcome.summary
            mended = [f"I read “{written}” as “{meant}”." for written, meant in part.mended]
            self.told = _Told(
                "\n\n".join(piece for piece in (text, *mended) if piece),
                self._outcome.ended,
                call,
                self._outcome,
                events=list(self._outcome.events),
            )


def _after_answer(part: Part, before: _Told | None, told: _Told) -> Part | None:
    """Return a part as a change of the question before it, where alone it is not understood."""
    step = part.step
    if (
        before is None
        or before.outcome is None
        or not before.is_answer
        or told.reason is not DoneReason.ASKED_BACK
    ):
        return None
    form = before.outcome.content.get("form") if isinstance(before.outcome.content, Mapping) else None
    if (
        not isinstance(step, Call)
        or step.tool != ANALYST
        or not isinstance(form, Mapping)
        or "form" in step.input
    ):
        return None
    return replace(part, step=replace(step, input={**step.input, "previous_form": dict(form)}))


def _may_not(tool: str) -> _Told:
    return _Told(
        f"Your rights do not include {TOOL_WORDS.get(tool, tool)}, so I may not look there for you. "
        "Somebody who grants rights can add it.",
        DoneReason.REFUSED,
    )


def _offered(part: Part, found: _Told, before: str = "") -> _Told:
    """Return a question back that offers what the documents say, which nobody may have asked for."""
    cited = next((event for event in found.events if isinstance(event, events.Citation)), None)
    where = "the documents" if cited is None else f"**{plain(cited.document_title)}**"
    text = f"There is a document that may be about this: {where}."
    offer = Offer("See what the document says", part.words, found.call)
    return _Told(
        "\n\n".join(piece for piece in (before, text) if piece), DoneReason.ASKED_BACK, offers=(offer,)
    )


def _which_fails(found: _Told, ranked_by: str) -> _Told:
    """Return the question which of the listed things shall fail in a cascade, with them as choices."""
    listed = [] if found.outcome is None else items_of(found.outcome)[:MOST_CANDIDATES]
    offers = tuple(
        offer_of(Call("cascade", {"action": "RUN", "assets": [each]}, "a cascade run")) for each in listed
    )
    text = f"Which one shall fail? These are {ranked_by}; choosing one starts a simulation."
    return replace(found, text=f"{text}\n\n{found.text}", reason=DoneReason.ASKED_BACK, offers=offers)


def _has_noun(call: Call) -> bool:
    """Return whether a call is of something named with the word that says what it is: "Wallis substation"."""
    said = [value for value in call.input.values() if isinstance(value, str)]
    return call.is_guess and any(word in NOUNS for text in said for word in text.lower().split())


def _knows_nothing(told: _Told) -> bool:
    """Return whether a guess came to nothing: what it offers is no ambiguity."""
    return not any(
        isinstance(event, events.Choices) and event.reason is ChoicesReason.AMBIGUOUS for event in told.events
    )


def _ending(question: Question, parts: tuple[Part, ...], told: list[_Told]) -> list[Event]:
    """Return what is said of all parts, and ``Done``."""
    if len(told) == 1:
        return [*_said(told[0], 0), _done(told[0], question)]
    unclear = [at for at, each in enumerate(told) if each.reason is not DoneReason.ANSWERED]
    if unclear:
        return _not_all(question, parts, told, unclear)
    found: list[Event] = []
    for number, each in enumerate(told):
        found += _said(each, number, heading=parts[number].words)
    return [*found, _done(told[-1], question)]


def _not_all(
    question: Question, parts: tuple[Part, ...], told: list[_Told], unclear: list[int]
) -> list[Event]:
    """Return what is answered of a text, and of the rest plainly that it is not, each with its choices.

    The answer ends as most of its parts do; where as many are answered as not, it asks back.
    """
    answered = [each for at, each in enumerate(told) if at not in unclear]
    if not answered:
        return _none_answered(question, parts, told)
    count = _COUNTS.get(len(answered), str(len(answered)))
    found: list[Event] = [
        events.Text(
            delta=f"That asks {_COUNTS.get(len(told), str(len(told)))} things; I can answer {count} of them."
        )
    ]
    for number, each in enumerate(told):
        shown = each if number not in unclear else replace(each, text=f"Not answered: {each.text}")
        found += _said(shown, number + 1, heading=parts[number].words)
    state = dict(_done(answered[-1], question).state or {})
    choices: dict[str, Any] = {}
    for each in told:
        choices |= (_done(each, question).state or {}).get("choices") or {}
    state.pop("choices", None)
    reason = DoneReason.ANSWERED if len(answered) > len(unclear) else DoneReason.ASKED_BACK
    return [*found, events.Done(reason=reason, state={**state, "choices": choices} if choices else state)]


_COUNTS = {1: "one", 2: "two", 3: "three", 4: "four"}


def _none_answered(question: Question, parts: tuple[Part, ...], told: list[_Told]) -> list[Event]:
    """Return the question back of a text of which no part has an answer."""
    lines = [f"That asks {_COUNTS.get(len(told), str(len(told)))} things, and I can answer none of them."]
    for part, each in zip(parts, told, strict=True):
        lines.append(f"- “{plain(part.words.strip())}”: " + each.text.partition("\n")[0])
    is_refused = all(each.reason is DoneReason.REFUSED for each in told)
    whole = _Told("\n".join(lines), DoneReason.REFUSED if is_refused else DoneReason.ASKED_BACK)
    return [*_said(whole, 0), _done(whole, question)]


def _said(told: _Told, block: int, heading: str = "") -> list[Event]:
    before = [each for each in told.events if isinstance(each, events.Sql | events.Warn)]
    after = [each for each in told.events if each not in before]
    text = f"**{plain(heading)}**\n\n{told.text}" if heading else told.text
    found: list[Event] = [
        *before,
        events.Text(delta=text, block=block, is_question=told.reason is DoneReason.ASKED_BACK),
        *after,
    ]
    if told.offers:
        found.append(
            events.Choices(
                reason=told.offered_for,
                choices=tuple(
                    events.Choice(label=each.label, question=each.question) for each in told.offers
                ),
            )
        )
    return found


def _done(told: _Told, question: Question) -> events.Done:
    state: dict[str, Any] = state_after(told.call, told.outcome, told.offers, told.reason, question)
    return events.Done(reason=told.reason, state=state)
