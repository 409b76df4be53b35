"""Line ratings against the worked example of IEEE Std 738, published sweeps, and an independent library."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from linerate.models.ieee738 import IEEE738
from linerate.types import Conductor as PeerConductor
from linerate.types import Span, Tower, Weather

from grid.standards import line_rating
from grid.standards.conductors import CATALOGUE, OVERHEAD, UNDERGROUND, Conductor
from grid.standards.line_rating import (
    CLEAR_SKY,
    INDUSTRIAL_SKY,
    RatingParams,
    ampacity_a,
    convection_w_per_m,
    mva,
    radiation_w_per_m,
    solar_hour,
    steady_state_current_a,
    sun_on_line_w_per_m2,
    sun_position,
)

JUNE_10 = 161
DRAKE_M = 0.02814
PARAMS = RatingParams()
AT_11 = sun_position(day_of_year=JUNE_10, solar_hour=11.0, latitude_deg=30.0)
EAST_WEST = sun_on_line_w_per_m2(AT_11, params=PARAMS, line_azimuth_deg=90.0)
NIGHT = 0.0


def drake_ohm_per_m(temperature_c: float) -> float:
    """Return the resistance that the standard's example interpolates between 25 and 75 °C."""
    return 7.283e-5 + (8.688e-5 - 7.283e-5) / 50.0 * (temperature_c - 25.0)


def drake_a(**changed: float) -> float:
    """Return the rating of the standard's example, with what differs."""
    given = {
        "conductor_c": 100.0,
        "ambient_c": 40.0,
        "wind_mps": 0.61,
        "wind_angle_deg": 90.0,
        "sun_w_per_m2": float(EAST_WEST),
        "emissivity": 0.8,
        "absorptivity": 0.8,
    } | changed
    return float(
        steady_state_current_a(
            diameter_m=DRAKE_M, resistance_ohm_per_m=drake_ohm_per_m(given["conductor_c"]), **given
        )
    )


def test_the_worked_example_of_the_standard() -> None:
    film = {"film_c": 70.0}
    air = {"diameter_m": DRAKE_M, "conductor_c": 100.0, "ambient_c": 40.0}

    assert line_rating.air_conductivity_w_per_mk(**film) == pytest.approx(0.02945, rel=1e-3)
    assert line_rating.air_viscosity_kg_per_ms(**film) == pytest.approx(2.043e-5, rel=1e-3)
    assert line_rating.air_density_kg_per_m3(**film, elevation_m=0.0) == pytest.approx(1.029, rel=1e-3)
    assert float(AT_11.altitude_deg) == pytest.approx(74.8, abs=0.1)
    assert float(AT_11.azimuth_deg) == pytest.approx(114.0, abs=0.5)
    forced = convection_w_per_m(**air, wind_mps=0.61, wind_angle_deg=90.0)
    assert forced == pytest.approx(81.93, rel=5e-3)
    assert convection_w_per_m(**air, wind_mps=0.0, wind_angle_deg=90.0) == pytest.approx(42.4, rel=5e-3)
    assert radiation_w_per_m(**air, emissivity=0.8) == pytest.approx(39.1, rel=5e-3)
    assert float(EAST_WEST) * DRAKE_M * 0.8 == pytest.approx(22.44, rel=5e-3)
    assert drake_ohm_per_m(100.0) == pytest.approx(9.390e-5, rel=1e-4)
    assert drake_a() == pytest.approx(1025.0, rel=5e-3)


def test_a_new_conductor_radiates_less() -> None:
    assert drake_a(emissivity=0.5, absorptivity=0.5) == pytest.approx(992.4, abs=0.1)


@pytest.mark.parametrize(
    ("wind_mps", "rating_a"),
    [(0, 793.1), (0.3, 887.4), (0.61, 1025.4), (0.91, 1117.6), (1.22, 1192.7), (2, 1360.1), (3, 1520.1)],
)
def test_the_rating_by_wind_speed(wind_mps: float, rating_a: float) -> None:
    assert drake_a(wind_mps=wind_mps) == pytest.approx(rating_a, abs=0.1)


@pytest.mark.parametrize(
    ("angle_deg", "rating_a"),
    [(0, 793.1), (15, 827.2), (30, 909.6), (45, 961.5), (60, 988.8), (90, 1025.4)],
)
def test_the_rating_by_the_angle_of_the_wind(angle_deg: float, rating_a: float) -> None:
    assert drake_a(wind_angle_deg=angle_deg) == pytest.approx(rating_a, abs=0.1)


AMBIENTS_C = (-20, -10, 0, 10, 20, 25, 30, 35, 40, 45, 50)


