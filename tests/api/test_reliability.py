"""Reliability in GraphQL: figures worked by hand, what users may see, what is said where nothing is known."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from grid import models
from grid.warehouse import Warehouse
from grid.warehouse.tables import (
    momentary_interruptions,
    outage_interruptions,
)
from tests.clients import Api
from tests.factories.grid import make_circuit, make_substation, make_zone
from tests.interruption_history import OPEN_MINUTES, STORM_MINUTES, load
from tests.warehouse_rows import fill

INDICES = """indices { key name unit definition
    withMajorEventDays { value numerator denominator reason }
    withoutMajorEventDays { value numerator denominator reason } }"""
THRESHOLDS = "thresholds { year tMedMin alpha beta firstDay lastDay dayCount zeroDayCount yearCount reason }"
REPORT = f"""query (
    $first: Date!, $last: Date!, $scope: ReliabilityScope, $planned: PlannedInterruptions! = ALL)
    {{
    reliability(firstDay: $first, lastDay: $last, scope: $scope, planned: $planned) {{
        firstDay lastDay customersServed countedMinutes isPartial recordFirstDay asOf customersOut
        totals {{ customerInterruptions customerMinutes momentaryInterruptions momentaryEvents }}
        majorEventDays {THRESHOLDS} {INDICES} }} }}"""
SERIES = """query ($first: Date!, $last: Date!, $bucket: ReliabilityBucket!) {
    reliabilitySeries(firstDay: $first, lastDay: $last, bucket: $bucket) { firstDay lastDay isPartial
        majorEventDayCount withMajorEventDays { saidiMin asai } withoutMajorEventDays { saidiMin } } }"""
RANKING = """query ($by: ReliabilityGroup!, $index: ReliabilityIndex!, $with: Boolean!, $limit: Int! = 20) {
    reliabilityRanking(by: $by, index: $index, firstDay: "2025-01-01", lastDay: "2025-12-31",
        withMajorEventDays: $with, limit: $limit) { assetId name customersServed
        withMajorEventDays { saidiMin } withoutMajorEventDays { saidiMin } } }"""
MAJOR = f"""{{ majorEventDays(firstDay: "2024-01-01", lastDay: "2025-12-31") {{
    days {{ day saidiMin tMedMin totals {{ customerInterruptions }} }} {THRESHOLDS} }} }}"""
CAUSES = """query ($with: Boolean! = true, $planned: PlannedInterruptions! = ALL) {
    interruptionCauses(firstDay: "2025-01-01", lastDay: "2025-12-31", withMajorEventDays: $with,
        planned: $planned) { causeCode outageCount customerInterruptions customerMinutes minutesShare } }"""
MET = """query ($hours: Float! = 8) {
    customersExperiencingInterruptions(firstDay: "2025-01-01", lastDay: "2025-12-31", hours: $hours) {
        customersServed
        withMajorEventDays { cemi { n customers { value reason } } celidS { value } celidT { value } }
        withoutMajorEventDays { cemi { n customers { value } } celidS { value } } } }"""

YEAR_2025 = {"first": "2025-01-01", "last": "2025-12-31"}


@pytest.fixture(autouse=True)
def houston(settings: Any) -> None:
    settings.TIME_ZONE = "America/Chicago"


@pytest.fixture
def history(warehouse: Warehouse, synced: None) -> Warehouse:
    """The two years, and a cache that knows the substations."""
    load(warehouse)
    for name in "AB":
        station = make_substation(id=f"SUB-{name}", zone=make_zone(id=f"Z-{name}"))
        make_circuit(id=f"CKT-{name}", substation=station)
    return warehouse


@pytest.fixture
def limited_api(make_user: Callable[..., User], history: Warehouse) -> Api:
    """A viewer of zone B alone."""
    user = make_user(roles=("viewer",))
    models.ZoneGrant.objects.create(user=user, zone_id="Z-B")
    return Api(user)


def value(report: dict[str, Any], key: str, *, way: str = "withMajorEventDays") -> float | None:
    return next(each[way]["value"] for each in report["indices"] if each["key"] == key)


MINUTES_2025 = 365 * 24 * 60


def test_a_year_worked_by_hand(viewer_api: Api, history: Warehouse) -> None:
    found = viewer_api.data(REPORT, **YEAR_2025)["reliability"]

    cmi = 120 + STORM_MINUTES + OPEN_MINUTES + 60
    assert found["totals"] == {
        "customerInterruptions": 13,
        "customerMinutes": cmi,
        "momentaryInterruptions": 1 + 5 * 2,
        "momentaryEvents": 1 + 5,
    }
    assert (found["customersServed"], found["customersOut"]) == (15, 1)
    assert value(found, "SAIFI") == pytest.approx(13 / 15)
    assert value(found, "SAIDI") == pytest.approx(cmi / 15)
    assert value(found, "CAIDI") == pytest.approx(cmi / 13)
    counted = MINUTES_2025 - 8 * 60  # the record ends at 16:00 local time of the last day
    assert found["countedMinutes"] == counted
    assert value(found, "ASAI") == pytest.approx(1 - cmi / (15 * counted))
    assert value(found, "MAIFI") == pytest.approx(11 / 15)
    assert value(found, "MAIFI_E") == pytest.approx(6 / 15)
    assert (found["isPartial"], found["recordFirstDay"]) == (True, "2024-01-01")
    assert found["asOf"] == datetime(2025, 12, 31, 22, tzinfo=UTC).isoformat()
    assert all("customers" in each["definition"].lower() and each["unit"] for each in found["indices"])


def test_without_the_storm(viewer_api: Api, history: Warehouse) -> None:
    found = viewer_api.data(REPORT, **YEAR_2025)["reliability"]

    # ln 2 and ln 4 minutes a day, 18 times each: beta is ln 2 / 2 by the root of 36/35.
    beta = math.log(2) / 2 * math.sqrt(36 / 35)
    limit = {each["year"]: each for each in found["thresholds"]}[2025]
    assert limit["tMedMin"] == pytest.approx(math.exp(1.5 * math.log(2) + 2.5 * beta))
    assert limit["beta"] == pytest.approx(beta)
    assert (limit["dayCount"], limit["zeroDayCount"], limit["yearCount"]) == (36, 366 - 36, 1)
    assert (limit["firstDay"], limit["lastDay"]) == ("2024-01-01", "2024-12-31")
    without = {"way": "withoutMajorEventDays"}
    # With 15 customers each of the three other days is over that limit of 6.9 min, or not, as its SAIDI says.
    assert found["majorEventDays"] == ["2025-02-03", "2025-08-01", "2025-12-31"]
    assert value(found, "SAIFI", **without) == 0.0
    assert value(found, "CAIDI", **without) is None
    assert value(found, "MAIFI", **without) == pytest.approx(10 / 15)


def test_planned_work_apart(viewer_api: Api, history: Warehouse) -> None:
    planned = viewer_api.data(REPORT, **YEAR_2025, planned="PLANNED")["reliability"]
    unplanned = viewer_api.data(REPORT, **YEAR_2025, planned="UNPLANNED")["reliability"]

    assert planned["totals"] == {
        "customerInterruptions": 1,
        "customerMinutes": 120.0,
        "momentaryInterruptions": 0,
        "momentaryEvents": 0,
    }
    assert unplanned["totals"]["customerInterruptions"] == 12
    # Major event days are the same, whatever is asked.
    assert planned["majorEventDays"] == unplanned["majorEventDays"]


@pytest.mark.parametrize(
    ("scope", "served", "interrupted"),
    [({"circuitId": "CKT-A"}, 10, 11), ({"substationId": "SUB-B"}, 5, 2), ({}, 15, 13)],
)
def test_a_part_of_the_system(
    viewer_api: Api, history: Warehouse, scope: dict[str, str], served: int, interrupted: int
) -> None:
    found = viewer_api.data(REPORT, **YEAR_2025, scope=scope)["reliability"]

    assert (found["customersServed"], found["totals"]["customerInterruptions"]) == (served, interrupted)
    assert value(found, "SAIFI") == pytest.approx(interrupted / served)
    # Of a part too they are those of the whole system.
    assert found["majorEventDays"] == ["2025-02-03", "2025-08-01", "2025-12-31"]


def test_a_user_limited_to_zones_sees_those_as_the_system(limited_api: Api) -> None:
    found = limited_api.data(REPORT, **YEAR_2025)["reliability"]

    assert (found["customersServed"], found["totals"]["customerInterruptions"]) == (5, 2)
    assert found["thresholds"][0]["reason"]  # nothing happened in this zone in 2024
    assert limited_api.code(REPORT, **YEAR_2025, scope={"circuitId": "CKT-A"}) == "NOT_FOUND"
    assert limited_api.code(REPORT, **YEAR_2025, scope={"substationId": "SUB-A"}) == "NOT_FOUND"
    ranked = limited_api.data(RANKING, by="CIRCUIT", index="SAIDI", **{"with": True})["reliabilityRanking"]
    assert [part["assetId"] for part in ranked] == ["CKT-B"]
    assert {cause["causeCode"] for cause in limited_api.data(CAUSES)["interruptionCauses"]} == {None}
    met = limited_api.data(MET)["customersExperiencingInterruptions"]
    assert met["customersServed"] == 5


@pytest.mark.parametrize(
    ("variables", "field"),
    [
        ({"first": "2025-02-01", "last": "2025-01-01"}, "lastDay"),
        ({"first": "1980-01-01", "last": "2025-01-01"}, "lastDay"),
        ({"first": "2000-01-01", "last": "2025-01-01"}, "lastDay"),
        ({**YEAR_2025, "scope": {"circuitId": "CKT-404"}}, "circuitId"),
        ({**YEAR_2025, "scope": {"substationId": "SUB-404"}}, "substationId"),
        ({**YEAR_2025, "scope": {"substationId": "SUB-A", "circuitId": "CKT-A"}}, "circuitId"),
    ],
)
def test_bad_input_names_its_field(
    viewer_api: Api, history: Warehouse, variables: dict[str, Any], field: str
) -> None:
    error = viewer_api.error(REPORT, **variables)

    assert error["extensions"]["field"] == field
    assert error["extensions"]["code"] in {"BAD_INPUT", "NOT_FOUND"}


def test_what_is_not_on_record_is_null_and_says_so(
    viewer_api: Api, warehouse: Warehouse, synced: None
) -> None:
    load(warehouse, with_momentaries=False)

    first_year = viewer_api.data(REPORT, first="2024-01-01", last="2024-12-31")["reliability"]
    before = viewer_api.data(REPORT, first="2019-01-01", last="2019-12-31")["reliability"]

    reasons = {each["key"]: each["withoutMajorEventDays"]["reason"] for each in first_year["indices"]}
    assert all(reason.startswith("2024 has no threshold") for reason in reasons.values())
    maifi = next(each["withMajorEventDays"] for each in first_year["indices"] if each["key"] == "MAIFI")
    assert maifi["value"] is None
    assert "never recorded" in maifi["reason"]
    assert value(first_year, "SAIFI") == pytest.approx(36 / 15)
    assert first_year["isPartial"] is False
    assert {each["withMajorEventDays"]["reason"] for each in before["indices"]} == {
        "Nothing is on record of this period."
    }
    assert (before["countedMinutes"], before["isPartial"]) == (0.0, True)


def test_without_any_interruption_nothing_is_claimed(
    viewer_api: Api, warehouse: Warehouse, synced: None
) -> None:
    load(warehouse)
    fill(warehouse, outage_interruptions, [])
    fill(warehouse, momentary_interruptions, [])

    found = viewer_api.data(REPORT, **YEAR_2025)["reliability"]

    assert {each["withMajorEventDays"]["reason"] for each in found["indices"]} == {
        "No interruption is on record."
    }
    assert viewer_api.data(CAUSES)["interruptionCauses"] == []
    met = viewer_api.data(MET)["customersExperiencingInterruptions"]
    assert met["withMajorEventDays"]["cemi"][0]["customers"]["reason"] == "No interruption is on record."


def test_outages_never_loaded_are_an_error(viewer_api: Api, warehouse: Warehouse, synced: None) -> None:
    assert viewer_api.code(REPORT, **YEAR_2025) == "WAREHOUSE_UNAVAILABLE"


def test_series_add_up_to_the_whole(viewer_api: Api, history: Warehouse) -> None:
    whole = viewer_api.data(REPORT, first="2024-01-01", last="2025-12-31")["reliability"]
    by = {
        bucket: viewer_api.data(SERIES, first="2024-01-01", last="2025-12-31", bucket=bucket)[
            "reliabilitySeries"
        ]
        for bucket in ("DAY", "MONTH", "YEAR")
    }

    assert {bucket: len(points) for bucket, points in by.items()} == {"DAY": 731, "MONTH": 24, "YEAR": 2}
    for points in by.values():
        assert sum(point["withMajorEventDays"]["saidiMin"] for point in points) == pytest.approx(
            value(whole, "SAIDI")
        )
    assert [point["majorEventDayCount"] for point in by["YEAR"]] == [None, 3]
    assert by["YEAR"][0]["withoutMajorEventDays"]["saidiMin"] is None
    august = by["MONTH"][19]
    assert (august["firstDay"], august["lastDay"]) == ("2025-08-01", "2025-08-31")
    assert (august["majorEventDayCount"], august["withoutMajorEventDays"]["saidiMin"]) == (1, 0.0)
    assert by["DAY"][-1]["isPartial"] is True


def test_the_worst_parts_come_first(viewer_api: Api, history: Warehouse) -> None:
    def order(by: str, index: str, *, with_major: bool = True) -> list[str]:
        answer = viewer_api.data(RANKING, by=by, index=index, **{"with": with_major})
        return [part["assetId"] for part in answer["reliabilityRanking"]]

    assert order("CIRCUIT", "SAIDI") == ["CKT-A", "CKT-B"]
    assert order("SUBSTATION", "ASAI") == ["SUB-A", "SUB-B"]
    assert order("SUBSTATION", "MAIFI") == ["SUB-B", "SUB-A"]
    assert order("CIRCUIT", "MAIFI", with_major=False) == ["CKT-B", "CKT-A"]
    first = viewer_api.data(RANKING, by="CIRCUIT", index="SAIDI", limit=1, **{"with": True})[
        "reliabilityRanking"
    ]
    assert [(part["name"], part["customersServed"]) for part in first] == [("Feeder A", 10)]
    assert first[0]["withMajorEventDays"]["saidiMin"] == pytest.approx((120 + STORM_MINUTES) / 10)
    assert viewer_api.code(RANKING, by="CIRCUIT", index="SAIDI", limit=0, **{"with": True}) == "BAD_INPUT"


def test_a_ranking_asks_for_the_permission_of_what_is_ranked(
    make_user: Callable[..., User], history: Warehouse
) -> None:
    api = Api(make_user("grid.view_outage", "grid.view_substation"))

    assert api.data(RANKING, by="SUBSTATION", index="SAIDI", **{"with": True})
    assert api.code(RANKING, by="CIRCUIT", index="SAIDI", **{"with": True}) == "PERMISSION_DENIED"


def test_major_event_days_and_their_thresholds(viewer_api: Api, history: Warehouse) -> None:
    found = viewer_api.data(MAJOR)["majorEventDays"]

    assert [(each["day"], each["totals"]["customerInterruptions"]) for each in found["days"]] == [
        ("2025-02-03", 1),
        ("2025-08-01", 10),
        ("2025-12-31", 2),
    ]
    assert found["days"][1]["saidiMin"] == pytest.approx(STORM_MINUTES / 15)
    assert [limit["year"] for limit in found["thresholds"]] == [2024, 2025]
    assert all(each["saidiMin"] > each["tMedMin"] for each in found["days"])


def test_causes_by_their_minutes(viewer_api: Api, history: Warehouse) -> None:
    found = viewer_api.data(CAUSES)["interruptionCauses"]

    whole = STORM_MINUTES + 120 + OPEN_MINUTES + 60
    assert [(each["causeCode"], each["outageCount"], each["customerMinutes"]) for each in found] == [
        ("WIND", 1, STORM_MINUTES),
        (None, 2, OPEN_MINUTES + 60),
        ("MAINTENANCE", 1, 120.0),
    ]
    assert found[0]["minutesShare"] == pytest.approx(STORM_MINUTES / whole)
    assert [
        each["causeCode"] for each in viewer_api.data(CAUSES, planned="PLANNED")["interruptionCauses"]
    ] == ["MAINTENANCE"]
    assert viewer_api.data(CAUSES, **{"with": False})["interruptionCauses"] == []


def test_how_it_fell_on_customers(viewer_api: Api, history: Warehouse) -> None:
    found = viewer_api.data(MET, hours=10.5)["customersExperiencingInterruptions"]

    # M-0 had planned work and the storm; the nine others of A the storm; two of B one interruption each.
    shares = {each["n"]: each["customers"]["value"] for each in found["withMajorEventDays"]["cemi"]}
    assert shares == {1: pytest.approx(12 / 15), 2: pytest.approx(1 / 15)}
    # 600 min for M-0 in the storm, and 660 and more for the others; M-0 was out for 720 in all.
    assert found["withMajorEventDays"]["celidS"]["value"] == pytest.approx(9 / 15)
    assert found["withMajorEventDays"]["celidT"]["value"] == pytest.approx(10 / 15)
    assert [each["customers"]["value"] for each in found["withoutMajorEventDays"]["cemi"]] == [0.0]
    for hours in (0, -1, 1e9):
        assert viewer_api.error(MET, hours=hours)["extensions"] == {"code": "BAD_INPUT", "field": "hours"}


def test_an_answer_is_kept_until_interruptions_change(viewer_api: Api, history: Warehouse) -> None:
    def ask() -> tuple[str, float | None]:
        answer = viewer_api.run(REPORT, **YEAR_2025)
        return answer["extensions"]["backends"][-1]["backend"], value(answer["data"]["reliability"], "SAIFI")

    assert ask() == ("warehouse", pytest.approx(13 / 15))
    assert ask() == ("result-cache", pytest.approx(13 / 15))
    fill(history, outage_interruptions, [])
    assert ask() == ("warehouse", 0.0)
