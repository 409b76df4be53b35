"""The three ledgers and the tiers of severity."""

from __future__ import annotations

import pytest

from cascade.engine.decisions.customer_cost import CustomerGroup, Durations, cost_shares
from cascade.engine.decisions.damage_functions import CostClass, ice_1_0
from cascade.engine.decisions.ledgers import (
    RegulatoryItem,
    UtilityRates,
    customer_ledger,
    regulatory_ledger,
    utility_ledger,
)
from cascade.engine.decisions.ranges import InvalidDecisionInput, Range
from cascade.engine.decisions.severity import Severity, SeverityTier, assess

TIERS = (
    SeverityTier(name="MODERATE", min_customers=0, min_mw=0),
    SeverityTier(name="HIGH", min_customers=10_000, min_mw=100),
    SeverityTier(name="CRITICAL", min_customers=50_000, min_mw=300),
    SeverityTier(name="EMERGENCY", min_customers=100_000, min_mw=None),
)


def homes(durations: Durations) -> CustomerGroup:
    return CustomerGroup(cost_class=CostClass.RESIDENTIAL, area="A", customers=100, durations=durations)


def test_the_customers_ledger_spans_both_methods() -> None:
    durations = Durations(low_h=1.0, mid_h=4.0, high_h=8.0)
    shares = cost_shares([homes(durations)], table=ice_1_0(), voll_usd_per_mwh=35_685)

    ledger = customer_ledger(shares)

    # 100 homes: 510, 950, 1,720 $ by the table; 0.15241 MW · 35,685 $ an hour by lost load
    hour = 100 * 13_351 / 8760 / 1000 * 35_685
    assert [line.usd.mid for line in ledger.lines] == [pytest.approx(950), pytest.approx(4 * hour)]
    assert (ledger.usd.low, ledger.usd.mid, ledger.usd.high) == (
        pytest.approx(510),
        pytest.approx(950),
        pytest.approx(8 * hour),
    )


def test_load_without_customers_leaves_the_damage_unknown() -> None:
    shares = cost_shares([homes(Durations.exactly(1.0))], table=ice_1_0(), voll_usd_per_mwh=1000)

    ledger = customer_ledger(shares, voll_usd=Range.exactly(5152.41), gaps=["no customers on record"])

    assert ledger.usd.mid is None
    assert ledger.lines[0].usd.low == pytest.approx(510)
    assert ledger.lines[1].usd.mid == 5152.41
    assert any("no customers on record" in reason for reason in ledger.usd.reasons)


def test_the_utility_pays_labour_material_and_lost_margin() -> None:
    ledger = utility_ledger(
        crew_hours=Range(low=10, mid=20, high=40),
        repairs={"POLE": 2, "SWITCH": 0},
        unserved_mwh=Range.exactly(3.0),
        rates=UtilityRates(crew_hour_usd=100, material_usd={"POLE": 500}, margin_usd_per_mwh=40),
    )

    assert (ledger.usd.low, ledger.usd.mid, ledger.usd.high) == (2120, 3120, 5120)


def test_a_rate_that_is_not_on_record_is_said_and_not_taken_as_nothing() -> None:
    ledger = utility_ledger(
        crew_hours=Range.exactly(1.0),
        repairs={"POLE": 1},
        unserved_mwh=Range.exactly(1.0),
        rates=UtilityRates(crew_hour_usd=100),
    )

    assert ledger.usd.mid is None
    assert len(ledger.usd.reasons) == 2
    assert ledger.lines[0].usd.mid == 100
    with pytest.raises(InvalidDecisionInput):
        UtilityRates(crew_hour_usd=-1)


def test_regulators_ask_for_nothing_unless_entered() -> None:
    assert regulatory_ledger().usd == Range.exactly(0.0)
    entered = RegulatoryItem(name="Violation", usd=Range(low=0, mid=25_000, high=1_000_000))
    assert regulatory_ledger([entered, entered]).usd.high == 2_000_000


@pytest.mark.parametrize(
    ("customers", "lost_mw", "tier", "by"),
    [
        (0, 0, "MODERATE", ("CUSTOMERS", "LOAD")),
        (9_999, 99, "MODERATE", ("CUSTOMERS", "LOAD")),
        (10_000, 0, "HIGH", ("CUSTOMERS",)),
        (0, 300, "CRITICAL", ("LOAD",)),
        (100_000, 5000, "EMERGENCY", ("CUSTOMERS",)),
    ],
)
def test_the_highest_tier_reached_counts(
    customers: float, lost_mw: float, tier: str, by: tuple[str, ...]
) -> None:
    assert assess(TIERS, customers=customers, lost_mw=lost_mw) == Severity(
        tier=tier, reached_by=by, reason=""
    )


def test_unknown_customers_are_said() -> None:
    found = assess(TIERS, customers=None, lost_mw=5000)

    assert found.tier == "CRITICAL"
    assert "not known" in found.reason
    assert assess([TIERS[1]], customers=1, lost_mw=1).tier is None
    with pytest.raises(InvalidDecisionInput):
        assess(TIERS[::-1], customers=1, lost_mw=1)
