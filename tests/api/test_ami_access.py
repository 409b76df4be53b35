"""Who gets what of the analytics of readings, what cannot be asked, and answers that are kept."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from grid.warehouse import Warehouse, tables
from grid.warehouse.queries import Scope
from tests.ami_sample import Sample
from tests.api.ami_questions import (
    ARGUMENTS,
    AUTUMN,
    AUTUMN_HOURS,
    BREAKDOWN,
    COINCIDENCE,
    COMPARISON,
    EVERY,
    OVERLOADS,
    PROFILE,
    SERIES,
    VOLTAGE,
    WORST,
    days,
    kwh,
    limited,
)
from tests.clients import Api


def test_a_user_limited_to_a_zone_sees_sums_of_that_zone_only(
    viewer: User, loaded: Warehouse, sample: Sample
) -> None:
    everything = Api(viewer).data(SERIES, **AUTUMN)["usageSeries"]
    api = limited(viewer, "ZONE-1")
    scope = Scope(zone_ids=("ZONE-1",))
    mine = kwh(sample.of(scope, *days(AUTUMN)))
    assert everything["usageKwh"] > mine + 1.0

    for bucket in ("HOUR", "DAY", "MONTH"):
        series = api.data(SERIES, bucket=bucket, **AUTUMN)["usageSeries"]
        assert (series["usageKwh"], series["meterCount"]) == (
            pytest.approx(mine),
            len(sample.chosen(scope)),
        )
    for by in ("METER", "TRANSFORMER", "CIRCUIT", "SUBSTATION", "ZONE", "CITY", "CUSTOMER_CLASS"):
        breakdown = api.data(BREAKDOWN, by=by, **AUTUMN)["usageBreakdown"]
        assert breakdown["totalKwh"] == pytest.approx(mine)
        ranking = api.data(WORST, by=by, **AUTUMN)["worstVoltages"]
        assert sum(group["meterCount"] for group in ranking["groups"]) == len(sample.chosen(scope))
    compared = api.data(COMPARISON, **AUTUMN, baseFirst="2025-03-08", baseLast="2025-03-10")
    assert compared["usageComparison"]["current"]["usageKwh"] == pytest.approx(mine)
    assert api.data(PROFILE, min=1, **AUTUMN)["loadProfile"]["meanKw"] == pytest.approx(mine / AUTUMN_HOURS)
    assert api.data(COINCIDENCE, members="CIRCUIT", **AUTUMN)["coincidence"]["memberCount"] == 3
    bands = api.data(VOLTAGE, **AUTUMN)["voltageQuality"]
    assert bands["judgedCount"] + bands["unknownCount"] == len(sample.of(scope, *days(AUTUMN)))
    overloads = api.data(OVERLOADS, **AUTUMN)["overloadedTransformers"]
    assert {row["assetId"] for row in overloads} == {"XFMR-1", "XFMR-2", "XFMR-3", "XFMR-4"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("zoneIds", "ZONE-2"),
        ("substationIds", "SUB-3"),
        ("circuitIds", "CKT-4"),
        ("transformerIds", "XFMR-5"),
        ("meterIds", "MTR-5"),
    ],
)
def test_assets_of_other_zones_are_not_found(viewer: User, loaded: Warehouse, field: str, value: str) -> None:
    api = limited(viewer, "ZONE-1")

    for query in EVERY:
        error = api.error(query, filters={field: [value]}, **ARGUMENTS)
        assert error["extensions"] == {"code": "NOT_FOUND", "field": field}
    if field != "meterIds":
        assert api.code(OVERLOADS, filters={field: [value]}, **AUTUMN) == "NOT_FOUND"


@pytest.mark.parametrize("query", EVERY)
def test_a_wrong_filter_names_its_field(viewer_api: Api, loaded: Warehouse, query: str) -> None:
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"circuitIds": ["CKT-9"]}, "NOT_FOUND", "circuitIds"),
        ({"meterIds": [""]}, "NOT_FOUND", "meterIds"),
        ({"meterIds": [f"MTR-{n}" for n in range(201)]}, "BAD_INPUT", "meterIds"),
    ]
    for filters, code, field in cases:
        error = viewer_api.error(query, filters=filters, **ARGUMENTS)
        assert error["extensions"] == {"code": code, "field": field}


@pytest.mark.parametrize(
    ("query", "variables", "field"),
    [
        (SERIES, {"last": "2025-10-31"}, "lastDay"),
        (SERIES, {"first": "2019-01-01"}, "lastDay"),
        (SERIES, {"first": "0001-01-01"}, "lastDay"),
        (SERIES, {"bucket": "INTERVAL"}, "bucket"),
        (SERIES, {"bucket": "HOUR", "first": "2025-08-01"}, "lastDay"),
        (SERIES, {"bucket": "HOUR", "first": "2025-10-01", "filters": {"meterIds": ["MTR-1"]}}, "lastDay"),
        (BREAKDOWN, {"limit": 0}, "limit"),
        (BREAKDOWN, {"limit": 501}, "limit"),
        (BREAKDOWN, {"by": "METER", "first": "2025-07-01"}, "lastDay"),
        (BREAKDOWN, {"by": "CIRCUIT", "first": "2020-07-01"}, "lastDay"),
        (WORST, {"limit": -1}, "limit"),
        (WORST, {"by": "TRANSFORMER", "first": "2025-07-01"}, "lastDay"),
        (VOLTAGE, {"first": "2020-07-01"}, "lastDay"),
        (COMPARISON, {"baseLast": "2025-03-07"}, "baseLastDay"),
        (PROFILE, {"min": 0}, "minCoveragePct"),
        (PROFILE, {"min": 100.5}, "minCoveragePct"),
        (PROFILE, {"first": "2024-01-01"}, "lastDay"),
        (COINCIDENCE, {"members": "METER"}, "transformerIds"),
        (COINCIDENCE, {"members": "TRANSFORMER", "first": "2025-08-01"}, "lastDay"),
        (COINCIDENCE, {"members": "TRANSFORMER", "filters": {"customerClasses": ["INDUSTRIAL"]}}, "members"),
        (COINCIDENCE, {"members": "CIRCUIT", "filters": {"meterIds": ["MTR-1"]}}, "members"),
        (OVERLOADS, {"limit": 0}, "limit"),
        (OVERLOADS, {"first": "2020-07-01"}, "lastDay"),
    ],
)
def test_what_cannot_be_asked_names_its_field(
    viewer_api: Api, loaded: Warehouse, query: str, variables: dict[str, Any], field: str
) -> None:
    error = viewer_api.error(query, **(ARGUMENTS | variables))
    assert error["extensions"] == {"code": "BAD_INPUT", "field": field}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (BREAKDOWN, {"by": "TRANSFORMER"}),
        (BREAKDOWN, {"by": "CIRCUIT"}),
        (WORST, {"by": "SUBSTATION"}),
        (WORST, {"by": "CITY"}),
        (COINCIDENCE, {"members": "TRANSFORMER"}),
        (OVERLOADS, {}),
    ],
)
def test_a_group_asks_for_the_permission_to_see_its_members(
    make_user: Any, loaded: Warehouse, query: str, variables: dict[str, Any]
) -> None:
    api = Api(make_user("grid.view_meter"))

    assert api.code(query, **(ARGUMENTS | variables)) == "PERMISSION_DENIED"
    assert api.data(BREAKDOWN, by="METER", **AUTUMN)["usageBreakdown"]["groupCount"] == 10


def test_an_answer_is_kept_until_readings_change(viewer_api: Api, loaded: Warehouse) -> None:
    for query in [*EVERY, OVERLOADS]:
        first, second = (viewer_api.run(query, **ARGUMENTS) for _ in range(2))

        assert first["data"] == second["data"]
        uses = [answer["extensions"]["backends"][0] for answer in (first, second)]
        assert [use["backend"] for use in uses] == ["warehouse", "result-cache"]
    table = tables.circuit_daily_usage
    loaded.append(table, loaded.select_arrow(table.select().limit(1)), "again")

    third = viewer_api.run(SERIES, **ARGUMENTS)
    assert third["extensions"]["backends"][0]["backend"] == "warehouse"


def test_answers_of_one_zone_are_not_kept_for_another(viewer: User, loaded: Warehouse) -> None:
    everything = Api(viewer).data(SERIES, **AUTUMN)

    assert limited(viewer, "ZONE-2").data(SERIES, **AUTUMN) != everything


def test_without_the_roll_up_the_question_is_refused(viewer_api: Api, warehouse: Warehouse) -> None:
    error = viewer_api.error(SERIES, **AUTUMN)

    assert error["extensions"]["code"] == "WAREHOUSE_UNAVAILABLE"
    assert "never" in error["message"] or "loaded" in error["message"]
