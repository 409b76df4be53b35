"""What is predicted of transformers, as the API tells it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from cascade import models
from flux_site.jobs.models import Job
from grid import models as grid
from tests.clients import Api
from tests.factories.grid import grant_zone, make_circuit, make_line_section, make_transformer, make_zone
from tests.factories.transformers_to_come import (
    make_learned_model,
    make_transformer_forecast,
    make_transformer_forecast_run,
    make_transformer_prediction,
    make_transformer_risk_run,
)

FAILURES = """query ($filters: TransformerFailureFilter, $ordering: [TransformerFailureOrder!]! = []) {
    transformerFailures(filters: $filters, ordering: $ordering) { totalCount edges { node {
      transformerId unitId rank tier probability30d probability90d probability365d timesBaseRate action
      mainEvidence avoidedMinutes contributions { feature evidence value logOdds }
      transformer { assetId ratedKva circuit { assetId } } } } } }"""
MAINTENANCE = "{ maintenanceList { totalCount edges { node { transformerId avoidedRank avoidedMinutes } } } }"
RUN = """{ transformerRiskRun { asOf reason modelVersion algorithm trainedOn transformerCount baseRate
    tiers { tier transformers } horizons { days expectedFailures reason } failureMinutes plannedMinutes
    latencyMs } }"""
FORECASTS = """{ transformerForecasts { edges { node { transformerId peakPct peakHour hotSpotC
    overloadProbability transformer { assetId } } } }
    transformerForecastRuns { day air expectedOverloads reason outcome { sampleCount peakErrorPct
    yesterdayPeakErrorPct hotPrecision yesterdayHotPrecision overloadSkill } } }"""


@pytest.fixture
def fleet(synced: None) -> list[grid.Transformer]:
    """Three transformers of one line: the second likeliest to fail, the first avoids most, the third none."""
    line = make_line_section(circuit=make_circuit())
    units = [make_transformer(id=f"T-{n}", line=line) for n in (1, 2, 3)]
    run = make_transformer_risk_run(transformer_count=3)
    told = [
        {"rank": 2, "avoided_rank": 1, "avoided_minutes": 90.0, "probability_365d": 0.03},
        {"rank": 1, "avoided_rank": 2, "avoided_minutes": 50.0, "probability_365d": 0.05, "tier": "CRITICAL"},
        {
            "rank": 3,
            "avoided_rank": 3,
            "avoided_minutes": 0.0,
            "probability_365d": 0.002,
            "tier": "NORMAL",
            "main_evidence": "",
            "contributions": [],
        },
    ]
    for unit, fields in zip(units, told, strict=True):
        make_transformer_prediction(transformer=unit, run=run, **fields)
    return units


def told(api: Api, **variables: Any) -> list[dict[str, Any]]:
    found = api.data(FAILURES, **variables)["transformerFailures"]
    return [edge["node"] for edge in found["edges"]]


def test_the_likeliest_failure_comes_first_with_why_and_what_to_do(
    viewer_api: Api, fleet: list[grid.Transformer]
) -> None:
    first, second, third = told(viewer_api)

    assert [node["transformerId"] for node in (first, second, third)] == ["T-2", "T-1", "T-3"]
    assert first == {
        "transformerId": "T-2",
        "unitId": "T-2-U1",
        "rank": 1,
        "tier": "CRITICAL",
        "probability30d": None,
        "probability90d": 0.01,
        "probability365d": 0.05,
        "timesBaseRate": 5.7,
        "action": "REPLACE_LARGER",
        "mainEvidence": "LOADING",
        "avoidedMinutes": 50.0,
        "contributions": [
            {"feature": "over_120_h_per_year", "evidence": "LOADING", "value": 210.0, "logOdds": 0.9},
            {"feature": "condition_code", "evidence": "INSPECTION", "value": None, "logOdds": -0.1},
        ],
        "transformer": {
            "assetId": "T-2",
            "ratedKva": fleet[1].rated_kva,
            "circuit": {"assetId": fleet[1].circuit_id},
        },
    }
    assert (third["mainEvidence"], third["contributions"]) == (None, [])


def test_failures_are_filtered_and_ordered(viewer_api: Api, fleet: list[grid.Transformer]) -> None:
    likely = told(viewer_api, filters={"probability365d": {"gte": 0.03}})
    assert [node["transformerId"] for node in likely] == ["T-2", "T-1"]
    normal = told(viewer_api, filters={"tier": {"exact": "NORMAL"}})
    assert [node["transformerId"] for node in normal] == ["T-3"]
    by_minutes = told(viewer_api, ordering=[{"avoidedMinutes": "DESC"}])
    assert [node["transformerId"] for node in by_minutes] == ["T-1", "T-2", "T-3"]


def test_maintenance_is_what_a_new_unit_avoids(viewer_api: Api, fleet: list[grid.Transformer]) -> None:
    """The third transformer is as likely to fail with a new unit: it is not on the list."""
    found = viewer_api.data(MAINTENANCE)["maintenanceList"]

    assert found["totalCount"] == 2
    assert [edge["node"]["transformerId"] for edge in found["edges"]] == ["T-1", "T-2"]


def test_a_transformer_tells_its_own_outlook_in_as_many_queries_for_one_as_for_many(
    viewer_api: Api, fleet: list[grid.Transformer]
) -> None:
    make_transformer_forecast(transformer=fleet[0])
    query = """query ($first: Int!) { transformers(first: $first) { edges { node { assetId
        failureRisk { tier probability365d contributions { feature } } nextDay { peakPct } } } } }"""
    viewer_api.data(query, first=1)
    counts = []
    for first in (1, 3):
        with CaptureQueriesContext(connection) as captured:
            found = viewer_api.data(query, first=first)["transformers"]["edges"]
        counts.append(len(captured))

    assert counts[0] == counts[1]
    outlook = {edge["node"]["assetId"]: edge["node"] for edge in found}
    assert outlook["T-2"]["failureRisk"]["tier"] == "CRITICAL"
    assert outlook["T-1"]["nextDay"] == {"peakPct": 95.0}
    assert outlook["T-2"]["nextDay"] is None


def test_a_transformer_alone_tells_it_too(viewer_api: Api, fleet: list[grid.Transformer]) -> None:
    found = viewer_api.data('{ transformer(assetId: "T-3") { failureRisk { rank } nextDay { peakPct } } }')

    assert found["transformer"] == {"failureRisk": {"rank": 3}, "nextDay": None}


def test_zones_limit_what_is_told(make_user: Callable[..., User], fleet: list[grid.Transformer]) -> None:
    other = make_zone()
    away = make_transformer(
        id="T-9", zone=other, line=make_line_section(circuit=make_circuit(zone=other), zone=other)
    )
    run = models.TransformerRiskRun.objects.get()
    make_transformer_prediction(transformer=away, run=run, rank=4, avoided_rank=4)
    make_transformer_forecast(transformer=away)
    limited = make_user(roles=("viewer",))
    grant_zone(user=limited, zone=other)

    assert [node["transformerId"] for node in told(Api(limited))] == ["T-9"]
    assert len(told(Api(make_user(roles=("viewer",))))) == 4
    forecasts = Api(limited).data(FORECASTS)["transformerForecasts"]["edges"]
    assert [edge["node"]["transformerId"] for edge in forecasts] == ["T-9"]


def test_a_prediction_says_what_it_rests_on(viewer_api: Api, fleet: list[grid.Transformer]) -> None:
    found = viewer_api.data(RUN)["transformerRiskRun"]

    assert (found["algorithm"], found["trainedOn"], found["modelVersion"]) == ("BOOSTING", "FORGED", 1)
    assert found["horizons"] == [
        {"days": 30, "expectedFailures": None, "reason": "too few failed within 30 days"},
        {"days": 90, "expectedFailures": 0.01, "reason": None},
        {"days": 365, "expectedFailures": 0.04, "reason": None},
    ]
    assert found["tiers"] == [{"tier": "HIGH", "transformers": 1}]
    assert set(found["latencyMs"]) == {"read", "predict", "explain", "store"}


def test_where_nothing_could_be_predicted_it_says_why(viewer_api: Api) -> None:
    assert viewer_api.data(RUN)["transformerRiskRun"] is None
    models.TransformerRiskRun.objects.create(reason="No model is in service.")

    found = viewer_api.data(RUN)["transformerRiskRun"]
    assert (found["reason"], found["transformerCount"], found["tiers"]) == (
        "No model is in service.",
        None,
        [],
    )
    assert told(viewer_api) == []


def test_the_next_day_is_told_beside_what_came_of_the_one_before(
    viewer_api: Api, fleet: list[grid.Transformer]
) -> None:
    run = make_transformer_forecast_run()
    make_transformer_forecast(transformer=fleet[0], run=run, overload_probability=None, peak_pct=None)
    make_transformer_forecast(transformer=fleet[1], run=run, overload_probability=0.2)
    make_transformer_forecast(transformer=fleet[2], run=run, overload_probability=0.7)

    found = viewer_api.data(FORECASTS)

    nodes = [edge["node"] for edge in found["transformerForecasts"]["edges"]]
    assert [node["transformerId"] for node in nodes] == ["T-3", "T-2", "T-1"]
    assert nodes[2]["peakPct"] is None
    (told_run,) = found["transformerForecastRuns"]
    assert told_run["outcome"] == {
        "sampleCount": 1,
        "peakErrorPct": 5.0,
        "yesterdayPeakErrorPct": 8.0,
        "hotPrecision": None,
        "yesterdayHotPrecision": None,
        "overloadSkill": 0.1,
    }


def test_how_many_forecasts_is_limited(viewer_api: Api) -> None:
    assert viewer_api.code("{ transformerForecastRuns(first: 0) { day } }") == "BAD_INPUT"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("startTransformerPrediction", "cascade.learn_transformers"),
        ("startTransformerForecast", "cascade.learn_tomorrow"),
    ],
)
def test_a_second_start_is_the_job_under_way(planner_api: Api, name: str, kind: str) -> None:
    query = f"mutation {{ {name} {{ __typename ... on Job {{ kind }} ... on OperationInfo {{ message }} }} }}"

    answers = [planner_api.data(query)[name] for _ in range(2)]

    assert answers == [{"__typename": "Job", "kind": kind}] * 2
    assert Job.objects.filter(kind=kind).count() == 1


def test_a_model_cannot_be_deleted_under_its_predictions() -> None:
    model = make_learned_model()
    make_transformer_risk_run(model=model)

    with pytest.raises(ProtectedError):
        model.delete()
