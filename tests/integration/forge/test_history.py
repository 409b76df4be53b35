"""The past of the demonstration grid: as unreliable as utilities report, for the causes that they report.

The bands are wide: EIA's totals of the United States (Electric Power Annual, table 11.1, utilities that
follow IEEE 1366, 2014 to 2023) are, without major event days, SAIFI 1.01 to 1.09, SAIDI 114 to 131 minutes
and CAIDI 109 to 121 minutes; with them SAIFI 1.26 to 1.44 and SAIDI 209 to 506 minutes.
"""

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from grid.forge.build import Forged
from tests.unit.forge.network import Frames, closed_graph, interrupted_transformers, orders_of_outages

LOCAL = pd.Timedelta(hours=6)
MOMENTARY = pd.Timedelta(minutes=5)


@dataclass(frozen=True)
class Indices:
    """Hold the daily sums per customer, and which days are major (2.5 beta method of IEEE 1366)."""

    years: float
    saidi: pd.Series
    saifi: pd.Series
    is_major: pd.Series


@pytest.fixture(scope="module")
def sustained(demo: Forged, frames: Frames) -> pd.DataFrame:
    """Return the sustained interruptions with their minutes and cause."""
    outages = frames["outage_restoration_tracker"]
    rows = frames["outage_interruptions"].merge(
        outages[["outage_id", "cause_code", "is_planned"]], on="outage_id"
    )
    lasted = rows.restored_at.fillna(pd.Timestamp(demo.period.end)) - rows.started_at
    rows["minutes"] = lasted / pd.Timedelta(minutes=1)
    rows["local"] = rows.started_at - LOCAL
    return rows[lasted > MOMENTARY]


@pytest.fixture(scope="module")
def customers(frames: Frames) -> int:
    return int((frames["customers_master_data"].account_status == "ACTIVE").sum())


@pytest.fixture(scope="module")
def indices(demo: Forged, sustained: pd.DataFrame, customers: int) -> Indices:
    day = sustained.local.dt.floor("D")
    days = pd.date_range(demo.config.history_start - LOCAL, demo.period.end - LOCAL, freq="D").floor("D")
    saidi = (sustained.minutes * sustained.customers).groupby(day).sum().reindex(days, fill_value=0.0)
    saifi = sustained.customers.groupby(day).sum().reindex(days, fill_value=0.0)
    saidi, saifi = saidi / customers, saifi / customers
    logarithm = np.log(saidi[saidi > 0.0])
    limit = np.exp(logarithm.mean() + 2.5 * logarithm.std())
    return Indices(len(days) / 365.25, saidi, saifi, saidi > limit)


def test_the_past_has_its_length(demo: Forged, frames: Frames) -> None:
    assert demo.config.history_years == 5
    hours = 5 * 8766 + 14 * 24
    weather = frames["weather_hourly"]
    assert (weather.groupby("station_id").size() == hours).all()
    assert weather.observed_at.min() == pd.Timestamp(demo.config.history_start)
    started = frames["outage_restoration_tracker"].started_at
    assert started.min() >= pd.Timestamp(demo.config.history_start)
    assert started.min() < pd.Timestamp(demo.config.history_start) + pd.Timedelta(days=10)


def test_indices_without_major_days_are_ordinary(indices: Indices) -> None:
    saidi = indices.saidi[~indices.is_major].sum() / indices.years
    saifi = indices.saifi[~indices.is_major].sum() / indices.years

    assert 0.8 <= saifi <= 1.5
    assert 90.0 <= saidi <= 170.0
    assert 85.0 <= saidi / saifi <= 145.0


def test_storms_make_major_days(indices: Indices) -> None:
    assert 0.2 <= indices.is_major.sum() / indices.years <= 6.0
    assert indices.saidi.sum() / indices.years <= 900.0
    storms = indices.saidi[indices.is_major].sum() / indices.saidi.sum()
    assert storms > 0.15


def test_major_days_are_days_of_wind(indices: Indices, frames: Frames) -> None:
    weather = frames["weather_hourly"]
    daily = weather.groupby((weather.observed_at - LOCAL).dt.floor("D")).wind_speed_mps.max()

    assert (daily[indices.is_major.index[indices.is_major]] > daily.quantile(0.95)).all()


