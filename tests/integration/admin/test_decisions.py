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
