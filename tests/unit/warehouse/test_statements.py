"""Which tables a query reads, and that every query compiles for both databases."""

from __future__ import annotations

from datetime import datetime

import duckdb_sqlalchemy
import pytest
from snowflake.sqlalchemy.snowdialect import SnowflakeDialect
from sqlalchemy import Column, Integer, MetaData, Table, exists, func, literal_column, select, union_all

from grid.warehouse import WarehouseQueryInvalid
from grid.warehouse.dialects import approx_percentile
from grid.warehouse.queries import (
    kpi_summary,
    meter_days,
    meter_months,
    meter_readings,
    top_loaded_transformers,
    transformer_load,
)
from grid.warehouse.statements import optional_tables, reading_as_empty, tables_read
from grid.warehouse.tables import load_zones, substations, transmission_buses, transmission_plants

SINCE = datetime(2024, 7, 1)
UNTIL = datetime(2024, 7, 2)


def test_tables_are_found_at_any_depth() -> None:
    in_cte = select(transmission_buses.c.substation_id).cte("bus_places")
    query = (
        select(
            substations.c.substation_id, select(func.count(load_zones.c.zone_id)).scalar_subquery().label("n")
        )
        .join(in_cte, in_cte.c.substation_id == substations.c.substation_id)
        .where(exists().where(transmission_plants.c.substation_id == substations.c.substation_id))
    )

    assert [table.name for table in tables_read(query)] == [
        "load_zones",
        "substations",
        "transmission_buses",
        "transmission_plants",
    ]


def test_tables_behind_an_alias_and_in_a_union_are_found() -> None:
    other = substations.alias("other")
    query = union_all(select(other.c.zone_id), select(load_zones.c.zone_id))

    assert [table.name for table in tables_read(query)] == ["load_zones", "substations"]


def test_a_query_without_a_table_reads_none() -> None:
    assert tables_read(select(literal_column("1").label("one"))) == []


def test_a_namesake_of_a_declared_table_is_not_that_table() -> None:
    impostor = Table("load_zones", MetaData(), Column("zone_id", Integer), schema="production")

    with pytest.raises(WarehouseQueryInvalid, match=r"production\.load_zones is not declared"):
        tables_read(select(impostor.c.zone_id))


def test_optional_tables_are_remembered_with_the_query() -> None:
    query = select(load_zones.c.zone_id)

    assert optional_tables(query) == frozenset()
    assert optional_tables(reading_as_empty(query, load_zones)) == {"production.load_zones"}
    assert optional_tables(query) == frozenset()


@pytest.mark.parametrize(
    "dialect",
    [duckdb_sqlalchemy.Dialect(), SnowflakeDialect()],
    ids=["duckdb", "snowflake"],
)
def test_every_query_compiles_for_both_databases(dialect: object) -> None:
    queries = [
        transformer_load(transformer_id="X", since=SINCE, until=UNTIL),
        top_loaded_transformers(first=10, since=SINCE),
        kpi_summary(),
        *(
            meter_readings(meter_id="M", since=SINCE, until=UNTIL, is_hourly=is_hourly)
            for is_hourly in (False, True)
        ),
        meter_days(meter_id="M", first=SINCE.date(), last=UNTIL.date()),
        meter_months(meter_id="M", first=SINCE.date(), last=UNTIL.date()),
    ]

    for query in queries:
        assert str(query.compile(dialect=dialect)).lstrip().startswith(("SELECT", "WITH"))  # type: ignore[arg-type]


def test_the_approximate_percentile_is_spelled_for_each_database() -> None:
    query = select(approx_percentile(substations.c.load_mw, 0.5).label("median"))

    assert "approx_quantile(" in str(query.compile(dialect=duckdb_sqlalchemy.Dialect()))
    assert "approx_percentile(" in str(query.compile(dialect=SnowflakeDialect()))
