"""Write down operators' own rows as they are now, for delivery to the warehouse."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from cascade.services import edits


class Command(BaseCommand):
    """Records every scenario and finished run once more; safe to repeat."""

    help = (
        "Record every scenario and finished cascade run as it is now, for the warehouse. Needed "
        "once for rows older than the outbox, and with --new-stream after a database was copied or put back."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "--new-stream", action="store_true", help="give this database an identity of its own first"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Record."""
        counts = edits.record_all(new_stream=options["new_stream"])
        recorded = ", ".join(f"{count:,} {name}" for name, count in counts.items())
        self.stdout.write(self.style.SUCCESS(f"Recorded: {recorded}."))
