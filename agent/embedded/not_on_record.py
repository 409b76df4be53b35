"""What people ask for that the records do not know, with what they know instead; things named by a rank."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.embedded.intents import Ask, Offer
from agent.embedded.normal import Said, is_id

_UNKNOWN_KINDS = re.compile(
    r"(?<!\S)(?P<kind>nursing homes?|care homes?|retirement homes?|assisted living(?: facilities| "
    r"homes?)?|elderly(?: people| customers)?"
    r"|life support(?: customers?| patients?)?|dialysis(?: centers?| customers?| patients?)?|medical(?: "
    r"baseline)? customers?"
    r"|medically vulnerable(?: customers?)?|oxygen customers?|clinics?|day ?cares?|prisons?|jails?"
    r"|police stations?|churches"
    r"|airports?|data centers?|supermarkets?|grocery stores?|gas stations?|pharmacies|universities|colleges) "
)
_KINDS = (
    ("Hospitals", "hospitals"),
    ("Schools", "schools"),
    ("Water works", "water works"),
    ("Emergency services", "emergency services"),
)
_ASKED_OF = re.compile(
    r"(?<!\S)(?:how many|list|show|which|any|where are|find|number of) |(?<!\S)(?:in|on|at|near|behind"
    r"|of) \S+ $"
)
_WHAT_IF = (
    r"(?:what happens if|what happens when|what would happen if|what if|simulate the loss of|simulate "
    r"losing|simulate|does a cascade "
    r"follow if|if|what if we lose|what happens if we lose|what would happen if we lost|losing) "
)
_RANKED = re.compile(
    rf"{_WHAT_IF}(?:the |our )(?P<rank>largest|biggest|most loaded|heaviest loaded|most heavily loaded"
    rf"|highest loaded|busiest|most important) "
    r"(?P<noun>substation|station|plant|power plant|generator|line|transmission line|branch) "
    r"(?:(?:fails?|trips?|goes|go|is|gets|were to|drops?|went|blows?) ?(?:down|out|off|lost|offline|fail"
    r"|tripped|up)? )?"
    r"(?:(?:what happens|at once|now|today) )?"
)
_MEASURES = {
    "substation": ("the largest by capacity", "capacity"),
    "plant": ("the largest by capacity", "capacity"),
    "line": ("the most loaded in the base case", "loading"),
}


@dataclass(frozen=True)
class Ranked:
    """A thing that fails, named by its rank: the question of the candidates, and how they were ranked."""

    question: str
    by: str


def ranked(said: Said) -> Ranked | None:
    """Return what is looked up first for "what happens if the largest substation fails"; else None."""
    match = _RANKED.fullmatch(said.text)
    if match is None:
        return None
    noun = match["noun"].split()[-1]
    kind = {"station": "substation", "generator": "plant", "branch": "line"}.get(noun, noun)
    by, measure = _MEASURES[kind]
    if "load" in match["rank"] or match["rank"] == "busiest":
        by, measure = ("the most loaded in the base case", "load" if kind == "substation" else "loading")
    plural = {"substation": "substations", "plant": "power plants", "line": "transmission lines"}[kind]
    return Ranked(f"Which 5 {plural} have the highest {measure}?", by)


def unknown_kind(said: Said) -> Ask | None:
    """Return the question back for a kind of customer that the records do not mark; None for other texts."""
    match = _UNKNOWN_KINDS.search(said.text)
    if match is None:
        return None
    rest = f"{said.text[: match.start()]}{said.text[match.end() :]}"
    if not (
        _ASKED_OF.search(said.text) or any(is_id(word.plain) for word in said.words) or len(rest.split()) <= 1
    ):
        return None
    start, end = match.span()
    head, tail = said.cut(0, start).written, said.cut(end, len(said.text)).written
    offers = tuple(
        Offer(label, f"{head} {kind} {tail}".strip()) if tail else Offer(label, f"List {kind}")
        for label, kind in _KINDS
    )
    return Ask(
        f"The records do not say which customers are {match['kind'].strip()}. Kinds of critical customers on "
        "record are hospitals, schools, water works and emergency services; every customer is residential, "
        "commercial or industrial.",
        offers,
    )


_VERSUS = re.compile(
    r"(?:(?:compare|comparison of|difference between) )?(?P<first>.+?) (?:vs|versus|against|compared to"
    r"|compared with|or) (?P<second>.+) "
    r"|(?:compare|comparison of|difference between) (?P<one>.+?) (?:and|with|to) (?P<other>.+) "
)
_BY_CODE = {"SUB": "substation", "CKT": "circuit", "XFMR": "transformer"}
_METRICS = {
    "circuit": ("Customers", "Circuit peak load", "Outages this year", "Transformers"),
    "substation": ("Customers", "Substation load", "Outages this year", "Transformers"),
    "transformer": ("Meters", "Peak loading", "Rated kVA", "Health index"),
}
_MOST_WORDS = 3


def compared(said: Said) -> Ask | None:
    """Return by what two things may be compared, as choices; None where a text compares nothing."""
    match = _VERSUS.fullmatch(said.text)
    if match is None:
        return None
    first, second = ("first", "second") if match["first"] is not None else ("one", "other")
    names = [said.part(*match.span(each)) for each in (first, second)]
    kinds = {_kind_of(name) for name in names}
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is None:
        return None
    both = " and ".join(names)
    offers = tuple(
        Offer(f"{metric} of {both}", f"{metric} by {kind} for {both}") for metric in _METRICS[kind]
    )
    return Ask(f"What of {both} shall I compare?", offers)


def _kind_of(name: str) -> str | None:
    """Return what a name is of: a number makes it a circuit, a capital a substation; ids say it."""
    words = name.split()
    if len(words) == 1 and is_id(words[0].upper()) and "-" in name:
        return _BY_CODE.get(name.partition("-")[0].upper())
    if not 1 <= len(words) <= _MOST_WORDS:
        return None
    if re.fullmatch(r"\d\d", words[-1]):
        return "circuit"
    if words[0].lower() in {"substation", "station"} or words[-1].lower() in {"substation", "station"}:
        return "substation"
    return "substation" if all(word[0].isupper() for word in words) and not name.isupper() else None
