"""Remove files of learned models that nothing needs any more."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from cascade import models
from cascade.ml.store import remove_folder
from flux_site.jobs.models import FINAL_STATUSES, Job


def tidy() -> dict[str, int]:
    """Remove the files of trainings that are over, and of data sets whose making failed long ago.

    A data set whose job came to an end without it is marked as failed; its files stay for a while, since
    they are used when it is begun anew.

    Returns:
        How many folders were removed.
    """
    root = Path(settings.LEARNING_DIR)
    lost = models.LearningDataset.objects.filter(
        state=models.DatasetState.BUILDING, job__status__in=FINAL_STATUSES
    )
    lost.update(state=models.DatasetState.FAILED, error="Its job came to an end without it.")
    removed = {"trainings": 0, "datasets": 0}
    for folder in _folders(root / "training"):
        if not _is_under_way(folder.name):
            remove_folder(root, folder)
            removed["trainings"] += 1
    before = timezone.now() - timedelta(days=settings.CASCADE_INPUTS_KEEP_DAYS)
    for row in models.LearningDataset.objects.filter(state=models.DatasetState.FAILED, created_at__lt=before):
        if (root / row.folder).is_dir():
            remove_folder(root, root / row.folder)
            removed["datasets"] += 1
    return removed


def _folders(place: Path) -> list[Path]:
    return [path for path in place.iterdir() if path.is_dir()] if place.is_dir() else []


def _is_under_way(name: str) -> bool:
    try:
        return Job.objects.unfinished().filter(pk=UUID(name)).exists()
    except ValueError:
        return False
