"""What decisions rest on, in the admin: versions, and which one is used."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cascade.models import CostAssumptions
from tests.factories.cascade import make_decision_data, make_run, make_study
from tests.factories.users import make_user
from tests.integration.admin.pages import list_page, row_page

pytestmark = pytest.mark.integration


def test_lists_and_rows_open(boss: Client) -> None:
    for row in (*make_decision_data(), make_study(run=make_run())):
        assert boss.get(list_page(row._meta.label_lower), {"q": "no such thing"}).status_code == 200
        assert boss.get(row_page(row)).status_code == 200


def test_a_study_of_staging_shows_where_crews_wait(boss: Client) -> None:
    """As the study stores it: one crew at a substation, a second one that costs more than it saves."""
    stage = {
        "place_id": "SUB-1", "name": "North <b>", "kind": "DEPOT", "longitude": -95.25, "latitude": 29.5,
        "crew_kind": "LINE", "crews": 1, "crews_on_record": 4,
    }  # fmt: skip
    first = {
        "crews": 1, "place_count": 1, "stages": [stage], "weighted_hours": 1234.5,
        "drawn_hours": [1000.0, 1200.0, 1500.0], "saved_hours": None, "saved_damage_usd": None,
        "saved_voll_usd": None, "crew_usd": None, "stopped_by": None,
    }  # fmt: skip
    unknown = {"low": None, "mid": None, "high": None, "reasons": []}
    second = first | {
        "crews": 2, "saved_hours": [5.0, 6.5, 8.0], "saved_damage_usd": unknown,
        "saved_voll_usd": unknown | {"mid": 700.0}, "crew_usd": 900.0,
        "stopped_by": "COSTS_MORE_THAN_IT_SAVES",
    }  # fmt: skip
    result = {
        "counts": {"jobs": 3, "places": 1, "crews": 1}, "unit": "CUSTOMERS", "recommended_crews": 1,
        "stopped_by": "COSTS_MORE_THAN_IT_SAVES", "plans": [first, second],
    }  # fmt: skip
    study = make_study(run=make_run(), kind="STAGING", result=result)

    page = boss.get(row_page(study)).content.decode()

    for text in (
        "1 crews at 1 places. One crew more costs more than it saves.", "North &lt;b&gt;", "-95.2500",
        "1,234.5", "6.5", "$700 by value of lost load", "$900", "customer-hours",
    ):  # fmt: skip
        assert text in page, text
    plan = boss.get(row_page(make_study(run=make_run()))).content.decode()
    assert "Where crews wait" not in plan


def test_a_version_in_use_is_replaced_and_not_changed(db: None, as_user: Callable[[Any], Client]) -> None:
    make_decision_data()
    administrator = as_user(make_user("admin"))
    current = CostAssumptions.objects.get()
    newer = CostAssumptions.objects.create(name="Own", source="Own", voll_usd_per_mwh=1.0, price_factor=1.0)

    administrator.post(row_page(current), {"name": "changed"})
    assert CostAssumptions.objects.get(pk=current.pk).name == current.name
    administrator.post(
        list_page("cascade.costassumptions"), {"action": "use_selected", "_selected_action": [newer.pk]}
    )

    assert list(CostAssumptions.objects.filter(is_current=True)) == [newer]
    assert administrator.get(row_page(newer).replace("/change/", "/delete/")).status_code == 403


def test_only_administrators_change_what_decisions_rest_on(
    db: None, as_user: Callable[[Any], Client]
) -> None:
    [table, *_] = make_decision_data()
    planner = as_user(make_user("planner"))

    assert planner.get(row_page(table)).status_code == 200
    assert planner.get(list_page("cascade.damagetable") + "add/").status_code == 403
