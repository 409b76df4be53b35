"""The forecast of tomorrow: honest about how far off it may be, and blind to what comes."""

from dataclasses import replace

import numpy as np
import pytest

from cascade.ml.boosting import BoostingParams
from cascade.ml.errors import BadDataset
from cascade.ml.transformers.hourly_past import HourlyPast, TomorrowParams, day_starts, observed, variation
from cascade.ml.transformers.tomorrow import fit_tomorrow, score_tomorrow
from grid.standards.transformer_thermal import (
    ThermalParams,
    ultimate_hot_spot_rise_c,
    ultimate_top_oil_rise_c,
)

QUICK = TomorrowParams(
    local_midnight_h=0,
    boosting=BoostingParams(n_trees=60, max_leaf_nodes=12, min_leaf_samples=20),
    peak_boosting=BoostingParams(n_trees=60, max_leaf_nodes=8, min_leaf_samples=20),
)
DAYS = 16


def made_past(*, count: int = 250, noise: float = 0.15, seed: int = 1) -> HourlyPast:
    """Return loads that follow the warmth of the day and the clock, each with a noise of its own."""
    rng = np.random.default_rng(seed)
    hours = np.arange(24 * DAYS)
    warmth = np.repeat(rng.normal(30.0, 5.0, DAYS), 24) + 5.0 * np.cos(2 * np.pi * (hours - 15) / 24)
    shape = 0.6 + 0.3 * np.cos(2 * np.pi * (hours - 17) / 24) + 0.02 * (warmth - 30.0)
    level = rng.uniform(0.5, 1.1, count)[:, None]
    own = np.exp(noise * rng.uniform(0.2, 1.5, count)[:, None] * rng.normal(size=(count, len(hours))))
    return HourlyPast(
        transformer_id=np.array([f"XFMR-{n}" for n in range(count)], dtype=object),
        start=np.datetime64("2025-06-01T00", "h"),
        load_pu=level * shape * own,
        ambient_c=np.broadcast_to(warmth, (count, len(hours))).copy(),
    )


def test_days_begin_at_local_midnight_and_have_one_before_them() -> None:
    past = made_past(count=1)

    assert day_starts(past, QUICK) == [24 * day for day in range(1, DAYS)]
    assert day_starts(past, replace(QUICK, local_midnight_h=5))[0] == 29


def test_a_lasting_load_leads_to_the_temperatures_of_the_standard() -> None:
    past = made_past(count=1)
    steady = replace(past, load_pu=np.full((1, 96), 0.9), ambient_c=np.full((1, 96), 30.0))
    params = ThermalParams()

    peak, hot = observed(steady, at=48, params=QUICK)

    rise = ultimate_top_oil_rise_c(0.9, params) + ultimate_hot_spot_rise_c(0.9, params)
    assert peak.tolist() == [0.9]
    assert hot[0] == pytest.approx(30.0 + float(rise))


def test_it_beats_yesterday_where_the_weather_tells() -> None:
    past = made_past()
    days = day_starts(past, QUICK)
    model = fit_tomorrow(past=past, fit_days=days[6:10], check_days=days[10:12], params=QUICK)
    score = score_tomorrow(model, past, test_days=days[12:])

    assert score.sample_count == 250 * len(days[12:])
    assert 0 < score.overload_count < score.sample_count / 2
    assert score.peak_error_pct[0] < 0.9 * score.peak_error_pct[1]
    assert score.hot_spot_error_k[0] < 0.9 * score.hot_spot_error_k[1]
    assert score.overload_precision[0] > score.overload_precision[1]
    assert score.overload_skill > 0.1


def test_nothing_of_the_day_itself_is_looked_at() -> None:
    past = made_past(count=60)
    days = day_starts(past, QUICK)
    model = fit_tomorrow(past=past, fit_days=days[6:9], check_days=days[9:11], params=QUICK)
    at = days[12]
    load = past.load_pu.copy()
    load[:, at:] = 9.0
    ambient = past.ambient_c[:, at : at + 24]

    said = model.forecast(past, at=at, ambient_c=ambient)
    blind = model.forecast(replace(past, load_pu=load), at=at, ambient_c=ambient)

    assert (said.peak_pu == blind.peak_pu).all()
    assert (said.overload_probability == blind.overload_probability).all()
    warmer = model.forecast(past, at=at, ambient_c=ambient + 8.0)
    assert warmer.hot_spot_c.mean() > said.hot_spot_c.mean() + 4.0


def test_a_higher_peak_is_a_likelier_overload_and_an_unknown_past_is_unknown() -> None:
    past = made_past(count=80)
    load = past.load_pu.copy()
    days = day_starts(past, QUICK)
    load[3, days[12] - 5] = np.nan
    gap = replace(past, load_pu=load)
    model = fit_tomorrow(past=past, fit_days=days[6:9], check_days=days[9:11], params=QUICK)

    naive = model.as_yesterday(gap, at=days[12])
    said = model.forecast(gap, at=days[12], ambient_c=past.ambient_c[:, days[12] : days[12] + 24])

    for each in (naive, said):
        assert np.isnan(each.peak_pu[3])
        assert np.isnan(each.overload_probability[3])
        known = np.isfinite(each.peak_pu)
        assert known.sum() == 79
        assert ((each.overload_probability[known] > 0.0) & (each.overload_probability[known] < 1.0)).all()
        assert np.corrcoef(each.peak_pu[known], each.overload_probability[known])[0, 1] > 0.3


def test_what_varies_more_is_less_certain() -> None:
    past = made_past(count=40, noise=0.0)
    load = past.load_pu.copy()
    load[0] *= np.repeat(np.array([1.0, 1.8] * (DAYS // 2)), 24)
    found = variation(replace(past, load_pu=load), at=24 * 8)

    assert found[0] > 1.5 * found[1:].max()


def test_days_in_the_wrong_order_are_refused() -> None:
    past = made_past(count=5)

    with pytest.raises(BadDataset, match="after fit_days"):
        fit_tomorrow(past=past, fit_days=[48, 72], check_days=[72], params=QUICK)
    with pytest.raises(BadDataset, match="name a day"):
        fit_tomorrow(past=past, fit_days=[], check_days=[72], params=QUICK)
