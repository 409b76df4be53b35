"""What sums of readings say, and what they do not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.pipeline.measures import change_pct, measure


def row(kwh: str | None = "1.5", **rest: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "usage_kwh": None if kwh is None else Decimal(kwh),
        "reading_count": 4,
        "estimated_count": 1,
        "metered_minutes": 60,
        "outage_minutes": 15,
    }
    return plain | rest


def test_what_is_whole_is_not_partial() -> None:
    found = measure([row(), row("0.25")], meter_count=2, minutes=60)

    assert (found.usage_kwh, found.coverage_pct, found.is_partial) == (1.75, 100.0, False)
    assert (found.estimated_pct, found.outage_minutes, found.meter_count) == (25.0, 30, 2)


def test_without_readings_use_is_unknown_and_coverage_none() -> None:
    for rows in ([], [row(None)]):
        found = measure(rows, meter_count=3, minutes=60)
        assert (found.usage_kwh, found.estimated_pct, found.outage_minutes) == (None, None, None)
        assert (found.coverage_pct, found.is_partial) == (0.0, True)


def test_without_meters_coverage_is_unknown() -> None:
    assert measure([], meter_count=0, minutes=60).coverage_pct is None


def test_a_span_whose_metered_time_is_unknown_has_no_coverage() -> None:
    found = measure([row(), row(metered_minutes=None)], meter_count=2, minutes=60)
    assert (found.usage_kwh, found.coverage_pct, found.is_partial) == (3.0, None, True)


def test_some_missing_readings_make_a_sum_partial() -> None:
    assert measure([row(metered_minutes=45)], meter_count=1, minutes=60).is_partial


@given(
    st.lists(st.tuples(st.decimals(0, 1000, places=4), st.integers(1, 96), st.integers(0, 1440)), max_size=20)
)
def test_the_whole_is_the_sum_of_its_parts(parts: list[tuple[Decimal, int, int]]) -> None:
    rows = [row(str(kwh), reading_count=n, estimated_count=0, metered_minutes=m) for kwh, n, m in parts]
    one_by_one = [measure([each], meter_count=1, minutes=1440) for each in rows]
    found = measure(rows, meter_count=max(len(rows), 1), minutes=1440)

    assert found.usage_kwh == (float(sum(kwh for kwh, _, _ in parts)) if parts else None)
    if parts:
        mean = sum(each.coverage_pct or 0.0 for each in one_by_one) / len(parts)
        assert found.coverage_pct == pytest.approx(mean)


@pytest.mark.parametrize(
    ("value", "base", "pct"),
    [(110.0, 100.0, 10.0), (0.0, 50.0, -100.0), (5.0, 0.0, None), (None, 5.0, None), (5.0, None, None)],
)
def test_a_change_is_of_a_known_base(value: float | None, base: float | None, pct: float | None) -> None:
    assert change_pct(value, base) == pct
