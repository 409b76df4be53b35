"""Decides which tool answers a question, and what it is asked.

In this order: a choice that was offered; texts that are refused; greetings; a change of the question before;
the intents, in the order of the grammar; the intents with a word put right; documents where the question asks
how or what a rule says; the analyst, which knows every word of the data and asks back otherwise. A pattern
matches a question as a whole or not at all, so no word is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from agent.backends.requests import Question
from agent.embedded.asides import aside_of
from agent.embedded.concepts import by_concept, loosely
from agent.embedded.dialogue import Before, before, guessed, ids_in, picked, placed, pointed
from agent.embedded.documents_or_data import COMPLIANCE, TECHNICAL, Lean, asks_more_of_documents, lean
from agent.embedded.following import followed
from agent.embedded.grammar import grammar
from agent.embedded.inheriting import inherited, resolved
from agent.embedded.intents import Ask, Call, Offer, Refuse, Say, Step
from agent.embedded.loads import with_loads
from agent.embedded.mending import mended_words
from agent.embedded.normal import Said, Word, is_id, read
from agent.embedded.not_on_record import compared, ranked, unknown_kind
from agent.embedded.offering import offer_of
from agent.embedded.phrases import phrases
from agent.embedded.probable import are_documents_meant, probable
from agent.embedded.sentences import at_commas, sentences
from agent.embedded.talk import (
    command,
    refused,
    small_talk,
    without_fillers,
    without_fillers_within,
    without_purpose,
)
from agent.semantic.typed import written_out

MOST_CHARACTERS = 500
MOST_PARTS = 4
_MOST_OFFERED = 3
_FEW_WORDS = 5
_OF_ONE_THING = frozenset(["asset_lookup", "search_meters", "weather_rating"])
ANALYST = "grid_analyst"


@dataclass(frozen=True)
class Part:
    """One question of a text: the words, what is to be done, and what else if that knows nothing of it.

    Attributes:
        is_documents: whether the documents are asked first, and ``lean`` which of them.
        then: calls to be made if the step was a guess that came to nothing.
        otherwise: the call that is meant if the analyst cannot read the question, with the words that were
            ``passed_over`` for it.
        maybe: what may be meant and is offered if the analyst cannot read the question.
        candidates: how the things were ranked of which one shall fail in a cascade; none: no such question.
        aside: what the text began with that asks nothing.
        pieces: the questions of the words, asked one by one if they are not understood together.
    """

    words: str
    step: Step
    is_documents: bool = False
    lean: Lean = Lean.EITHER
    then: tuple[Call, ...] = ()
    pieces: tuple[Part, ...] = ()
    mended: tuple[tuple[str, str], ...] = ()
    otherwise: Call | None = None
    maybe: tuple[Offer, ...] = ()
    passed_over: tuple[str, ...] = ()
    candidates: str = ""
    aside: str = ""

    @property
    def is_understood(self) -> bool:
        """Return whether an intent of its own knows the question, not only the words of the data."""
        return (
            bool(self.candidates)
            or not isinstance(self.step, Call)
            or self.step.tool != ANALYST
            or bool(self.step.input.get("form"))
        )


def plan(question: Question) -> tuple[Part, ...]:
    """Return what is to be done to answer a text: one part, or several where it asks several things."""
    typed = question.text.strip()
    text = without_purpose(written_out(typed))
    known = before(question)
    said = read(text)
    if len(typed) > MOST_CHARACTERS:
        return (
            Part(typed, Ask(f"A question may have {MOST_CHARACTERS} characters; this one has {len(typed)}.")),
        )
    chosen = picked(read(typed), typed, known)
    if chosen is not None:
        return (_picked_part(*chosen, question, known),)
    item = placed(said, known)
    if item is not None:
        return (Part(text, item) if isinstance(item, Ask) else one(item, read(item), known),)
    no = refused(typed, said)
    if no is not None:
        return (Part(text, no),)
    talk = small_talk(said, [tool.name for tool in question.tools])
    if talk is not None:
        return (Part(text, talk),)
    aside = aside_of(text)
    if aside is None:
        return _planned(text, said, question, known)
    if aside.about is not None:
        known = replace(known, asset=aside.about)
    parts = _planned(aside.asked, read(aside.asked), question, known)
    return (replace(parts[0], aside=aside.text), *parts[1:])


def _planned(text: str, said: Said, question: Question, known: Before) -> tuple[Part, ...]:
    """Return the parts of a text that is a question, or several."""
    pieces = sentences(text)
    if min(len(read(piece).words) for piece in pieces) < 2:
        pieces = sentences(text, at_and=False)
    whole = one(text, said, known, in_any_order=len(pieces) == 1)
    is_asked = isinstance(whole.step, Ask) and len(pieces) > 1  # "it" may be what the first question is about
    if whole.is_understood and not whole.is_documents and not is_asked:
        return (whole,)
    if len(pieces) == 1 and not whole.is_documents and whole.otherwise is None:
        pieces = at_commas(text)
    if not 1 < len(pieces) <= MOST_PARTS:
        return (whole,)
    return _several(text, said, pieces, question, known, whole)


def _several(
    text: str, said: Said, pieces: list[str], question: Question, known: Before, whole: Part
) -> tuple[Part, ...]:
    """Return the parts of a text that seems to ask several things, or the one that it is."""
    parts = _parts(pieces, question, known)
    if not parts:
        return (whole,)
    is_clear = [part.is_understood and not _is_unclear(part) for part in parts]
    if not all(clear or part.is_documents for clear, part in zip(is_clear, parts, strict=True)):
        together = one(text, said, known)
        if together.is_understood and not together.is_documents and not _is_unclear(together):
            return (together,)
        meant = _meant_as_a_whole(text, said, parts, known)
        if meant is not None:
            return (meant,)
        documents = lean(without_fillers(said)) or (parts[0].lean if parts[0].is_documents else None)
        is_case = parts[-1].is_documents and not phrases().start(read(pieces[0]).text, "question_words")
        documents = documents or (parts[-1].lean if is_case else None)  # "… was flooded, what to do"
        if documents is not None and not ids_in(said) and not any(is_clear):
            analyst = _analyst(text, said, said, known)  # a question of the documents in two clauses
            return (Part(text, analyst, is_documents=True, lean=documents),)
    if any(part.is_understood or part.is_documents for part in parts):
        return parts
    return (replace(one(text, said, known), pieces=parts),)


def _meant_as_a_whole(text: str, said: Said, parts: tuple[Part, ...], known: Before) -> Part | None:
    """Return the one question that a text of several clauses probably is; None if it may be several.

    "A customer at MTR-0000238 says her lights went off; do we know about an outage there?"
    """
    meant = probable(text, said)
    clear = [part.step for part in parts if part.is_understood and not _is_unclear(part)]
    if meant is None or not all(_is_less(step, meant.call) and step != meant.call for step in clear):
        return None
    analyst = _analyst(text, said, said, known)
    return Part(text, analyst, otherwise=meant.call, passed_over=meant.passed_over)


def _is_unclear(part: Part) -> bool:
    return isinstance(part.step, Ask)


def _parts(pieces: list[str], question: Question, known: Before) -> tuple[Part, ...]:
    """Return the parts of a text; what the first is about is known to those that follow.

    A part that asks more of what the one before is told with ("… and what limits it") is told with it.
    """
    found: list[Part] = []
    for piece in pieces:
        said = read(piece)
        no = refused(piece, said)
        if small_talk(said, [tool.name for tool in question.tools]) is not None and len(pieces) > 1:
            continue
        part = Part(piece, no) if no is not None else one(piece, said, known)
        is_echo = phrases().is_whole(without_fillers(said).text, "is_it_known")
        if is_echo and found and isinstance(found[-1].step, Call) and found[-1].step.tool == "outage_status":
            found[-1] = replace(found[-1], words=f"{found[-1].words} {piece}")
            continue
        before = found[-1].step if found else None
        is_open = (
            not part.is_understood
            or _is_unclear(part)
            or (before is not None and _is_less(part.step, before))
        )
        if isinstance(before, Call) and is_open and _leans(said, before):
            found[-1] = replace(found[-1], words=f"{found[-1].words} {piece}")
            continue
        same = isinstance(part.step, Call) and any(
            isinstance(each.step, Call)
            and (each.step.tool, each.step.input) == (part.step.tool, part.step.input)
            for each in found
        )
        if not same or part.step.tool == ANALYST:  # type: ignore[union-attr]
            found.append(part)
        known = _after(part.step, known)
    return tuple(found)


def _is_less(step: Step, before: Step) -> bool:
    """Return whether a call asks what the one before asks, of less: of all outages after those of one."""
    if not isinstance(step, Call) or not isinstance(before, Call) or step.tool != before.tool:
        return False
    return all(before.input.get(name) == value for name, value in step.input.items())


def _leans(said: Said, before: Call) -> bool:
    """Return whether a question, asked of what the one before names, is answered by the same call."""
    about = [value for name, value in before.input.items() if name in _ABOUT and isinstance(value, str)]
    if before.tool == "outage_status" and not about:
        about = [_ANY_OUTAGE]  # "what is out, and who works on it": the list tells it of each
    if len(about) != 1 or ids_in(said):
        return False
    words = [word for word in read(about[0]).words if is_id(word.plain)] or list(read(f"of {about[0]}").words)
    if "run_id" in before.input:
        words = list(read(f"of run {about[0]}").words)
    for text in (said, without_fillers(said)):
        kept = [word for word in text.words if word.plain not in _BACK]
        call = by_concept(Said((*kept, *words)))
        if call is None or call.tool != before.tool:
            continue
        if call.input == before.input or about == [_ANY_OUTAGE]:
            return True
    return False


_ABOUT = (
    "asset",
    "line",
    "outage_id",
    "run_id",
    "study_id",
    "area",
    "transformer_id",
    "circuit_id",
    "customer_id",
)
_ONE_THING = ("asset", "line", "transformer_id", "circuit_id", "customer_id", "scope", "outage_id", "text")
_ANY_OUTAGE = "OUT-0"
_BACK = frozenset(["it", "its", "that", "this", "they", "them", "their", "there", "one"])


def _after(step: Step, known: Before) -> Before:
    if not isinstance(step, Call):
        return known
    about = about_asset(step.input)
    return replace(known, tool=step.tool, input=step.input, asset=about or known.asset, form=None)


def about_asset(given: Mapping[str, Any]) -> str | None:
    """Return the id of the one asset that a call is about, if it has one."""
    for name in (
        "asset",
        "line",
        "transformer_id",
        "circuit_id",
        "customer_id",
        "scope",
        "outage_id",
        "text",
    ):
        value = given.get(name)
        if isinstance(value, str) and is_id(value) and "-" in value:
            return value
    return None


def _picked_part(label: str, stands_for: Mapping[str, Any], question: Question, known: Before) -> Part:
    tool, given = stands_for.get("tool"), stands_for.get("input")
    if isinstance(tool, str) and isinstance(given, Mapping):
        return Part(label, Call(tool, given, "a choice taken"))
    text = str(stands_for.get("question") or label)
    return one(text, read(text), replace(known, choices={}))


def one(text: str, said: Said, known: Before, *, in_any_order: bool = True) -> Part:
    """Return what is to be done for one question, read by patterns and, if wanted, in any order."""
    whole = said
    said = without_fillers(said)
    pointed_at = pointed(said, known)
    if isinstance(pointed_at, Ask):
        step = followed(said, known)
        return Part(text, step or pointed_at)
    candidates = ranked(said)
    if candidates is not None:
        return Part(
            text, Call(ANALYST, {"question": candidates.question}, "candidates"), candidates=candidates.by
        )
    loaded = with_loads(pointed_at)
    step = followed(whole, known) or followed(loaded, known) or _read(loaded, known, _by_patterns)
    if step is None:
        step = command(pointed_at)  # before words in any order, for which "open SW-…" is no command
    if step is None and in_any_order:
        step = _read(loaded, known, by_concept)
    if isinstance(step, Call) and step.is_guess:
        otherwise = _open_question(text, said, pointed_at, known)
        if otherwise.is_documents:
            return otherwise
        return Part(text, step, then=(_analyst(text, said, pointed_at, known),))
    if isinstance(step, Call):
        step = inherited(step, whole, known)
    if step is None and in_any_order:
        step = _of_the_selected(said, known)
    if step is not None:
        return Part(text, step)
    mended = mended_words(loaded)
    if mended.mended:
        step = _read(mended, known, _by_patterns)
        if step is None and in_any_order:
            step = _read(mended, known, by_concept)
        if step is not None:
            return Part(text, step, mended=mended.mended)
    part = _open_question(text, said, pointed_at, known)
    if part.is_documents or not in_any_order or not isinstance(part.step, Call):
        return part
    meant = probable(text, mended)
    if meant is not None and part.step != meant.call:
        return replace(part, otherwise=meant.call, passed_over=meant.passed_over, mended=mended.mended)
    if are_documents_meant(text) and not ids_in(said):
        return replace(part, is_documents=True)
    found = loosely(mended)
    if found and found[0].is_firm and part.step != found[0].call:
        best = found[0]
        return replace(part, otherwise=best.call, passed_over=best.passed_over, mended=mended.mended)
    return replace(part, maybe=tuple(offer_of(each.call) for each in found[:_MOST_OFFERED]))


def _of_the_selected(said: Said, known: Before) -> Call | None:
    """Return what few words ask of the one thing that is selected: "normally open or closed?"."""
    if len(known.selected) != 1 or known.form is not None or len(said.words) > _FEW_WORDS or ids_in(said):
        return None
    about = known.selected[0]
    call = by_concept(Said((*said.words, Word("of", "of"), Word(about, about))))
    return call if call is not None and call.tool in _OF_ONE_THING else None


def _read(said: Said, known: Before, reader: Callable[[Said], Step | None]) -> Step | None:
    """Return what a question is read as, with "it" and the like in their places where needed."""
    step = reader(said)
    if step is not None:
        return step
    for guess in guessed(said, known):
        step = reader(guess.said)
        if step is not None:
            return guess.ask or step
    return None


def _by_patterns(said: Said) -> Step | None:
    """Return what an intent makes of a question, with or without words such as "exactly" and "right now"."""
    return by_intent(said) or by_intent(without_fillers_within(said))


def by_intent(said: Said) -> Step | None:
    """Return what the first intent that fits makes of a question."""
    for intent in grammar().intents:
        step = intent.step(said)
        if step is not None:
            return step
    return None


def _open_question(text: str, said: Said, pointed_at: Said, known: Before) -> Part:
    """Return the part that asks the documents or the analyst."""
    clear = resolved(pointed_at, known)
    analyst = _analyst(text, said, pointed_at if isinstance(clear, Ask) else clear, known)
    documents = None if known.items and guessed(said, known) else lean(said)
    for intent in grammar().guesses:
        step = intent.step(pointed_at)
        if isinstance(step, Call) and documents is None:
            return Part(text, step, then=(analyst,))
    if documents is not None and not ids_in(said):
        return Part(text, analyst, is_documents=True, lean=documents)
    unknown = unknown_kind(said) or (compared(said) if known.form is None else None)
    if unknown is not None:
        return Part(text, unknown)
    asked = known.input.get("question") if known.tool in (TECHNICAL, COMPLIANCE) else None
    if isinstance(asked, str) and asks_more_of_documents(read(text)):
        return Part(f"{asked} {text}", analyst, is_documents=True, lean=Lean.EITHER)
    return Part(text, clear if isinstance(clear, Ask) else analyst)


def _analyst(text: str, said: Said, pointed_at: Said, known: Before) -> Call:
    given: dict[str, Any] = {"question": pointed_at.written if pointed_at is not said else text}
    if known.form is not None:
        given["previous_form"] = dict(known.form)
    return Call(ANALYST, given, "numbers of the data")


def documents_calls(text: str) -> dict[str, Call]:
    """Return the calls that search the documents for a question, by tool.

    "What do the manuals say about …" is not looked for in them, only what follows.
    """
    said = without_fillers(read(text))
    start = phrases().start(said.text, "documents_say")
    end = phrases().end(said.text, "asks_how_after") or len(said.text)
    wanted = said.part(start, end) if start or end < len(said.text) else ""
    return {name: Call(name, {"question": wanted or text}, "documents") for name in (TECHNICAL, COMPLIANCE)}


def is_say(step: Step) -> bool:
    """Return whether a step needs no tool."""
    return isinstance(step, Ask | Refuse | Say)
