"""Measures valued by running scenarios again, by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cascade.engine.cascade import simulate
from cascade.engine.conditions import Conditions
from cascade.engine.decisions.customer_cost import Durations
from cascade.engine.decisions.investment import Measure, MeasureKind, ScenarioCase, ScenarioSet
from cascade.engine.decisions.ranges import InvalidDecisionInput
from cascade.engine.options import OverloadRelay
from cascade.engine.outages import Outages, UnknownAsset, branch_outage, resolve_outages
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


def case_of(*outages: str, net: Network | None = None, **values: Any) -> ScenarioCase:
    net = net or network()
    given = {
        "id": "storm",
        "params": CascadeParams(),
        "per_year": 0.1,
        "durations": Durations(low_h=1.0, mid_h=4.0, high_h=10.0),
        **values,
    }
    out = resolve_outages(
        network=net,
        branch_ids=[each for each in outages if each.startswith("BR-")],
        bus_ids=[each for each in outages if each.startswith("BUS-")],
        substation_ids=[each for each in outages if each.startswith("SUB-")],
        unit_ids=[each for each in outages if each.startswith("PLANT-")],
    )
    return ScenarioCase(network=net, outages=out, **given)


def scenarios(*outages: str, **values: Any) -> ScenarioSet:
    return ScenarioSet([case_of(*(outages or ("BR-0",)), **values)], usd_per_mwh=1000.0)


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
        case_of(net.branch_ids[k], net=net, id=str(k), per_year=1.0, durations=Durations.exactly(1.0))
        for k in range(6)
    ]
    found = ScenarioSet(cases, usd_per_mwh=1.0)

    for k in range(6):
        result = simulate(network=net, outages=branch_outage(net, k), params=CascadeParams())
        assert found.lost_mw[str(k)] == near(result.shed_mw, abs=1e-9)
    harden = measure(K.HARDEN, net.branch_ids[7], avoided_frac=1.0)
    assert found.value([harden]).annual_usd.mid == near(0.0, abs=1e-9)
    assert found.value([]).annual_mwh.mid == near(0.0, abs=1e-9)


def test_scenarios_may_differ_in_load_units_settings_and_weather() -> None:
    """Each scenario is run on its own, so the set gives what each gives alone."""
    base = network()
    light = replace(base, bus_load_mw=np.array([0.0, 70.0, 70.0]), unit_p_mw=np.array([140.0]))
    cold = Conditions(branch_rating_frac=np.array([np.nan, 1.4, np.nan]))
    relay = CascadeParams(relay=OverloadRelay(horizon_s=1.0))
    cases = [
        case_of("BR-0", id="plain"),
        case_of("BR-0", id="light", net=light),
        case_of("BR-0", id="cold", conditions=cold),
        case_of("BR-0", id="soon", params=relay),
        case_of("PLANT-0", id="unit"),
    ]

    found = ScenarioSet(cases, usd_per_mwh=1000.0)

    # 200 MW trip BR-1 of 150 MVA. 140 MW, 210 MVA, or 1 s of the 7.5 s the relay takes: they do not.
    assert found.lost_mw == {
        "plain": near(200.0),
        "light": near(0.0),
        "cold": near(0.0),
        "soon": near(0.0),
        "unit": near(200.0),
    }
    value = found.value([measure(K.HARDEN, "PLANT-0", avoided_frac=0.25)])
    assert value.saved_mw == {"plain": 0.0, "light": 0.0, "cold": 0.0, "soon": 0.0, "unit": near(50.0)}


def test_a_second_unit_stands_in_the_weather_of_the_first_and_a_new_line_does_not() -> None:
    # In the heat BR-1 and its twin bear 60 MVA each; 100 MW go over either, and both trip.
    hot = Conditions(branch_rating_frac=np.array([np.nan, 0.4, np.nan]))
    cases = scenarios(conditions=hot)
    twin = measure(K.ADD_TRANSFORMER, "BR-1")

    assert cases.value([twin]).saved_mw["storm"] == near(0.0, abs=1e-9)
    assert scenarios().value([twin]).saved_mw["storm"] == near(200.0)
    line = measure(K.ADD_BRANCH, "BUS-0", to_bus="BUS-2", x_pu=0.01, rate_mva=200.0)
    # It takes ten elevenths of the 200 MW, so 18 MW are left for BR-1.
    assert cases.value([line]).saved_mw["storm"] == near(200.0)


def test_a_substation_that_is_hardened_keeps_all_its_buses() -> None:
    net = replace(network(), bus_substation=np.array([0, 1, 1]), substation_ids=("SUB-0", "SUB-1"))
    whole = scenarios("SUB-1", net=net)

    assert whole.lost_mw["storm"] == near(200.0)
    harden = measure(K.HARDEN, "SUB-1", avoided_frac=0.5)
    assert whole.value([harden]).saved_mw["storm"] == near(100.0)
    assert whole.value([measure(K.HARDEN, "SUB-0", avoided_frac=1.0)]).saved_mw["storm"] == near(0.0)
    # With bus 2 alone kept, its 100 MW come over BR-1.
    assert whole.value([measure(K.HARDEN, "BUS-2", avoided_frac=1.0)]).saved_mw["storm"] == near(100.0)


def test_a_base_case_is_a_scenario_too() -> None:
    net = network()
    weak = replace(net, rate_mva=np.array([90.0, 150.0, 150.0]))
    case = ScenarioCase(
        id="peak",
        network=weak,
        outages=Outages.none(weak),
        params=CascadeParams(),
        per_year=2.0,
        durations=Durations.exactly(1.0),
    )
    found = ScenarioSet([case], usd_per_mwh=1.0)

    # 100 MW on BR-0 of 90 MVA: it trips, and BR-1 after it.
    assert found.lost_mw == {"peak": near(200.0)}
    stronger = found.value([measure(K.RECONDUCTOR, "BR-0", rating_factor=1.2)])
    assert (stronger.saved_mw["peak"], stronger.annual_usd.mid) == (near(200.0), near(400.0))


def test_scenarios_of_different_networks_are_refused() -> None:
    other = replace(network(), branch_ids=("BR-0", "BR-1", "BR-7"))
    for cases in ([case_of("BR-0", id="a"), case_of("BR-0", id="b", net=other)], []):
        with pytest.raises(InvalidDecisionInput) as caught:
            ScenarioSet(cases, usd_per_mwh=1.0)
        assert caught.value.field == "scenarios"


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
