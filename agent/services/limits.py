"""How much one user may ask: in a minute, in a day, and at once."""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from agent.models import Message
from flux_site.api.errors import LimitExceeded
from flux_site.api.outages import QUEUE_FAULTS

logger = logging.getLogger(__name__)

MINUTE_S, DAY_S = 60, 86_400

_lock = threading.Lock()
_counted_here: dict[tuple[str, int], int] = {}
_REMEMBERED = 10_000


class TooManyQuestions(LimitExceeded):
    """A user asked as much as one may for now."""

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


def count_question(user: Any) -> None:
    """Count a question against its user, in Redis; while Redis is away each process counts for itself.

    Raises:
        TooManyQuestions: if the minute or the day is used up; it says when to try again.
    """
    windows = (
        (MINUTE_S, settings.ASSISTANT_PER_MINUTE, "minute"),
        (DAY_S, settings.ASSISTANT_PER_DAY, "day"),
    )
    now = time.time()
    for length_s, most, name in windows:
        number = int(now // length_s)
        if _count(f"assistant-asked:{user.pk}:{name}", number, length_s) > most:
            wait_s = max(1, round((number + 1) * length_s - now))
            raise TooManyQuestions(
                f"You may ask {most:,} questions in a {name}. Try again in {_said(wait_s)}.",
                retry_after_s=wait_s,
            )


def check_answers_at_once(user: Any) -> None:
    """Raise if as many answers are being written for a user as may be. Call it with the user's row locked.

    Raises:
        TooManyQuestions: if there are.
    """
    alive_after = timezone.now() - timedelta(seconds=settings.ASSISTANT_LOST_AFTER_S)
    count = Message.objects.owned_by(user).running().filter(heartbeat_at__gte=alive_after).count()
    if count >= settings.ASSISTANT_ANSWERS_PER_USER:
        raise TooManyQuestions(
            f"{count} answers are being written for you, and no more may be at once. "
            "Wait for one to end, or stop it.",
            retry_after_s=5,
        )


def _count(key: str, window: int, length_s: int) -> int:
    try:
        name = f"{key}:{window}"
        cache.add(name, 0, timeout=2 * length_s)
        return int(cache.incr(name))
    except (*QUEUE_FAULTS, OSError, ValueError) as error:  # ValueError: it has just run out
        logger.warning("Unable to count questions in Redis: %s", error)
        return _count_here(key, window)


def _count_here(key: str, window: int) -> int:
    with _lock:
        if len(_counted_here) >= _REMEMBERED:
            _counted_here.clear()
        count = _counted_here[key, window] = _counted_here.get((key, window), 0) + 1
    return count


def _said(wait_s: int) -> str:
    if wait_s < 2 * MINUTE_S:
        return f"{wait_s} seconds"
    return f"{wait_s // 60} minutes" if wait_s < 7_200 else f"{wait_s // 3_600} hours"
