"""Warehouses for the tests: the embedded one, and Snowflake's own connector against a local server."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from grid.warehouse import Warehouse, open_warehouse
from tests.integration.warehouse.view_rows import load_all
from tests.snowflake_server.process import SnowflakeServer


@pytest.fixture(scope="session")
def snowflake_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SnowflakeServer]:
    with SnowflakeServer(tmp_path_factory.mktemp("snowflake") / "server.log") as server:
        yield server


@pytest.fixture
def embedded_url(tmp_path: Path) -> str:
    return f"embedded://{tmp_path / 'warehouse'}?threads=2&memory_limit=500MB"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder whose name has what names should not have."""
    return tmp_path / "ware house's"


@pytest.fixture
def embedded(root: Path) -> Iterator[Warehouse]:
    """An empty embedded warehouse in ``root``."""
    opened = open_warehouse(f"embedded://{quote(str(root))}?threads=2&memory_limit=500MB")
    yield opened
    opened.close()


@pytest.fixture
def warehouse_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty warehouse of the wanted kind."""
    if request.param == "embedded":
        return str(request.getfixturevalue("embedded_url"))
    server: SnowflakeServer = request.getfixturevalue("snowflake_server")
    return server.url(f"FLUX_{uuid.uuid4().hex[:12].upper()}")


@pytest.fixture
def warehouse(warehouse_url: str) -> Iterator[Warehouse]:
    """An empty warehouse; a test that uses it runs once on each backend."""
    opened = open_warehouse(warehouse_url, query_timeout_s=30)
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=["embedded", "snowflake"])
def viewed(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    snowflake_server: SnowflakeServer,
) -> Iterator[Warehouse]:
    """A warehouse with every table that views read; a test that uses it runs once on each backend."""
    url = f"embedded://{tmp_path_factory.mktemp('views') / 'warehouse'}?threads=2&memory_limit=500MB"
    if request.param == "snowflake":
        url = snowflake_server.url(f"VIEWS_{uuid.uuid4().hex[:8].upper()}")
    opened = open_warehouse(url, query_timeout_s=30)
    load_all(opened)
    yield opened
    opened.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "warehouse_url" in metafunc.fixturenames:
        metafunc.parametrize("warehouse_url", ["embedded", "snowflake"], indirect=True)
