"""Differences of two documents: by hand, and putting them in gives the second document."""

import copy
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cascade.engine.scenarios.differences import Difference, DifferenceKind, differences

PLAIN = st.integers(-3, 3) | st.sampled_from(["a", "b", True])
VALUES = st.recursive(
    PLAIN | st.lists(PLAIN, max_size=6),
    lambda inner: st.dictionaries(st.sampled_from("pqr"), inner, max_size=3),
    max_leaves=12,
)


def told(before: Any, after: Any) -> list[tuple[str, str, Any, Any]]:
    return [(each.kind.value, each.path, each.before, each.after) for each in differences(before, after)]


def test_equal_documents_do_not_differ() -> None:
    assert told({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}) == []


def test_a_value_is_changed_added_and_removed_at_its_place() -> None:
    before = {"load": {"demand_mw": 100.0, "source": "x"}, "seed": 1, "track": {"points": []}}
    after = {"load": {"demand_mw": 120.0, "source": "x"}, "seed": 1, "wind": {"max_distance_km": 5.0}}

    assert told(before, after) == [
        ("CHANGED", "load.demand_mw", 100.0, 120.0),
        ("ADDED", "wind", None, {"max_distance_km": 5.0}),
        ("REMOVED", "track", {"points": []}, None),
    ]


def test_an_entry_put_in_between_is_one_difference() -> None:
    points = [{"lat": 29.0, "value": 10.0}, {"lat": 30.0, "value": 20.0}]
    more = [points[0], {"lat": 29.5, "value": 15.0}, points[1]]

    assert told({"points": points}, {"points": more}) == [("ADDED", "points[1]", None, more[1])]
    assert told({"points": more}, {"points": points}) == [("REMOVED", "points[1]", more[1], None)]
    hotter = [points[0], {"lat": 30.0, "value": 25.0}]
    assert told({"points": points}, {"points": hotter}) == [("CHANGED", "points[1].value", 20.0, 25.0)]


def test_an_entry_that_moved_is_named_by_where_it_is() -> None:
    before = ["q", "k", {"v": [1, 2]}]

    assert told({"x": before}, {"x": ["k", {"v": [1]}]}) == [
        ("REMOVED", "x[0]", "q", None),
        ("REMOVED", "x[1].v[1]", 2, None),
    ]


def test_a_number_is_no_truth() -> None:
    assert told({"a": 1}, {"a": True}) == [("CHANGED", "a", 1, True)]


@given(VALUES, VALUES)
def test_putting_the_differences_in_gives_the_second_document(before: Any, after: Any) -> None:
    first, second = {"x": before}, {"x": after}

    made = _patched(copy.deepcopy(first), differences(first, second))

    assert made == second


def _patched(document: Any, found: list[Difference]) -> Any:
    """Return a document changed as told; removals from lists are by place before, the rest by place after."""
    gone = [each for each in found if each.kind is DifferenceKind.REMOVED]
    for each in reversed(gone):
        holder, step = _holder(document, each.path)
        del holder[step]
    for each in found:
        if each.kind is DifferenceKind.REMOVED:
            continue
        holder, step = _holder(document, each.path)
        if each.kind is DifferenceKind.ADDED and isinstance(holder, list):
            holder.insert(step, each.after)
        else:
            holder[step] = each.after
    return document


def _holder(document: Any, path: str) -> tuple[Any, Any]:
    steps = [name if not index else int(index) for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path)]
    for step in steps[:-1]:
        document = document[step]
    return document, steps[-1]
