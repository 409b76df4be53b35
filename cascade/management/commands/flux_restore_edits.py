"""Rebuild operators' own rows from the warehouse."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cascade.services import edits
from flux_site.api.errors import FluxError
from grid.warehouse import WarehouseError


class Command(BaseCommand):
    """Restores scenarios and finished runs into a database that lost them."""

    help = (
        "Rebuild scenarios and finished cascade runs from the edits in the warehouse, into a database that "
        "holds none. Restore users first, so that rows find their owners."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "--stream",
            metavar="ID",
            help="the database whose edits to take; by default the one with the newest edit",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore.

        Raises:
            CommandError: if the database is not empty, or the warehouse cannot be read.
        """
        try:
            counts = edits.restore(stream=options["stream"])
        except (FluxError, WarehouseError) as error:
            raise CommandError(f"{error.code}: {error}") from error
        restored = ", ".join(f"{count:,} {name}" for name, count in counts.items())
        self.stdout.write(self.style.SUCCESS(f"Restored: {restored}."))
