"""Whose sockets may share what they are told."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import Client

from flux_site.api.errors import Unauthenticated
from flux_site.api.tokens import issue, revoke
from flux_site.websocket.login import Identity
from tests.factories.grid import grant_zone, make_zone

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def sees(user: User) -> str:
    secret = issue(user=user, name="test", expires_in_days=1)[1]
    return Identity(secret=secret, session_key=None).look_up().sees


def test_users_with_the_same_rights_and_zones_share(make_user: Callable[..., User]) -> None:
    vera, vito = make_user(roles=("viewer",)), make_user(roles=("viewer",))
    assert sees(vera) == sees(vito)

    zone = make_zone()
    grant_zone(user=vera, zone=zone)
    assert sees(vera) != sees(vito)
    grant_zone(user=vito, zone=zone)
    assert sees(vera) == sees(vito)
    grant_zone(user=vito, zone=make_zone())
    assert sees(vera) != sees(vito)


def test_users_with_other_rights_do_not(make_user: Callable[..., User]) -> None:
    viewer, operator, nobody = make_user(roles=("viewer",)), make_user(roles=("operator",)), make_user()

    assert len({sees(viewer), sees(operator), sees(nobody)}) == 3


def test_who_may_see_personal_data_shares_with_nobody(make_user: Callable[..., User]) -> None:
    one, other = make_user(roles=("viewer", "pii")), make_user(roles=("viewer", "pii"))

    assert sees(one) != sees(other)


def test_a_session_and_a_token_of_one_user_share(viewer: User) -> None:
    client = Client()
    client.force_login(viewer)
    session_key = client.session.session_key

    assert Identity(secret=None, session_key=session_key).look_up().sees == sees(viewer)
    client.logout()
    assert isinstance(Identity(secret=None, session_key=session_key).look_up().user, AnonymousUser)


def test_a_token_that_was_revoked_is_nobodys(viewer: User) -> None:
    token, secret = issue(user=viewer, name="test", expires_in_days=1)
    revoke(user=viewer, token_id=token.pk)

    with pytest.raises(Unauthenticated):
        Identity(secret=secret, session_key=None).look_up()
