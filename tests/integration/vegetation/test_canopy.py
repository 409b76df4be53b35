"""Trees out of a raster: those near lines, at their places, once each."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from django.core.management import CommandError, call_command
from django.test import Client
from rasterio.transform import from_origin

from flux_site.api.errors import BadInput, NotFound, PermissionRefused
from flux_site.jobs.context import JobCancelled, JobContext
from flux_site.jobs.models import Job, JobStatus
from grid import models
from grid.selectors.warehouse import get_warehouse
from grid.services import vegetation
from grid.services.vegetation import canopy, canopy_job
from grid.standards.tree_tops import crown_radius_m
from grid.warehouse.statements import reading_as_empty
from grid.warehouse.tables import trees
from tests.factories.grid import HOUSTON, grant_zone
from tests.factories.jobs import make_job
from tests.factories.users import make_user
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


@pytest.fixture
def raster(assess: Callable[[], dict[str, Any]], tmp_path: Path, settings: Any) -> Path:
    """Return a raster of four trees, three of them near lines that are assessed."""
    settings.IMPORT_FOLDER = tmp_path / "imports"
    assess()
    return write_raster(tmp_path / "canopy.tif", grown())


def queued(path: Path, name: str = "houston.tif") -> Job:
    inputs = canopy_job._received(chunks=[path.read_bytes()], name=name, user=None)
    return make_job(kind=canopy_job.KIND, status="RUNNING", inputs=inputs)


def test_the_job_brings_trees_into_the_cache_and_does_so_twice(raster: Path) -> None:
    job = queued(raster)

    first = canopy_job.carry_out(JobContext(job))
    version = get_warehouse().version(trees)
    second = canopy_job.carry_out(JobContext(job))

    assert (first["trees_found"], first["trees_near_lines"], first["cache_inserted"]) == (4, 3, 3)
    assert (second["trees_near_lines"], second["cache_inserted"], second["cache_updated"]) == (3, 0, 0)
    assert get_warehouse().version(trees) == version
    assert sorted(models.Tree.objects.values_list("height_m", flat=True)) == [9.0, 18.0, 22.0]


def test_another_raster_of_the_name_replaces_its_trees_and_the_first_can_come_back(raster: Path) -> None:
    thinned = write_raster(raster.with_name("thinned.tif"), np.where(grown() > 10.0, grown(), 0.0))
    for path in (raster, thinned, raster):
        canopy_job.carry_out(JobContext(queued(path)))
        kept = get_warehouse().select_rows(trees.select())
        assert len(kept) == (2 if path == thinned else 3)


def test_a_cancelled_job_writes_nothing(raster: Path) -> None:
    job = queued(raster)
    Job.objects.filter(pk=job.pk).update(is_cancel_requested=True)

    with pytest.raises(JobCancelled):
        canopy_job.carry_out(JobContext(job))

    assert get_warehouse().select_rows(reading_as_empty(trees.select(), trees)) == []


def test_only_rasters_are_kept_and_nobody_limited_to_zones_brings_one(raster: Path) -> None:
    for name, content, says in (
        ("canopy.csv", b"a,b", "no GeoTIFF"),
        ("canopy.tif", b"no raster", "canopy.tif cannot be read"),
    ):
        with pytest.raises(BadInput, match=says):
            vegetation.start_canopy_import(chunks=[content], name=name, user=None)
    limited = make_user("admin")
    grant_zone(user=limited, zone=models.Zone.objects.all()[0])
    with pytest.raises(PermissionRefused):
        vegetation.start_canopy_import(chunks=[raster.read_bytes()], name="canopy.tif", user=limited)

    assert not list((canopy_job.folder_of(canopy_job.FOLDER)).iterdir())
    assert not Job.objects.filter(kind=canopy_job.KIND).exists()


def test_rasters_are_removed_when_old_unless_a_job_needs_them(raster: Path) -> None:
    job = queued(raster)
    (stored,) = canopy_job.folder_of(canopy_job.FOLDER).iterdir()
    os.utime(stored, (0, 0))
    assert canopy_job.tidy() == 0

    Job.objects.filter(pk=job.pk).update(status=JobStatus.SUCCEEDED)
    assert canopy_job.tidy() == 1
    with pytest.raises(NotFound, match="bring it again"):
        canopy_job.carry_out(JobContext(job))


@pytest.mark.django_db(transaction=True)
def test_the_command_carries_a_job_out(raster: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("flux_canopy", str(raster))

    assert "4 trees found, 3 near lines written." in capsys.readouterr().out
    assert Job.objects.get(kind=canopy_job.KIND).status == JobStatus.SUCCEEDED


@pytest.mark.parametrize("may", [True, False])
def test_the_admin_takes_a_raster(raster: Path, client: Client, may: bool) -> None:
    client.force_login(make_user("admin" if may else "viewer", is_staff=True))

    with raster.open("rb") as file:
        answer = client.post("/admin/grid/treerisk/canopy/", {"raster": file})

    assert answer.status_code == (302 if may else 403)
    jobs = Job.objects.filter(kind=canopy_job.KIND)
    assert [job.inputs["file"] for job in jobs] == (["canopy.tif"] if may else [])
