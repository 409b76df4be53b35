"""Load the documents that come with the product."""

from typing import Any

from django.core.management.base import BaseCommand

from agent.selectors.embedding import current_embedder
from agent.services.ingestion import load_built_in


class Command(BaseCommand):
    """Brings them in where they are missing or changed; safe to repeat."""

    help = "Load the documents that come with the product, where they are missing or changed."

    def handle(self, *_: Any, **__: Any) -> None:
        """Load them."""
        counts = load_built_in(current_embedder())
        self.stdout.write(
            f"{counts['loaded']} documents loaded, {counts['kept']} were there, {counts['removed']} removed."
        )
