"""What Snowflake does by itself: streams of changes, tasks that tidy up, an alert when readings are late."""

from __future__ import annotations

from dataclasses import dataclass

from grid.ddl.access import SYNC_TABLES
from grid.ddl.sql import SqlFile, quoted, session
from grid.warehouse.tables import DERIVED_TABLES, ami_interval_readings, ami_readings_history

_KEYS = ("meter_key", "reading_at")


@dataclass(frozen=True)
class Task:
    """A task: when it runs, what it is for, and its statements; several are one transaction."""

    name: str
    schedule: str
    comment: str
    statements: tuple[str, ...]


def compaction() -> Task:
    """Return the task that moves old readings from the raw table to the history.

    The cleaned readings stay as they are: they are made of both tables, and what is moved is what was made of
    the raw rows. Raw rows received within a day are left, so that none is removed before it was cleaned;
    refused ones have no cleaned reading and are left, too.
    """
    history, silver = ami_readings_history.fullname, ami_interval_readings.fullname
    columns = [column.name for column in ami_readings_history.columns]
    is_old = (
        "ami_readings_raw.reading_date < DATEADD('day', -<% raw_retention_days %>, SYSDATE())::DATE "
        "AND ami_readings_raw.ingested_at < DATEADD('day', -1, SYSDATE())"
    )
    names = ", ".join(columns)
    changes = ", ".join(f"{name} = clean.{name}" for name in columns if name not in _KEYS)
    values = ", ".join(f"clean.{name}" for name in columns)
    merge = (
        f"MERGE INTO {history} AS kept USING (\n"
        f"  SELECT {', '.join(f'silver.{name}' for name in columns)} FROM {silver} AS silver\n"
        "  JOIN (\n"
        "    SELECT DISTINCT meter.meter_key, ami_readings_raw.reading_at FROM raw.ami_readings_raw\n"
        "    JOIN production.meter_infrastructure AS meter ON meter.meter_id = ami_readings_raw.meter_id\n"
        f"    WHERE {is_old}\n"
        "  ) AS old ON old.meter_key = silver.meter_key AND old.reading_at = silver.reading_at\n"
        ") AS clean ON kept.meter_key = clean.meter_key AND kept.reading_at = clean.reading_at\n"
        f"WHEN MATCHED THEN UPDATE SET {changes}\n"
        f"WHEN NOT MATCHED THEN INSERT ({names}) VALUES ({values})"
    )
    delete = (
        "DELETE FROM raw.ami_readings_raw USING (\n"
        "  SELECT meter.meter_id, kept.reading_at FROM production.meter_infrastructure AS meter\n"
        f"  JOIN {history} AS kept ON kept.meter_key = meter.meter_key\n"
        ") AS moved\n"
        "WHERE moved.meter_id = ami_readings_raw.meter_id "
        f"AND moved.reading_at = ami_readings_raw.reading_at AND {is_old}"
    )
    return Task(
        "raw.flux_compact_readings",
        "USING CRON 15 4 * * * UTC",
        "Moves readings that are old to the history",
        (merge, delete),
    )


def ledger_clean_up() -> Task:
    """Return the task that forgets batches so old that nobody sends them again."""
    return Task(
        "raw.flux_clean_ledger",
        "USING CRON 45 4 * * 0 UTC",
        "Forgets old batches; a batch sent again after that would count as new",
        (
            (
                "DELETE FROM raw.flux_batches "
                "WHERE committed_at < DATEADD('day', -<% ledger_retention_days %>, SYSDATE())"
            ),
        ),
    )


TASKS = (compaction(), ledger_clean_up())

LATE_FEED = (
    "SELECT newest.received_at FROM "
    "(SELECT MAX(ingested_at) AS received_at FROM raw.ami_readings_raw) AS newest "
    "WHERE newest.received_at < DATEADD('minute', -<% feed_limit_minutes %>, SYSDATE())"
)


def jobs_file() -> SqlFile:
    """Return the file of streams, tasks and the alert."""
    statements = session()
    for table in SYNC_TABLES:
        kind = "DYNAMIC TABLE" if table in DERIVED_TABLES else "TABLE"
        statements.append(
            f"CREATE STREAM IF NOT EXISTS postgres_sync.{table.name}_changes ON {kind} {table.fullname} "
            f"COMMENT = {quoted('Changes not yet copied to the cache')}"
        )
    statements += [create_task(task) for task in TASKS]
    statements += [
        (
            "CREATE ALERT IF NOT EXISTS raw.flux_late_feed WAREHOUSE = <% pipeline_warehouse %> "
            f"SCHEDULE = '15 MINUTE' COMMENT = {quoted('Readings stopped coming')}\n"
            f"IF (EXISTS (\n{LATE_FEED}\n))\n"
            "THEN CALL SYSTEM$SEND_EMAIL('<% prefix %>_EMAIL', '<% alert_email %>', "
            "'Flux: meter readings are late', "
            "'No meter reading was received for more than <% feed_limit_minutes %> minutes.')"
        ),
        *(f"ALTER TASK {task.name} RESUME" for task in TASKS),
        "ALTER ALERT raw.flux_late_feed RESUME",
    ]
    return SqlFile("07_jobs.sql", "Streams, tasks, alert", tuple(statements))


def create_task(task: Task) -> str:
    """Return the statement that creates a task, suspended."""
    body = task.statements[0]
    if len(task.statements) > 1:
        inner = ";\n".join(task.statements)
        body = f"EXECUTE IMMEDIATE\n$$\nBEGIN\nBEGIN TRANSACTION;\n{inner};\nCOMMIT;\nEND\n$$"
    return (
        f"CREATE TASK IF NOT EXISTS {task.name} WAREHOUSE = <% pipeline_warehouse %> "
        f"SCHEDULE = {quoted(task.schedule)} COMMENT = {quoted(task.comment)}\nAS\n{body}"
    )
