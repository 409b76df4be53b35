"""Interval use of every meter, scaled so that each substation peaks at its real demand.

The use of a substation's meters on one UTC date depends on the seed, the substation and the date alone. It is
made when wanted and forgotten: once to find the peak, once for the transformers' hourly load, once for the
readings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from grid.forge.arrays import BoolArray, Float32Array, FloatArray, Int32Array, IntArray
from grid.forge.clock import PER_HOUR, Day, Period
from grid.forge.fleet import Fleet
from grid.forge.outages import Interruption, Outage
from grid.forge.profiles import CLASS_OF, DAY_SPREAD, noise_share
from grid.forge.seeds import stream

WH_PER_KWH = 1000
"""Readings are whole watt-hours."""

ESTIMATED_FRAC = 0.0015
"""Meter-days with a gap in the interval data, whose energy is spread evenly over the gap (flat estimate)."""

GAP_INTERVALS = (4, 32)

CACHE_FLOATS = 30_000_000
"""A substation's whole period is kept between its two passes if it is no larger than this."""


@dataclass(frozen=True, eq=False)
class SiteModel:
    """Hold what the use of one substation's meters follows from.

    Attributes:
        key: the substation's natural key.
        meters: its range of meters.
        mean_kw: annual mean of each meter.
        archetype: archetype of each meter.
        noise: random share of each meter's use.
        relative: expected relative power of each archetype, (archetypes, intervals).
        interruptions: outages that touch it, meters counted from its first.
        scale: factor on every meter.
    """

    key: str
    meters: slice
    mean_kw: Float32Array
    archetype: IntArray
    noise: Float32Array
    relative: Float32Array
    interruptions: tuple[Interruption, ...]
    scale: float


@dataclass(frozen=True, eq=False)
class SiteDay:
    """Hold one substation's readings of one UTC date, (meters, intervals).

    Attributes:
        usage_wh: energy of each interval.
        out: intervals wholly without supply; None if there are none.
        estimated: estimated intervals; None if there are none.
    """

    usage_wh: Int32Array
    out: BoolArray | None
    estimated: BoolArray | None


@dataclass(frozen=True, eq=False)
class SiteResult:
    """Hold what the readings of one substation add up to.

    Attributes:
        model: the substation with its final scale.
        peak_wh: largest hourly energy of each transformer.
        peak_hour: hour of the period in which it first occurred.
        circuit_peak_kw: largest quarter-hour mean of each of its circuits, losses not included.
        peak_kw: largest quarter-hour mean of all its meters, losses not included.
    """

    model: SiteModel
    peak_wh: Int32Array
    peak_hour: IntArray
    circuit_peak_kw: FloatArray
    peak_kw: float


def site_models(
    *, fleet: Fleet, outages: list[Outage], station: IntArray, powers: list[FloatArray]
) -> list[SiteModel]:
    """Return the model of every substation, not yet scaled.

    Args:
        fleet: the grown system.
        outages: all outages.
        station: weather station of each substation.
        powers: expected relative power per station.
    """
    narrow = [power.astype(np.float32) for power in powers]
    pieces: dict[int, list[Interruption]] = {}
    for outage in outages:
        if outage.restored > 0:  # else over before the metering period
            pieces.setdefault(int(fleet.circuits.site[outage.circuit]), []).extend(
                outage.interruptions(fleet)
            )
    models = []
    for site in fleet.sites:
        span = fleet.site_transformers(site.position)
        meters = fleet.meter_range(span.start, span.stop)
        mine = tuple(
            Interruption(p.meter_lo - meters.start, p.meter_hi - meters.start, p.start, p.end)
            for p in pieces.get(site.position, [])
        )
        models.append(
            SiteModel(
                key=site.substation_id,
                meters=meters,
                mean_kw=fleet.meters.mean_kw[meters].astype(np.float32),
                archetype=fleet.meters.archetype[meters],
                noise=noise_share(
                    CLASS_OF[fleet.meters.archetype[meters]], fleet.meters.tenants[meters]
                ).astype(np.float32),
                relative=narrow[int(station[site.position])],
                interruptions=mine,
                scale=1.0,
            )
        )
    return models


def site_day(model: SiteModel, day: Day, *, seed: int) -> SiteDay:
    """Return one substation's readings of one date."""
    use, out, estimated = _use(model, day, seed)
    return _rounded(model, use, out, estimated)


