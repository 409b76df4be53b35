"""Sums by zone, and what adds most to them."""

from __future__ import annotations

import math

import numpy as np

from cascade.engine.risk_now.parts import Items, RiskPart, ZonePart, by_zone, largest


def items(hours: list[float], zones: list[str | None], kind: str = "TREE") -> Items:
    return Items(
        kind=kind,
        ids=[f"{kind}-{n}" for n in range(len(hours))],
        zones=zones,
        customer_hours=np.array(hours),
        details={"place": list(range(len(hours)))},
    )


def test_each_zone_has_its_own_sum_and_what_is_unknown_is_counted_apart() -> None:
    found = by_zone(
        [items([1.0, math.nan, 4.0, 8.0], ["A", "A", "B", None]), items([0.5], ["A"], "POLE")],
        ["A", "B", "C"],
    )

    assert found["A"] == ZonePart(customer_hours=1.5, known=2, total=3)
    assert found["B"] == ZonePart(customer_hours=4.0, known=1, total=1)
    assert found["C"] == ZonePart(customer_hours=0.0)


def test_a_zone_of_which_nothing_is_known_has_no_sum() -> None:
    found = by_zone([items([math.nan, math.nan], ["A", "A"])], ["A"])

    assert found["A"] == ZonePart(
        customer_hours=None, total=2, reason="None of 2 assets has the data it rests on."
    )


def test_the_largest_come_first_and_equal_ones_by_id() -> None:
    found = largest(
        RiskPart.VEGETATION,
        [items([1.0, 3.0, 0.0, math.nan, 1.0], ["A"] * 5), items([2.0, 9.0], ["A", "B"], "POLE")],
        ["A", "B"],
        3,
    )

    assert [(one.zone, one.asset_id, one.customer_hours) for one in found] == [
        ("A", "TREE-1", 3.0),
        ("A", "POLE-0", 2.0),
        ("A", "TREE-0", 1.0),
        ("B", "POLE-1", 9.0),
    ]
    assert found[0].details == {"place": 1}
    assert found[0].part is RiskPart.VEGETATION
