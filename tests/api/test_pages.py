"""The page of the React application."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client


@pytest.fixture
def built(settings: Any, tmp_path: Path) -> Path:
    """Return the index page of a front end that is built."""
    settings.FRONTEND_DIST = tmp_path
    index = tmp_path / "index.html"
    index.write_text("<!doctype html><title>Flux</title>", encoding="utf-8")
    return index


@pytest.mark.parametrize("path", ["/", "/map", "/cascade/12", "/login", "/healthzz"])
def test_every_address_of_the_application_is_its_page_and_is_never_kept(built: Path, path: str) -> None:
    response = Client().get(path)

    assert response.status_code == 200
    assert response.content == built.read_bytes()
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/static/app/missing.js", "/columns/", "/graphql/", "/graphqlx"])
def test_other_addresses_are_not_the_page(built: Path, path: str) -> None:
    assert Client().get(path).status_code in {401, 404}


def test_a_front_end_that_is_not_built_is_said_so(settings: Any, tmp_path: Path) -> None:
    settings.FRONTEND_DIST = tmp_path / "nowhere"

    response = Client().get("/")

    assert response.status_code == 503
    assert b"make run" in response.content


def test_the_page_is_read_and_not_written(built: Path) -> None:
    assert Client().post("/").status_code == 405
