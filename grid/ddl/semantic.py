"""The semantic view: what the utility's words mean in tables, so that questions become SQL."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import CTE, Table

from grid.ddl.sql import SqlFile, indented, quoted, session
from grid.warehouse import tables, views


@dataclass(frozen=True)
class Described:
    """A table or view that questions may be about."""

    alias: str
    columns_of: CTE | Table
    source: str
    kind: str
    key: tuple[str, ...]
    synonyms: tuple[str, ...]
    comment: str


@dataclass(frozen=True)
class Relation:
    """Rows of one table belong to a row of another: these columns hold the other's key."""

    name: str
    alias: str
    columns: tuple[str, ...]
    refers_to: str


@dataclass(frozen=True)
class Term:
    """A word of questions: a fact, a dimension or a metric, and the expression that it stands for."""

    alias: str
    name: str
    expression: str
    synonyms: tuple[str, ...] = ()
    comment: str = ""


def _table(
    alias: str, declared: Table, key: tuple[str, ...], synonyms: tuple[str, ...], comment: str
) -> Described:
    return Described(alias, declared, declared.fullname, "TABLE", key, synonyms, comment)


TABLES = (
    Described(
        "ami",
        views.ami_readings_final,
        "production.ami_readings_final",
        "VIEW",
        (),
        ("meter readings", "interval data", "consumption"),
        "Readings of the meters, by interval",
    ),
    _table(
        "meters",
        tables.meter_infrastructure,
        ("meter_id",),
        ("smart meters",),
        "Meters and what supplies them",
    ),
    _table(
        "customers",
        tables.customers_master_data,
        ("customer_id",),
        ("accounts", "consumers"),
        "Customers, personal data masked",
    ),
    _table(
        "xfmr",
        tables.transformer_metadata,
        ("transformer_id",),
        ("transformers", "distribution transformers"),
        "Distribution transformers",
    ),
    _table("circuits", tables.circuit_metadata, ("circuit_id",), ("feeders",), "Distribution circuits"),
    _table("stations", tables.substations, ("substation_id",), ("substations",), "Substations"),
    Described(
        "xfmr_load",
        tables.transformer_hourly_load,
        tables.transformer_hourly_load.fullname,
        "TABLE",
        ("transformer_id", "load_hour"),
        ("transformer loading", "hourly load"),
        "Load and temperatures of each transformer by hour",
    ),
    Described(
        "stress",
        views.transformer_thermal_stress_materialized,
        "production.transformer_thermal_stress_materialized",
        "VIEW",
        ("transformer_id", "load_hour"),
        ("thermal stress", "hot spots"),
        "Hours whose temperatures are known, with their weather station",
    ),
    _table(
        "outages",
        tables.outage_restoration_tracker,
        ("outage_id",),
        ("faults", "power cuts"),
        "Outages, active, restored and cancelled",
    ),
    _table(
        "interruptions",
        tables.outage_interruptions,
        ("interruption_id",),
        ("interrupted transformers", "customer interruptions"),
        "Each transformer that an outage interrupts, from when to when; what lasts five minutes at most is "
        "momentary",
    ),
    _table(
        "momentaries",
        tables.momentary_interruptions,
        ("momentary_id",),
        ("momentary interruptions", "blinks"),
        "Interruptions of five minutes at most that reclosing cleared, one per sequence",
    ),
    _table("crews", tables.crews, ("crew_id",), ("field crews",), "Field crews"),
    _table(
        "inspections",
        tables.asset_inspections,
        ("inspection_id",),
        ("asset inspections",),
        "What inspections found of poles, transformers and switches",
    ),
    _table(
        "weather",
        tables.weather_hourly,
        ("station_id", "observed_at"),
        ("climate", "temperature"),
        "Weather by station and hour",
    ),
)

RELATIONS = (
    Relation("ami_to_meters", "ami", ("meter_id",), "meters"),
    Relation("customers_to_meters", "customers", ("meter_id",), "meters"),
    Relation("meters_to_xfmr", "meters", ("transformer_id",), "xfmr"),
    Relation("xfmr_to_circuits", "xfmr", ("circuit_id",), "circuits"),
    Relation("circuits_to_stations", "circuits", ("substation_id",), "stations"),
    Relation("xfmr_load_to_xfmr", "xfmr_load", ("transformer_id",), "xfmr"),
    Relation("stress_to_xfmr", "stress", ("transformer_id",), "xfmr"),
    Relation("stress_to_weather", "stress", ("station_id", "load_hour"), "weather"),
    Relation("outages_to_circuits", "outages", ("circuit_id",), "circuits"),
    Relation("outages_to_crews", "outages", ("crew_id",), "crews"),
    Relation("interruptions_to_outages", "interruptions", ("outage_id",), "outages"),
    Relation("momentaries_to_circuits", "momentaries", ("circuit_id",), "circuits"),
    Relation("inspections_to_circuits", "inspections", ("circuit_id",), "circuits"),
)

