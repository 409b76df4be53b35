"""The pipeline of meter readings as dynamic tables, and where files of readings arrive."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Table, cast, select

from grid.ddl.sql import SqlFile, quoted, select_text, session
from grid.ddl.tables import clustering
from grid.pipeline import PipelineParams
from grid.pipeline.clean import all_clean_readings
from grid.pipeline.hourly import all_transformer_hours
from grid.pipeline.usage import all_daily_usage, all_monthly_usage
from grid.warehouse.arrow import Query
from grid.warehouse.tables import (
    DERIVED_TABLES,
    ami_daily_usage,
    ami_interval_readings,
    ami_monthly_usage,
    ami_readings_raw,
    transformer_hourly_load,
)

TARGET_LAG = "1 minute"
STAGE = "raw.ext_raw_ami"


def derived_queries(time_zone: str = "<% time_zone %>") -> Mapping[Table, Query]:
    """Return what each derived table is, over all dates."""
    params = PipelineParams(time_zone=time_zone)
    return {
        ami_interval_readings: all_clean_readings(),
        transformer_hourly_load: all_transformer_hours(params),
        ami_daily_usage: all_daily_usage(time_zone),
        ami_monthly_usage: all_monthly_usage(),
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
    statements += [dynamic_table(table, queries[table]) for table in DERIVED_TABLES]
    return SqlFile("03_ami_pipeline.sql", "Meter readings: bronze, silver, gold", tuple(statements))


def dynamic_table(table: Table, query: Query) -> str:
    """Return the statement that has Snowflake keep ``table`` as ``query``, in its declared types."""
    made = query.subquery("made")
    typed = select(*(cast(made.c[column.name], column.type).label(column.name) for column in table.columns))
    return (
        f"CREATE DYNAMIC TABLE IF NOT EXISTS {table.fullname}\n"
        f"TARGET_LAG = {quoted(TARGET_LAG)}\n"
        "WAREHOUSE = <% pipeline_warehouse %>\n"
        "REFRESH_MODE = AUTO\n"
        "INITIALIZE = ON_CREATE\n"
        f"CLUSTER BY ({', '.join(clustering(table))})\n"
        f"COMMENT = {quoted(table.comment or '')}\n"
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