def test_momentaries_are_ordinary(demo: Forged, frames: Frames, customers: int, indices: Indices) -> None:
    """MAIFI of North American utilities lies between 2 and 6 or so."""
    rows = frames["momentary_interruptions"]

    assert 2.0 <= rows.customers_interrupted.sum() / customers / indices.years <= 6.0
    assert (rows.ended_at - rows.started_at <= MOMENTARY).all()
    assert rows.ended_at.max() <= pd.Timestamp(demo.period.end)


def test_causes_have_plausible_shares(sustained: pd.DataFrame) -> None:
    found = sustained[~sustained.is_planned]
    share = found.customers.groupby(found.cause_code).sum() / found.customers.sum()

    assert 0.15 < share["VEGETATION"] < 0.6
    assert 0.1 < share["EQUIPMENT"] < 0.45
    assert 0.02 < share["ANIMAL"] < 0.2
    assert 0.02 < share["LIGHTNING"] < 0.25
    assert share["UNKNOWN"] < 0.1


def test_causes_keep_their_hours_and_seasons(sustained: pd.DataFrame) -> None:
    events = sustained.drop_duplicates("outage_id")

    def share(cause: str, chosen: pd.Series) -> float:
        mine = events.cause_code == cause
        return float((chosen & mine).sum() / mine.sum())

    by_day = events.local.dt.hour.between(6, 19)
    assert share("ANIMAL", by_day) > 0.75
    assert share("DIG_IN", events.local.dt.hour.between(7, 16) & (events.local.dt.dayofweek < 5)) == 1.0
    assert share("PLANNED_WORK", events.local.dt.hour.between(8, 13)) == 1.0
    summer = events.local.dt.month.between(5, 9)
    assert share("LIGHTNING", summer) > 0.5  # 36.5 of 57 thunderstorm days
    assert share("EQUIPMENT", summer) > 5 / 12


def test_lightning_strikes_in_thunderstorms(frames: Frames) -> None:
    """Hours of lightning have rain at some station: its weather is that of the table."""
    weather = frames["weather_hourly"]
    rain = weather.groupby("observed_at").precipitation_mm.max()
    outages = frames["outage_restoration_tracker"]
    struck = outages.started_at[outages.cause_code == "LIGHTNING"].dt.floor("h")

    assert len(struck) > 50
    assert (rain[struck] > 0.0).mean() > 0.95


def test_half_of_the_estimates_hold_and_four_in_five_of_the_careful_ones(frames: Frames) -> None:
    outages = frames["outage_restoration_tracker"]
    over = outages[(outages.status == "RESTORED") & ~outages.is_planned]

    assert 0.45 < (over.restored_at <= over.estimated_restoration_at).mean() < 0.68
    assert 0.72 < (over.restored_at <= over.estimated_restoration_p80_at).mean() < 0.92


def test_an_outage_interrupts_what_is_behind_it_and_had_supply(frames: Frames) -> None:
    """Over five years, storms included: who is not interrupted by it was out already."""
    graph = closed_graph(frames)
    rows = frames["outage_interruptions"]
    until = rows.restored_at.fillna(rows.started_at.max() + pd.Timedelta(days=1))
    spans: dict[str, list[tuple[pd.Timestamp, pd.Timestamp]]] = {}
    for unit, start, end in zip(rows.transformer_id, rows.started_at, until, strict=True):
        spans.setdefault(unit, []).append((start, end))
    for unit, found in spans.items():
        found.sort()
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(found)), unit
    own = rows.groupby("outage_id").transformer_id.agg(set)
    served = set(frames["meter_infrastructure"].transformer_id)
    outages = frames["outage_restoration_tracker"]
    chosen = outages[outages.started_at.dt.dayofyear % 5 == 0]
    assert len(chosen) > 300
    for outage in chosen.itertuples():
        behind = interrupted_transformers(frames, graph, outage) & served
        assert own[outage.outage_id] <= behind
        for unit in behind - own[outage.outage_id]:
            assert any(start <= outage.started_at < end for start, end in spans[unit])


