"""Outages: what each failure interrupts, how it is restored, and when every meter is without supply.

A failure opens the nearest protective device towards the substation, which interrupts exactly what lies
behind it. Where a sectionalising device beyond the faulted zone and a tie at the backbone's end allow it, the
healthy part is fed from the neighbour before the repair is done. At most one outage at a time holds any part
of a circuit: failures behind an open device have no effect of their own and are left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from grid.forge.clock import Period
from grid.forge.draft import BREAKER, FUSE, RECLOSER, SECTIONALIZER, TIE
from grid.forge.fleet import NONE, Fleet
from grid.forge.hazards import CABLE_FAULT, OVERHEAD_FAULT, TRANSFORMER_FAULT, Fault
from grid.forge.line_sizing import LineSizes, kw_behind
from grid.forge.seeds import stream

BEYOND = {BREAKER: RECLOSER, RECLOSER: SECTIONALIZER}
"""The device behind which load can be fed from a tie when the zone of the first one is faulted."""


@dataclass(frozen=True, slots=True)
class RestorationParams:
    """Set repair and switching times.

    Repair times are lognormal, (median h, standard deviation of the logarithm); orders of magnitude from
    Brown, *Electric Power Distribution Reliability*.

    Attributes:
        backbone: overhead backbone.
        lateral: overhead lateral.
        refuse_frac: overhead lateral faults that need but a new fuse.
        refuse: replacing a fuse.
        cable: underground section.
        pole_transformer: transformer on a pole.
        pad_transformer: transformer on a pad.
        storm_mps: wind above which crews are stretched.
        storm_factor: longer repairs then.
        least_minutes: shortest outage.
        longest_hours: longest repair.
        switching_minutes: earliest and latest closing of a tie.
        tie_margin: part of a neighbour's rating that may be used.
    """

    backbone: tuple[float, float] = (2.5, 0.6)
    lateral: tuple[float, float] = (2.2, 0.6)
    refuse_frac: float = 0.4
    refuse: tuple[float, float] = (1.0, 0.5)
    cable: tuple[float, float] = (6.0, 0.6)
    pole_transformer: tuple[float, float] = (2.0, 0.6)
    pad_transformer: tuple[float, float] = (3.5, 0.5)
    storm_mps: float = 11.0
    storm_factor: float = 1.6
    least_minutes: int = 15
    longest_hours: float = 30.0
    switching_minutes: tuple[int, int] = (25, 70)
    tie_margin: float = 0.95


@dataclass(frozen=True, slots=True)
class Interruption:
    """Hold a range of meters without supply from one minute to another, minutes after the period's start."""

    meter_lo: int
    meter_hi: int
    start: int
    end: int


@dataclass(eq=False)
class Outage:
    """Hold one outage.

    Attributes:
        fault: its cause.
        circuit: position of the circuit.
        transformers: range of transformers interrupted.
        cause: cause code.
        start: minute of the interruption.
        restored: minute when everybody has supply again, may lie beyond the period.
        estimate: minute announced for that.
        steps: (minute, customers) of each restoration, the last one included.
        customers: customers interrupted.
        interruptions: who was out when.
    """

    fault: Fault
    circuit: int
    transformers: tuple[int, int]
    cause: str
    start: int
    restored: int
    estimate: int
    steps: list[tuple[int, int]]
    customers: int
    interruptions: list[Interruption] = field(default_factory=list)


@dataclass(slots=True)
class _Hold:
    """Hold part of a circuit for a time; ``whole_backbone`` while it feeds a neighbour."""

    start: int
    end: int
    lo: int
    hi: int


