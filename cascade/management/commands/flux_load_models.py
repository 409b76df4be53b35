"""Put the models that come with the product into the register."""

from typing import Any

from django.core.management.base import BaseCommand

from cascade.services.learning.shipping import load_shipped


class Command(BaseCommand):
    """Register them; what people promoted stays in service."""

    help = "Register the learned models that come with the product; where none is in service, use them."

    def handle(self, *_: Any, **__: Any) -> None:
        """Register them."""
        told = load_shipped()
        for each in told.values():
            self.stdout.write(each)
        if not told:
            self.stdout.write("No model comes with the product.")
