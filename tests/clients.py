"""A client of the GraphQL API that behaves like the browser or like a program with a token."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client
from django.test.client import ClientHandler


@cache
def handler() -> ClientHandler:
    """Return the one handler of all clients: to make one reads the list of all static files."""
    return ClientHandler(enforce_csrf_checks=True)


class Api:
    """Posts GraphQL to ``/graphql`` with a session and its CSRF token, or with a bearer token."""

    def __init__(self, user: User | None = None, *, token: str | None = None) -> None:
        self.user = user
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.client = Client(enforce_csrf_checks=True)
        self.client.handler = handler()
        if user is not None:
            self.client.force_login(user)
        if token is None:
            self.client.cookies["csrftoken"] = _get_new_csrf_string()

    def post(self, query: str, variables: dict[str, Any] | None = None, **more: Any) -> HttpResponse:
        """Post an operation and return the whole HTTP response."""
        headers = dict(self.headers)
        if "csrftoken" in self.client.cookies:
            headers["X-CSRFToken"] = self.client.cookies["csrftoken"].value
        return self.client.post(
            "/graphql",
            {"query": query, "variables": variables or {}, **more},
            content_type="application/json",
            headers=headers,
        )

    def run(self, query: str, **variables: Any) -> dict[str, Any]:
        """Post an operation and return the answer's JSON, errors included."""
        response = self.post(query, variables)
        assert response.status_code == 200, response.content
        return response.json()

    def data(self, query: str, **variables: Any) -> dict[str, Any]:
        """Post an operation that must succeed and return its data."""
        answer = self.run(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def error(self, query: str, **variables: Any) -> dict[str, Any]:
        """Post an operation that must fail with exactly one error, and return it."""
        errors = self.run(query, **variables).get("errors")
        assert errors is not None, "the operation succeeded"
        assert len(errors) == 1, errors
        return errors[0]

    def code(self, query: str, **variables: Any) -> str:
        """Post an operation that must fail and return the error's code."""
        return self.error(query, **variables)["extensions"]["code"]

    def get(self, path: str, **headers: str) -> HttpResponse:
        """Get a page."""
        return self.client.get(path, headers={**self.headers, **headers})
