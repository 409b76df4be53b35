"""API tokens: made once, used by programs, ended by time or by hand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from flux_site.api.models import ApiToken
from flux_site.api.tokens import digest, issue
from tests.clients import Api

CREATE = """mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) { __typename
    ... on NewApiToken { secret token { id name hint createdAt expiresAt revokedAt lastUsedAt } }
    ... on OperationInfo { code field } } }"""
REVOKE = """mutation ($id: ID!) { revokeApiToken(input: {tokenId: $id}) { __typename
    ... on ApiToken { id revokedAt } ... on OperationInfo { code field } } }"""
WHO = "{ viewer { username } }"


def test_a_new_token_shows_its_secret_once_and_keeps_only_its_digest(viewer_api: Api, viewer: User) -> None:
    created = viewer_api.data(CREATE, input={"name": " nightly report ", "expiresInDays": 30})[
        "createApiToken"
    ]

    secret, shown = created["secret"], created["token"]
    row = ApiToken.objects.get()
    assert (row.user, row.digest, row.name) == (viewer, digest(secret), "nightly report")
    assert secret.startswith("flux_")
    assert len(secret) > 40
    assert shown["hint"] == secret[:8]
    assert row.expires_at - row.created_at == pytest.approx(timedelta(days=30), abs=timedelta(seconds=5))
    listed = viewer_api.data("{ apiTokens { id name hint } }")["apiTokens"]
    assert listed == [{"id": shown["id"], "name": "nightly report", "hint": secret[:8]}]
    assert secret not in str(ApiToken.objects.values())


def test_a_token_lives_ninety_days_unless_said_otherwise(viewer_api: Api) -> None:
    viewer_api.data(CREATE, input={"name": "script"})

    row = ApiToken.objects.get()
    assert row.expires_at - row.created_at == pytest.approx(timedelta(days=90), abs=timedelta(seconds=5))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "x", "expiresInDays": 0}, "expiresInDays"),
        ({"name": "x", "expiresInDays": -1}, "expiresInDays"),
        ({"name": "x", "expiresInDays": 366}, "expiresInDays"),
        ({"name": "x", "expiresInDays": 2147483647}, "expiresInDays"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 101}, "name"),
    ],
)
def test_a_bad_name_or_lifetime_is_refused_with_its_field(
    viewer_api: Api, values: dict[str, Any], field: str
) -> None:
    answer = viewer_api.data(CREATE, input=values)["createApiToken"]

    assert answer == {"__typename": "OperationInfo", "code": "BAD_INPUT", "field": field}
    assert ApiToken.objects.count() == 0


def test_a_token_is_its_user_without_cookie_or_csrf_token(viewer: User) -> None:
    token, secret = issue(user=viewer, name="script", expires_in_days=1)

    api = Api(token=secret)

    assert api.data(WHO) == {"viewer": {"username": "vera"}}
    assert "sessionid" not in api.client.cookies
    assert "csrftoken" not in api.client.cookies
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert timezone.now() - token.last_used_at < timedelta(minutes=1)


def test_the_use_of_a_token_is_noted_at_most_once_a_minute(viewer: User) -> None:
    token, secret = issue(user=viewer, name="script", expires_in_days=1)
    noted = timezone.now() - timedelta(seconds=40)
    ApiToken.objects.update(last_used_at=noted)

    Api(token=secret).data(WHO)

    token.refresh_from_db()
    assert token.last_used_at == noted


def test_a_token_wins_over_the_session(viewer: User, operator: User) -> None:
    _, secret = issue(user=operator, name="script", expires_in_days=1)
    api = Api(viewer)
    api.headers = {"Authorization": f"Bearer {secret}"}

    assert api.data(WHO) == {"viewer": {"username": "omar"}}


@pytest.mark.parametrize("header", ["bearer {}", "BEARER {}", "Bearer   {}  "])
def test_the_scheme_is_read_leniently(viewer: User, header: str) -> None:
    _, secret = issue(user=viewer, name="script", expires_in_days=1)
    api = Api(token=secret)
    api.headers = {"Authorization": header.format(secret)}

    assert api.data(WHO) == {"viewer": {"username": "vera"}}


def refused(api: Api, path: str = "/graphql") -> bool:
    response = api.post(WHO) if path == "/graphql" else api.get(path)
    assert response.status_code == 401
    assert response.headers["Content-Type"] == "application/json"
    body = response.json()["errors"][0]
    return body["extensions"] == {"code": "UNAUTHENTICATED"} and "token" in body["message"]


@pytest.mark.parametrize("path", ["/graphql", "/columns/substations", "/columns/cascade-runs/1/branches"])
@pytest.mark.parametrize("secret", ["flux_wrong", "x", "null", "ümlaut", "a b"])
def test_an_unknown_token_is_a_401_with_a_json_body(db: None, secret: str, path: str) -> None:
    assert refused(Api(token=secret), path)


def test_an_expired_token_is_refused(viewer: User) -> None:
    _, secret = issue(user=viewer, name="script", expires_in_days=1)
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert refused(Api(token=secret))


def test_the_token_of_an_inactive_user_is_refused(viewer: User) -> None:
    _, secret = issue(user=viewer, name="script", expires_in_days=1)
    User.objects.filter(pk=viewer.pk).update(is_active=False)

    assert refused(Api(token=secret))


def test_a_revoked_token_is_refused_at_once(viewer_api: Api, viewer: User) -> None:
    token, secret = issue(user=viewer, name="script", expires_in_days=1)
    assert Api(token=secret).data(WHO)

    answer = viewer_api.data(REVOKE, id=token.pk)["revokeApiToken"]

    assert answer["__typename"] == "ApiToken"
    assert answer["revokedAt"] is not None
    assert refused(Api(token=secret))
    again = viewer_api.data(REVOKE, id=token.pk)["revokeApiToken"]
    assert again["revokedAt"] == answer["revokedAt"]


@pytest.mark.parametrize("token_id", ["0", "-1", "abc", "", "99999999999999999999", "١"])
def test_revoking_what_is_not_there_is_not_found(viewer_api: Api, token_id: str) -> None:
    answer = viewer_api.data(REVOKE, id=token_id)["revokeApiToken"]

    assert answer == {"__typename": "OperationInfo", "code": "NOT_FOUND", "field": "tokenId"}


def test_nobody_revokes_the_token_of_another(
    viewer_api: Api, operator: User, make_user: Callable[..., User]
) -> None:
    token, secret = issue(user=operator, name="script", expires_in_days=1)

    answer = viewer_api.data(REVOKE, id=token.pk)["revokeApiToken"]

    assert answer == {"__typename": "OperationInfo", "code": "NOT_FOUND", "field": "tokenId"}
    assert Api(token=secret).data(WHO) == {"viewer": {"username": "omar"}}
    assert viewer_api.data("{ apiTokens { id } }") == {"apiTokens": []}
