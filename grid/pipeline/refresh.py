"""Bring the derived tables up to date, a date at a time: only what changed, each exactly once.

The batch id of a date's rows names the state of what they were made of. A table that holds the batch is up to
date; nothing else is remembered. So a run may be killed anywhere, run twice or race another: what is missing
is made, what is there is left. A reading that comes late, or again, changes the state of its date and thereby
what is due.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
from sqlalchemy import Date, Table, cast, func, select

from grid.pipeline import voltage
from grid.pipeline.circuits import circuit_days, circuit_hours
from grid.pipeline.clean import clean_readings, meter_key_range
from grid.pipeline.hourly import transformer_hours
from grid.pipeline.params import PipelineParams
from grid.pipeline.transformer_days import transformer_days
from grid.pipeline.transformer_voltages import transformer_voltage_days
from grid.pipeline.usage import daily_usage, local_days, monthly_usage, utc_dates
from grid.warehouse import PartitionedWarehouse, TableNotLoaded
from grid.warehouse.arrow import Query
from grid.warehouse.statements import reading_as_empty
from grid.warehouse.tables import (
    ami_daily_usage,
    ami_interval_readings,
    ami_monthly_usage,
    ami_readings_raw,
    circuit_daily_usage,
    circuit_hourly_usage,
    meter_infrastructure,
    transformer_daily_load,
    transformer_daily_voltage,
    transformer_hourly_load,
    transformer_metadata,
    weather_hourly,
)

Progress = Callable[[float, str], None]
Batches = Iterator[pa.RecordBatch]


@dataclass(frozen=True, kw_only=True)
class RefreshCounts:
    """How many dates of each table were made anew."""

    cleaned_days: int
    hourly_days: int
    circuit_hourly_days: int
    usage_days: int
    usage_months: int
    circuit_days: int
    transformer_days: int
    voltage_days: int


@dataclass(frozen=True)
class _Part:
    """A date of a derived table, the batch that it should hold, and how its rows are made."""

    table: Table
    day: date
    batch_id: str
    rows: Callable[[], Batches]


def hourly_batch_ids(warehouse: PartitionedWarehouse, params: PipelineParams) -> dict[date, str]:
    """Return the batch that the hourly load of each UTC date with readings should hold.

    Who writes the load of a date under this id has it count as rolled up.

    Raises:
        WarehouseError: if the warehouse cannot be read.
    """
    readings = warehouse.partition_versions(ami_interval_readings)
    weather = _weather_states(warehouse)
    constants = (params.power_factor, params.thermal)
    return {
        day: f"hourly/{day}/"
        + _digest(version, readings.get(day - timedelta(days=1)), weather.get(day), constants)
        for day, version in readings.items()
    }


def count_due(warehouse: PartitionedWarehouse, params: PipelineParams) -> int:
    """Return how many dates of derived tables differ from what they are made of, as far as known now.

    Raises:
        WarehouseError: if the warehouse cannot be read.
    """
    return sum(len(_due(warehouse, parts(warehouse, params))) for parts in _STAGES)


def refresh(
    warehouse: PartitionedWarehouse, params: PipelineParams, progress: Progress | None = None
) -> RefreshCounts:
    """Make every date anew that differs from what it is made of.

    Args:
        warehouse: the warehouse.
        params: how readings are rolled up.
        progress: told the fraction done and the step, before each date; what it raises ends the run, and the
            dates made so far stay.

    Raises:
        WarehouseError: if the warehouse fails; the dates made so far stay.
    """
    counts = []
    for number, parts in enumerate(_STAGES):
        due = _due(warehouse, parts(warehouse, params))
        for position, part in enumerate(due):
            if progress is not None:
                progress((number + position / len(due)) / len(_STAGES), f"{part.table.name} of {part.day}")
            warehouse.replace_partition(part.table, part.day, part.rows(), part.batch_id)
        counts.append(len(due))
    return RefreshCounts(**dict(zip((field.name for field in fields(RefreshCounts)), counts, strict=True)))


def _due(warehouse: PartitionedWarehouse, parts: list[_Part]) -> list[_Part]:
    if not parts:
        return []
    known = warehouse.known_batches(parts[0].table, [part.batch_id for part in parts])
    return [part for part in parts if part.batch_id not in known]


def _cleaned(warehouse: PartitionedWarehouse, params: PipelineParams) -> list[_Part]:
    if not _is_loaded(warehouse, meter_infrastructure):
        return []
    return [
        _Part(
            ami_interval_readings,
            day,
            f"clean/{day}/{version}",
            lambda day=day: _clean_rows(warehouse, day, params),  # type: ignore[misc]
        )
        for day, version in warehouse.partition_versions(ami_readings_raw).items()
    ]


def _clean_rows(warehouse: PartitionedWarehouse, day: date, params: PipelineParams) -> Batches:
    bounds = warehouse.select_rows(meter_key_range())[0]
    if bounds["lo"] is None:
        return
    for lo in range(bounds["lo"], bounds["hi"] + 1, params.meters_per_query):
        query = clean_readings(day, lo_key=lo, hi_key=lo + params.meters_per_query - 1)
        yield from warehouse.select_arrow(reading_as_empty(query, ami_interval_readings))


def _hourly(warehouse: PartitionedWarehouse, params: PipelineParams) -> list[_Part]:
    if not all(_is_loaded(warehouse, table) for table in (meter_infrastructure, transformer_metadata)):
        return []
    wanted = hourly_batch_ids(warehouse, params)
    parts = []
    for day, batch_id in wanted.items():
        query = reading_as_empty(transformer_hours(day, params), transformer_hourly_load, weather_hourly)
        parts.append(_part(warehouse, transformer_hourly_load, day, batch_id, query))
    return parts + _gone(warehouse, transformer_hourly_load, wanted)


def _daily(warehouse: PartitionedWarehouse, params: PipelineParams) -> list[_Part]:
    zone = params.zone
    readings = warehouse.partition_versions(ami_interval_readings)
    days = sorted({day for utc_date in readings for day in local_days(utc_date, zone)})
    parts = []
    for day in days:
        read = [readings.get(each) for each in utc_dates(day, zone)]
        state = _digest(*read, params.time_zone, voltage.CONSTANTS)
        query = reading_as_empty(daily_usage(day, zone), meter_infrastructure, transformer_metadata)
        parts.append(_part(warehouse, ami_daily_usage, day, f"daily/{day}/{state}", query))
    return parts + _gone(warehouse, ami_daily_usage, days)


def _monthly(warehouse: PartitionedWarehouse, params: PipelineParams) -> list[_Part]:
    months: dict[date, list[str]] = {}
    for day, version in warehouse.partition_versions(ami_daily_usage).items():
        months.setdefault(day.replace(day=1), []).append(version)
    parts = [
        _part(
            warehouse, ami_monthly_usage, month, f"monthly/{month}/{_digest(*states)}", monthly_usage(month)
        )
        for month, states in months.items()
    ]
    return parts + _gone(warehouse, ami_monthly_usage, months)


def _circuit_hours(warehouse: PartitionedWarehouse, _params: PipelineParams) -> list[_Part]:
    if not _is_loaded(warehouse, meter_infrastructure):
        return []
    readings = warehouse.partition_versions(ami_interval_readings)
    parts = [
        _part(warehouse, circuit_hourly_usage, day, f"circuits/{day}/{version}", circuit_hours(day))
        for day, version in readings.items()
    ]
    return parts + _gone(warehouse, circuit_hourly_usage, readings)


def _circuit_days(warehouse: PartitionedWarehouse, _params: PipelineParams) -> list[_Part]:
    if not _is_loaded(warehouse, meter_infrastructure):
        return []
    days = warehouse.partition_versions(ami_daily_usage)
    parts = [
        _part(warehouse, circuit_daily_usage, day, f"circuits/{day}/{version}", circuit_days(day))
        for day, version in days.items()
    ]
    return parts + _gone(warehouse, circuit_daily_usage, days)


def _transformer_days(warehouse: PartitionedWarehouse, params: PipelineParams) -> list[_Part]:
    zone = params.zone
    hours = warehouse.partition_versions(transformer_hourly_load)
    days = sorted({day for utc_date in hours for day in local_days(utc_date, zone)})
    parts = []
    for day in days:
        state = _digest(*(hours.get(each) for each in utc_dates(day, zone)), params.time_zone)
        query = transformer_days(day, zone)
        parts.append(_part(warehouse, transformer_daily_load, day, f"days/{day}/{state}", query))
    return parts + _gone(warehouse, transformer_daily_load, days)


def _voltage_days(warehouse: PartitionedWarehouse, _params: PipelineParams) -> list[_Part]:
    if not _is_loaded(warehouse, meter_infrastructure):
        return []
    days = warehouse.partition_versions(ami_daily_usage)
    parts = [
        _part(
            warehouse,
            transformer_daily_voltage,
            day,
            f"voltages/{day}/{version}",
            transformer_voltage_days(day),
        )
        for day, version in days.items()
    ]
    return parts + _gone(warehouse, transformer_daily_voltage, days)


def _gone(warehouse: PartitionedWarehouse, table: Table, wanted: Collection[date]) -> list[_Part]:
    """Return the dates to empty: those of a derived table whose readings were replaced by others."""
    return [
        _Part(table, day, f"gone/{day}/{version}", lambda: iter(()))
        for day, version in warehouse.partition_versions(table).items()
        if day not in wanted
    ]


_STAGES: tuple[Callable[[PartitionedWarehouse, PipelineParams], list[_Part]], ...] = (
    _cleaned,
    _hourly,
    _circuit_hours,
    _daily,
    _monthly,
    _circuit_days,
    _transformer_days,
    _voltage_days,
)
"""Each is made of what the ones before it made; in the order of the counts."""


def _part(warehouse: PartitionedWarehouse, table: Table, day: date, batch_id: str, query: Query) -> _Part:
    def rows() -> Batches:
        # A generator: it reads when it is written, so of two runs the later writes the later state.
        yield from warehouse.select_arrow(query)

    return _Part(table, day, batch_id, rows)


def _weather_states(warehouse: PartitionedWarehouse) -> dict[date, str]:
    """Return, for each UTC date, a value that changes with its temperatures."""
    air = weather_hourly.c
    day: Any = cast(air.observed_at, Date)
    query = select(
        day.label("day"),
        func.count(air.temperature_c).label("hours"),
        func.sum(air.temperature_c).label("sum"),
        func.sum(air.temperature_c * air.temperature_c).label("squares"),
    ).group_by(day)
    rows = warehouse.select_rows(reading_as_empty(query, weather_hourly))
    return {row["day"]: _digest(row["hours"], row["sum"], row["squares"]) for row in rows}


def _is_loaded(warehouse: PartitionedWarehouse, table: Table) -> bool:
    try:
        warehouse.row_count(table)
    except TableNotLoaded:
        return False
    return True


def _digest(*values: object) -> str:
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]
