"""What the warehouse is told of syncs, and the job that keeps its files in order."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from flux_site.jobs.models import Job
from flux_site.jobs.services import create_job, run_job
from grid import models
from grid.services import upkeep
from grid.services.sync import create_foreground_job
from grid.services.sync.warehouse_log import note_runs
from grid.warehouse import Warehouse
from grid.warehouse.tables import ami_interval_readings, load_zones, sync_log
from tests.integration.sync.sample import Sample
from tests.integration.warehouse.rows import table_of

pytestmark = pytest.mark.integration


def synced(*layers: str) -> Job:
    job = create_foreground_job(layers=list(layers))
    run_job(job.pk)
    job.refresh_from_db()
    return job


def noted(warehouse: Warehouse) -> list[dict[str, object]]:
    return sorted(warehouse.select_rows(select(sync_log)), key=lambda row: int(row["sync_id"]))


def test_every_finished_run_is_noted_once(loaded: Warehouse, cache: None) -> None:
    job = synced("zones", "substations")
    assert note_runs(loaded, job_id=job.pk) == 0

    runs = models.SyncRun.objects.order_by("pk")
    rows = noted(loaded)
    assert [row["sync_id"] for row in rows] == [str(run.pk) for run in runs]
    assert [(row["layer_name"], row["status"], row["rows_synced"]) for row in rows] == [
        (run.layer_id, "SUCCEEDED", run.rows_inserted) for run in runs
    ]
    assert all(row["rows_rejected"] == 0 and row["error_message"] is None for row in rows)


def test_a_failed_run_is_noted_with_what_went_wrong(loaded: Warehouse, cache: None) -> None:
    synced("zones")
    loaded.replace(load_zones, table_of(load_zones), "none")

    job = synced("zones")

    assert job.status == "FAILED"
    last = noted(loaded)[-1]
    assert (last["status"], last["rows_synced"]) == ("FAILED", 0)
    assert "is empty while the cache holds" in str(last["error_message"])


def test_a_warehouse_that_is_away_does_not_fail_the_job_a_second_time(
    loaded: Warehouse, warehouse_folder: Path, cache: None
) -> None:
    warehouse_folder.rename(warehouse_folder.with_name("away"))

    job = synced("zones")

    assert job.status == "FAILED"
    assert "WAREHOUSE" in job.error_code


def test_upkeep_merges_small_files_and_keeps_every_row(
    loaded: Warehouse, warehouse_folder: Path, sample: Sample, cache: None
) -> None:
    before = loaded.select_rows(select(load_zones))
    for number in range(5):
        loaded.append(load_zones, table_of(load_zones, {"zone_id": f"ZONE-{number}"}), f"more-{number}")
    zones = len(before) + 5
    readings = loaded.version(ami_interval_readings)

    job = create_job(kind=upkeep.KIND, title=upkeep.TITLE, inputs={}, owner=None)
    run_job(job.pk)
    job.refresh_from_db()

    assert job.status == "SUCCEEDED", job.error_message
    assert job.counts["tables_tidied"] > 10
    assert loaded.row_count(load_zones) == zones
    assert loaded.version(ami_interval_readings) == readings  # what is derived is not due again
    files = len(list((warehouse_folder / "production" / "load_zones").glob("*.parquet")))
    run_job(create_job(kind=upkeep.KIND, title=upkeep.TITLE, inputs={}, owner=None).pk)
    assert len(list((warehouse_folder / "production" / "load_zones").glob("*.parquet"))) == files
    assert upkeep.start_upkeep(user=None) is not None
