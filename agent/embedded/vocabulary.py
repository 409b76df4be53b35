"""Words that questions are made of and names are not: nouns of assets, words of English and of the trade."""

from __future__ import annotations

from pathlib import Path

import yaml

from agent.semantic.calendar_days import MONTHS, WEEKDAYS
from agent.semantic.vocabulary import Kind, grammar_words

NOUNS = {
    "substation": ("SUB",),
    "station": ("SUB",),
    "circuit": ("CKT",),
    "feeder": ("CKT",),
    "transformer": ("XFMR",),
    "xfmr": ("XFMR",),
    "service transformer": ("XFMR",),
    "distribution transformer": ("XFMR",),
    "pole": ("POLE",),
    "meter": ("MTR",),
    "smart meter": ("MTR",),
    "customer": ("CUST",),
    "line": ("LINE", "BR"),
    "power line": ("LINE", "BR"),
    "transmission line": ("BR", "LINE"),
    "branch": ("BR",),
    "switch": ("SW",),
    "breaker": ("SW",),
    "circuit breaker": ("SW",),
    "recloser": ("SW",),
    "fuse": ("SW",),
    "sectionalizer": ("SW",),
    "sectionaliser": ("SW",),
    "tie switch": ("SW",),
    "bus": ("BUS",),
    "plant": ("PLANT",),
    "power plant": ("PLANT",),
    "tree": ("TREE",),
    "asset": (),
    "device": (),
    "equipment": (),
    "element": (),
}
"""What assets are called, and the beginnings of the ids of what is called so; none: any asset."""

_FUNCTION_WORDS = """
a about above after again against all also am among an and any anybody anyone are around as at back be
because been before behind being below between both but by can cannot could did do does doing down
downstream during each either else ever every everybody everything fed feed feeding feeds few for from
get gets give going had happen happened happens has have having here how i if in instead into is it its
just least less let list lose loses many may me mean means might more most much must my need next no
nobody none nor not now of off on once one ones only or other our out over per please same second shall
she should show since so some still such supplied supplies supply tell than that the their them then
there these they thing this those through to today tomorrow tonight too top under until up upstream us
very was we were what when where which while who whom whose why will with without would yesterday yet
you your 's
"""
_TRADE_WORDS = """
age ampacity area assets branches breakers buses capacity cascade cascades caused causes circuits
clearance condition crew crews currently customers devices electricity energy equipment etr explain fail
failed fails failure feeders find first fuses health history hour hours information inspection
interruption interruptions kva kwh last latest lines load loaded loading location loss lost maintenance
major meters minutes month months mw number opens outage outages overloaded path percent plan plants
poles power problem procedure rating reclosers reliability report required requirement restoration
restored risk risks rules run runs saidi saifi caidi maifi asai simulation standard standards state
stations status substations switches temperature transformers trees trip tripped trips usage use used
uses using voltage vulnerable weather week weeks wind work working year years zone zones day days
"""
_STANDARDS = frozenset(["nerc", "ferc", "puct", "puc", "ercot", "osha", "nesc", "ieee", "ansi", "doe"])
_NOUN_WORDS = {word for noun in NOUNS for word in noun.split()}
_SHAPING_WORDS = {
    word for phrase, meaning in grammar_words() if meaning.kind is not Kind.FILLER for word in phrase.split()
}
_SUPERLATIVES = frozenset(
    [
        "oldest",
        "newest",
        "youngest",
        "longest",
        "shortest",
        "tallest",
        "largest",
        "biggest",
        "smallest",
        "healthiest",
        "unhealthiest",
        "riskiest",
        "nearest",
        "closest",
        "fastest",
        "slowest",
        "heaviest",
        "hottest",
        "coldest",
        "busiest",
        "weakest",
        "strongest",
        "worst",
        "best",
        "bad",
        "good",
        "all",
        "own",
    ]
)
_TIME_WORDS = frozenset(MONTHS) | frozenset(WEEKDAYS)
_CONCEPTS = yaml.load(
    Path(__file__).with_name("concepts.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
)
_CONCEPT_WORDS = frozenset(
    " ".join(
        [_CONCEPTS["common"], _CONCEPTS["idle"], *(item["words"] for item in _CONCEPTS["concepts"].values())]
    ).split()
)
RESERVED = (
    _CONCEPT_WORDS
    | _TIME_WORDS
    | _SUPERLATIVES
    | _STANDARDS
    | _SHAPING_WORDS
    | frozenset(_FUNCTION_WORDS.split())
    | frozenset(_TRADE_WORDS.split())
    | _NOUN_WORDS
)
