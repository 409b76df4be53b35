"""Find trees near overhead lines in a raster of canopy heights, in the foreground."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from flux_site.api.errors import FluxError
from flux_site.jobs.models import JobStatus
from grid.management.foreground import carry_out_in_foreground
from grid.services import vegetation


class Command(BaseCommand):
    """Runs the import as a job of its own in this process; needs PostgreSQL and the warehouse, not Redis."""

    help = (
        "Find trees near overhead lines in a GeoTIFF of canopy heights: into the warehouse in one commit, "
        "then into the cache. Ctrl-C cancels; before the commit nothing was written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path, help="GeoTIFF of one band: metres above the ground.")

    def handle(self, *_: Any, file: Path, **__: Any) -> None:
        """Import the raster.

        Raises:
            CommandError: if the file does not fit, or the import failed.
        """
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        try:
            job = vegetation.create_foreground_canopy_job(path=file)
        except FluxError as error:
            raise CommandError(error.message) from error
        carry_out_in_foreground(job, output=self.stdout)
        if job.status == JobStatus.CANCELLED:
            raise CommandError("Cancelled.", returncode=130)
        if job.status != JobStatus.SUCCEEDED:
            raise CommandError(f"{job.error_code}: {job.error_message}")
        found, near = job.counts["trees_found"], job.counts["trees_near_lines"]
        self.stdout.write(self.style.SUCCESS(f"{found:,} trees found, {near:,} near lines written."))
