"""Feedback that Snowflake is told of, threads that are deleted there, and what happens while it is away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from agent.models import Feedback
from agent.services import forwarding
from agent.services.forwarding import NotForwarded
from flux_site.api.errors import NotFound
from flux_site.jobs.context import JobContext
from flux_site.jobs.models import Job
from flux_site.jobs.registry import find_kind
from tests.factories.conversations import make_answer, make_feedback, make_question, make_thread
from tests.factories.jobs import make_job
from tests.integration.back_ends.servers import RUN, THREADS, name_cortex, served
from tests.servers.scripted_http import refused

OK = refused(200, {"status": "ok"})
AWAY = refused(503, {"message": "down for repair"})


@pytest.fixture
def feedback(viewer: User) -> Feedback:
    """Return feedback on an answer of Cortex."""
    question = make_question(thread=make_thread(owner=viewer))
    answer = make_answer(question=question, backend="cortex", backend_request_id="r7", backend_thread_id="17")
    return make_feedback(answer=answer, comment="Another city.")


def forward(feedback: Feedback, waits_s: tuple[float, ...] = (0.01,)) -> dict[str, Any]:
    job = make_job(kind=forwarding.FEEDBACK_KIND, inputs={"answer_id": str(feedback.pk)}, status="RUNNING")
    return forwarding.execute_feedback(JobContext(job), waits_s=waits_s)


@pytest.mark.django_db
def test_snowflake_is_told_of_the_request_it_is_about(settings: Any, feedback: Feedback) -> None:
    with served(OK) as server:
        name_cortex(settings, server.url)
        assert forward(feedback) == {"forwarded": 1}
        feedback.refresh_from_db()
        assert forward(feedback) == {"forwarded": 0}  # a lost job that is run again says it once

    [request] = server.requests
    assert request.path == RUN.replace(":run", ":feedback")
    assert request.json() == {
        "positive": False,
        "orig_request_id": "r7",
        "feedback_message": "Another city.",
        "categories": ["WRONG_DATA"],
        "thread_id": 17,
    }
    assert feedback.forwarded_at is not None
    assert feedback.forward_fault == ""


@pytest.mark.django_db
def test_while_snowflake_is_away_it_is_tried_again(settings: Any, feedback: Feedback) -> None:
    with served(AWAY, OK) as server:
        name_cortex(settings, server.url)
        assert forward(feedback) == {"forwarded": 1}

    assert len(server.requests) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("script", "asked", "why"),
    [(AWAY, 2, "down for repair"), (refused(403, {"message": "no role"}), 1, "no role")],
)
def test_what_is_not_taken_says_why_on_its_row(
    settings: Any, feedback: Feedback, script: Any, asked: int, why: str
) -> None:
    with served(script) as server:
        name_cortex(settings, server.url)
        with pytest.raises(NotForwarded, match=why):
            forward(feedback)

    feedback.refresh_from_db()
    assert len(server.requests) == asked
    assert why in feedback.forward_fault
    assert feedback.forwarded_at is None


@pytest.mark.django_db
def test_a_deleted_answer_is_not_told_of(feedback: Feedback) -> None:
    job = make_job(inputs={"answer_id": str(feedback.pk)}, status="RUNNING")
    feedback.answer.delete()

    with pytest.raises(NotFound):
        forwarding.execute_feedback(JobContext(job))


@pytest.mark.django_db
def test_it_is_a_job_of_whoever_said_it(
    feedback: Feedback, viewer: User, django_capture_on_commit_callbacks: Callable[..., Any], monkeypatch: Any
) -> None:
    monkeypatch.setattr("flux_site.jobs.services.send", lambda job_id: None)
    with django_capture_on_commit_callbacks(execute=True):
        forwarding.queue_feedback(feedback, user=viewer)

    job = Job.objects.get()
    assert (job.kind, job.owner, job.inputs) == (
        forwarding.FEEDBACK_KIND,
        viewer,
        {"answer_id": str(feedback.pk)},
    )
    assert find_kind(job.kind) is not None


@pytest.mark.django_db(transaction=True)
def test_without_a_queue_the_feedback_stays_and_says_so(
    feedback: Feedback, viewer: User, dead_queue: None
) -> None:
    forwarding.queue_feedback(feedback, user=viewer)

    feedback.refresh_from_db()
    assert "Redis does not answer" in feedback.forward_fault


@pytest.mark.django_db
def test_what_cortex_did_not_answer_is_not_told_of(
    viewer: User, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    built_in = make_feedback()
    in_its_place = make_feedback(answer=make_answer(backend="cortex"))

    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        forwarding.queue_feedback(built_in, user=viewer)
        forwarding.queue_feedback(in_its_place, user=viewer)

    assert callbacks == []
    with pytest.raises(NotFound):
        forwarding.forward_again(answer_id=built_in.pk, user=viewer)


@pytest.mark.django_db
def test_threads_are_deleted_and_those_gone_already_do_not_matter(settings: Any) -> None:
    job = make_job(kind=forwarding.THREADS_KIND, inputs={"thread_ids": ["17", "18"]}, status="RUNNING")
    with served(refused(404, {"message": "no thread"}), OK) as server:
        name_cortex(settings, server.url)
        assert forwarding.execute_thread_removal(JobContext(job), waits_s=()) == {"threads": 2}

    assert [(request.method, request.path) for request in server.requests] == [
        ("DELETE", f"{THREADS}/17"),
        ("DELETE", f"{THREADS}/18"),
    ]


@pytest.mark.django_db
def test_a_thread_that_stays_is_told_of(settings: Any) -> None:
    job = make_job(kind=forwarding.THREADS_KIND, inputs={"thread_ids": ["17"]}, status="RUNNING")
    with served(refused(403, {"message": "no role"})) as server:
        name_cortex(settings, server.url)
        with pytest.raises(NotForwarded, match=r"Thread 17 stays in Snowflake: .*no role"):
            forwarding.execute_thread_removal(JobContext(job), waits_s=())
