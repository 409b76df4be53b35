"""Settings of a cascade are checked one by one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cascade.engine.options import (
    DispatchRule,
    HiddenFailures,
    OverloadRelay,
    RampLimits,
    RandomTrips,
    TripSelection,
    UnderFrequencyShedding,
)
from cascade.engine.params import CascadeParams, InvalidParams


@pytest.mark.parametrize("field", ["load_multiplier", "rating_multiplier"])
@pytest.mark.parametrize(
    "value",
    [
        0,
        0.0,
        -1.0,
        float("nan"),
        float("inf"),
        float("-inf"),
        1e7,
        1e-7,
        10**400,
        "1",
        None,
        True,
        [1.0],
    ],
)
def test_a_multiplier_out_of_range_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(InvalidParams) as caught:
        CascadeParams(**{field: value})

    assert (caught.value.field, caught.value.code) == (field, "INVALID_CASCADE_PARAMS")
    assert str(caught.value).startswith(f"{field}: is ")
    assert "from 1e-06 to 1e+06" in str(caught.value)


@pytest.mark.parametrize("value", [-1e-9, float("nan"), 1.5, "0", None])
def test_the_overload_tolerance_is_a_fraction(value: Any) -> None:
    with pytest.raises(InvalidParams, match="overload_tolerance_frac"):
        CascadeParams(overload_tolerance_frac=value)


@pytest.mark.parametrize("value", [-1, 1.0, True, "3", float("nan")])
def test_the_wave_limit_is_a_whole_number(value: Any) -> None:
    with pytest.raises(InvalidParams, match=r"max_waves: is .*; allowed: a whole number >= 0"):
        CascadeParams(max_waves=value)


def test_the_ends_of_the_ranges_are_taken() -> None:
    for value in (1e-6, 1, 1e6):
        params = CascadeParams(load_multiplier=value, rating_multiplier=value)
        assert (params.load_multiplier, params.rating_multiplier) == (value, value)
    assert CascadeParams(overload_tolerance_frac=0.0, max_waves=0).max_waves == 0
    assert CascadeParams() == CascadeParams(
        load_multiplier=1.0, rating_multiplier=1.0, overload_tolerance_frac=1e-6, max_waves=None
    )


ALL = CascadeParams(
    load_multiplier=1.1,
    rating_multiplier=0.1 + 0.2,
    max_waves=7,
    trip_threshold_frac=1.15,
    relay=OverloadRelay(delay_s=20.0, instant_frac=2.0, horizon_s=900.0),
    hidden_failures=HiddenFailures(defect_prob=0.02),
    dispatch=DispatchRule.MERIT_ORDER,
    ramp=RampLimits(frac_per_min=0.03, window_min=10.0),
    ufls=UnderFrequencyShedding(steps_frac=(0.05, 0.1)),
    seed=2**63 - 1,
)


@pytest.mark.parametrize(
    "params",
    [
        CascadeParams(),
        ALL,
        CascadeParams(trip_selection=TripSelection.MOST_OVERLOADED),
        CascadeParams(random_trips=RandomTrips(overloaded_prob=0.5)),
    ],
)
def test_settings_come_back_from_json_as_they_were(params: CascadeParams) -> None:
    text = json.dumps(params.to_dict(), allow_nan=False)

    assert CascadeParams.from_dict(json.loads(text)) == params
    assert json.dumps(CascadeParams.from_dict(json.loads(text)).to_dict()) == text


def test_every_setting_is_written_with_the_version_of_the_form() -> None:
    written = CascadeParams().to_dict()

    assert written == {
        "version": 1,
        "load_multiplier": 1.0,
        "rating_multiplier": 1.0,
        "overload_tolerance_frac": 1e-6,
        "max_waves": None,
        "trip_threshold_frac": 1.0,
        "trip_selection": "ALL",
        "relay": None,
        "random_trips": None,
        "hidden_failures": None,
        "dispatch": "PROPORTIONAL",
        "ramp": None,
        "ufls": None,
        "seed": 0,
    }


def test_what_is_left_out_has_its_default() -> None:
    assert CascadeParams.from_dict({"load_multiplier": 1.2}) == CascadeParams(load_multiplier=1.2)
    assert CascadeParams.from_dict({"relay": {}}) == CascadeParams(relay=OverloadRelay())


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"version": 2}, "version"),
        ({"version": True}, "version"),
        ({"alpha": 1.0}, "alpha"),
        ({"relay": {"delay": 1.0}}, "relay.delay"),
        ({"relay": 5.0}, "relay"),
        ({"relay": {"delay_s": 0.0}}, "relay.delay_s"),
        ({"relay": {"overload_frac": "half"}}, "relay.overload_frac"),
        ({"relay": {"instant_frac": 0.5}}, "relay.instant_frac"),
        ({"relay": {"horizon_s": -1.0}}, "relay.horizon_s"),
        ({"random_trips": {"overloaded_prob": 1.1}}, "random_trips.overloaded_prob"),
        ({"random_trips": {"near_limit_frac": float("nan")}}, "random_trips.near_limit_frac"),
        ({"hidden_failures": {"defect_prob": -0.1}}, "hidden_failures.defect_prob"),
        ({"ramp": {"frac_per_min": None}}, "ramp.frac_per_min"),
        ({"ramp": {"window_min": True}}, "ramp.window_min"),
        ({"ufls": {"steps_frac": []}}, "ufls.steps_frac"),
        ({"ufls": {"steps_frac": [0.6, 0.6]}}, "ufls.steps_frac"),
        ({"ufls": {"steps_frac": [0.1, 0.0]}}, "ufls.steps_frac"),
        ({"ufls": {"steps_frac": 0.1}}, "ufls.steps_frac"),
        ({"ufls": {"collapses": 1}}, "ufls.collapses"),
        ({"trip_selection": "SOME"}, "trip_selection"),
        ({"dispatch": None}, "dispatch"),
        ({"trip_threshold_frac": 0.0}, "trip_threshold_frac"),
        ({"seed": -1}, "seed"),
        ({"seed": 1.0}, "seed"),
        ({"seed": 2**63}, "seed"),
        ({"relay": {}, "random_trips": {}}, "random_trips"),
        ({"relay": {}, "trip_selection": "MOST_OVERLOADED"}, "relay"),
        ([1], "params"),
    ],
)
def test_a_fault_in_stored_settings_is_named(values: Any, field: str) -> None:
    with pytest.raises(InvalidParams) as caught:
        CascadeParams.from_dict(values)

    assert caught.value.field == field
    assert "allowed" in str(caught.value) or "cannot be set together" in str(caught.value)


def test_the_options_set_are_named() -> None:
    assert CascadeParams(load_multiplier=1.3, max_waves=3, seed=9).options == ()
    assert ALL.options == ("trip_threshold_frac", "relay", "hidden_failures", "dispatch", "ramp", "ufls")
