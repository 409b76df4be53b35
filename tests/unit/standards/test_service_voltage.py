"""The voltage ranges of ANSI C84.1 against the volts that its table 1 prints."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.standards.service_voltage import LOW_VOLTAGE, MEDIUM_VOLTAGE, VoltageBand, band

ORDER = list(VoltageBand)

# Nominal voltage, what its limits are rounded to, then range B low, A low, A high, B high at the service.
LOW_TABLE = [
    (120.0, 110, 114, 126, 127),
    (240.0, 220, 228, 252, 254),
    (277.0, 254, 263, 291, 293),
    (120.0 * math.sqrt(3.0), 191, 197, 218, 220),  # 208Y/120
    (480.0, 440, 456, 504, 508),
]
MEDIUM_TABLE = [
    (4160.0, 3950, 4050, 4370, 4400),
    (12470.0, 11850, 12160, 13090, 13200),
    (34500.0, 32780, 33640, 36230, 36510),
]


@pytest.mark.parametrize("printed", LOW_TABLE)
def test_the_limits_of_low_voltage_are_the_published_ones(printed: tuple[float, ...]) -> None:
    nominal_v, *limits = printed
    assert [round(each) for each in LOW_VOLTAGE.of_nominal(nominal_v)] == limits


@pytest.mark.parametrize("printed", MEDIUM_TABLE)
def test_the_limits_of_medium_voltage_are_the_published_ones(printed: tuple[float, ...]) -> None:
    nominal_v, *limits = printed
    # The table gives tens of volts.
    assert MEDIUM_VOLTAGE.of_nominal(nominal_v) == pytest.approx(limits, abs=10.0)


@pytest.mark.parametrize("nominal_v", [120.0, 240.0])
def test_a_limit_belongs_to_the_better_band(nominal_v: float) -> None:
    scale = nominal_v / 120.0
    step = 0.01
    cases = [
        (110.0 - step, VoltageBand.BELOW_B),
        (110.0, VoltageBand.B_LOW),
        (114.0 - step, VoltageBand.B_LOW),
        (114.0, VoltageBand.A),
        (126.0, VoltageBand.A),
        (126.0 + step, VoltageBand.B_HIGH),
        (127.0, VoltageBand.B_HIGH),
        (127.0 + step, VoltageBand.ABOVE_B),
    ]
    found = [band(voltage_v=volts * scale, nominal_v=nominal_v) for volts, _ in cases]
    assert found == [expected for _, expected in cases]


@given(st.floats(0.0, 1000.0), st.floats(0.0, 1000.0), st.floats(100.0, 500.0))
def test_a_higher_voltage_is_in_no_lower_band(one: float, other: float, nominal_v: float) -> None:
    low, high = sorted((one, other))
    bands = [band(voltage_v=volts, nominal_v=nominal_v) for volts in (low, high)]
    assert ORDER.index(bands[0]) <= ORDER.index(bands[1])


@pytest.mark.parametrize("nominal_v", [0.0, -120.0, float("nan")])
def test_a_nominal_voltage_is_positive(nominal_v: float) -> None:
    with pytest.raises(ValueError, match="nominal_v"):
        band(voltage_v=120.0, nominal_v=nominal_v)
