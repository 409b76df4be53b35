"""Whatever breaks during an import: the warehouse is as it was or as it should be, the next try is good."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from django.utils import timezone

from flux_site.jobs.models import Job
from flux_site.jobs.services import run_job
from grid import models
from grid.selectors import warehouse as warehouse_selectors
from grid.services import imports
from grid.services.imports import running
from grid.services.sync.connection import locked_connection
from grid.warehouse import Warehouse, WarehouseUnavailable, pa_schema, tables
from tests.integration.imports.conftest import RunImport
from tests.integration.imports.files import pole, write_csv
from tests.integration.sync.conftest import RunAll
from tests.integration.sync.sample import Sample
from tests.servers.environment import environment
from tests.servers.processes import Process

pytestmark = pytest.mark.integration

POLES = tables.grid_poles_infrastructure
PARENTS = ("zones", "substations", "circuits", "lines")


@pytest.fixture
def synced(loaded: Warehouse, run_all: RunAll) -> Warehouse:
    """Return the warehouse of the small grid, its poles and their parents cached."""
    run_all(loaded, *PARENTS, "poles")
    return loaded


def stored(warehouse: Warehouse) -> dict[str, dict[str, Any]]:
    return {row["pole_id"]: row for row in warehouse.select_rows(sa.select(POLES))}


def test_a_commit_of_somebody_else_is_not_lost(
    synced: Warehouse, run_import: RunImport, sample: Sample, tmp_path: Path, monkeypatch: Any
) -> None:
    """While the import joins to the old rows, another writer adds one."""
    other = sample["grid_poles_infrastructure"][0] | {"pole_id": "OTHER"}
    data = pa.Table.from_pylist([other], schema=pa_schema(POLES))
    real, calls = running._Import._next_number, []

    def meanwhile(self: Any) -> int:
        if not calls:
            synced.append(POLES, data, "other")
        calls.append(1)
        return real(self)

    monkeypatch.setattr(running._Import, "_next_number", meanwhile)

    _, job = run_import("poles", write_csv(tmp_path / "poles.csv", [pole(1)]))

    assert (job.status, job.error_message) == ("SUCCEEDED", "")
    assert len(calls) == 2
    assert {"OTHER", "NEW-1"} <= set(stored(synced))
    assert "joining to it anew" in job.log


def test_a_warehouse_that_is_away_fails_the_job_and_the_next_is_good(
    synced: Warehouse, run_import: RunImport, tmp_path: Path, monkeypatch: Any
) -> None:
    path = write_csv(tmp_path / "poles.csv", [pole(1)])

    def away(*_: Any, **__: Any) -> int:
        raise WarehouseUnavailable("nobody answers")

    with monkeypatch.context() as broken:
        broken.setattr(type(warehouse_selectors.get_warehouse()), "replace", away)
        _, job = run_import("poles", path)

    assert (job.status, job.error_code) == ("FAILED", "WAREHOUSE_UNAVAILABLE")
    assert "NEW-1" not in stored(synced)
    _, again = run_import("poles", path)
    assert (again.status, "NEW-1" in stored(synced)) == ("SUCCEEDED", True)


def test_a_cancelled_import_writes_nothing(
    synced: Warehouse, cache: None, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr("flux_site.jobs.context.WRITE_EVERY_S", 0.0)
    file = imports.receive_path(write_csv(tmp_path / "poles.csv", [pole(1)]), user=None)
    prepared = imports.prepare_import(layer="poles", file=file.digest, mode="merge", user=None)
    job = imports.create_foreground_job(prepared, user=None)
    real = running._Import._reported

    def cancelling(self: Any, batches: Any, total: int) -> Any:
        Job.objects.filter(pk=job.pk).update(is_cancel_requested=True)
        return real(self, batches, total)

    monkeypatch.setattr(running._Import, "_reported", cancelling)
    version = synced.version(POLES)

    run_job(job.pk)

    job.refresh_from_db()
    assert job.status == "CANCELLED"
    assert synced.version(POLES) == version


KILLED = """
import os, signal, sys, uuid
import django
django.setup()
from flux_site.jobs.services import run_job
import grid.tasks
from grid.services.imports import running
real = getattr(running._Import, sys.argv[2])
def deadly(self, *args, **kwargs):
    result = real(self, *args, **kwargs)
    if sys.argv[2] == "_reported":
        result = iter([next(iter(result)), ])
        def cut(first):
            yield from first
            os.kill(os.getpid(), signal.SIGKILL)
        return cut(result)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(running._Import, sys.argv[2], deadly)
run_job(uuid.UUID(sys.argv[1]))
"""


@pytest.mark.parametrize("moment", ["_log_read", "_reported", "_resolve_rejects"])
def test_an_import_killed_at_any_moment_is_begun_anew_and_ends_well(
    synced: Warehouse, cache: None, tmp_path: Path, import_folder: Path, moment: str
) -> None:
    """Killed after reading, in the middle of writing, and after the commit before anything noted it."""
    before = stored(synced)
    file = imports.receive_path(
        write_csv(tmp_path / "poles.csv", [pole(1), pole(2, LATITUDE="x")]), user=None
    )
    prepared = imports.prepare_import(layer="poles", file=file.digest, mode="merge", user=None)
    job = imports.create_foreground_job(prepared, user=None)
    process = Process(["-c", KILLED, str(job.pk), moment], environment(FLUX_IMPORT_FOLDER=str(import_folder)))
    process.process.wait(timeout=90)
    assert process.process.returncode == -9, process.log.read_text()[-3000:]
    is_written = moment == "_resolve_rejects"
    assert (stored(synced) == before) is not is_written
    job.refresh_from_db()
    assert job.status == "RUNNING"

    Job.objects.filter(pk=job.pk).update(status="QUEUED", heartbeat_at=timezone.now() - timedelta(minutes=2))
    run_job(job.pk)

    job.refresh_from_db()
    prepared.refresh_from_db()
    assert (job.status, job.attempt, job.error_message) == ("SUCCEEDED", 2, "")
    assert set(stored(synced)) == {*before, "NEW-1"}
    assert prepared.rejects.count() == 1
    assert models.Pole.objects.filter(pk="NEW-1").exists()


def test_an_import_waits_for_a_run_of_its_layer(
    synced: Warehouse, run_import: RunImport, tmp_path: Path
) -> None:
    held, ended = threading.Event(), threading.Event()

    def hold() -> None:
        with locked_connection("poles"):
            held.set()
            ended.wait(10)

    other = threading.Thread(target=hold)
    other.start()
    held.wait(10)
    threading.Timer(1.5, ended.set).start()

    _, job = run_import("poles", write_csv(tmp_path / "poles.csv", [pole(1)]))

    other.join()
    assert (job.status, job.error_message) == ("SUCCEEDED", "")
    assert models.Pole.objects.filter(pk="NEW-1").exists()
