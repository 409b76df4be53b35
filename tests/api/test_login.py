"""Logging in and out with a session, and the CSRF token it needs."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client

from flux_site.api.schema import MAX_FAILED_LOGINS
from tests.clients import Api
from tests.conftest import PASSWORD

LOGIN = """mutation ($u: String!, $p: String!) { login(input: {username: $u, password: $p}) {
    __typename ... on Viewer { username roles } ... on OperationInfo { code field message } } }"""


def log_in(api: Api, username: str, password: str) -> dict[str, Any]:
    return api.data(LOGIN, u=username, p=password)["login"]


def test_the_right_password_opens_a_session(anonymous_api: Api, viewer: User) -> None:
    assert log_in(anonymous_api, "vera", PASSWORD) == {
        "__typename": "Viewer",
        "username": "vera",
        "roles": ["viewer"],
    }

    assert Session.objects.count() == 1
    cookie = anonymous_api.client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    found = anonymous_api.data("{ viewer { username fullName isStaff roles permissions zoneIds } }")["viewer"]
    assert found["permissions"] == sorted(viewer.get_all_permissions())
    del found["permissions"]
    assert found == {
        "username": "vera",
        "fullName": None,
        "isStaff": False,
        "roles": ["viewer"],
        "zoneIds": [],
    }


def test_the_session_changes_its_key_and_csrf_token_at_login(anonymous_api: Api, viewer: User) -> None:
    before = anonymous_api.client.cookies["csrftoken"].value

    log_in(anonymous_api, "vera", PASSWORD)

    assert anonymous_api.client.cookies["csrftoken"].value != before


@pytest.mark.parametrize(
    ("username", "password"),
    [("vera", "wrong"), ("vera", ""), ("nobody-of-that-name", PASSWORD), ("", ""), ("VERA", PASSWORD)],
)
def test_a_wrong_login_says_no_more_than_that(
    anonymous_api: Api, viewer: User, username: str, password: str
) -> None:
    answer = log_in(anonymous_api, username, password)

    assert answer == {
        "__typename": "OperationInfo",
        "code": "UNAUTHENTICATED",
        "field": "password",
        "message": "The user name or the password is wrong.",
    }
    assert Session.objects.count() == 0
    assert anonymous_api.code("{ viewer { username } }") == "UNAUTHENTICATED"


def test_a_name_the_database_refuses_is_a_wrong_login(anonymous_api: Api, viewer: User) -> None:
    answer = anonymous_api.run(LOGIN, u="ve\x00ra", p="x")

    assert [error["extensions"]["code"] for error in answer.get("errors", ())] in ([], ["BAD_INPUT"])
    assert Session.objects.count() == 0


def test_an_inactive_user_cannot_log_in(anonymous_api: Api, make_user: Callable[..., User]) -> None:
    make_user(username="gone", is_active=False)

    assert log_in(anonymous_api, "gone", PASSWORD)["code"] == "UNAUTHENTICATED"


def test_too_many_failed_logins_lock_the_name_out_for_a_while(
    anonymous_api: Api, viewer: User, operator: User
) -> None:
    for _ in range(MAX_FAILED_LOGINS):
        assert log_in(anonymous_api, "vera", "wrong")["code"] == "UNAUTHENTICATED"

    answer = log_in(anonymous_api, "vera", PASSWORD)

    assert (answer["code"], answer["field"]) == ("LIMIT_EXCEEDED", "username")
    assert log_in(anonymous_api, "VERA", PASSWORD)["code"] == "LIMIT_EXCEEDED"
    assert log_in(Api(), "omar", PASSWORD)["username"] == "omar"


def test_many_right_logins_lock_nobody_out(viewer: User) -> None:
    for _ in range(MAX_FAILED_LOGINS + 1):
        assert log_in(Api(), "vera", PASSWORD)["username"] == "vera"


def test_logging_out_ends_the_session(viewer_api: Api) -> None:
    assert viewer_api.data("mutation { logout { ok } }") == {"logout": {"ok": True}}

    assert Session.objects.count() == 0
    assert viewer_api.code("{ viewer { username } }") == "UNAUTHENTICATED"
    assert viewer_api.data("mutation { logout { ok } }") == {"logout": {"ok": True}}


@pytest.mark.parametrize("is_logged_in", [True, False])
@pytest.mark.parametrize("headers", [{}, {"X-CSRFToken": "x" * 32}, {"Authorization": "Bearer "}])
def test_a_post_without_the_csrf_token_is_refused_as_json(
    viewer: User, is_logged_in: bool, headers: dict[str, str]
) -> None:
    client = Client(enforce_csrf_checks=True)
    if is_logged_in:
        client.force_login(viewer)
    body = json.dumps({"query": "mutation { logout { ok } }"})

    response = client.post("/graphql", body, content_type="application/json", headers=headers)

    assert response.status_code == 403
    assert response.json()["errors"][0]["extensions"] == {"code": "CSRF_FAILED"}
    assert Session.objects.count() == int(is_logged_in)


def test_a_post_from_another_site_is_refused(viewer_api: Api) -> None:
    response = viewer_api.client.post(
        "/graphql",
        {"query": "{ viewer { username } }"},
        content_type="application/json",
        headers={
            "X-CSRFToken": viewer_api.client.cookies["csrftoken"].value,
            "Origin": "https://elsewhere.example",
        },
    )

    assert response.status_code == 403
    assert response.json()["errors"][0]["extensions"] == {"code": "CSRF_FAILED"}


def test_the_page_hands_out_the_csrf_cookie(db: None) -> None:
    client = Client(enforce_csrf_checks=True)

    client.get("/")

    assert len(client.cookies["csrftoken"].value) == 32
    assert client.cookies["csrftoken"]["httponly"] == ""


def test_a_mutation_by_get_is_refused(viewer_api: Api) -> None:
    response = viewer_api.client.get("/graphql", {"query": "mutation { logout { ok } }"})

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"
    assert viewer_api.data("{ viewer { username } }")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b'"text"'),
        ("application/json", b"{}"),
        ("application/json", b'{"query": 7}'),
        ("application/json", b'{"query": "{ viewer { username } }", "variables": []}'),
        ("application/json", b"\xff\xfe"),
        ("text/plain", b"{ viewer { username } }"),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("application/x-www-form-urlencoded", b"query={viewer{username}}"),
    ],
)
def test_a_body_that_is_no_operation_is_refused_as_json(
    viewer_api: Api, content_type: str, body: bytes
) -> None:
    token = viewer_api.client.cookies["csrftoken"].value

    response = viewer_api.client.post(
        "/graphql", body, content_type=content_type, headers={"X-CSRFToken": token}
    )

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"
