"""Forge everything a configuration asks for: the small tables at once, the time series as streams."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from grid.forge.arrays import Int32Array
from grid.forge.assets import forge_assets
from grid.forge.clock import Day, Period, metering_period, station_powers
from grid.forge.config import ForgeConfig
from grid.forge.customer_mix import CAMPUS, HOME, PLANT, SHOP, MixParams
from grid.forge.customers import customer_table
from grid.forge.distribution_tables import distribution_tables, weather_table
from grid.forge.fleet import Fleet
from grid.forge.growth import grow_fleet
from grid.forge.hazards import HazardParams, draw_faults
from grid.forge.ids import fleet_ids
from grid.forge.line_sizing import size_lines, voltage_drop_per_mw
from grid.forge.outage_tables import outage_keys, outage_tables
from grid.forge.outages import RestorationParams, forge_outages
from grid.forge.readings import ReadingSource, hourly_batches
from grid.forge.simulation import SiteModel, SiteResult, simulate_site, site_models
from grid.forge.sites import Sites, choose_sites
from grid.forge.transformer_sizing import Ratings, SizingParams, size_transformers
from grid.forge.transmission import import_transmission
from grid.forge.voltages import site_voltages
from grid.forge.weather import WeatherParams, forge_weather
from grid.forge.work_orders import work_order_table

Progress = Callable[[float, str], None]

THREADS = max(1, min(4, os.cpu_count() or 1))


@dataclass(frozen=True, slots=True)
class ForgeParams:
    """Hold the constants of every model; a configuration leaves them as they are."""

    mix: MixParams = field(default_factory=MixParams)
    weather: WeatherParams = field(default_factory=WeatherParams)
    hazards: HazardParams = field(default_factory=HazardParams)
    restoration: RestorationParams = field(default_factory=RestorationParams)
    sizing: SizingParams = field(default_factory=SizingParams)


@dataclass(frozen=True, eq=False)
class ClassMix:
    """Hold how many meters a kind has and what they use."""

    meters: int
    customers: int
    annual_mwh: float
    expected_peak_mw: float


@dataclass(frozen=True, eq=False)
class Forged:
    """Hold a forged grid.

    Attributes:
        config: what was asked for.
        digest: hash of everything it depends on.
        tables: every table but the two time series, by name.
        bounds: west, south, east, north of the territory.
        class_mix: meters by kind.
        scales: factor that brought each substation to its demand.
    """

    config: ForgeConfig
    digest: str
    tables: dict[str, pa.Table]
    bounds: tuple[float, float, float, float]
    class_mix: dict[str, ClassMix]
    scales: list[float]
    period: Period
    _readings: ReadingSource
    _hourly: Callable[[], Iterator[pa.RecordBatch]]

    def days(self) -> list[Day]:
        """Return the UTC dates of the readings."""
        return self.period.days()

    def reading_batches(self, day: Day) -> Iterator[pa.RecordBatch]:
        """Yield the readings of one date, ordered by meter and time; made anew at every call, always the
        same.
        """
        return self._readings.batches(day)

    def hourly_batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the hourly transformer load, ordered by transformer and hour."""
        return self._hourly()

    def row_counts(self) -> dict[str, int]:
        """Return the number of rows of every table."""
        meters = self.tables["meter_infrastructure"].num_rows
        transformers = self.tables["transformer_metadata"].num_rows
        counts = {name: table.num_rows for name, table in self.tables.items()}
        counts["ami_interval_readings"] = meters * self.period.intervals
        counts["transformer_hourly_load"] = transformers * self.period.hours
        return counts