def simulate_site(
    *,
    model: SiteModel,
    fleet: Fleet,
    site: int,
    period: Period,
    seed: int,
    target_kw: float,
    most_days: int | None = None,
) -> SiteResult:
    """Scale a substation to its demand and sum its readings up.

    Args:
        model: the substation, not yet scaled.
        fleet: the grown system.
        site: position of the substation.
        period: the metering period.
        seed: the configuration's seed.
        target_kw: what its meters together shall peak at.
        most_days: look at so many dates with the largest expected load alone; None for all.
    """
    days = _heaviest(model, period.days(), most_days)
    keep = len(model.mean_kw) * period.intervals <= CACHE_FLOATS
    kept: list[tuple[Float32Array, BoolArray | None, BoolArray | None]] = []
    total_kwh = np.zeros(period.intervals)
    for day in days:
        made = _use(model, day, seed)
        total_kwh[day.lo : day.hi] = made[0].sum(axis=0, dtype=np.float64)
        if keep:
            kept.append(made)
    scaled = replace(model, scale=target_kw / (PER_HOUR * float(total_kwh.max())))

    span = fleet.site_transformers(site)
    starts = fleet.transformers.meter_lo[span] - model.meters.start
    circuits = fleet.transformers.circuit[span]
    circuit_starts = np.flatnonzero(np.diff(circuits, prepend=circuits[0] - 1))
    hourly = np.zeros((span.stop - span.start, period.hours), dtype=np.int32)
    circuit_wh = np.zeros((len(circuit_starts), period.intervals), dtype=np.int64)
    for index, day in enumerate(days):
        use, out, estimated = kept[index] if keep else _use(model, day, seed)
        readings = _rounded(scaled, use, out, estimated)
        quarter = np.add.reduceat(readings.usage_wh, starts, axis=0, dtype=np.int64)
        hours = slice(day.lo // PER_HOUR, day.hi // PER_HOUR)
        hourly[:, hours] = quarter.reshape(len(starts), -1, PER_HOUR).sum(axis=2)
        circuit_wh[:, day.lo : day.hi] = np.add.reduceat(quarter, circuit_starts, axis=0)
    peak_hour = hourly.argmax(axis=1)
    kw_per_wh = PER_HOUR / WH_PER_KWH
    return SiteResult(
        model=scaled,
        peak_wh=hourly[np.arange(len(hourly)), peak_hour],
        peak_hour=peak_hour,
        circuit_peak_kw=circuit_wh.max(axis=1) * kw_per_wh,
        peak_kw=float(circuit_wh.sum(axis=0).max() * kw_per_wh),
    )


def _heaviest(model: SiteModel, days: list[Day], most: int | None) -> list[Day]:
    """Return the dates whose expected load is largest, in order of time."""
    if most is None or len(days) <= most:
        return days
    share = np.bincount(model.archetype, model.mean_kw, len(model.relative))
    expected = share @ model.relative
    peaks = np.array([expected[day.lo : day.hi].max() for day in days])
    return [days[at] for at in sorted(np.argsort(-peaks, kind="stable")[:most].tolist())]


def interval_supply(
    interruptions: tuple[Interruption, ...], day: Day, *, minutes: int = 15
) -> Iterator[tuple[slice, slice, Float32Array]]:
    """Yield (meters, intervals of the day, part of each interval with supply) of each interruption."""
    for piece in interruptions:
        first, last = max(piece.start, day.lo * minutes), min(piece.end, day.hi * minutes)
        if last <= first:
            continue
        lo, hi = first // minutes, -(-last // minutes)
        edge = np.arange(lo, hi) * minutes
        lost = np.minimum(edge + minutes, piece.end) - np.maximum(edge, piece.start)
        supplied = (1.0 - lost / minutes).astype(np.float32)
        yield slice(piece.meter_lo, piece.meter_hi), slice(lo - day.lo, hi - day.lo), supplied


def _use(model: SiteModel, day: Day, seed: int) -> tuple[Float32Array, BoolArray | None, BoolArray | None]:
    """Return unscaled energy in kWh of one date, and which intervals are out or estimated."""
    rng = stream(seed, "use", model.key, day.day.toordinal())
    n, width = len(model.mean_kw), day.hi - day.lo
    share = model.noise[:, None]
    spread = np.array(DAY_SPREAD, dtype=np.float32)[CLASS_OF[model.archetype]]
    level = np.exp(spread * rng.standard_normal(n, dtype=np.float32) - spread**2 / 2) * model.mean_kw
    use = rng.standard_exponential((n, width), dtype=np.float32)
    use *= share
    use += 1.0 - share
    use *= model.relative[:, day.lo : day.hi][model.archetype]
    use *= (level / PER_HOUR)[:, None]
    out: BoolArray | None = None
    for meters, intervals, supplied in interval_supply(model.interruptions, day):
        out = np.zeros((n, width), dtype=np.bool_) if out is None else out
        use[meters, intervals] *= supplied
        out[meters, intervals] = supplied == 0.0
    return use, out, _estimate(use, model, day, rng)


def _estimate(use: Float32Array, model: SiteModel, day: Day, rng: np.random.Generator) -> BoolArray | None:
    """Spread the energy of data gaps evenly over them, in place, and return where."""
    n, width = use.shape
    rows = np.flatnonzero(rng.random(n) < ESTIMATED_FRAC)
    lengths = rng.integers(*GAP_INTERVALS, len(rows))
    places = rng.random(len(rows))
    touched = np.zeros(n, dtype=np.bool_)
    for meters, _, _ in interval_supply(model.interruptions, day):
        touched[meters] = True
    estimated: BoolArray | None = None
    for row, length, place in zip(rows.tolist(), lengths.tolist(), places.tolist(), strict=True):
        if touched[row] or length >= width:
            continue
        start = int(place * (width - length))
        use[row, start : start + length] = use[row, start : start + length].mean()
        estimated = np.zeros((n, width), dtype=np.bool_) if estimated is None else estimated
        estimated[row, start : start + length] = True
    return estimated


def _rounded(
    model: SiteModel, use: Float32Array, out: BoolArray | None, estimated: BoolArray | None
) -> SiteDay:
    scaled = use * np.float32(model.scale * WH_PER_KWH)
    return SiteDay(np.rint(scaled, out=scaled).astype(np.int32), out, estimated)
