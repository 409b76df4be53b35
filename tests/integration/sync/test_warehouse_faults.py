"""A warehouse that is moved, damaged, full, stopped or that refuses the login: the cache stays as it was."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grid import models
from grid.layers import LAYERS
from grid.services.sync import SyncError, run_layer
from grid.warehouse import Warehouse, WarehouseFull, delta_commit, open_warehouse
from tests.integration.sync.comparison import assert_equals_source
from tests.integration.sync.conftest import RunAll
from tests.integration.sync.sample import NEWEST, Sample, load
from tests.snowflake_server.process import SnowflakeServer

pytestmark = pytest.mark.integration

POLES = "grid_poles_infrastructure"
MODES = pytest.mark.parametrize("incremental", [False, True], ids=["full", "incremental"])


def cached(key: str) -> list[Any]:
    return list(LAYERS[key].model._default_manager.order_by("pk").values_list())


def assert_fails_and_recovers(
    broken: Warehouse,
    key: str,
    code: str,
    *,
    said: str,
    incremental: bool,
    mend: Callable[[], Warehouse],
) -> None:
    """Run a layer, which must fail and change nothing; mend the warehouse; then the next run is good."""
    before = cached(key)
    synced_at = models.SyncLayer.objects.get(pk=key).synced_at

    with pytest.raises(SyncError, match=said) as raised:
        run_layer(layer=LAYERS[key], warehouse=broken, incremental=incremental)

    assert raised.value.code == code
    assert cached(key) == before
    assert models.SyncLayer.objects.get(pk=key).synced_at == synced_at
    run = models.SyncRun.objects.filter(layer=key).latest("pk")
    assert (run.status, run.error_code) == ("FAILED", code)
    mended = mend()
    run_layer(layer=LAYERS[key], warehouse=mended, incremental=incremental)
    assert_equals_source(mended, key)


@pytest.fixture
def changed(loaded: Warehouse, run_all: RunAll, sample: Sample) -> Warehouse:
    """Return the warehouse, its poles cached and one of them changed since."""
    run_all(loaded, "zones", "substations", "circuits", "lines", "poles")
    sample[POLES][0]["pole_material"] = "STEEL"
    load(loaded, {POLES: sample[POLES]})
    return loaded


@MODES
def test_a_folder_that_was_moved_away(changed: Warehouse, warehouse_folder: Path, incremental: bool) -> None:
    elsewhere = warehouse_folder.with_name("elsewhere")
    warehouse_folder.rename(elsewhere)

    def mend() -> Warehouse:
        elsewhere.rename(warehouse_folder)
        return changed

    code, said = "WAREHOUSE_UNAVAILABLE", "does not exist"
    assert_fails_and_recovers(changed, "poles", code, said=said, incremental=incremental, mend=mend)


@MODES
def test_a_file_of_which_only_half_was_written(
    changed: Warehouse, warehouse_folder: Path, incremental: bool
) -> None:
    files = (warehouse_folder / "production" / POLES).rglob("*.parquet")
    newest = max(files, key=lambda file: file.stat().st_mtime_ns)
    content = newest.read_bytes()
    newest.write_bytes(content[: len(content) // 2])

    def mend() -> Warehouse:
        newest.write_bytes(content)
        return changed

    code, said = "WAREHOUSE_CORRUPTED", newest.name
    assert_fails_and_recovers(changed, "poles", code, said=said, incremental=incremental, mend=mend)


@MODES
def test_a_half_written_file_that_was_never_committed_does_not_matter(
    changed: Warehouse, warehouse_folder: Path, incremental: bool
) -> None:
    folder = warehouse_folder / "production" / POLES
    content = next(folder.rglob("*.parquet")).read_bytes()
    (folder / "part-00000-half.zstd.parquet").write_bytes(content[: len(content) // 2])

    assert run_layer(layer=LAYERS["poles"], warehouse=changed, incremental=incremental).rows_updated == 1

    assert_equals_source(changed, "poles")


@MODES
def test_a_warehouse_without_room_keeps_its_last_state_which_is_what_is_synced(
    changed: Warehouse, sample: Sample, incremental: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    sample[POLES][1]["pole_material"] = "CONCRETE"
    with monkeypatch.context() as patch:
        patch.setattr(delta_commit, "write_deltalake", full)
        with pytest.raises(WarehouseFull):
            load(changed, {POLES: sample[POLES]})

    assert run_layer(layer=LAYERS["poles"], warehouse=changed, incremental=incremental).rows_updated == 1
    assert_equals_source(changed, "poles")
    load(changed, {POLES: sample[POLES]})
    assert run_layer(layer=LAYERS["poles"], warehouse=changed, incremental=incremental).rows_updated == 1
    assert_equals_source(changed, "poles")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SnowflakeServer]:
    """Return a local server that speaks Snowflake's protocol."""
    with SnowflakeServer(tmp_path_factory.mktemp("snowflake") / "server.log") as server:
        yield server