FACTS = (
    Term("ami", "usage_kwh", "usage_kwh", ("kwh", "energy", "consumption"), "Energy of an interval"),
    Term("ami", "voltage_v", "voltage", ("volts",), "Voltage at the meter; null without supply"),
    Term("xfmr_load", "load_kva", "load_kva", ("apparent power",), "Mean over the hour"),
    Term("xfmr_load", "loading_pct", "loading_pct", ("utilization", "load factor"), "Load over rating"),
    Term("stress", "hot_spot_c", "hot_spot_c", ("hot spot",), "Winding hot spot, IEEE C57.91"),
    Term("xfmr", "rated_kva", "rated_kva", ("rating", "capacity"), "Nameplate rating"),
    Term("outages", "customers_interrupted", "customers_interrupted", ("customers affected",)),
    Term("outages", "customers_out", "customers_out", ("customers without power",), "Not yet restored"),
    Term(
        "outages",
        "restoration_minutes",
        "TIMESTAMPDIFF('second', started_at, restored_at) / 60.0",
        ("outage duration",),
        "Null while active",
    ),
    Term("interruptions", "interrupted_accounts", "customers", ("accounts interrupted",), "Active accounts"),
    Term(
        "interruptions",
        "interruption_minutes",
        "TIMESTAMPDIFF('second', started_at, restored_at) / 60.0",
        ("interruption duration",),
        "Null while out; sustained above five",
    ),
    Term("momentaries", "operation_count", "operation_count", ("reclosings",), "Interruptions of a sequence"),
    Term("inspections", "condition_code", "condition_code", ("condition",), "1 as new to 5 to be replaced"),
    Term("weather", "temperature_c", "temperature_c", ("air temperature",), "Of the air"),
    Term("weather", "wind_speed_mps", "wind_speed_mps", ("wind",)),
)

DIMENSIONS = (
    Term("ami", "reading_at", "timestamp", ("reading time",), "UTC, start of the interval"),
    Term("ami", "reading_date", "reading_date", ("day",), "UTC"),
    Term("ami", "data_quality", "data_quality", ("quality",), "ACTUAL, ESTIMATED or OUTAGE"),
    Term("meters", "meter_id", "meter_id", ("meter",)),
    Term("meters", "customer_class", "customer_class", ("segment",), "RESIDENTIAL, COMMERCIAL or INDUSTRIAL"),
    Term("customers", "customer_id", "customer_id", ("account",)),
    Term("customers", "full_name", "full_name", ("name",), "Masked for most roles"),
    Term("customers", "city", "city", ("town",)),
    Term("customers", "zip_code", "zip_code", ("zip", "postal code")),
    Term("customers", "account_status", "account_status", ("status of the account",)),
    Term("xfmr", "transformer_id", "transformer_id", ("transformer",)),
    Term("xfmr", "install_year", "install_year", ("age", "vintage")),
    Term("circuits", "circuit_id", "circuit_id", ("circuit", "feeder")),
    Term("circuits", "circuit_name", "circuit_name"),
    Term("stations", "substation_id", "substation_id", ("substation",)),
    Term("stations", "substation_name", "substation_name"),
    Term("xfmr_load", "load_hour", "load_hour", ("hour",), "UTC, start of the hour"),
    Term("stress", "thermal_stress", "thermal_stress", ("stress category",), "LOW, MODERATE, HIGH, CRITICAL"),
    Term(
        "outages",
        "status",
        "status",
        ("outage status",),
        f"Active in {', '.join(tables.ACTIVE_OUTAGE_STATUSES)}; RESTORED or CANCELLED when over",
    ),
    Term("outages", "is_planned", "is_planned", ("planned outage",), "Announced beforehand"),
    Term("outages", "cause_code", "cause_code", ("cause",)),
    Term("outages", "started_at", "started_at", ("outage start",), "UTC"),
    Term("momentaries", "switch_id", "switch_id", ("recloser",), "Device that reclosed"),
    Term("crews", "crew_kind", "crew_kind", ("kind of crew",), ", ".join(tables.CrewKind)),
    Term("crews", "crew_status", "status", ("what the crew does",), ", ".join(tables.CrewStatus)),
    Term("inspections", "finding", "finding", ("defect",), "Null where nothing was found"),
    Term("inspections", "inspected_at", "inspected_at", ("inspection time",), "UTC"),
    Term("weather", "observed_at", "observed_at", ("time of observation",), "UTC"),
)

