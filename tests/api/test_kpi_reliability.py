"""The indices of IEEE 1366 of the year so far among the key figures, against figures worked by hand."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from grid.selectors.kpis.year_to_date import YEAR_KEYS
from grid.warehouse import Warehouse
from tests.clients import Api
from tests.factories.grid import grant_zone, make_zone
from tests.interruption_history import STORM_MINUTES, load

QUERY = """query($keys: [String!]) { kpis(keys: $keys) {
    key value unit definition dataAsOf reason trend { source at values dayAgo weekAgo reason } } }"""
AUGUST = datetime(2025, 8, 4, 12, 3, tzinfo=UTC)
"""Three days after the storm."""


@pytest.fixture(autouse=True)
def in_august(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TIME_ZONE = "America/Chicago"
    set_clock(monkeypatch, AUGUST)


def set_clock(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    for where in ("year_to_date", "trends"):
        monkeypatch.setattr(f"grid.selectors.kpis.{where}.timezone.now", lambda: now)


@pytest.fixture
def history(warehouse: Warehouse, synced: None) -> Warehouse:
    load(warehouse)
    return warehouse


def ask(api: Api) -> dict[str, dict[str, Any]]:
    return {each["key"]: each for each in api.data(QUERY, keys=list(YEAR_KEYS))["kpis"]}


def test_the_year_so_far_worked_by_hand(viewer_api: Api, history: Warehouse) -> None:
    found = ask(viewer_api)

    # Two hours of planned work of one customer in February, then ten customers in the storm; 15 are served.
    minutes = 120 + STORM_MINUTES
    assert found["saidiYtdMin"]["value"] == pytest.approx(minutes / 15)
    assert found["saifiYtd"]["value"] == pytest.approx(11 / 15)
    assert found["caidiYtdMin"]["value"] == pytest.approx(minutes / 11)
    assert found["caidiYtdMin"]["unit"] == "min per interruption"
    # Both days are above the threshold of 6.9 min that the year before gives.
    assert found["saidiYtdWithoutMajorDaysMin"]["value"] == 0.0
    assert found["saifiYtdWithoutMajorDays"]["value"] == 0.0
    without = found["caidiYtdWithoutMajorDaysMin"]
    assert (without["value"], without["reason"]) == (None, "There was no sustained interruption.")
    assert {each["dataAsOf"] for each in found.values()} == {"2025-12-31T22:00:00+00:00"}


def test_a_trend_is_the_year_up_to_each_day(viewer_api: Api, history: Warehouse) -> None:
    trend = ask(viewer_api)["saifiYtd"]["trend"]

    assert (trend["source"], trend["reason"], len(trend["values"])) == ("HISTORY", None, 57)
    assert (trend["dayAgo"], trend["weekAgo"]) == (pytest.approx(11 / 15), pytest.approx(1 / 15))
    # The storm's local day, 1 August, began at 05:00 UTC.
    (since,) = {
        after
        for after, before, value in zip(trend["at"][1:], trend["values"], trend["values"][1:], strict=False)
        if value > before
    }
    assert since == "2025-08-01T06:00:00+00:00"


def test_they_are_those_of_the_report_over_the_same_days(viewer_api: Api, history: Warehouse) -> None:
    report = viewer_api.data(
        """{ reliability(firstDay: "2025-01-01", lastDay: "2025-08-04") {
            indices { key withMajorEventDays { value } withoutMajorEventDays { value } } } }"""
    )["reliability"]["indices"]

    found = ask(viewer_api)

    by_key = {each["key"]: each for each in report}
    for name, key in YEAR_KEYS.items():
        way = "withMajorEventDays" if key.with_major else "withoutMajorEventDays"
        assert found[name]["value"] == by_key[key.index][way]["value"]


def test_in_a_new_year_the_week_before_is_of_the_old_one(
    viewer_api: Api, history: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, datetime(2026, 1, 2, 18, tzinfo=UTC))

    found = ask(viewer_api)["saifiYtd"]

    assert (found["value"], found["reason"]) == (None, "Nothing is on record of this period.")
    trend = found["trend"]
    assert (trend["dayAgo"], trend["weekAgo"]) == (None, pytest.approx(11 / 15))
    assert trend["reason"] is None


def test_the_first_year_on_record_has_no_figure_without_major_days(
    viewer_api: Api, history: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, datetime(2024, 1, 2, 18, tzinfo=UTC))

    found = ask(viewer_api)

    assert found["saidiYtdMin"]["value"] == pytest.approx(30 / 15)
    without = found["saidiYtdWithoutMajorDaysMin"]
    assert without["value"] is None
    assert without["reason"] == (
        "2024 has no threshold for major event days. No day before this year is on record."
    )


def test_a_user_sees_the_year_of_their_zones(viewer: User, history: Warehouse) -> None:
    grant_zone(user=viewer, zone=make_zone(id="Z-B"))

    found = ask(Api(viewer))

    # The storm took a customer of zone B out for four minutes only.
    assert (found["saidiYtdMin"]["value"], found["saifiYtd"]["value"]) == (0.0, 0.0)


def test_without_the_warehouse_the_reason_says_so(viewer_api: Api, synced: None) -> None:
    found = ask(viewer_api)

    assert {each["value"] for each in found.values()} == {None}
    for each in found.values():
        assert each["reason"].startswith("The warehouse cannot answer")
        assert each["trend"]["reason"].startswith("The warehouse cannot answer")
