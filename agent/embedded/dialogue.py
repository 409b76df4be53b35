"""What was said and shown before: "this transformer", "it", "the second one", "the last run"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.backends.requests import Question
from agent.embedded.intents import Ask, Call, Offer
from agent.embedded.normal import Said, Word, is_id
from agent.embedded.vocabulary import NOUNS

_NOUN = "|".join(sorted((re.escape(noun) for noun in NOUNS), key=len, reverse=True))
_RUN_WORDS = "run|cascade run|cascade|simulation|simulation run"
_STRONG = re.compile(
    r"(?:this|that|(?:the )?selected|the highlighted|the chosen|the marked|the shown|the same) "
    rf"(?P<noun>{_NOUN}) "
    r"|(?:this|that|the selected) (?:one|thing) |the selection |what i (?:have )?selected |my selection "
)
_MANY = re.compile(
    rf"(?:these|those|the selected|selected|the two|both) (?:two |three |four )?(?P<noun>{_NOUN})s "
)
_RUN = re.compile(rf"(?:this|that|the shown|the selected|the open) (?:{_RUN_WORDS}) ")
_TIMES = "year|month|week|quarter|summer|winter|spring|fall|autumn|morning|afternoon|evening|hour"
_WEAK = re.compile(
    rf"(?<!\S)(?:(?P<own>its |their )|(?:it|this(?! (?:{_TIMES}) )|that|there|here|them) "
    rf"|the (?P<noun>{_NOUN}) (?!(?:called|named) )(?![A-Z0-9]))"
)
_ORDINALS = {
    "first": 0,
    "1st": 0,
    "second": 1,
    "2nd": 1,
    "third": 2,
    "3rd": 2,
    "fourth": 3,
    "4th": 3,
    "fifth": 4,
    "5th": 4,
    "last": -1,
}
_ORDINAL = re.compile(
    rf"(?<!\S)(?:the )?(?P<which>{'|'.join(_ORDINALS)}) "
    rf"(?:one |of them |choice |option |(?:{_NOUN}) |(?=$))(?![A-Z])"
)
_PICK = re.compile(
    r"(?:(?:i mean |i meant |take |choose |pick |show |yes )?(?:the )?"
    rf"(?P<which>{'|'.join(_ORDINALS)}) (?:one |choice |option )?"
    r"|(?:number |option |choice |no )?(?P<number>\d) )"
)


@dataclass(frozen=True)
class Before:
    """What a question may refer to.

    Attributes:
        selected: assets selected on the map, the newest last.
        run_id: the run shown, or the one that the answer before was about.
        tool: the tool of the answer before, and its ``input``.
        asset: the asset that the answer before was about.
        items: what it listed, in order.
        choices: what it offered, by label, when it asked back.
        form: the form of the analyst's answer before.
    """

    selected: tuple[str, ...] = ()
    run_id: str | None = None
    tool: str | None = None
    input: Mapping[str, Any] = field(default_factory=dict)
    asset: str | None = None
    items: tuple[str, ...] = ()
    choices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    form: Mapping[str, Any] | None = None


def before(question: Question) -> Before:
    """Return what was before a question; a state of another back end, or a broken one, says nothing."""
    state = question.state
    given = state.get("input")
    items = state.get("items")
    choices = state.get("choices")
    form = state.get("form")
    return Before(
        selected=tuple(question.context.asset_ids),
        run_id=question.context.run_id or _text(state.get("run_id")),
        tool=_text(state.get("tool")),
        input=given if isinstance(given, Mapping) else {},
        asset=_text(state.get("asset")),
        items=tuple(item for item in items if isinstance(item, str)) if isinstance(items, list) else (),
        choices=choices if isinstance(choices, Mapping) else {},
        form=form if isinstance(form, Mapping) else None,
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def picked(said: Said, text: str, known: Before) -> tuple[str, Mapping[str, Any]] | None:
    """Return the choice that a text takes, by its label, its question or its place."""
    if not known.choices:
        return None
    plain = text.strip().casefold()
    for label, stands_for in known.choices.items():
        if plain in (label.strip().casefold(), str(stands_for.get("question", "")).strip().casefold()):
            return label, stands_for
    match = _PICK.fullmatch(said.text)
    if match is None:
        return None
    number = int(match["number"]) - 1 if match["number"] else _ORDINALS[match["which"]]
    labels = list(known.choices)
    if -1 <= number < len(labels):
        return labels[number], known.choices[labels[number]]
    return None


def placed(said: Said, known: Before) -> str | Ask | None:
    """Return the asset that "the second one" alone means, or what must be asked; None for other texts."""
    match = _PICK.fullmatch(said.text)
    if match is None:
        return None
    place = int(match["number"]) - 1 if match["number"] else _ORDINALS[match["which"]]
    if known.items and -1 <= place < len(known.items):
        return known.items[place]
    return Ask("Which one of what? The answer before offered no choice and listed nothing.")


def pointed(said: Said, known: Before) -> Said | Ask:
    """Return a question with what "this transformer", "the selected ones", "that run" mean in their places.

    Asks back where nothing is selected that they could mean, or several things are.
    """
    match = _RUN.search(said.text)
    if match is not None:
        if known.run_id is None:
            return Ask(
                "Which run? None is shown.",
                (
                    Offer(
                        "The last run",
                        "Explain the last run",
                        Call("cascade", {"action": "EXPLAIN"}, "a run explained"),
                    ),
                ),
            )
        said = _replaced(said, match.span(), [Word("run", "run"), Word("@run", known.run_id)])
    match = _ORDINAL.search(said.text)
    if match is not None and not known.items and re.search(r" (?:one|of them|choice|option) $", match[0]):
        return Ask("Which one of what? The answer before offered no choice and listed nothing.")
    match = _MANY.search(said.text)
    if match is not None:
        found = _of_kind(known.selected, match["noun"])
        if not found:
            return _nothing(match["noun"])
        return _replaced(said, match.span(), _listed(found))
    match = _STRONG.search(said.text)
    if match is None or (match["noun"] is None and ids_in(said)):
        return said
    noun = match["noun"] or "asset"
    is_said = match[0].startswith("that ")
    chosen = _chosen(noun, known, is_said=is_said)
    if not chosen:
        return _nothing(noun)
    if len(chosen) > 1:
        return _which(said, match.span(), noun, chosen)
    return _replaced(said, match.span(), [Word(chosen[0], chosen[0])])


@dataclass(frozen=True)
class Guess:
    """A question with a weak reference put in its place: an id, or what must be asked."""

    said: Said
    ask: Ask | None = None


def guessed(said: Said, known: Before) -> list[Guess]:
    """Return what a question may mean where words such as "it" or "the second one" stand for assets."""
    found: list[Guess] = []
    match = _ORDINAL.search(said.text)
    if match is not None and known.items:
        place = _ORDINALS[match["which"]]
        if place < len(known.items):
            item = known.items[place]
            found.append(Guess(_replaced(said, match.span(), [Word(item, item)])))
    for match in _WEAK.finditer(said.text):
        if _is_relative(said.text, match):
            continue
        noun = match["noun"] or "asset"
        chosen = _chosen(noun, known, is_said=True)
        owned = [Word("'s", "'s")] if match["own"] else []
        if len(chosen) == 1:
            found.append(Guess(_replaced(said, match.span(), [Word(chosen[0], chosen[0]), *owned])))
            continue
        codes = NOUNS.get(noun) or ("XFMR", "SUB", "LINE")
        ask = _which(said, match.span(), noun, chosen, owned) if chosen else _nothing(noun)
        found += [
            Guess(_replaced(said, match.span(), [Word(f"{code}-0", f"{code}-0"), *owned]), ask)
            for code in codes
        ]
    return found


_ASKING = ("is", "are", "was", "does", "did", "do", "will", "would", "can", "if", "when", "and")
_BEFORE_THAT = frozenset([*_ASKING, "of", "for", "about", "to", "on", "in", "with", "by", "from", "at"])


def _is_relative(text: str, match: re.Match[str]) -> bool:
    """Return whether "that" begins a clause, "outages that started today", or "there" is no place."""
    if match[0] == "there ":
        is_after_be = text[: match.start()].split()[-1:] in (["is"], ["are"], ["was"], ["were"], [])
        is_counted = text.startswith(("how many ", "how much "))  # "how many substations are there"
        return is_after_be and (match.end() < len(text) or is_counted)
    if match[0] != "that ":
        return False
    before = text[: match.start()].split()
    return bool(before) and match.end() < len(text) and before[-1] not in _BEFORE_THAT


def _chosen(noun: str, known: Before, *, is_said: bool) -> list[str]:
    selected = _of_kind(known.selected, noun)
    spoken = _of_kind((known.asset,) if known.asset else (), noun)
    return list((spoken or selected) if is_said else (selected or spoken))


def _of_kind(ids: Sequence[str], noun: str) -> list[str]:
    codes = NOUNS.get(noun, ())
    return [each for each in dict.fromkeys(ids) if not codes or each.partition("-")[0] in codes]


def _nothing(noun: str) -> Ask:
    return Ask(f"Which {noun}? None is selected on the map. Select one, or name it by its id or name.")


def _which(
    said: Said, span: tuple[int, int], noun: str, chosen: Sequence[str], owned: Sequence[Word] = ()
) -> Ask:
    offers = tuple(
        Offer(each, _replaced(said, span, [Word(each, each), *owned]).written) for each in chosen[:8]
    )
    return Ask(f"Several are selected. Which {noun} do you mean?", offers)


def _listed(ids: Sequence[str]) -> list[Word]:
    words: list[Word] = []
    for each in ids:
        words += [Word("and", "and")] if words else []
        words.append(Word(each, each))
    return words


def _replaced(said: Said, span: tuple[int, int], words: Sequence[Word]) -> Said:
    start, end = span
    head, tail = said.cut(0, start).words, said.cut(end, len(said.text)).words
    return Said((*head, *words, *tail), said.mended)


def ids_in(said: Said) -> list[str]:
    """Return the ids that a question names."""
    return [word.plain for word in said.words if is_id(word.plain)]
