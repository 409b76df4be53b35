"""The small grid in a warehouse and a cache of the test's own, folders for files, and a runner of exports."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from flux_site.jobs.models import Job
from flux_site.jobs.services import run_job
from grid import models
from grid.services import exports
from tests.integration.imports.conftest import import_folder, run_import  # noqa: F401 - fixtures
from tests.integration.sync.conftest import (  # noqa: F401 - fixtures
    cache,
    eager,
    loaded,
    quick_flush,
    run_all,
    sample,
    small_warehouse_folder,
    warehouse_folder,
)

RunExport = Callable[..., tuple[models.FileExport, Job]]


@pytest.fixture(autouse=True)
def export_folder(settings: Any, tmp_path: Path) -> Path:
    """Give the test an export folder of its own, on a disk that may fill."""
    settings.EXPORT_FOLDER = tmp_path / "exports"
    settings.EXPORT_FREE_BYTES = 1
    return tmp_path / "exports"


@pytest.fixture
def run_export(monkeypatch: pytest.MonkeyPatch) -> RunExport:
    """Return a function that exports in this process and returns the export and its job."""
    monkeypatch.setattr("flux_site.jobs.services.send", lambda job_id: None)

    def run(layer: str, file_format: str, *, user: User, **options: Any) -> tuple[models.FileExport, Job]:
        row = exports.start_export(layer=layer, file_format=file_format, user=user, **options)
        assert isinstance(row.job_id, uuid.UUID)
        run_job(row.job_id)
        row.refresh_from_db()
        return row, Job.objects.get(pk=row.job_id)

    return run
