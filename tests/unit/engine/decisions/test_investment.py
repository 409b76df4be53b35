"""Measures valued by running scenarios again, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cascade.engine.cascade import simulate
from cascade.engine.decisions.customer_cost import Durations
from cascade.engine.decisions.investment import Measure, MeasureKind, ScenarioCase, ScenarioSet
from cascade.engine.decisions.ranges import InvalidDecisionInput
from cascade.engine.outages import UnknownAsset, branch_outage
from cascade.engine.params import CascadeParams
from grid.powerflow.network import Network
from tests.unit.engine.random_networks import tight_network
from tests.unit.powerflow.small_cases import make_network

near = pytest.approx
K = MeasureKind


def network() -> Network:
    """Return a unit at bus 0 feeding 100 MW at buses 1 and 2; losing BR-0 trips BR-1: 200 MW are lost."""
    return make_network(
        loads=[0.0, 100.0, 100.0],
        branches=[(0, 1), (0, 2), (1, 2)],
        units=[(0, 200.0, 300.0)],
        rates=[150.0, 150.0, 150.0],
    )


def scenarios(*outages: str, per_year: float = 0.1) -> ScenarioSet:
    case = ScenarioCase(
        id="storm",
        outages=outages or ("BR-0",),
        params=CascadeParams(),
        per_year=per_year,
        durations=Durations(low_h=1.0, mid_h=4.0, high_h=10.0),
    )
    return ScenarioSet(network(), [case], usd_per_mwh=1000.0)


def measure(kind: MeasureKind, asset_id: str, name: str = "m", **values: Any) -> Measure:
    return Measure(id=name, kind=kind, asset_id=asset_id, cost_usd=1e6, **values)


def test_a_stronger_branch_holds() -> None:
    cases = scenarios()
    found = cases.value([measure(K.RECONDUCTOR, "BR-1", rating_factor=1.5)])

    assert cases.lost_mw == {"storm": near(200.0)}
    assert found.saved_mw == {"storm": near(200.0)}
    # 200 MW, 0.1 a year, 1 to 10 hours, 1,000 $ a MWh
    assert (found.annual_usd.low, found.annual_usd.mid, found.annual_usd.high) == (
        near(20_000),
        near(80_000),
        near(200_000),
    )
    assert cases.value([measure(K.RECONDUCTOR, "BR-1", rating_factor=1.2)]).saved_mw == {
        "storm": near(0.0, abs=1e-9)
    }


def test_a_new_line_and_a_second_unit_hold() -> None:
    cases = scenarios()

    line = measure(K.ADD_BRANCH, "BUS-0", to_bus="BUS-1", x_pu=0.1, rate_mva=150.0)
    twin = measure(K.ADD_TRANSFORMER, "BR-1")
    assert cases.value([line]).saved_mw["storm"] == near(200.0)
    assert cases.value([twin]).saved_mw["storm"] == near(200.0)


def test_rarer_outages_save_in_proportion() -> None:
    assert scenarios().value([measure(K.HARDEN, "BR-0", avoided_frac=0.4)]).saved_mw["storm"] == near(80.0)


def test_outages_are_avoided_each_by_itself() -> None:
    # Lost with both out: all 200 MW, and so with either alone: with one of them the other way trips.
    cases = scenarios("BR-0", "BR-1")
    both = [
        measure(K.TRIM, "BR-0", "a", avoided_frac=0.5),
        measure(K.UNDERGROUND, "BR-1", "b", avoided_frac=0.5),
    ]

    assert cases.value(both[:1]).saved_mw["storm"] == near(0.0, abs=1e-9)
    assert cases.value(both).saved_mw["storm"] == near(0.25 * 200.0)


def test_measures_together_are_not_the_sum_of_each() -> None:
    cases = scenarios()
    measures = [
        measure(K.RECONDUCTOR, "BR-1", "a", rating_factor=2.0),
        measure(K.HARDEN, "BR-0", "b", avoided_frac=0.5),
    ]

    assert cases.value(measures).saved_mw["storm"] == near(200.0)


@pytest.mark.parametrize("seed", range(5))
def test_a_measure_on_nothing_relevant_saves_nothing_and_losses_match(seed: int) -> None:
    net = tight_network(np.random.default_rng(seed))
    cases = [
        ScenarioCase(
            id=str(k),
            outages=(net.branch_ids[k],),
            params=CascadeParams(),
            per_year=1.0,
            durations=Durations.exactly(1.0),
        )
        for k in range(6)
    ]
    found = ScenarioSet(net, cases, usd_per_mwh=1.0)

    for k in range(6):
        result = simulate(network=net, outages=branch_outage(net, k), params=CascadeParams())
        assert found.lost_mw[str(k)] == near(result.shed_mw, abs=1e-9)
    harden = measure(K.HARDEN, net.branch_ids[7], avoided_frac=1.0)
    assert found.value([harden]).annual_usd.mid == near(0.0, abs=1e-9)
    assert found.value([]).annual_mwh.mid == near(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("avoided_frac", {"kind": K.HARDEN}),
        ("avoided_frac", {"kind": K.TRIM, "avoided_frac": 1.5}),
        ("rating_factor", {"kind": K.RECONDUCTOR, "rating_factor": 1.0}),
        ("x_pu", {"kind": K.ADD_BRANCH, "to_bus": "BUS-1", "rate_mva": 1.0}),
        ("to_bus", {"kind": K.ADD_BRANCH, "x_pu": 0.1, "rate_mva": 1.0}),
    ],
)
def test_a_measure_that_lacks_what_it_needs_is_refused(field: str, values: dict[str, Any]) -> None:
    with pytest.raises(InvalidDecisionInput) as caught:
        Measure(id="m", asset_id="BR-0", cost_usd=1.0, **values)

    assert caught.value.field == field


def test_assets_that_are_not_there_are_refused() -> None:
    cases = scenarios()

    for each in (
        measure(K.RECONDUCTOR, "BR-9", rating_factor=2.0),
        measure(K.HARDEN, "SUB-9", avoided_frac=0.5),
        measure(K.ADD_BRANCH, "BUS-0", to_bus="BUS-9", x_pu=0.1, rate_mva=1.0),
    ):
        with pytest.raises(UnknownAsset):
            cases.value([each])
    twice = [measure(K.HARDEN, "BR-0", "a", avoided_frac=0.5), measure(K.TRIM, "BR-0", "b", avoided_frac=0.5)]
    with pytest.raises(InvalidDecisionInput):
        cases.value(twice)
