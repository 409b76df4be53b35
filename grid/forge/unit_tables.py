"""The units of the transformers and what is kept of their past as warehouse tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from grid.forge.arrays import IntArray
from grid.forge.clock import Period
from grid.forge.fleet import NONE, Fleet
from grid.forge.ids import FleetIds
from grid.forge.months import Months
from grid.forge.outages import Outage
from grid.forge.seeds import stream
from grid.forge.transformer_sizing import Ratings
from grid.forge.unit_duty import UnitDuty
from grid.forge.unit_lives import UnitLives
from grid.forge.unit_makes import LIQUIDS, MAKERS
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import (
    UnitRemoval,
    t_transformer_true_hazard,
    transformer_monthly_load,
    transformer_units,
)

UNSEEN_WORK_MINUTES = (4 * 60, 48 * 60)
"""How long after it failed a unit that had no supply is replaced: it is found when supply comes back."""

RENEWAL_MINUTES = 120


@dataclass(frozen=True, slots=True)
class Replacement:
    """Hold how a unit was replaced; minutes after the start of the metering period.

    Attributes:
        unit: position of the unit that left.
        transformer: its place.
        is_failure: whether it failed; else it was renewed.
        removed: when it failed, or was switched off.
        begun: when the work began.
        completed: when the new one stood there.
        outage: position of the outage for it; None if the place had no supply, or another way to be supplied.
        crew: position of the crew of that outage; NONE without.
    """

    unit: int
    transformer: int
    is_failure: bool
    removed: int
    begun: int
    completed: int
    outage: int | None
    crew: int


def replacements(*, units: UnitLives, outages: list[Outage], seed: int) -> list[Replacement]:
    """Return how each unit that left was replaced, in order of place and time.

    Args:
        units: the units.
        outages: all outages.
        seed: the configuration's seed.
    """
    at_unit = {
        (outage.transformer, outage.start): number
        for number, outage in enumerate(outages)
        if outage.transformer != NONE and (outage.ends_unit or outage.is_planned)
    }
    left = np.flatnonzero(units.removed < np.iinfo(np.int64).max)
    waits = stream(seed, "replacements").integers(*UNSEEN_WORK_MINUTES, len(left))
    found = []
    for unit, wait in zip(left.tolist(), waits.tolist(), strict=True):
        place, minute = int(units.transformer[unit]), int(units.removed[unit])
        is_failure = bool(units.failed[unit])
        number = at_unit.get((place, minute))
        outage = None if number is None else outages[number]
        if outage is not None:
            begun, completed, crew = outage.arrived, outage.repaired, outage.crew
        elif is_failure:
            begun, completed, crew = minute + wait, minute + wait + RENEWAL_MINUTES, NONE
        else:
            begun, completed, crew = minute, minute + RENEWAL_MINUTES, NONE
        found.append(Replacement(unit, place, is_failure, minute, begun, completed, number, crew))
    return found


def standing_years(*, units: UnitLives, done: list[Replacement], end: int) -> IntArray:
    """Return the year of installation of what stands at each place at the end of the period.

    Args:
        units: the units.
        done: how those that left were replaced.
        end: minute of the end; what is to be completed later has not happened.
    """
    last = np.flatnonzero(np.diff(units.transformer, append=-1))
    year = units.makes.install_year[last].copy()
    for each in done:
        if each.completed > end:
            year[each.transformer] = units.makes.install_year[each.unit]
    return np.asarray(year, dtype=np.int64)


def unit_table(
    *, ids: FleetIds, ratings: Ratings, units: UnitLives, done: list[Replacement], period: Period
) -> pa.Table:
    """Return the register of units: what stood where from when to when, as known at the end of the period.

    Args:
        ids: keys.
        ratings: ratings of the places.
        units: the units.
        done: how those that left were replaced.
        period: the metering period.
    """
    end = period.intervals * 15
    replaced = {each.unit: each for each in done}
    installed = [None if minute < -(2**40) else minute for minute in units.installed.tolist()]
    for unit, each in replaced.items():
        installed[unit + 1] = each.completed
    present = np.array([minute is None or minute <= end for minute in installed])
    place = units.transformer
    number = np.arange(len(place)) - np.searchsorted(place, place)
    removed = [replaced[at].removed if at in replaced else None for at in range(len(place))]
    reasons = [
        None if at not in replaced else UnitRemoval.FAILED if replaced[at].is_failure else UnitRemoval.RENEWED
        for at in range(len(place))
    ]
    makes = units.makes
    columns = {
        "unit_id": [
            f"{ids.transformers[at]}-U{n + 1}" for at, n in zip(place.tolist(), number.tolist(), strict=True)
        ],
        "transformer_id": [ids.transformers[at] for at in place.tolist()],
        "rated_kva": ratings.rated_kva[place],
        "maker": [MAKERS[at] for at in makes.maker.tolist()],
        "built_year": makes.built_year,
        "liquid": [LIQUIDS[at] for at in makes.liquid.tolist()],
        "install_year": makes.install_year,
        "installed_at": _moments(installed, period),
        "removed_at": _moments(removed, period),
        "removal_reason": [None if reason is None else reason.value for reason in reasons],
    }
    return _table(transformer_units, columns).filter(pa.array(present))


def monthly_load_batches(
    *, ids: FleetIds, fleet: Fleet, duty: UnitDuty, months: Months, until: np.datetime64
) -> Iterator[pa.RecordBatch]:
    """Yield the monthly load of the transformers, a batch for each whole month that ends by ``until``.

    Args:
        ids: keys.
        fleet: the grown system.
        duty: what the transformers carried.
        months: the months.
        until: start of the metering period, whose readings are there.
    """
    for at in kept_months(months, until).tolist():
        found = duty.month(at)
        count = len(fleet.transformers.node)
        first = months.month[at].astype("datetime64[D]")
        columns = {
            "transformer_id": ids.transformers,
            "load_month": np.full(count, first),
            "hours": np.full(count, months.hours[at]),
            "peak_loading_pct": np.round(100.0 * found.peak_pu, 2),
            "mean_loading_pct": np.round(100.0 * found.mean_pu, 2),
            "hours_over_100_pct": found.hours_over[0],
            "hours_over_120_pct": found.hours_over[1],
            "hours_over_150_pct": found.hours_over[2],
            "peak_hot_spot_c": np.round(found.hot_spot_c, 2),
            "mean_ageing_factor": found.ageing,
            "mean_voltage_pu": np.round(found.voltage_pu, 4),
        }
        yield from _table(transformer_monthly_load, columns).to_batches()


def kept_months(months: Months, until: np.datetime64) -> IntArray:
    """Return the whole months that end by a moment."""
    ends = (months.month + 1).astype("datetime64[h]")
    return np.flatnonzero(months.is_whole & (ends <= until)).astype(np.int64)


def true_hazard_table(*, ids: FleetIds, units: UnitLives, months: Months) -> pa.Table:
    """Return what was truly expected of the unit at each place, at the start of each quarter.

    Args:
        ids: keys.
        units: the units.
        months: the months.
    """
    count = len(ids.transformers)
    as_of = np.repeat(months.month[units.cut_off].astype("datetime64[us]"), count)
    columns = {"transformer_id": ids.transformers * len(units.cut_off), "as_of": as_of}
    for at, days in enumerate((30, 90, 365)):
        values = units.expected[:, at].ravel().astype(np.float64)
        columns[f"expected_failures_{days}d"] = pa.array(values, mask=np.isnan(values))
    return _table(t_transformer_true_hazard, columns)


def _moments(minutes: list[int | None], period: Period) -> pa.Array:
    known = np.array([0 if minute is None else minute for minute in minutes], dtype=np.int64)
    at = np.datetime64(period.start, "us") + known * np.timedelta64(60_000_000, "us")
    return pa.array(at, pa.timestamp("us"), mask=np.array([minute is None for minute in minutes]))


def _table(declared: object, columns: dict[str, object]) -> pa.Table:
    schema = pa_schema(declared)  # type: ignore[arg-type]
    return pa.Table.from_arrays(
        [
            column if isinstance(column, pa.Array) else pa.array(column, type=field.type)
            for field, column in ((field, columns[field.name]) for field in schema)
        ],
        schema=schema,
    )
