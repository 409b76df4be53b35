"""The units at the transformers' places: what they carried, when they failed, what the records say of it."""

from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from grid.forge import ForgeConfig
from grid.forge.build import Forged, forge
from grid.forge.clock import hourly_powers, local_standard_offset_h, relative_loads
from grid.forge.fault_causes import CauseParams, cause_patterns, local_clock
from grid.forge.months import months_of
from grid.forge.transformer_sizing import Ratings
from grid.forge.unit_duty import DutyParams, UnitDuty
from grid.forge.unit_lives import HORIZONS_DAYS, UnitHazardParams, UnitLives, live_lives
from grid.standards.transformer_thermal import ThermalParams, ageing_factor, thermal_course
from tests.unit.forge.conftest import END_AT
from tests.unit.forge.grown import Grown, tiny_system

YEAR_H = 8766
LOADING = 0.93


def ratings(grown: Grown, loading: float) -> Ratings:
    count = len(grown.fleet.transformers.node)
    none = np.zeros(count, dtype=np.int64)
    return Ratings(
        np.full(count, 50.0), np.full(count, 0.24), np.full(count, 50.0 * loading), none, none.astype(bool)
    )


def powers_of(grown: Grown) -> list[np.ndarray]:
    clock = local_clock(grown.weather.start, grown.weather.hours, offset_h=-6.0)
    return hourly_powers(grown.weather, clock)


def duty_of(grown: Grown, *, loading: float = LOADING, params: DutyParams | None = None) -> UnitDuty:
    return UnitDuty(
        fleet=grown.fleet,
        ratings=ratings(grown, loading),
        weather=grown.weather,
        months=months_of(grown.weather.start, grown.weather.hours),
        powers=powers_of(grown),
        drop_per_mw=np.zeros(len(grown.fleet.transformers.node)),
        seed=1,
        params=params or DutyParams(),
    )


def lives_of(grown: Grown, *, seed: int, factor: float, loading: float = LOADING) -> UnitLives:
    weather = grown.weather
    clock = local_clock(weather.start, weather.hours, offset_h=-6.0)
    months = months_of(weather.start, weather.hours)
    sites = np.array([weather.nearest(site.lon, site.lat) for site in grown.fleet.sites])
    return live_lives(
        fleet=grown.fleet,
        install_year=grown.assets.transformer_year - 2,
        duty=duty_of(grown, loading=loading),
        months=months,
        patterns=cause_patterns(
            weather=weather,
            clock=clock,
            load=relative_loads(powers_of(grown), grown.fleet),
            params=CauseParams(),
        ),
        station=sites[grown.fleet.transformer_site],
        line_faults=np.zeros((len(months), len(grown.fleet.circuits.site))),
        clock=clock,
        first_hour=-YEAR_H,
        seed=seed,
        factor=factor,
        params=UnitHazardParams(),
    )


def test_months_are_those_of_the_calendar() -> None:
    months = months_of(datetime(2024, 1, 15, 6), 24 * 60)

    assert months.month.astype(str).tolist() == ["2024-01", "2024-02", "2024-03"]
    assert months.hours.tolist() == [24 * 17 - 6, 24 * 29, 24 * 60 - 24 * 46 + 6]
    assert months.is_whole.tolist() == [False, True, False]


def test_a_month_is_what_its_hours_would_be() -> None:
    """Hour by hour by the standard's own function, for one transformer of known course and loading."""
    grown = tiny_system()
    duty = duty_of(grown, params=DutyParams(yearly_change=0.0, monthly_change=0.0))
    months = months_of(grown.weather.start, grown.weather.hours)
    place = 7
    meters = grown.fleet.meters
    mine = meters.transformer == place
    use = np.bincount(meters.archetype[mine], meters.mean_kw[mine])
    station = grown.weather.nearest(
        *(getattr(grown.fleet.sites[int(grown.fleet.transformer_site[place])], at) for at in ("lon", "lat"))
    )
    power = powers_of(grown)[station][int(use.argmax())]
    load = LOADING * power / power.max()
    course = thermal_course(
        load_pu=load, ambient_c=grown.weather.temperature_c[station], step_h=1.0, params=ThermalParams()
    )

    for at in (2, 6, 8):
        found, hours = duty.month(at), slice(int(months.lo[at]), int(months.hi[at]))
        assert found.peak_pu[place] == pytest.approx(load[hours].max(), rel=1e-9)
        assert found.mean_pu[place] == pytest.approx(load[hours].mean(), rel=1e-9)
        assert found.hot_spot_c[place] == pytest.approx(course.hot_spot_c[hours].max(), abs=1.5)
        # The roll-up takes the winding at its ultimate rise of the hour; within the hour it gets there.
        assert found.ageing[place] == pytest.approx(ageing_factor(course.hot_spot_c[hours]).mean(), rel=0.12)
        assert found.hours_over[:, place].tolist() == [0.0, 0.0, 0.0]


def test_load_above_the_rating_is_counted() -> None:
    duty = duty_of(tiny_system(), loading=1.7, params=DutyParams(yearly_change=0.0, monthly_change=0.0))

    over = sum(duty.month(at).hours_over for at in range(12))

    assert (over[0] >= over[1]).all()
    assert (over[1] >= over[2]).all()
    assert over[2].max() > 0


