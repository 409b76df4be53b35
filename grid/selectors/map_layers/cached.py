"""What the cache alone knows of the map layers: left out while it does not answer."""

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings

from flux_site.api.outages import DATABASE_FAULTS, database_was_away, note_database_away
from flux_site.api.patience import answering_within

T = TypeVar("T")


def from_cache_or(unknown: T, ask: Callable[[], T]) -> T:
    """Return what ``ask`` finds in PostgreSQL, or ``unknown`` while it does not answer."""
    if database_was_away():
        return unknown
    try:
        with answering_within(settings.POSTGIS_ANSWER_TIMEOUT_S):
            return ask()
    except DATABASE_FAULTS:
        note_database_away()
        return unknown