def test_minutes_by_steps_are_minutes_by_interruptions(sustained: pd.DataFrame, frames: Frames) -> None:
    over = sustained.dropna(subset=["restored_at"])
    steps = over.groupby(["outage_id", "restored_at", "started_at"], as_index=False).customers.sum()
    by_steps = (steps.customers * (steps.restored_at - steps.started_at)).sum()
    outages = frames["outage_restoration_tracker"].set_index("outage_id")

    assert by_steps == (over.customers * (over.restored_at - over.started_at)).sum()
    every = frames["outage_interruptions"].groupby("outage_id").customers.sum()
    assert (every[outages.index] == outages.customers_interrupted).all()


def test_work_of_a_crew_on_outages_does_not_overlap(frames: Frames) -> None:
    """By the orders: a crew that works on one outage is not sent to another meanwhile."""
    orders = orders_of_outages(frames).dropna(subset=["crew_id", "actual_hours"])
    start = orders.scheduled_at
    end = start + pd.to_timedelta(orders.actual_hours, unit="h") - pd.Timedelta(minutes=1)
    rows = pd.DataFrame({"crew": orders.crew_id, "start": start, "end": end}).sort_values(["crew", "start"])
    before = rows.groupby("crew").end.shift()

    assert len(rows) > 1000
    assert (before.isna() | (before <= rows.start)).all()


def test_the_order_of_an_outage_says_whether_it_was_planned(frames: Frames) -> None:
    outages = frames["outage_restoration_tracker"].set_index("outage_id")
    orders = orders_of_outages(frames)

    is_planned = orders.outage_id.map(outages.is_planned).astype(bool)

    assert 0 < is_planned.sum() < len(orders)
    assert orders.work_type.tolist() == [
        "PLANNED_WORK" if planned else "OUTAGE_RESTORATION" for planned in is_planned
    ]


def test_inspections_grow_worse_with_age(demo: Forged, frames: Frames) -> None:
    rows = frames["asset_inspections"]
    poles = rows[rows.asset_kind == "POLE"].merge(
        frames["grid_poles_infrastructure"], left_on="asset_id", right_on="pole_id"
    )
    age = poles.inspected_at.dt.year - poles.install_year
    by_age = poles.condition_code.groupby(pd.cut(age, [0, 15, 30, 45, 70]), observed=True).mean()

    assert by_age.is_monotonic_increasing
    assert rows.condition_code.between(1, 5).all()
    assert (rows.finding.notna() == (rows.condition_code >= 3)).all()
    assert rows.inspected_at.between(
        pd.Timestamp(demo.config.history_start), pd.Timestamp(demo.period.end)
    ).all()
    # A tenth of the poles a year, breakers and their like every other year, transformers every eighth.
    years = 5 + 14 / 365.25
    automatic = frames["grid_switches"].switch_kind.isin(["BREAKER", "RECLOSER", "SECTIONALIZER"]).sum()
    per_year = rows.groupby("asset_kind").size() / years
    assert per_year["POLE"] == pytest.approx(0.10 * len(frames["grid_poles_infrastructure"]), rel=0.1)
    assert per_year["SWITCH"] == pytest.approx(automatic / 2, rel=0.1)
    assert per_year["TRANSFORMER"] == pytest.approx(len(frames["transformer_metadata"]) / 8, rel=0.1)


def test_inspections_of_the_metering_period_are_those_ordered(demo: Forged, frames: Frames) -> None:
    rows = frames["asset_inspections"].dropna(subset=["work_order_id"]).set_index("work_order_id")
    orders = frames["work_orders"].set_index("work_order_id")
    done = orders[(orders.work_type == "POLE_INSPECTION") & (orders.status == "COMPLETED")]

    assert set(rows.index) == set(done.index)
    assert (rows.inspected_at == done.completed_at[rows.index]).all()
    assert (rows.asset_id == done.asset_id[rows.index]).all()


def test_crews_are_as_many_as_the_customers_call_for(frames: Frames, customers: int) -> None:
    """0.78 line workers per thousand customers."""
    crews = frames["crews"]

    assert crews.member_count.sum() == pytest.approx(0.78e-3 * customers, rel=0.25)
    assert set(crews.crew_kind) == {"TROUBLE", "LINE", "UNDERGROUND", "TREE"}
    assert set(crews.status) <= {"AVAILABLE", "ASSIGNED", "ON_SITE", "OFF_SHIFT"}
    orders = frames["work_orders"]
    at_work = orders[orders.status == "IN_PROGRESS"].crew_id.dropna()
    assert set(crews.crew_id[crews.status == "ON_SITE"]) == set(at_work)
