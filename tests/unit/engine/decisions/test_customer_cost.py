"""Interruption costs against the published table and worked examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade.engine.decisions.customer_cost import (
    CustomerGroup,
    Durations,
    both_methods,
    cost_shares,
)
from cascade.engine.decisions.damage_functions import CostClass, DamageFunction, ice_1_0
from cascade.engine.decisions.ranges import InvalidDecisionInput, Range, total

ICE = ice_1_0()
VOLL = 35_685.0
near = pytest.approx
# LBNL-6941E, Table ES-1: momentary, 30 min, 1 h, 4 h, 8 h, 16 h.
PER_KW = {
    CostClass.MEDIUM_LARGE_CI: (15.9, 18.7, 21.8, 48.4, 103.2, 203.0),
    CostClass.SMALL_CI: (187.9, 237.0, 295.0, 857.1, 2138.1, 4128.3),
    CostClass.RESIDENTIAL: (2.6, 2.9, 3.3, 6.2, 11.3, 21.2),
}
PER_KWH = {
    CostClass.MEDIUM_LARGE_CI: (190.7, 37.4, 21.8, 12.1, 12.9, 12.7),
    CostClass.SMALL_CI: (2254.6, 474.1, 295.0, 214.3, 267.3, 258.0),
    CostClass.RESIDENTIAL: (30.9, 5.9, 3.3, 1.6, 1.4, 1.3),
}


def town(hours: float) -> list[CustomerGroup]:
    counts = {CostClass.RESIDENTIAL: 900, CostClass.SMALL_CI: 90, CostClass.MEDIUM_LARGE_CI: 10}
    return [
        CustomerGroup(cost_class=cost_class, area="A", customers=count, durations=Durations.exactly(hours))
        for cost_class, count in counts.items()
    ]


@pytest.mark.parametrize("cost_class", list(CostClass))
def test_the_other_rows_of_the_published_table_follow(cost_class: CostClass) -> None:
    function = ICE.functions[cost_class]
    for hours, usd, per_kw, per_kwh in zip(
        function.durations_h, function.event_usd, PER_KW[cost_class], PER_KWH[cost_class], strict=True
    ):
        # the table rounds costs to three or four digits, residential ones to ten cents
        slack = 0.05 / usd + 0.0005 + 0.05 / per_kw
        assert usd / function.average_kw == near(per_kw, rel=slack)
        assert usd / (function.average_kw * hours) == near(per_kwh, rel=slack + 0.05 / per_kwh)


@pytest.mark.parametrize(
    ("hours", "usd", "mwh"),
    [(1.0, 240_860.0, 9.720), (4.0, 572_330.0, 38.881), (8.0, 1_278_410.0, 77.762)],
)
def test_a_town_of_a_thousand_costs_what_was_worked_out(hours: float, usd: float, mwh: float) -> None:
    shares = cost_shares(town(hours), table=ICE, voll_usd_per_mwh=VOLL)

    damage = total(share.damage_usd for share in shares)
    energy = total(share.unserved_mwh for share in shares)
    assert damage.mid == near(usd, abs=1e-6)
    assert energy.mid == near(mwh, abs=1e-3)
    if hours == 1.0:
        assert usd / (energy.mid or 0) == near(24_779, abs=1)
        voll = total(share.voll_usd for share in shares)
        assert voll.mid == near(346_866, abs=10)


def test_between_the_columns_costs_run_straight() -> None:
    function = ICE.functions[CostClass.SMALL_CI]

    assert function.event_cost_usd(2.5) == near((647 + 1880) / 2)
    assert function.event_cost_usd(20.0) == near(9055 + (9055 - 4690) / 8 * 4)
    assert function.event_cost_usd(1 / 60) == 412.0
    assert function.event_cost_usd(0.0) == 0.0
    assert function.event_cost_usd(24.0) is not None
    assert function.event_cost_usd(24.01) is None


def test_only_businesses_scale_with_their_load() -> None:
    large, home = ICE.functions[CostClass.MEDIUM_LARGE_CI], ICE.functions[CostClass.RESIDENTIAL]

    assert large.event_cost_usd(1.0, average_kw=large.average_kw * 2) == near(2 * 17_804)
    assert home.event_cost_usd(1.0, average_kw=100.0) == near(5.1)


def test_prices_of_another_year() -> None:
    mid = cost_shares(town(1.0), table=ice_1_0(price_factor=1.347), voll_usd_per_mwh=VOLL)

    assert total(share.damage_usd for share in mid).mid == near(240_860 * 1.347)
    assert total(share.voll_usd for share in mid).mid == near(346_866, abs=10)


def test_beyond_a_day_the_cost_is_a_floor() -> None:
    group = CustomerGroup(
        cost_class=CostClass.RESIDENTIAL,
        area="A",
        customers=10,
        durations=Durations(low_h=12.0, mid_h=30.0, high_h=72.0),
    )
    later = CustomerGroup(
        cost_class=CostClass.RESIDENTIAL, area="A", customers=10, durations=Durations.exactly(48.0)
    )
    [share] = cost_shares([group], table=ICE, voll_usd_per_mwh=VOLL)
    [floor] = cost_shares([later], table=ICE, voll_usd_per_mwh=VOLL)

    assert (share.damage_usd.low, share.damage_usd.mid, share.damage_usd.high) == (near(248.0), None, None)
    assert "24 h" in share.damage_usd.reasons[0]
    assert floor.damage_usd.low == near(10 * (32.4 + 8 * 15.2 / 8))
    assert share.voll_usd.high == near(10 * 13_351 / 8760 / 1000 * 72 * VOLL)
    both = both_methods(share.damage_usd, share.voll_usd)
    assert (both.low, both.mid, both.high) == (near(248.0), None, share.voll_usd.high)


def test_shares_are_told_by_class_and_area() -> None:
    groups = [
        CustomerGroup(
            cost_class=CostClass.RESIDENTIAL, area=area, customers=n, durations=Durations.exactly(1)
        )
        for area, n in (("B", 1), ("A", 2), ("B", 3))
    ]

    shares = cost_shares(groups, table=ICE, voll_usd_per_mwh=0.0)

    assert [(share.area, share.customers, share.damage_usd.mid) for share in shares] == [
        ("A", 2, near(10.2)),
        ("B", 4, near(20.4)),
    ]


@given(st.floats(0.0, 24.0), st.floats(0.0, 24.0))
def test_a_longer_interruption_never_costs_less(first: float, second: float) -> None:
    short, long = sorted((first, second))
    for function in ICE.functions.values():
        assert (function.event_cost_usd(short) or 0.0) <= (function.event_cost_usd(long) or 0.0) + 1e-9


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("average_kw", {"average_kw": 0.0}),
        ("durations_h", {"durations_h": (1.0, 1.0)}),
        ("event_usd", {"event_usd": (1.0,)}),
        ("event_usd", {"event_usd": (1.0, float("nan"))}),
        ("longest_h", {"longest_h": 1.0}),
    ],
)
def test_a_table_that_is_none_is_refused(field: str, values: dict[str, object]) -> None:
    good = {"average_kw": 1.0, "durations_h": (1.0, 2.0), "event_usd": (1.0, 2.0), "longest_h": 2.0}

    with pytest.raises(InvalidDecisionInput) as caught:
        DamageFunction(cost_class=CostClass.RESIDENTIAL, **{**good, **values})  # type: ignore[arg-type]

    assert caught.value.field == field


@pytest.mark.parametrize("hours", [-1.0, float("nan"), float("inf")])
def test_a_duration_that_is_none_is_refused(hours: float) -> None:
    with pytest.raises(InvalidDecisionInput):
        ICE.functions[CostClass.RESIDENTIAL].event_cost_usd(hours)
    with pytest.raises(InvalidDecisionInput):
        Durations.exactly(hours)


def test_a_sum_with_an_unknown_part_is_unknown() -> None:
    assert total([Range.exactly(1.0), Range.unknown("why")]) == Range.unknown("why")
    assert total([]) == Range.exactly(0.0)
