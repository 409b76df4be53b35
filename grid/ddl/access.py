"""Roles, grants and masking: everyone gets what their work needs, nobody gets anything through PUBLIC."""

from __future__ import annotations

from grid.ddl.sql import SqlFile, quoted, session
from grid.ddl.tables import SCHEMAS
from grid.warehouse import tables

ROLES = {
    "OWNER": "Owns every object of Flux and deploys it",
    "APP": "The operations center: reads everything, writes tables",
    "SYNC": "Reads what is copied to the cache, and the streams of its changes",
    "READER": "Analysts: reads all but raw data, personal data masked",
    "ASSISTANT": "Asks the assistant: its semantic view and searches, personal data masked",
    "PII_READER": "Sees personal data unmasked, and may search customers",
}
READ_SCHEMAS = [name for name in SCHEMAS if name != tables.RAW]

SYNC_TABLES = (
    tables.load_zones,
    tables.substations,
    tables.transmission_buses,
    tables.transmission_branches,
    tables.transmission_plants,
    tables.circuit_metadata,
    tables.grid_poles_infrastructure,
    tables.grid_power_lines,
    tables.grid_switches,
    tables.transformer_metadata,
    tables.meter_infrastructure,
    tables.customers_master_data,
    tables.transformer_hourly_load,
    tables.transformer_daily_voltage,
    tables.weather_hourly,
    tables.outage_restoration_tracker,
    tables.outage_interruptions,
    tables.crews,
    tables.work_orders,
    tables.asset_health,
    tables.trees,
    tables.building_footprints,
    tables.water_bodies,
    tables.flood_zones,
)
"""What the layers of the cache read, and what changes are followed of."""

ASSISTANT_QUERY_S = 60
"""Seconds that a statement of the agent's user may take; a model writes it, so it may be any."""
ASSISTANT_ROWS = 1_000

MASK = "production.mask_personal_text"


def role(name: str) -> str:
    """Return the full name of a role of this product."""
    return f"<% prefix %>_{name}"


def database_file() -> SqlFile:
    """Return the file of account objects: roles, warehouses, the database, the application's user."""
    statements = session("ADMIN", database=False)
    for name, comment in ROLES.items():
        statements.append(f"CREATE ROLE IF NOT EXISTS {role(name)} COMMENT = {quoted(comment)}")
        statements.append(f"GRANT ROLE {role(name)} TO ROLE SYSADMIN")
    statements += [
        # The owner builds the search over customers, the application masks them itself, by permission.
        f"GRANT ROLE {role('PII_READER')} TO ROLE {role('OWNER')}",
        f"GRANT ROLE {role('PII_READER')} TO ROLE {role('APP')}",
        f"GRANT ROLE {role('PII_READER')} TO ROLE {role('SYNC')}",
        _warehouse("<% warehouse %>", "Queries of Flux"),
        _warehouse("<% pipeline_warehouse %>", "Dynamic tables, tasks and search services of Flux"),
        (
            f"CREATE RESOURCE MONITOR IF NOT EXISTS {role('MONITOR')} WITH CREDIT_QUOTA = <% credit_quota %> "
            "FREQUENCY = MONTHLY START_TIMESTAMP = IMMEDIATELY "
            "TRIGGERS ON 80 PERCENT DO NOTIFY ON 100 PERCENT DO SUSPEND"
        ),
        f"ALTER WAREHOUSE <% warehouse %> SET RESOURCE_MONITOR = {role('MONITOR')}",
        f"ALTER WAREHOUSE <% pipeline_warehouse %> SET RESOURCE_MONITOR = {role('MONITOR')}",
        (
            "CREATE DATABASE IF NOT EXISTS <% database %> "
            f"COMMENT = {quoted('Flux Operations Center: the source of truth')}"
        ),
        f"GRANT OWNERSHIP ON DATABASE <% database %> TO ROLE {role('OWNER')} COPY CURRENT GRANTS",
    ]
    for name in ROLES:
        statements.append(f"GRANT USAGE ON WAREHOUSE <% warehouse %> TO ROLE {role(name)}")
    statements += [
        f"GRANT USAGE ON WAREHOUSE <% pipeline_warehouse %> TO ROLE {role('OWNER')}",
        f"GRANT EXECUTE TASK ON ACCOUNT TO ROLE {role('OWNER')}",
        f"GRANT EXECUTE ALERT ON ACCOUNT TO ROLE {role('OWNER')}",
        f"GRANT DATABASE ROLE SNOWFLAKE.CORTEX_USER TO ROLE {role('OWNER')}",
        f"GRANT DATABASE ROLE SNOWFLAKE.CORTEX_USER TO ROLE {role('ASSISTANT')}",
        (
            f"CREATE USER IF NOT EXISTS {role('APP')} TYPE = SERVICE DEFAULT_ROLE = {role('APP')} "
            "DEFAULT_WAREHOUSE = <% warehouse %> DEFAULT_NAMESPACE = <% database %> "
            "RSA_PUBLIC_KEY = '<% app_public_key %>' "
            f"COMMENT = {quoted('The operations center; key pair only')}"
        ),
        f"GRANT ROLE {role('APP')} TO USER {role('APP')}",
        (
            f"CREATE USER IF NOT EXISTS {role('ASSISTANT')} TYPE = SERVICE "
            f"DEFAULT_ROLE = {role('ASSISTANT')} DEFAULT_SECONDARY_ROLES = () "
            "DEFAULT_WAREHOUSE = <% warehouse %> DEFAULT_NAMESPACE = <% database %> "
            f"STATEMENT_TIMEOUT_IN_SECONDS = {ASSISTANT_QUERY_S} ROWS_PER_RESULTSET = {ASSISTANT_ROWS} "
            f"COMMENT = {quoted('Asks the agent for the operations center; give it a key pair or a token')}"
        ),
        f"GRANT ROLE {role('ASSISTANT')} TO USER {role('ASSISTANT')}",
    ]
    return SqlFile("01_database.sql", "Roles, warehouses, database, user", tuple(statements))


