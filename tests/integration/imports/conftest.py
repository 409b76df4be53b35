"""The small grid in a warehouse and a cache of the test's own, a folder for imports, and a runner."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flux_site.jobs.models import Job
from flux_site.jobs.services import run_job
from grid import models
from grid.services import imports
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

RunImport = Callable[..., tuple[models.FileImport, Job]]


@pytest.fixture(autouse=True)
def import_folder(settings: Any, tmp_path: Path) -> Path:
    """Give the test an import folder of its own."""
    settings.IMPORT_FOLDER = tmp_path / "imports"
    return tmp_path / "imports"


@pytest.fixture
def run_import(cache: None) -> RunImport:  # noqa: F811
    """Return a function that imports a file in this process and returns the import and its job."""

    def run(layer: str, path: Path, **options: Any) -> tuple[models.FileImport, Job]:
        options.setdefault("mode", "merge")
        file = imports.receive_path(path, user=None)
        prepared = imports.prepare_import(layer=layer, file=file.digest, user=None, **options)
        job = imports.create_foreground_job(prepared, user=None)
        run_job(job.pk)
        job.refresh_from_db()
        prepared.refresh_from_db()
        return prepared, job

    return run