METRICS = (
    Term("ami", "total_consumption_kwh", "SUM(ami.usage_kwh)", ("total usage", "energy used")),
    Term("ami", "average_consumption_kwh", "AVG(ami.usage_kwh)", ("mean usage",), "Per interval"),
    Term("ami", "average_voltage_v", "AVG(ami.voltage_v)", ("mean voltage",)),
    Term("meters", "meter_count", "COUNT(DISTINCT meters.meter_id)", ("number of meters",)),
    Term("customers", "customer_count", "COUNT(DISTINCT customers.customer_id)", ("number of customers",)),
    Term("xfmr", "transformer_count", "COUNT(DISTINCT xfmr.transformer_id)", ("number of transformers",)),
    Term("xfmr_load", "average_loading_pct", "AVG(xfmr_load.loading_pct)", ("mean utilization",)),
    Term("xfmr_load", "peak_loading_pct", "MAX(xfmr_load.loading_pct)", ("peak utilization",)),
    Term("stress", "peak_hot_spot_c", "MAX(stress.hot_spot_c)", ("hottest",)),
    Term("outages", "outage_count", "COUNT(DISTINCT outages.outage_id)", ("number of outages",)),
    Term(
        "outages", "interrupted_customers", "SUM(outages.customers_interrupted)", ("customers interrupted",)
    ),
    Term("outages", "mean_restoration_minutes", "AVG(outages.restoration_minutes)", ("time to restore",)),
    Term(
        "interruptions",
        "customer_interruptions",
        "SUM(IFF(interruptions.interruption_minutes > 5, interruptions.interrupted_accounts, 0))",
        ("sustained customer interruptions",),
        "Sustained ones; divided by the customers served it is SAIFI",
    ),
    Term(
        "interruptions",
        "customer_minutes_interrupted",
        "SUM(IFF(interruptions.interruption_minutes > 5, interruptions.interrupted_accounts "
        "* interruptions.interruption_minutes, 0))",
        ("customer minutes",),
        "Of sustained interruptions; divided by the customers served it is SAIDI",
    ),
    Term("momentaries", "momentary_count", "COUNT(DISTINCT momentaries.momentary_id)", ("blink count",)),
    Term("crews", "crew_count", "COUNT(DISTINCT crews.crew_id)", ("number of crews",)),
    Term("inspections", "mean_condition", "AVG(inspections.condition_code)", ("average condition",)),
    Term("weather", "peak_temperature_c", "MAX(weather.temperature_c)", ("highest temperature",)),
)


def semantic_file() -> SqlFile:
    """Return the file of the semantic view."""
    statement = (
        "CREATE OR REPLACE SEMANTIC VIEW applications.utility_semantic_view\n"
        f"TABLES (\n{indented(map(_describe, TABLES))}\n)\n"
        f"RELATIONSHIPS (\n{indented(map(_relate, RELATIONS))}\n)\n"
        f"FACTS (\n{indented(map(_term, FACTS))}\n)\n"
        f"DIMENSIONS (\n{indented(map(_term, DIMENSIONS))}\n)\n"
        f"METRICS (\n{indented(map(_term, METRICS))}\n)\n"
        f"COMMENT = {quoted('Readings, transformers, circuits, customers, outages and weather')}"
    )
    return SqlFile("09_semantic_view.sql", "Semantic view", (*session(), statement))


def _describe(table: Described) -> str:
    key = f" PRIMARY KEY ({', '.join(table.key)})" if table.key else ""
    return (
        f"{table.alias} AS {table.source}{key}{_synonyms(table.synonyms)} COMMENT = {quoted(table.comment)}"
    )


def _relate(relation: Relation) -> str:
    columns = ", ".join(relation.columns)
    return f"{relation.name} AS {relation.alias} ({columns}) REFERENCES {relation.refers_to}"


def _term(term: Term) -> str:
    comment = f" COMMENT = {quoted(term.comment)}" if term.comment else ""
    return f"{term.alias}.{term.name} AS {term.expression}{_synonyms(term.synonyms)}{comment}"


def _synonyms(words: tuple[str, ...]) -> str:
    return f" WITH SYNONYMS ({', '.join(map(quoted, words))})" if words else ""
