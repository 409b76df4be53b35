"""Personal data is masked in the admin for those without the permission, and no page betrays it."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.factories import grid, sync
from tests.factories.users import make_user
from tests.integration.admin.pages import list_page, row_page

pytestmark = pytest.mark.integration

NAME, ADDRESS, PHONE, EMAIL = "Juniper Halloway", "4711 Willow Lane", "713-555-0199", "juniper@example.com"
SECRETS = (NAME, "4711", PHONE, EMAIL)
LIST, REJECTS = list_page("grid.customer"), list_page("grid.syncreject")


@pytest.fixture
def customer(db: None) -> Any:
    """Return a customer with known personal data."""
    return grid.make_customer(full_name=NAME, service_address=ADDRESS, phone=PHONE, email=EMAIL)


@pytest.fixture
def masked(db: None, as_user: Callable[[Any], Client]) -> Client:
    """Return the browser of an administrator, who has every role but pii."""
    return as_user(make_user("admin"))


@pytest.fixture
def trusted(db: None, as_user: Callable[[Any], Client]) -> Client:
    """Return the browser of a viewer who may see personal data."""
    return as_user(make_user("viewer", "pii"))


def test_list_and_page_show_masks(customer: Any, masked: Client) -> None:
    for address in (LIST, row_page(customer)):
        text = masked.get(address).content.decode()
        assert not [secret for secret in SECRETS if secret in text]
        assert "J. H." in text
        assert "••• Willow Lane" in text
    assert "••••••99" in text
    assert "••••••om" in text


def test_list_and_page_show_everything_to_those_who_may_see_it(customer: Any, trusted: Client) -> None:
    listed, page = trusted.get(LIST).content.decode(), trusted.get(row_page(customer)).content.decode()

    assert NAME in listed
    assert not [value for value in (NAME, ADDRESS, PHONE, EMAIL) if value not in page]


@pytest.mark.parametrize("term", ["Halloway", "Willow", PHONE, EMAIL])
def test_search_by_personal_data_finds_nothing_without_the_permission(
    term: str, customer: Any, masked: Client, trusted: Client
) -> None:
    assert masked.get(LIST, {"q": term}).context["cl"].result_count == 0
    assert trusted.get(LIST, {"q": term}).context["cl"].result_count == 1


def test_search_by_id_and_meter_works_without_the_permission(customer: Any, masked: Client) -> None:
    for term in (customer.pk, customer.meter_id, "77002"):
        assert masked.get(LIST, {"q": term}).context["cl"].result_count == 1


@pytest.mark.parametrize(
    "lookup",
    ["full_name__startswith", "service_address__contains", "phone", "email__iexact", "full_name__regex"],
)
def test_filters_in_the_address_answer_no_guesses(lookup: str, customer: Any, masked: Client) -> None:
    assert masked.get(LIST, {lookup: "J"}).status_code == 400


@pytest.mark.parametrize("lookup", ["customers__full_name__startswith", "customers__email__startswith"])
def test_filters_through_the_meter_answer_no_guesses(lookup: str, customer: Any, masked: Client) -> None:
    assert masked.get(list_page("grid.meter"), {lookup: "J"}).status_code == 400


def test_sorting_answers_no_guesses(customer: Any, masked: Client) -> None:
    grid.make_customer(full_name="Aaron First")
    grid.make_customer(full_name="Zoe Last")

    orders = {
        tuple(row.pk for row in masked.get(LIST, {"o": str(column)}).context["cl"].result_list)
        for column in (1, -1, 2, -2)
    }

    assert len(orders) == 1
    columns = masked.get(LIST).context["cl"].list_display
    assert columns[1:3] == ("masked_name", "masked_address")


def make_reject() -> Any:
    """Create a refused customer whose detail quotes personal data."""
    row = {
        "customer_id": "CUST-9",
        "full_name": NAME,
        "service_address": ADDRESS,
        "phone": PHONE,
        "email": EMAIL,
        "zip_code": "770021234567",
    }
    run = sync.make_sync_run(layer=sync.make_sync_layer(key="customers"))
    detail = f"full_name {NAME!r} holds a control character"
    return sync.make_sync_reject(run=run, row_key="CUST-9", reason="BAD_TEXT", detail=detail, row=row)


def test_refused_rows_are_masked_in_list_page_and_file(db: None, masked: Client) -> None:
    reject = make_reject()

    for address in (REJECTS, row_page(reject), "/admin/grid/syncreject/csv/"):
        text = masked.get(address).content.decode()
        assert not [secret for secret in SECRETS if secret in text], address
        assert "CUST-9" in text
    assert masked.get(REJECTS, {"q": "Halloway"}).context["cl"].result_count == 0
    for lookup in ("row__full_name__startswith", "detail__contains", "row__email"):
        assert masked.get(REJECTS, {lookup: "J"}).status_code == 400


def test_refused_rows_are_whole_for_those_who_may_see_them(db: None, trusted: Client) -> None:
    reject = make_reject()

    assert NAME in trusted.get(REJECTS).content.decode()
    assert EMAIL in trusted.get(row_page(reject)).content.decode()
    assert trusted.get(REJECTS, {"q": "Halloway"}).context["cl"].result_count == 1
    file = trusted.get("/admin/grid/syncreject/csv/")
    assert file["Content-Type"] == "text/csv; charset=utf-8"
    (line,) = csv.DictReader(io.StringIO(file.content.decode()))
    assert (line["layer"], line["row_key"], line["reason"]) == ("customers", "CUST-9", "BAD_TEXT")
    assert PHONE in line["row"]


def test_refused_rows_are_hidden_from_users_limited_to_a_zone(
    db: None, as_user: Callable[[Any], Client]
) -> None:
    reject = sync.make_sync_reject()
    user = make_user("viewer", "pii")
    grid.grant_zone(user=user, zone=grid.make_zone())
    browser = as_user(user)

    assert browser.get(REJECTS).context["cl"].result_count == 0
    assert browser.get(row_page(reject)).status_code == 302
    assert len(browser.get("/admin/grid/syncreject/csv/").content.decode().splitlines()) == 1


def test_file_of_refused_rows_holds_no_formulas(db: None, boss: Client) -> None:
    sync.make_sync_reject(row_key="=HYPERLINK(1)", detail="@SUM(1)")

    (line,) = csv.DictReader(io.StringIO(boss.get("/admin/grid/syncreject/csv/").content.decode()))

    assert line["row_key"] == "'=HYPERLINK(1)"
    assert line["detail"] == "'@SUM(1)"


def test_file_of_refused_rows_has_the_rows_of_the_list(db: None, boss: Client) -> None:
    run = sync.make_sync_run()
    wanted = sync.make_sync_reject(run=run, reason="OUT_OF_RANGE")
    sync.make_sync_reject(run=run, reason="MISSING_KEY", row_key=None)
    sync.make_sync_reject(reason="OUT_OF_RANGE")

    query = {"run__id__exact": str(run.pk), "reason": "OUT_OF_RANGE"}
    lines = list(csv.DictReader(io.StringIO(boss.get("/admin/grid/syncreject/csv/", query).content.decode())))

    assert [line["row_key"] for line in lines] == [wanted.row_key]
