"""Flood zones: their flows against hand-made figures, their shapes against the water they come from."""

import math

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from grid.forge.flood_zones import flood_zone_table
from grid.forge.flooding import (
    FIFTH_PERCENT,
    ONE_PERCENT,
    FloodParams,
    conveyed_m3_per_s,
    drainage_km2,
    reach_m,
)
from grid.forge.geodesy import LocalPlane
from grid.forge.outlines import ring_area
from grid.forge.water import Water, _ribbon, _star, water_table

PARAMS = FloodParams()
WIDTHS = st.floats(3.2, 60.0)


def water_of(kind: str, area_m2: float, seed: int) -> Water:
    """Return one water body of a kind, near Houston."""
    rng = np.random.default_rng(seed)
    shape = (_ribbon(rng) if kind == "BAYOU" else _star(area_m2, rng)) * math.sqrt(area_m2)
    ring = np.column_stack(LocalPlane(-95.3, 29.7).to_lonlat(shape[:, 0], shape[:, 1]))
    one = np.array([area_m2])
    return Water([kind], ["Heron Bayou"], one, np.array([-95.3]), np.array([29.7]), np.sqrt(one), [ring])


def zones_of(water: Water) -> pd.DataFrame:
    frame = flood_zone_table(water, PARAMS).to_pandas()
    frame["shape"] = shapely.from_wkt(frame.outline_wkt.to_numpy(dtype=object))
    return frame.set_index("zone_code")


def test_drainage_area_is_the_one_whose_bankfull_width_it_is() -> None:
    assert drainage_km2(2.22, PARAMS) == pytest.approx(1.0)
    assert 2.22 * drainage_km2(14.0, PARAMS) ** 0.363 == pytest.approx(14.0)


def test_peak_flow_agrees_with_the_equation_in_its_own_units() -> None:
    """13 square miles, 50 inches, a slope of 0.0007: 10^(10.82 - 8.448 / 13^0.0467) = 2113.6, and so on."""
    flow = ONE_PERCENT.m3_per_s(drainage_km2=13 * 1.609344**2, slope=0.0007, precipitation_mm=50 * 25.4)
    cubic_feet = 50**1.071 * 0.0007**0.507 * 10 ** (10.82 - 8.448 * 13**-0.0467)

    assert flow == pytest.approx(cubic_feet * 0.0283168466, rel=1e-6)
    assert flow == pytest.approx(99.8, rel=0.01)


def test_flow_at_the_brim_is_mannings_of_the_channel_alone() -> None:
    """10 m by 1 m: 10 m² over 12 m wetted, so 10 · 0.83333^(2/3) · 0.026458 / 0.04 = 5.857 m³/s."""
    found = conveyed_m3_per_s(0.0, width_m=10.0, depth_m=1.0, params=PARAMS)

    assert found == pytest.approx(5.857, abs=0.001)


def test_banks_carry_what_a_flat_triangle_carries() -> None:
    """1 m over banks of 1 in 100: 50 m² over 100.005 m each, at 0.08: 10.417 m³/s from either side."""
    channel = 20.0 * (20.0 / 12.0) ** (2 / 3) * math.sqrt(0.0007) / 0.04

    found = conveyed_m3_per_s(1.0, width_m=10.0, depth_m=1.0, params=PARAMS)

    assert found - channel == pytest.approx(2 * 10.417, abs=0.01)


@given(width=WIDTHS)
def test_the_rarer_flood_reaches_farther_and_a_wider_bayou_floods_more(width: float) -> None:
    likely, rare = reach_m(width, ONE_PERCENT, PARAMS), reach_m(width, FIFTH_PERCENT, PARAMS)

    assert 0.0 < likely < rare
    assert reach_m(width * 1.1, ONE_PERCENT, PARAMS) > likely


@given(width=WIDTHS)
def test_the_water_stands_where_the_section_carries_the_flow(width: float) -> None:
    drained = drainage_km2(width, PARAMS)
    wanted = FIFTH_PERCENT.m3_per_s(
        drainage_km2=drained, slope=PARAMS.slope, precipitation_mm=PARAMS.precipitation_mm
    )
    carried = conveyed_m3_per_s(
        reach_m(width, FIFTH_PERCENT, PARAMS) / PARAMS.bank_run,
        width_m=width,
        depth_m=PARAMS.depth_factor * drained**PARAMS.depth_power,
        params=PARAMS,
    )

    assert carried == pytest.approx(wanted, rel=1e-3)


def test_a_channel_that_carries_the_flow_floods_nothing() -> None:
    deep = FloodParams(depth_factor=50.0)

    assert reach_m(10.0, FIFTH_PERCENT, deep) == 0.0


@given(seed=st.integers(0, 2**32 - 1), area=st.floats(2_000.0, 81_000.0))
def test_each_zone_is_a_valid_polygon_that_holds_the_bayou_and_the_likelier_zone(
    seed: int, area: float
) -> None:
    water = water_of("BAYOU", area, seed)
    zones = zones_of(water)
    bayou = shapely.from_wkt(water_table(water).to_pandas().outline_wkt[0])
    ribbon = water.rings[0]
    east, north = LocalPlane(-95.3, 29.7).to_xy(ribbon[:, 0], ribbon[:, 1])
    assert ring_area(east, north) == pytest.approx(area, rel=0.01)

    if zones.empty:  # it drains less than a square mile
        assert area < 5_000.0
        return
    assert zones.flood_zone_id.to_dict() == {"AE": "FLD-000001-AE", "X": "FLD-000001-X"}
    assert zones.annual_chance_pct.to_dict() == {"AE": 1.0, "X": 0.2}
    assert zones.base_flood_elevation_m.isna().all()
    assert zones.base_flood_depth_m.isna().all()
    assert shapely.is_valid(zones["shape"].to_numpy()).all()
    assert shapely.contains_properly(zones["shape"]["X"], zones["shape"]["AE"])
    assert shapely.contains_properly(zones["shape"]["AE"], bayou)


@pytest.mark.parametrize("kind", ["POND", "LAKE", "RESERVOIR"])
def test_standing_water_has_no_zone(kind: str) -> None:
    assert zones_of(water_of(kind, 100_000.0, 1)).empty


def test_a_stream_that_drains_less_than_a_square_mile_has_no_zone() -> None:
    assert zones_of(water_of("BAYOU", 300.0, 1)).empty
