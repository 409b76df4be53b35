"""The risk of now, its history and what it rests on, as the API tells them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test.utils import CaptureQueriesContext

from cascade import models
from tests.clients import Api
from tests.factories.cascade import (
    make_risk_assumption,
    make_risk_contribution,
    make_risk_network,
    make_risk_sample,
)
from tests.factories.grid import MOMENT, grant_zone, make_zone

NOW = """{ riskNow { at score level totalCustomerHours ordinaryDayCustomerHours ordinaryDayReason customers
    missingParts reason parts { part customerHours coverageFrac reason
      contributions { kind assetId customerHours details { name value } } }
    networks { interconnect computedAt loadMultiplier loadHour ratedHour branchCount ratedCount
      losingCount securedCount unsolvedCount overloads { branchId flowMw ratingMva } reliefShedMw elapsedMs
      reason } } }"""
HISTORY = """query ($start: DateTime!, $end: DateTime!, $resolution: RiskResolution!) {
    riskHistory(start: $start, end: $end, resolution: $resolution) {
      at score level totalCustomerHours ordinaryDayCustomerHours parts { part customerHours } } }"""
PARTS = ("OUTAGES", "EQUIPMENT", "WEATHER", "CONTINGENCIES", "VEGETATION", "BACKGROUND")


def history(api: Api, resolution: str, **period: Any) -> list[dict[str, Any]]:
    values = {"start": MOMENT.isoformat(), "end": (MOMENT + timedelta(days=2)).isoformat(), **period}
    found: list[dict[str, Any]] = api.data(HISTORY, resolution=resolution, **values)["riskHistory"]
    return found


def test_the_risk_is_told_with_all_that_it_is_made_of(viewer_api: Api) -> None:
    zone = make_zone()
    make_risk_sample(zone=zone)
    make_risk_sample(zone=zone, at=MOMENT - timedelta(minutes=5), outages_h=900.0)
    make_risk_contribution(zone=zone)
    make_risk_network()

    found = viewer_api.data(NOW)["riskNow"]

    parts = {each["part"]: each for each in found.pop("parts")}
    (network,) = found.pop("networks")
    assert found == {
        "at": MOMENT.isoformat(),
        "score": pytest.approx(50.0),
        "level": "HIGH",
        "totalCustomerHours": 60.0,
        "ordinaryDayCustomerHours": 20.0,
        "ordinaryDayReason": None,
        "customers": 100,
        "missingParts": [],
        "reason": None,
    }
    assert tuple(parts) == PARTS
    assert parts["VEGETATION"] == {
        "part": "VEGETATION",
        "customerHours": 4.0,
        "coverageFrac": 0.8,
        "reason": None,
        "contributions": [],
    }
    assert parts["OUTAGES"]["contributions"] == [
        {
            "kind": "OUTAGE",
            "assetId": "OUT-1",
            "customerHours": 30.0,
            "details": [
                {"name": "customers_out", "value": 10.0},
                {"name": "p50_h", "value": 3.0},
                {"name": "p80_h", "value": None},
            ],
        }
    ]
    assert network["overloads"] == [{"branchId": "BR-1", "flowMw": 160.0, "ratingMva": 150.0}]
    assert (network["losingCount"], network["reliefShedMw"], network["branchCount"]) == (1, 5.0, 3)


def test_without_a_sample_nothing_is_known_and_the_answer_says_so(viewer_api: Api) -> None:
    found = viewer_api.data(NOW)["riskNow"]

    told = "No sample was taken yet of a zone that you may see."
    assert (found["at"], found["score"], found["level"], found["customers"]) == (None, None, None, None)
    assert (found["totalCustomerHours"], found["reason"], found["ordinaryDayReason"]) == (None, told, told)
    assert tuple(found["missingParts"]) == PARTS
    assert {each["reason"] for each in found["parts"]} == {told}


def test_a_missing_part_is_named_and_a_missing_vital_one_takes_the_score(viewer_api: Api) -> None:
    zone = make_zone()
    row = make_risk_sample(zone=zone, weather_h=None, reasons={"WEATHER": "No weather."})

    first = viewer_api.data(NOW)["riskNow"]
    models.RiskSample.objects.filter(pk=row.pk).update(
        background_h=None, ordinary_day_h=None, reasons={"BACKGROUND": "Short.", "ORDINARY_DAY": "Short."}
    )
    second = viewer_api.data(NOW)["riskNow"]

    assert (first["missingParts"], first["totalCustomerHours"]) == (["WEATHER"], 58.0)
    assert first["score"] is not None
    assert first["parts"][2]["reason"] == "No weather."
    assert (second["score"], second["reason"]) == (None, "Not known: BACKGROUND.")
    assert (second["ordinaryDayCustomerHours"], second["ordinaryDayReason"]) == (None, "Short.")


def test_zones_limit_the_sums_and_what_adds_to_them(make_user: Callable[..., User]) -> None:
    here, there = make_zone(), make_zone()
    make_risk_sample(zone=here)
    make_risk_sample(zone=there, outages_h=500.0)
    make_risk_contribution(zone=here, asset_id="OUT-HERE")
    make_risk_contribution(zone=there, asset_id="OUT-THERE", customer_hours=500.0)
    limited = make_user(roles=("viewer",), username="zita")
    grant_zone(user=limited, zone=here)

    some, every = Api(limited).data(NOW)["riskNow"], Api(make_user(roles=("viewer",))).data(NOW)["riskNow"]

    def listed(answer: dict[str, Any]) -> list[str]:
        return [each["assetId"] for each in answer["parts"][0]["contributions"]]

    assert (some["totalCustomerHours"], some["customers"], listed(some)) == (60.0, 100, ["OUT-HERE"])
    assert (every["totalCustomerHours"], every["customers"]) == (590.0, 200)
    assert listed(every) == ["OUT-THERE", "OUT-HERE"]
    period = (MOMENT, MOMENT + timedelta(hours=1))
    (point,) = history(Api(limited), "HOUR", start=period[0].isoformat(), end=period[1].isoformat())
    assert point["totalCustomerHours"] == 60.0


def test_a_history_is_the_mean_of_its_spans(viewer_api: Api) -> None:
    zone = make_zone()
    at = MOMENT.replace(hour=10, minute=0, second=0, microsecond=0)
    for minutes, outages_h in ((0, 0.0), (5, 30.0), (55, 60.0), (60, 90.0)):
        make_risk_sample(zone=zone, at=at + timedelta(minutes=minutes), outages_h=outages_h)
    period = {"start": at.isoformat(), "end": (at + timedelta(hours=6)).isoformat()}

    fine = history(viewer_api, "FIVE_MINUTES", **period)
    hours = history(viewer_api, "HOUR", **period)
    (day,) = history(viewer_api, "DAY", **period)

    assert [point["totalCustomerHours"] for point in fine] == [30.0, 60.0, 90.0, 120.0]
    assert [point["parts"][0]["customerHours"] for point in hours] == [30.0, 90.0]
    assert [point["at"] for point in hours] == [at.isoformat(), (at + timedelta(hours=1)).isoformat()]
    assert day["at"] == at.replace(hour=0).isoformat()
    assert (day["parts"][0]["customerHours"], day["totalCustomerHours"]) == (45.0, 75.0)
    assert fine[1]["score"] == pytest.approx(50.0)


def test_a_span_with_a_sample_that_lacks_a_part_lacks_it(viewer_api: Api) -> None:
    zone = make_zone()
    make_risk_sample(zone=zone)
    make_risk_sample(zone=zone, at=MOMENT + timedelta(minutes=5), vegetation_h=None)
    make_risk_sample(zone=make_zone(), at=MOMENT + timedelta(minutes=5))

    points = history(viewer_api, "FIVE_MINUTES")

    assert [point["parts"][4]["customerHours"] for point in points] == [4.0, None]
    assert [point["totalCustomerHours"] for point in points] == [60.0, 112.0]


@pytest.mark.parametrize(
    ("resolution", "days", "field"),
    [
        ("FIVE_MINUTES", 7.01, "end"),
        ("HOUR", 90.1, "end"),
        ("DAY", 91, "end"),
        ("DAY", -1, "end"),
        ("DAY", 0, "end"),
    ],
)
def test_a_period_that_is_none_or_too_long_is_refused(
    viewer_api: Api, resolution: str, days: float, field: str
) -> None:
    answer = viewer_api.run(
        HISTORY,
        start=MOMENT.isoformat(),
        end=(MOMENT + timedelta(days=days)).isoformat(),
        resolution=resolution,
    )

    assert answer["errors"][0]["extensions"]["code"] == "BAD_INPUT"
    assert answer["errors"][0]["extensions"]["field"] == field


@pytest.mark.parametrize("limit", [0, 101])
def test_a_list_of_none_or_too_many_is_refused(viewer_api: Api, limit: int) -> None:
    query = f"{{ riskNow {{ parts {{ contributions(limit: {limit}) {{ assetId }} }} }} }}"

    assert viewer_api.code(query) == "BAD_INPUT"


def test_the_assumptions_are_told_with_their_sources(viewer_api: Api) -> None:
    make_risk_assumption()

    rows = viewer_api.data("{ riskAssumptions { key value unit basis source updatedAt } }")["riskAssumptions"]

    by_key = {row["key"]: row for row in rows}
    assert len(by_key) == 8
    assert by_key["TRANSFORMER"]["value"] == 0.02
    assert by_key["TRANSFORMER"]["basis"] == "PUBLISHED"
    assert by_key["OVERLOAD_TIME"]["basis"] == "ASSUMPTION"
    assert all(row["source"] and row["unit"] for row in rows)


@pytest.mark.parametrize("query", [NOW, "{ riskAssumptions { key } }"])
def test_who_may_not_see_it_is_told_so(nobody_api: Api, anonymous_api: Api, query: str) -> None:
    make_risk_sample()

    assert nobody_api.code(query) == "PERMISSION_DENIED"
    assert anonymous_api.code(query) == "UNAUTHENTICATED"


def test_the_number_of_queries_does_not_grow_with_zones(
    viewer_api: Api, django_assert_max_num_queries: Callable[..., CaptureQueriesContext]
) -> None:
    for _ in range(2):
        make_risk_sample()
    viewer_api.data(NOW)
    with django_assert_max_num_queries(100) as few:
        viewer_api.data(NOW)
    for _ in range(6):
        zone = make_zone()
        make_risk_sample(zone=zone)
        make_risk_contribution(zone=zone)

    with django_assert_max_num_queries(len(few)):
        viewer_api.data(NOW)
