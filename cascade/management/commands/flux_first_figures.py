"""Begin what operators expect to see of data that have just been loaded."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cascade.services.first_figures import begin_first_figures
from flux_site.api.errors import FluxError


class Command(BaseCommand):
    """Queues work and does not wait for it; safe to repeat. Needs PostgreSQL and Redis."""

    help = (
        "Learn how long restoration takes, and queue the assessment of trees near lines and a sample of the "
        "risk of now where they are due. A worker carries them out."
    )
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **__: Any) -> None:
        """Begin them.

        Raises:
            CommandError: if Redis is away.
        """
        try:
            begun = begin_first_figures()
        except FluxError as error:
            raise CommandError(error.message) from error
        learnt = "not learnt" if begun.restorations is None else f"learnt from {begun.restorations:,} outages"
        trees = "nothing to do" if begun.assessment is None else f"queued as job {begun.assessment.pk}"
        self.stdout.write(f"Times of restoration: {learnt}.")
        self.stdout.write(f"Assessment of trees near lines: {trees}.")
        self.stdout.write(
            f"Sample of the risk of now: {'queued' if begun.is_risk_queued else 'a fresh one'}."
        )
