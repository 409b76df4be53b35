"""Every admin page opens for those who may see it, and for nobody else."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from tests.factories.users import make_user
from tests.integration.admin.pages import list_page, make_world, row_page

pytestmark = pytest.mark.integration

MODELS = sorted(model._meta.label_lower for model in admin.site._registry)
FOR_ADMINISTRATORS = {
    "admin.logentry",
    "api.apitoken",
    "auth.group",
    "auth.user",
    "django_celery_beat.clockedschedule",
    "django_celery_beat.crontabschedule",
    "django_celery_beat.intervalschedule",
    "django_celery_beat.periodictask",
}
SHOWN = sorted(set(MODELS) - FOR_ADMINISTRATORS)
READ_ONLY = sorted(set(SHOWN) - {"cascade.scenario"})


def test_every_model_of_the_grid_is_registered() -> None:
    from django.apps import apps

    expected = {model._meta.label_lower for model in apps.get_app_config("grid").get_models()} - {
        "grid.zonegrant"
    }
    assert expected <= set(MODELS)


@pytest.mark.parametrize("model", MODELS)
def test_list_and_search_open_for_a_superuser(model: str, boss: Client, superuser: Any) -> None:
    make_world(superuser)

    assert boss.get(list_page(model)).status_code == 200
    assert boss.get(list_page(model), {"q": "no such thing"}).status_code == 200


@pytest.mark.parametrize("model", SHOWN)
def test_page_of_a_row_opens_for_a_superuser_and_a_viewer(
    model: str, superuser: Any, viewer: Any, as_user: Callable[[Any], Client]
) -> None:
    row = make_world(viewer).rows[model]

    for user in (superuser, viewer):
        page = as_user(user).get(row_page(row))
        assert page.status_code == 200
        assert str(row) in page.content.decode() or row.pk in page.content.decode()


@pytest.mark.parametrize("model", SHOWN)
def test_list_opens_for_a_viewer_and_shows_the_row(
    model: str, viewer: Any, as_user: Callable[[Any], Client]
) -> None:
    row = make_world(viewer).rows[model]

    page = as_user(viewer).get(list_page(model))

    assert page.status_code == 200
    named = {"grid.synclayer": "Substations", "cascade.cascadetrip": "BR-"}
    text = named.get(model) or (row_page(row))
    assert text in page.content.decode()


@pytest.mark.parametrize("model", sorted(FOR_ADMINISTRATORS))
def test_administrators_pages_are_closed_to_a_planner_and_open_to_an_admin(
    model: str, db: None, as_user: Callable[[Any], Client]
) -> None:
    assert as_user(make_user("planner")).get(list_page(model)).status_code == 403
    assert as_user(make_user("admin")).get(list_page(model)).status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_pages_ask_strangers_and_users_outside_the_admin_to_log_in(
    model: str, db: None, as_user: Callable[[Any], Client]
) -> None:
    outsider = make_user("admin", is_staff=False)

    for browser in (Client(), as_user(outsider)):
        page = browser.get(list_page(model))
        assert page.status_code == 302
        assert page["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("model", sorted(set(SHOWN) - {"jobs.job"}))
def test_pages_are_closed_to_a_user_without_permissions(
    model: str, superuser: Any, as_user: Callable[[Any], Client]
) -> None:
    row = make_world(superuser).rows[model]
    nobody = as_user(make_user())

    assert nobody.get(list_page(model)).status_code == 403
    assert nobody.get(row_page(row)).status_code in {302, 403}


@pytest.mark.parametrize("model", READ_ONLY)
def test_nobody_adds_changes_or_deletes_what_the_system_writes(
    model: str, boss: Client, superuser: Any
) -> None:
    row = make_world(superuser).rows[model]
    before = type(row).objects.filter(pk=row.pk).values().get()
    page = row_page(row)

    assert boss.post(list_page(model) + "add/", {"id": "NEW-1"}).status_code == 403
    boss.post(page, {"name": "changed", "status": "CHANGED", "key": "changed", "title": "changed"})
    assert boss.post(page.replace("/change/", "/delete/"), {"post": "yes"}).status_code == 403
    boss.post(list_page(model), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})

    assert type(row).objects.filter(pk=row.pk).values().get() == before


def test_history_opens_for_an_asset(boss: Client, superuser: Any) -> None:
    row = make_world(superuser).rows["grid.customer"]

    page = boss.get(row_page(row).replace("/change/", "/history/"))

    assert page.status_code == 200
    assert row.full_name not in page.content.decode()


def test_pages_have_no_inline_script_or_style_element(boss: Client, superuser: Any) -> None:
    rows = make_world(superuser).rows.values()
    addresses = [list_page(model) for model in MODELS] + [row_page(row) for row in rows] + ["/admin/"]
    addresses += ["/admin/cascade/scenario/add/", "/admin/django_celery_beat/periodictask/add/"]

    for address in addresses:
        text = boss.get(address).content.decode()
        assert "<style" not in text, address
        for piece in text.split("<script")[1:]:
            tag, _, rest = piece.partition(">")
            assert "src=" in tag or rest.strip().startswith("</script>"), f"{address}: <script{tag}>"
        assert " onclick=" not in text, address
