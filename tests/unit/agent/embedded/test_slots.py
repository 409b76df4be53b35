"""What fills slots: assets, times, weather in any units."""

from __future__ import annotations

import pytest

from agent.embedded.normal import read
from agent.embedded.slots import Weather, asset, assets, load_factor, weather
from agent.semantic.moments import is_time


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # By definition: °C = (°F - 32) / 1.8; 1 mph = 0.44704 m/s; 1 ft = 0.3048 m; 1 knot = 1852 m / 3600 s.
        ("at 40 °C and 0.6 m/s", Weather(40.0, 0.6)),
        ("with 104 °F and 2 ft/s of wind", Weather(40.0, 0.6096)),
        ("at 212 degrees fahrenheit", Weather(100.0, None)),
        ("at 10 mph", Weather(None, 4.4704)),
        ("with a wind of 36 km/h", Weather(None, 10.0)),
        ("with 7 knots of wind", Weather(None, 3.6011)),
        ("at minus 5 °C", None),
        ("at -40 °F", Weather(-40.0, None)),
        ("at 40 degrees", Weather(None, None, 40.0)),
        ("in still air at 30 celsius", Weather(30.0, 0.0)),
        ("at 2 meters per second perpendicular wind", Weather(None, 2.0, None, 90.0)),
        ("at 2 m/s of wind square across the line", Weather(None, 2.0, None, 90.0)),
        ("with 2 m/s at right angles to the line", Weather(None, 2.0, None, 90.0)),
        ("without any sun at 25 °C and 3 m/s", Weather(25.0, 3.0, None, None, 0.0)),
        ("at 25 °C in the sun", None),
        ("at 40 °C and 30 °C", None),
        ("at 40", None),
        ("at 3 bananas", None),
        ("at -3 m/s", None),
        ("at 40 °C on Tuesday", None),
        ("with wind", None),
    ],
)
def test_weather_is_read_in_its_units_or_not_at_all(text: str, expected: Weather | None) -> None:
    found = weather(read(text).text)

    assert found == expected


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("last month", True),
        ("in July 2024", True),
        ("between March 1 and June 30", True),
        ("the last 12 months", True),
        ("February 30", True),
        ("the reign of Victoria", False),
        ("last month by circuit", False),
        ("Wallis", False),
    ],
)
def test_a_period_is_a_time_and_nothing_else(text: str, is_one: bool) -> None:
    assert is_time(text) is is_one


@pytest.mark.parametrize(
    ("text", "factor"), [("1.1 ", 1.1), ("110 % ", 1.1), ("110 ", 110.0), ("1.25 times ", 1.25), ("x ", None)]
)
def test_a_load_factor_is_a_number_or_a_percentage(text: str, factor: float | None) -> None:
    assert load_factor(text) == factor


def test_assets_are_ids_or_names() -> None:
    said = read("the transformer XFMR-1-01-0001")
    named = read("our Wallis substation")

    assert asset(said, (0, len(said.text))).text == "XFMR-1-01-0001"
    assert asset(said, (0, len(said.text))).prefix == "XFMR"
    assert asset(named, (0, len(named.text))).text == "Wallis substation"
    assert asset(named, (0, len(named.text))).prefix == ""


def test_a_list_of_assets_is_of_ids_or_it_is_none() -> None:
    of_ids = read("SUB-1, line LINE-2 and SUB-1")
    mixed = read("SUB-1 and Wallis substation")

    assert assets(of_ids, (0, len(of_ids.text))) == ["SUB-1", "LINE-2"]
    assert assets(mixed, (0, len(mixed.text))) == []
