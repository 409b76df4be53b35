"""Outages, who they interrupt, and momentary interruptions as warehouse tables: what is known at the end of
the period.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from grid.forge.arrays import IntArray
from grid.forge.clock import Period
from grid.forge.crews import CrewRoster
from grid.forge.fleet import NONE, Fleet
from grid.forge.ids import FleetIds
from grid.forge.outages import Momentary, Outage
from grid.forge.protection import seconds_open
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import (
    OutageSource,
    OutageStatus,
    momentary_interruptions,
    outage_interruptions,
    outage_restoration_tracker,
)

BY_OTHERS = "Restored by a crew of another utility."

RESTORED = OutageStatus.RESTORED.value


def outage_keys(outages: list[Outage]) -> list[str]:
    """Return the keys of the outages."""
    return [f"OUT-{number:06d}" for number in range(1, len(outages) + 1)]


def outage_tables(
    *,
    fleet: Fleet,
    ids: FleetIds,
    roster: CrewRoster,
    outages: list[Outage],
    momentaries: list[Momentary],
    period: Period,
) -> dict[str, pa.Table]:
    """Return the tables by name. What comes after the period has not happened yet.

    Args:
        fleet: the grown system.
        ids: its keys.
        roster: the crews.
        outages: all outages, by time.
        momentaries: all momentary interruptions, by time.
        period: the metering period.
    """
    end = period.intervals * 15
    pieces = _Pieces(fleet, outages, end)
    return {
        "outage_restoration_tracker": _outages(fleet, ids, roster, outages, pieces, period),
        "outage_interruptions": _interruptions(fleet, ids, outages, pieces, period),
        "momentary_interruptions": _momentaries(fleet, ids, momentaries, period),
    }


def outage_status(outage: Outage, at: int) -> str:
    """Return how far an outage has come at a minute."""
    for minute, status in (
        (outage.restored, OutageStatus.RESTORED),
        (outage.arrived, OutageStatus.IN_PROGRESS),
        (outage.assigned, OutageStatus.ASSIGNED),
        (outage.confirmed, OutageStatus.CONFIRMED),
    ):
        if minute <= at:
            return status.value
    return OutageStatus.PREDICTED.value


def outage_asset(fleet: Fleet, ids: FleetIds, outage: Outage) -> tuple[str, str, float, float]:
    """Return kind, key, longitude and latitude of the device that an outage is at."""
    if outage.switch == NONE:
        at = outage.transformer
        lon, lat = float(fleet.transformers.lon[at]), float(fleet.transformers.lat[at])
        return "TRANSFORMER", ids.transformers[at], lon, lat
    node = int(fleet.switches.end[outage.switch])
    return "SWITCH", ids.switches[outage.switch], float(fleet.nodes.lon[node]), float(fleet.nodes.lat[node])


class _Pieces:
    """Hold a row per outage and transformer that it interrupts, as columns."""

    def __init__(self, fleet: Fleet, outages: list[Outage], end: int) -> None:
        flat = [
            (number, piece.lo, piece.hi, piece.end)
            for number, outage in enumerate(outages)
            for piece in outage.pieces
        ]
        table = np.array(flat, dtype=np.int64).reshape(-1, 4)
        length = table[:, 2] - table[:, 1]
        first = np.cumsum(length) - length
        within = np.arange(int(length.sum())) - np.repeat(first, length)
        transformer = np.repeat(table[:, 1], length) + within
        per_transformer = np.bincount(fleet.meters.transformer, fleet.meters.tenants)
        customers = per_transformer.astype(np.int64)[transformer]
        kept = customers > 0
        self.outage: IntArray = np.repeat(table[:, 0], length)[kept]
        self.transformer: IntArray = transformer[kept]
        self.end: IntArray = np.repeat(table[:, 3], length)[kept]
        self.customers: IntArray = customers[kept]
        self.is_over = self.end <= end

    def still_out(self, count: int) -> IntArray:
        """Return the customers of each outage that are not restored."""
        waiting = np.where(self.is_over, 0, self.customers)
        return np.bincount(self.outage, waiting, count).astype(np.int64)

    def last_restored(self, count: int) -> IntArray:
        """Return the minute of each outage's last restoration so far; the least integer without any."""
        found = np.full(count, np.iinfo(np.int64).min)
        np.maximum.at(found, self.outage[self.is_over], self.end[self.is_over])
        return found