def masking_file() -> SqlFile:
    """Return the file of the masking policy and the columns that it protects."""
    statements = [
        *session(),
        (
            f"CREATE MASKING POLICY IF NOT EXISTS {MASK} AS (value VARCHAR) RETURNS VARCHAR -> "
            f"CASE WHEN IS_ROLE_IN_SESSION('{role('PII_READER')}') THEN value WHEN value IS NULL THEN NULL "
            "ELSE '***' END"
        ),
    ]
    for table, column in personal_columns():
        statements.append(f"ALTER TABLE {table} MODIFY COLUMN {column} SET MASKING POLICY {MASK} FORCE")
    return SqlFile("05_masking.sql", "Masking of personal data", tuple(statements))


def personal_columns() -> list[tuple[str, str]]:
    """Return the table and the name of every column that identifies a person."""
    return [
        (table.fullname, column.name)
        for table in tables.metadata.sorted_tables
        for column in table.columns
        if column.info.get("is_personal")
    ]


def grants_file() -> SqlFile:
    """Return the file of grants on what the other files created, and on what is created later."""
    statements = session()
    for name in ROLES:
        if name != "OWNER":
            statements.append(f"GRANT USAGE ON DATABASE <% database %> TO ROLE {role(name)}")
    for schema in READ_SCHEMAS:
        statements.append(f"GRANT USAGE ON SCHEMA {schema} TO ROLE {role('READER')}")
        statements += _on_all(schema, "SELECT", ("TABLES", "VIEWS", "DYNAMIC TABLES"), "READER")
    for schema in SCHEMAS:
        statements.append(f"GRANT USAGE ON SCHEMA {schema} TO ROLE {role('APP')}")
        statements += _on_all(schema, "SELECT", ("VIEWS", "DYNAMIC TABLES"), "APP")
        statements += _on_all(schema, "SELECT, INSERT, UPDATE, DELETE, TRUNCATE", ("TABLES",), "APP")
    statements += [
        f"GRANT CREATE STAGE ON SCHEMA raw TO ROLE {role('APP')}",
        f"GRANT READ, WRITE ON STAGE raw.ext_raw_ami TO ROLE {role('APP')}",
        f"GRANT USAGE ON SCHEMA production TO ROLE {role('SYNC')}",
        f"GRANT USAGE ON SCHEMA raw TO ROLE {role('SYNC')}",
        f"GRANT USAGE ON SCHEMA postgres_sync TO ROLE {role('SYNC')}",
    ]
    for table in SYNC_TABLES:
        kind = "DYNAMIC TABLE" if table in tables.DERIVED_TABLES else "TABLE"
        statements.append(f"GRANT SELECT ON {kind} {table.fullname} TO ROLE {role('SYNC')}")
    statements += [
        f"GRANT SELECT ON ALL STREAMS IN SCHEMA postgres_sync TO ROLE {role('SYNC')}",
        f"GRANT INSERT ON TABLE {tables.sync_log.fullname} TO ROLE {role('SYNC')}",
    ]
    for schema in (tables.PRODUCTION, tables.APPLICATIONS, tables.ML_DEMO):
        statements.append(f"GRANT USAGE ON SCHEMA {schema} TO ROLE {role('ASSISTANT')}")
    statements += [
        f"GRANT USAGE ON CORTEX SEARCH SERVICE production.ami_metadata_search TO ROLE {role('ASSISTANT')}",
        f"GRANT USAGE ON CORTEX SEARCH SERVICE production.technical_docs_search TO ROLE {role('ASSISTANT')}",
        f"GRANT USAGE ON CORTEX SEARCH SERVICE ml_demo.compliance_docs_search TO ROLE {role('ASSISTANT')}",
        f"GRANT USAGE ON AGENT applications.grid_intelligence_agent TO ROLE {role('ASSISTANT')}",
        f"GRANT USAGE ON SCHEMA production TO ROLE {role('PII_READER')}",
        (
            "GRANT USAGE ON CORTEX SEARCH SERVICE production.customer_search_service "
            f"TO ROLE {role('PII_READER')}"
        ),
    ]
    return SqlFile("11_grants.sql", "Grants on the objects", tuple(statements))


def _warehouse(name: str, comment: str) -> str:
    return (
        f"CREATE WAREHOUSE IF NOT EXISTS {name} WAREHOUSE_SIZE = 'XSMALL' AUTO_SUSPEND = 60 "
        "AUTO_RESUME = TRUE INITIALLY_SUSPENDED = TRUE STATEMENT_TIMEOUT_IN_SECONDS = 3600 "
        f"COMMENT = {quoted(comment)}"
    )


def _on_all(schema: str, privileges: str, kinds: tuple[str, ...], name: str) -> list[str]:
    return [
        f"GRANT {privileges} ON {which} {kind} IN SCHEMA {schema} TO ROLE {role(name)}"
        for kind in kinds
        for which in ("ALL", "FUTURE")
    ]
