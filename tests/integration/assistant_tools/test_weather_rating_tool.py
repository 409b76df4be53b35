"""The tool ``weather_rating`` against the standard's formulas worked by hand, and against what the map "
"shows."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from agent.backends.requests import ToolOutcome, ToolRefused
from agent.events import Assets, DoneReason
from grid import models
from grid.selectors.line_ratings import circuit_ratings
from tests.api.rated_circuits import NIGHT, fill_cache, fill_warehouse
from tests.factories.grid import (
    grant_zone,
    make_branch,
    make_bus,
    make_circuit,
    make_line_section,
    make_substation,
    make_weather,
    make_zone,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

Ask = Callable[..., ToolOutcome]
LOAD_A = 6000.0 / (math.sqrt(3.0) * 12.47)
"""6,000 kVA at 12.47 kV."""


def by_hand(*, air_c: float, wind_mps: float, sun_w_per_m2: float = 0.0, conductor_c: float = 75.0) -> float:
    """Return the current of ACSR 336.4 26/7 by clause 4 of IEEE 738, wind across it, at sea level."""
    diameter_m = 0.721 * 0.0254
    ohm_per_m = 0.306 / 1609.344 * (1 + 0.00403 * (conductor_c - 20)) / (1 + 0.00403 * 30)
    film = (conductor_c + air_c) / 2
    viscosity = 1.458e-6 * (film + 273) ** 1.5 / (film + 383.4)
    density = 1.293 / (1 + 0.00367 * film)
    conductivity = 2.424e-2 + 7.477e-5 * film - 4.407e-9 * film**2
    rise = conductor_c - air_c
    reynolds = diameter_m * density * wind_mps / viscosity
    convection = max(
        (1.01 + 1.35 * reynolds**0.52) * conductivity * rise,
        0.754 * reynolds**0.6 * conductivity * rise,
        3.645 * density**0.5 * diameter_m**0.75 * rise**1.25,
    )
    radiation = 17.8 * diameter_m * 0.8 * (((conductor_c + 273) / 100) ** 4 - ((air_c + 273) / 100) ** 4)
    return math.sqrt((convection + radiation - 0.8 * sun_w_per_m2 * diameter_m) / ohm_per_m)


def test_the_newest_hour_is_rated_as_the_map_shows_it(ask: Ask, viewer: User, synced: None) -> None:
    fill_cache()

    found = ask(viewer, "weather_rating", line="CKT-A").content

    (shown,) = circuit_ratings(
        at=None, circuit_ids=["CKT-A"], min_loading_pct=None, limit=1, user=viewer
    ).ratings
    assert (
        found["weather_rating_a"]
        == shown.weather_rated_a
        == pytest.approx(by_hand(air_c=30.0, wind_mps=0.61))
    )
    assert (found["load_a"], found["margin_pct"]) == (pytest.approx(LOAD_A), shown.margin_pct)
    assert datetime.fromisoformat(found["hour"]) == NIGHT
    assert (found["station"], found["air_temp_c"]) == ("WX-1", 30.0)
    assert (found["load_coverage_pct"], found["static_rating_a"]) == (75.0, 530.0)


@pytest.mark.parametrize(
    ("air_c", "wind_m_s", "sun"),
    [(40.0, 0.0, 1000.0), (25.0, 0.61, 0.0), (0.0, 0.3, 600.0), (-10.0, 0.0, 0.0)],
)
def test_given_weather_is_rated_as_by_hand(
    ask: Ask, viewer: User, synced: None, air_c: float, wind_m_s: float, sun: float
) -> None:
    fill_cache()
    models.Switch.objects.all().delete()  # the breaker would limit cold nights

    found = ask(
        viewer,
        "weather_rating",
        line="CKT-A",
        air_temp_c=air_c,
        wind_speed_m_s=wind_m_s,
        wind_angle_deg=90.0,
        sun_w_per_m2=sun,
    ).content

    expected = by_hand(air_c=air_c, wind_mps=wind_m_s, sun_w_per_m2=sun)
    assert found["weather_rating_a"] == pytest.approx(expected, rel=1e-6)
    assert found["weather_rating_mva"] == pytest.approx(math.sqrt(3) * 12.47 * expected / 1000, rel=1e-6)
    assert found["loading_of_weather_rating_pct"] == pytest.approx(100 * LOAD_A / expected, rel=1e-6)
    assert found["margin_pct"] == pytest.approx(100 - 100 * LOAD_A / expected, rel=1e-6)


def test_what_is_not_given_is_that_of_the_hour(ask: Ask, viewer: User, synced: None) -> None:
    fill_cache()

    found = ask(viewer, "weather_rating", line="CKT-A", wind_speed_m_s=0.0)

    assert found.content["weather_rating_a"] == pytest.approx(by_hand(air_c=30.0, wind_mps=0.0))
    assert (found.content["air_temp_c"], found.content["sun_w_per_m2"]) == (30.0, 0.0)
    assert (
        "air 30 °C as observed at WX-1, 0 km away; wind 0 m/s at 45 ° to the line as given" in found.summary
    )


def test_equipment_in_series_limits_a_gale(ask: Ask, viewer: User, synced: None) -> None:
    fill_cache()

    found = ask(viewer, "weather_rating", line="CKT-A", air_temp_c=0.0, wind_speed_m_s=20.0)

    assert (found.content["weather_rating_a"], found.content["limited_by"]) == (630.0, "EQUIPMENT")
    assert "limited by equipment in series" in found.summary


def test_an_overload_is_told(ask: Ask, viewer: User, synced: None) -> None:
    fill_cache()

    found = ask(viewer, "weather_rating", line="CKT-A", air_temp_c=60.0, wind_speed_m_s=0.0, sun_w_per_m2=0.0)

    rating = by_hand(air_c=60.0, wind_mps=0.0)
    assert rating < LOAD_A
    assert f"{100 * LOAD_A / rating - 100:.4g} % above the rating" in found.summary
    assert "Only 75 % of its meters have reported, so the load is a lower bound." in found.summary


def test_air_and_sun_may_leave_no_current(ask: Ask, viewer: User, synced: None) -> None:
    fill_cache()

    found = ask(
        viewer, "weather_rating", line="CKT-A", air_temp_c=60.0, wind_speed_m_s=0.0, sun_w_per_m2=1000.0
    )

    assert (found.content["weather_rating_a"], found.content["margin_pct"]) == (0.0, None)
    assert "may carry **no current** in this weather" in found.summary


def test_a_past_hour_is_rated_in_its_own_weather(
    ask: Ask, viewer: User, synced: None, warehouse: Any
) -> None:
    fill_cache()
    fill_warehouse(warehouse)

    found = ask(
        viewer, "weather_rating", line="CKT-A", at=(NIGHT - timedelta(hours=23, minutes=20)).isoformat()
    )

    assert found.content["air_temp_c"] == 20.0
    assert found.content["weather_rating_a"] == pytest.approx(by_hand(air_c=20.0, wind_mps=0.61))


def test_an_hour_may_be_said_in_words(ask: Ask, viewer: User, synced: None, warehouse: Any) -> None:
    fill_cache()
    fill_warehouse(warehouse)
    moment = NIGHT - timedelta(hours=23, minutes=20)
    local = moment.astimezone(ZoneInfo(settings.TIME_ZONE))

    in_words = ask(viewer, "weather_rating", line="CKT-A", at=f"{local:%B} {local.day} at {local:%H:%M}")
    as_iso = ask(viewer, "weather_rating", line="CKT-A", at=moment.isoformat())

    assert in_words.content == as_iso.content
    with pytest.raises(ToolRefused, match="moment"):
        ask(viewer, "weather_rating", line="CKT-A", at="some day")


def test_a_section_has_a_rating_and_no_load(ask: Ask, viewer: User, synced: None) -> None:
    fill_cache()

    found = ask(viewer, "weather_rating", line="LINE-A", air_temp_c=25.0, sun_w_per_m2=0.0)

    assert found.content["conductor"] == "ACSR 2 6/1"
    assert found.content["weather_rating_a"] > 180.0  # the catalogue's is for a new conductor in the sun
    assert (found.content["load_a"], found.content["margin_pct"]) == (None, None)
    assert "Its load is not known. A section has no load of its own; see its circuit." in found.summary


def transmission(**fields: Any) -> models.Branch:
    """A line of 150 MVA between two substations next to a station that observed 40 °C."""
    one, other = (make_substation(zone=make_zone(id=f"Z-{n}")) for n in (1, 2))
    make_weather(station="WX-9", observed_at=NIGHT, location=one.location, temperature_c=40.0)
    make_weather(station="WX-8", observed_at=NIGHT, location=other.location, temperature_c=40.0)
    return make_branch(
        id="BR-7",
        **{
            "from_bus": make_bus(substation=one),
            "to_bus": make_bus(substation=other),
            "rating_mva": 150.0,
            "base_flow_mw": -120.0,
            **fields,
        },
    )


def test_the_conditions_of_the_standards_example_give_the_static_rating(
    ask: Ask, viewer: User, synced: None, warehouse: Any
) -> None:
    # Air of 40 °C, 0.61 m/s across the line and its sun: where IEEE 738 finds 1025 A for Drake at 100 °C.
    transmission()

    found = ask(
        viewer,
        "weather_rating",
        line="BR-7",
        air_temp_c=40.0,
        wind_speed_m_s=0.61,
        wind_angle_deg=90.0,
        sun_w_per_m2=1027.0,
    )

    assert found.content["weather_rating_mva"] == pytest.approx(150.0)
    assert found.content["margin_pct"] == pytest.approx(20.0)
    assert "Its flow in the planning base case is 120 MW" in found.summary
    assert (found.content["planned_flow_mw"], found.content["load_mva"]) == (120.0, None)


def test_a_transmission_line_in_a_wind_of_two_metres_a_second(
    ask: Ask, viewer: User, synced: None, warehouse: Any
) -> None:
    # The standard's example with 2 m/s: 1360.1 A against 1025.4 A, so 1.326 times the static rating.
    transmission()

    found = ask(
        viewer,
        "weather_rating",
        line="BR-7",
        air_temp_c=40.0,
        wind_speed_m_s=2.0,
        wind_angle_deg=90.0,
        sun_w_per_m2=1027.0,
    ).content

    assert found["weather_rating_mva"] == pytest.approx(150.0 * 1360.1 / 1025.4, rel=3e-3)


def test_a_line_without_limit_stays_unknown(ask: Ask, viewer: User, synced: None, warehouse: Any) -> None:
    transmission(rating_mva=None)

    found = ask(viewer, "weather_rating", line="BR-7", air_temp_c=0.0)

    assert (found.content["weather_rating_mva"], found.content["margin_pct"]) == (None, None)
    assert "is not known. The source gives the branch no limit." in found.summary


def test_an_unknown_conductor_stays_unknown(ask: Ask, viewer: User, synced: None) -> None:
    fill_cache()

    found = ask(viewer, "weather_rating", line="CKT-B", air_temp_c=0.0)

    assert found.content["weather_rating_a"] is None
    assert "The catalogue has no conductor '477 ACSR'." in found.summary


def test_given_weather_needs_no_hour_on_record(ask: Ask, viewer: User, synced: None) -> None:
    make_line_section(circuit=make_circuit(id="CKT-N", conductor_type="ACSR 336.4 26/7", rated_a=530.0))

    unknown = ask(viewer, "weather_rating", line="CKT-N")
    given = ask(viewer, "weather_rating", line="CKT-N", air_temp_c=25.0)

    assert unknown.content["weather_rating_a"] is None
    assert "No hour of load or weather is known." in unknown.summary
    expected = by_hand(air_c=25.0, wind_mps=0.61, sun_w_per_m2=1027.0)
    assert given.content["weather_rating_a"] == pytest.approx(expected)
    assert "the full sun of static ratings, as no hour is on record" in given.summary


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"air_temp_c": 90.0}, "air_temp_c: Input should be less than or equal to 60"),
        ({"wind_speed_m_s": -1.0}, "wind_speed_m_s: Input should be greater than or equal to 0"),
        ({"wind_angle_deg": 120.0}, "wind_angle_deg: Input should be less than or equal to 90"),
        ({"sun_w_per_m2": 5000.0}, "sun_w_per_m2: Input should be less than or equal to 1400"),
        ({"at": "2026-06-01T06:00:00"}, "at: Input should have timezone info"),
        ({"at": "1900-06-01T06:00:00Z"}, "must lie between 1990-01-01 and 2200-01-01"),
    ],
)
def test_bad_input_is_named(ask: Ask, viewer: User, synced: None, given: dict[str, Any], said: str) -> None:
    fill_cache()

    with pytest.raises(ToolRefused) as refused:
        ask(viewer, "weather_rating", line="CKT-A", **given)

    assert said in str(refused.value)


def test_a_transformer_is_no_line(ask: Ask, viewer: User, synced: None) -> None:
    fill_cache()

    with pytest.raises(ToolRefused, match="XFMR-A0 is a transformer"):
        ask(viewer, "weather_rating", line="XFMR-A0")


def test_who_may_not_see_circuits_is_refused(ask: Ask, nobody: User, synced: None) -> None:
    fill_cache()

    with pytest.raises(ToolRefused, match=r"grid\.view_circuit"):
        ask(nobody, "weather_rating", line="CKT-A")


def test_a_line_of_another_zone_is_none(ask: Ask, viewer: User, synced: None, warehouse: Any) -> None:
    fill_cache()
    transmission()
    grant_zone(user=viewer, zone=make_zone(id="Z-ELSEWHERE"))

    for line in ("CKT-A", "LINE-A", "BR-7"):
        found = ask(viewer, "weather_rating", line=line)
        assert found.ended is DoneReason.ASKED_BACK
        assert not any(isinstance(event, Assets) for event in found.events)


def test_an_empty_database_asks_back(ask: Ask, viewer: User, synced: None) -> None:
    found = ask(viewer, "weather_rating", line="CKT-A")

    assert found.ended is DoneReason.ASKED_BACK