@pytest.mark.parametrize(
    ("conductor_c", "has_sun", "ambients_c", "multipliers"),
    [
        (
            100.0,
            True,
            AMBIENTS_C,
            (1.435, 1.375, 1.312, 1.244, 1.170, 1.130, 1.089, 1.046, 1.000, 0.951, 0.899),
        ),
        (
            100.0,
            False,
            AMBIENTS_C,
            (1.512, 1.456, 1.396, 1.332, 1.263, 1.227, 1.189, 1.149, 1.108, 1.064, 1.018),
        ),
        (75.0, True, AMBIENTS_C[1:9], (1.710, 1.599, 1.476, 1.340, 1.265, 1.184, 1.096, 1.0)),
    ],
)
def test_the_rating_by_ambient_temperature(
    conductor_c: float, has_sun: bool, ambients_c: tuple[float, ...], multipliers: tuple[float, ...]
) -> None:
    base = drake_a(conductor_c=conductor_c)

    for ambient_c, multiplier in zip(ambients_c, multipliers, strict=True):
        sun = float(EAST_WEST) if has_sun else NIGHT
        found = drake_a(conductor_c=conductor_c, ambient_c=float(ambient_c), sun_w_per_m2=sun)
        assert found / base == pytest.approx(multiplier, abs=1.5e-3)


def test_where_the_sun_alone_is_too_much_nothing_may_flow() -> None:
    assert drake_a(conductor_c=41.0, wind_mps=0.0, sun_w_per_m2=1000.0) == 0.0


def test_an_unknown_temperature_gives_no_rating() -> None:
    found = ampacity_a(OVERHEAD[0], ambient_c=[25.0, np.nan], sun_w_per_m2=0.0, params=PARAMS)

    assert found[0] > 0.0
    assert np.isnan(found[1])


def test_a_cable_has_no_rating_by_the_weather() -> None:
    with pytest.raises(ValueError, match="is a cable"):
        ampacity_a(UNDERGROUND[0], ambient_c=25.0, sun_w_per_m2=0.0, params=PARAMS)


@pytest.mark.parametrize("conductor", OVERHEAD, ids=lambda each: each.name)
def test_the_ampacities_of_the_catalogue_are_ratings_in_full_sun_at_25_degrees(conductor: Conductor) -> None:
    # The old table says 75 °C in air of 25 °C with 2 ft/s; its surface and sun are not printed.
    surface = replace(PARAMS, emissivity=0.5, absorptivity=0.5)

    found = ampacity_a(conductor, ambient_c=25.0, sun_w_per_m2=1000.0, params=surface)

    assert float(found) == pytest.approx(conductor.ampacity_a, rel=0.04)


def test_resistances_follow_the_temperature_as_the_standards_example() -> None:
    drake = CATALOGUE["ACSR 795 26/7"]

    assert drake.resistance_ohm_per_m(25.0) == pytest.approx(7.283e-5, rel=1e-3)
    assert drake.resistance_ohm_per_m(75.0) == pytest.approx(8.688e-5, rel=5e-3)
    with pytest.raises(ValueError, match="is a cable"):
        UNDERGROUND[0].resistance_ohm_per_m(75.0)


def test_power_of_a_current() -> None:
    # 12.47 kV and 530 A: 1.7320508 * 12.47 * 0.530.
    assert float(mva(12.47, 530.0)) == pytest.approx(11.4472, abs=1e-4)


def test_solar_time_of_an_hour() -> None:
    assert float(solar_hour(18.0, -90.0)) == 12.0
    assert float(solar_hour(2.0, -95.4)) == pytest.approx(19.64)


def test_an_industrial_sky_lets_less_through_than_a_clear_one() -> None:
    # The two polynomials at an altitude of 60°, added up by hand.
    sun = line_rating.SunPosition(altitude_deg=np.array(60.0), azimuth_deg=np.array(180.0))

    clear = float(sun_on_line_w_per_m2(sun, params=replace(PARAMS, sky=CLEAR_SKY)))
    industrial = float(sun_on_line_w_per_m2(sun, params=replace(PARAMS, sky=INDUSTRIAL_SKY)))

    assert clear == pytest.approx(sum(c * 60.0**n for n, c in enumerate(CLEAR_SKY)))
    assert clear == pytest.approx(1000.0, rel=0.02)  # the table of the standard: 1000 W/m² at 60°
    assert industrial == pytest.approx(771.0, rel=0.02)  # and 771 W/m²


CONDUCTORS = st.builds(
    lambda diameter_m, r25, ratio: (diameter_m, r25, r25 * ratio),
    st.floats(0.008, 0.05),
    st.floats(2e-5, 1e-3),
    st.floats(1.1, 1.3),
)


