"""GraphQL of jobs: list, look up, cancel, follow."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Any, NewType

import strawberry
import strawberry_django
from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from strawberry import auto, relay
from strawberry.types import Info
from strawberry_django import ComparisonFilterLookup, StrFilterLookup
from strawberry_django.relay import DjangoCursorConnection

from flux_site.api.errors import BadInput, NotFound
from flux_site.api.guard import Requires
from flux_site.api.live import EVERYTHING, News, follow
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.ordering import UnknownLast, in_default_order
from flux_site.api.visibility import first_of, require_login
from flux_site.jobs import models, services
from flux_site.jobs.notify import TOPIC

MIN_INTERVAL_S = 0.2
IDLE_RECHECK_S = 15.0

JSONObject = NewType("JSONObject", object)


def _parse_object(value: object) -> dict[str, Any]:
    """Return a JSON object that came as one, or as its text.

    Raises:
        ValueError: if it is none.
    """
    found = json.loads(value) if isinstance(value, str) else value
    if not isinstance(found, dict):
        raise ValueError("must be a JSON object")
    return found


JSON_OBJECT_SCALAR = strawberry.scalar(
    name="JSONObject",
    description="A JSON object; as input also its text.",
    serialize=lambda value: value,
    parse_value=_parse_object,
)


@strawberry_django.filter_type(models.Job)
class JobFilter:
    """Filter of jobs."""

    kind: StrFilterLookup | None
    status: StrFilterLookup | None
    created_at: ComparisonFilterLookup[datetime] | None


@strawberry_django.order_type(models.Job)
class JobOrder(UnknownLast):
    """Order of jobs."""

    created_at: auto
    kind: auto
    status: auto


@strawberry_django.type(models.Job, filters=JobFilter, ordering=JobOrder)
class Job(relay.Node):
    """A piece of long work."""

    kind: auto
    title: auto
    status: auto
    progress_frac: auto
    step: auto
    log: auto
    error_code: auto
    error_message: auto
    attempt: auto
    created_at: auto
    started_at: auto
    finished_at: auto
    is_cancel_requested: auto

    @strawberry_django.field(
        only=["id"], description="The job's plain id, as jobUpdates and cancelJob take it."
    )
    def job_id(self) -> strawberry.ID:
        """Return the plain id."""
        return strawberry.ID(str(self.pk))  # type: ignore[attr-defined]

    @strawberry_django.field(only=["inputs"], description="The inputs, frozen when the job was created.")
    def inputs(self) -> JSONObject:
        """Return the inputs."""
        return self.inputs  # type: ignore[return-value]

    @strawberry_django.field(only=["counts"], description="Numbers of the outcome.")
    def counts(self) -> JSONObject:
        """Return the counts."""
        return self.counts  # type: ignore[return-value]

    @strawberry_django.field(select_related=["owner"], description="Who started it; null for the schedule.")
    def owner(self) -> str | None:
        """Return the user name of the owner."""
        return self.owner.get_username() if self.owner else None  # type: ignore[attr-defined]

    @classmethod
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the jobs the user may see."""
        visible = queryset.visible_to(require_login(info))  # type: ignore[attr-defined]
        return in_default_order(visible)


@strawberry.input
class CancelJobInput:
    """Which job."""

    job_id: strawberry.ID


CancelJobPayload = Annotated[Job | Fault, strawberry.union("CancelJobPayload")]


def parse_job_id(text: str) -> uuid.UUID:
    """Return a job id, given plain or as a Relay id.

    Raises:
        BadInput: if it is neither.
    """
    try:
        return uuid.UUID(text)
    except ValueError:
        pass
    try:
        return uuid.UUID(relay.GlobalID.from_id(text).node_id)
    except (relay.GlobalIDValueError, ValueError):
        raise BadInput(f"{text!r} is not the id of a job.", field="jobId") from None


@strawberry.type
class JobsQuery:
    """Questions about jobs."""

    jobs: DjangoCursorConnection[Job] = strawberry_django.connection(
        extensions=[Requires()],
        description="Jobs, newest first: all for those who may see all, else one's own.",
    )

    @strawberry_django.field(
        extensions=[Requires()], description="One job; null if there is none you may see."
    )
    def job(self, info: Info, id: strawberry.ID) -> Job | None:
        """Return a job."""
        visible = models.Job.objects.visible_to(require_login(info))
        return first_of(visible.filter(pk=parse_job_id(id)), info)  # type: ignore[no-any-return]


@strawberry.type
class JobsMutation:
    """Control of jobs."""

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires()],
        description="Stop a job; a finished one stays as it is.",
    )
    def cancel_job(self, info: Info, input: CancelJobInput) -> CancelJobPayload:
        """Cancel a job."""

        def cancel() -> Any:
            return services.cancel_job(job_id=parse_job_id(input.job_id), user=require_login(info))

        return expected_failures(cancel)


def _load(user: Any, job_id: uuid.UUID) -> models.Job | None:
    return models.Job.objects.visible_to(user).select_related("owner").filter(pk=job_id).first()


def _load_unfinished(user: Any) -> list[models.Job]:
    return list(models.Job.objects.visible_to(user).unfinished().select_related("owner")[:100])


@strawberry.type
class JobsSubscription:
    """Live jobs."""

    @strawberry.subscription(
        extensions=[Requires()],
        description="The state of one job now, then each change until it has finished; "
        "without an id, every unfinished job now and every change after.",
    )
    async def job_updates(self, info: Info, job_id: strawberry.ID | None = None) -> AsyncGenerator[Job, None]:
        """Follow jobs: the current state first, then changes, at most one every 0.2 s a job."""
        user = await sync_to_async(require_login)(info)
        wanted = parse_job_id(job_id) if job_id is not None else None
        async with follow(TOPIC) as news:
            jobs = _follow_all(news, user) if wanted is None else _follow_one(news, user, wanted)
            async for job in jobs:
                yield job  # type: ignore[misc]


async def _follow_all(news: News, user: Any) -> AsyncGenerator[models.Job, None]:
    """Yield every unfinished job now, and each job when it has changed."""
    changed = {EVERYTHING}
    while True:
        if EVERYTHING in changed:
            for job in await sync_to_async(_load_unfinished)(user):
                yield job
        for job_id in changed - {EVERYTHING}:
            found = await sync_to_async(_load)(user, uuid.UUID(job_id))
            if found is not None:
                yield found
        await asyncio.sleep(MIN_INTERVAL_S)
        changed = await news.wait()


async def _follow_one(news: News, user: Any, wanted: uuid.UUID) -> AsyncGenerator[models.Job, None]:
    """Yield one job now and on each change until it has finished; re-read at times in case news was lost."""
    while True:
        job = await sync_to_async(_load)(user, wanted)
        if job is None:
            raise NotFound(f"There is no job {wanted} that you may see.", field="jobId")
        yield job
        if job.is_finished:
            return
        await asyncio.sleep(MIN_INTERVAL_S)
        recheck_at = time.monotonic() + IDLE_RECHECK_S
        while (left_s := recheck_at - time.monotonic()) > 0:
            if {str(wanted), EVERYTHING} & await news.wait(left_s):
                break
