"""The health of all assets, assessed from what the warehouse holds of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from grid.standards.asset_health import (
    TRANSFORMER_LIFE_YEARS,
    AssetEvidence,
    Evidence,
    Health,
    HealthParams,
    assess,
    bands,
    failures_per_year,
    pole_life_years,
)
from grid.warehouse import Warehouse, pa_schema
from grid.warehouse.arrow import Query
from grid.warehouse.queries import evidence
from grid.warehouse.statements import reading_as_empty, tables_read
from grid.warehouse.tables import (
    asset_health,
    asset_inspections,
    circuit_metadata,
    grid_poles_infrastructure,
    outage_restoration_tracker,
    transformer_daily_load,
    transformer_metadata,
    work_orders,
)

FloatArray = npt.NDArray[np.float64]
Progress = Callable[[float, str], None]

SOURCES = (
    transformer_metadata,
    grid_poles_infrastructure,
    circuit_metadata,
    transformer_daily_load,
    asset_inspections,
    work_orders,
    outage_restoration_tracker,
)
"""The tables that evidence comes from. What was never loaded is unknown evidence, or no asset at all."""

LOAD_DAYS = 365
"""Loads of the last year on record count."""

DAYS_PER_YEAR = 365.2425
RATE_KM = 10.0


@dataclass(frozen=True, kw_only=True, eq=False)
class _Observed:
    """What was observed of assets whatever their kind, by id; None where no such table was ever loaded."""

    inspections: dict[str, tuple[int, datetime]] | None
    defects: dict[str, int] | None
    faults: dict[str, int] | None
    fault_years: float


@dataclass(frozen=True, kw_only=True, eq=False)
class _Assessed:
    """Assets of a kind with their health."""

    kind: str
    ids: list[str]
    circuit_ids: list[str | None]
    substation_ids: list[str]
    health: Health
    values: dict[Evidence, FloatArray]
    failures: FloatArray


def assess_assets(
    warehouse: Warehouse, *, now: datetime, params: HealthParams, progress: Progress | None = None
) -> pa.Table:
    """Return the rows of the table of assets' health.

    Args:
        warehouse: where the evidence is.
        now: when they are assessed, naive UTC; later rows do not count.
        params: what the method leaves open.
        progress: told the fraction done and the step; what it raises ends the run.

    Raises:
        WarehouseError: if the warehouse fails.
    """

    def tell(frac: float, step: str) -> None:
        if progress is not None:
            progress(frac, step)

    tell(0.0, "inspections, work orders and faults")
    observed = _observed(warehouse, now, params)
    tell(0.2, "transformers")
    transformers = _transformers(warehouse, now, observed, params)
    tell(0.5, "poles")
    poles = _poles(warehouse, now, observed, params)
    tell(0.7, "circuits and substations")
    circuits = _circuits(warehouse, [transformers, poles], observed, params)
    substations = _substations(circuits, observed, now, params)
    tell(0.8, "rows")
    kinds = [transformers, poles, circuits, substations]
    return pa.concat_tables([_rows(each, now) for each in kinds])


def _observed(warehouse: Warehouse, now: datetime, params: HealthParams) -> _Observed:
    inspections = _select(warehouse, evidence.newest_inspections(now))
    defects = _select(warehouse, evidence.open_defects())
    since = now - timedelta(days=params.fault_years * DAYS_PER_YEAR)
    faults = _select(warehouse, evidence.asset_faults(since, now))
    oldest = _select(warehouse, evidence.oldest_outage())
    began = oldest[0]["at"] if oldest else None
    years = 0.0 if began is None else (now - max(began, since)).total_seconds() / 86_400.0 / DAYS_PER_YEAR
    return _Observed(
        inspections=None
        if inspections is None
        else {row["asset_id"]: (row["condition_code"], row["inspected_at"]) for row in inspections},
        defects=None if defects is None else {row["asset_id"]: row["order_count"] for row in defects},
        # Without a single outage on record it is not known whether outages are recorded at all.
        faults=None if faults is None or years <= 0.0 else {r["asset_id"]: r["fault_count"] for r in faults},
        fault_years=years,
    )


def _transformers(
    warehouse: Warehouse, now: datetime, observed: _Observed, params: HealthParams
) -> _Assessed:
    newest = _select(warehouse, evidence.newest_load_day())
    day = newest[0]["day"] if newest else None
    since = (day or date(1, 1, 1)) - timedelta(days=LOAD_DAYS if day else 0)
    rows = _columns(warehouse, reading_as_empty(evidence.transformer_evidence(since), transformer_daily_load))
    hours = _floats(rows["aged_hours"])
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(hours > 0.0, _floats(rows["ageing_h"]) / hours, np.nan)
    ids = rows["asset_id"]
    given = AssetEvidence(
        age_years=_age_years(rows["install_year"], now),
        life_years=np.full(len(ids), TRANSFORMER_LIFE_YEARS),
        peak_loading_pct=_floats(rows["peak_loading_pct"]),
        ageing_rate=rate,
        **_condition(ids, observed, now),
        open_defects=_counts(ids, observed.defects),
        faults=_counts(ids, observed.faults),
    )
    return _assessed("TRANSFORMER", ids, rows["circuit_id"], rows["substation_id"], given, params)


def _poles(warehouse: Warehouse, now: datetime, observed: _Observed, params: HealthParams) -> _Assessed:
    rows = _columns(warehouse, evidence.pole_evidence())
    ids = rows["asset_id"]
    given = AssetEvidence(
        age_years=_age_years(rows["install_year"], now),
        life_years=pole_life_years(rows["material"]),
        **_condition(ids, observed, now),
        open_defects=_counts(ids, observed.defects),
    )
    return _assessed("POLE", ids, rows["circuit_id"], rows["substation_id"], given, params)


def _circuits(
    warehouse: Warehouse, members: Sequence[_Assessed], observed: _Observed, params: HealthParams
) -> _Assessed:
    rows = _columns(warehouse, evidence.circuit_evidence())
    ids = rows["asset_id"]
    score, failures = _of_members(ids, members, [each.circuit_ids for each in members])
    length_km = _floats(rows["length_km"])
    faults = _counts(ids, observed.faults)
    with np.errstate(divide="ignore", invalid="ignore"):
        per_length = faults / observed.fault_years / (length_km / RATE_KM)
    given = AssetEvidence(member_score=score, faults=np.where(length_km > 0.0, per_length, np.nan))
    return _assessed("CIRCUIT", ids, list(ids), rows["substation_id"], given, params, failures)


def _substations(circuits: _Assessed, observed: _Observed, now: datetime, params: HealthParams) -> _Assessed:
    ids = sorted(set(circuits.substation_ids))
    score, failures = _of_members(ids, [circuits], [circuits.substation_ids])
    given = AssetEvidence(
        member_score=score, **_condition(ids, observed, now), open_defects=_counts(ids, observed.defects)
    )
    return _assessed("SUBSTATION", ids, [None] * len(ids), ids, given, params, failures)


def _assessed(
    kind: str,
    ids: list[str],
    circuit_ids: list[str | None],
    substation_ids: list[str],
    given: AssetEvidence,
    params: HealthParams,
    failures: FloatArray | None = None,
) -> _Assessed:
    health = assess(given, params=params)
    values = {
        Evidence.AGE: given.age_years,
        Evidence.MEMBERS: given.member_score,
        Evidence.LOADING: given.peak_loading_pct,
        Evidence.AGEING: given.ageing_rate,
        Evidence.INSPECTION: given.condition_code,
        Evidence.WORK_ORDERS: given.open_defects,
        Evidence.FAULTS: given.faults,
    }
    return _Assessed(
        kind=kind,
        ids=ids,
        circuit_ids=circuit_ids,
        substation_ids=substation_ids,
        health=health,
        values={name: found for name, found in values.items() if found is not None},
        failures=failures_per_year(health.score, kind=kind, params=params) if failures is None else failures,
    )


def _of_members(
    ids: Sequence[str], members: Sequence[_Assessed], owners: Sequence[Sequence[str | None]]
) -> tuple[FloatArray, FloatArray]:
    """Return the mean score and the summed failures of each owner's members; NaN for one without any."""
    place = {each: position for position, each in enumerate(ids)}
    total, count, failures = (np.zeros(len(ids)) for _ in range(3))
    for group, of in zip(members, owners, strict=True):
        at = np.array([place.get(each or "", -1) for each in of], dtype=np.intp)
        known = (at >= 0) & ~np.isnan(group.health.score)
        size = len(ids)
        total += np.bincount(at[known], weights=group.health.score[known], minlength=size)
        count += np.bincount(at[known], minlength=size)
        failures += np.bincount(at[known], weights=np.nan_to_num(group.failures[known]), minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(count > 0, total / count, np.nan), np.where(count > 0, failures, np.nan)


def _condition(ids: Sequence[str], observed: _Observed, now: datetime) -> dict[str, FloatArray]:
    found = observed.inspections or {}
    seen = [found.get(each) for each in ids]
    return {
        "condition_code": np.array([np.nan if each is None else float(each[0]) for each in seen]),
        "inspected_years_ago": np.array(
            [
                np.nan if each is None else (now - each[1]).total_seconds() / 86_400.0 / DAYS_PER_YEAR
                for each in seen
            ]
        ),
    }


def _counts(ids: Sequence[str], found: dict[str, int] | None) -> FloatArray:
    """Return how many there are of each asset; NaN for all where nothing is recorded."""
    if found is None:
        return np.full(len(ids), np.nan)
    return np.array([float(found.get(each, 0)) for each in ids])


def _age_years(install_year: Sequence[int | None], now: datetime) -> FloatArray:
    """Return the ages, counted from the middle of the year of installation."""
    year = now.year + (now.timetuple().tm_yday - 1) / DAYS_PER_YEAR
    return np.maximum(year - (_floats(install_year) + 0.5), 0.0)


def _rows(found: _Assessed, now: datetime) -> pa.Table:
    health = found.health
    count = len(found.ids)
    columns: dict[str, Any] = {
        "asset_id": found.ids,
        "asset_kind": [found.kind] * count,
        "circuit_id": found.circuit_ids,
        "substation_id": found.substation_ids,
        "as_of": [now] * count,
        "health_index": _nullable(health.index),
        "health_score": _nullable(health.score),
        "band": bands(health.score),
        "confidence_frac": health.confidence_frac,
        "failures_per_year": _nullable(found.failures),
        "contributions": _contributions(found),
        "reason": health.missing,
    }
    schema = pa_schema(asset_health)
    return pa.table(
        [pa.array(columns[name], schema.field(name).type) for name in schema.names], schema=schema
    )


def _contributions(found: _Assessed) -> pa.Array:
    """Return the contributions of each asset as JSON, put together column by column: they are many."""
    pieces: list[Any] = []
    for kind, known in found.health.known.items():
        points = pa.array(np.round(found.health.contributions[kind], 6)).cast(pa.string())
        value = _nullable(np.where(known, np.round(found.values[kind], 6), np.nan)).cast(pa.string())
        start = f'["{kind}",' if not pieces else f',["{kind}",'
        pieces += [start, points, ",", pc.fill_null(value, "null"), "]"]
    return pc.binary_join_element_wise("[", *pieces, "]", "")


def _nullable(values: FloatArray) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))


def _select(warehouse: Warehouse, query: Any) -> list[dict[str, Any]] | None:
    """Return the rows of a query; None if a table that it reads was never loaded."""
    if any(warehouse.version(table) is None for table in tables_read(query)):
        return None
    return warehouse.select_rows(query)


def _columns(warehouse: Warehouse, query: Query) -> dict[str, list[Any]]:
    """Return the columns of a query as lists; empty ones if a table that has to be there never was loaded."""
    names = list(query.selected_columns.keys())
    needed = [table for table in tables_read(query) if table is not transformer_daily_load]
    if any(warehouse.version(table) is None for table in needed):
        return {name: [] for name in names}
    batches = list(warehouse.select_arrow(query))
    if not batches:
        return {name: [] for name in names}
    table = pa.Table.from_batches(batches)
    return {name: table.column(name).to_pylist() for name in names}


def _floats(values: Sequence[Any]) -> FloatArray:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
