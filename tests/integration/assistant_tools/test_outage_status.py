"""``outage_status``: who is out, by hand; where from, since when, by whom worked on, until when."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from agent.backends.requests import ToolOutcome, ToolRefused
from agent.events import Assets, Table
from tests.factories.grid import (
    MOMENT,
    make_crew,
    make_interruption,
    make_outage,
    make_work_order,
)
from tests.integration.assistant_tools.conftest import Ask
from tests.small_town import SmallTown

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def storm(town: SmallTown) -> SmallTown:
    """Let two outages be active, one in each zone, one be announced, and one be over."""
    crew = make_crew(id="CREW-001", name="Line crew 1", home_substation=town.wallis, status="ON_SITE")
    first = make_outage(
        id="OUT-000001", circuit=town.first, switch=town.sectionalizer, status="IN_PROGRESS", crew=crew,
        cause_code="LIGHTNING", customers_interrupted=2, customers_out=1, confirmed_at=MOMENT,
        estimated_restoration_at=MOMENT + timedelta(hours=2), notes="Pole [down](x)",
        estimated_restoration_p80_at=MOMENT + timedelta(hours=4), updated_at=MOMENT + timedelta(minutes=5),
    )  # fmt: skip
    make_interruption(outage=first, transformer=town.far, customers=1)
    make_interruption(
        outage=first, transformer=town.near, customers=1, restored_at=MOMENT + timedelta(minutes=30)
    )
    make_work_order(id="WO-000001", circuit=town.first, outage=first)
    make_work_order(id="WO-000002", circuit=town.first, outage=first, status="CANCELLED")
    second = make_outage(
        id="OUT-000002", circuit=town.second, transformer=town.other, cause_code=None,
        customers_interrupted=1, customers_out=1,
    )  # fmt: skip
    make_interruption(outage=second, transformer=town.other, customers=1)
    make_outage(id="OUT-000003", circuit=town.first, is_planned=True, customers_out=0, status="CONFIRMED")
    over = {"status": "RESTORED", "customers_out": 0}
    make_outage(id="OUT-000004", circuit=town.first, restored_at=MOMENT + timedelta(hours=3), **over)
    make_outage(id="OUT-000005", circuit=town.first, restored_at=MOMENT - timedelta(hours=22), **over)
    return town


def found(outcome: ToolOutcome) -> list[str]:
    """Return the outages that an answer lists: the same in what a model sees, and in the table."""
    ids = [each["outage_id"] for each in outcome.content["outages"]]
    tables = [event for event in outcome.events if isinstance(event, Table)]
    assert [row[0] for table in tables for row in table.rows] == ids
    return ids


def test_each_question_finds_its_outages(storm: SmallTown, viewer: User, ask: Ask) -> None:
    every: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["OUT-000001", "OUT-000002", "OUT-000003"]),
        ({"scope": "PLANNED"}, ["OUT-000003"]),
        ({"scope": "UNASSIGNED"}, ["OUT-000002", "OUT-000003"]),
        ({"scope": "RESTORED"}, ["OUT-000004"]),  # the other was 25 hours before it
        ({"area": "North"}, ["OUT-000001", "OUT-000003"]),
        ({"area": "zone ZONE-S"}, ["OUT-000002"]),
        ({"area": "wallis"}, ["OUT-000001"]),  # the town of that name: its customers
        ({"area": "77485"}, ["OUT-000001"]),
        ({"area": "Guy"}, ["OUT-000002"]),
        ({"area": "Wallis Creek"}, ["OUT-000002"]),
        ({"area": "wallis 1"}, ["OUT-000001", "OUT-000003"]),
        ({"asset": "wallis"}, ["OUT-000001", "OUT-000003"]),
        ({"asset": "SW-1001-01-0002"}, ["OUT-000001"]),
        ({"asset": "XFMR-1001-01-0002"}, ["OUT-000001"]),
        ({"asset": "XFMR-1001-01-0001"}, []),  # supplied again
        ({"asset": "MTR-0000003"}, ["OUT-000001"]),
        ({"asset": "CUST-0000001"}, []),
        ({"asset": "CUST-0000004"}, ["OUT-000002"]),
    ]

    assert [found(ask(viewer, "outage_status", **given)) for given, _ in every] == [ids for _, ids in every]


def test_all_are_summed_up(storm: SmallTown, viewer: User, ask: Ask) -> None:
    outcome = ask(viewer, "outage_status", limit=1)

    assert (outcome.content["total"], outcome.content["customers_out"]) == (3, 2)
    assert outcome.content["without_crew"] == 2
    assert outcome.summary.startswith(
        "**3 active outages**, 2 customers out, 2 of them without a crew. As of "
    )
    assert (
        "**OUT-000001** in progress, 1 of 2 customers out, circuit Wallis 01 (CKT-1001-01), since "
        "2026-06-01 07:00 CDT, cause: lightning, crew Line crew 1 (CREW-001) on site, estimated back by "
        "2026-06-01 09:00 CDT (P50)" in outcome.summary
    )
    assert ", by 2026-06-01 11:00 CDT (P80)" in outcome.summary
    (table,) = (event for event in outcome.events if isinstance(event, Table))
    assert (table.row_count, table.is_truncated) == (3, True)
    (assets,) = (event for event in outcome.events if isinstance(event, Assets))
    assert [each.asset_id for each in assets.assets] == ["OUT-000001"]


def test_one_outage_in_full(storm: SmallTown, viewer: User, ask: Ask) -> None:
    outcome = ask(viewer, "outage_status", outage_id="outage 1")

    assert outcome.content["critical_customers_out"] == {"HOSPITAL": 1}
    assert (outcome.content["transformers"], outcome.content["transformers_out"]) == (2, 1)
    assert outcome.content["open_work_orders"] == [{"id": "WO-000001", "status": "OPEN"}]
    assert outcome.content["restored_by_p50_at"] == "2026-06-01T09:00-05:00"
    for said in (
        "is an outage of circuit Wallis 01 (CKT-1001-01), substation WALLIS (SUB-1001), zone North.",
        "Customers: 1 out of 2 interrupted are still without supply, behind 1 of 2 transformers.",
        "Critical customers still out: 1 hospital.",
        "Crew Line crew 1 (CREW-001) on site.",
        "Open work: WO-000001 (open).",
        "Note on record: “Pole \\[down\\](x)”",
        "As of the change of 2026-06-01 07:05 CDT.",
    ):
        assert said in outcome.summary
    assert outcome.summary == ask(viewer, "asset_lookup", asset="OUT-000001").summary


def test_an_outage_that_is_over_says_how_long_it_took(storm: SmallTown, viewer: User, ask: Ask) -> None:
    said = ask(viewer, "outage_status", outage_id="OUT-000004").summary

    assert "From 2026-06-01 07:00 CDT to 2026-06-01 10:00 CDT (3 h 00 min)." in said
    assert "estimated" not in said


def test_what_is_not_known_is_said_to_be_unknown(storm: SmallTown, viewer: User, ask: Ask) -> None:
    said = ask(viewer, "outage_status", outage_id="OUT-000002").summary

    assert "Cause: not known." in said
    assert "No crew on it that you may see." in said
    assert "No estimate of restoration on record." in said
    assert "behind transformer XFMR-2002-01-0001" in said


def test_other_zones_are_not_there(storm: SmallTown, northerner: User, ask: Ask) -> None:
    assert found(ask(northerner, "outage_status")) == ["OUT-000001", "OUT-000003"]
    for given in ({"outage_id": "OUT-000002"}, {"area": "South"}, {"area": "Guy"}):
        said = ask(northerner, "outage_status", **given).summary
        (name,) = given.values()
        assert f"“{name}” that you may see" in said


def test_nothing_is_out(town: SmallTown, viewer: User, ask: Ask) -> None:
    assert ask(viewer, "outage_status").summary.startswith("No active outage. As of ")
    said = ask(viewer, "outage_status", asset="CUST-0000001").summary
    assert said.startswith(
        "No active outage of customer CUST-0000001. As far as is known it has supply. As of "
    )


def test_nothing_is_on_record_in_an_empty_database(synced: None, viewer: User, ask: Ask) -> None:
    for scope in ("ACTIVE", "PLANNED", "UNASSIGNED", "RESTORED"):
        outcome = ask(viewer, "outage_status", scope=scope)

        assert (outcome.content["total"], outcome.events) == (0, ())


def test_two_ways_to_ask_at_once_are_refused(viewer: User, ask: Ask) -> None:
    with pytest.raises(ToolRefused, match=r"^area: cannot be given together with asset"):
        ask(viewer, "outage_status", asset="SUB-1001", area="North")
    with pytest.raises(ToolRefused, match=r"^scope: Input should be 'ACTIVE', 'PLANNED', 'UNASSIGNED' or"):
        ask(viewer, "outage_status", scope="BROKEN")
