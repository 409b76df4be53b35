"""GraphQL of following a cascade, wave by wave as it happens."""

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Any

import strawberry
from asgiref.sync import sync_to_async
from strawberry.types import Info

from cascade import models
from cascade.schema.row_ids import parse_row_id
from flux_site.api.errors import NotFound
from flux_site.api.guard import Requires
from flux_site.api.live import EVERYTHING, follow
from flux_site.api.visibility import require_login
from flux_site.jobs.models import JobStatus
from flux_site.jobs.notify import TOPIC

IDLE_RECHECK_S = 15.0
MIN_INTERVAL_S = 0.05
FIELDS = (
    "number",
    "tripped_count",
    "shed_mw",
    "cumulative_shed_mw",
    "served_mw",
    "islands_alive",
    "islands_dead",
    "dead_bus_count",
    "customers_out",
    "customers_expected",
    "time_s",
)


@strawberry.type(description="A wave of a run that is being computed.")
class CascadeWaveNews:
    """A wave as it happens."""

    number: int
    tripped_count: int
    shed_mw: float = strawberry.field(description="Load lost in it, MW.")
    cumulative_shed_mw: float = strawberry.field(description="Load lost so far, MW.")
    served_mw: float
    islands_alive: int
    islands_dead: int
    dead_bus_count: int | None
    customers_out: int | None = strawberry.field(
        default=None,
        description="Customers without supply for certain after it; null where no distribution data says.",
    )
    customers_expected: float | None = strawberry.field(
        default=None,
        description="With those that substations served in part shed on average; null likewise.",
    )
    time_s: float | None = None


@strawberry.type(description="News of a run: a wave, or its end.")
class CascadeProgress:
    """News of a run."""

    run_id: strawberry.ID
    status: str = strawberry.field(description="Of its job: QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED.")
    wave: CascadeWaveNews | None = strawberry.field(description="Null while it waits and when it has ended.")
    error_message: str | None


def _load(user: Any, run_id: int) -> tuple[models.CascadeRun, list[dict[str, Any]]]:
    """Return a run and its waves so far.

    Raises:
        NotFound: if the user may see no such run.
    """
    run = models.CascadeRun.objects.visible_to(user).select_related("job").filter(pk=run_id).first()
    if run is None:
        raise NotFound(f"There is no run {run_id} that you may see.", field="runId")
    if run.job.status == JobStatus.SUCCEEDED:
        return run, list(run.waves.order_by("number").values(*FIELDS))
    return run, list(run.progress)


@strawberry.type
class CascadeSubscription:
    """Live cascades."""

    @strawberry.subscription(
        extensions=[Requires()],
        description="The waves of a run so far, then each as it happens, once and in order; "
        "the last message has no wave and says how it ended.",
    )
    async def cascade_progress(
        self, info: Info, run_id: strawberry.ID
    ) -> AsyncGenerator[CascadeProgress, None]:
        """Follow a run until it has ended."""
        user = await sync_to_async(require_login)(info)
        wanted = parse_row_id(run_id, "runId")
        sent, last_status = 0, ""
        async with follow(TOPIC) as news:
            while True:
                run, waves = await sync_to_async(_load)(user, wanted)
                for wave in waves[sent:]:
                    yield _message(run, CascadeWaveNews(**wave))
                sent = max(sent, len(waves))  # a run begun anew starts over; what was sent is not sent again
                if run.job.is_finished:
                    yield _message(run, None)
                    return
                if run.job.status != last_status and not waves:
                    yield _message(run, None)
                last_status = run.job.status
                await asyncio.sleep(MIN_INTERVAL_S)
                recheck_at = time.monotonic() + IDLE_RECHECK_S
                while (left_s := recheck_at - time.monotonic()) > 0:
                    if {str(run.job_id), EVERYTHING} & await news.wait(left_s):
                        break


def _message(run: models.CascadeRun, wave: CascadeWaveNews | None) -> CascadeProgress:
    return CascadeProgress(
        run_id=strawberry.ID(str(run.pk)),
        status=run.job.status,
        wave=wave,
        error_message=run.job.error_message or None,
    )
