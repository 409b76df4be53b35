"""The built-in roles: what each holds, and that they stay as the product defines them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from flux_site.api.roles import ROLES, ensure_roles
from tests.factories.users import make_user
from tests.integration.admin.pages import list_page, row_page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def held(role: str) -> set[str]:
    """Return the permissions a role gives in the database."""
    rows = Permission.objects.filter(group__name=role).values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


def test_roles_exist_after_migration_with_every_permission_they_name() -> None:
    assert {role: held(role) for role in ROLES} == {
        role: set(permissions) for role, permissions in ROLES.items()
    }
    assert ensure_roles() == {}


def test_each_rank_holds_what_the_rank_below_holds() -> None:
    assert held("viewer") < held("operator") < held("planner") < held("admin")


def test_viewer_may_only_look_and_sees_no_personal_data() -> None:
    assert held("viewer")
    does = {each for each in held("viewer") if not each.partition(".")[2].startswith("view_")}
    assert does == {"agent.use_assistant"}  # which answers within what the asking user may see
    assert "grid.view_customer" in held("viewer")
    assert not [role for role in ROLES if role != "pii" and "grid.view_customer_pii" in held(role)]
    assert held("pii") == {"grid.view_customer_pii"}


@pytest.mark.parametrize(
    ("permission", "lowest"),
    [
        ("grid.view_substation", "viewer"),
        ("cascade.view_cascaderun", "viewer"),
        ("jobs.view_job", "operator"),
        ("grid.change_synclayer", "operator"),
        ("cascade.add_scenario", "planner"),
        ("cascade.add_cascaderun", "planner"),
        ("jobs.cancel_job", "admin"),
        ("auth.change_user", "admin"),
        ("api.change_apitoken", "admin"),
        ("grid.add_zonegrant", "admin"),
        ("grid.view_outboxevent", "viewer"),
        ("grid.add_fileimport", "admin"),
        ("grid.change_importmapping", "admin"),
        ("django_celery_beat.change_periodictask", "admin"),
    ],
)
def test_permission_begins_at_a_rank(permission: str, lowest: str) -> None:
    ranks = ["viewer", "operator", "planner", "admin"]

    assert [role for role in ranks if make_user(role).has_perm(permission)] == ranks[ranks.index(lowest) :]


def test_ensuring_roles_again_undoes_changes_and_leaves_other_groups_alone() -> None:
    own = Group.objects.create(name="night shift")
    own.permissions.add(Permission.objects.get(codename="view_pole"))
    viewer = Group.objects.get(name="viewer")
    viewer.permissions.add(Permission.objects.get(codename="delete_user"))
    Group.objects.filter(name="planner").delete()

    ensure_roles()

    assert held("viewer") == set(ROLES["viewer"])
    assert held("planner") == set(ROLES["planner"])
    assert held("night shift") == {"grid.view_pole"}


def test_built_in_roles_are_shown_and_not_edited(boss: Client) -> None:
    viewer, own = Group.objects.get(name="viewer"), Group.objects.create(name="night shift")

    text = boss.get(row_page(viewer)).content.decode()
    assert "grid.view_substation" in text
    assert 'name="_save"' not in text
    assert boss.post(row_page(viewer), {"name": "changed"}).status_code == 403
    boss.post(
        list_page("auth.group"), {"action": "delete_selected", "_selected_action": [viewer.pk], "post": "yes"}
    )
    assert Group.objects.filter(name="viewer").exists()
    assert boss.post(row_page(own), {"name": "day shift"}).status_code == 302
    own.refresh_from_db()
    assert own.name == "day shift"


def test_admin_sees_roles_and_cannot_edit_groups(as_user: Callable[[Any], Client]) -> None:
    own = Group.objects.create(name="night shift")
    browser = as_user(make_user("admin"))

    assert browser.get(list_page("auth.group")).status_code == 200
    assert browser.post(row_page(own), {"name": "day shift"}).status_code == 403
