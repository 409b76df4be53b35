"""Bring the tables derived from meter readings up to date, in the foreground."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from flux_site.api.errors import BadInput
from grid.services.rollup import roll_up
from grid.warehouse import WarehouseError


class Command(BaseCommand):
    """Rolls up; needs no PostgreSQL and no Redis."""

    help = "Roll up the meter readings that are new; safe to interrupt and repeat."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Roll up.

        Raises:
            CommandError: naming what is wrong.
        """
        began = time.monotonic()
        try:
            counts = roll_up(lambda frac, step: self.stdout.write(f"{frac * 100.0:3.0f} %  {step}"))
        except BadInput as error:
            raise CommandError(error.message) from error
        except WarehouseError as error:
            raise CommandError(f"The warehouse failed: {error}") from error
        done = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in asdict(counts).items())
        self.stdout.write(self.style.SUCCESS(f"Rolled up in {time.monotonic() - began:.1f} s: {done}."))
