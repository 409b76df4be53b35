"""The audit log and the admin: what its pages change and show of people, and the log's own pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from flux_site.api.models import AuditKind, AuditRecord, AuditResult
from flux_site.api.tokens import issue
from tests.factories.grid import make_customer, make_substation, make_zone
from tests.factories.imports import make_import_reject
from tests.factories.sync import make_sync_reject
from tests.factories.users import make_user
from tests.integration.admin.pages import list_page, row_page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

LOG = list_page("api.auditrecord")
PERSON = {"full_name": "Juniper Ann Sample", "phone": "713-555-0142"}


@pytest.fixture
def paula(as_user: Callable[[Any], Client]) -> Client:
    """Return the browser of a viewer who may see personal data."""
    return as_user(make_user("viewer", "pii", username="paula"))


def shown_to(username: str) -> dict[str, list[str]]:
    """Return, by page, of whom personal data was shown to a user."""
    rows = AuditRecord.objects.filter(kind=AuditKind.PERSONAL_READ, username=username)
    return {row.action: row.targets for row in rows}


def test_pages_that_show_customers_are_on_record(paula: Client) -> None:
    customers = [make_customer(**PERSON).pk, make_customer().pk]

    text = paula.get(list_page("grid.customer")).content.decode()
    paula.get(f"/admin/grid/customer/{customers[0]}/change/")

    assert PERSON["full_name"] in text
    assert sorted(shown_to("paula")["admin:grid_customer_changelist"]) == sorted(customers)
    assert shown_to("paula")["admin:grid_customer_change"] == [customers[0]]
    fields = AuditRecord.objects.get(action="admin:grid_customer_change").personal_fields
    assert fields == ["email", "full_name", "phone", "service_address"]


def test_masked_pages_and_other_pages_are_not(
    viewer: Any, as_user: Callable[[Any], Client], paula: Client
) -> None:
    customer, station = make_customer(**PERSON), make_substation()
    browser = as_user(viewer)

    for address in (list_page("grid.customer"), row_page(customer)):
        assert PERSON["full_name"] not in browser.get(address).content.decode()
    paula.get(list_page("grid.substation"))
    paula.get(row_page(station))
    paula.get(row_page(customer).replace(customer.pk, "CUST-404"))

    assert not AuditRecord.objects.exists()


@pytest.mark.parametrize("page", ["list", "row", "csv"])
def test_refused_rows_of_people_are_on_record(paula: Client, page: str) -> None:
    reject = make_sync_reject(
        row={"customer_id": "CUST-9", **PERSON}, row_key="CUST-9", detail="713-555-0142"
    )
    address = {
        "list": list_page("grid.syncreject"),
        "row": row_page(reject),
        "csv": f"{list_page('grid.syncreject')}csv/",
    }[page]

    text = paula.get(address).content.decode()

    assert "713-555-0142" in text
    assert list(shown_to("paula").values()) == [["CUST-9"]]
    assert "713-555-0142" not in str(AuditRecord.objects.values())


def test_refused_rows_of_files_of_people_are_on_record(paula: Client) -> None:
    other = make_import_reject()
    row_page_text = paula.get(row_page(other)).content.decode()
    assert row_page_text
    assert shown_to("paula") == {}
    other.file_import.layer = "customers"
    other.file_import.save(update_fields=["layer"])

    paula.get(row_page(other))

    assert [len(targets) for targets in shown_to("paula").values()] == [1]


def test_what_a_page_changes_is_on_record_and_how_it_ended(as_user: Callable[[Any], Client]) -> None:
    token, _ = issue(user=make_user("viewer"), name="Grafana", expires_in_days=30)
    browser = as_user(make_user("admin", username="adam"))

    browser.post(f"/admin/api/apitoken/{token.pk}/revoke/")
    browser.post(list_page("api.apitoken"), {"action": "revoke_selected", "_selected_action": [token.pk]})
    as_user(make_user("viewer", username="vera")).post(row_page(token), {"name": "stolen"})

    rows = AuditRecord.objects.order_by("pk")
    assert [(row.username, row.source, row.action, row.targets, row.outcome.result) for row in rows] == [
        ("adam", "WEB", "admin:api_apitoken_revoke", [str(token.pk)], AuditResult.DONE),
        ("adam", "WEB", "admin:api_apitoken_changelist revoke_selected", [str(token.pk)], AuditResult.DONE),
        ("vera", "WEB", "admin:api_apitoken_change", [str(token.pk)], AuditResult.REFUSED),
    ]
    assert rows[2].outcome.error_code == "HTTP_403"


def test_logging_in_is_on_record_without_what_was_typed() -> None:
    make_user("admin", username="adam")
    browser = Client()

    for name in ("adam", "a password typed here"):
        browser.post("/admin/login/", {"username": name, "password": "wrong secret"})

    rows = AuditRecord.objects.order_by("pk")
    assert [(row.action, row.username, row.targets, row.outcome.result) for row in rows] == [
        ("admin:login", None, ["user:adam"], AuditResult.ANSWERED),
        ("admin:login", None, [], AuditResult.ANSWERED),
    ]
    assert "typed here" not in str(AuditRecord.objects.values())


def test_the_log_shows_who_saw_whom(paula: Client, boss: Client) -> None:
    customer = make_customer(**PERSON)
    paula.get(row_page(customer))
    record = AuditRecord.objects.get()

    for address in (LOG, f"{LOG}?q={customer.pk}", f"{LOG}?q=paula", f"{LOG}?kind__exact=PERSONAL_READ"):
        text = boss.get(address).content.decode()
        assert "paula" in text, address
        assert customer.pk in text, address
    page = boss.get(row_page(record)).content.decode()
    assert customer.pk in page
    assert "full_name" in page
    assert row_page(record) not in boss.get(f"{LOG}?q=CUST-404").content.decode()


def test_the_log_is_closed_to_others_and_to_administrators_limited_to_zones(
    as_user: Callable[[Any], Client],
) -> None:
    from grid.models import ZoneGrant

    limited = make_user("admin")
    ZoneGrant.objects.create(user=limited, zone=make_zone())

    assert as_user(make_user("planner")).get(LOG).status_code == 403
    assert as_user(limited).get(LOG).status_code == 403
    assert "audit" not in as_user(limited).get("/admin/").content.decode().lower()
    assert as_user(make_user("admin")).get(LOG).status_code == 200
