"""Load the scenarios that come with the product."""

from typing import Any

from django.core.management.base import BaseCommand

from cascade.services.presets import load_presets


class Command(BaseCommand):
    """Create them where they are missing; what people edited stays."""

    help = "Create the scenarios that come with the product where they are missing."

    def handle(self, *_: Any, **__: Any) -> None:
        """Create them."""
        counts = load_presets()
        self.stdout.write(f"{counts['created']} scenarios created, {counts['kept']} were there.")
