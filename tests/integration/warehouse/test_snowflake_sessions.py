"""Snowflake as a server: logins, lost sessions, late answers, and what is said about them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from grid.warehouse import (
    Warehouse,
    WarehouseQueryTimeout,
    WarehouseUnavailable,
    open_warehouse,
)
from grid.warehouse.snowflake_ledger import flux_batches
from grid.warehouse.tables import load_zones
from tests.integration.warehouse.rows import ZONE_IDS, table_of
from tests.snowflake_server.process import PASSWORD, SnowflakeServer

pytestmark = pytest.mark.integration


def new_database() -> str:
    return f"FLUX_{uuid.uuid4().hex[:12].upper()}"


@pytest.fixture
def loaded(snowflake_server: SnowflakeServer) -> Iterator[Warehouse]:
    warehouse = open_warehouse(snowflake_server.url(new_database()), query_timeout_s=2)
    warehouse.append(load_zones, table_of(load_zones, {"zone_id": "Z1"}), "b1")
    assert warehouse.select_rows(ZONE_IDS) == [{"zone_id": "Z1"}]
    yield warehouse
    warehouse.close()


def test_a_wrong_password_is_told_without_the_password(snowflake_server: SnowflakeServer) -> None:
    warehouse = open_warehouse(snowflake_server.url(new_database(), password="not-the-word"))

    with pytest.raises(WarehouseUnavailable) as caught:
        warehouse.ping()

    assert "Snowflake account local as tester" in caught.value.message
    assert "Incorrect username or password" in caught.value.message
    assert "not-the-word" not in caught.value.message
    assert caught.value.__cause__ is None  # the driver's error holds the login


def test_a_token_logs_in_as_a_password_does(snowflake_server: SnowflakeServer) -> None:
    host = f"host=127.0.0.1&port={snowflake_server.port}&protocol=http"
    token = PASSWORD.replace(" ", "%20").replace("/", "%2F")
    warehouse = open_warehouse(f"snowflake://tester@local/{new_database()}?token={token}&{host}")

    warehouse.ping()
    warehouse.close()

    refused = open_warehouse(f"snowflake://tester@local/{new_database()}?token=worn-out&{host}")
    with pytest.raises(WarehouseUnavailable) as caught:
        refused.ping()
    assert "worn-out" not in caught.value.message


def test_an_unreachable_server_is_unavailable(snowflake_server: SnowflakeServer) -> None:
    url = snowflake_server.url(new_database()).replace(f"port={snowflake_server.port}", "port=1")

    with pytest.raises(WarehouseUnavailable, match="cannot connect to Snowflake account local") as caught:
        open_warehouse(url).select_rows(ZONE_IDS)

    assert PASSWORD not in caught.value.message


def test_an_expired_session_is_renewed(loaded: Warehouse, snowflake_server: SnowflakeServer) -> None:
    snowflake_server.expire_sessions()
    assert loaded.select_rows(ZONE_IDS) == [{"zone_id": "Z1"}]

    snowflake_server.expire_sessions()
    assert loaded.version(load_zones) is not None


def test_a_late_answer_is_a_timeout_and_the_next_query_works(
    loaded: Warehouse, snowflake_server: SnowflakeServer
) -> None:
    snowflake_server.delay_next_statement(4)

    with pytest.raises(WarehouseQueryTimeout, match="longer than 2 s"):
        loaded.select_rows(ZONE_IDS)

    assert loaded.select_rows(ZONE_IDS) == [{"zone_id": "Z1"}]


def test_a_server_that_dies_is_unavailable_for_every_use(tmp_path: Path) -> None:
    with SnowflakeServer(tmp_path / "server.log") as server:
        warehouse = open_warehouse(server.url(new_database()))
        warehouse.append(load_zones, table_of(load_zones, {"zone_id": "Z1"}), "b1")
        server.stop()

        with pytest.raises(WarehouseUnavailable):
            warehouse.select_rows(ZONE_IDS)
        with pytest.raises(WarehouseUnavailable):
            warehouse.ping()
        with pytest.raises(WarehouseUnavailable):
            warehouse.append(load_zones, table_of(load_zones, {"zone_id": "Z2"}), "b2")


def test_rows_that_others_loaded_count_as_loaded(snowflake_server: SnowflakeServer) -> None:
    """A table that another pipeline fills has no batch of ours, yet its rows are there."""
    from grid.warehouse.snowflake_session import SnowflakeTarget

    url = snowflake_server.url(new_database())
    warehouse = open_warehouse(url)
    warehouse.prepare()
    connection = SnowflakeTarget.from_url(url).connect(query_timeout_s=10)
    connection.cursor().execute(
        "INSERT INTO production.load_zones (zone_id, zone_name, interconnect) VALUES ('Z7', 'seven', 'Texas')"
    )
    connection.close()

    assert warehouse.version(load_zones) is not None
    assert warehouse.select_rows(ZONE_IDS) == [{"zone_id": "Z7"}]
    warehouse.close()


def test_the_ledger_names_each_batch(loaded: Warehouse, snowflake_server: SnowflakeServer) -> None:
    loaded.replace(load_zones, table_of(load_zones, {"zone_id": "Z2"}, {"zone_id": "Z3"}), "b2")
    loaded.append(load_zones, table_of(load_zones, {"zone_id": "Z2"}), "b2")

    connection = loaded._connections.take()  # type: ignore[attr-defined]
    cursor = connection.cursor()
    cursor.execute(f"SELECT table_name, batch_id, row_count FROM {flux_batches.fullname} ORDER BY batch_id")

    assert cursor.fetchall() == [
        ("production.load_zones", "b1", 1),
        ("production.load_zones", "b2", 2),
    ]
    connection.close()


def test_a_column_declared_later_is_added(snowflake_server: SnowflakeServer) -> None:
    from grid.warehouse.snowflake_session import SnowflakeTarget

    url = snowflake_server.url(new_database())
    connection = SnowflakeTarget.from_url(url).connect(query_timeout_s=10)
    cursor = connection.cursor()
    cursor.execute("CREATE SCHEMA production")
    cursor.execute(
        "CREATE TABLE production.load_zones (zone_id VARCHAR, zone_name VARCHAR, interconnect VARCHAR)"
    )
    cursor.execute("INSERT INTO production.load_zones VALUES ('Z0', 'old', 'Texas')")
    connection.close()
    warehouse = open_warehouse(url)

    warehouse.append(load_zones, table_of(load_zones, {"zone_id": "Z1", "state": "Texas"}), "b1")

    found = warehouse.select_rows(select(load_zones.c.zone_id, load_zones.c.state).order_by("zone_id"))
    assert found == [{"zone_id": "Z0", "state": None}, {"zone_id": "Z1", "state": "Texas"}]
    warehouse.close()
