"""Trees out of a raster: those near lines, at their places, once each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from django.core.management import CommandError, call_command
from rasterio.transform import from_origin

from flux_site.api.errors import BadInput
from grid.selectors.warehouse import get_warehouse
from grid.services.vegetation import canopy
from grid.standards.tree_tops import crown_radius_m
from grid.warehouse.tables import trees
from tests.factories.grid import HOUSTON
from tests.integration.vegetation.conftest import EAST_M, NORTH_M

SIDE = 300
KNOWN = [(150, 60, 18.0), (120, 148, 9.0), (149, 255, 22.0)]
FAR = (20, 40, 25.0)
"""The backbone runs at about row 150; the last one is 130 m off."""


def write_raster(path: Path, heights: np.ndarray, **options: Any) -> Path:
    """Write a raster of 1 m around the first 300 m of the backbone."""
    west, north = HOUSTON[0], HOUSTON[1] + 150.0 / NORTH_M
    profile = {
        "driver": "GTiff",
        "width": heights.shape[1],
        "height": heights.shape[0],
        "count": 1,
        "dtype": "float32",
        "crs": "EPSG:4326",
        "transform": from_origin(west, north, 1.0 / EAST_M, 1.0 / NORTH_M),
        **options,
    }
    with rasterio.open(path, "w", **profile) as raster:
        for band in range(profile["count"]):
            raster.write(heights.astype("float32"), band + 1)
    return path


def grown() -> np.ndarray:
    rows, columns = np.mgrid[:SIDE, :SIDE]
    heights = np.zeros((SIDE, SIDE))
    for row, column, height in [*KNOWN, FAR]:
        away = np.hypot(rows - row, columns - column) / float(crown_radius_m(height))
        heights = np.maximum(heights, np.where(away <= 1.0, height * (1.0 - 0.5 * away**2), 0.0))
    return heights


def run(path: Path) -> canopy.CanopyImported:
    return canopy.import_canopy(path, progress=lambda frac, step: None)


@pytest.mark.parametrize("tile", [1024, 64, 149])
def test_trees_near_lines_are_written_once_and_again_the_same(
    assess: Callable[[], dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tile: int
) -> None:
    assess()
    monkeypatch.setattr(canopy, "TILE_PIXELS", tile)
    path = write_raster(tmp_path / "canopy.tif", grown())

    done = run(path)
    first = get_warehouse().select_rows(trees.select().order_by(trees.c.tree_id))
    run(path)

    assert (done.found, done.near_lines) == (4, 3)
    assert get_warehouse().select_rows(trees.select().order_by(trees.c.tree_id)) == first
    assert sorted(row["height_m"] for row in first) == sorted(height for _, _, height in KNOWN)
    for row, column, height in KNOWN:
        (tree,) = [each for each in first if each["height_m"] == height]
        assert tree["longitude"] == pytest.approx(HOUSTON[0] + (column + 0.5) / EAST_M, abs=2e-7)
        assert tree["latitude"] == pytest.approx(HOUSTON[1] + (150.0 - row - 0.5) / NORTH_M, abs=2e-7)
        assert tree["crown_radius_m"] == pytest.approx(float(crown_radius_m(height)), abs=0.01)
        assert (tree["species"], tree["growth_m_per_year"]) == (None, None)


def test_what_is_no_canopy_is_refused(assess: Callable[[], dict[str, Any]], tmp_path: Path) -> None:
    none = tmp_path / "none.tif"
    none.write_bytes(b"no raster")
    coarse = from_origin(HOUSTON[0], HOUSTON[1], 10.0 / EAST_M, 10.0 / NORTH_M)
    with pytest.raises(BadInput, match="assessment"):
        run(none)
    assess()

    for path, says in (
        (none, "cannot be read"),
        (write_raster(tmp_path / "coarse.tif", grown(), transform=coarse), "pixel"),
        (write_raster(tmp_path / "bands.tif", grown(), count=3), "3 bands"),
        (write_raster(tmp_path / "nowhere.tif", grown(), crs=None), "reference system"),
    ):
        with pytest.raises(BadInput, match=says):
            run(path)
    with pytest.raises(CommandError, match="no file"):
        call_command("flux_canopy", str(tmp_path / "missing.tif"))