class TestSnowflake:
    """The weather, synced by Snowflake's own connector from a local server."""

    @pytest.fixture
    def database(self) -> str:
        return f"FLUX_{uuid.uuid4().hex[:12].upper()}"

    @pytest.fixture
    def synced(
        self, server: SnowflakeServer, database: str, cache: None, sample: Sample
    ) -> Iterator[Warehouse]:
        """Return a warehouse whose weather is cached, and has changed since."""
        opened = open_warehouse(server.url(database), query_timeout_s=10)
        load(opened, {"weather_hourly": sample["weather_hourly"]})
        run_layer(layer=LAYERS["weather"], warehouse=opened)
        sample["weather_hourly"][0]["temperature_c"] = 41.0
        load(opened, {"weather_hourly": sample["weather_hourly"][:-1]})
        yield opened
        opened.close()

    @MODES
    def test_a_wrong_password(
        self, synced: Warehouse, server: SnowflakeServer, database: str, incremental: bool
    ) -> None:
        refused = open_warehouse(server.url(database, password="not-the-word"))

        assert_fails_and_recovers(
            refused,
            "weather",
            "WAREHOUSE_UNAVAILABLE",
            said="Incorrect username or password",
            incremental=incremental,
            mend=lambda: synced,
        )
        assert "not-the-word" not in models.SyncRun.objects.filter(status="FAILED").get().error_message

    def test_an_expired_token(self, synced: Warehouse, server: SnowflakeServer, database: str) -> None:
        host = f"host=127.0.0.1&port={server.port}&protocol=http"
        refused = open_warehouse(f"snowflake://tester@local/{database}?token=worn-out&{host}")

        assert_fails_and_recovers(
            refused,
            "weather",
            "WAREHOUSE_UNAVAILABLE",
            said="cannot connect to Snowflake account",
            incremental=True,
            mend=lambda: synced,
        )
        assert "worn-out" not in models.SyncRun.objects.filter(status="FAILED").get().error_message

    @MODES
    def test_a_session_that_expired_between_two_statements(
        self, synced: Warehouse, server: SnowflakeServer, incremental: bool
    ) -> None:
        class Expiring(Passing):
            def select_arrow(self, query: Any, batch_rows: int = 65_536) -> Any:
                server.expire_sessions()
                return self._real.select_arrow(query, batch_rows)

        outcome = run_layer(layer=LAYERS["weather"], warehouse=Expiring(synced), incremental=incremental)

        assert outcome.mode == ("WATERMARK" if incremental else "FULL")
        assert (outcome.rows_updated, outcome.rows_deleted) == (1, 1)
        assert_equals_source(synced, "weather")

    @MODES
    def test_a_server_that_stops_in_the_middle(
        self,
        incremental: bool,
        cache: None,
        sample: Sample,
        loaded: Warehouse,
        tmp_path: Path,
    ) -> None:
        with SnowflakeServer(tmp_path / "server.log") as server:
            opened = open_warehouse(server.url("FLUX_SYNC"), query_timeout_s=3)
            load(opened, {"weather_hourly": sample["weather_hourly"]})
            run_layer(layer=LAYERS["weather"], warehouse=opened)
            sample["weather_hourly"][0]["observed_at"] = NEWEST.replace(hour=1)
            load(opened, {"weather_hourly": sample["weather_hourly"]})

            class Stopping(Passing):
                def select_arrow(self, query: Any, batch_rows: int = 65_536) -> Any:
                    server.stop()
                    return self._real.select_arrow(query, batch_rows)

            assert_fails_and_recovers(
                Stopping(opened),
                "weather",
                "WAREHOUSE_UNAVAILABLE",
                said="Snowflake account",
                incremental=incremental,
                mend=lambda: loaded,  # the same rows, from another warehouse
            )
            opened.close()


class Passing:
    """A warehouse that passes everything on."""

    def __init__(self, real: Warehouse) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
