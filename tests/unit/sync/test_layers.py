"""The declared layers: their columns, their order, their versions, and that both dialects can read them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from duckdb_sqlalchemy import Dialect as DuckDbDialect
from snowflake.sqlalchemy.snowdialect import SnowflakeDialect

from grid.layers import (
    DEPENDS_ON,
    LAYERS,
    Layer,
    Schedule,
    SyncMode,
    dependants,
    in_order,
    lock_key,
    scheduled,
)
from grid.services.sync.columns import Kind, columns_of, references_to
from grid.warehouse import tables

SURROUNDINGS = {"trees", "water_bodies", "flood_zones", "buildings"}
ALL = pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)


@ALL
def test_source_names_the_columns_of_the_model(layer: Layer) -> None:
    wanted = [name for column in columns_of(layer.model) for name in column.source_names]

    assert sorted(column.name for column in layer.source.selected_columns) == sorted(wanted)


@ALL
def test_every_model_has_one_natural_key_and_no_parent_in_its_own_table(layer: Layer) -> None:
    columns = columns_of(layer.model)

    assert [(column.name, column.kind) for column in columns if column.is_key] == [("id", Kind.TEXT)]
    assert layer.table not in {column.parent_table for column in columns}


@ALL
@pytest.mark.parametrize("dialect", [DuckDbDialect(), SnowflakeDialect()], ids=["duckdb", "snowflake"])
def test_both_dialects_can_spell_the_source(layer: Layer, dialect: Any) -> None:
    newest = datetime(2025, 7, 1, tzinfo=UTC).replace(tzinfo=None)
    query = layer.source if layer.window is None else layer.source.where(layer.window(newest))

    spelt = str(query.compile(dialect=dialect))

    assert all(table.name in spelt for table in layer.source_tables if table not in layer.clock_tables)


def test_parents_come_before_children() -> None:
    order = list(LAYERS)

    assert all(order.index(parent) < order.index(key) for key in order for parent in DEPENDS_ON[key])
    assert DEPENDS_ON["buses"] == ("substations", "zones")
    assert set(DEPENDS_ON["outages"]) == {
        "circuits",
        "crews",
        "meters",
        "substations",
        "switches",
        "transformers",
        "zones",
    }
    assert [layer.key for layer in in_order(["customers", "zones", "meters", "zones"])] == [
        "zones",
        "meters",
        "customers",
    ]


def test_dependants_reach_through_layers_in_between() -> None:
    assert dependants("weather") == set()
    assert dependants("transformers") == {
        "meters",
        "customers",
        "transformer_load",
        "outages",
        "outage_interruptions",
        "work_orders",
        "asset_health",
        "transformer_voltage",
    }
    assert dependants("zones") == set(LAYERS) - {"zones", "weather", "water_bodies", "flood_zones"}


def test_layers_that_sync_in_increments_are_looked_at_every_minute() -> None:
    frequent = {layer.key for layer in scheduled(Schedule.EVERY_MINUTE)}

    in_increments = {key for key, layer in LAYERS.items() if layer.mode != SyncMode.FULL}
    assert frequent == in_increments - SURROUNDINGS
    assert {layer.key for layer in scheduled(Schedule.EVERY_5_MINUTES)} == {"zones", "transformer_voltage"}


def test_operations_do_without_what_a_warehouse_need_not_hold() -> None:
    assert {key for key, layer in LAYERS.items() if layer.is_optional} == SURROUNDINGS | {
        "transformer_voltage"
    }


def test_what_stands_around_the_lines_comes_last_by_a_job_of_its_own() -> None:
    assert {layer.key for layer in scheduled(Schedule.SURROUNDINGS)} == SURROUNDINGS
    assert list(LAYERS)[-4:] == ["trees", "water_bodies", "flood_zones", "buildings"]
    assert all(dependants(key) <= SURROUNDINGS for key in SURROUNDINGS)


def test_layers_with_a_watermark_keep_it_in_the_cache_and_read_it_from_their_main_table() -> None:
    marked = {key: layer.watermark for key, layer in LAYERS.items() if layer.watermark is not None}

    assert set(marked) == {
        "transformer_load",
        "weather",
        "crews",
        "outages",
        "outage_interruptions",
        "work_orders",
    }
    for key, watermark in marked.items():
        column = next(c for c in columns_of(LAYERS[key].model) if c.name == watermark.cached)
        assert column.kind == Kind.TIMESTAMP
        assert watermark.column.table is LAYERS[key].main_table
        assert LAYERS[key].mode == SyncMode.WATERMARK


@ALL
def test_columns_read_of_each_table_are_those_the_source_names(layer: Layer) -> None:
    spelt = str(layer.source)

    assert layer.columns_read(layer.main_table)
    for table in [layer.main_table, *layer.supporting_tables]:
        found = layer.columns_read(table)
        assert {c.name for c in table.columns if f"{table.fullname}.{c.name}" in spelt} == found


def test_supporting_tables_are_those_that_rows_depend_on_besides() -> None:
    assert [table.name for table in LAYERS["meters"].supporting_tables] == ["substations"]
    assert LAYERS["meters"].columns_read(tables.substations) == {"substation_id", "zone_id"}
    assert [t.name for t in LAYERS["customers"].supporting_tables] == ["meter_infrastructure", "substations"]
    assert LAYERS["substations"].supporting_tables == []
    assert [table.name for table in LAYERS["transformer_load"].supporting_tables] == [
        "meter_infrastructure",
        "substations",
        "transformer_metadata",
    ]
    assert (
        LAYERS["transformer_load"].columns_read(tables.meter_infrastructure) == set()
    )  # its rows are counted


def test_locks_of_layers_differ() -> None:
    assert len({lock_key(key) for key in LAYERS}) == len(LAYERS)
    assert all(0 <= lock_key(key) < 2**31 for key in LAYERS)


def test_references_to_a_table_are_the_constraints_of_the_database_alone() -> None:
    found = {(reference.table, reference.column) for reference in references_to(LAYERS["zones"].model)}

    assert ("grid_substation", "zone_id") in found
    assert ("grid_zonegrant", "zone_id") not in found  # a grant outlives its zone
    assert {table for table, _ in found} >= {
        LAYERS[key].table for key in dependants("zones") - {"transformer_load"}
    }


class TestCombinedVersion:
    versions = {table.fullname: "v1" for table in tables.metadata.sorted_tables}

    def test_it_changes_with_each_table_and_no_other(self) -> None:
        layer = LAYERS["circuits"]
        before = layer.combined_version(self.versions)

        assert before is not None
        assert len(before) == 32
        for table in tables.metadata.sorted_tables:
            after = layer.combined_version(self.versions | {table.fullname: "v2"})
            assert (after != before) == (table.name in {"circuit_metadata", "substations"}), table.name

    def test_it_is_unknown_while_a_table_was_never_loaded(self) -> None:
        absent = {tables.substations.fullname: None}
        assert LAYERS["circuits"].combined_version({**self.versions, **absent}) is None

    def test_tables_that_only_tell_the_time_may_be_absent(self) -> None:
        absent = {tables.transformer_hourly_load.fullname: None}
        version = LAYERS["outages"].combined_version({**self.versions, **absent})

        assert version is not None
        assert version != LAYERS["outages"].combined_version(self.versions)

    def test_it_changes_with_the_definition_of_the_layer(self) -> None:
        zones = LAYERS["zones"]
        fewer = Layer(key="zones", title="", model=zones.model, source=sa.select(tables.load_zones.c.zone_id))

        assert fewer.combined_version(self.versions) != zones.combined_version(self.versions)
