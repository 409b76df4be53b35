"""Forge everything a configuration asks for: the small tables at once, the time series as streams."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from grid.forge.arrays import FloatArray
from grid.forge.assets import forge_assets
from grid.forge.building_tables import meter_building_table
from grid.forge.clock import (
    PER_DAY,
    Day,
    Period,
    local_standard_offset_h,
    metering_period,
    station_powers,
)
from grid.forge.config import ForgeConfig
from grid.forge.crews import crew_table, forge_crews
from grid.forge.customer_mix import CAMPUS, HOME, PLANT, SHOP, MixParams
from grid.forge.customers import customer_table
from grid.forge.distribution_tables import distribution_tables, weather_table
from grid.forge.energy_prices import PriceParams, price_table
from grid.forge.fault_causes import local_clock
from grid.forge.fleet import Fleet
from grid.forge.flood_zones import flood_zone_table
from grid.forge.growth import grow_fleet
from grid.forge.hazards import HazardParams
from grid.forge.hourly import HourlyEnergy, HourlyLoads
from grid.forge.ids import fleet_ids
from grid.forge.inspections import InspectionParams, inspection_table
from grid.forge.line_sizing import size_lines, voltage_drop_per_mw
from grid.forge.outage_tables import outage_keys, outage_tables
from grid.forge.past import UnitRecords, forge_past
from grid.forge.raw_delivery import RawDelivery, RawParams
from grid.forge.readings import ReadingSource
from grid.forge.restoration import RestorationParams
from grid.forge.simulation import SiteModel, SiteResult, simulate_site, site_models
from grid.forge.sites import Sites, choose_sites
from grid.forge.surroundings import Surroundings, SurroundingsParams, forge_surroundings
from grid.forge.transformer_sizing import Ratings, SizingParams, size_transformers
from grid.forge.transmission import import_transmission
from grid.forge.trees import tree_table
from grid.forge.unit_duty import DutyParams
from grid.forge.unit_tables import (
    replacements,
    standing_years,
    true_hazard_table,
    unit_table,
)
from grid.forge.voltages import site_voltages
from grid.forge.water import water_table
from grid.forge.weather import WeatherParams, forge_weather
from grid.forge.work_orders import forge_work_orders

Progress = Callable[[float, str], None]

SIZING_DAYS = 14
"""Transformers are sized by so many dates of the largest expected load, and before anything failed."""

THREADS = max(1, min(4, os.cpu_count() or 1))


@dataclass(frozen=True, slots=True)
class ForgeParams:
    """Hold the constants of every model; a configuration leaves them as they are."""

    mix: MixParams = field(default_factory=MixParams)
    weather: WeatherParams = field(default_factory=WeatherParams)
    duty: DutyParams = field(default_factory=DutyParams)
    hazards: HazardParams = field(default_factory=HazardParams)
    restoration: RestorationParams = field(default_factory=RestorationParams)
    inspections: InspectionParams = field(default_factory=InspectionParams)
    sizing: SizingParams = field(default_factory=SizingParams)
    surroundings: SurroundingsParams = field(default_factory=SurroundingsParams)
    raw: RawParams = field(default_factory=RawParams)
    prices: PriceParams = field(default_factory=PriceParams)


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
        tables: every table but the buildings and the two time series, by name.
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
    _units: UnitRecords
    _surroundings: Surroundings
    _readings: ReadingSource
    _hourly: HourlyLoads
    _raw: RawDelivery

    def days(self) -> list[Day]:
        """Return the UTC dates of the readings."""
        return self.period.days()

    def reading_batches(self, day: Day) -> Iterator[pa.RecordBatch]:
        """Yield the readings of one date, ordered by meter and time; made anew at every call, always the
        same.
        """
        return self._readings.batches(day)

    def building_batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the buildings, a substation at a time."""
        return self._surroundings.building_batches()

    def monthly_load_batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the monthly load of the transformers before the metering period, a month at a time."""
        return self._units.monthly_load_batches()

    def raw_days(self) -> list[Day]:
        """Return the UTC dates whose readings are delivered as received: those of the last raw days."""
        first = self.period.intervals - self.config.raw_days * PER_DAY
        return [day for day in self.period.days() if self.config.raw_days and day.hi > first]

    def raw_batches(self, day: Day, *, is_late: bool) -> Iterator[pa.RecordBatch]:
        """Yield the readings of one date as they are received, in the first or in the second delivery."""
        return self._raw.batches(day, is_late=is_late)

    def raw_row_count(self, day: Day) -> int:
        """Return the rows of both deliveries of one date."""
        return self._raw.row_count(day)

    def hourly_batches(self, day: Day | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the hourly transformer load of one UTC date, or of all, by transformer and hour in each."""
        for each in [day] if day is not None else self.period.days():
            yield from self._hourly.batches(each)

    def row_counts(self) -> dict[str, int]:
        """Return the number of rows of every table."""
        meters = self.tables["meter_infrastructure"].num_rows
        transformers = self.tables["transformer_metadata"].num_rows
        counts = {name: table.num_rows for name, table in self.tables.items()}
        counts["transformer_monthly_load"] = transformers * self._units.kept_months
        counts["building_footprints"] = self._surroundings.building_count
        counts["ami_interval_readings"] = meters * self.period.intervals
        counts["transformer_hourly_load"] = transformers * self.period.hours
        if self.config.raw_days:
            counts["ami_readings_raw"] = sum(self.raw_row_count(day) for day in self.raw_days())
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
    climate = forge_weather(config=config, bounds=sites.bounds, params=params.weather)
    weather = climate.last(config.ami_days * 24)
    period = metering_period(config)
    powers = station_powers(weather, period)
    fleet = grow_fleet(
        sites=sites,
        weather=weather,
        powers=powers,
        seed=config.seed,
        mix=params.mix,
        progress=lambda done, step: progress(0.15 + 0.3 * done, step),
    )
    around = forge_surroundings(
        fleet=fleet,
        sites=sites,
        scale=config.params,
        seed=config.seed,
        shop_frac=params.mix.shop_frac,
        params=params.surroundings,
        progress=lambda done, step: progress(0.45 + 0.15 * done, step),
    )
    ids = fleet_ids(fleet)
    sizes = size_lines(fleet)
    drop_per_mw = voltage_drop_per_mw(fleet, sizes)
    assets = forge_assets(
        fleet=fleet,
        seed=config.seed,
        today=period.end.date(),
        past_start=config.history_start.date(),
    )
    roster = forge_crews(fleet=fleet, seed=config.seed)
    station = np.array([weather.nearest(site.lon, site.lat) for site in sites.chosen], dtype=np.int64)
    planned = _simulate(
        fleet,
        sites,
        site_models(fleet=fleet, outages=[], station=station, powers=powers),
        period,
        config,
        params,
        lambda done, step: progress(0.6 + 0.1 * done, step),
        most_days=SIZING_DAYS,
    )
    ratings = size_transformers(
        fleet=fleet,
        peak_wh=np.concatenate([result.peak_wh for result in planned]),
        peak_hour=np.concatenate([result.peak_hour for result in planned]),
        seed=config.seed,
        params=params.sizing,
    )
    past, units = forge_past(
        fleet=fleet,
        sizes=sizes,
        assets=assets,
        climate=climate,
        roster=roster,
        ratings=ratings,
        drop_per_mw=drop_per_mw,
        period=period,
        config=config,
        hazards=params.hazards,
        restoration=params.restoration,
        duty_params=params.duty,
    )
    outages = past.outages
    done = replacements(units=units.lives, outages=outages, seed=config.seed)
    assets = replace(
        assets,
        transformer_year=standing_years(units=units.lives, done=done, end=period.intervals * 15),
    )
    models = site_models(fleet=fleet, outages=outages, station=station, powers=powers)
    results = _simulate(
        fleet,
        sites,
        models,
        period,
        config,
        params,
        lambda done, step: progress(0.7 + 0.2 * done, step),
    )
    ratings = ratings.with_peaks(
        peak_wh=np.concatenate([result.peak_wh for result in results]),
        peak_hour=np.concatenate([result.peak_hour for result in results]),
    )
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
    tables["weather_hourly"] = weather_table(climate)
    tables["energy_prices_hourly"] = price_table(
        [transmission.supply[name] for name in _served(sites, transmission.by_name)],
        powers=powers,
        period=period,
        params=params.prices,
    )
    tables["meter_buildings"] = meter_building_table(ids=ids, building=around.building_of_meter)
    tables["water_bodies"] = water_table(around.water)
    tables["trees"] = tree_table(around.trees, around.zone_ids)
    tables["flood_zones"] = flood_zone_table(around.water, params.surroundings.flooding)
    orders = forge_work_orders(
        fleet=fleet,
        ids=ids,
        ratings=ratings,
        assets=assets,
        roster=roster,
        outages=outages,
        outage_ids=outage_keys(outages),
        done=done,
        period=period,
        seed=config.seed,
    )
    tables |= outage_tables(
        fleet=fleet,
        ids=ids,
        roster=roster,
        outages=outages,
        momentaries=past.momentaries,
        period=period,
    )
    tables["work_orders"] = orders.table
    tables["crews"] = crew_table(
        fleet=fleet,
        roster=roster,
        duties=orders.duties,
        local_hour=int(local_clock(period.end, 1, offset_h=local_standard_offset_h(config)).hour[0]),
        period=period,
    )
    tables["asset_inspections"] = inspection_table(
        fleet=fleet,
        ids=ids,
        assets=assets,
        ratings=ratings,
        units=units.lives,
        outages=outages,
        orders=orders.table,
        first_minute=-60 * config.history_hours,
        period=period,
        seed=config.seed,
        params=params.inspections,
    )
    tables["transformer_units"] = unit_table(
        ids=ids, ratings=ratings, units=units.lives, done=done, period=period
    )
    tables["t_transformer_true_hazard"] = true_hazard_table(ids=ids, units=units.lives, months=units.months)
    readings = _reading_source(fleet, ratings, results, period, config.seed, drop_per_mw)
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
        _units=units.recorded(ids, fleet, period),
        _surroundings=around,
        _readings=readings,
        _hourly=HourlyLoads(
            fleet=fleet,
            ratings=ratings,
            period=period,
            weather=weather,
            energy=readings.energy,
            transformer_ids=ids.transformers,
        ),
        _raw=RawDelivery(readings, ids.meters, period, config.seed, params.raw),
    )