def forge_outages(
    *,
    fleet: Fleet,
    sizes: LineSizes,
    faults: list[Fault],
    period: Period,
    seed: int,
    params: RestorationParams,
) -> list[Outage]:
    """Turn failures into outages, in order of time.

    Args:
        fleet: the grown system.
        sizes: its ratings, for what a tie may carry.
        faults: failures in order of time.
        period: the metering period.
        seed: the configuration's seed.
        params: repair and switching times.
    """
    rng = stream(seed, "outages")
    ledger = _Ledger(fleet, sizes, params)
    customer_lo = fleet.customer_lo
    found: list[Outage] = []
    for fault in faults:
        circuit, lo, hi = _reach(fleet, fault)
        repair, typical = _repair_minutes(fleet, fault, params, rng)
        estimate = _quarter(fault.minute + typical)
        cause = _cause(fault, rng)
        switching = int(rng.integers(*params.switching_minutes))
        if hi <= lo or not ledger.is_free(circuit, lo, hi, fault.minute, fault.minute + repair):
            continue
        end = fault.minute + repair
        moved = ledger.transfer(fault, circuit, fault.minute + switching, end)
        ledger.hold(circuit, fault.minute, end, lo, hi)
        outage = Outage(fault, circuit, (lo, hi), cause, fault.minute, end, estimate, [], 0)
        meters = fleet.meter_range(lo, hi)
        outage.customers = int(customer_lo[meters.stop] - customer_lo[meters.start])
        outage.interruptions, outage.steps = _pieces(fleet, outage, moved)
        if end > period.intervals * 15:
            outage.estimate = max(estimate, _half_hour(end))
        found.append(outage)
    return found


class _Ledger:
    """Know which parts of which circuits are held by outages or feed a neighbour."""

    def __init__(self, fleet: Fleet, sizes: LineSizes, params: RestorationParams) -> None:
        self._fleet = fleet
        self._params = params
        self._held: dict[int, list[_Hold]] = {}
        self._rated_kw = sizes.circuit_rated_kw(fleet)
        switches = fleet.switches
        self._devices = {
            (int(circuit), str(kind)): index
            for index, (circuit, kind) in enumerate(zip(switches.circuit, switches.kind, strict=True))
            if kind in (RECLOSER, SECTIONALIZER)
        }
        self._neighbours: dict[int, list[int]] = {}
        for index in np.flatnonzero(switches.kind == TIE).tolist():
            a, b = int(switches.circuit[index]), int(switches.other_circuit[index])
            self._neighbours.setdefault(a, []).append(b)
            self._neighbours.setdefault(b, []).append(a)

    def is_free(self, circuit: int, lo: int, hi: int, start: int, end: int) -> bool:
        """Return whether no outage touches a range of transformers between two minutes."""
        return not any(
            hold.start < end and start < hold.end and hold.lo < hi and lo < hold.hi
            for hold in self._held.get(circuit, [])
        )

    def hold(self, circuit: int, start: int, end: int, lo: int, hi: int) -> None:
        """Note that an outage holds a range of transformers."""
        self._held.setdefault(circuit, []).append(_Hold(start, end, lo, hi))

    def transfer(self, fault: Fault, circuit: int, at: int, end: int) -> tuple[int, int, int] | None:
        """Return (first transformer, end, minute) of what a neighbour takes over, and note it; None if
        nothing.
        """
        fleet = self._fleet
        if fault.switch == NONE or at + 20 > end:
            return None
        device = self._devices.get((circuit, BEYOND.get(str(fleet.switches.kind[fault.switch]), "")))
        if device is None:
            return None
        lo, hi = int(fleet.switches.transformer_lo[device]), int(fleet.switches.transformer_hi[device])
        if hi <= lo:
            return None
        load = float(kw_behind(fleet, np.array([lo]), np.array([hi]))[0])
        for neighbour in self._neighbours.get(circuit, []):
            first, last = (
                int(fleet.circuits.transformer_lo[neighbour]),
                int(fleet.circuits.transformer_hi[neighbour]),
            )
            spare = self._params.tie_margin * self._rated_kw[neighbour] - fleet.circuits.design_kw[neighbour]
            if load <= spare and self.is_free(neighbour, first, last, at, end):
                self.hold(neighbour, at, end, first, last)
                return lo, hi, at
        return None


