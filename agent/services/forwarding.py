"""What Snowflake is told of a conversation afterwards: what readers think, and what was deleted here.

Both are jobs, so that neither a reader nor a transaction waits for Snowflake. Feedback that could not be
delivered says why on its own row.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agent.backends.cortex_client import CortexClient
from agent.backends.errors import BackendFault
from agent.models import Feedback
from agent.services.connections import cortex_connection
from flux_site.api.errors import FluxError, NotFound, QueueUnavailable
from flux_site.jobs.context import JobContext
from flux_site.jobs.services import create_job

logger = logging.getLogger(__name__)

FEEDBACK_KIND = "agent.forward_feedback"
THREADS_KIND = "agent.delete_cortex_threads"
WAITS_S = (1.0, 5.0, 20.0)  # before another try
CORTEX = "cortex"


class NotForwarded(FluxError):
    """Snowflake did not take it."""

    code = "NOT_FORWARDED"


def queue_feedback(feedback: Feedback, *, user: Any) -> None:
    """Have feedback forwarded once the transaction commits; nothing happens where Cortex did not answer."""
    if is_of_cortex(feedback):
        transaction.on_commit(partial(_queue_feedback, feedback.pk, user))


def queue_thread_removal(thread_ids: Iterable[str], *, user: Any) -> None:
    """Have threads in Snowflake deleted once the transaction commits."""
    found = sorted({each for each in thread_ids if each})
    if found:
        transaction.on_commit(partial(_queue_removal, found, user))


def is_of_cortex(feedback: Feedback) -> bool:
    """Return whether Cortex wrote the answer: the built-in back end in its place has no request there."""
    answer = feedback.answer
    return answer.backend == CORTEX and bool(answer.backend_request_id)


def forward_again(*, answer_id: UUID, user: Any) -> Feedback:
    """Queue the forwarding of feedback that did not arrive.

    Raises:
        NotFound: if there is no feedback of the answer, or Cortex did not write it.
        QueueUnavailable: if Redis is away.
    """
    feedback = Feedback.objects.select_related("answer").filter(pk=answer_id).first()
    if feedback is None or not is_of_cortex(feedback):
        raise NotFound("There is no feedback that Snowflake takes.", field="answerId")
    _create_feedback_job(feedback.pk, user)
    return feedback


def execute_feedback(context: JobContext, *, waits_s: tuple[float, ...] = WAITS_S) -> dict[str, Any]:
    """Forward the feedback of a job. Safe to run twice: what was forwarded is not sent again.

    Raises:
        NotFound: if the feedback is gone.
        NotForwarded: if Snowflake does not take it; the row says why.
    """
    feedback = Feedback.objects.select_related("answer").filter(pk=context.inputs["answer_id"]).first()
    if feedback is None:
        raise NotFound("The answer was deleted.", field="answerId")
    if feedback.forwarded_at is not None and feedback.forwarded_at >= feedback.updated_at:
        return {"forwarded": 0}
    answer = feedback.answer
    send = partial(
        CortexClient.send_feedback,
        is_positive=feedback.is_positive,
        request_id=answer.backend_request_id,
        message=feedback.comment,
        categories=feedback.categories,
        thread_id=answer.backend_thread_id or None,
    )
    # Changed meanwhile, it is not what was sent: the job of the change sends it.
    row = Feedback.objects.filter(pk=feedback.pk, updated_at=feedback.updated_at)
    try:
        _ask(send, context, waits_s)
    except BackendFault as fault:
        row.update(forward_fault=fault.message)
        raise NotForwarded(fault.message) from fault
    row.update(forwarded_at=timezone.now(), forward_fault="")
    return {"forwarded": 1}


def execute_thread_removal(context: JobContext, *, waits_s: tuple[float, ...] = WAITS_S) -> dict[str, Any]:
    """Delete the threads of a job in Snowflake; one that is gone already counts as deleted.

    Raises:
        NotForwarded: if Snowflake does not delete one.
    """
    thread_ids = context.inputs["thread_ids"]
    for number, thread_id in enumerate(thread_ids):
        context.progress(number / len(thread_ids), f"Thread {number + 1} of {len(thread_ids)}")
        try:
            _ask(partial(CortexClient.delete_thread, thread_id=thread_id), context, waits_s)
        except BackendFault as fault:
            if fault.code != "BACKEND_NOT_FOUND":
                raise NotForwarded(f"Thread {thread_id} stays in Snowflake: {fault.message}") from fault
    return {"threads": len(thread_ids)}


def _ask(
    call: Callable[[CortexClient], Awaitable[None]], context: JobContext, waits_s: tuple[float, ...]
) -> None:
    """Ask Snowflake, again while it is away."""

    async def once() -> None:
        async with cortex_connection().open() as client:
            await call(client)

    async def patiently() -> None:
        for wait_s in waits_s:
            try:
                return await once()
            except BackendFault as fault:
                if not fault.is_retryable:
                    raise
                context.log(f"{fault.message} Trying again in {wait_s:g} s.")
            await asyncio.sleep(wait_s)
        return await once()

    asyncio.run(patiently())


def _queue_feedback(answer_id: UUID, user: Any) -> None:
    try:
        _create_feedback_job(answer_id, user)
    except QueueUnavailable as fault:  # the feedback itself is saved; an admin can forward it later
        Feedback.objects.filter(pk=answer_id).update(forward_fault=fault.message)


def _create_feedback_job(answer_id: UUID, user: Any) -> None:
    create_job(
        kind=FEEDBACK_KIND, title="Feedback to Snowflake", inputs={"answer_id": str(answer_id)}, owner=user
    )


def _queue_removal(thread_ids: list[str], user: Any) -> None:
    try:
        create_job(
            kind=THREADS_KIND,
            title=f"Delete {len(thread_ids)} threads in Snowflake",
            inputs={"thread_ids": thread_ids},
            owner=user,
        )
    except QueueUnavailable:
        logger.warning("Threads stay in Snowflake: %s", ", ".join(thread_ids))
