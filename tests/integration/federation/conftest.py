"""Two stores that hold the same small grid, and ways to ask either of them the same question."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import TransactionTestCase

from grid.federation.breakers import postgis_breaker
from grid.layers import LAYERS
from grid.models import CircuitStatus, SubstationStatus, Zone
from grid.services.status.refreshing import refresh_status
from grid.services.sync import run_layer
from grid.warehouse import open_warehouse
from tests.clients import Api
from tests.factories.grid import grant_zone
from tests.integration.federation.varied_grid import varied_grid
from tests.integration.sync.sample import load
from tests.quick_flush import empty_tables
from tests.snowflake_server.process import SnowflakeServer


@contextmanager
def postgis_left_alone() -> Iterator[None]:
    """Keep the breaker of PostGIS open, so that the warehouse answers."""
    postgis_breaker.open()
    try:
        yield
    finally:
        postgis_breaker.close()


@dataclass(frozen=True, kw_only=True)
class TwoStores:
    """A cache and a warehouse that hold the same rows, and clients with different rights."""

    apis: dict[str, Api]

    def ask(self, who: str, query: str, **variables: Any) -> dict[str, Any]:
        """Ask the cache."""
        return self.apis[who].run(query, **variables)

    def ask_warehouse(self, who: str, query: str, **variables: Any) -> dict[str, Any]:
        """Ask the warehouse the same way."""
        with postgis_left_alone():
            return self.apis[who].run(query, **variables)


@pytest.fixture(scope="session")
def varied_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an embedded warehouse that holds the varied grid, to be copied."""
    folder = tmp_path_factory.mktemp("varied") / "warehouse"
    opened = open_warehouse(f"embedded://{folder}?memory_limit=512MB&threads=1")
    load(opened, varied_grid())
    opened.close()
    return folder


@pytest.fixture(scope="session")
def snowflake_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a warehouse on the local Snowflake server that holds the varied grid."""
    with SnowflakeServer(tmp_path_factory.mktemp("snowflake") / "server.log") as server:
        url = server.url("FLUX_FEDERATION")
        opened = open_warehouse(url, query_timeout_s=30)
        opened.prepare()
        load(opened, {name: rows for name, rows in varied_grid().items() if rows})
        opened.close()
        yield url


@pytest.fixture
def stores(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    transactional_db: None,
    own_stores: None,
    settings: Any,
    tmp_path: Path,
    make_user: Callable[..., User],
) -> TwoStores:
    """Return the two stores, the warehouse being of the kind the test was parametrised with."""
    from grid.selectors.warehouse import get_warehouse

    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
    if getattr(request, "param", "embedded") == "embedded":
        shutil.copytree(request.getfixturevalue("varied_folder"), tmp_path / "warehouse")
    else:
        settings.WAREHOUSE_URL = request.getfixturevalue("snowflake_url")
    for layer in LAYERS.values():
        outcome = run_layer(layer=layer, warehouse=get_warehouse())
        assert outcome.rows_rejected == 0, layer.key
    refresh_status()
    for status in (CircuitStatus, SubstationStatus):
        status.objects.update(updated_at=None)  # when the cache was told; the warehouse does not know
    limited = make_user(roles=("viewer",), username="zita")
    grant_zone(user=limited, zone=Zone.objects.get(pk="ZONE-1"))
    return TwoStores(
        apis={
            "viewer": Api(make_user(roles=("viewer",), username="vera")),
            "limited": Api(limited),
            "pii": Api(make_user(roles=("viewer", "pii"), username="pia")),
        }
    )
