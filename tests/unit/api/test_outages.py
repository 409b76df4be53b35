"""What a browser and a program are told while a service is away."""

import json

import pytest
from django.db import OperationalError
from django.test import RequestFactory

from flux_site.api.outages import outage_response

LOST = OperationalError("connection refused")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/graphql-response+json", None])
def test_a_program_is_told_in_json(accept: str | None) -> None:
    headers = {} if accept is None else {"accept": accept}

    response = outage_response(RequestFactory().get("/admin/", headers=headers), LOST)

    assert response is not None
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert json.loads(response.content)["errors"][0]["extensions"]["code"] == "DATABASE_UNAVAILABLE"


def test_a_browser_is_shown_a_page_that_leads_back() -> None:
    request = RequestFactory().get("/admin/jobs/?q=<b>", headers={"accept": BROWSER})

    response = outage_response(request, LOST)

    assert response is not None
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    text = response.content.decode()
    assert "PostgreSQL does not answer." in text
    assert 'href="/admin/jobs/?q=%3Cb%3E"' in text


def test_other_faults_are_left_to_the_framework() -> None:
    assert outage_response(RequestFactory().get("/"), ValueError("x")) is None
