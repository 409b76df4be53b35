"""Every layer fills the cache alike from the embedded warehouse and, by its real connector, Snowflake."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grid.layers import LAYERS
from grid.services.sync import checkpoints, run_layer
from grid.warehouse import Warehouse, open_warehouse
from tests.integration.sync.comparison import assert_equals_source
from tests.integration.sync.conftest import RunAll
from tests.integration.sync.sample import Sample, load
from tests.snowflake_server.process import SnowflakeServer

pytestmark = pytest.mark.integration


@pytest.fixture
def snowflake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """Return an empty warehouse on a local server that speaks Snowflake's protocol."""
    with SnowflakeServer(tmp_path_factory.mktemp("snowflake") / "server.log") as server:
        opened = open_warehouse(server.url("FLUX_SYNC"), query_timeout_s=30)
        opened.prepare()
        yield opened
        opened.close()


@pytest.mark.slow
def test_both_warehouses_fill_the_cache_with_the_same_rows(
    loaded: Warehouse, snowflake: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    load(snowflake, sample)
    embedded = run_all(loaded)

    for key, layer in LAYERS.items():
        outcome = run_layer(layer=layer, warehouse=snowflake)
        assert (outcome.rows_read, outcome.rows_rejected) == (embedded[key].rows_read, 0), key
        assert (outcome.rows_inserted, outcome.rows_updated, outcome.rows_deleted) == (0, 0, 0), key
        assert outcome.checksum == embedded[key].checksum
        assert outcome.source_version != embedded[key].source_version


@pytest.mark.slow
def test_increments_and_chunks_of_snowflake_end_equal_to_its_rows(
    loaded: Warehouse,
    snowflake: Warehouse,
    run_all: RunAll,
    sample: Sample,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checkpoints, "CHUNK_ROWS", 5)
    load(snowflake, sample)
    run_all(snowflake)
    for key in LAYERS:
        assert_equals_source(snowflake, key)
    sample["customers_master_data"][0]["city"] = "Katy"
    sample["weather_hourly"].pop()
    load(snowflake, {name: sample[name] for name in ("customers_master_data", "weather_hourly")})

    by_watermark = run_layer(layer=LAYERS["weather"], warehouse=snowflake, incremental=True)
    by_changes = run_layer(layer=LAYERS["customers"], warehouse=snowflake, incremental=True)

    assert (by_watermark.mode, by_watermark.rows_deleted) == ("WATERMARK", 1)
    # The local server has no change tracking: the run says so and reads everything.
    assert (by_changes.mode, by_changes.fallback_reason) == ("FULL", "HISTORY_GONE")
    assert by_changes.rows_updated == 1
    for key in ("weather", "customers"):
        assert_equals_source(snowflake, key)
