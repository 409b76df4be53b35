"""API tokens in the admin: hints and states, never a secret; revoking."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from flux_site.api.errors import Unauthenticated
from flux_site.api.models import ApiToken
from flux_site.api.tokens import digest, issue, user_of
from tests.factories.users import make_user
from tests.integration.admin.pages import list_page, row_page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

LIST = list_page("api.apitoken")


def revoke_address(token: ApiToken) -> str:
    """Return the address the revoke button posts to."""
    return f"/admin/api/apitoken/{token.pk}/revoke/"


def make_token(**fields: Any) -> tuple[ApiToken, str]:
    """Issue a token to a new viewer; return it with its secret."""
    token, secret = issue(user=make_user("viewer"), name="Grafana", expires_in_days=30)
    ApiToken.objects.filter(pk=token.pk).update(**fields) if fields else None
    return token, secret


def test_pages_show_the_hint_and_neither_secret_nor_digest(boss: Client) -> None:
    token, secret = make_token()

    for address in (LIST, row_page(token), row_page(token).replace("change", "history")):
        text = boss.get(address).content.decode()
        assert secret not in text
        assert digest(secret) not in text
    assert f"{secret[:8]}…" in boss.get(LIST).content.decode()


def test_neither_digests_nor_passwords_can_be_guessed_by_filters(boss: Client) -> None:
    _, secret = make_token()

    assert boss.get(LIST, {"digest__startswith": digest(secret)[:2]}).status_code == 400
    assert boss.get(LIST, {"user__password__startswith": "md5"}).status_code == 400
    assert boss.get(list_page("jobs.job"), {"owner__password__startswith": "md5"}).status_code == 400
    assert boss.get(list_page("auth.user"), {"api_tokens__digest__startswith": "a"}).status_code == 400


def test_states_are_told_apart(boss: Client) -> None:
    make_token()
    make_token(revoked_at=timezone.now())
    make_token(expires_at=timezone.now() - timedelta(days=1))

    text = boss.get(LIST).content.decode()

    for state in ("active", "revoked", "expired"):
        assert text.count(f"flux-badge-{state}") == 1


def test_button_and_action_revoke_at_once(as_user: Callable[[Any], Client]) -> None:
    browser = as_user(make_user("admin"))
    (first, first_secret), (second, second_secret) = make_token(), make_token()
    assert user_of(first_secret) == first.user

    browser.post(revoke_address(first))
    browser.post(LIST, {"action": "revoke_selected", "_selected_action": [second.pk]})

    for secret in (first_secret, second_secret):
        with pytest.raises(Unauthenticated):
            user_of(secret)
    assert LogEntry.objects.filter(change_message="Revoked.").count() == 2


def test_revoking_again_keeps_the_first_time(boss: Client) -> None:
    token, _ = make_token(revoked_at=timezone.now() - timedelta(days=2))
    token.refresh_from_db()
    before = token.revoked_at

    answer = boss.post(revoke_address(token), follow=True)

    token.refresh_from_db()
    assert token.revoked_at == before
    assert "had been revoked before" in answer.content.decode()


def test_looking_is_not_revoking(boss: Client, as_user: Callable[[Any], Client]) -> None:
    token, secret = make_token()

    boss.get(revoke_address(token))
    as_user(make_user("planner")).post(revoke_address(token))

    assert user_of(secret) == token.user
