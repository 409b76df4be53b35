"""Queue predictions of transformer failures and forecasts of their next day. Loads no model."""

from __future__ import annotations

from typing import Any

from flux_site.jobs.models import Job
from flux_site.jobs.services import create_job

LEARN_TRANSFORMERS = "cascade.learn_transformers"
LEARN_TOMORROW = "cascade.learn_tomorrow"


def start_transformer_prediction(*, user: Any | None) -> Job:
    """Queue the prediction of the failures of all transformers, unless one waits or runs: then return that.

    Raises:
        QueueUnavailable: after commit, if Redis is away.
    """
    return _unless_under_way(LEARN_TRANSFORMERS, "Failures of all transformers", user)


def start_transformer_forecast(*, user: Any | None) -> Job:
    """Queue the forecast of the next day of all transformers, unless one waits or runs: then return that.

    Raises:
        QueueUnavailable: after commit, if Redis is away.
    """
    return _unless_under_way(LEARN_TOMORROW, "The next day of all transformers", user)


def _unless_under_way(kind: str, title: str, user: Any | None) -> Job:
    waiting = Job.objects.unfinished().filter(kind=kind).first()
    return waiting or create_job(kind=kind, title=title, inputs={}, owner=user)
