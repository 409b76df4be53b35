"""``asset_lookup``: figures as they stand in the rows, what is not known, whose data is shown."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from agent.events import Assets, Table
from flux_site.api.models import AuditRecord
from tests.factories.computed import make_asset_health, make_circuit_status, make_weather_rating
from tests.factories.grid import (
    MOMENT,
    make_crew,
    make_interruption,
    make_outage,
    make_transformer_voltage,
    make_work_order,
)
from tests.integration.assistant_tools.conftest import Ask
from tests.small_town import SmallTown

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def figures(outcome: Any) -> dict[str, tuple[Any, Any, Any]]:
    """Return the rows of the table of figures by their names."""
    (table,) = (event for event in outcome.events if isinstance(event, Table))
    return {row[0]: row[1:] for row in table.rows}


def test_a_transformer_with_its_load_health_and_voltage(town: SmallTown, viewer: User, ask: Ask) -> None:
    make_asset_health(transformer=town.near)
    make_transformer_voltage(transformer=town.near)

    outcome = ask(viewer, "asset_lookup", asset="xfmr 1001 01 0001")

    rows = figures(outcome)
    assert rows["Rated"] == (50.0, "kVA", None)
    assert rows["Load"] == (30.0, "kVA", MOMENT.isoformat())
    assert rows["Loading"] == (60.0, "%", MOMENT.isoformat())
    assert rows["Health index, 0 to 100"][0] == 75.0
    assert rows["Meters"][0] == 1
    assert outcome.content["load_as_of"] == "2026-06-01T07:00-05:00"
    assert outcome.content["health"]["points"] == {"AGE": -25.0, "INSPECTION": 0.0}
    assert outcome.content["counts"] == {"meters": 1, "active_customers": 1}
    for said in (
        "**Wallis 01 T0001** (XFMR-1001-01-0001): transformer, circuit Wallis 01 (CKT-1001-01), zone North.",
        "Rated 50 kVA, phase A, 7.2 kV to 0.24 kV, installed 2004.",
        "Load: 30 kVA, 60.0 % of its rating, in the hour from 2026-06-01 07:00 CDT; 100.0 % of it metered.",
        (
            "Health: 75 of 100 (band HI1), assessed 2026-06-01 07:00 CDT with 50.0 % of the evidence known; "
            "lowered most by age (-25)."
        ),
        "5.0 % of 200 readings outside range A of ANSI C84.1, 1.5 % outside range B.",
        "No active outage.",
    ):
        assert said in outcome.summary
    (assets,) = (event for event in outcome.events if isinstance(event, Assets))
    assert [each.asset_id for each in assets.assets] == ["XFMR-1001-01-0001"]
    assert assets.assets[0].lon == town.near.location.x


def test_what_is_not_known_is_said_to_be_unknown(town: SmallTown, viewer: User, ask: Ask) -> None:
    outcome = ask(viewer, "asset_lookup", asset="XFMR-1001-01-0002")

    assert outcome.content["load"] is None
    assert outcome.content["health"] is None
    assert "Load now: not known, no hour of its meters is on record." in outcome.summary
    assert "Health: not assessed." in outcome.summary
    assert "Load" not in figures(outcome)


def test_a_circuit_with_its_state_and_its_outages(town: SmallTown, viewer: User, ask: Ask) -> None:
    make_circuit_status(
        circuit=town.first, status="PARTIAL_OUTAGE", load_class="WARNING", customers=2, customers_out=1,
        load_hour=MOMENT, load_mva=9.0, load_mw=8.5, loading_pct=72.5, load_coverage_pct=80.0,
        transformer_count=2, transformers_with_load=1, overloaded_transformers=1,
        worst_transformer=town.near, worst_loading_pct=104.0,
    )  # fmt: skip
    make_weather_rating(circuit=town.first)
    outage = make_outage(
        id="OUT-1", circuit=town.first, customers_interrupted=1, customers_out=1, switch=town.sectionalizer
    )
    make_interruption(outage=outage, transformer=town.far, customers=1)
    make_work_order(id="WO-1", circuit=town.first)
    make_work_order(id="WO-2", circuit=town.first, status="COMPLETED")

    outcome = ask(viewer, "asset_lookup", asset="wallis 1")

    assert outcome.content["counts"] == {
        "transformers": 2, "meters": 3, "active_customers": 2, "line_sections": 2, "switches": 2, "poles": 0,
    }  # fmt: skip
    assert outcome.content["open_work_orders"] == 1
    assert outcome.content["active_outage_count"] == 1
    for said in (
        "On it: 2 transformers, 3 meters, 2 active customers, 2 line sections, 2 switches and 0 poles.",
        (
            "Load: 9 MVA, 72.5 % of its rating, in the hour from 2026-06-01 07:00 CDT; from 1 of 2 "
            "transformers, 80.0 % of their meters' time metered, a lower bound."
        ),
        "Transformers above their rating: 1; loaded most: XFMR-1001-01-0001, 104.0 %.",
        "Rating in the weather of the hour from 2026-06-01 07:00 CDT: 12.5 MVA, loaded to 64.0 % of it.",
        "Supply: partial outage, 1 of 2 active customers out.",
        "**OUT-1** confirmed, 1 of 1 customer out, circuit Wallis 01 (CKT-1001-01)",
        "Open work orders: 1.",
    ):
        assert said in outcome.summary
    (assets,) = (event for event in outcome.events if isinstance(event, Assets))
    assert [each.asset_id for each in assets.assets] == ["CKT-1001-01", "OUT-1"]


@pytest.mark.parametrize(
    ("asset", "said"),
    [
        ("wallis", "Transformer capacity: 400 MVA. Planning base case: demand 80 MW"),
        (
            "SW-1001-01-0002",
            "Sectionalizer, normally closed, rated 630 A, on line section LINE-1001-01-0001.",
        ),
        ("SW-2002-01-0002", "Tie, normally open, rated 630 A, on line section not known."),
        ("LINE-1001-01-0002", "Backbone, overhead, 320 m, phases ABC, the first of its circuit."),
        ("MTR-0000002", "Active, residential, phase A, installed 2019-05-17."),
        ("BR-77", "Rating: 150 MVA. Flow in the planning base case: 75 MW, 50.0 % of its rating."),
        ("BUS-1", "Bus number 1 of the source case, 138 kV. Planning base case: demand 40 MW, 8 Mvar."),
    ],
)
def test_every_kind_is_told_in_its_own_words(
    town: SmallTown, viewer: User, ask: Ask, asset: str, said: str
) -> None:
    assert said in ask(viewer, "asset_lookup", asset=asset).summary


def test_crews_and_work_orders_are_looked_up_too(town: SmallTown, viewer: User, ask: Ask) -> None:
    make_crew(id="CREW-001", home_substation=town.wallis, updated_at=datetime(2026, 6, 1, tzinfo=UTC))
    make_work_order(id="WO-000001", circuit=town.first, asset_id="XFMR-1001-01-0001", description="Burnt.")

    assert "Line crew of 3, available" in ask(viewer, "asset_lookup", asset="crew 1").summary
    order = ask(viewer, "asset_lookup", asset="wo 1").summary
    assert "Repair of transformer XFMR-1001-01-0001, priority high, open." in order
    assert "Description on record: “Burnt.”" in order


def test_a_customer_is_masked_and_nothing_is_on_record(town: SmallTown, viewer: User, ask: Ask) -> None:
    outcome = ask(viewer, "asset_lookup", asset="CUST-0000001")

    assert outcome.content["personal"] == {"full_name": "A. R.", "service_address": "••• Elm St"}
    assert "Ruiz" not in f"{outcome.summary}{outcome.content}{outcome.events}"
    assert not AuditRecord.objects.exists()


def test_a_customer_is_shown_to_those_who_may_and_that_is_on_record(
    town: SmallTown, make_user: Any, ask: Ask
) -> None:
    user = make_user(roles=("viewer", "pii"))

    outcome = ask(user, "asset_lookup", asset="CUST-0000001")

    assert "Name: Ana Ruiz. Service address: 12 Elm St." in outcome.summary
    assert "979-555" not in f"{outcome.summary}{outcome.content}{outcome.events}"
    assert "ana.ruiz" not in f"{outcome.summary}{outcome.content}{outcome.events}"
    record = AuditRecord.objects.get()
    assert (record.kind, record.targets, record.username) == (
        "PERSONAL_READ",
        ["CUST-0000001"],
        user.username,
    )
    assert record.personal_fields == ["full_name", "service_address"]


def test_what_hangs_on_it_is_counted_in_the_zones_of_the_user(
    town: SmallTown, viewer: User, northerner: User, ask: Ask
) -> None:
    far_end = {"from_substation_id": "SUB-1001", "to_substation_id": None}

    record = ask(northerner, "asset_lookup", asset="BR-77").content["record"]

    assert {name: record[name] for name in far_end} == far_end
    assert ask(viewer, "asset_lookup", asset="BR-77").content["record"]["to_substation_id"] == "SUB-2002"
