"""The scenarios that come with the product, run on the Texas case beside the facts that they cite."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from cascade.engine.cascade import simulate
from cascade.engine.conditions import AS_STORED
from cascade.engine.outages import Outages
from cascade.engine.params import CascadeParams
from cascade.engine.result import CascadeResult, Termination
from cascade.engine.scenarios.documents import read_spec
from cascade.engine.scenarios.hour import conditions_of
from cascade.engine.scenarios.presets import presets
from cascade.engine.scenarios.resolving import ResolvedScenario, resolve_scenario, scaled
from cascade.engine.scenarios.spec import ScenarioSpec
from grid.powerflow.network import Network
from grid.powerflow.places import NetworkPlaces
from tests.unit.engine.texas_case import load_case, rows_of
from tests.unit.engine.texas_places import load_places

near = pytest.approx


@dataclass(frozen=True)
class Case:
    """A preset with what became of it."""

    spec: ScenarioSpec
    network: Network
    places: NetworkPlaces
    resolved: ResolvedScenario
    result: CascadeResult

    def published(self, measure: str) -> float:
        """Return the number of a source; a scenario gives each measure once."""
        (value,) = [each.value for each in self.spec.sources if each.measure == measure]
        assert value is not None
        return value


@cache
def run(key: str) -> Case:
    (preset,) = [each for each in presets() if each.key == key]
    spec, network = read_spec(preset.spec), load_case(preset.interconnect)
    places = load_places(network)
    resolved = resolve_scenario(spec=spec, network=network, places=places)
    params = CascadeParams.from_dict(
        {
            "seed": spec.seed,
            **spec.options,
            "load_multiplier": resolved.load_multiplier,
            "rating_multiplier": spec.rating_multiplier,
        }
    )
    computed_on = scaled(network, resolved.bus_load_factor, resolved.unit_capacity_frac)
    conditions = conditions_of(
        spec=spec,
        network=computed_on,
        places=places,
        substation_temperature_c=resolved.substation_temperature_c,
        params=params,
        of_hour=None,
        notes=[],
    )
    outages = Outages(
        branch_out=resolved.branch_out, bus_out=resolved.bus_out, unit_out=resolved.unit_out, may_be_none=True
    )
    result = simulate(network=computed_on, outages=outages, params=params, conditions=conditions or AS_STORED)
    return Case(spec, network, places, resolved, result)


def test_on_a_normal_day_nothing_is_lost() -> None:
    case = run("normal-day")

    assert case.result.termination is Termination.STABLE
    assert (case.result.base_shed_mw, case.result.shed_mw, len(case.result.tripped)) == (0.0, 0.0, 0)
    assert case.result.served_mw == near(case.network.bus_load_mw.sum()) == near(67_109.21, abs=0.01)


def test_the_peak_of_2023_is_served_as_it_was() -> None:
    case = run("summer-peak-2023")

    assert case.result.served_mw == near(case.published("demand_mw"), abs=1e-6)
    assert (case.result.base_shed_mw, len(case.result.tripped)) == (near(0.0, abs=1e-6), 0)
    # With the ratings of the planning case it would not be: that is why they are secured.
    plain = simulate(
        network=case.network, outages=Outages.none(case.network), params=case.result.params, parents=False
    )
    assert len(plain.tripped) > 65


def test_in_winter_storm_uri_about_as_much_was_shed_as_ercot_ordered() -> None:
    case = run("winter-storm-uri-2021")

    assert case.result.demand_mw == near(case.published("demand_mw"))
    gone_frac = case.network.unit_pmax_mw[case.resolved.unit_out].sum() / case.network.unit_pmax_mw.sum()
    assert gone_frac == near(case.published("unavailable_frac"), abs=0.005)
    # 20,000 MW were ordered to be shed. The rest of the loss here is overloads, which operators prevented.
    assert case.result.base_shed_mw == 0.0
    assert case.result.waves[0].shed_mw == near(case.published("shed_mw"), rel=0.10)
    assert case.result.shed_mw < 1.35 * case.published("shed_mw")
    # The cold of that night is where it was measured, and nowhere colder.
    assert np.nanmin(case.resolved.substation_temperature_c) >= -18.9
    assert np.nanmax(case.resolved.substation_temperature_c) <= -10.6


@pytest.mark.parametrize("key", ["hurricane-beryl-2024", "hurricane-harvey-2017"])
def test_hurricanes_left_transmission_largely_intact(key: str) -> None:
    case = run(key)
    lines = case.places.branch_is_line

    assert 0.0 < case.resolved.branch_out[lines].mean() < 0.02
    assert not case.resolved.branch_out[~lines].any()
    assert case.resolved.substation_out.mean() < 0.01
    assert 0.0 < case.result.shed_mw < 0.01 * case.result.base_served_mw
    assert len(case.result.tripped) <= 5


def test_no_gust_is_above_what_was_reported() -> None:
    beryl, harvey = run("hurricane-beryl-2024"), run("hurricane-harvey-2017")

    assert np.nanmax(beryl.resolved.substation_gust_mps) <= 97.0 * 0.44704 + 1e-3
    gusts = harvey.resolved.substation_gust_mps
    assert np.nanmax(gusts) <= harvey.published("max_wind_mps") * 1.15
    # 150 mph at most, with gusts of 108 mph reported on land at Rockport.
    assert np.nanmax(gusts) > 108.0 * 0.44704


def test_the_costs_of_fuels_are_those_of_the_planning_case() -> None:
    units = [row for row in rows_of("plant", "Texas") if row["status"] == "1"]
    for key in ("normal-day", "summer-peak-2023"):
        (preset,) = [each for each in presets() if each.key == key]
        costs = {each.fuel: each.usd_per_mwh for each in read_spec(preset.spec).unit_costs}

        assert set(costs) == {row["type"] for row in units}
        for fuel, usd in costs.items():
            of_units = [
                float(row["GenFuelCost"])
                * (float(row["GenIOB"]) + 2.0 * float(row["GenIOC"]) * float(row["Pg"]))
                for row in units
                if row["type"] == fuel
            ]
            assert usd == near(np.median(of_units), abs=0.005)