def forge(
    *, config: ForgeConfig, progress: Progress | None = None, params: ForgeParams | None = None
) -> Forged:
    """Forge a grid in memory; the readings are made when asked for.

    Args:
        config: what to forge.
        progress: told the fraction done and the step.
        params: constants of the models.

    Raises:
        ForgeDataError: if a source file is missing, damaged or inconsistent.
        ForgeConfigError: if the territory cannot carry the scale.
    """
    progress = progress or _silent
    params = params or ForgeParams()
    progress(0.0, "reading the transmission grid")
    transmission = import_transmission(interconnects=config.interconnects, data_dir=config.data_dir)
    sites = choose_sites(config=config, transmission=transmission.by_name)
    progress(0.1, "making the weather")
    weather = forge_weather(config=config, bounds=sites.bounds, params=params.weather)
    period = metering_period(config)
    powers = station_powers(weather, period)
    fleet = grow_fleet(
        sites=sites,
        weather=weather,
        powers=powers,
        seed=config.seed,
        mix=params.mix,
        progress=lambda done, step: progress(0.15 + 0.4 * done, step),
    )
    ids = fleet_ids(fleet)
    sizes = size_lines(fleet)
    assets = forge_assets(fleet=fleet, seed=config.seed, today=period.end.date())
    faults = draw_faults(
        fleet=fleet,
        assets=assets,
        weather=weather,
        period=period,
        seed=config.seed,
        factor=config.params.hazard_factor,
        params=params.hazards,
    )
    outages = forge_outages(
        fleet=fleet, sizes=sizes, faults=faults, period=period, seed=config.seed, params=params.restoration
    )
    station = np.array([weather.nearest(site.lon, site.lat) for site in sites.chosen], dtype=np.int64)
    models = site_models(fleet=fleet, outages=outages, station=station, powers=powers)
    results = _simulate(fleet, sites, models, period, config, params, progress)
    hourly_wh: Int32Array = np.concatenate([result.hourly_wh for result in results])
    ratings = size_transformers(fleet=fleet, hourly_wh=hourly_wh, seed=config.seed, params=params.sizing)
    progress(0.9, "writing up the network")
    tables = dict(transmission.by_name)
    tables |= distribution_tables(
        fleet=fleet,
        ids=ids,
        sizes=sizes,
        ratings=ratings,
        assets=assets,
        circuit_peak_kw=np.concatenate([result.circuit_peak_kw for result in results]),
        loss_frac=params.mix.loss_frac,
    )
    tables["customers_master_data"] = customer_table(fleet=fleet, ids=ids, seed=config.seed)
    tables["weather_hourly"] = weather_table(weather)
    tables |= outage_tables(fleet=fleet, ids=ids, outages=outages, period=period)
    tables["work_orders"] = work_order_table(
        fleet=fleet,
        ids=ids,
        ratings=ratings,
        assets=assets,
        outages=outages,
        outage_ids=outage_keys(outages),
        period=period,
        seed=config.seed,
    )
    readings = _reading_source(
        fleet, ratings, results, period, config.seed, voltage_drop_per_mw(fleet, sizes)
    )
    mix = _class_mix(fleet)
    progress(1.0, "grown: " + ", ".join(f"{each.meters:,} {kind} meters" for kind, each in mix.items()))
    return Forged(
        config=config,
        digest=config.digest(sources=transmission.source_digest),
        tables=tables,
        bounds=sites.bounds,
        class_mix=mix,
        scales=[result.model.scale for result in results],
        period=period,
        _readings=readings,
        _hourly=lambda: hourly_batches(
            fleet=fleet, ratings=ratings, hourly_wh=hourly_wh, period=period, transformer_ids=ids.transformers
        ),
    )


def _simulate(
    fleet: Fleet,
    sites: Sites,
    models: list[SiteModel],
    period: Period,
    config: ForgeConfig,
    params: ForgeParams,
    progress: Progress,
) -> list[SiteResult]:
    """Simulate the substations, a few at a time: the array work releases the interpreter lock."""

    def run(position: int) -> SiteResult:
        site = sites.chosen[position]
        return simulate_site(
            model=models[position],
            fleet=fleet,
            site=position,
            period=period,
            seed=config.seed,
            target_kw=site.load_mw * 1000.0 * (1.0 - params.mix.loss_frac),
        )

    results = []
    with ThreadPoolExecutor(THREADS) as pool:
        for position, result in enumerate(pool.map(run, range(len(models)))):
            results.append(result)
            progress(0.55 + 0.35 * (position + 1) / len(models), f"load of {sites.chosen[position].name}")
    return results


def _reading_source(
    fleet: Fleet,
    ratings: Ratings,
    results: list[SiteResult],
    period: Period,
    seed: int,
    drop_per_mw: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> ReadingSource:
    voltages = [
        site_voltages(fleet=fleet, ratings=ratings, drop_per_mw=drop_per_mw, site=site.position)
        for site in fleet.sites
    ]
    return ReadingSource(
        period=period, models=[result.model for result in results], voltages=voltages, seed=seed
    )


def _class_mix(fleet: Fleet) -> dict[str, ClassMix]:
    found = {}
    names = {HOME: "home", SHOP: "small business", CAMPUS: "large commercial", PLANT: "industrial"}
    for kind, name in names.items():
        mine = fleet.meters.kind == kind
        found[name] = ClassMix(
            meters=int(mine.sum()),
            customers=int(fleet.meters.tenants[mine].sum()),
            annual_mwh=float(fleet.meters.mean_kw[mine].sum() * 8.76),
            expected_peak_mw=float(fleet.meters.peak_kw[mine].sum() / 1000.0),
        )
    return found


def _silent(_done: float, _step: str) -> None:
    """Ignore progress."""
