"""The tool ``reliability`` against a year worked by hand, and what it says where it cannot answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from agent.backends.requests import ToolOutcome, ToolRefused
from agent.events import Assets, Chart, DoneReason, Table
from grid import models
from grid.warehouse import Warehouse
from grid.warehouse.tables import outage_interruptions
from tests.factories.grid import grant_zone, make_circuit, make_substation, make_zone
from tests.interruption_history import OPEN_MINUTES, STORM_MINUTES, load
from tests.warehouse_rows import fill

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

Ask = Callable[..., ToolOutcome]
CMI = 120 + STORM_MINUTES + OPEN_MINUTES + 60
"""Customer minutes of 2025: planned work, the storm, an outage that goes on, one in another substation."""
MAJOR = ["2025-02-03", "2025-08-01", "2025-12-31"]


@pytest.fixture(autouse=True)
def houston(settings: Any) -> None:
    settings.TIME_ZONE = "America/Chicago"


@pytest.fixture
def history(warehouse: Warehouse, synced: None) -> Warehouse:
    load(warehouse)
    for name, called in (("A", "Alder"), ("B", "Birch")):
        station = make_substation(
            id=f"SUB-{name}", name=called, zone=make_zone(id=f"Z-{name}", name=f"Zone {name}")
        )
        make_circuit(id=f"CKT-{name}", name=f"Feeder {called}", substation=station)
    return warehouse


def values(outcome: ToolOutcome, way: str = "with_major_event_days") -> dict[str, float | None]:
    return {each["index"]: each[way] for each in outcome.content["indices"]}


def test_a_year_worked_by_hand(ask: Ask, viewer: User, history: Warehouse) -> None:
    found = ask(viewer, "reliability", period="2025")

    every, rest = values(found), values(found, "without_major_event_days")
    counted = 365 * 24 * 60 - 8 * 60  # the record ends at 16:00 local time of the last day
    assert every["SAIDI"] == pytest.approx(CMI / 15)
    assert every["SAIFI"] == pytest.approx(13 / 15)
    assert every["CAIDI"] == pytest.approx(CMI / 13)
    assert every["ASAI"] == pytest.approx(1 - CMI / (15 * counted))
    assert (every["MAIFI"], every["MAIFI_E"]) == (pytest.approx(11 / 15), pytest.approx(6 / 15))
    # The threshold of 2025 is exp(1.5 ln 2 + 2.5 * 0.3515) = 6.8 min a day; all three days are above it.
    assert found.content["thresholds_min"][0]["t_med_min"] == pytest.approx(6.81, abs=0.01)
    assert found.content["major_event_days"] == MAJOR
    assert (rest["SAIDI"], rest["SAIFI"], rest["CAIDI"]) == (0.0, 0.0, None)
    assert (found.content["customers_served"], found.content["customers_out_now"]) == (15, 1)
    assert f"{CMI / 15:.4g} min per customer" in found.summary
    assert "3 major event days (2.5 beta): 2025-02-03, 2025-08-01, 2025-12-31" in found.summary
    assert "The record goes to 2025-12-31 16:00 CST" in found.summary
    assert "1 customer of these interruptions is still out" in found.summary
    table, chart = found.events
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == ["SAIDI", "SAIFI", "CAIDI", "ASAI", "MAIFI", "MAIFI_E"]
    assert isinstance(chart, Chart)
    months = {point["month"]: point["saidi_min"] for point in chart.spec["data"]["values"]}
    assert months["2025-02-01"] == pytest.approx(120 / 15)
    assert months["2025-08-01"] == pytest.approx(STORM_MINUTES / 15)


@pytest.mark.parametrize(
    ("scope", "customers", "minutes", "told"),
    [
        ("SUB-A", 10, 120 + STORM_MINUTES, "substation Alder"),
        ("birch", 5, OPEN_MINUTES + 60, "substation Birch"),
        ("Feeder Birch", 5, OPEN_MINUTES + 60, "circuit Feeder Birch"),
        ("zone B", 5, OPEN_MINUTES + 60, "zone Zone B"),
        ("the whole system", 15, CMI, "the whole system"),
    ],
)
def test_a_part_of_the_system(
    ask: Ask, viewer: User, history: Warehouse, scope: str, customers: int, minutes: float, told: str
) -> None:
    found = ask(viewer, "reliability", period="2025", scope=scope)

    assert found.content["scope"] == told
    assert found.content["customers_served"] == customers
    assert values(found)["SAIDI"] == pytest.approx(minutes / customers)
    # Major event days are those of the whole system, whichever part is asked about.
    assert found.content["major_event_days"] == MAJOR
    pointed = [event.assets[0].asset_id for event in found.events if isinstance(event, Assets)]
    assert pointed == ([found.content["scope_id"]] if "zone" not in told and "system" not in told else [])


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("last year", ("2024-01-01", "2024-12-31")),
        ("July 2025", ("2025-07-01", "2025-07-31")),
        ({"start": "2025-02-01", "end": "2025-02-28"}, ("2025-02-01", "2025-02-28")),
        ("since March 2025", ("2025-03-01", "2025-12-31")),
        ("before 2025", ("2024-01-01", "2024-12-31")),
        (None, ("2025-01-01", "2025-12-31")),
    ],
)
def test_periods_are_counted_from_the_newest_day_on_record(
    ask: Ask, viewer: User, history: Warehouse, period: Any, days: tuple[str, str]
) -> None:
    found = ask(viewer, "reliability", period=period)

    assert (found.content["first_day"], found.content["last_day"]) == days


def test_one_way_alone_is_told_where_it_is_asked_for(ask: Ask, viewer: User, history: Warehouse) -> None:
    every = ask(viewer, "reliability", period="2025", with_major_events=True).summary
    rest = ask(viewer, "reliability", period="2025", with_major_events=False).summary

    assert "SAIFI: **0.8667 interruptions per customer** (all days)" in every
    assert "SAIFI: **0 interruptions per customer** without major event days" in rest
    assert "without major event days" not in every


def test_planned_work_alone(ask: Ask, viewer: User, history: Warehouse) -> None:
    found = ask(viewer, "reliability", period="2025", planned="PLANNED")

    assert values(found)["SAIDI"] == pytest.approx(120 / 15)
    assert "all planned interruptions" in found.summary


def test_what_is_not_known_says_why(ask: Ask, viewer: User, history: Warehouse) -> None:
    first, outside = ask(viewer, "reliability", period="2024"), ask(viewer, "reliability", period="2019")

    # The first year on record has no threshold, so it is not known what it would be without major event days.
    assert values(first, "without_major_event_days")["SAIDI"] is None
    assert "without major event days not known (2024 has no threshold" in first.summary
    assert set(values(outside).values()) == {None}
    assert "not known (Nothing is on record of this period)" in outside.summary


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"period": "whenever"}, "period: I cannot read 'whenever' as a period"),
        ({"period": "February 30 2025"}, "period: 'February 30 2025' is no period"),
        ({"period": "the last 24 hours"}, "no period of whole days"),
        ({"period": {"start": "2025-05-01", "end": "2025-04-01"}}, "it must not be before start"),
        ({"planned": "SOME"}, "planned: Input should be 'ALL', 'PLANNED' or 'UNPLANNED'"),
        ({"zone": "B"}, "zone: reliability has no such input"),
    ],
)
def test_bad_input_is_named(
    ask: Ask, viewer: User, history: Warehouse, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(ToolRefused) as refused:
        ask(viewer, "reliability", **given)

    assert said in str(refused.value)


def test_a_name_that_nothing_has_is_asked_back(ask: Ask, viewer: User, history: Warehouse) -> None:
    found = ask(viewer, "reliability", period="2025", scope="SUB-404")

    assert found.ended is DoneReason.ASKED_BACK
    assert "SUB-404" in found.summary


def test_a_warehouse_without_outages_has_no_index(
    ask: Ask, viewer: User, warehouse: Warehouse, synced: None
) -> None:
    with pytest.raises(ToolRefused, match="outage_interruptions was never loaded"):
        ask(viewer, "reliability", period="2025")

    fill(warehouse, outage_interruptions, [])
    found = ask(viewer, "reliability", period="2025")

    assert found.content["indices"] == []
    assert found.summary == "No interruption is on record, so no index of reliability can be told."


def test_who_may_not_see_outages_is_refused(ask: Ask, nobody: User, history: Warehouse) -> None:
    with pytest.raises(ToolRefused, match=r"grid\.view_outage"):
        ask(nobody, "reliability", period="2025")


def test_a_user_of_one_zone_has_that_zone_alone(ask: Ask, viewer: User, history: Warehouse) -> None:
    grant_zone(user=viewer, zone=models.Zone.objects.get(pk="Z-B"))

    found = ask(viewer, "reliability", period="2025")
    other = ask(viewer, "reliability", period="2025", scope="SUB-A")
    zone = ask(viewer, "reliability", period="2025", scope="zone A")

    assert (found.content["scope"], found.content["customers_served"]) == ("your zones", 5)
    assert values(found)["SAIDI"] == pytest.approx((OPEN_MINUTES + 60) / 5)
    assert (other.ended, zone.ended) == (DoneReason.ASKED_BACK, DoneReason.ASKED_BACK)
    assert "Alder" not in other.summary + zone.summary
