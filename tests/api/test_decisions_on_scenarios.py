"""Mitigation and investment on runs with options, weather, scaled networks and nothing out, by hand."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from cascade.models import CascadeRun
from cascade.services import scenarios
from cascade.services.decisions.assumptions import ensure_defaults
from flux_site.jobs.services import run_job
from tests.api.test_decisions import (
    ACTIONS,
    COMPARED,
    INVEST,
    MITIGATE,
    PLAN,
    RESTORE,
    carried_out,
    invest,
)
from tests.clients import Api
from tests.small_network import SmallNetwork

near = pytest.approx


def run_of(planner: User, **spec: Any) -> CascadeRun:
    ensure_defaults()
    scenario = scenarios.create_scenario(name="Case", spec=spec, user=planner)
    started = scenarios.run_scenario(scenario_id=scenario.pk, user=planner)
    run_job(started.job_id)
    return CascadeRun.objects.select_related("job").get(pk=started.pk)


@pytest.mark.parametrize(
    ("spec", "moved_mw"),
    [
        # 200 MW come to BR-9013, which trips from 1.15 · 150 MVA on.
        ({"options": {"trip_threshold_frac": 1.15}}, 27.5),
        # Its relay waits 7.5 s; until then it can be brought down to 150 MW.
        ({"options": {"relay": {"overload_frac": 0.5, "delay_s": 5.0}}}, 50.0),
        # Every bus asks for 0.9 of its load, in a scenario that says 180 MW: 30 MW too much.
        ({"load": {"form": "DEMAND", "demand_mw": 180.0}}, 30.0),
        # The spare unit is at 0.9 of its 50 MW, the other at 270 MW: at 0.95 of the load 40 MW are enough.
        ({"units": [{"available_frac": 0.9}], "load": {"multiplier": 0.95}}, 40.0),
        (
            {
                "options": {"dispatch": "MERIT_ORDER"},
                "unit_costs": [{"usd_per_mwh": 20.0}],
            },
            50.0,
        ),
    ],
)
def test_output_is_moved_until_the_run_s_own_limit_is_kept(
    planner_api: Api, planner: User, small_network: SmallNetwork, spec: dict[str, Any], moved_mw: float
) -> None:
    run = run_of(planner, outages=["BR-9012"], **spec)
    study = carried_out(planner_api, MITIGATE, runId=str(run.pk))

    found = planner_api.data(ACTIONS, id=study)["decisionStudy"]["mitigation"]

    assert found["overloaded"] == ["BR-9013"]
    (moved,) = [each for each in found["actions"] if each["kind"] == "REDISPATCH"]
    assert moved["isContained"]
    assert moved["savedMw"] == near(run.total_shed_mw)
    assert {change["assetId"]: round(change["mw"], 3) for change in moved["changes"]} == {
        "PLANT-9001": -moved_mw,
        "PLANT-9003": moved_mw,
    }


def test_overloads_of_the_base_case_can_be_taken_away(
    planner_api: Api, planner: User, small_network: SmallNetwork
) -> None:
    # 100 MW on two branches of 90 MVA each: 30 MW from bus 3 leave 90 and 80.
    run = run_of(planner, rating_multiplier=0.6)
    study = carried_out(planner_api, MITIGATE, runId=str(run.pk))

    found = planner_api.data(ACTIONS, id=study)["decisionStudy"]["mitigation"]

    assert (run.total_shed_mw, found["overloaded"]) == (near(150.0), ["BR-9012", "BR-9013"])
    (moved,) = [each for each in found["actions"] if each["kind"] == "REDISPATCH"]
    assert (moved["savedMw"], moved["isContained"]) == (near(150.0), True)
    assert sorted(round(change["mw"], 3) for change in moved["changes"]) == [-30.0, 30.0]


def test_a_set_of_different_scenarios_is_compared(
    planner_api: Api, planner: User, small_network: SmallNetwork
) -> None:
    cold = {"points": [{"lat": 29.0, "lon": -95.0, "value": -20.0}], "max_distance_km": 20_000.0}
    runs = [
        run_of(planner, outages=["BR-9012"]),
        # 215 MVA in the cold: 200 MW hold, 220 do not.
        run_of(planner, outages=["BR-9012"], temperature=cold, ratings={"form": "TEMPERATURE"}),
        run_of(
            planner,
            outages=["BR-9012"],
            temperature=cold,
            ratings={"form": "TEMPERATURE"},
            load={"multiplier": 1.3},
        ),
        run_of(planner, units=[{"available_frac": 0.0, "method": "DRAW"}]),
    ]
    lasting = {"lowH": 1.0, "midH": 2.0, "highH": 4.0}
    cases = [{"runId": str(run.pk), "perYear": 0.1, "durations": lasting} for run in runs]
    measures = [
        {"id": "strong", "kind": "RECONDUCTOR", "assetId": "BR-9013", "costUsd": 4e6, "ratingFactor": 1.4},
        {"id": "firm", "kind": "HARDEN", "assetId": "PLANT-9001", "costUsd": 1e6, "avoidedFrac": 0.5},
    ]

    study = carried_out(planner_api, INVEST, **invest(runs[0], cases=cases, measures=measures))

    found = planner_api.data(COMPARED, id=study)["decisionStudy"]["investment"]
    lost = {each["runId"]: each["lostMw"] for each in found["scenarios"]}
    assert lost == {run.pk: near(run.total_shed_mw, abs=1e-6) for run in runs}
    # With both units gone all 200 MW are lost. At 1.3 of the load 50 of 260 MW are left.
    assert list(lost.values()) == [near(150.0), near(0.0), near(210.0), near(200.0)]
    saved = {
        each["measureId"]: {of["runId"]: of["savedMw"] for of in each["savedMw"]}
        for each in found["measures"]
    }
    # 1.4 · 150 = 210 MVA hold 200 MW; 1.4 · 215 = 301 hold 260 less what bus 3 feeds.
    assert [saved["strong"][run.pk] for run in runs] == [
        near(150.0),
        near(0.0, abs=1e-6),
        near(210.0),
        near(0.0, abs=1e-6),
    ]
    # The unit of 300 MW stays in one of two cases: then 200 MW are served, and none are lost.
    assert saved["firm"][runs[3].pk] == near(100.0)


@pytest.mark.parametrize(
    ("spec", "lost_mw", "would_trip"),
    [
        # 140 MW come to a branch of 150 MVA, which bears 135 in air of 50 °C: when it trips, and when it is
        # switched in again before the other.
        (
            {
                "load": {"multiplier": 0.7},
                "temperature": {
                    "points": [{"lat": 29.0, "lon": -95.0, "value": 50.0}],
                    "max_distance_km": 20_000.0,
                },
                "ratings": {"form": "TEMPERATURE"},
            },
            90.0,
            1,
        ),
        ({"options": {"dispatch": "MERIT_ORDER"}, "unit_costs": [{"usd_per_mwh": 20.0}]}, 150.0, 1),
    ],
)
def test_a_plan_is_checked_under_the_ratings_and_costs_of_the_run(
    planner_api: Api,
    planner: User,
    small_network: SmallNetwork,
    spec: dict[str, Any],
    lost_mw: float,
    would_trip: int,
) -> None:
    run = run_of(planner, outages=["BR-9012"], **spec)
    study = carried_out(planner_api, RESTORE, runId=str(run.pk), crews=1, samples=100, seed=1)

    plan = planner_api.data(PLAN, id=study)["decisionStudy"]["restoration"]

    assert run.total_shed_mw == near(lost_mw)
    first, second = plan["steps"]
    assert (first["verifiedRestoredMw"], first["wouldTrip"]) == (near(lost_mw), would_trip)
    assert (second["verifiedRestoredMw"], second["wouldTrip"]) == (near(lost_mw), 0)
