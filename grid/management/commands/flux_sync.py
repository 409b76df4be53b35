"""Sync layers of the cache from the warehouse, in the foreground."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from flux_site.api.errors import BadInput
from flux_site.jobs.models import JobStatus
from grid.management.foreground import carry_out_in_foreground
from grid.services.sync import create_foreground_job, ensure_schedules


class Command(BaseCommand):
    """Runs a sync as a job of its own in this process; needs PostgreSQL and the warehouse, not Redis."""

    help = (
        "Sync layers of the cache from the warehouse. Ctrl-C cancels; what was not finished is rolled back."
    )

    requires_system_checks: list[str] = []  # they would import the whole API

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("layers", nargs="*", metavar="LAYER", help="layers to sync; none: all")
        parser.add_argument("--all", action="store_true", help="sync every layer (the default)")
        parser.add_argument(
            "--if-stale", action="store_true", help="leave out layers whose source has not changed since"
        )
        parser.add_argument("--force", action="store_true", help="allow a run that deletes most of a layer")

    def handle(self, *args: Any, **options: Any) -> None:
        """Carry out the sync.

        Raises:
            CommandError: if a layer is unknown or could not be synced.
        """
        if options["all"] and options["layers"]:
            raise CommandError("Name layers or give --all, not both.")
        ensure_schedules()
        try:
            job = create_foreground_job(
                layers=options["layers"] or None, force=options["force"], only_stale=options["if_stale"]
            )
        except BadInput as error:
            raise CommandError(error.message) from error
        carry_out_in_foreground(job, output=self.stdout)
        if job.status == JobStatus.CANCELLED:
            raise CommandError("Cancelled. Layers already finished stay synced.", returncode=130)
        if job.status != JobStatus.SUCCEEDED:
            raise CommandError(f"{job.error_code}: {job.error_message}")
        counts = ", ".join(
            f"{name.replace('_', ' ')} {count:,}" for name, count in sorted(job.counts.items())
        )
        self.stdout.write(self.style.SUCCESS(f"Synced: {counts}."))
