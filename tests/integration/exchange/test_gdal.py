"""GDAL, which QGIS is built on, reads the collections of the real web server with a token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pyogrio
import pyogrio.raw
import pytest
from django.contrib.auth.models import User

from flux_site.api.tokens import issue
from tests.factories import grid as factories
from tests.servers.web import WebServer, web_server

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def server(django_db_setup: None, django_db_blocker: Any) -> Iterator[WebServer]:
    """Return the web server of this module."""
    with django_db_blocker.unblock(), web_server() as running:
        yield running


@pytest.fixture
def reader(synced: None, make_user: Callable[..., User]) -> Iterator[None]:
    """Give GDAL the token of a viewer."""
    _, secret = issue(user=make_user(roles=("viewer",)), name="QGIS", expires_in_days=1)
    pyogrio.set_gdal_config_options({"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": secret})
    yield
    pyogrio.set_gdal_config_options({"GDAL_HTTP_AUTH": None, "GDAL_HTTP_BEARER": None})


def test_gdal_reads_every_page_of_a_collection(server: WebServer, reader: None) -> None:
    circuit = factories.make_circuit()
    for number in range(25):
        factories.make_pole(
            id=f"POLE-{number:02}", circuit=circuit, location=f"SRID=4326;POINT({-95 - number / 8} 30)",
            height_m=10.0 + number,
        )  # fmt: skip
    place = f"OAPIF:http://127.0.0.1:{server.port}/ogc/"

    assert "poles" in {name for name, _ in pyogrio.list_layers(place)}
    meta, table = pyogrio.read_arrow(place, layer="poles", PAGE_SIZE="10")

    rows = {row["pole_id"]: row for row in table.to_pylist()}
    assert len(rows) == table.num_rows == 25
    assert rows["POLE-07"]["pole_height_m"] == 17.0
    assert meta["crs"] == "EPSG:4326"


def test_gdal_asks_for_a_rectangle(server: WebServer, reader: None) -> None:
    circuit = factories.make_circuit()
    for name, lon in (("a", -95), ("b", -99)):
        factories.make_line_section(
            id=f"LINE-{name}", circuit=circuit, route=f"SRID=4326;LINESTRING({lon} 30, {lon} 31)"
        )
    place = f"OAPIF:http://127.0.0.1:{server.port}/ogc/"

    _, table = pyogrio.read_arrow(place, layer="lines", bbox=(-96, 29, -94, 30.5))

    assert table["line_id"].to_pylist() == ["LINE-a"]


def test_gdal_without_a_token_is_refused(server: WebServer, synced: None) -> None:
    with pytest.raises(pyogrio.errors.DataSourceError):
        pyogrio.list_layers(f"OAPIF:http://127.0.0.1:{server.port}/ogc/")
