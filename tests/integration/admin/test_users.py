"""Users in the admin: roles, zones, and that no administrator rises above themselves."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from tests.factories import grid
from tests.factories.users import PASSWORD, make_superuser, make_user
from tests.integration.admin.pages import list_page, row_page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def administrator(db: None) -> Any:
    """Return an administrator who is no superuser."""
    return make_user("admin")


@pytest.fixture
def browser_of_admin(administrator: Any, as_user: Callable[[Any], Client]) -> Client:
    """Return the administrator's browser."""
    return as_user(administrator)


def form(user: User, *roles: str, **fields: Any) -> dict[str, Any]:
    """Return the filled-in form of a user."""
    joined = user.date_joined
    return {
        "username": user.username,
        "is_active": "on",
        "is_staff": "on",
        "groups": [str(Group.objects.get(name=role).pk) for role in roles],
        "date_joined_0": f"{joined:%Y-%m-%d}",
        "date_joined_1": f"{joined:%H:%M:%S}",
        "zone_grants-TOTAL_FORMS": "0",
        "zone_grants-INITIAL_FORMS": "0",
    } | fields


def roles_of(user: User) -> set[str]:
    """Return the names of a user's groups."""
    return set(user.groups.values_list("name", flat=True))


def test_list_shows_roles_and_zones(boss: Client) -> None:
    user = make_user("operator", "pii")
    zone = grid.make_zone()
    grid.grant_zone(user=user, zone=zone)

    text = boss.get(list_page("auth.user"), {"q": user.username}).content.decode()

    assert "operator, pii" in text
    assert zone.pk in text


def test_zones_are_granted_and_taken_on_the_users_page(boss: Client) -> None:
    user, zone = make_user("viewer"), grid.make_zone()
    fields = {"zone_grants-TOTAL_FORMS": "1", "zone_grants-0-user": user.pk, "zone_grants-0-zone": zone.pk}

    assert boss.post(row_page(user), form(user, "viewer", **fields)).status_code == 302
    grant = user.zone_grants.get()
    assert grant.zone_id == zone.pk

    fields |= {"zone_grants-INITIAL_FORMS": "1", "zone_grants-0-id": grant.pk, "zone_grants-0-DELETE": "on"}
    assert boss.post(row_page(user), form(user, "viewer", **fields)).status_code == 302
    assert user.zone_grants.count() == 0


def test_a_zone_cannot_be_granted_twice(boss: Client) -> None:
    user, zone = make_user("viewer"), grid.make_zone()
    fields: dict[str, Any] = {"zone_grants-TOTAL_FORMS": "2"}
    for number in (0, 1):
        fields |= {f"zone_grants-{number}-user": user.pk, f"zone_grants-{number}-zone": zone.pk}

    answer = boss.post(row_page(user), form(user, "viewer", **fields))

    assert answer.status_code == 200
    assert user.zone_grants.count() == 0


def test_administrator_creates_a_user_and_gives_a_role(browser_of_admin: Client) -> None:
    new = {"username": "nina", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}

    assert browser_of_admin.post("/admin/auth/user/add/", new).status_code == 302
    user = User.objects.get(username="nina")
    assert browser_of_admin.post(row_page(user), form(user, "planner")).status_code == 302

    assert roles_of(user) == {"planner"}
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_administrator_makes_nobody_a_superuser(administrator: Any, browser_of_admin: Client) -> None:
    user = make_user("viewer")

    for target in (user, administrator):
        browser_of_admin.post(
            row_page(target), form(target, "viewer", is_superuser="on", user_permissions=["1"])
        )
        target.refresh_from_db()
        assert not target.is_superuser
        assert target.user_permissions.count() == 0


def test_administrator_gives_no_group_beyond_their_own_permissions(browser_of_admin: Client) -> None:
    user = make_user("viewer")

    answer = browser_of_admin.post(row_page(user), form(user, "viewer", "pii"))

    assert answer.status_code == 200
    assert "pii" not in answer.content.decode().split("id_groups")[1].split("</select>")[0]
    assert roles_of(user) == {"viewer"}


def test_administrator_with_pii_gives_pii(as_user: Callable[[Any], Client]) -> None:
    user, browser = make_user("viewer"), as_user(make_user("admin", "pii"))

    assert browser.post(row_page(user), form(user, "viewer", "pii")).status_code == 302

    assert roles_of(user) == {"viewer", "pii"}


def test_saving_a_user_keeps_the_groups_that_could_not_be_offered(browser_of_admin: Client) -> None:
    user = make_user("viewer", "pii")

    assert browser_of_admin.post(row_page(user), form(user, "operator")).status_code == 302

    assert roles_of(user) == {"operator", "pii"}


def test_administrator_cannot_touch_a_superuser(browser_of_admin: Client) -> None:
    boss = make_superuser()
    password = f"/admin/auth/user/{boss.pk}/password/"

    assert browser_of_admin.post(row_page(boss), form(boss)).status_code == 403
    new = {"usable_password": "true", "password1": "a new pass phrase", "password2": "a new pass phrase"}
    assert browser_of_admin.post(password, new).status_code == 403
    boss.refresh_from_db()
    assert boss.is_superuser
    assert boss.check_password(PASSWORD)


def test_administrator_deletes_no_users(browser_of_admin: Client) -> None:
    user = make_user("viewer")

    assert (
        browser_of_admin.post(row_page(user).replace("change", "delete"), {"post": "yes"}).status_code == 403
    )
    assert User.objects.filter(pk=user.pk).exists()
