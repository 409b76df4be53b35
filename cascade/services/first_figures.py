"""Beginning what operators expect to see of data just loaded, and schedules would bring only later."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import kombu.exceptions
from celery import current_app
from django.utils import timezone

from cascade import models
from cascade.services.risk_now import EVERY_MINUTES
from flux_site.api.errors import QueueUnavailable
from flux_site.api.outages import QUEUE_FAULTS
from flux_site.jobs.models import Job
from grid.selectors.restoration import learn_restorations
from grid.services.vegetation import start_scheduled_assessment
from grid.warehouse import WarehouseError

logger = logging.getLogger(__name__)

SAMPLE_TASK = "cascade.sample_risk"


@dataclass(frozen=True, kw_only=True)
class Begun:
    """What was begun.

    Attributes:
        restorations: outages that times of restoration were learnt from; None: the warehouse was away.
        assessment: job that assesses trees near lines; None: nothing has changed, there are no trees, or one
            is under way.
        is_risk_queued: whether a sample of the risk of now was queued; False: there is a fresh one.
    """

    restorations: int | None
    assessment: Job | None
    is_risk_queued: bool


def begin_first_figures(*, now: datetime | None = None) -> Begun:
    """Learn how long restoration takes, and queue the assessment of trees and a sample of the risk of now.

    The schedules do the same within an hour, by 04:00 and within five minutes. Times are learnt first and
    here, which takes a second or less, since the other two rest on them. Safe to repeat: what is there or
    under way is not begun again.

    Raises:
        QueueUnavailable: if Redis is away.
    """
    now = now or timezone.now()
    restorations = _learn(now)
    assessment = start_scheduled_assessment()
    is_due = not models.RiskSample.objects.filter(at__gt=now - timedelta(minutes=EVERY_MINUTES)).exists()
    if is_due:
        _send(SAMPLE_TASK)
    return Begun(restorations=restorations, assessment=assessment, is_risk_queued=is_due)


def _learn(now: datetime) -> int | None:
    try:
        counts = learn_restorations(now=now)
    except WarehouseError as error:
        logger.warning("Unable to learn how long restoration takes; the schedule will: %s", error)
        return None
    return sum(count for name, count in counts.items() if name.startswith("restorations:"))


def _send(task: str) -> None:
    try:
        current_app.send_task(task, retry=False)
    except (kombu.exceptions.OperationalError, *QUEUE_FAULTS, OSError) as error:
        raise QueueUnavailable("Redis does not answer, so the risk of now could not be sampled.") from error
