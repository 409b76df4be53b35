"""Take files of meter readings."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from grid.pipeline.receive import ReadingsFileError, receive_file
from grid.selectors.warehouse import get_warehouse
from grid.warehouse import WarehouseError


class Command(BaseCommand):
    """Appends readings to those received; needs no PostgreSQL and no Redis."""

    help = (
        "Take files of meter readings (CSV, CSV.gz or Parquet). A file is taken whole or not at all, "
        "and once; the next roll-up cleans and sums what is new."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take the files.

        Raises:
            CommandError: naming the file and what is wrong; files before it were taken.
        """
        warehouse = get_warehouse()
        warehouse.prepare()
        for path in options["files"]:
            try:
                count = receive_file(warehouse=warehouse, path=path, received_at=timezone.now())
            except (ReadingsFileError, WarehouseError) as error:
                raise CommandError(str(error)) from error
            self.stdout.write(f"{path.name}: {f'{count:,} readings' if count else 'nothing new'}")
