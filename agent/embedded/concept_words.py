"""The words of ``concepts.yaml``: common ones, idle ones, and those that are never passed over."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from agent.documents.words import stem

FILE = Path(__file__).with_name("concepts.yaml")
WEIGHTY = frozenset(
    [
        "not",
        "no",
        "never",
        "nor",
        "except",
        "other",
        "others",
        "than",
        "per",
        "by",
        "average",
        "mean",
        "median",
        "percent",
        "compare",
        "compared",
        "versus",
        "vs",
        "trend",
        "difference",
        "ratio",
        "sum",
        "minimum",
        "maximum",
        "without",
        "excluding",
        "only",
        "older",
        "newer",
        "before",
        "after",
        "since",
        "until",
        "unless",
        "planned",
        "tomorrow",
        "yesterday",
        "forecast",
        "cost",
        "costs",
        "both",
        "more",
        "less",
        "fewer",
        "higher",
        "lower",
        "extra",
        "additional",
        "increase",
        "increased",
        "decrease",
        "decreased",
        "reduced",
        "raised",
        "double",
        "twice",
        "half",
        "triple",
        "too",
        "instead",
    ]
)
"""Words that change what is asked: never passed over."""
LEFT_OUT = frozenset(
    [
        "excluding",
        "without",
        "not",
        "excl",
        "exclude",
        "excluded",
        "exclusive",
        "ignore",
        "ignoring",
        "ignored",
        "leave",
        "leaving",
        "skip",
        "drop",
        "dropping",
        "minus",
        "except",
    ]
)
"""Words that leave out what stands beside them."""
KINDS_OF_CUSTOMERS = {
    **dict.fromkeys(("hospital", "hospitals"), "hospital"),
    **dict.fromkeys(("school", "schools"), "school"),
    **dict.fromkeys(("water",), "water"),
    **dict.fromkeys(("emergency",), "emergency"),
    **{kind: kind for kind in ("residential", "commercial", "industrial")},
}
"""The kinds of customers on record, by the words for them."""


@cache
def idle() -> frozenset[str]:
    """Return the stems of the words that change nothing of what is asked."""
    return frozenset(stem(word) for word in words_file()["idle"].split() if word not in WEIGHTY)


@cache
def common() -> frozenset[str]:
    """Return the words that every concept may hold."""
    return frozenset(words_file()["common"].split())


@cache
def words_file() -> Mapping[str, Any]:
    """Return what the file of concepts says."""
    return dict(yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))


@cache
def known_words() -> frozenset[str]:
    """Return the words that some concept knows."""
    items = words_file()["concepts"].values()
    return common().union(*(item["words"].split() for item in items))
