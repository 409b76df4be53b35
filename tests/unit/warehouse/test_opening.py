"""Warehouse URLs: what they may say, and what is said of those that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from grid.warehouse import WarehouseUrlInvalid, open_warehouse
from grid.warehouse.embedded import EmbeddedWarehouse
from grid.warehouse.snowflake_session import SnowflakeTarget


def test_opening_touches_nothing(tmp_path: Path) -> None:
    warehouse = open_warehouse(f"embedded://{tmp_path}/not-there-yet")

    assert isinstance(warehouse, EmbeddedWarehouse)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", "starts with embedded"),
        ("/var/lib/flux", "starts with embedded"),
        ("postgresql://app@localhost/flux", "starts with embedded"),
        ("embedded://relative/folder", "absolute/folder"),
        ("embedded://", "absolute/folder"),
        ("embedded:///", "absolute/folder"),
        ("embedded:///data/w*", "must not contain"),
        ("embedded:///data?memory_limit=lots", "memory_limit must be a size"),
        ("embedded:///data?threads=0", "threads must be from 1"),
        ("embedded:///data?threads=two", "threads must be from 1"),
        ("embedded:///data?colour=red", "unknown option 'colour'"),
        ("snowflake://u:secret@acc", "names no database"),
        ("snowflake://:secret@acc/DB", "names no user"),
        ("snowflake://u@acc/DB", "neither password, token nor private_key_file"),
        ("snowflake://u:secret@acc/DB?colour=red", "unknown option 'colour'"),
        ("snowflake://u:secret@acc/DB?port=x", "port"),
    ],
)
def test_a_bad_url_is_told_without_its_password(url: str, problem: str) -> None:
    with pytest.raises(WarehouseUrlInvalid, match=problem) as caught:
        open_warehouse(url)

    assert "secret" not in caught.value.message
    assert caught.value.code == "WAREHOUSE_URL_INVALID"


def test_a_query_limit_must_be_positive() -> None:
    with pytest.raises(ValueError, match="above 0"):
        open_warehouse("embedded:///data", query_timeout_s=0)


def test_a_snowflake_url_names_account_login_and_place() -> None:
    target = SnowflakeTarget.from_url(
        "snowflake://ana:p%40ss%2Fword@acme-prod/FLUX_DB?warehouse=FLUX_WH&role=FLUX_APP"
    )

    assert (target.account, target.user, target.database) == ("acme-prod", "ana", "FLUX_DB")
    assert target.login == {"password": "p@ss/word", "warehouse": "FLUX_WH", "role": "FLUX_APP"}
    assert "p@ss" not in repr(target)


def test_a_snowflake_url_may_use_a_key_file_or_another_host() -> None:
    target = SnowflakeTarget.from_url(
        "snowflake://ana@acme/FLUX_DB?private_key_file=/run/secrets/key.p8&host=10.0.0.7&port=8080&protocol=http"
    )

    assert target.login == {
        "authenticator": "SNOWFLAKE_JWT",
        "private_key_file": "/run/secrets/key.p8",
        "host": "10.0.0.7",
        "port": 8080,
        "protocol": "http",
    }


def test_a_drivers_message_is_told_without_secrets() -> None:
    target = SnowflakeTarget.from_url("snowflake://ana:hunter2@acme/DB")

    assert target.told(RuntimeError("login of ana with hunter2 failed\nat line 3")) == (
        "login of ana with *** failed"
    )
