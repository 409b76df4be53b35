"""Files of flood zones and buildings as others publish them, on their way into warehouse and cache."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
import sqlalchemy as sa
from pyogrio import raw

from grid import models
from grid.warehouse import Warehouse, tables
from tests.integration.imports.conftest import RunImport
from tests.integration.sync.conftest import RunAll

pytestmark = pytest.mark.integration

SQUARE = "POLYGON ((-95.4 29.7, -95.3 29.7, -95.3 29.8, -95.4 29.8, -95.4 29.7))"
TWO = "MULTIPOLYGON (((-95.4 29.7, -95.3 29.7, -95.3 29.8, -95.4 29.7)), ((-95 29, -94 29, -94 30, -95 29)))"
BOWTIE = "POLYGON ((-95.4 29.7, -95.3 29.8, -95.3 29.7, -95.4 29.8, -95.4 29.7))"


def write_areas(path: Path, outlines: list[str], *, driver: str, **columns: list[str | None]) -> Path:
    """Write areas in WGS 84 by GDAL."""
    raw.write(
        str(path),
        np.array([shapely.to_wkb(shapely.from_wkt(outline)) for outline in outlines], dtype=object),
        [np.array(values, dtype=object) for values in columns.values()],
        list(columns),
        geometry_type="Unknown",
        crs="EPSG:4326",
        driver=driver,
    )
    return path


def test_a_flood_map_is_taken_by_the_names_of_its_columns(
    loaded: Warehouse, run_all: RunAll, run_import: RunImport, tmp_path: Path
) -> None:
    run_all(loaded, "flood_zones")
    path = write_areas(
        tmp_path / "map.gpkg",
        [SQUARE, TWO, SQUARE, BOWTIE],
        driver="GPKG",
        FLD_AR_ID=["48201C_1", "48201C_2", "48201C_3", "48201C_4"],
        FLD_ZONE=["AE", "X", "X", "AE"],
        ZONE_SUBTY=[None, "0.2 PCT ANNUAL CHANCE FLOOD HAZARD", "AREA OF MINIMAL FLOOD HAZARD", None],
    )

    done, job = run_import("flood_zones", path)

    assert (job.status, job.error_message) == ("SUCCEEDED", "")
    assert (done.rows_new, done.rows_refused) == (3, 1)
    cached = {row.pk: row for row in models.FloodZone.objects.filter(pk__startswith="48201C")}
    assert {key: (row.zone_code, row.annual_chance_pct) for key, row in cached.items()} == {
        "48201C_1": ("AE", 1.0),
        "48201C_2": ("X", 0.2),
        "48201C_3": ("X", None),
    }
    assert cached["48201C_2"].outline.wkt == TWO
    assert cached["48201C_2"].outline.srid == 4326
    refused = models.ImportReject.objects.get()
    assert (refused.row_key, refused.reason) == ("48201C_4", "BAD_GEOMETRY")
    assert "Self-intersection" in refused.detail
    assert models.FloodZone.objects.filter(pk="FLD-1-AE").exists()  # a merge leaves the others alone


def test_buildings_are_measured_by_their_outline(
    loaded: Warehouse, run_all: RunAll, run_import: RunImport, tmp_path: Path
) -> None:
    run_all(loaded, "zones", "buildings")
    path = write_areas(tmp_path / "b.geojson", [SQUARE], driver="GeoJSON", id=["NEW-1"])

    _, job = run_import("buildings", path)

    assert (job.status, job.error_message) == ("SUCCEEDED", "")
    columns = tables.building_footprints.c
    (row,) = loaded.select_rows(sa.select(tables.building_footprints).where(columns.building_id == "NEW-1"))
    # 0.1 by 0.1 degrees at 29.75 north: PostGIS's ST_Area(geography) gives 107.2 km²
    assert row["footprint_m2"] == pytest.approx(107.2e6, rel=0.006)
    assert (row["longitude"], row["latitude"]) == pytest.approx((-95.35, 29.75))
    building = models.Building.objects.get(pk="NEW-1")
    assert (building.outline.wkt, building.zone_id, building.height_m) == (SQUARE, None, None)
