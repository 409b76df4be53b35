"""Trees in rasters of canopy heights, against rasters grown from known trees."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.standards.tree_tops import crown_radius_m, tree_tops


def canopy(trees: list[tuple[int, int, float]], side: int = 120) -> np.ndarray:
    """Return a raster of 1 m with a paraboloid for each tree: row, column, height."""
    rows, columns = np.mgrid[:side, :side]
    heights = np.zeros((side, side))
    for row, column, height in trees:
        away = np.hypot(rows - row, columns - column) / float(crown_radius_m(height))
        heights = np.maximum(heights, np.where(away <= 1.0, height * (1.0 - 0.5 * away**2), 0.0))
    return heights


def test_the_crown_is_that_of_the_published_formula() -> None:
    # 20 m: (2.51503 + 0.00901 x 400) / 2.
    assert float(crown_radius_m(20.0)) == pytest.approx(3.0595, abs=1e-4)


def test_known_trees_are_found_once_each() -> None:
    known = [(20, 20, 12.0), (20, 60, 25.0), (70, 30, 18.0), (90, 90, 6.0), (0, 110, 15.0)]

    found = tree_tops(canopy(known), pixel_m=1.0)

    assert sorted(zip(found.row, found.column, found.height_m, strict=True)) == sorted(known)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.floats(4.0, 30.0)), max_size=20))
def test_trees_that_stand_apart_are_all_found(cells: list[tuple[int, int, float]]) -> None:
    apart = {(row, column): height for row, column, height in cells}
    known = [(10 + 20 * row, 10 + 20 * column, height) for (row, column), height in apart.items()]

    found = tree_tops(canopy(known), pixel_m=1.0)

    assert sorted(zip(found.row, found.column, found.height_m, strict=True)) == sorted(known)


def test_a_flat_top_is_one_tree_at_its_middle() -> None:
    heights = np.zeros((30, 30))
    heights[10:13, 10:13] = 8.0

    found = tree_tops(heights, pixel_m=1.0)

    assert (found.row.tolist(), found.column.tolist()) == ([11.0], [11.0])


def test_shrubs_masts_and_unknown_pixels_are_no_trees() -> None:
    heights = np.zeros((40, 40))
    heights[5, 5], heights[20, 20], heights[30, 30] = 2.0, 90.0, np.nan

    assert len(tree_tops(heights, pixel_m=1.0).row) == 0


def test_a_pixel_without_size_is_refused() -> None:
    with pytest.raises(ValueError, match="pixel_m"):
        tree_tops(np.zeros((3, 3)), pixel_m=0.0)
