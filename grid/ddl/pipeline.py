"""The pipeline of meter readings as dynamic tables, and where files of readings arrive."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import DateTime, Double, String, Table, TableClause, cast, column, select, table

from grid.ddl.sql import SqlFile, quoted, select_text, session
from grid.ddl.tables import clustering
from grid.pipeline import PipelineParams
from grid.pipeline.circuits import all_circuit_days, all_circuit_hours
from grid.pipeline.clean import all_clean_readings
from grid.pipeline.hourly import all_transformer_hours, hour_energies
from grid.pipeline.transformer_days import all_transformer_days
from grid.pipeline.transformer_voltages import all_transformer_voltage_days
from grid.pipeline.usage import all_daily_usage, all_monthly_usage
from grid.warehouse.arrow import Query
from grid.warehouse.queries.stations import nearest_stations
from grid.warehouse.tables import (
    DERIVED_TABLES,
    PRODUCTION,
    ami_daily_usage,
    ami_interval_readings,
    ami_monthly_usage,
    ami_readings_raw,
    circuit_daily_usage,
    circuit_hourly_usage,
    transformer_daily_load,
    transformer_daily_voltage,
    transformer_hourly_load,
)

TARGET_LAG = "1 minute"

# Steps between silver and gold. Each is so plain that Snowflake refreshes it incrementally, and what is made
# of them never reads all readings again.
HOUR_ENERGY = table(
    "transformer_hour_energy",
    column("transformer_id", String(64)),
    column("load_hour", DateTime),
    column("energy_kwh", Double),
    column("metered_minutes", Double),
    schema=PRODUCTION,
)
NEAREST_STATION = table(
    "transformer_nearest_station",
    column("transformer_id", String(64)),
    column("station_id", String(64)),
    schema=PRODUCTION,
)
STAGE = "raw.ext_raw_ami"


def derived_queries(time_zone: str = "<% time_zone %>") -> Mapping[Table, Query]:
    """Return what each derived table is, over all dates."""
    params = PipelineParams(time_zone=time_zone)
    return {
        ami_interval_readings: all_clean_readings(),
        transformer_hourly_load: all_transformer_hours(params, per_hour=HOUR_ENERGY, station=NEAREST_STATION),
        ami_daily_usage: all_daily_usage(time_zone),
        ami_monthly_usage: all_monthly_usage(),
        circuit_hourly_usage: all_circuit_hours(),
        circuit_daily_usage: all_circuit_days(),
        transformer_daily_load: all_transformer_days(time_zone),
        transformer_daily_voltage: all_transformer_voltage_days(),
    }


def pipeline_file() -> SqlFile:
    """Return the file of the pipeline: stage and pipe, then the dynamic tables from silver to gold."""
    queries = derived_queries()
    statements = [
        *session(),
        (
            f"CREATE STAGE IF NOT EXISTS {STAGE} FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE) "
            f"COMMENT = {quoted('Parquet files of meter readings that arrived')}"
        ),
        _pipe(),
    ]
    for derived in DERIVED_TABLES:
        if derived is transformer_hourly_load:
            statements.append(_step(HOUR_ENERGY, hour_energies(), "Energy of each transformer and hour"))
            statements.append(_step(NEAREST_STATION, nearest_stations(), "Nearest weather station"))
        statements.append(
            _dynamic_table(derived, queries[derived], TARGET_LAG, clustering(derived), derived.comment or "")
        )
    return SqlFile("03_ami_pipeline.sql", "Meter readings: bronze, silver, gold", tuple(statements))


def _step(made: TableClause, query: Query, comment: str) -> str:
    return _dynamic_table(made, query, "DOWNSTREAM", [], comment)


def _dynamic_table(derived: TableClause, query: Query, target_lag: str, keys: list[str], comment: str) -> str:
    """Return the statement that has Snowflake keep a table as ``query``, in its declared types."""
    made = query.subquery("made")
    typed = select(*(cast(made.c[column.name], column.type).label(column.name) for column in derived.columns))
    cluster = f"CLUSTER BY ({', '.join(keys)})\n" if keys else ""
    lag = target_lag if target_lag == "DOWNSTREAM" else quoted(target_lag)
    return (
        f"CREATE DYNAMIC TABLE IF NOT EXISTS {derived.fullname}\n"
        f"TARGET_LAG = {lag}\n"
        "WAREHOUSE = <% pipeline_warehouse %>\n"
        "REFRESH_MODE = AUTO\n"
        "INITIALIZE = ON_CREATE\n"
        f"{cluster}"
        f"COMMENT = {quoted(comment)}\n"
        f"AS\n{select_text(typed)}"
    )


def _pipe() -> str:
    """Return the pipe that appends the files of the stage as they were received."""
    names = {
        "reading_date": "$1:reading_at::TIMESTAMP_NTZ::DATE",
        "ingested_at": "CONVERT_TIMEZONE('UTC', METADATA$START_SCAN_TIME)::TIMESTAMP_NTZ",
    }
    kinds = {
        "reading_at": "TIMESTAMP_NTZ",
        "interval_minutes": "SMALLINT",
        "usage_kwh": "NUMBER(12, 4)",
        "voltage_v": "NUMBER(7, 2)",
    }
    columns = [column.name for column in ami_readings_raw.columns]
    values = [names.get(name, f"$1:{name}::{kinds.get(name, 'VARCHAR')}") for name in columns]
    return (
        "CREATE PIPE IF NOT EXISTS raw.ami_readings_pipe "
        f"COMMENT = {quoted('Appends arrived files of readings; call its REST endpoint, or refresh it')}\n"
        f"AS\nCOPY INTO {ami_readings_raw.fullname} ({', '.join(columns)})\n"
        f"FROM (SELECT {', '.join(values)} FROM @{STAGE})"
    )
