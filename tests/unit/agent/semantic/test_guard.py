"""Statements that must not be run are not; those that the builder makes are."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from agent.semantic.builder import Builder
from agent.semantic.expressions import Clock
from agent.semantic.form import Filter, Grain, Period, Question
from agent.semantic.guard import StatementRefused, allowed_columns, check
from agent.semantic.loading import PERSONAL_COLUMNS, semantic_model
from grid.ddl.sql import select_text

MODEL = semantic_model()
COLUMNS = allowed_columns(MODEL)
BUILDER = Builder(MODEL, Clock(datetime(2025, 8, 12, 16, 45), ZoneInfo("America/Chicago")))
OUTAGES = "production.outage_restoration_tracker"
PERIOD = Period(datetime(2024, 1, 1), datetime(2025, 1, 1), "2024")

HOSTILE = (
    f"DROP TABLE {OUTAGES}",
    f"DELETE FROM {OUTAGES}",
    f"UPDATE {OUTAGES} SET status = 'RESTORED'",
    f"INSERT INTO {OUTAGES} (outage_id) SELECT outage_id FROM {OUTAGES}",
    f"TRUNCATE TABLE {OUTAGES}",
    f"ALTER TABLE {OUTAGES} ADD COLUMN x INT",
    f"CREATE TABLE t AS SELECT outage_id FROM {OUTAGES}",
    f"MERGE INTO {OUTAGES} USING x ON 1 = 1 WHEN MATCHED THEN DELETE",
    f"SELECT outage_id FROM {OUTAGES}; DROP TABLE {OUTAGES}",
    f"SELECT outage_id FROM {OUTAGES}; SELECT 1",
    f"SELECT * FROM {OUTAGES}",
    f"SELECT outage_restoration_tracker.* FROM {OUTAGES}",
    f"SELECT notes FROM {OUTAGES}",
    f"SELECT o.notes FROM {OUTAGES} AS o",
    "SELECT full_name FROM production.customers_master_data",
    "SELECT customer_id FROM production.customers_master_data WHERE phone = '1'",
    "SELECT customer_id FROM production.customers_master_data ORDER BY email",
    "SELECT search_text FROM production.customers_searchable",
    "SELECT table_name FROM information_schema.tables",
    "SELECT usename FROM pg_catalog.pg_user",
    "SELECT config_value FROM postgres_sync.postgres_connection_config",
    "SELECT outage_id FROM other_database.production.outage_restoration_tracker",
    "SELECT a FROM read_csv('/etc/passwd')",
    "SELECT a FROM '/etc/passwd'",
    "SELECT SYSTEM$CANCEL_ALL_QUERIES(1)",
    f"SELECT pg_sleep(10) FROM {OUTAGES}",
    f"SELECT outage_id FROM {OUTAGES} UNION SELECT full_name FROM production.customers_master_data",
    f"SELECT outage_id FROM {OUTAGES} WHERE EXISTS (SELECT 1 FROM production.customers_searchable)",
    "WITH x AS (DELETE FROM production.crews RETURNING crew_id) SELECT crew_id FROM x",
    f"SELECT outage_id INTO t FROM {OUTAGES}",
    "COPY INTO @stage FROM production.crews",
    "CALL some_procedure()",
    "GRANT SELECT ON TABLE production.crews TO ROLE PUBLIC",
    "USE ROLE ACCOUNTADMIN",
    "SET x = 1",
    "EXPLAIN SELECT 1",
    "not sql at all (",
    "",
)


@pytest.mark.parametrize("sql", HOSTILE)
def test_hostile_statements_are_refused(sql: str) -> None:
    with pytest.raises(StatementRefused):
        check(sql, COLUMNS)


@pytest.mark.parametrize(
    "question",
    [
        Question(metrics=("outages_count",), groups=("outages.cause_code",), periods=(PERIOD,)),
        Question(metrics=("saidi_minutes", "saifi"), groups=("circuits.circuit_id",), periods=(PERIOD,)),
        Question(metrics=("average_temperature_c",), grain=Grain.MONTH, periods=(PERIOD,)),
        Question(metrics=("total_usage_kwh",), grain=Grain.HOUR, periods=(PERIOD,)),
        Question(metrics=("outages_count",), periods=(PERIOD, Period(PERIOD.end, None, "2025"))),
        Question(subject="xfmr_risk", filters=(Filter("xfmr_risk.is_high_risk", ("true",)),)),
        Question(metrics=("customers_count",), share=(Filter("customers.city", ("Wallis",)),)),
        *(Question(metrics=(name,)) for name in MODEL.metrics),
    ],
    ids=str,
)
def test_what_the_builder_makes_passes(question: Question) -> None:
    check(select_text(BUILDER.build(question).query), COLUMNS)


@pytest.mark.parametrize("value", ["' OR 1=1 --", "'; DROP TABLE x; --", "\\'", "%", "a\x00b", "Ω'\"`"])
def test_a_value_is_bound_and_never_part_of_the_statement(value: str) -> None:
    question = Question(subject="outages", filters=(Filter("outages.cause_code", (value,)),))
    query = BUILDER.build(question).query
    compiled = query.compile()

    assert value not in str(compiled)
    assert value in compiled.params.values()


def test_no_personal_column_may_be_read() -> None:
    assert PERSONAL_COLUMNS
    assert not PERSONAL_COLUMNS & {name for columns in COLUMNS.values() for name in columns}