@settings(max_examples=200, deadline=None)
@given(
    conductor=CONDUCTORS,
    conductor_c=st.floats(50.0, 150.0),
    ambient_c=st.floats(-40.0, 45.0),
    wind_mps=st.floats(0.0, 15.0),
    wind_deg=st.floats(0.0, 90.0),
    surface=st.floats(0.2, 0.95),
    latitude=st.floats(10.0, 60.0),
    elevation_m=st.floats(0.0, 2500.0),
    bearing_deg=st.floats(0.0, 359.0),
    minutes=st.integers(0, 365 * 24 * 60 - 1),
)
def test_an_independent_library_gives_the_same_rating(
    conductor: tuple[float, float, float],
    conductor_c: float,
    ambient_c: float,
    wind_mps: float,
    wind_deg: float,
    surface: float,
    latitude: float,
    elevation_m: float,
    bearing_deg: float,
    minutes: int,
) -> None:
    diameter_m, r25, r75 = conductor
    at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    step = 0.001
    span = Span(
        conductor=PeerConductor(
            core_diameter=0.0,
            conductor_diameter=diameter_m,
            outer_layer_strand_diameter=0.004,
            emissivity=surface,
            solar_absorptivity=surface,
            temperature1=25.0,
            temperature2=75.0,
            resistance_at_temperature1=r25,
            resistance_at_temperature2=r75,
            aluminium_cross_section_area=float("nan"),
            constant_magnetic_effect=1.0,
            current_density_proportional_magnetic_effect=0.0,
            max_magnetic_core_relative_resistance_increase=1.0,
        ),
        start_tower=Tower(longitude=0.0, latitude=latitude, altitude=elevation_m),
        end_tower=Tower(
            longitude=step * np.sin(np.radians(bearing_deg)) / np.cos(np.radians(latitude)),
            latitude=latitude + step * np.cos(np.radians(bearing_deg)),
            altitude=elevation_m,
        ),
        num_conductors=1,
    )
    line_deg = float(np.degrees(span.conductor_azimuth))
    weather = Weather(
        air_temperature=ambient_c,
        wind_direction=np.radians(line_deg + wind_deg),
        wind_speed=wind_mps,
        ground_albedo=0.0,
        clearness_ratio=1.0,
    )
    peer_time = np.datetime64(at.replace(tzinfo=None))
    peer = IEEE738(span, weather, peer_time, max_reynolds_number=np.inf)
    sun = sun_position(
        day_of_year=at.timetuple().tm_yday,
        solar_hour=at.hour + at.minute / 60.0,
        latitude_deg=span.latitude,
    )
    params = replace(PARAMS, elevation_m=elevation_m)

    ours = steady_state_current_a(
        diameter_m=diameter_m,
        resistance_ohm_per_m=r25 + (r75 - r25) / 50.0 * (conductor_c - 25.0),
        conductor_c=conductor_c,
        ambient_c=ambient_c,
        wind_mps=wind_mps,
        wind_angle_deg=wind_deg,
        sun_w_per_m2=sun_on_line_w_per_m2(sun, params=params, line_azimuth_deg=line_deg),
        emissivity=surface,
        absorptivity=surface,
        elevation_m=elevation_m,
    )
    assume(float(ours) > 0.0)

    theirs = peer.compute_steady_state_ampacity(conductor_c, tolerance=1e-6)
    assert float(ours) == pytest.approx(float(theirs), rel=2e-3)


@given(
    ambient_c=st.floats(-30.0, 60.0),
    hotter_c=st.floats(0.0, 10.0),
    wind_mps=st.floats(0.0, 10.0),
    sun_w_per_m2=st.floats(0.0, 1100.0),
)
def test_hotter_air_less_wind_and_more_sun_never_raise_a_rating(
    ambient_c: float, hotter_c: float, wind_mps: float, sun_w_per_m2: float
) -> None:
    def rating(**weather: float) -> float:
        return float(ampacity_a(OVERHEAD[-1], params=PARAMS, **weather))

    base = rating(ambient_c=ambient_c, wind_mps=wind_mps, sun_w_per_m2=sun_w_per_m2)

    assert rating(ambient_c=ambient_c + hotter_c, wind_mps=wind_mps, sun_w_per_m2=sun_w_per_m2) <= base + 1e-9
    assert rating(ambient_c=ambient_c, wind_mps=wind_mps / 2.0, sun_w_per_m2=sun_w_per_m2) <= base + 1e-9
    assert rating(ambient_c=ambient_c, wind_mps=wind_mps, sun_w_per_m2=sun_w_per_m2 + 50.0) <= base + 1e-9
