"""The page of reliability in the admin."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from grid.warehouse import Warehouse
from tests.factories.users import make_user
from tests.interruption_history import load

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

PAGE = "/admin/reliability/"
YEAR = {"first_day": "2025-01-01", "last_day": "2025-12-31"}


@pytest.fixture(autouse=True)
def houston(settings: Any) -> None:
    settings.TIME_ZONE = "America/Chicago"


@pytest.fixture
def visitor(viewer: Any, as_user: Callable[[Any], Client], warehouse: Warehouse, synced: None) -> Client:
    """Return a viewer's browser, over two years of interruptions."""
    load(warehouse)
    return as_user(viewer)


def test_a_year_with_its_indices_major_event_days_causes_and_worst_circuits(visitor: Client) -> None:
    text = visitor.get(PAGE, YEAR).content.decode()

    assert "System average interruption duration index" in text
    assert "0.867" in text  # SAIFI: 13 of 15 customers
    assert "2025-08-01" in text
    assert "WIND" in text
    assert text.index("CKT-A") < text.index("CKT-B")
    assert "No day before this year" not in text


def test_without_a_period_it_shows_the_newest_year_on_record(visitor: Client) -> None:
    text = visitor.get(PAGE).content.decode()

    assert 'value="2025-01-01"' in text
    assert 'value="2025-12-31"' in text


def test_years_side_by_side_and_the_year_without_a_threshold(visitor: Client) -> None:
    text = visitor.get(PAGE, {"first_day": "2024-01-01", "last_day": "2025-12-31"}).content.decode()

    assert "By year" in text
    assert "2024 has no threshold for major event days" in text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"first_day": "2025-05-01", "last_day": "2025-04-01"}, "must not be before"),
        ({"first_day": "nonsense", "last_day": "2025-04-01"}, "Enter a valid date"),
        ({**YEAR, "circuit": "CKT-404"}, "There is no circuit"),
    ],
)
def test_bad_input_is_explained(visitor: Client, asked: dict[str, str], said: str) -> None:
    page = visitor.get(PAGE, asked)

    assert page.status_code == 200
    assert said in page.content.decode()


def test_it_is_offered_to_those_who_may_see_outages_and_closed_to_others(
    visitor: Client, as_user: Callable[[Any], Client]
) -> None:
    assert PAGE in visitor.get("/admin/").content.decode()
    stranger = as_user(make_user())
    assert PAGE not in stranger.get("/admin/").content.decode()
    assert stranger.get(PAGE).status_code == 403
    assert Client().get(PAGE).status_code == 302