def _reach(fleet: Fleet, fault: Fault) -> tuple[int, int, int]:
    """Return the circuit and the range of transformers that a failure interrupts."""
    if fault.switch == NONE:
        return int(fleet.transformers.circuit[fault.transformer]), fault.transformer, fault.transformer + 1
    switches = fleet.switches
    return (
        int(switches.circuit[fault.switch]),
        int(switches.transformer_lo[fault.switch]),
        int(switches.transformer_hi[fault.switch]),
    )


def _pieces(
    fleet: Fleet, outage: Outage, moved: tuple[int, int, int] | None
) -> tuple[list[Interruption], list[tuple[int, int]]]:
    """Return who is out when, and the restoration steps that follow from it."""
    customer_lo = fleet.customer_lo
    lo, hi = outage.transformers
    ranges = [(lo, hi, outage.restored)]
    if moved is not None:
        ranges = [
            (lo, moved[0], outage.restored),
            (moved[0], moved[1], moved[2]),
            (moved[1], hi, outage.restored),
        ]
    interruptions: list[Interruption] = []
    restored: dict[int, int] = {}
    for first, last, end in ranges:
        meters = fleet.meter_range(first, last)
        if meters.stop > meters.start:
            interruptions.append(Interruption(meters.start, meters.stop, outage.start, end))
            customers = int(customer_lo[meters.stop] - customer_lo[meters.start])
            restored[end] = restored.get(end, 0) + customers
    return interruptions, sorted(restored.items())


def _repair_minutes(
    fleet: Fleet, fault: Fault, params: RestorationParams, rng: np.random.Generator
) -> tuple[int, int]:
    """Return the minutes until repair, and the typical minutes that are announced."""
    spread = float(rng.standard_normal())
    quick = bool(rng.random() < params.refuse_frac)
    if fault.kind == TRANSFORMER_FAULT:
        on_pole = fleet.transformers.pole[fault.transformer] != NONE
        median, sigma = params.pole_transformer if on_pole else params.pad_transformer
    elif fault.kind == CABLE_FAULT:
        median, sigma = params.cable
    elif fleet.switches.kind[fault.switch] == FUSE:
        median, sigma = params.refuse if quick else params.lateral
    else:
        median, sigma = params.backbone
    if fault.wind_mps > params.storm_mps:
        median *= params.storm_factor
    hours = min(median * math.exp(sigma * spread), params.longest_hours)
    return max(params.least_minutes, round(60.0 * hours)), round(60.0 * median)


def _cause(fault: Fault, rng: np.random.Generator) -> str:
    """Return a cause code that fits the failure and the weather of the hour."""
    draw = float(rng.random())
    table: tuple[tuple[str, float], ...]
    if fault.kind == CABLE_FAULT:
        table = (("EQUIPMENT", 0.75), ("DIG_IN", 0.25))
    elif fault.wind_mps > 11.0:
        table = (("VEGETATION", 0.5), ("WIND", 0.3), ("LIGHTNING", 0.2))
    elif fault.kind == TRANSFORMER_FAULT:
        table = (("EQUIPMENT", 0.6), ("ANIMAL", 0.3), ("OVERLOAD", 0.1))
    elif fault.kind == OVERHEAD_FAULT and fault.rain_mm > 1.0:
        table = (("LIGHTNING", 0.4), ("VEGETATION", 0.4), ("EQUIPMENT", 0.2))
    else:
        table = (
            ("ANIMAL", 0.28),
            ("VEGETATION", 0.27),
            ("EQUIPMENT", 0.25),
            ("VEHICLE", 0.1),
            ("UNKNOWN", 0.1),
        )
    for code, share in table:
        draw -= share
        if draw < 0.0:
            return code
    return table[-1][0]


def _quarter(minute: int) -> int:
    return -(-minute // 15) * 15


def _half_hour(minute: int) -> int:
    return (minute // 30 + 1) * 30
