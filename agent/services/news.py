"""Telling readers that there is more of an answer. The rows are the truth; lost news only delays it."""

from collections.abc import Iterable
from uuid import UUID

from flux_site.api.live import announce

TOPIC = "assistant"


def tell(answers: Iterable[UUID]) -> None:
    """Send "look again" for some answers to every reader; does nothing while Redis is away."""
    keys = [str(each) for each in answers]
    if keys:
        announce(TOPIC, keys)
