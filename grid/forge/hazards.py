"""When and where something fails: failure rates by length, age and cause, drawn as Poisson events.

Order of magnitude of the rates: R. E. Brown, *Electric Power Distribution Reliability* (2nd ed., CRC Press
2009), chapter 4 (overhead lines 0.1 to 0.3 per mile and year, pole transformers 0.004 to 0.03, cables 0.01
to 0.1 lasting failures), raised by what this network leaves out: it has about a third of the line length per
customer of a real one, and no open-wire secondaries. They are set so that the indices of reliability come out
as utilities report them. :mod:`grid.forge.fault_causes` says what makes them vary. What
ends a transformer's unit is drawn apart, by :mod:`grid.forge.unit_lives`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime

import numpy as np

from grid.forge.arrays import BoolArray, FloatArray, Int8Array, IntArray
from grid.forge.assets import Assets
from grid.forge.fault_causes import (
    CABLE,
    FAULT_CLASSES,
    OVERHEAD,
    PAD_TRANSFORMER,
    POLE_TRANSFORMER,
    CauseParams,
)
from grid.forge.fleet import NONE, Fleet
from grid.forge.months import Months
from grid.forge.seeds import stream
from grid.forge.unit_lives import FAILURE_CAUSES, UnitHazardParams, UnitLives
from grid.forge.weather import Weather

MINUTES_PER_HOUR = 60


@dataclass(frozen=True, slots=True)
class HazardParams:
    """Set the failure rates in calm weather, per year, temporary faults included.

    Attributes:
        backbone_per_km: overhead backbone.
        lateral_per_km: overhead lateral, which is trimmed less often.
        cable_per_km: underground section.
        pole_transformer: transformer on a pole, fuse operations by animals and lightning included; without
            the failures that end a unit.
        pad_transformer: transformer on a pad, in the same way.
        age_years: age at which rates are as given.
        age_power: rates grow with this power of age (Weibull shape 2.2).
        strength_power: a transformer's rate grows with this power of its unit's own factor on failures: what
            fails easily is repaired more often before.
        causes: how the causes vary.
        units: what ends a transformer unit.
    """

    backbone_per_km: float = 0.92
    lateral_per_km: float = 1.7
    cable_per_km: float = 0.13
    pole_transformer: float = 0.064
    pad_transformer: float = 0.010
    age_years: float = 25.0
    age_power: float = 1.2
    strength_power: float = 0.5
    causes: CauseParams = field(default_factory=CauseParams)
    units: UnitHazardParams = field(default_factory=UnitHazardParams)


@dataclass(frozen=True, eq=False)
class Faults:
    """Hold failures in order of time.

    Attributes:
        minute: minutes after the start of the metering period; negative in the years before it.
        fault_class: position in :data:`~grid.forge.fault_causes.FAULT_CLASSES`.
        switch: the nearest switch towards the substation; NONE for a transformer.
        transformer: the transformer that failed; NONE for a line fault.
        is_temporary: whether it is gone once the arc is out.
        ends_unit: whether the transformer's unit has to be replaced.
    """

    minute: IntArray
    fault_class: Int8Array
    switch: IntArray
    transformer: IntArray
    is_temporary: BoolArray
    ends_unit: BoolArray

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.minute)


def draw_line_faults(
    *,
    fleet: Fleet,
    assets: Assets,
    weather: Weather,
    patterns: Mapping[str, FloatArray],
    period_start: datetime,
    seed: int,
    factor: float,
    params: HazardParams,
) -> Faults:
    """Draw the faults of lines in all hours of the weather, in order of time.

    Args:
        fleet: the grown system.
        assets: its ages.
        weather: hourly weather of the past and the metering period.
        patterns: relative intensities, (stations, the weather's hours).
        period_start: from which minutes are counted.
        seed: the configuration's seed.
        factor: multiplies every rate.
        params: the rates.
    """
    zone = protecting_switch(fleet)[fleet.lines.end]
    return _draw(
        kinds=(OVERHEAD, CABLE),
        station=_stations(fleet, weather)[fleet.circuits.site[fleet.switches.circuit]],
        rates=lambda year: _line_rates(fleet, assets, zone, year, params),
        weather=weather,
        patterns=patterns,
        first=_first_hour(weather, period_start),
        rng=stream(seed, "faults"),
        factor=factor,
        params=params,
    )


def draw_transformer_faults(
    *,
    fleet: Fleet,
    units: UnitLives,
    weather: Weather,
    patterns: Mapping[str, FloatArray],
    period_start: datetime,
    seed: int,
    factor: float,
    params: HazardParams,
) -> Faults:
    """Draw the faults of transformers that a fuse or a repair clears, in order of time.

    Args:
        fleet: the grown system.
        units: the units that stood at the transformers' places.
        weather: hourly weather of the past and the metering period.
        patterns: relative intensities, (stations, the weather's hours).
        period_start: from which minutes are counted.
        seed: the configuration's seed.
        factor: multiplies every rate.
        params: the rates.
    """
    first = _first_hour(weather, period_start)
    return _draw(
        kinds=(POLE_TRANSFORMER, PAD_TRANSFORMER),
        station=_stations(fleet, weather)[fleet.transformer_site],
        rates=lambda year: _transformer_rates(fleet, units, year, period_start, params),
        weather=weather,
        patterns=patterns,
        first=first,
        rng=stream(seed, "transformer faults"),
        factor=factor,
        params=params,
    )


def unit_failures(*, fleet: Fleet, units: UnitLives) -> Faults:
    """Return the failures that ended units, in order of place."""
    failed = np.flatnonzero(units.failed)
    place = units.transformer[failed]
    number = {(each.kind, each.cause): at for at, each in enumerate(FAULT_CLASSES)}
    classes = np.array(
        [
            number[POLE_TRANSFORMER if aloft else PAD_TRANSFORMER, FAILURE_CAUSES[cause]]
            for aloft, cause in zip(
                (fleet.transformers.pole[place] != NONE).tolist(), units.cause[failed].tolist(), strict=True
            )
        ],
        dtype=np.int8,
    )
    return Faults(
        minute=units.removed[failed],
        fault_class=classes,
        switch=np.full(len(failed), NONE, dtype=np.int64),
        transformer=place,
        is_temporary=np.zeros(len(failed), dtype=np.bool_),
        ends_unit=np.ones(len(failed), dtype=np.bool_),
    )


def in_order(*parts: Faults) -> Faults:
    """Return faults of several kinds in order of time."""
    columns = [np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(Faults)]
    order = np.lexsort((columns[3], columns[2], columns[1], columns[0]))
    return Faults(*(column[order] for column in columns))


def faults_by_month(faults: Faults, *, fleet: Fleet, months: Months, first_hour: int) -> FloatArray:
    """Return the faults of lines in each month and circuit.

    Args:
        faults: faults of lines.
        fleet: the grown system.
        months: the months.
        first_hour: the first hour of the first, counted from the start of the metering period.
    """
    circuits = len(fleet.circuits.site)
    month = np.searchsorted(months.lo, faults.minute // MINUTES_PER_HOUR - first_hour, side="right") - 1
    key = month * circuits + fleet.switches.circuit[faults.switch]
    return np.bincount(key, minlength=len(months) * circuits).reshape(-1, circuits).astype(np.float64)


def _stations(fleet: Fleet, weather: Weather) -> IntArray:
    return np.array([weather.nearest(site.lon, site.lat) for site in fleet.sites], dtype=np.int64)


def _first_hour(weather: Weather, period_start: datetime) -> int:
    return round((weather.start - period_start).total_seconds() / 3600.0)


def _draw(
    *,
    kinds: tuple[str, ...],
    station: IntArray,
    rates: Callable[[int], dict[str, FloatArray]],
    weather: Weather,
    patterns: Mapping[str, FloatArray],
    first: int,
    rng: np.random.Generator,
    factor: float,
    params: HazardParams,
) -> Faults:
    """Draw the faults of some kinds, year by year."""
    is_line = OVERHEAD in kinds
    parts = []
    for year, span in _years(weather):
        of_year = rates(year)
        for number, each in enumerate(FAULT_CLASSES):
            if each.kind not in kinds or not each.share:
                continue
            hourly = factor * each.share * of_year[each.kind] / 8760.0
            index, hour = _poisson(hourly, station, patterns[each.pattern][:, span], rng)
            count = len(index)
            at = station[index]
            wind = patterns["wind"][at, span.start + hour] if each.kind == OVERHEAD else np.zeros(count)
            temporary = each.temporary_frac / (1.0 + wind / params.causes.breaking)
            minute = (first + span.start + hour) * MINUTES_PER_HOUR + rng.integers(0, 60, count)
            none = np.full(count, NONE, dtype=np.int64)
            parts.append(
                Faults(
                    minute=minute,
                    fault_class=np.full(count, number, dtype=np.int8),
                    switch=index if is_line else none,
                    transformer=none if is_line else index,
                    is_temporary=rng.random(count) < temporary,
                    ends_unit=np.zeros(count, dtype=np.bool_),
                )
            )
    return in_order(*parts)


def protecting_switch(fleet: Fleet) -> IntArray:
    """Return, per node, the nearest closed switch on its way to the substation."""
    found = np.full(len(fleet.nodes.circuit), NONE, dtype=np.int64)
    closed = np.flatnonzero(~fleet.switches.is_open)
    entering_switch = dict(zip(fleet.switches.end[closed].tolist(), closed.tolist(), strict=True))
    upstream = dict(zip(fleet.lines.end.tolist(), fleet.lines.start.tolist(), strict=True))
    for node in range(len(found)):  # depth first: what feeds a node stands before it
        switch = entering_switch.get(node)
        found[node] = switch if switch is not None else found[upstream[node]]
    return found


def _years(weather: Weather) -> list[tuple[int, slice]]:
    """Return the hours of each calendar year in the weather."""
    at = np.datetime64(weather.start, "h") + np.arange(weather.hours)
    year = at.astype("datetime64[Y]").astype(np.int64) + 1970
    starts = np.flatnonzero(np.diff(year, prepend=year[0] - 1)).tolist()
    return [(int(year[lo]), slice(lo, hi)) for lo, hi in zip(starts, [*starts[1:], len(year)], strict=True)]


def _line_rates(
    fleet: Fleet, assets: Assets, zone: IntArray, year: int, params: HazardParams
) -> dict[str, FloatArray]:
    """Return the calm rates of a year by protecting switch."""
    lines = fleet.lines
    age = np.full(len(lines.start), params.age_years)
    known = assets.pole_year > 0
    age[fleet.poles.line[known]] = year - assets.pole_year[known]
    per_km = np.where(lines.line_class == "BACKBONE", params.backbone_per_km, params.lateral_per_km)
    km = lines.length_m / 1000.0
    overhead = np.where(lines.is_cable, 0.0, per_km * km * _age_factor(age, params))
    cable = np.where(lines.is_cable, params.cable_per_km * km, 0.0)
    switches = len(fleet.switches.kind)
    return {
        OVERHEAD: np.bincount(zone, overhead, switches).astype(np.float64),
        CABLE: np.bincount(zone, cable, switches).astype(np.float64),
    }


def _transformer_rates(
    fleet: Fleet, units: UnitLives, year: int, period_start: datetime, params: HazardParams
) -> dict[str, FloatArray]:
    """Return the calm rates of a year, of transformers each, by the unit of the year's middle."""
    aloft = fleet.transformers.pole != NONE
    middle = round((datetime(year, 7, 1) - period_start).total_seconds() / 60.0)  # noqa: DTZ001 - naive UTC
    at = units.unit_at(np.arange(len(aloft)), middle)
    own = _age_factor((year - units.makes.install_year[at]).astype(np.float64), params)
    own = own * units.makes.strength[at] ** params.strength_power
    return {
        POLE_TRANSFORMER: np.where(aloft, params.pole_transformer * own, 0.0),
        PAD_TRANSFORMER: np.where(aloft, 0.0, params.pad_transformer * own),
    }


def _age_factor(age: FloatArray, params: HazardParams) -> FloatArray:
    """What stood in the place of something built later is taken to have been young, too."""
    return np.asarray((np.maximum(age, 2.0) / params.age_years) ** params.age_power)


def _poisson(
    hourly_rate: FloatArray, station: IntArray, weight: FloatArray, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Return asset and hour of events whose intensity is the asset's hourly rate times its station's hourly
    weight.
    """
    until = np.cumsum(weight, axis=1)
    total = until[:, -1]
    index = np.repeat(np.arange(len(hourly_rate)), rng.poisson(hourly_rate * total[station]))
    at = station[index]
    drawn = rng.random(len(index)) * total[at]
    hour = np.zeros(len(index), dtype=np.int64)
    for each in range(len(weight)):
        mine = at == each
        hour[mine] = np.searchsorted(until[each], drawn[mine], side="right")
    return index, np.minimum(hour, weight.shape[1] - 1)
