"""Load profiles against pandas on random hours, and by hand at the changes of the clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.pipeline.load_profile import HourOfLoad, load_profile

CHICAGO = ZoneInfo("America/Chicago")


def hours(start: datetime, kw: list[float]) -> list[HourOfLoad]:
    return [HourOfLoad(start + timedelta(hours=n), value) for n, value in enumerate(kw)]


@pytest.mark.parametrize("start", [datetime(2025, 3, 1, 6), datetime(2025, 10, 25, 5)])
def test_a_profile_is_what_pandas_finds(start: datetime) -> None:
    kw = np.random.default_rng(3).gamma(2.0, 50.0, 24 * 20)
    found = load_profile(hours(start, kw.tolist()), CHICAGO)

    index = pd.date_range(start, periods=len(kw), freq="h", tz="UTC").tz_convert(CHICAGO)
    series = pd.Series(kw, index=index)
    groups = series.groupby([index.weekday >= 5, index.hour])
    expected = groups.agg(["mean", "max", "count"])
    percentiles = groups.quantile([0.1, 0.5, 0.9]).unstack()

    assert len(found.hours) == len(expected) == 48
    for hour in found.hours:
        place = (hour.is_weekend, hour.hour)
        assert hour.mean_kw == pytest.approx(expected.loc[place, "mean"])
        assert (hour.max_kw, hour.hour_count) == tuple(expected.loc[place, ["max", "count"]])
        assert (hour.p10_kw, hour.p50_kw, hour.p90_kw) == pytest.approx(tuple(percentiles.loc[place]))
    assert found.mean_kw == pytest.approx(series.mean())
    assert found.peak_kw == series.max()
    assert found.peak_at == series.idxmax().tz_convert("UTC").tz_localize(None)
    assert found.load_factor_pct == pytest.approx(100.0 * series.mean() / series.max())


def test_a_repeated_hour_counts_twice_and_a_missing_one_not() -> None:
    autumn = load_profile(hours(datetime(2025, 11, 2, 5), [1.0] * 25), CHICAGO)
    assert [each.hour_count for each in autumn.hours] == [1, 2] + [1] * 22
    spring = load_profile(hours(datetime(2025, 3, 9, 6), [1.0] * 23), CHICAGO)
    assert [each.hour for each in spring.hours] == [0, 1, *range(3, 24)]


def test_without_hours_nothing_is_known() -> None:
    found = load_profile([], CHICAGO)
    assert (found.hours, found.mean_kw, found.peak_kw, found.load_factor_pct) == ((), None, None, None)


def test_a_load_of_nothing_has_no_load_factor() -> None:
    found = load_profile(hours(datetime(2025, 7, 1), [0.0, 0.0]), CHICAGO)
    assert (found.peak_kw, found.load_factor_pct) == (0.0, None)
    assert found.peak_at == datetime(2025, 7, 1)


@given(st.lists(st.floats(0.0, 1e6), min_size=1, max_size=60))
def test_percentiles_lie_in_order_and_load_factors_below_one(kw: list[float]) -> None:
    found = load_profile(hours(datetime(2025, 7, 1), kw), CHICAGO)

    for each in found.hours:
        slack = 1e-9 * (1.0 + each.max_kw)
        assert each.p10_kw <= each.p50_kw + slack
        assert each.p50_kw <= each.p90_kw + slack
        assert each.p90_kw <= each.max_kw + slack
    assert sum(each.hour_count for each in found.hours) == len(kw)
    if found.load_factor_pct is not None:
        assert 0.0 < found.load_factor_pct <= 100.0 + 1e-6
