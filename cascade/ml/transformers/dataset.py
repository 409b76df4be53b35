"""The data set of transformer failures: who stood where at a moment, what was known then, what came after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cascade.ml.errors import BadDataset
from cascade.ml.transformers import features
from grid.powerflow.arrays import FloatArray, IntArray
from grid.warehouse import Warehouse
from grid.warehouse.queries import evidence
from grid.warehouse.queries import transformer_failures as records

HORIZONS_DAYS = (30, 90, 365)
FAILED, SURVIVED, UNKNOWN = 1, 0, -1
LOAD_MONTHS, FAULT_YEARS = 12, 5
Times = npt.NDArray[np.datetime64]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False, kw_only=True)
class FailureDataset:
    """Hold a row per transformer and moment.

    Attributes:
        transformer_id: the place.
        unit_id: the unit that stood there.
        circuit_id: its circuit.
        cut_off: the moment up to which the features know.
        features: what was known, by :data:`~cascade.ml.transformers.features.FEATURES`; NaN where unknown.
        evidence_at: time of the newest record that the features rest on; NaT without one that has a time.
        outcome: whether the unit failed within each of :data:`HORIZONS_DAYS`: FAILED, SURVIVED, or UNKNOWN
            where the records do not reach that far or the unit was renewed meanwhile.
        customers: customers behind it.
    """

    transformer_id: Texts
    unit_id: Texts
    circuit_id: Texts
    cut_off: Times
    features: npt.NDArray[np.float32]
    evidence_at: Times
    outcome: npt.NDArray[np.int8]
    customers: IntArray

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.cut_off)

    def of_horizon(self, days: int) -> npt.NDArray[np.int8]:
        """Return the outcomes within a horizon.

        Raises:
            BadDataset: if there is no such horizon.
        """
        if days not in HORIZONS_DAYS:
            raise BadDataset(field="horizon_days", message=f"is {days}; allowed: {HORIZONS_DAYS}")
        return self.outcome[:, HORIZONS_DAYS.index(days)]

    def feature(self, name: str) -> FloatArray:
        """Return one feature."""
        return self.features[:, features.FEATURE_NAMES.index(name)].astype(np.float64)


def quarter_starts(first: datetime, last: datetime) -> list[datetime]:
    """Return the starts of the quarters from one moment to another, both included."""
    found = []
    for year in range(first.year, last.year + 1):
        found += [datetime(year, month, 1) for month in (1, 4, 7, 10)]  # noqa: DTZ001 - naive UTC
    return [at for at in found if first <= at <= last]


def build_dataset(
    *,
    warehouse: Warehouse,
    cut_offs: Sequence[datetime],
    known_until: datetime,
    progress: Callable[[float, str], None] | None = None,
) -> FailureDataset:
    """Read the data set from the warehouse's records.

    Args:
        warehouse: where the records are.
        cut_offs: the moments, naive UTC.
        known_until: the records are complete up to here.
        progress: told the fraction done and the step.

    Raises:
        BadDataset: if there is no moment or no unit on record.
        LeakageError: if a feature rests on a record of after its moment.
    """
    if not cut_offs:
        raise BadDataset(field="cut_offs", message="is empty; at least one moment is needed")
    oldest = _oldest_record(warehouse)
    hours_from = _hours_from(warehouse)
    parts = []
    for number, at in enumerate(cut_offs):
        parts.append(_snapshot(warehouse, at, known_until, oldest, hours_from))
        if progress is not None:
            progress((number + 1) / len(cut_offs), f"records up to {at:%Y-%m-%d}")
    found = joined(parts)
    if not len(found):
        raise BadDataset(field="cut_offs", message="no transformer unit is on record at any of the moments")
    check_evidence(found)
    return found


class LeakageError(BadDataset):
    """Report that something of after a moment, or of the test rows, reaches where it must not."""

    code = "LEAKAGE"


def check_evidence(dataset: FailureDataset) -> None:
    """Check that no feature rests on a record of after its moment and no unit has two rows of one moment.

    Raises:
        LeakageError: naming the first row.
    """
    later = np.flatnonzero(dataset.evidence_at > dataset.cut_off)
    if len(later):
        at = int(later[0])
        raise LeakageError(
            field="evidence_at",
            message=f"of {dataset.transformer_id[at]} is {dataset.evidence_at[at]}, "
            f"after {dataset.cut_off[at]}",
        )
    keys = np.array(
        [f"{unit}|{at}" for unit, at in zip(dataset.transformer_id, dataset.cut_off, strict=True)]
    )
    if len(np.unique(keys)) != len(keys):
        raise LeakageError(field="transformer_id", message="stands twice at one moment")


def joined(parts: Sequence[FailureDataset]) -> FailureDataset:
    """Return parts joined end to end."""
    names = FailureDataset.__dataclass_fields__
    return FailureDataset(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def rows_of(dataset: FailureDataset, mine: npt.NDArray[np.bool_]) -> FailureDataset:
    """Return some rows of a data set."""
    names = FailureDataset.__dataclass_fields__
    return FailureDataset(**{name: getattr(dataset, name)[mine] for name in names})


def _oldest_record(warehouse: Warehouse) -> datetime | None:
    return _rows(warehouse, evidence.oldest_outage())["at"].to_pylist()[0]  # type: ignore[no-any-return]


def _hours_from(warehouse: Warehouse) -> datetime:
    """Return from when on hours count: after the newest month that is kept as such."""
    month: date | None = _rows(warehouse, records.newest_kept_month())["month"].to_pylist()[0]
    if month is None:
        return datetime(1, 1, 1)  # noqa: DTZ001 - naive UTC
    return _months_after(datetime(month.year, month.month, 1), 1)  # noqa: DTZ001 - naive UTC


def _months_after(at: datetime, months: int) -> datetime:
    count = at.year * 12 + at.month - 1 + months
    return datetime(count // 12, count % 12 + 1, 1)  # noqa: DTZ001 - naive UTC


def _rows(warehouse: Warehouse, query: object) -> pa.Table:
    return pa.Table.from_batches(list(warehouse.select_arrow(query)))  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class _Aligned:
    """Give columns of a table in the order of some keys; NaN, or a given value, where there is no row."""

    table: pa.Table
    position: IntArray

    @classmethod
    def to(cls, keys: pa.Array, table: pa.Table, key: str) -> _Aligned:
        found = pc.index_in(keys, value_set=table[key].combine_chunks())
        return cls(table, np.asarray(pc.fill_null(found, -1), dtype=np.int64))

    def numbers(self, name: str, missing: float = np.nan) -> FloatArray:
        column = np.asarray(self.table[name].cast(pa.float64()).to_numpy(), dtype=np.float64)
        return np.append(column, missing)[self.position]

    def times(self, name: str) -> Times:
        column = self.table[name].cast(pa.timestamp("us")).to_numpy().astype("datetime64[us]")
        return np.asarray(np.append(column, np.datetime64("NaT"))[self.position])


def _snapshot(
    warehouse: Warehouse,
    at: datetime,
    known_until: datetime,
    oldest: datetime | None,
    hours_from: datetime,
) -> FailureDataset:
    """Return the rows of one moment."""
    units = _rows(warehouse, records.standing_units(at)).combine_chunks()
    places = units["transformer_id"].combine_chunks()
    circuits = units["circuit_id"].combine_chunks()
    since = _months_after(at, -LOAD_MONTHS)
    loads = _Aligned.to(
        places,
        _rows(warehouse, records.loads_between(since.date(), at, hours_from=hours_from)),
        "transformer_id",
    )
    faults_since = _years_before(at, FAULT_YEARS)
    years = (
        0.0 if oldest is None else (at - max(faults_since, oldest)) / timedelta(hours=features.HOURS_PER_YEAR)
    )
    own = _Aligned.to(places, _rows(warehouse, records.repairs_between(faults_since, at)), "transformer_id")
    circuit = _Aligned.to(
        circuits, _rows(warehouse, records.circuit_faults_between(faults_since, at)), "circuit_id"
    )
    brief = _Aligned.to(
        circuits, _rows(warehouse, records.circuit_momentaries_between(faults_since, at)), "circuit_id"
    )
    seen = _Aligned.to(places, _rows(warehouse, evidence.newest_inspections(at)), "asset_id")
    moment = np.datetime64(at, "us")
    installed = units["installed_at"].cast(pa.timestamp("us")).to_numpy().astype("datetime64[us]")
    age = features.age_years(at=moment, install_year=_numbers(units, "install_year"), installed_at=installed)
    inspected = seen.times("inspected_at")
    is_after_install = np.isnat(installed) | (inspected > installed)  # else another unit was seen
    ageing = loads.numbers("mean_ageing_factor")
    hours = loads.numbers("hours")
    maker, batch = _make_ratios(units, _rows(warehouse, records.batch_records(at)))
    sine, cosine = features.season(moment)
    scale = features.HOURS_PER_YEAR / hours
    customers = _numbers(units, "customer_count")
    columns: dict[str, npt.ArrayLike] = {
        "age_years": age,
        "rated_kva": _numbers(units, "rated_kva"),
        "is_three_phase": np.asarray(pc.equal(units["phases"], "ABC").to_numpy(), dtype=np.float64),
        "is_on_pole": np.asarray(units["is_on_pole"].to_numpy(), dtype=np.float64),
        "primary_kv": _numbers(units, "primary_kv"),
        "is_natural_ester": _equal(units, "liquid", "NATURAL_ESTER"),
        "maker_failure_ratio": maker,
        "batch_failure_ratio": batch,
        "customer_count": customers,
        "peak_loading_pct": loads.numbers("peak_loading_pct"),
        "mean_loading_pct": loads.numbers("mean_loading_pct"),
        **{
            f"over_{limit:.0f}_h_per_year": loads.numbers(f"hours_over_{limit:.0f}_pct") * scale
            for limit in records.LOAD_LIMITS_PCT
        },
        "peak_hot_spot_c": loads.numbers("peak_hot_spot_c"),
        "ageing_factor": ageing,
        "life_used_frac": features.life_used(ageing, age),
        "mean_voltage_pu": loads.numbers("mean_voltage_pu"),
        "repairs_per_year": features.per_year(own.numbers("own_count", 0.0), years),
        "lightning_per_year": features.per_year(own.numbers("lightning_count", 0.0), years),
        "other_faults_per_year": features.per_year(own.numbers("other_count", 0.0), years),
        "circuit_faults_per_year": features.per_year(circuit.numbers("fault_count", 0.0), years),
        "circuit_lightning_per_year": features.per_year(circuit.numbers("lightning_count", 0.0), years),
        "circuit_momentaries_per_year": features.per_year(brief.numbers("momentary_count", 0.0), years),
        "condition_code": np.where(is_after_install, seen.numbers("condition_code"), np.nan),
        "inspection_age_years": np.where(is_after_install, _years_since(inspected, moment), np.nan),
        "season_sine": sine,
        "season_cosine": cosine,
    }
    newest = [
        installed,
        loads.times("newest_month"),
        own.times("evidence_at"),
        circuit.times("evidence_at"),
        brief.times("evidence_at"),
        inspected,
    ]
    return FailureDataset(
        transformer_id=_texts(units, "transformer_id"),
        unit_id=_texts(units, "unit_id"),
        circuit_id=_texts(units, "circuit_id"),
        cut_off=np.full(len(units), moment),
        features=features.stacked(columns, len(units)),
        evidence_at=np.fmax.reduce(newest),
        outcome=_outcomes(warehouse, places, at, known_until),
        customers=customers.astype(np.int64),
    )


def _outcomes(
    warehouse: Warehouse, places: pa.Array, at: datetime, known_until: datetime
) -> npt.NDArray[np.int8]:
    """Return what became of the units within each horizon, (units, horizons)."""
    until = min(at + timedelta(days=max(HORIZONS_DAYS)), known_until)
    failed = _Aligned.to(places, _rows(warehouse, records.first_failures(at, until)), "transformer_id").times(
        "failed_at"
    )
    renewed = _Aligned.to(
        places, _rows(warehouse, records.first_renewals(at, until)), "transformer_id"
    ).times("renewed_at")
    found = np.full((len(places), len(HORIZONS_DAYS)), UNKNOWN, dtype=np.int8)
    for column, days in enumerate(HORIZONS_DAYS):
        end = at + timedelta(days=days)
        if end > known_until:
            continue
        last = np.datetime64(end, "us")
        fails = (failed <= last) & (np.isnat(renewed) | (failed < renewed))
        leaves = (renewed <= last) & ~fails
        found[:, column] = np.where(fails, FAILED, np.where(leaves, UNKNOWN, SURVIVED))
    return found


def _make_ratios(units: pa.Table, batches: pa.Table) -> tuple[FloatArray, FloatArray]:
    """Return how often the units of the same maker, and of the same maker and year, failed before."""
    makers = _texts(batches, "maker")
    years = _numbers(batches, "built_year")
    count, failures = _numbers(batches, "unit_count"), _numbers(batches, "failure_count")
    names, which = np.unique(makers.astype(str), return_inverse=True)
    by_maker = features.failure_ratios(
        np.bincount(which, count, len(names)).astype(np.float64),
        np.bincount(which, failures, len(names)).astype(np.float64),
    )
    by_batch = features.failure_ratios(count, failures)
    of_maker = dict(zip(names.tolist(), by_maker.tolist(), strict=True))
    of_batch = {
        (maker, year): ratio
        for maker, year, ratio in zip(makers.tolist(), years.tolist(), by_batch.tolist(), strict=True)
    }
    mine = list(zip(_texts(units, "maker").tolist(), _numbers(units, "built_year").tolist(), strict=True))
    return (
        np.array([of_maker.get(maker, np.nan) for maker, _ in mine], dtype=np.float64),
        np.array([of_batch.get(each, np.nan) for each in mine], dtype=np.float64),
    )


def _years_before(at: datetime, years: int) -> datetime:
    return at - timedelta(hours=features.HOURS_PER_YEAR * years)


def _years_since(times: Times, at: np.datetime64) -> FloatArray:
    seconds = (at - times) / np.timedelta64(1, "s")
    return np.asarray(seconds / 3600.0 / features.HOURS_PER_YEAR, dtype=np.float64)


def _numbers(table: pa.Table, name: str) -> FloatArray:
    return np.asarray(table[name].cast(pa.float64()).to_numpy(), dtype=np.float64)


def _texts(table: pa.Table, name: str) -> Texts:
    return np.asarray(table[name].to_numpy(), dtype=object)


def _equal(table: pa.Table, name: str, value: str) -> FloatArray:
    """Return 1 where a text is a value, 0 where it is another, NaN where it is unknown."""
    found = pc.cast(pc.equal(table[name], value), pa.float64())
    return np.asarray(found.to_numpy(), dtype=np.float64)
