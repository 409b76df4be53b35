"""Grow the whole distribution system: customers, circuits, ties, one fleet."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grid.forge.arrays import FloatArray
from grid.forge.assembly import assemble
from grid.forge.circuits import GrownCircuit, grow_circuits
from grid.forge.customer_mix import CustomerMix, MixParams, likely_kw
from grid.forge.fleet import Fleet
from grid.forge.sites import Sites
from grid.forge.ties import add_ties
from grid.forge.weather import Weather

Progress = Callable[[float, str], None]


def grow_fleet(
    *, sites: Sites, weather: Weather, powers: list[FloatArray], seed: int, mix: MixParams, progress: Progress
) -> Fleet:
    """Grow circuits under every chosen substation.

    Args:
        sites: the substations.
        weather: decides which station's expected loads apply where.
        powers: expected relative power of each archetype over the period, per weather station.
        seed: the configuration's seed.
        mix: what customers are like.
        progress: told the fraction done and the substation.
    """
    mixes: list[CustomerMix] = []
    grown: list[GrownCircuit] = []
    for site in sites.chosen:
        relative = powers[weather.nearest(site.lon, site.lat)]
        customers, circuits = grow_circuits(site=site, sites=sites, relative=relative, seed=seed, mix=mix)
        mixes.append(customers)
        grown += circuits
        progress((site.position + 1) / len(sites.chosen), f"circuits of {site.name}")
    ties = add_ties(grown=grown, sites=sites)
    fleet = assemble(sites=sites, grown=grown, mixes=mixes, ties=ties, seed=seed)
    fleet.circuits.design_kw = _design_peaks(fleet, weather, powers)
    return fleet


def _design_peaks(fleet: Fleet, weather: Weather, powers: list[FloatArray]) -> FloatArray:
    """Return the peak that each circuit is likely to reach, kW."""
    stations = np.array([weather.nearest(site.lon, site.lat) for site in fleet.sites])
    peaks = []
    for circuit, site in enumerate(fleet.circuits.site.tolist()):
        mine = fleet.meter_range(
            int(fleet.circuits.transformer_lo[circuit]), int(fleet.circuits.transformer_hi[circuit])
        )
        meters = fleet.meters
        likely = likely_kw(
            meters.archetype[mine], meters.mean_kw[mine], meters.tenants[mine], powers[int(stations[site])]
        )
        peaks.append(float(likely.max()))
    return np.array(peaks)
