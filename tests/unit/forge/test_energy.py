"""Readings, transformer load, circuit and substation peaks follow from one another."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from grid.forge.build import Forged
from tests.unit.forge.network import Frames

LOSS_FRAC = 0.04
POWER_FACTOR = 0.95
PEAK_TOLERANCE = 0.02


@pytest.fixture(scope="module")
def located(readings: pd.DataFrame, frames: Frames) -> pd.DataFrame:
    meters = frames["meter_infrastructure"][["meter_key", "transformer_id", "circuit_id", "substation_id"]]
    return readings.merge(meters, on="meter_key", validate="many_to_one")


def quarter_hour_mw(located: pd.DataFrame, by: str) -> pd.DataFrame:
    kwh = located.assign(kwh=located.usage_kwh.astype(float)).groupby([by, "reading_at"]).kwh.sum()
    return kwh.unstack() * 4.0 / 1000.0


def test_every_meter_has_every_interval_of_the_period_once(readings: pd.DataFrame, tiny: Forged) -> None:
    expected = pd.date_range(tiny.config.period_start, tiny.config.period_end, freq="15min", inclusive="left")

    assert len(readings) == len(expected) * 300 == tiny.row_counts()["ami_interval_readings"]
    assert not readings.duplicated(["meter_key", "reading_at"]).any()
    assert set(readings.reading_at) == set(expected)
    assert (pd.to_datetime(readings.reading_date) == readings.reading_at.dt.normalize()).all()
    assert (readings.interval_minutes == 15).all()


def test_each_date_is_ordered_by_meter_and_time(tiny: Forged) -> None:
    days = tiny.days()
    assert [day.day for day in days] == [
        tiny.config.period_start.date() + timedelta(days=k) for k in range(len(days))
    ]
    for day in days:
        frame = pd.concat([batch.to_pandas() for batch in tiny.reading_batches(day)])
        assert frame[["meter_key", "reading_at"]].apply(tuple, axis=1).is_monotonic_increasing


def test_meters_sum_to_the_transformer_load_exactly(located: pd.DataFrame, hourly: pd.DataFrame) -> None:
    hour = located.reading_at.dt.floor("h")
    summed = located.groupby([located.transformer_id, hour]).usage_kwh.sum()

    stored = hourly.set_index(["transformer_id", "load_hour"]).energy_kwh
    assert len(stored) == len(summed)
    for key, energy in stored.items():
        assert Decimal(repr(energy)) == summed[key]


def test_load_and_loading_follow_from_the_energy(hourly: pd.DataFrame, frames: Frames) -> None:
    transformers = frames["transformer_metadata"].set_index("transformer_id")
    rated = hourly.transformer_id.map(transformers.rated_kva)

    assert np.allclose(hourly.load_kva, hourly.energy_kwh / POWER_FACTOR, rtol=1e-12)
    assert np.allclose(hourly.loading_pct, 100.0 * hourly.load_kva / rated, rtol=1e-12)
    meters = frames["meter_infrastructure"].groupby("transformer_id").size()
    assert (hourly.meter_count == hourly.transformer_id.map(meters)).all()


def test_transformer_peaks_are_the_largest_hours(hourly: pd.DataFrame, frames: Frames) -> None:
    transformers = frames["transformer_metadata"].set_index("transformer_id")
    peak = hourly.groupby("transformer_id").load_kva.max()

    assert np.allclose(transformers.peak_load_kva, peak[transformers.index], rtol=1e-12)
    assert np.allclose(transformers.peak_loading_pct, 100 * peak[transformers.index] / transformers.rated_kva)


def test_substations_peak_at_their_real_demand(located: pd.DataFrame, frames: Frames) -> None:
    demand = frames["substations"].set_index("substation_id").load_mw
    at_head = quarter_hour_mw(located, "substation_id").max(axis=1) / (1.0 - LOSS_FRAC)

    assert len(at_head) == 3
    assert at_head.to_dict() == pytest.approx(demand[at_head.index].to_dict(), rel=PEAK_TOLERANCE)


def test_circuit_peaks_are_those_of_their_meters(located: pd.DataFrame, frames: Frames) -> None:
    circuits = frames["circuit_metadata"].set_index("circuit_id")
    at_head = quarter_hour_mw(located, "circuit_id").max(axis=1) / (1.0 - LOSS_FRAC)

    assert at_head.to_dict() == pytest.approx(circuits.peak_load_mw.to_dict(), rel=1e-9)


def test_voltages_are_missing_exactly_during_outages(readings: pd.DataFrame) -> None:
    out = readings.quality == "OUTAGE"

    assert out.any()
    assert readings.voltage_v.isna().equals(out)
    assert (readings.usage_kwh[out] == 0).all()
    assert (readings.usage_kwh >= 0).all()
    assert set(readings.quality) <= {"ACTUAL", "ESTIMATED", "OUTAGE"}


def test_voltages_stay_near_nominal(readings: pd.DataFrame, frames: Frames) -> None:
    """ANSI C84.1: range A is 0.95 to 1.05; a few intervals of overloaded transformers may leave it."""
    nominal = {0.24: 240.0, 0.208: 120.0, 0.48: 277.0, 4.16: 120.0}
    transformers = frames["transformer_metadata"].set_index("transformer_id").secondary_kv.map(nominal)
    meters = frames["meter_infrastructure"].set_index("meter_key").transformer_id
    known = readings.dropna(subset=["voltage_v"])
    per_unit = known.voltage_v.astype(float) / known.meter_key.map(meters).map(transformers)

    assert per_unit.max() <= 1.05
    assert per_unit.between(0.95, 1.05).mean() > 0.999
    assert per_unit.min() > 0.85


def test_voltage_falls_as_load_grows(readings: pd.DataFrame) -> None:
    known = readings.dropna(subset=["voltage_v"]).assign(
        volts=lambda r: r.voltage_v.astype(float), kwh=lambda r: r.usage_kwh.astype(float)
    )
    correlation = known.groupby("meter_key").apply(lambda r: r.volts.corr(r.kwh), include_groups=False)

    assert (correlation < 0).mean() > 0.95


def test_estimated_intervals_are_flat_and_few(tiny: Forged) -> None:
    """At a larger scale there are some: see the demonstration grid; here none may be anything but flat."""
    for day in tiny.days():
        for batch in tiny.reading_batches(day):
            frame = batch.to_pandas()
            estimated = frame[frame.quality == "ESTIMATED"]
            for _, gap in estimated.groupby("meter_key"):
                assert gap.usage_kwh.astype(float).std(ddof=0) <= 0.0005
