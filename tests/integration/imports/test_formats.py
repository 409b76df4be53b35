"""The same poles in every format give the same rows, first in the warehouse and then in the cache."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from grid import models
from grid.warehouse import Warehouse, tables
from tests.integration.imports.conftest import RunImport
from tests.integration.imports.files import (
    FEET,
    SHAPEFILE_MAPPING,
    pole,
    write_csv,
    write_geoparquet,
    write_vector,
)
from tests.integration.sync.conftest import RunAll

pytestmark = pytest.mark.integration

POLES = tables.grid_poles_infrastructure
ROWS = [pole(number) for number in range(1, 4)]


@pytest.fixture
def synced(loaded: Warehouse, run_all: RunAll) -> Warehouse:
    """Return the warehouse of the small grid, its layers cached."""
    run_all(loaded, "zones", "substations", "circuits", "lines", "poles")
    return loaded


def in_warehouse(warehouse: Warehouse) -> dict[str, dict[str, Any]]:
    rows = warehouse.select_rows(sa.select(POLES))
    return {row["pole_id"]: row for row in rows}


@pytest.mark.parametrize(
    ("name", "write", "options"),
    [
        ("poles.csv", write_csv, {}),
        ("poles.csv.gz", write_csv, {}),
        ("poles.gpkg", write_vector, {}),
        ("poles.geojson", write_vector, {}),
        ("poles.zip", write_vector, {"mapping": SHAPEFILE_MAPPING}),
        ("poles.parquet", write_geoparquet, {}),
    ],
)
def test_poles_of_a_file_are_merged(
    synced: Warehouse,
    run_import: RunImport,
    tmp_path: Path,
    name: str,
    write: Callable[..., Path],
    options: dict[str, Any],
) -> None:
    before = in_warehouse(synced)

    done, job = run_import("poles", write(tmp_path / name, ROWS), **options)

    assert (job.status, job.error_message) == ("SUCCEEDED", "")
    after = in_warehouse(synced)
    assert {key: after[key] for key in before} == before
    assert len(after) == len(before) + 3
    for row in ROWS:
        stored = after[row["POLE_ID"]]
        assert stored["pole_height_m"] == pytest.approx(row["POLE_HEIGHT_FT"] * FEET, rel=1e-15)
        assert (stored["longitude"], stored["latitude"]) == pytest.approx(
            (row["LONGITUDE"], row["LATITUDE"]), abs=1e-7 if name.endswith("json") else 1e-12
        )
        assert (stored["pole_class"], stored["circuit_id"]) == ("H1", "CKT-1")
        assert (stored["install_year"], stored["line_id"]) == (None, None)
    assert models.Pole.objects.count() == len(after)
    cached = models.Pole.objects.get(pk="NEW-2")
    assert (cached.material, cached.height_m) == ("STEEL", after["NEW-2"]["pole_height_m"])
    assert (done.rows_read, done.rows_refused, done.rows_new, done.rows_known, done.rows_kept) == (
        3,
        0,
        3,
        0,
        len(before),
    )
    assert job.counts["cache_inserted"] == 3


def test_a_shapefile_is_taken_by_its_shp_with_its_parts(
    synced: Warehouse, run_import: RunImport, tmp_path: Path
) -> None:
    write_vector(tmp_path / "poles.zip", ROWS)

    _, job = run_import("poles", tmp_path / "poles.shp", mapping=SHAPEFILE_MAPPING)

    assert (job.status, job.error_message) == ("SUCCEEDED", "")
    assert in_warehouse(synced)["NEW-3"]["latitude"] == pytest.approx(29.753, abs=1e-12)


def test_projected_coordinates_come_out_in_degrees(
    synced: Warehouse, run_import: RunImport, tmp_path: Path
) -> None:
    # Texas South Central, US survey feet: at 99° W, 27° 50' N the false easting of 600 km and northing of
    # 4000 km, so EPSG:2278 is exactly (1968500, 13123333.333) there.
    origin = pole(1, LONGITUDE=1_968_500.0, LATITUDE=13_123_333.0 + 1 / 3)
    path = write_vector(tmp_path / "poles.gpkg", [origin], crs="EPSG:2278")

    _, job = run_import("poles", path)

    assert (job.status, job.error_message) == ("SUCCEEDED", "")
    stored = in_warehouse(synced)["NEW-1"]
    assert (stored["longitude"], stored["latitude"]) == pytest.approx((-99.0, 27.0 + 50.0 / 60.0), abs=1e-5)


def test_columns_in_a_stated_system_are_brought_to_degrees(
    synced: Warehouse, run_import: RunImport, tmp_path: Path
) -> None:
    # Web Mercator: x = R lon, y = R ln tan(45 + lat / 2), R = 6 378 137 m.
    row = pole(1) | {"LONGITUDE": -10_018_754.171394622, "LATITUDE": 3_503_549.843504374}

    _, job = run_import("poles", write_csv(tmp_path / "poles.csv", [row]), options={"crs": "EPSG:3857"})

    assert (job.status, job.error_message) == ("SUCCEEDED", "")
    stored = in_warehouse(synced)["NEW-1"]
    assert (stored["longitude"], stored["latitude"]) == pytest.approx((-90.0, 30.0), abs=1e-9)