def _served(sites: Sites, transmission: Mapping[str, pa.Table]) -> list[str]:
    """Return the interconnections of the chosen substations."""
    substations = transmission["substations"]
    of = dict(
        zip(substations["substation_id"].to_pylist(), substations["interconnect"].to_pylist(), strict=True)
    )
    return sorted({of[site.substation_id] for site in sites.chosen})


def _simulate(
    fleet: Fleet,
    sites: Sites,
    models: list[SiteModel],
    period: Period,
    config: ForgeConfig,
    params: ForgeParams,
    progress: Progress,
    most_days: int | None = None,
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
            most_days=most_days,
        )

    results = []
    with ThreadPoolExecutor(THREADS) as pool:
        for position, result in enumerate(pool.map(run, range(len(models)))):
            results.append(result)
            progress((position + 1) / len(models), f"load of {sites.chosen[position].name}")
    return results


def _reading_source(
    fleet: Fleet,
    ratings: Ratings,
    results: list[SiteResult],
    period: Period,
    seed: int,
    drop_per_mw: FloatArray,
) -> ReadingSource:
    voltages = [
        site_voltages(fleet=fleet, ratings=ratings, drop_per_mw=drop_per_mw, site=site.position)
        for site in fleet.sites
    ]
    models = [result.model for result in results]
    energy = HourlyEnergy(fleet=fleet, models=models, seed=seed)
    return ReadingSource(period=period, models=models, voltages=voltages, energy=energy, seed=seed)


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
