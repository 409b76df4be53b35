"""Assess the health of all assets, in the foreground."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from grid.services.asset_health import assess
from grid.warehouse import WarehouseError


class Command(BaseCommand):
    """Assesses; needs no PostgreSQL and no Redis."""

    help = "Assess the health of all assets; the cache shows it after the next sync of asset_health."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Assess.

        Raises:
            CommandError: naming what is wrong.
        """
        began = time.monotonic()
        try:
            counts = assess(
                lambda frac, step: self.stdout.write(f"{frac * 100.0:3.0f} %  {step}"), now=timezone.now()
            )
        except WarehouseError as error:
            raise CommandError(f"The warehouse failed: {error}") from error
        self.stdout.write(
            self.style.SUCCESS(
                f"Assessed in {time.monotonic() - began:.1f} s: {counts['assets']:,} assets, "
                f"{counts['assets_known']:,} with an index."
            )
        )
