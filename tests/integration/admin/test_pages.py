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
    "api.auditrecord",
    "api.savedview",
    "auth.group",
    "auth.user",
    "django_celery_beat.clockedschedule",
    "django_celery_beat.crontabschedule",
    "django_celery_beat.intervalschedule",
    "django_celery_beat.periodictask",
    "grid.circuitwatch",
    "grid.meterevidence",
    "grid.switchevidence",
}
FOR_OPERATORS = {"grid.streamdeadletter"}
SHOWN = sorted(set(MODELS) - FOR_ADMINISTRATORS - FOR_OPERATORS)
EDITED = {
    "cascade.costassumptions",
    "cascade.damagetable",
    "cascade.repairtime",
    "cascade.scenario",
    "cascade.severitythreshold",
    "grid.importmapping",
    "grid.vegetationclearance",
}
READ_ONLY = sorted((set(SHOWN) | FOR_OPERATORS) - EDITED)


def test_every_model_of_the_grid_is_registered() -> None:
    from django.apps import apps

    expected = {model._meta.label_lower for model in apps.get_app_config("grid").get_models()} - {
        "grid.outboxstream",  # one row that nobody reads
        "grid.realtimereading",  # keyed by two columns, which the admin cannot show
        "grid.tilecell",  # millions of counts, summed up in tilebuild
        "grid.tileshape",
        "grid.zonegrant",
    }
    assert expected <= set(MODELS)


def test_lists_and_searches_open_for_a_superuser(boss: Client, superuser: Any) -> None:
    make_world(superuser)

    for model in MODELS:
        assert boss.get(list_page(model)).status_code == 200, model
        assert boss.get(list_page(model), {"q": "no such thing"}).status_code == 200, model


def test_pages_of_rows_open_for_a_superuser_and_a_viewer(
    superuser: Any, viewer: Any, as_user: Callable[[Any], Client]
) -> None:
    rows = make_world(viewer).rows

    for browser in (as_user(superuser), as_user(viewer)):
        for model in SHOWN:
            page, row = browser.get(row_page(rows[model])), rows[model]
            assert page.status_code == 200, model
            assert str(row) in page.content.decode() or row.pk in page.content.decode(), model


def test_lists_open_for_a_viewer_and_show_the_rows(viewer: Any, as_user: Callable[[Any], Client]) -> None:
    rows, browser = make_world(viewer).rows, as_user(viewer)

    for model in SHOWN:
        page = browser.get(list_page(model))
        assert page.status_code == 200, model
        wanted = "BR-" if model == "cascade.cascadetrip" else row_page(rows[model])
        assert wanted in page.content.decode(), model


def test_operators_pages_are_closed_to_a_viewer_and_open_to_an_operator(
    viewer: Any, as_user: Callable[[Any], Client]
) -> None:
    rows = make_world(viewer).rows
    operator = as_user(make_user("operator"))

    for model in sorted(FOR_OPERATORS):
        assert as_user(viewer).get(list_page(model)).status_code == 403, model
        assert operator.get(list_page(model)).status_code == 200, model
        assert operator.get(row_page(rows[model])).status_code == 200, model


def test_administrators_pages_are_closed_to_a_planner_and_open_to_an_admin(
    db: None, as_user: Callable[[Any], Client]
) -> None:
    planner, administrator = as_user(make_user("planner")), as_user(make_user("admin"))

    for model in sorted(FOR_ADMINISTRATORS):
        assert planner.get(list_page(model)).status_code == 403, model
        assert administrator.get(list_page(model)).status_code == 200, model


def test_pages_ask_strangers_and_users_outside_the_admin_to_log_in(
    db: None, as_user: Callable[[Any], Client]
) -> None:
    for browser in (Client(), as_user(make_user("admin", is_staff=False))):
        for model in MODELS:
            page = browser.get(list_page(model))
            assert page.status_code == 302, model
            assert page["Location"].startswith("/admin/login/"), model


def test_pages_are_closed_to_a_user_without_permissions(
    superuser: Any, as_user: Callable[[Any], Client]
) -> None:
    rows, nobody = make_world(superuser).rows, as_user(make_user())

    for model in sorted(set(SHOWN) - {"jobs.job"}):
        assert nobody.get(list_page(model)).status_code == 403, model
        assert nobody.get(row_page(rows[model])).status_code in {302, 403}, model


def test_nobody_adds_changes_or_deletes_what_the_system_writes(boss: Client, superuser: Any) -> None:
    rows = make_world(superuser).rows

    for model in READ_ONLY:
        refuses_changes(boss, rows[model])


def refuses_changes(boss: Client, row: Any) -> None:
    """Try to add, change and delete, and see that the row is as it was."""
    model = row._meta.label_lower
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
