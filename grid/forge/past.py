"""The past of the forged grid: what failed, whom it interrupted, how it was restored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from grid.forge.arrays import FloatArray
from grid.forge.assets import Assets
from grid.forge.clock import Period, hourly_powers, local_standard_offset_h, relative_loads
from grid.forge.config import ForgeConfig
from grid.forge.crews import CrewRoster
from grid.forge.fault_causes import cause_patterns, local_clock
from grid.forge.fleet import Fleet
from grid.forge.hazards import (
    HazardParams,
    draw_line_faults,
    draw_transformer_faults,
    faults_by_month,
    in_order,
    unit_failures,
)
from grid.forge.ids import FleetIds
from grid.forge.line_sizing import LineSizes
from grid.forge.months import Months, months_of
from grid.forge.planned_work import draw_planned_work
from grid.forge.protection import clear_faults
from grid.forge.restoration import Past, RestorationParams, live_through
from grid.forge.transformer_sizing import Ratings
from grid.forge.unit_duty import DutyParams, UnitDuty
from grid.forge.unit_lives import UnitLives, live_lives
from grid.forge.unit_tables import kept_months, monthly_load_batches
from grid.forge.weather import Weather


@dataclass(frozen=True, eq=False)
class UnitRecords:
    """Hold what the monthly load of the transformers is made from."""

    ids: FleetIds
    fleet: Fleet
    duty: UnitDuty
    months: Months
    until: np.datetime64

    @property
    def kept_months(self) -> int:
        """Number of months that have a row per transformer."""
        return len(kept_months(self.months, self.until))

    def monthly_load_batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows, a month at a time."""
        return monthly_load_batches(
            ids=self.ids, fleet=self.fleet, duty=self.duty, months=self.months, until=self.until
        )


@dataclass(frozen=True, eq=False)
class LivedUnits:
    """Hold the transformers' units, what they carried, and the months of it."""

    lives: UnitLives
    duty: UnitDuty
    months: Months

    def recorded(self, ids: FleetIds, fleet: Fleet, period: Period) -> UnitRecords:
        """Return what the monthly load is made from."""
        return UnitRecords(ids, fleet, self.duty, self.months, np.datetime64(period.start, "h"))


def forge_past(
    *,
    fleet: Fleet,
    sizes: LineSizes,
    assets: Assets,
    climate: Weather,
    roster: CrewRoster,
    ratings: Ratings,
    drop_per_mw: FloatArray,
    period: Period,
    config: ForgeConfig,
    hazards: HazardParams,
    restoration: RestorationParams,
    duty_params: DutyParams,
) -> tuple[Past, LivedUnits]:
    """Let the past and the metering period happen: faults, what they interrupt, how it is restored.

    Args:
        fleet: the grown system.
        sizes: conductors and ratings of its lines.
        assets: ages; of transformers of what stood there when the past began.
        climate: the weather of the past and the metering period.
        roster: the crews.
        ratings: ratings of the transformers and the peaks that they were chosen by.
        drop_per_mw: feeder drop to each transformer, per unit per MW at the head.
        period: the metering period.
        config: seed, scale and length of the past.
        hazards: failure rates.
        restoration: repair times.
        duty_params: how the transformers' loads change.
    """
    clock = local_clock(config.history_start, climate.hours, offset_h=local_standard_offset_h(config))
    powers = hourly_powers(climate, clock)
    patterns = cause_patterns(
        weather=climate,
        clock=clock,
        load=relative_loads(powers, fleet),
        params=hazards.causes,
    )
    months = months_of(climate.start, climate.hours)
    duty = UnitDuty(
        fleet=fleet,
        ratings=ratings,
        weather=climate,
        months=months,
        powers=powers,
        drop_per_mw=drop_per_mw,
        seed=config.seed,
        params=duty_params,
    )
    line_faults = draw_line_faults(
        fleet=fleet,
        assets=assets,
        weather=climate,
        patterns=patterns,
        period_start=period.start,
        seed=config.seed,
        factor=config.params.hazard_factor,
        params=hazards,
    )
    stations = np.array([climate.nearest(site.lon, site.lat) for site in fleet.sites], dtype=np.int64)
    lives = live_lives(
        fleet=fleet,
        install_year=assets.transformer_year,
        duty=duty,
        months=months,
        patterns=patterns,
        station=stations[fleet.transformer_site],
        line_faults=faults_by_month(
            line_faults, fleet=fleet, months=months, first_hour=-config.history_hours
        ),
        clock=clock,
        first_hour=-config.history_hours,
        seed=config.seed,
        factor=config.params.hazard_factor,
        params=hazards.units,
    )
    repaired = draw_transformer_faults(
        fleet=fleet,
        units=lives,
        weather=climate,
        patterns=patterns,
        period_start=period.start,
        seed=config.seed,
        factor=config.params.hazard_factor,
        params=hazards,
    )
    faults = in_order(line_faults, repaired, unit_failures(fleet=fleet, units=lives))
    planned = draw_planned_work(
        fleet=fleet,
        clock=clock,
        first_hour=-config.history_hours,
        seed=config.seed,
        factor=config.params.hazard_factor,
        params=restoration.planned,
        units=lives,
    )
    past = live_through(
        fleet=fleet,
        sizes=sizes,
        faults=faults,
        clearing=clear_faults(fleet=fleet, faults=faults, seed=config.seed),
        planned=planned,
        roster=roster,
        weather=climate,
        first_hour=-config.history_hours,
        end=period.intervals * 15,
        seed=config.seed,
        params=restoration,
    )
    return past, LivedUnits(lives, duty, months)
