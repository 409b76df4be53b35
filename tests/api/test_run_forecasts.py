"""Forecasts of runs over the API: predicted and simulated are told apart, and rows follow zones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from cascade import models
from flux_site.jobs.services import run_job
from tests.clients import Api
from tests.factories.cascade import make_finished_run, make_forecast_branch, make_run_forecast
from tests.factories.grid import grant_zone, make_zone
from tests.factories.learning import make_propagation_model
from tests.small_network import SmallNetwork

pytestmark = pytest.mark.integration

START = """
mutation ($input: StartRunForecastInput!) {
  startRunForecast(input: $input) {
    __typename
    ... on RunForecast { runId job { status } }
    ... on OperationInfo { code field }
  }
}
"""
WHOLE = """
query ($run: ID!, $first: Int! = 50, $offset: Int! = 0, $outcomes: [ForecastOutcome!]) {
  runForecast(runId: $run) {
    runId computedAt threshold isUnfamiliar outCount firstCount firstAgrees openCount trippedCount
    expectedCount saidCount hitCount averagePrecision rocAuc brier notes
    latency { step elapsedMs }
    model { version algorithm weightsSha256 }
    branches(first: $first, offset: $offset, outcomes: $outcomes) {
      totalCount
      items { rank branchId name predictedProbability simulatedTripWave outcome }
    }
  }
}
"""


def ids(api: Api, run: models.CascadeRun, **values: Any) -> list[str]:
    told = api.data(WHOLE, run=str(run.pk), **values)["runForecast"]
    return [each["branchId"] for each in told["branches"]["items"]]


def test_a_forecast_is_started_carried_out_and_told(small_network: SmallNetwork, planner_api: Api) -> None:
    model = make_propagation_model()
    start = """mutation ($input: StartCascadeRunInput!) {
      startCascadeRun(input: $input) { ... on CascadeRun { runId } }
    }"""
    run_id = planner_api.data(start, input={"outages": ["BR-9012"]})["startCascadeRun"]["runId"]
    run_job(models.CascadeRun.objects.get(pk=run_id).job_id)

    answer = planner_api.data(START, input={"runId": run_id})["startRunForecast"]
    assert answer["__typename"] == "RunForecast"
    assert answer["runId"] == run_id
    assert planner_api.data(WHOLE, run=run_id)["runForecast"] is None
    run_job(models.RunForecast.objects.get().job_id)

    told = planner_api.data(WHOLE, run=run_id)["runForecast"]
    assert (told["firstCount"], told["firstAgrees"], told["openCount"]) == (1, True, 1)
    assert told["model"]["weightsSha256"] == model.weights_id
    (branch,) = told["branches"]["items"]
    assert (branch["branchId"], branch["simulatedTripWave"], branch["outcome"]) == (
        "BR-9014",
        None,
        "FALSE_ALARM",
    )
    assert 0.5 < branch["predictedProbability"] <= 0.85


def test_branches_are_chosen_by_outcome_and_cut_into_pages(viewer_api: Api) -> None:
    run = make_finished_run()
    found = make_run_forecast(run=run)
    make_forecast_branch(forecast=found)
    make_forecast_branch(forecast=found, branch_id="BR-2", rank=2, trip_wave=None, outcome="FALSE_ALARM")
    make_forecast_branch(forecast=found, branch_id="BR-3", rank=3, probability=0.1, outcome="MISS")
    make_run_forecast(run=run, computed_at=None)

    assert ids(viewer_api, run) == ["BR-1", "BR-2", "BR-3"]
    assert ids(viewer_api, run, first=1, offset=1) == ["BR-2"]
    assert ids(viewer_api, run, outcomes=["HIT", "MISS"]) == ["BR-1", "BR-3"]
    for values, field in (({"first": 0}, "first"), ({"first": 251}, "first"), ({"offset": -1}, "offset")):
        (error,) = viewer_api.run(WHOLE, run=str(run.pk), **values)["errors"]
        assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_INPUT", field)


def test_zones_limit_the_branches(make_user: Callable[..., User]) -> None:
    here, there = make_zone(), make_zone()
    run = make_finished_run()
    found = make_run_forecast(run=run)
    for number, zone in enumerate((here, there, None)):
        make_forecast_branch(forecast=found, branch_id=f"BR-{number}", rank=number + 1, zone=zone)
    limited = make_user(roles=("viewer",), username="zita")
    grant_zone(user=limited, zone=here)

    assert ids(Api(limited), run) == ["BR-0"]


def test_what_cannot_be_forecast_is_refused_by_its_field(planner_api: Api) -> None:
    old = make_finished_run()
    for run_id, code in (("77777", "NOT_FOUND"), (str(old.pk), "BAD_INPUT")):
        answer = planner_api.data(START, input={"runId": run_id})["startRunForecast"]
        assert answer == {"__typename": "OperationInfo", "code": code, "field": "runId"}
