"""Exports as jobs: what is in the file, who gets it, and what is left when it fails."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.csv
import pyarrow.parquet
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from flux_site.api.errors import BadInput, LimitExceeded, NotFound, PermissionRefused
from flux_site.jobs.models import Job, JobStatus
from flux_site.jobs.services import cancel_job, run_job
from grid import models
from grid.selectors.spatial.areas import AreaSpec
from grid.services import exports
from grid.services.exports import formats
from grid.services.exports.files import place_of
from grid.services.exports.requests import AskedCondition
from tests.factories import grid as factories
from tests.integration.exchange.conftest import RunExport

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]


class Usage(NamedTuple):
    """What ``shutil.disk_usage`` returns."""

    total: int
    used: int
    free: int


FORMATS = tuple(exports.FileFormat)


@pytest.fixture
def poles(synced: None) -> None:
    circuit = factories.make_circuit(id="CKT-1")
    for number in range(4):
        factories.make_pole(
            id=f"POLE-{number}", circuit=circuit, location=f"SRID=4326;POINT({-95 - number} 30)",
            install_year=1990 + number, material="WOOD" if number else None, line=None,
        )  # fmt: skip


def left_over(folder: Path) -> list[str]:
    return [each.name for each in folder.rglob("*") if each.name not in {"running", "ready"}]


def read(row: models.FileExport) -> dict[str, dict[str, Any]]:
    """Return the rows of a Parquet file by their keys."""
    table = pyarrow.parquet.read_table(place_of(row))
    return {each[table.column_names[0]]: each for each in table.to_pylist()}


def test_an_area_and_conditions_choose_the_rows(poles: None, run_export: RunExport, planner: User) -> None:
    def exported(*conditions: AskedCondition, area: AreaSpec | None = None) -> set[str]:
        row, job = run_export("poles", "PARQUET", user=planner, area=area, conditions=conditions)
        assert job.status == "SUCCEEDED", job.error_message
        return set(read(row))

    box = AreaSpec(bbox=[-97.5, 29.0, -95.5, 31.0])
    assert exported(area=box) == {"POLE-1", "POLE-2"}
    triangle = {"type": "Polygon", "coordinates": [[[-94, 29], [-96.5, 29], [-94, 32], [-94, 29]]]}
    assert exported(area=AreaSpec(polygon=triangle)) == {"POLE-0"}
    newer = AskedCondition(attribute="install_year", relation="AT_LEAST", values=["1992"])
    assert exported(newer) == {"POLE-2", "POLE-3"}
    assert exported(newer, area=box) == {"POLE-2"}
    assert exported(AskedCondition(attribute="pole_material", relation="IS_UNKNOWN")) == {"POLE-0"}
    either = AskedCondition(attribute="pole_id", values=["POLE-0", "POLE-3", "none"])
    assert exported(either) == {"POLE-0", "POLE-3"}


def test_the_job_and_the_row_say_what_was_written(poles: None, run_export: RunExport, planner: User) -> None:
    row, job = run_export("poles", "CSV", user=planner)

    content = place_of(row).read_bytes()
    assert job.counts == {"rows": 4, "bytes": len(content)}
    assert (row.row_count, row.size_bytes) == (4, len(content))
    assert row.data_version.startswith("poles=")
    table = pyarrow.csv.read_csv(place_of(row))
    assert table["longitude"].to_pylist() == [-95, -96, -97, -98]
    assert table["pole_material"].to_pylist() == ["", "WOOD", "WOOD", "WOOD"]


def test_geoparquet_says_what_it_holds(poles: None, run_export: RunExport, planner: User) -> None:
    row, _ = run_export("poles", "PARQUET", user=planner)

    geo = json.loads(pyarrow.parquet.read_metadata(place_of(row)).metadata[b"geo"])
    assert geo["primary_column"] == "geometry"
    column = geo["columns"]["geometry"]
    assert (column["encoding"], column["geometry_types"], column["bbox"]) == (
        "WKB",
        ["Point"],
        [-98, 30, -95, 30],
    )


@pytest.mark.parametrize("file_format", FORMATS)
def test_no_rows_make_a_file_that_can_be_read(
    synced: None, run_export: RunExport, planner: User, file_format: exports.FileFormat
) -> None:
    row, job = run_export("poles", file_format.value, user=planner)

    assert (job.status, row.row_count) == ("SUCCEEDED", 0), job.error_message
    assert place_of(row).stat().st_size > 0


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_disk_that_fills_up_leaves_nothing(
    poles: None, run_export: RunExport, planner: User, export_folder: Path, monkeypatch: pytest.MonkeyPatch,
    file_format: exports.FileFormat,
) -> None:  # fmt: skip
    free = iter([10, 10])
    monkeypatch.setattr("grid.services.exports.reading.BATCH_ROWS", 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(100, 0, next(free, 0)))

    row, job = run_export("poles", file_format.value, user=planner)

    assert (job.status, job.error_code) == (JobStatus.FAILED, "DISK_FULL")
    assert (row.ready_at, left_over(export_folder)) == (None, [])


def test_a_cancelled_export_leaves_nothing(
    poles: None, run_export: RunExport, planner: User, export_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grid.services.exports.reading.BATCH_ROWS", 1)
    monkeypatch.setattr("flux_site.jobs.context.WRITE_EVERY_S", 0.0)
    seen = []

    def room() -> None:
        seen.append(1)
        if len(seen) == 2:
            cancel_job(job_id=Job.objects.get().pk, user=planner)

    monkeypatch.setattr("grid.services.exports.running.check_room", room)

    for file_format in ("GEOPACKAGE",):
        row, job = run_export("poles", file_format, user=planner)

    assert job.status == JobStatus.CANCELLED
    assert (row.ready_at, left_over(export_folder)) == (None, [])


def test_a_job_begun_anew_makes_the_same_file_once(
    poles: None, run_export: RunExport, planner: User, export_folder: Path
) -> None:
    row, job = run_export("poles", "CSV", user=planner)
    first = place_of(row).read_bytes()
    models.FileExport.objects.update(ready_at=None)  # as if the worker was lost after the file was in place
    Job.objects.update(status=JobStatus.QUEUED)

    run_job(job.pk)

    row.refresh_from_db()
    assert row.ready_at is not None
    assert (place_of(row).read_bytes(), left_over(export_folder)) == (first, [place_of(row).name])


def test_users_limited_to_zones_get_their_rows(synced: None, run_export: RunExport, make_user: Any) -> None:
    here, there = factories.make_zone(id="Z-1"), factories.make_zone(id="Z-2")
    for name, zone in (("a", here), ("b", there)):
        factories.make_substation(id=f"SUB-{name}", zone=zone)
    user: User = make_user(roles=("planner",))
    models.ZoneGrant.objects.create(user=user, zone=here)

    row, _ = run_export("substations", "PARQUET", user=user)

    assert (set(read(row)), row.zone_ids) == ({"SUB-a"}, ["Z-1"])
    models.ZoneGrant.objects.filter(user=user).update(zone=there)
    with pytest.raises(PermissionRefused):
        exports.open_download(export_id=row.pk, user=User.objects.get(pk=user.pk))


def test_personal_data_is_masked_unless_the_right_is_used(
    synced: None, run_export: RunExport, make_user: Any
) -> None:
    factories.make_customer(id="CUST-1", full_name="Ana Ruiz", phone="713-555-0123")
    insider = make_user(roles=("planner", "pii"))

    row, _ = run_export("customers", "PARQUET", user=insider)
    assert read(row)["CUST-1"]["full_name"] == "A. R."
    row, _ = run_export("customers", "PARQUET", user=insider, with_personal=True)
    assert read(row)["CUST-1"]["full_name"] == "Ana Ruiz"
    assert read(row)["CUST-1"]["phone"] == "713-555-0123"
    with pytest.raises(PermissionRefused):
        run_export("customers", "PARQUET", user=make_user(roles=("planner",)), with_personal=True)


def test_a_right_taken_before_the_job_ran_is_missing_then(
    poles: None, make_user: Any, run_export: RunExport, export_folder: Path
) -> None:
    user: User = make_user("grid.view_pole", "grid.add_fileexport")
    row = exports.start_export(layer="poles", file_format="CSV", user=user)
    user.user_permissions.clear()

    assert row.job_id is not None
    run_job(row.job_id)

    job = Job.objects.get(pk=row.job_id)
    assert (job.status, job.error_code) == (JobStatus.FAILED, "PERMISSION_DENIED")
    assert left_over(export_folder) == []


@pytest.mark.parametrize(
    ("options", "fault", "field"),
    [
        ({"layer": "none"}, NotFound, "layer"),
        ({"file_format": "PDF"}, BadInput, "format"),
        ({"area": AreaSpec(bbox=[0, 0, float("nan"), 1])}, BadInput, "area.bbox"),
        ({"area": AreaSpec(bbox=[170, 0, -170, 1])}, BadInput, "area.bbox"),
        ({"conditions": [AskedCondition(attribute="t.id")]}, BadInput, "filters.0"),
        ({"conditions": [AskedCondition(attribute="pole_id", relation="LIKE")]}, BadInput, "filters.0"),
        ({"conditions": [AskedCondition(attribute="pole_id")]}, BadInput, "filters.0"),
        (
            {"conditions": [AskedCondition(attribute="install_year", values=["1 OR 1=1"])]},
            BadInput,
            "filters.0",
        ),
        ({"conditions": [AskedCondition(attribute="pole_id", values=["x"])] * 21}, BadInput, "filters"),
        ({"with_personal": True}, BadInput, "withPersonal"),
        (
            {"layer": "customers", "conditions": [AskedCondition(attribute="email", values=["a"])]},
            BadInput,
            "filters.0",
        ),
    ],
)
def test_what_cannot_be_exported_is_refused_by_name(
    synced: None, planner: User, options: dict[str, Any], fault: type[Exception], field: str
) -> None:
    with pytest.raises(fault) as refused:
        exports.start_export(**{"layer": "poles", "file_format": "CSV", "user": planner, **options})

    assert refused.value.field == field  # type: ignore[attr-defined]
    assert not models.FileExport.objects.exists()


def test_one_user_has_a_few_exports_at_once(
    synced: None, planner: User, settings: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("flux_site.jobs.services.send", lambda job_id: None)
    settings.EXPORTS_AT_ONCE = 2
    for _ in range(2):
        exports.start_export(layer="poles", file_format="CSV", user=planner)

    with pytest.raises(LimitExceeded):
        exports.start_export(layer="poles", file_format="CSV", user=planner)


def test_files_go_when_their_time_is_over(poles: None, run_export: RunExport, planner: User) -> None:
    row, _ = run_export("poles", "CSV", user=planner)
    assert exports.tidy() == 0
    models.FileExport.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert exports.tidy() == 1

    row.refresh_from_db()
    assert row.removed_at is not None
    assert not place_of(row).exists()


def test_names_of_a_shapefile_are_short_and_differ() -> None:
    found = formats.short_names(["transformer_id", "transformer_name", "transforme", "id", "TRANSFOR_1"])

    assert list(found.values()) == ["transfor_2", "transfor_3", "transforme", "id", "TRANSFOR_1"]
    assert all(len(each) <= 10 for each in found.values())


def test_a_text_too_long_for_a_shapefile_is_not_cut_off(
    synced: None, run_export: RunExport, make_user: Any, export_folder: Path
) -> None:
    factories.make_customer(service_address="é" * 128)
    user = make_user(roles=("planner", "pii"))

    _, job = run_export("customers", "SHAPEFILE", user=user, with_personal=True)

    assert (job.status, job.error_code, left_over(export_folder)) == (JobStatus.FAILED, "TEXT_TOO_LONG", [])
