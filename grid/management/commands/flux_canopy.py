"""Find trees near overhead lines in a raster of canopy heights."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from flux_site.api.errors import FluxError
from grid.services.vegetation.canopy import import_canopy


class Command(BaseCommand):
    """Import trees from a canopy height model."""

    help = "Find trees near overhead lines in a GeoTIFF of canopy heights; the cache shows them after a sync."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path, help="GeoTIFF of one band: metres above the ground.")

    def handle(self, *_: Any, file: Path, **__: Any) -> None:
        """Import the raster."""
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        try:
            done = import_canopy(file, progress=lambda frac, step: self.stdout.write(f"{frac:4.0%} {step}"))
        except FluxError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{done.found} trees found, {done.near_lines} near lines written.")
