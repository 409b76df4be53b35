"""Past storms and their replays in GraphQL, worked by hand and counted minute by minute."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache

from grid import models
from grid.selectors.restoration import learn_restorations
from grid.selectors.storms import replaying
from grid.warehouse import Warehouse
from tests.clients import Api
from tests.factories.grid import make_outage, make_zone
from tests.storm_history import DAY, OTHERS, QUIET, QUIET_DAYS, STORM, STORM_AT, Past, load

STORMS = """query ($first: Date, $last: Date) { storms(firstDay: $first, lastDay: $last) {
    firstDay lastDay asOf rule { threshold firstDay lastDay dayCount reason }
    storms { firstDay lastDay beganAt endedAt replayStart replayEnd outageCount unknownOutageCount
        customerInterruptions customerMinutes peakCustomersOut peakAt majorEventDays majorEventReason } } }"""
REPLAY = """query ($start: DateTime!, $end: DateTime!) { stormReplay(start: $start, end: $end) {
    start end asOf unknownOutageCount peakCustomersOut peakAt
    outages { outageId isCached circuitId deviceKind deviceId causeCode beganAt restoredAt lon lat customers
        losses { at customers } steps { stepNumber restoredAt customersRestored } }
    weather { at stationCount temperatureC windSpeedMps windSpeedMaxMps precipitationMm } } }"""

NOW = datetime(2026, 6, 1, tzinfo=UTC)
WHOLE = {"start": "2026-05-04T05:00:00Z", "end": "2026-05-06T05:00:00Z"}


def minute(number: int) -> str:
    """Return a minute after the storm's first midnight as the API writes it."""
    return (STORM_AT + timedelta(minutes=number)).replace(tzinfo=UTC).isoformat()


