"""Take files of meter readings, or of energy prices."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from grid.pipeline.receive import receive_file
from grid.pipeline.receive_prices import receive_prices
from grid.pipeline.received_file import ReceivedFileError
from grid.selectors.warehouse import get_warehouse
from grid.warehouse import WarehouseError


class Command(BaseCommand):
    """Appends readings or prices to those received; needs no PostgreSQL and no Redis."""

    help = (
        "Take files of meter readings, or of energy prices (CSV, CSV.gz or Parquet). A file is taken whole "
        "or not at all, and once; the next roll-up cleans and sums the readings that are new."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--prices",
            action="store_true",
            help="the files hold settlement prices: zone_id, price_hour, price_usd_per_mwh",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Take the files.

        Raises:
            CommandError: naming the file and what is wrong; files before it were taken.
        """
        warehouse = get_warehouse()
        warehouse.prepare()
        take, what = (receive_prices, "prices") if options["prices"] else (receive_file, "readings")
        for path in options["files"]:
            try:
                count = take(warehouse=warehouse, path=path, received_at=timezone.now())
            except (ReceivedFileError, WarehouseError) as error:
                raise CommandError(str(error)) from error
            self.stdout.write(f"{path.name}: {f'{count:,} {what}' if count else 'nothing new'}")
