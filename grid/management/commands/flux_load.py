"""Generate a scale of data and load it into the warehouse."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from flux_site.api.errors import BadInput
from grid.management.load_progress import LoadProgress
from grid.services.load import (
    DEFAULT_AMI_DAYS,
    DEFAULT_HISTORY_YEARS,
    MAX_AMI_DAYS,
    MAX_HISTORY_YEARS,
    MAX_RAW_DAYS,
    load_forged_data,
)
from grid.warehouse import WarehouseError


class Command(BaseCommand):
    """Fills the warehouse; needs no PostgreSQL and no Redis."""

    help = "Generate data and load it into the warehouse, unless it is there; safe to interrupt and repeat."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--scale", default="demo", help="tiny, demo, city or metro (default: demo)")
        parser.add_argument(
            "--interconnect",
            default="Texas",
            help="Texas, Western, Eastern, several with commas, or all (default: Texas)",
        )
        parser.add_argument(
            "--seed", type=int, default=1, help="the same seed gives the same data (default: 1)"
        )
        parser.add_argument(
            "--ami-days",
            type=int,
            default=DEFAULT_AMI_DAYS,
            help=f"days of meter readings, 1 to {MAX_AMI_DAYS} (default: {DEFAULT_AMI_DAYS})",
        )
        parser.add_argument(
            "--raw-days",
            type=int,
            default=0,
            help=f"how many of them, the last ones, come as meters send them, with double, late, corrected "
            f"and bad rows for the roll-up to clean, up to {MAX_RAW_DAYS} (default: 0)",
        )
        parser.add_argument(
            "--history-years",
            type=int,
            default=DEFAULT_HISTORY_YEARS,
            help="years of weather, outages and inspections before the readings, 0 to "
            f"{MAX_HISTORY_YEARS} (default: {DEFAULT_HISTORY_YEARS})",
        )
        parser.add_argument(
            "--force", action="store_true", help="begin anew, with a metering period up to today"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load.

        Raises:
            CommandError: naming what is wrong.
        """
        began = time.monotonic()

        def write(text: str) -> None:
            self.stdout.write(text, ending="")
            self.stdout.flush()

        shown = LoadProgress(write, is_terminal=self.stdout.isatty())
        try:
            outcome = load_forged_data(
                scale=options["scale"],
                interconnects=[name.strip() for name in options["interconnect"].split(",") if name.strip()],
                seed=options["seed"],
                now=timezone.now(),
                time_zone=settings.TIME_ZONE,
                territory=settings.TERRITORY_BBOX,
                force=options["force"],
                ami_days=options["ami_days"],
                raw_days=options["raw_days"],
                history_years=options["history_years"],
                progress=shown.tell,
                rows=shown.rows,
            )
        except BadInput as error:
            raise CommandError(error.message) from error
        except WarehouseError as error:
            raise CommandError(f"The warehouse refused the load: {error}") from error
        finally:
            shown.end()
        if outcome.rows is None:
            self.stdout.write(f"Already loaded, up to {outcome.end_at} UTC.")
            return
        for name, count in outcome.rows.items():
            self.stdout.write(f"{count:>12,}  {name}")
        self.stdout.write(f"Loaded in {time.monotonic() - began:.0f} s, up to {outcome.end_at} UTC.")
