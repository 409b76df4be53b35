"""The life of the grid, event by event: faults open devices, crews are sent, ties closed, devices repaired.

A lasting fault opens the device that clears it, which interrupts what lies behind and still has supply. Where
a sectionalising device beyond the faulted zone and a tie at the backbone's end allow it, the healthy part is
fed from the neighbour before the repair is done. Outages wait for crews, the largest first, so a storm takes
as long as the crews need for it. If a larger device opened after a smaller one, those behind both have supply
again when both are closed. What fails behind an open device has no effect of its own and is left out, and
while a tie feeds a neighbour no backbone device opens on either circuit.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtr, ndtri

from grid.forge.crews import CrewRoster
from grid.forge.dispatch import DispatchParams, Pool, SafeHours
from grid.forge.draft import FUSE
from grid.forge.fault_causes import CABLE, FAULT_CLASSES, OVERHEAD, PAD_TRANSFORMER, PLANNED_WORK
from grid.forge.fault_causes import POLE_TRANSFORMER as ON_POLE
from grid.forge.fleet import NONE, Fleet
from grid.forge.hazards import Faults
from grid.forge.line_sizing import LineSizes
from grid.forge.load_transfer import LoadTransfer
from grid.forge.open_zones import Zone, gaps, without
from grid.forge.outages import Momentary, Outage
from grid.forge.planned_work import PlannedParams, PlannedWork
from grid.forge.protection import Clearing
from grid.forge.seeds import stream
from grid.forge.weather import Weather
from grid.warehouse.tables import CrewKind

P50, P80 = 0.5, 0.8


@dataclass(frozen=True, slots=True)
class RestorationParams:
    """Set repair and switching times.

    Work on site is lognormal, (median minutes, standard deviation of the logarithm); with the ways and waits
    it comes to the orders of magnitude of Brown, *Electric Power Distribution Reliability*.

    Attributes:
        backbone: overhead backbone.
        lateral: overhead lateral.
        refuse: replacing a fuse after a temporary fault.
        cable: underground section.
        pole_transformer: transformer on a pole.
        pad_transformer: transformer on a pad.
        pole_replacement: a new transformer on a pole.
        pad_replacement: a new transformer on a pad.
        least_minutes: shortest work.
        longest_minutes: longest.
        confirm_minutes: earliest and latest confirmation by a call or a control.
        switching_minutes: earliest and latest closing of a tie.
        tie_margin: part of a neighbour's rating that may be used.
        dispatch: how crews are sent.
        planned: work that is announced.
    """

    backbone: tuple[float, float] = (75.0, 0.6)
    lateral: tuple[float, float] = (75.0, 0.6)
    refuse: tuple[float, float] = (25.0, 0.5)
    cable: tuple[float, float] = (180.0, 0.6)
    pole_transformer: tuple[float, float] = (80.0, 0.6)
    pad_transformer: tuple[float, float] = (150.0, 0.5)
    pole_replacement: tuple[float, float] = (150.0, 0.5)
    pad_replacement: tuple[float, float] = (240.0, 0.5)
    least_minutes: int = 10
    longest_minutes: int = 1800
    confirm_minutes: tuple[int, int] = (2, 12)
    switching_minutes: tuple[int, int] = (25, 70)
    tie_margin: float = 0.95
    dispatch: DispatchParams = field(default_factory=DispatchParams)
    planned: PlannedParams = field(default_factory=PlannedParams)


@dataclass(eq=False, slots=True)
class _Job:
    """Hold an outage in progress."""

    outage: Outage
    zone: Zone
    ranges: list[tuple[int, int]]
    work_minutes: int
    order: int
    is_sent: bool = False
    is_done: bool = False
    fed: tuple[int, int] | None = None
    """The two circuits that a tie joins while it lasts."""


@dataclass(frozen=True, eq=False)
class Past:
    """Hold all that happened, in order of time; what ends after the period ends as it will."""

    outages: list[Outage]
    momentaries: list[Momentary]


def live_through(
    *,
    fleet: Fleet,
    sizes: LineSizes,
    faults: Faults,
    clearing: Clearing,
    planned: PlannedWork,
    roster: CrewRoster,
    weather: Weather,
    first_hour: int,
    end: int,
    seed: int,
    params: RestorationParams,
) -> Past:
    """Let the faults happen and the crews work.

    Args:
        fleet: the grown system.
        sizes: its ratings, for what a tie may carry.
        faults: failures in order of time.
        clearing: what the protection makes of them.
        planned: planned outages in order of time.
        roster: the crews.
        weather: the hours' weather.
        first_hour: its first hour, counted from the start of the metering period.
        end: minute at which the period ends: estimates are those of then.
        seed: the configuration's seed.
        params: repair and switching times.
    """
    life = _Life(fleet, sizes, roster, weather, first_hour, seed, params)
    life.run(faults, clearing, planned)
    for job in life.jobs:
        outage = job.outage
        outage.pieces = [piece for lo, hi in job.ranges for piece in job.zone.pieces(lo, hi)]
        outage.restored = max(piece.end for piece in outage.pieces)
        _estimate(outage, end)
    return Past([job.outage for job in life.jobs], life.momentaries)


def _estimate(outage: Outage, now: int) -> None:
    """Set the estimates: those given when a crew was sent or, once it is overdue, as the work has lasted.

    The work is lognormal; of work that has lasted x the rest follows from the distribution beyond x.
    """
    lasted = max(now - outage.arrived, 0) if outage.restored > now else 0
    below = float(ndtr(math.log(lasted / outage.median_minutes) / outage.spread)) if lasted else 0.0
    found = []
    for share in (P50, P80):
        z = float(ndtri(min(below + share * (1.0 - below), 1.0 - 1e-9)))
        found.append(math.ceil(outage.median_minutes * math.exp(outage.spread * z)))
    outage.estimate, outage.estimate_p80 = (_quarter(outage.arrived + minutes) for minutes in found)


def _quarter(minute: int) -> int:
    return -(-minute // 15) * 15


CONFIRM, SWITCH, DONE, AID = range(4)


class _Life:
    """Keep the state of the grid while time goes by."""

    def __init__(
        self,
        fleet: Fleet,
        sizes: LineSizes,
        roster: CrewRoster,
        weather: Weather,
        first_hour: int,
        seed: int,
        params: RestorationParams,
    ) -> None:
        self._fleet, self._params, self._seed = fleet, params, seed
        self._weather, self._first_hour = weather, first_hour
        self.jobs: list[_Job] = []
        self.momentaries: list[Momentary] = []
        self._out: dict[int, list[Zone]] = {}
        self._joined: dict[int, int] = {}
        self._events: list[tuple[int, int, int, object]] = []
        self._order = 0
        self._next_planned = 0
        dispatch = params.dispatch
        overhead = roster.of(CrewKind.TROUBLE, CrewKind.LINE)
        underground = roster.of(CrewKind.UNDERGROUND)
        self._overhead: Pool[_Job] = Pool(overhead, roster.lon[overhead], roster.lat[overhead], dispatch)
        self._underground: Pool[_Job] = Pool(
            underground, roster.lon[underground], roster.lat[underground], dispatch
        )
        self._safe = SafeHours(weather.wind_mps, first_hour=first_hour, safe_mps=dispatch.safe_mps)
        self._station = [weather.nearest(site.lon, site.lat) for site in fleet.sites]
        self._customers = np.concatenate(
            [[0], np.cumsum(np.bincount(fleet.meters.transformer, fleet.meters.tenants))]
        ).astype(np.int64).tolist()  # fmt: skip
        switches = fleet.switches
        self._lo, self._hi = switches.transformer_lo.tolist(), switches.transformer_hi.tolist()
        self._kind, self._circuit = switches.kind.tolist(), switches.circuit.tolist()
        self._transformer_circuit = fleet.transformers.circuit.tolist()
        self._site = fleet.circuits.site.tolist()
        self._ties = LoadTransfer(fleet, sizes, params.tie_margin)

    def run(self, faults: Faults, clearing: Clearing, planned: PlannedWork) -> None:
        """Let everything happen in order of time, until the last repair."""
        rng = stream(self._seed, "outages")
        confirm = rng.integers(*self._params.confirm_minutes, len(faults)).tolist()
        switch = rng.integers(*self._params.switching_minutes, len(faults)).tolist()
        spread = rng.standard_normal(len(faults)).tolist()
        second = rng.integers(0, 60, len(faults)).tolist()
        opens, blinks, tries = clearing.opens.tolist(), clearing.blinks.tolist(), clearing.tries.tolist()
        transformer, classes = faults.transformer.tolist(), faults.fault_class.tolist()
        temporary, ends = faults.is_temporary.tolist(), faults.ends_unit.tolist()
        for at, minute in enumerate(faults.minute.tolist()):
            self._happen_until(minute, planned)
            if transformer[at] == NONE:
                device = opens[at] if opens[at] != NONE else blinks[at]
                circuit, lo, hi = self._circuit[device], self._lo[device], self._hi[device]
                is_backbone = self._kind[device] != FUSE
            else:
                circuit, lo = self._transformer_circuit[transformer[at]], transformer[at]
                hi, is_backbone = lo + 1, False
            zones = self._out.get(circuit, [])
            if hi <= lo or any(zone.lo <= lo and hi <= zone.hi for zone in zones):
                continue
            if is_backbone and self._joined.get(circuit, 0):
                continue
            if blinks[at] != NONE:
                hidden = (lo, hi) if opens[at] != NONE else (0, 0)
                self._blink(blinks[at], minute * 60 + second[at], tries[at], zones, hidden)
            if transformer[at] == NONE and opens[at] == NONE:
                continue
            each = FAULT_CLASSES[classes[at]]
            median, sigma = self._work(each.kind, opens[at], temporary[at], ends[at])
            outage = Outage(
                circuit=circuit,
                switch=opens[at],
                transformer=transformer[at],
                kind=each.kind,
                cause=each.cause,
                is_planned=False,
                is_quick=temporary[at],
                start=minute,
                confirmed=minute + confirm[at],
                median_minutes=median,
                spread=sigma,
                ends_unit=ends[at],
            )
            job = self._open(outage, lo, hi, spread[at], is_backbone=is_backbone)
            if job is None:
                continue
            self._push(outage.confirmed, CONFIRM, job)
            if is_backbone:
                self._push(minute + switch[at], SWITCH, job)
        self._happen_until(None, planned)

    def _happen_until(self, minute: int | None, planned: PlannedWork) -> None:
        """Let all happen that comes before a minute; None for all there is."""
        while True:
            next_event = self._events[0][0] if self._events else None
            at = self._next_planned
            next_plan = int(planned.minute[at]) if at < len(planned.minute) else None
            times = [time for time in (next_event, next_plan) if time is not None]
            if not times or (minute is not None and min(times) > minute):
                return
            if next_plan is not None and next_plan == min(times):
                self._next_planned += 1
                self._plan(planned, at)
                continue
            now, _, kind, what = heapq.heappop(self._events)
            self._handle(now, kind, what)

    def _handle(self, now: int, kind: int, what: object) -> None:
        if isinstance(what, Pool):
            what.receive_aid()
            self._serve(what, now)
            return
        assert isinstance(what, _Job)  # noqa: S101 - the only other thing that is pushed
        if kind == CONFIRM:
            pool = self._pool(what.outage)
            if pool.wait(what, customers=what.outage.customers, order=what.order):
                self._push(now + 60 * self._params.dispatch.aid_hours, AID, pool)
            self._serve(pool, now)
        elif kind == SWITCH:
            self._close_tie(what, now)
        else:
            self._finish(what, now)

    def _push(self, minute: int, kind: int, what: object) -> None:
        self._order += 1
        heapq.heappush(self._events, (minute, self._order, kind, what))

    def _pool(self, outage: Outage) -> Pool[_Job]:
        return self._underground if outage.kind in {CABLE, PAD_TRANSFORMER} else self._overhead

    def _work(self, kind: str, switch: int, is_temporary: bool, ends_unit: bool) -> tuple[float, float]:
        """Return median and spread of the work on site."""
        params = self._params
        if is_temporary:
            return params.refuse
        if kind == CABLE:
            return params.cable
        if kind == OVERHEAD:
            return params.lateral if self._kind[switch] == FUSE else params.backbone
        if ends_unit:
            return params.pole_replacement if kind == ON_POLE else params.pad_replacement
        return params.pole_transformer if kind == ON_POLE else params.pad_transformer

    def _open(self, outage: Outage, lo: int, hi: int, spread: float, *, is_backbone: bool) -> _Job | None:
        """Interrupt what lies in a range and still has supply; None if nothing does."""
        zones = self._out.setdefault(outage.circuit, [])
        ranges = without(lo, hi, zones)
        if not ranges:
            return None
        outage.customers = sum(self._customers[last] - self._customers[first] for first, last in ranges)
        work = outage.median_minutes * math.exp(outage.spread * spread)
        minutes = max(self._params.least_minutes, min(round(work), self._params.longest_minutes))
        job = _Job(outage, Zone(lo, hi, is_backbone=is_backbone), ranges, minutes, len(self.jobs))
        zones.append(job.zone)
        self.jobs.append(job)
        return job

    def _blink(
        self, switch: int, second: int, tries: int, zones: list[Zone], hidden: tuple[int, int]
    ) -> None:
        """Note a momentary interruption of all behind a switch who had supply and keep it."""
        lo, hi = self._lo[switch], self._hi[switch]
        if any(zone.lo <= lo and hi <= zone.hi for zone in zones):
            return
        out = [(zone.lo, zone.hi) for zone in zones]
        if hidden[1] > hidden[0]:
            out.append(hidden)
        seen = sum(self._customers[b] - self._customers[a] for a, b in gaps(lo, hi, out))
        if seen:
            self.momentaries.append(Momentary(switch, second, tries, seen))

    def _serve(self, pool: Pool[_Job], now: int) -> None:
        """Send crews while there are crews and outages that wait."""
        while (job := pool.next_job()) is not None:
            outage = job.outage
            outage.crew, travel = pool.send(*self._place(outage))
            outage.assigned = now
            station = self._station[self._site[outage.circuit]]
            outage.arrived = self._safe.from_minute(station, now + travel)
            outage.repaired = outage.arrived + job.work_minutes
            job.is_sent = True
            self._push(outage.repaired, DONE, job)

    def _finish(self, job: _Job, now: int) -> None:
        """Close the device again."""
        zones = self._out[job.outage.circuit]
        for leaf in [leaf for _, _, leaf in job.zone.leaves(job.zone.lo, job.zone.hi) if leaf.end is None]:
            leaf.end = now
            zones.remove(leaf)
            leaf.later = next((zone for zone in zones if zone.lo <= leaf.lo and leaf.hi <= zone.hi), None)
        job.is_done = True
        if job.fed is not None:
            for circuit in job.fed:
                self._joined[circuit] -= 1
        pool = self._pool(job.outage)
        pool.release(job.outage.crew)
        self._serve(pool, now)

    def _close_tie(self, job: _Job, now: int) -> None:
        """Feed the healthy part of a backbone from a neighbour, if one can."""
        outage = job.outage
        if job.is_done or (job.is_sent and now + 20 > outage.repaired):
            return  # too late to be worth it
        found = self._ties.part_beyond(outage.switch)
        zones = self._out[outage.circuit]
        if found is None or self._joined.get(outage.circuit, 0):
            return
        lo, hi = found
        if any(zone is not job.zone and zone.lo < hi and lo < zone.hi for zone in zones):
            return
        for neighbour in self._ties.neighbours(outage.circuit, lo, hi):
            busy = self._joined.get(neighbour, 0) or any(
                zone.is_backbone for zone in self._out.get(neighbour, [])
            )
            if busy:
                continue
            self._divide(job, lo, hi, now)
            job.fed = (outage.circuit, neighbour)
            for circuit in job.fed:
                self._joined[circuit] = self._joined.get(circuit, 0) + 1
            return

    def _divide(self, job: _Job, lo: int, hi: int, now: int) -> None:
        zone, zones = job.zone, self._out[job.outage.circuit]
        bounds = [(zone.lo, lo), (lo, hi), (hi, zone.hi)]
        zone.parts = [Zone(a, b, is_backbone=True) for a, b in bounds if b > a]
        zones.remove(zone)
        for part in zone.parts:
            if part.lo == lo:
                part.end = now
            else:
                zones.append(part)

    def _plan(self, work: PlannedWork, at: int) -> None:
        """Switch off for planned work, if nothing speaks against it."""
        planned = self._params.planned
        minute, switch, transformer = int(work.minute[at]), int(work.switch[at]), int(work.transformer[at])
        if switch != NONE:
            circuit, lo, hi = self._circuit[switch], self._lo[switch], self._hi[switch]
            kind = OVERHEAD
        else:
            circuit, lo, hi = self._transformer_circuit[transformer], transformer, transformer + 1
            on_pole = self._fleet.transformers.pole[transformer] != NONE
            kind = ON_POLE if on_pole else PAD_TRANSFORMER
        station = self._station[self._site[circuit]]
        hour = minute // 60 - self._first_hour
        outage = Outage(
            circuit=circuit,
            switch=switch,
            transformer=transformer,
            kind=kind,
            cause=PLANNED_WORK,
            is_planned=True,
            is_quick=False,
            start=minute,
            confirmed=minute,
            median_minutes=planned.median_minutes,
            spread=planned.spread,
        )
        pool = self._pool(outage)
        is_put_off = float(self._weather.wind_mps[station, hour]) > planned.calm_mps or not pool.is_idle
        zones = self._out.get(circuit, [])
        if is_put_off or hi <= lo or any(zone.lo < hi and lo < zone.hi for zone in zones):
            return
        job = self._open(outage, lo, hi, float(work.spread[at]), is_backbone=False)
        if job is None:
            return
        outage.crew, _ = pool.send(*self._place(outage))  # there since before the start
        outage.assigned = outage.arrived = minute
        outage.repaired = minute + job.work_minutes
        job.is_sent = True
        self._push(outage.repaired, DONE, job)

    def _place(self, outage: Outage) -> tuple[float, float]:
        fleet = self._fleet
        if outage.switch == NONE:
            at = outage.transformer
            return float(fleet.transformers.lon[at]), float(fleet.transformers.lat[at])
        node = int(fleet.switches.end[outage.switch])
        return float(fleet.nodes.lon[node]), float(fleet.nodes.lat[node])