@pytest.fixture(autouse=True)
def houston(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TIME_ZONE = "America/Chicago"
    monkeypatch.setattr("grid.selectors.storms.listing.timezone", SimpleNamespace(now=lambda: NOW))


@pytest.fixture
def past(warehouse: Warehouse, synced: None) -> Warehouse:
    """The quiet months and the storm."""
    load(warehouse)
    return warehouse


def of_zone_b(make_user: Callable[..., User]) -> Api:
    user = make_user(roles=("viewer",))
    models.ZoneGrant.objects.create(user=user, zone=make_zone(id="Z-B"))
    return Api(user)


def test_storm_days_in_a_row_are_one_storm(viewer_api: Api, past: Warehouse) -> None:
    found = viewer_api.data(STORMS)["storms"]

    # OUT-1 to OUT-4 and OUT-MOVED began on the first day, OUT-5 to OUT-8 on the second.
    logs = [0.0] * QUIET_DAYS + [math.log(5), math.log(4)]
    threshold = math.exp(statistics.fmean(logs) + 2.5 * statistics.stdev(logs))
    assert found["rule"] == {
        "threshold": pytest.approx(threshold),
        "firstDay": "2023-06-01",
        "lastDay": "2026-05-31",  # by the local clock it is still May
        "dayCount": QUIET_DAYS + 2,
        "reason": None,
    }
    assert found["asOf"] == minute(DAY + 230)
    assert found["storms"] == [
        {
            "firstDay": "2026-05-04",
            "lastDay": "2026-05-05",
            "beganAt": minute(10),
            "endedAt": minute(2 * DAY),
            "replayStart": minute(0),
            "replayEnd": minute(DAY + 230),
            "outageCount": 9,
            "unknownOutageCount": 1,
            "customerInterruptions": 5 + 7 + 20 + 4 + 9 + 6 + 6 + 1 + 11,
            "customerMinutes": 150 + 420 + 2400 + 360 + 13500 + 600 + 600 + 200 + 660,
            "peakCustomersOut": 20 + 4 + 9 + 11,
            "peakAt": minute(80),
            "majorEventDays": ["2026-05-04", "2026-05-05"],
            "majorEventReason": None,
        }
    ]


def test_a_storm_counts_what_reliability_counts(viewer_api: Api, past: Warehouse) -> None:
    storm = viewer_api.data(STORMS)["storms"]["storms"][0]

    totals = viewer_api.data(
        """{ reliability(firstDay: "2026-05-04", lastDay: "2026-05-05", planned: UNPLANNED) {
            totals { customerInterruptions customerMinutes } } }"""
    )["reliability"]["totals"]

    assert totals["customerInterruptions"] == storm["customerInterruptions"]
    assert totals["customerMinutes"] == pytest.approx(storm["customerMinutes"])


def test_major_event_days_are_unknown_without_a_year_before(
    viewer_api: Api, warehouse: Warehouse, synced: None
) -> None:
    load(warehouse, [*QUIET[:40], *STORM, *OTHERS])

    (storm,) = viewer_api.data(STORMS)["storms"]["storms"]

    assert storm["majorEventDays"] is None
    assert "2026 has no threshold" in storm["majorEventReason"]


def test_an_evening_storm_belongs_to_the_local_day(
    viewer_api: Api, warehouse: Warehouse, synced: None
) -> None:
    evening = [Past(key=f"OUT-E{n}", began=20 * 60 + n, parts=[(30, 1)]) for n in range(6)]
    load(warehouse, [*QUIET, *evening])

    (storm,) = viewer_api.data(STORMS)["storms"]["storms"]

    assert (storm["firstDay"], storm["lastDay"], storm["outageCount"]) == ("2026-05-04", "2026-05-04", 6)
    assert storm["replayEnd"] == minute(20 * 60 + 35)


@pytest.mark.parametrize(
    ("period", "count"),
    [
        ({"first": "2026-05-05"}, 1),
        ({"last": "2026-05-04"}, 1),
        ({"first": "2026-05-06"}, 0),
        ({"last": "2026-05-03"}, 0),
        ({"first": "2019-01-01", "last": "2019-12-31"}, 0),
    ],
)
def test_the_period_chooses_the_storms(
    viewer_api: Api, past: Warehouse, period: dict[str, str], count: int
) -> None:
    found = viewer_api.data(STORMS, **period)["storms"]["storms"]

    assert len(found) == count
    # A storm that the period cuts is told whole.
    assert all(each["outageCount"] == 9 for each in found)


def test_without_enough_days_there_is_no_rule_and_no_storm(
    viewer_api: Api, warehouse: Warehouse, synced: None
) -> None:
    load(warehouse, STORM)

    found = viewer_api.data(STORMS)["storms"]

    assert (found["storms"], found["rule"]["threshold"], found["rule"]["dayCount"]) == ([], None, 2)
    assert found["rule"]["reason"] == "Fewer than 30 days of the three years before today had outages."


def test_restoration_times_are_learnt_by_the_same_rule(viewer_api: Api, past: Warehouse) -> None:
    learn_restorations(now=NOW)

    threshold = viewer_api.data(STORMS)["storms"]["rule"]["threshold"]

    assert cache.get("restoration-experience")["storm_threshold"] == threshold


def test_the_storms_of_a_zone_are_those_of_its_outages(
    make_user: Callable[..., User], warehouse: Warehouse, synced: None
) -> None:
    quiet_b = [Past(key=f"{each.key}B", began=each.began, parts=each.parts, part="B") for each in QUIET]
    load(warehouse, [*QUIET, *quiet_b, *STORM, *OTHERS])
    api = of_zone_b(make_user)

    storms = api.data(STORMS)["storms"]["storms"]
    replay = api.data(REPLAY, **WHOLE)["stormReplay"]

    assert storms == []  # two outages on the first day and one on the second; alike every day here
    assert [each["outageId"] for each in replay["outages"]] == ["OUT-2", "OUT-6"]
    assert replay["peakCustomersOut"] == 22


def test_a_replay_tells_each_outage_with_its_steps(viewer_api: Api, past: Warehouse) -> None:
    make_outage(id="OUT-1")

    found = viewer_api.data(REPLAY, **WHOLE)["stormReplay"]

    by_id = {each["outageId"]: each for each in found["outages"]}
    assert list(by_id) == [
        *("OUT-1", "OUT-2", "OUT-3", "OUT-4", "OUT-ORPHAN", "OUT-5", "OUT-6", "OUT-7", "OUT-8")
    ]
    assert by_id["OUT-1"] == {
        "outageId": "OUT-1",
        "isCached": True,
        "circuitId": "CKT-A",
        "deviceKind": "SWITCH",
        "deviceId": "SW-1",
        "causeCode": "WIND",
        "beganAt": minute(10),
        "restoredAt": minute(70),
        "lon": -95.4,
        "lat": 29.8,
        "customers": 12,
        "losses": [{"at": minute(10), "customers": 12}],
        "steps": [
            {"stepNumber": 1, "restoredAt": minute(40), "customersRestored": 5},
            {"stepNumber": 2, "restoredAt": minute(70), "customersRestored": 7},
        ],
    }
    assert (by_id["OUT-2"]["deviceKind"], by_id["OUT-2"]["deviceId"]) == ("TRANSFORMER", "T-2")
    assert (by_id["OUT-3"]["deviceKind"], by_id["OUT-3"]["isCached"]) == ("CIRCUIT", False)
    orphan = by_id["OUT-ORPHAN"]
    assert (orphan["deviceKind"], orphan["lon"], orphan["customers"]) == (None, None, 11)
    assert (found["peakCustomersOut"], found["peakAt"]) == (44, minute(80))


def test_unknown_customers_stay_unknown_and_are_counted(viewer_api: Api, past: Warehouse) -> None:
    found = viewer_api.data(REPLAY, **WHOLE)["stormReplay"]

    unknown = next(each for each in found["outages"] if each["outageId"] == "OUT-8")
    assert (unknown["customers"], unknown["losses"], unknown["steps"]) == (None, None, None)
    assert (unknown["beganAt"], unknown["restoredAt"]) == (minute(DAY + 30), minute(2 * DAY))
    assert found["unknownOutageCount"] == 1


def test_a_part_of_a_storm_has_the_outages_in_force_and_their_whole_steps(
    viewer_api: Api, past: Warehouse
) -> None:
    # OUT-1's last customers were back at minute 70, and those of OUT-2 that were back before come with it.
    found = viewer_api.data(REPLAY, start=minute(70), end=minute(75))["stormReplay"]

    assert [each["outageId"] for each in found["outages"]] == ["OUT-2", "OUT-3", "OUT-4"]
    assert [step["customersRestored"] for step in found["outages"][0]["steps"]] == [2, 20]
    assert (found["peakCustomersOut"], found["peakAt"]) == (20 + 4 + 9, minute(70))


def test_an_outage_that_is_not_over_stays_out(viewer_api: Api, warehouse: Warehouse, synced: None) -> None:
    load(warehouse, [Past(key="OUT-1", began=10, parts=[(20, 2), (None, 5)], status="CONFIRMED")])

    (outage,) = viewer_api.data(REPLAY, **WHOLE)["stormReplay"]["outages"]

    assert (outage["restoredAt"], outage["customers"]) == (None, 7)
    assert [step["customersRestored"] for step in outage["steps"]] == [2]


@pytest.mark.parametrize("seed", range(8))
def test_customers_out_are_those_counted_by_the_minute(
    viewer_api: Api, warehouse: Warehouse, synced: None, seed: int
) -> None:
    rng = random.Random(seed)
    outages = [
        Past(
            key=f"OUT-{n}",
            began=rng.randint(-300, 700),
            parts=[
                (rng.choice([None, *range(1, 500)]), rng.randint(0, 40)) for _ in range(rng.randint(1, 5))
            ],
        )
        for n in range(30)
    ]
    load(warehouse, outages)
    last = 600
    expected = [0] * (last + 1)
    for each in outages:
        for lasted, customers in each.parts:
            end = last + 1 if lasted is None else min(each.began + lasted, last + 1)
            for at in range(max(each.began, 0), end):
                expected[at] += customers

    found = viewer_api.data(REPLAY, start=minute(0), end=minute(last))["stormReplay"]

    told = [
        sum(
            sum(loss["customers"] for loss in outage["losses"] if loss["at"] <= at)
            - sum(step["customersRestored"] for step in outage["steps"] if step["restoredAt"] <= at)
            for outage in found["outages"]
        )
        for at in map(minute, range(last + 1))
    ]
    assert told == expected
    assert found["peakCustomersOut"] == max(expected)
    assert found["peakAt"] == minute(expected.index(max(expected)))


def test_the_weather_is_that_of_all_stations_by_the_hour(viewer_api: Api, past: Warehouse) -> None:
    found = viewer_api.data(REPLAY, start=minute(90), end=minute(200))["stormReplay"]["weather"]

    assert [(each["at"], each["stationCount"]) for each in found] == [
        (minute(60), 2),
        (minute(120), 2),
        (minute(180), 2),
    ]
    # The second station measures no temperature; of the third hour nobody knows the wind.
    assert [each["temperatureC"] for each in found] == [21.0, 22.0, 23.0]
    assert [each["windSpeedMps"] for each in found] == [3.5, 4.5, None]
    assert [each["windSpeedMaxMps"] for each in found] == [5.0, 6.0, None]
    assert [each["precipitationMm"] for each in found] == [5.0, 5.0, 5.0]


def test_without_the_right_to_weather_it_is_null(make_user: Callable[..., User], past: Warehouse) -> None:
    found = Api(make_user("grid.view_outage")).data(REPLAY, **WHOLE)["stormReplay"]

    assert found["weather"] is None
    assert len(found["outages"]) == 9


@pytest.mark.parametrize(
    "times",
    [
        {"start": "2026-05-04T05:00:00Z", "end": "2026-06-04T05:00:01Z"},
        {"start": "2026-05-04T05:00:00Z", "end": "2026-05-04T05:00:00Z"},
    ],
)
def test_a_time_too_long_or_empty_is_refused(viewer_api: Api, past: Warehouse, times: dict[str, str]) -> None:
    error = viewer_api.error(REPLAY, **times)

    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_INPUT", "end")


def test_a_time_with_too_many_outages_is_refused(
    viewer_api: Api, past: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "MOST_OUTAGES", 8)

    error = viewer_api.error(REPLAY, **WHOLE)

    assert error["extensions"]["code"] == "BAD_INPUT"
    assert error["message"].startswith("The time has 9 outages; a replay shows at most 8.")


def test_a_period_backwards_is_refused(viewer_api: Api, past: Warehouse) -> None:
    error = viewer_api.error(STORMS, first="2026-05-05", last="2026-05-04")

    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_INPUT", "lastDay")


def test_nothing_on_record_is_said(viewer_api: Api, warehouse: Warehouse, synced: None) -> None:
    load(warehouse, [])

    found = viewer_api.data(STORMS)["storms"]
    replay = viewer_api.data(REPLAY, **WHOLE)["stormReplay"]

    assert (found["storms"], found["firstDay"], found["asOf"]) == ([], None, None)
    assert (replay["outages"], replay["peakCustomersOut"], replay["asOf"]) == ([], None, None)
