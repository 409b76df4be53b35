"""Settings of a cascade are checked one by one."""

from __future__ import annotations

from typing import Any

import pytest

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
