"""What to look at after a deployment; nothing is changed."""

from __future__ import annotations

from grid.ddl.sql import SqlFile, session
from grid.ddl.tables import SCHEMAS


def verify_file() -> SqlFile:
    """Return the file of checks."""
    schemas = ", ".join(f"'{name.upper()}'" for name in SCHEMAS)
    statements = [
        *session(),
        (
            "SELECT table_schema, table_type, is_dynamic, COUNT(*) AS objects, SUM(row_count) AS row_count\n"
            f"FROM information_schema.tables\nWHERE table_schema IN ({schemas})\n"
            "GROUP BY table_schema, table_type, is_dynamic\nORDER BY table_schema, table_type, is_dynamic"
        ),
        "SHOW DYNAMIC TABLES IN SCHEMA production",
        "SHOW STREAMS IN SCHEMA postgres_sync",
        "SHOW TASKS IN SCHEMA raw",
        "SHOW ALERTS IN SCHEMA raw",
        "SHOW CORTEX SEARCH SERVICES IN DATABASE <% database %>",
        "SHOW SEMANTIC VIEWS IN SCHEMA applications",
        "SHOW AGENTS IN SCHEMA applications",
        "SHOW GRANTS TO ROLE PUBLIC",
        "SELECT * FROM applications.flux_ops_center_kpis",
        "SELECT MAX(ingested_at) AS newest_received_at FROM raw.ami_readings_raw",
        "SELECT MAX(reading_at) AS newest_clean_at FROM production.ami_interval_readings",
    ]
    return SqlFile("90_verify.sql", "Checks after a deployment", tuple(statements))
