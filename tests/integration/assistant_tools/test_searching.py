"""``search_customers`` and ``search_meters``: who is found by what, and what is shown to whom."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from agent.backends.requests import ToolRefused
from agent.events import Assets, Table
from flux_site.api.models import AuditRecord
from tests.factories.grid import make_interruption, make_outage
from tests.integration.assistant_tools.conftest import Ask
from tests.small_town import SmallTown

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def found(outcome: Any) -> list[str]:
    """Return the ids that an answer lists: the same in what a model sees, in the table and on the map."""
    key = "customer_id" if "customers" in outcome.content else "meter_id"
    ids = [row[key] for row in outcome.content["customers" if key == "customer_id" else "meters"]]
    tables = [event for event in outcome.events if isinstance(event, Table)]
    assets = [event for event in outcome.events if isinstance(event, Assets)]
    assert [row[0] for table in tables for row in table.rows] == ids
    assert [each.asset_id for event in assets for each in event.assets] == ids
    return ids


def told(outcome: Any) -> str:
    return f"{outcome.summary}{outcome.content}{outcome.events}"


def test_those_who_may_find_people_by_name_and_address(town: SmallTown, make_user: Any, ask: Ask) -> None:
    user = make_user(roles=("viewer", "pii"))
    expected = {
        "ruiz": ["CUST-0000001", "CUST-0000004"],
        "Ruiz Elm": ["CUST-0000001"],
        "customer Ana Ruiz in Wallis": ["CUST-0000001"],
        "elm st 77485": ["CUST-0000001", "CUST-0000002"],
        "hospitals in Wallis": ["CUST-0000002"],
        "commercial": ["CUST-0000002"],
        "cust 4": ["CUST-0000004"],
        "meter 2": ["CUST-0000002"],
        "979-555-0101": [],  # phones are not searched
        "ana.ruiz@example.com": [],  # nor are e-mails
    }

    assert {text: found(ask(user, "search_customers", text=text)) for text in expected} == expected


def test_what_is_shown_of_people_goes_on_record(town: SmallTown, make_user: Any, ask: Ask) -> None:
    user = make_user(roles=("viewer", "pii"))

    outcome = ask(user, "search_customers", text="elm", limit=1)

    assert outcome.summary.startswith("2 customers fit “elm”, the first 1 by id.")
    assert "Ana Ruiz, 12 Elm St, Wallis 77485" in outcome.summary
    assert "555" not in told(outcome)
    assert "@" not in told(outcome)
    record = AuditRecord.objects.get()
    assert (record.targets, record.personal_fields, record.action) == (
        ["CUST-0000001"],
        ["full_name", "service_address"],
        "assistant search_customers",
    )


def test_others_find_them_by_what_is_not_personal(town: SmallTown, viewer: User, ask: Ask) -> None:
    expected = {
        "ruiz": [],
        "elm": [],
        "wallis": ["CUST-0000001", "CUST-0000002"],
        "hospital 77485": ["CUST-0000002"],
        "CUST-0000001": ["CUST-0000001"],
        "MTR-0000003": ["CUST-0000003"],
    }

    assert {text: found(ask(viewer, "search_customers", text=text)) for text in expected} == expected
    outcome = ask(viewer, "search_customers", text="CUST-0000001")
    assert "Ruiz" not in told(outcome)
    assert "Elm" not in told(outcome)
    assert "full_name" not in told(outcome)
    assert "Names and addresses are neither searched nor shown" in outcome.summary
    assert not AuditRecord.objects.exists()


def test_customers_of_other_zones_are_not_there(town: SmallTown, northerner: User, ask: Ask) -> None:
    assert found(ask(northerner, "search_customers", text="CUST-0000004")) == []
    assert found(ask(northerner, "search_customers", text="Guy")) == []


def test_words_that_name_nobody_are_refused(viewer: User, ask: Ask) -> None:
    with pytest.raises(ToolRefused, match=r"^text: names nobody"):
        ask(viewer, "search_customers", text="the customers")


def test_meters_by_what_they_belong_to(town: SmallTown, viewer: User, ask: Ask) -> None:
    expected: list[tuple[dict[str, Any], list[str]]] = [
        ({"transformer_id": "xfmr 1001 01 0002"}, ["MTR-0000002", "MTR-0000003"]),
        ({"circuit_id": "wallis 1"}, ["MTR-0000001", "MTR-0000002", "MTR-0000003"]),
        ({"customer_id": "cust 1"}, ["MTR-0000001"]),
        ({"circuit_id": "CKT-1001-01", "transformer_id": "XFMR-2002-01-0001"}, []),
        ({"text": "Wallis Creek"}, ["MTR-0000004"]),
        ({"text": "mtr-000000"}, ["MTR-0000001", "MTR-0000002", "MTR-0000003", "MTR-0000004"]),
        ({"text": "meter 3"}, ["MTR-0000003"]),
    ]

    assert [found(ask(viewer, "search_meters", **given)) for given, _ in expected] == [
        ids for _, ids in expected
    ]


def test_meters_are_counted_by_class_state_and_supply(town: SmallTown, viewer: User, ask: Ask) -> None:
    outage = make_outage(id="OUT-1", circuit=town.first)
    make_interruption(outage=outage, transformer=town.far)
    over = make_outage(id="OUT-2", circuit=town.first, status="RESTORED")
    make_interruption(outage=over, transformer=town.near)

    outcome = ask(viewer, "search_meters", circuit_id="CKT-1001-01", limit=2)

    assert outcome.content["total"] == 3
    assert outcome.content["without_supply"] == 2
    assert outcome.content["active_customers"] == 2
    assert [row["outage_id"] for row in outcome.content["meters"]] == [None, "OUT-1"]
    assert "3 residential; 3 active; 2 active customers; 2 meters without supply" in outcome.summary
    assert "The first 2 by id:" in outcome.summary
    (table,) = (event for event in outcome.events if isinstance(event, Table))
    assert (table.row_count, table.is_truncated) == (3, True)


def test_meters_of_other_zones_are_not_there(town: SmallTown, northerner: User, ask: Ask) -> None:
    assert found(ask(northerner, "search_meters", text="mtr-000000")) == [
        "MTR-0000001",
        "MTR-0000002",
        "MTR-0000003",
    ]


def test_no_meter_is_meant_without_any_input(viewer: User, ask: Ask) -> None:
    with pytest.raises(ToolRefused, match="text, transformer_id, circuit_id or customer_id is needed"):
        ask(viewer, "search_meters")
