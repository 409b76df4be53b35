"""What differs between two documents of a scenario, place by place."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class DifferenceKind(StrEnum):
    """How a place differs."""

    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Hold a place at which two documents differ.

    Attributes:
        kind: how.
        path: the place, such as ``load.demand_mw``; an entry of a list that went is named by its place in the
            first document, any other by its place in the second.
        before: what the first says; None if it says nothing.
        after: what the second says; None if it says nothing.
    """

    kind: DifferenceKind
    path: str
    before: Any
    after: Any


def differences(before: Any, after: Any, *, path: str = "") -> list[Difference]:
    """Return where two JSON documents differ, in the order of the second.

    Entries of a list are matched by what they say, so that one put in between is one difference.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        return _of_objects(before, after, path)
    if isinstance(before, list) and isinstance(after, list):
        return _of_lists(before, after, path)
    if before == after and isinstance(before, bool) == isinstance(after, bool):
        return []
    if before is None or after is None:
        kind = DifferenceKind.ADDED if before is None else DifferenceKind.REMOVED
        return [Difference(kind=kind, path=path, before=before, after=after)]
    return [Difference(kind=DifferenceKind.CHANGED, path=path, before=before, after=after)]


def _of_objects(before: dict[str, Any], after: dict[str, Any], path: str) -> list[Difference]:
    found = []
    for name in dict.fromkeys([*after, *before]):
        place = f"{path}.{name}" if path else name
        found += differences(before.get(name), after.get(name), path=place)
    return found


def _of_lists(before: list[Any], after: list[Any], path: str) -> list[Difference]:
    first, second = (
        [json.dumps(each, sort_keys=True) for each in each_list] for each_list in (before, after)
    )
    found = []
    for tag, a, b, c, d in difflib.SequenceMatcher(a=first, b=second, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        # As many as there are on both sides are the same entries, changed.
        both = min(b - a, d - c)
        for n in range(both):
            found += differences(before[a + n], after[c + n], path=f"{path}[{c + n}]")
        found += [
            Difference(kind=DifferenceKind.REMOVED, path=f"{path}[{n}]", before=before[n], after=None)
            for n in range(a + both, b)
        ]
        found += [
            Difference(kind=DifferenceKind.ADDED, path=f"{path}[{n}]", before=None, after=after[n])
            for n in range(c + both, d)
        ]
    return found