def _outages(
    fleet: Fleet, ids: FleetIds, roster: CrewRoster, outages: list[Outage], pieces: _Pieces, period: Period
) -> pa.Table:
    end = period.intervals * 15
    moments = _Moments(period)

    def minutes(name: str) -> IntArray:
        return np.array([getattr(outage, name) for outage in outages], dtype=np.int64)

    circuit = minutes("circuit")
    start, confirmed, assigned, arrived = map(minutes, ("start", "confirmed", "assigned", "arrived"))
    restored = minutes("restored")
    known = [np.where(step <= end, step, start) for step in (start, confirmed, assigned, arrived)]
    updated = np.maximum.reduce([*known, pieces.last_restored(len(outages))])
    assets = [outage_asset(fleet, ids, outage) for outage in outages]
    is_sent = (assigned <= end).tolist()
    has_cause = ((arrived <= end) | np.array([outage.is_planned for outage in outages], dtype=bool)).tolist()
    return _table(
        outage_restoration_tracker,
        outage_id=outage_keys(outages),
        substation_id=_substations(fleet, circuit),
        circuit_id=[ids.circuits[at] for at in circuit.tolist()],
        switch_id=[key if kind == "SWITCH" else None for kind, key, _, _ in assets],
        transformer_id=[key if kind == "TRANSFORMER" else None for kind, key, _, _ in assets],
        meter_id=[None] * len(outages),
        status=[outage_status(outage, end) for outage in outages],
        cause_code=[
            outage.cause if is_known else None for outage, is_known in zip(outages, has_cause, strict=True)
        ],
        is_planned=[outage.is_planned for outage in outages],
        source=[OutageSource.RECORDED.value] * len(outages),
        started_at=moments.of(start),
        confirmed_at=moments.of(confirmed, where=confirmed <= end),
        restored_at=moments.of(restored, where=restored <= end),
        estimated_restoration_at=moments.of(minutes("estimate")),
        estimated_restoration_p80_at=moments.of(minutes("estimate_p80")),
        customers_interrupted=[outage.customers for outage in outages],
        customers_out=pieces.still_out(len(outages)),
        crew_id=[
            roster.ids[outage.crew] if sent and outage.crew != NONE else None
            for outage, sent in zip(outages, is_sent, strict=True)
        ],
        notes=[BY_OTHERS if outage.crew == NONE and outage.restored <= end else None for outage in outages],
        version=[1] * len(outages),
        latitude=[lat for *_, lat in assets],
        longitude=[lon for *_, lon, _ in assets],
        updated_at=moments.of(updated),
    )


def _interruptions(
    fleet: Fleet, ids: FleetIds, outages: list[Outage], pieces: _Pieces, period: Period
) -> pa.Table:
    moments = _Moments(period)
    start = np.array([outage.start for outage in outages], dtype=np.int64)[pieces.outage]
    outage = pa.array(outage_keys(outages), pa.string()).take(pa.array(pieces.outage))
    transformer = pa.array(ids.transformers, pa.string()).take(pa.array(pieces.transformer))
    circuit = fleet.transformers.circuit[pieces.transformer]
    return _table(
        outage_interruptions,
        interruption_id=pc.binary_join_element_wise(outage, transformer, "|"),
        outage_id=outage,
        transformer_id=transformer,
        meter_id=pa.nulls(len(outage), pa.string()),
        substation_id=_substations(fleet, circuit),
        circuit_id=pa.array(ids.circuits, pa.string()).take(pa.array(circuit)),
        customers=pieces.customers,
        started_at=moments.of(start),
        restored_at=moments.of(pieces.end, where=pieces.is_over),
        updated_at=moments.of(np.where(pieces.is_over, pieces.end, start)),
    )


def _momentaries(fleet: Fleet, ids: FleetIds, momentaries: list[Momentary], period: Period) -> pa.Table:
    found = [each for each in momentaries if each.start_s < period.intervals * 900 - 300]
    moments = _Moments(period)
    switch = np.array([each.switch for each in found], dtype=np.int64)
    start = np.array([each.start_s for each in found], dtype=np.int64)
    tries = np.array([each.tries for each in found], dtype=np.int64)
    circuit = fleet.switches.circuit[switch]
    return _table(
        momentary_interruptions,
        momentary_id=[f"MOM-{number:07d}" for number in range(1, len(found) + 1)],
        substation_id=_substations(fleet, circuit),
        circuit_id=[ids.circuits[at] for at in circuit.tolist()],
        switch_id=[ids.switches[at] for at in switch.tolist()],
        started_at=moments.of_seconds(start),
        ended_at=moments.of_seconds(start + seconds_open(tries).astype(np.int64)),
        operation_count=tries,
        customers_interrupted=[each.customers for each in found],
    )


class _Moments:
    """Turn minutes or seconds after the start of the period into timestamps."""

    def __init__(self, period: Period) -> None:
        self._start = np.datetime64(period.start, "us")

    def of(self, minutes: IntArray, where: Any = None) -> pa.Array:
        """Return the moments; null where a condition does not hold."""
        return self._array(self._start + minutes * np.timedelta64(60_000_000, "us"), where)

    def of_seconds(self, seconds: IntArray) -> pa.Array:
        """Return the moments."""
        return self._array(self._start + seconds * np.timedelta64(1_000_000, "us"), None)

    def _array(self, moments: Any, where: Any) -> pa.Array:
        return pa.array(moments, pa.timestamp("us"), mask=None if where is None else ~where)


def _substations(fleet: Fleet, circuit: IntArray) -> pa.Array:
    names = pa.array([site.substation_id for site in fleet.sites], pa.string())
    return names.take(pa.array(fleet.circuits.site[circuit]))


def _table(declared: Any, **columns: Any) -> pa.Table:
    """Return columns in the declared schema."""
    schema = pa_schema(declared)
    arrays = [
        column if isinstance(column, pa.Array) else pa.array(column, type=field.type)
        for field, column in ((field, columns[field.name]) for field in schema)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