def test_as_many_fail_as_expected() -> None:
    """The expectation at the start of a quarter against what happened, over many seeds."""
    grown = tiny_system()
    expected, failed, variance = 0.0, 0, 0.0
    for seed in range(40):
        lives = lives_of(grown, seed=seed, factor=20.0)
        start = int(lives.cut_off[0])
        months = months_of(grown.weather.start, grown.weather.hours)
        lo = (int(months.lo[start]) - YEAR_H) * 60
        chance = -np.expm1(-lives.expected[0, 1])
        stands = lives.unit_at(np.arange(len(chance)), lo)
        by = lives.failed[stands] & (lives.removed[stands] < lo + 90 * 1440)
        kept = ~(~lives.failed[stands] & (lives.removed[stands] < lo + 90 * 1440))  # not renewed meanwhile
        expected += float(chance[kept].sum())
        variance += float((chance[kept] * (1.0 - chance[kept])).sum())
        failed += int(by.sum())

    assert failed > 50
    assert abs(failed - expected) < 4.0 * np.sqrt(variance)


def test_longer_horizons_expect_more_and_end_with_the_weather() -> None:
    lives = lives_of(tiny_system(), seed=3, factor=50.0)

    month, quarter, year = (lives.expected[:, at] for at in range(len(HORIZONS_DAYS)))
    known = ~np.isnan(quarter)
    assert (month[known] <= quarter[known]).all()
    assert not np.isnan(month[0]).any()
    assert np.isnan(year[-1]).all()


def test_what_wears_units_makes_more_of_them_fail() -> None:
    grown = tiny_system()

    def expected(loading: float) -> float:
        return float(lives_of(grown, seed=1, factor=1.0, loading=loading).expected[0, 1].sum())

    assert expected(0.6) < expected(1.1) < expected(1.6)


@pytest.fixture(scope="module")
def worn() -> Forged:
    """Return a tiny grid with a past, in which much fails."""
    return forge(config=ForgeConfig.tiny(end_at=END_AT, history_years=1))


def test_units_follow_one_another(worn: Forged) -> None:
    units = worn.tables["transformer_units"].to_pandas()
    meta = worn.tables["transformer_metadata"].to_pandas().set_index("transformer_id")

    assert set(units.transformer_id) == set(meta.index)
    assert (units.removed_at.isna() == units.removal_reason.isna()).all()
    assert (units.removal_reason == "FAILED").sum() > 10
    for place, rows in units.groupby("transformer_id", sort=False):
        assert rows.unit_id.tolist() == [f"{place}-U{n + 1}" for n in range(len(rows))]
        assert pd.isna(rows.installed_at.iloc[0])
        assert (rows.installed_at.iloc[1:].to_numpy() > rows.removed_at.iloc[:-1].to_numpy()).all()
        assert rows.removed_at.iloc[:-1].notna().all()
        assert meta.install_year[place] == rows.install_year.iloc[-1]
        assert (rows.built_year <= rows.install_year).all()
    assert (units.rated_kva.to_numpy() == meta.rated_kva[units.transformer_id].to_numpy()).all()


def test_each_unit_that_left_has_one_order(worn: Forged) -> None:
    units = worn.tables["transformer_units"].to_pandas().dropna(subset=["removed_at"])
    orders = worn.tables["work_orders"].to_pandas()
    failed = units[units.removal_reason == "FAILED"]
    replaced = orders[orders.work_type == "TRANSFORMER_REPLACEMENT"]

    assert sorted(zip(replaced.asset_id, replaced.created_at, strict=True)) == sorted(
        zip(failed.transformer_id, failed.removed_at, strict=True)
    )
    renewed = orders[orders.work_type == "TRANSFORMER_RENEWAL"]
    assert sorted(renewed.asset_id) == sorted(units.transformer_id[units.removal_reason == "RENEWED"])


def test_failures_interrupt_their_customers(worn: Forged) -> None:
    """Unless they had no supply already; the outage begins with the failure and ends with the new unit."""
    outages = worn.tables["outage_restoration_tracker"].to_pandas().set_index("outage_id")
    orders = worn.tables["work_orders"].to_pandas()
    own = orders[(orders.work_type == "TRANSFORMER_REPLACEMENT") & orders.outage_id.notna()]
    of = outages.loc[own.outage_id]

    assert len(own) > 10
    assert (of.transformer_id.to_numpy() == own.asset_id.to_numpy()).all()
    assert (of.started_at.to_numpy() == own.created_at.to_numpy()).all()
    assert set(of.cause_code.dropna()) <= {"EQUIPMENT", "OVERLOAD", "LIGHTNING", "WIND"}
    done = own.completed_at.notna().to_numpy()
    assert (of.restored_at.to_numpy()[done] >= own.completed_at.to_numpy()[done]).all()


def test_monthly_load_covers_the_whole_months_before_the_readings(worn: Forged) -> None:
    rows = pa.Table.from_batches(list(worn.monthly_load_batches())).to_pandas()

    assert len(rows) == worn.row_counts()["transformer_monthly_load"] > 0
    months = pd.to_datetime(rows.load_month)
    assert months.min() >= pd.Timestamp(worn.config.history_start)
    assert months.max() + pd.offsets.MonthBegin(1) <= pd.Timestamp(worn.period.start)
    assert months.nunique() == 11
    assert local_standard_offset_h(worn.config) == -6.0
