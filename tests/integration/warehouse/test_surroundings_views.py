"""Views of what stands around the lines, on both backends, against rows computed by hand."""

from __future__ import annotations

import pytest

from grid.warehouse import Warehouse, views
from tests.integration.warehouse.view_rows import rows_of

pytestmark = pytest.mark.integration


def test_buildings_have_their_other_names(viewed: Warehouse) -> None:
    columns = ("building_id", "building_type", "height_meters", "num_floors")
    named = rows_of(viewed, views.houston_buildings_footprints, *columns)

    assert named == [("BLD-1", "RESIDENTIAL", 6.0, 2), ("BLD-2", None, None, None)]


def test_a_building_is_clean_if_its_use_and_height_are_known(viewed: Warehouse) -> None:
    assert rows_of(viewed, views.houston_buildings_clean, "building_id", "footprint_m2") == [("BLD-1", 120.0)]


def test_water_is_measured_in_acres_and_square_kilometres(viewed: Warehouse) -> None:
    # two acres of 4,046.8564224 square metres
    found = rows_of(viewed, views.houston_water_bodies, "water_id", "acres", "area_km2")

    assert found == [("WTR-1", pytest.approx(2.0), pytest.approx(0.0080937128))]


def test_a_tree_that_was_not_looked_at_has_no_risk(viewed: Warehouse) -> None:
    columns = ("tree_id", "canopy_radius_m", "nearest_line_id", "years_to_encroachment", "overstrike_m")

    assert rows_of(viewed, views.vegetation_risk_computed, *columns) == [
        ("TREE-1", 5.4, "LN-1", 4.83, 2.38),
        ("TREE-2", None, None, None, None),
        ("TREE-3", None, "LN-1", None, -40.0),
    ]


def test_a_line_is_at_risk_of_trees_that_touch_or_reach_it(viewed: Warehouse) -> None:
    assert rows_of(viewed, views.vegetation_power_line_risk, "line_id", "tree_id") == [("LN-1", "TREE-1")]
