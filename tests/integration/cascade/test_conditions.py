"""Ratings and costs of the hour: frozen with a run, in force in it, and the same when it is repeated."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import Point

from cascade.engine.arrays import from_ipc
from cascade.engine.scenarios.spec import RatingForm, RatingRule, ScenarioSpec, UnitCost
from cascade.models import CascadeRun, FrozenInputs, Scenario
from cascade.services import scenarios
from cascade.services.freezing import freeze, thaw
from cascade.services.runs import repeat_run, start_run
from flux_site.api.errors import BadInput
from flux_site.jobs.services import run_job
from grid import models as grid
from grid.warehouse import Warehouse, tables
from tests.small_network import SmallNetwork
from tests.warehouse_rows import fill, filled

near = pytest.approx
LOSS = ["BR-9012"]
AT = datetime(2026, 6, 1, 6, tzinfo=UTC)


@pytest.fixture
def in_texas(small_network: SmallNetwork) -> SmallNetwork:
    """Put every substation of the small network near one place."""
    grid.Substation.objects.update(location=Point(-95.0, 29.0, srid=4326))
    return small_network


def run_of(planner: User, **spec: Any) -> CascadeRun:
    scenario = scenarios.create_scenario(name="Hour", spec=spec, user=planner)
    run = scenarios.run_scenario(scenario_id=scenario.pk, user=planner)
    run_job(run.job_id)
    return CascadeRun.objects.select_related("job", "inputs__network").get(pk=run.pk)


def frost(celsius: float) -> dict[str, Any]:
    return {"points": [{"lat": 29.0, "lon": -95.0, "value": celsius}], "max_distance_km": 100.0}


def flows(run: CascadeRun) -> list[float]:
    return from_ipc(run.arrays.branches)["base_flow_mw"].to_pylist()  # type: ignore[no-any-return]


def test_cold_lines_bear_what_trips_them_in_the_heat(in_texas: SmallNetwork, planner: User) -> None:
    ratings = {"form": "TEMPERATURE"}

    # 200 MW come to a line of 150 MVA: 215 at -20 °C, 150 at 40 °C.
    cold = run_of(planner, outages=LOSS, temperature=frost(-20.0), ratings=ratings)
    hot = run_of(planner, outages=LOSS, temperature=frost(40.0), ratings=ratings)

    assert (cold.tripped_count, hot.tripped_count) == (0, 1)
    assert cold.inputs.summary["rating_frac"] == {
        "minimum": near(1.435, rel=0.005),
        "maximum": near(1.435, rel=0.005),
        "unknown_count": 0,
    }
    rates = from_ipc(cold.arrays.branches)["rating_mva"].to_pylist()
    assert rates == [near(150.0 * 1.435, rel=0.005)] * 3
    again = repeat_run(run_id=cold.pk, user=planner)
    run_job(again.job_id)
    assert CascadeRun.objects.get(pk=again.pk).result_digest == cold.result_digest


def test_the_weather_on_record_of_an_hour_is_frozen(
    in_texas: SmallNetwork, planner: User, warehouse: Warehouse
) -> None:
    table = tables.weather_hourly
    row = {
        "station_id": "WX-1",
        "observed_at": AT.replace(tzinfo=None),
        "temperature_c": -20.0,
        "longitude": -95.0,
        "latitude": 29.0,
    }
    fill(warehouse, table, [filled(table, row)])

    newest = run_of(planner, outages=LOSS, ratings={"form": "HOUR"})
    unknown = run_of(planner, outages=LOSS, ratings={"form": "HOUR", "at": "2020-01-01T00:00:00Z"})

    # By night: 1.512 (see the unit tests).
    assert newest.tripped_count == 0
    assert newest.inputs.summary["rating_frac"]["maximum"] == near(1.512, rel=0.005)
    assert "Ratings: by the weather of the hour from 2026-06-01 06:00 UTC." in newest.inputs.summary["notes"]
    assert unknown.tripped_count == 1
    assert unknown.inputs.summary["rating_frac"] is None
    assert any("the weather of no branch is known" in note for note in unknown.inputs.summary["notes"])


def test_without_weather_on_record_ratings_of_an_hour_say_so(in_texas: SmallNetwork, planner: User) -> None:
    run = run_of(planner, outages=LOSS, ratings={"form": "HOUR"})

    assert run.tripped_count == 1
    assert "Ratings: no hour of weather is on record." in run.inputs.summary["notes"]


@pytest.mark.parametrize(
    ("costs", "flow_mw"),
    [
        # 40 MW more are wanted of 100 + 50 MW of room. By share 26.67 MW come from bus 1, so f12 = 115.56 MW.
        (None, 115.5556),
        # All of it from the unit at bus 3, the cheaper one: (2 · 120 + 80) / 3.
        ({"PLANT-9001": 30.0, "PLANT-9003": 10.0}, 106.6667),
        # All from bus 1: (2 · 120 + 120) / 3.
        ({"PLANT-9001": 10.0, "PLANT-9003": 30.0}, 120.0),
    ],
)
def test_merit_order_takes_the_cheapest(
    small_network: SmallNetwork, planner: User, costs: dict[str, float] | None, flow_mw: float
) -> None:
    spec: dict[str, Any] = {"load": {"multiplier": 1.2}}
    if costs is not None:
        spec["options"] = {"dispatch": "MERIT_ORDER"}
        spec["unit_costs"] = [{"unit_id": unit, "usd_per_mwh": usd} for unit, usd in costs.items()]

    run = run_of(planner, **spec)

    assert flows(run)[0] == near(flow_mw, rel=1e-6)


def test_merit_order_without_costs_is_refused_when_it_is_kept(
    small_network: SmallNetwork, planner: User
) -> None:
    with pytest.raises(BadInput) as caught:
        scenarios.create_scenario(name="x", spec={"options": {"dispatch": "MERIT_ORDER"}}, user=planner)
    assert caught.value.field == "spec.unit_costs"
    assert not Scenario.objects.exists()

    with pytest.raises(BadInput) as caught:
        start_run(outages=LOSS, options={"dispatch": "MERIT_ORDER"}, user=planner)
    assert caught.value.field == "unit_costs"
    assert not CascadeRun.objects.exists()


@pytest.mark.parametrize(
    ("given", "spec"),
    [
        (
            {
                "options": {"dispatch": "MERIT_ORDER"},
                "unit_costs": [
                    UnitCost(unit_id="PLANT-9001", usd_per_mwh=30.0),
                    UnitCost(usd_per_mwh=10.0),
                ],
            },
            {
                "options": {"dispatch": "MERIT_ORDER"},
                "unit_costs": [{"unit_id": "PLANT-9001", "usd_per_mwh": 30.0}, {"usd_per_mwh": 10.0}],
            },
        ),
        ({"ratings": RatingRule(is_secured=True)}, {"ratings": {"is_secured": True}}),
        ({"ratings": RatingRule(form=RatingForm.HOUR)}, {"ratings": {"form": "HOUR"}}),
    ],
)
def test_a_run_by_itself_takes_costs_and_ratings_as_a_scenario_does(
    in_texas: SmallNetwork, planner: User, given: dict[str, Any], spec: dict[str, Any]
) -> None:
    of_scenario = run_of(planner, outages=LOSS, load={"multiplier": 1.4}, **spec)

    by_itself = start_run(outages=LOSS, load_multiplier=1.4, user=planner, **given)

    assert by_itself.inputs_id == of_scenario.inputs_id
    assert start_run(outages=LOSS, load_multiplier=1.4, user=planner).inputs_id != of_scenario.inputs_id


def test_ratings_by_the_air_need_a_scenario(small_network: SmallNetwork, planner: User) -> None:
    with pytest.raises(BadInput) as caught:
        start_run(outages=LOSS, ratings=RatingRule(form=RatingForm.TEMPERATURE), user=planner)

    assert caught.value.field == "ratings.form"
    assert not CascadeRun.objects.exists()


def test_inputs_without_conditions_are_frozen_as_before_there_were_any(small_network: SmallNetwork) -> None:
    plain = freeze(interconnect="Texas", spec=ScenarioSpec(outages=("BR-9012",)))

    assert thaw(plain).conditions is None
    assert from_ipc(plain.arrays)["name"].to_pylist() == ["bus_load_factor", "unit_capacity_frac"]


def test_conditions_come_back_to_the_last_bit_and_count_for_the_digest(in_texas: SmallNetwork) -> None:
    from cascade.engine.scenarios.documents import read_spec

    grid.Branch.objects.filter(pk="BR-9014").update(kind="TRANSFORMER")
    cold, warm = (
        freeze(
            interconnect="Texas",
            spec=read_spec({"temperature": frost(celsius), "ratings": {"form": "TEMPERATURE"}}),
        )
        for celsius in (-20.0, -19.0)
    )

    assert cold.pk != warm.pk
    conditions = thaw(FrozenInputs.objects.select_related("network").get(pk=cold.pk)).conditions
    assert conditions is not None
    assert conditions.unit_cost_usd_per_mwh is None
    factors = conditions.branch_rating_frac
    assert factors is not None
    assert np.isnan(factors).tolist() == [False, False, True]
    assert factors[0] == factors[1]
