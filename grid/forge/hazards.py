"""When and where something fails: failure rates by length, age and wind, drawn as Poisson events.

Order of magnitude of the rates: R. E. Brown, *Electric Power Distribution Reliability* (2nd ed., CRC Press
2009), chapter 4 (overhead lines 0.1 to 0.3 per mile and year, pole transformers 0.004 to 0.03, cables 0.01 to
0.1), raised by what this network leaves out: it has about a third of the line length per customer of a real
one, and no open-wire secondaries. The growth with wind is exponential, as in Zhou, Pahwa and Yang, "Modeling
weather-related failures of overhead distribution lines", IEEE Trans. Power Systems 21 (2006); its constants
are this model's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.forge.arrays import FloatArray, IntArray
from grid.forge.assets import Assets
from grid.forge.clock import Period
from grid.forge.fleet import NONE, Fleet
from grid.forge.seeds import stream
from grid.forge.weather import Weather

OVERHEAD_FAULT, CABLE_FAULT, TRANSFORMER_FAULT = "OVERHEAD", "CABLE", "TRANSFORMER"


@dataclass(frozen=True, slots=True)
class HazardParams:
    """Set the failure rates in calm weather, per year.

    Attributes:
        backbone_per_km: overhead backbone.
        lateral_per_km: overhead lateral, which is trimmed less often.
        cable_per_km: underground section.
        pole_transformer: transformer on a pole, fuse operations by animals and lightning included.
        pad_transformer: transformer on a pad.
        wind_from_mps: wind up to which rates are those of calm weather.
        wind_scale_mps: wind that raises overhead rates by a factor e.
        wind_most: largest factor.
        age_years: age at which rates are as given.
        age_power: rates grow with this power of age (Weibull shape 2.2).
    """

    backbone_per_km: float = 0.35
    lateral_per_km: float = 1.0
    cable_per_km: float = 0.15
    pole_transformer: float = 0.080
    pad_transformer: float = 0.020
    wind_from_mps: float = 8.0
    wind_scale_mps: float = 2.2
    wind_most: float = 160.0
    age_years: float = 25.0
    age_power: float = 1.2


@dataclass(frozen=True, slots=True)
class Fault:
    """Hold one failure.

    Attributes:
        minute: minutes after the start of the period.
        kind: OVERHEAD, CABLE or TRANSFORMER.
        switch: the protective device that opens; NONE for a transformer's own fuse.
        transformer: the transformer that failed; NONE for a line fault.
        wind_mps: wind in that hour.
        rain_mm: rain in that hour.
    """

    minute: int
    kind: str
    switch: int
    transformer: int
    wind_mps: float
    rain_mm: float


def draw_faults(
    *,
    fleet: Fleet,
    assets: Assets,
    weather: Weather,
    period: Period,
    seed: int,
    factor: float,
    params: HazardParams,
) -> list[Fault]:
    """Draw the failures of the metering period, in order of time.

    Args:
        fleet: the grown system.
        assets: its ages.
        weather: hourly weather of the period.
        period: the metering period.
        seed: the configuration's seed.
        factor: multiplies every rate.
        params: the rates.
    """
    rng = stream(seed, "faults")
    zone = protecting_switch(fleet)
    overhead, cable = _line_rates(fleet, assets, period, params)
    switches = len(fleet.switches.kind)
    in_zone = zone[fleet.lines.end]
    own, aloft = _transformer_rates(fleet, assets, period, params)
    stations = np.array([weather.nearest(site.lon, site.lat) for site in fleet.sites])
    switch_station = stations[fleet.circuits.site[fleet.switches.circuit]]
    transformer_station = stations[fleet.transformer_site]
    stress = np.minimum(
        np.exp(np.maximum(weather.wind_mps - params.wind_from_mps, 0.0) / params.wind_scale_mps),
        params.wind_most,
    )
    calm = np.ones_like(stress)
    faults: list[Fault] = []
    overhead_by_switch = np.bincount(in_zone, overhead, switches).astype(np.float64)
    cable_by_switch = np.bincount(in_zone, cable, switches).astype(np.float64)
    sources: tuple[tuple[str, FloatArray, IntArray, FloatArray, bool], ...] = (
        (OVERHEAD_FAULT, overhead_by_switch, switch_station, stress, True),
        (CABLE_FAULT, cable_by_switch, switch_station, calm, True),
        (TRANSFORMER_FAULT, np.where(aloft, own, 0.0), transformer_station, stress, False),
        (TRANSFORMER_FAULT, np.where(aloft, 0.0, own), transformer_station, calm, False),
    )
    for kind, rate, station, weight, of_switch in sources:
        for index, hour in _poisson(factor * rate / 8760.0, station, weight, rng):
            at = int(station[index])
            faults.append(
                Fault(
                    minute=hour * 60 + int(rng.integers(0, 60)),
                    kind=kind,
                    switch=index if of_switch else NONE,
                    transformer=NONE if of_switch else index,
                    wind_mps=float(weather.wind_mps[at, hour]),
                    rain_mm=float(weather.rain_mm[at, hour]),
                )
            )
    return sorted(faults, key=lambda fault: (fault.minute, fault.switch, fault.transformer))


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


def _line_rates(
    fleet: Fleet, assets: Assets, period: Period, params: HazardParams
) -> tuple[FloatArray, FloatArray]:
    """Return overhead and cable failure rates of each section, per year."""
    lines = fleet.lines
    age = np.full(len(lines.start), params.age_years)
    known = assets.pole_year > 0
    age[fleet.poles.line[known]] = period.end.year - assets.pole_year[known]
    by_pole = _age_factor(age, params)
    per_km = np.where(lines.line_class == "BACKBONE", params.backbone_per_km, params.lateral_per_km)
    km = lines.length_m / 1000.0
    return np.where(lines.is_cable, 0.0, per_km * km * by_pole), np.where(
        lines.is_cable, params.cable_per_km * km, 0.0
    )


def _transformer_rates(
    fleet: Fleet, assets: Assets, period: Period, params: HazardParams
) -> tuple[FloatArray, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    aloft = fleet.transformers.pole != NONE
    age = (period.end.year - assets.transformer_year).astype(np.float64)
    rate = np.where(aloft, params.pole_transformer, params.pad_transformer) * _age_factor(age, params)
    return rate, aloft


def _age_factor(age: FloatArray, params: HazardParams) -> FloatArray:
    return np.asarray((np.maximum(age, 2.0) / params.age_years) ** params.age_power)


def _poisson(
    hourly_rate: FloatArray, station: IntArray, weight: FloatArray, rng: np.random.Generator
) -> list[tuple[int, int]]:
    """Return (asset, hour) of events whose intensity is the asset's hourly rate times its station's hourly
    weight.
    """
    total = weight.sum(axis=1)
    counts = rng.poisson(hourly_rate * total[station])
    found = []
    for index in np.flatnonzero(counts).tolist():
        at = int(station[index])
        hours = rng.choice(weight.shape[1], size=int(counts[index]), p=weight[at] / total[at])
        found += [(index, int(hour)) for hour in hours]
    return found
