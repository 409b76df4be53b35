"""The life of a job, carried out in this process."""

import asyncio
import threading
import time
import uuid
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connection
from django.db.utils import OperationalError
from django.utils import timezone

from flux_site.api.errors import NotFound, QueueUnavailable
from flux_site.jobs import heartbeat, schema, services
from flux_site.jobs.context import JobCancelled, JobContext
from flux_site.jobs.models import Job, JobStatus
from flux_site.jobs.registry import _KINDS, JobKind
from tests.factories.jobs import make_job
from tests.servers.job_kinds import BREAK, COUNT, ONCE, REFUSE, SLOW


def run(**fields: Any) -> Job:
    job = make_job(**fields)
    services.run_job(job.pk)
    job.refresh_from_db()
    return job


@pytest.mark.django_db
def test_a_job_succeeds_with_its_counts_its_log_and_its_last_step() -> None:
    job = run(kind=COUNT, inputs={"steps": 50})

    assert (job.status, job.progress_frac, job.counts) == ("SUCCEEDED", 1.0, {"steps": 50})
    assert job.step == "Step 50"
    assert job.attempt == 1
    assert job.started_at is not None
    assert job.finished_at is not None
    assert job.created_at <= job.started_at <= job.finished_at
    assert (job.error_code, job.error_message) == ("", "")
    lines = job.log.splitlines()
    assert [line.split(" ", 2)[2] for line in lines] == [
        "Started, attempt 1.",
        *[f"Did step {step}." for step in range(1, 51)],
        "Succeeded.",
    ]


@pytest.mark.django_db
def test_progress_is_written_seldom_and_the_last_one_always(monkeypatch: pytest.MonkeyPatch) -> None:
    job = make_job(kind=COUNT, status="RUNNING", attempt=1)
    context = JobContext(job)
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    written = []
    for step in range(20):
        now[0] += 0.1
        context.progress(step / 20, f"Step {step}")
        written.append(Job.objects.get(pk=job.pk).step)

    assert written[0] == "Step 0"
    assert len(set(written)) == pytest.approx(20 * 0.1 / 0.4, abs=1)
    context.flush()
    last = Job.objects.get(pk=job.pk)
    assert (last.step, last.progress_frac) == ("Step 19", 0.95)


@pytest.mark.django_db
@pytest.mark.parametrize(("given", "kept"), [(-0.5, 0.0), (1.7, 1.0), (0.25, 0.25)])
def test_progress_stays_between_nothing_and_all(given: float, kept: float) -> None:
    job = make_job(kind=COUNT, status="RUNNING")

    JobContext(job).progress(given, "x" * 500)

    job.refresh_from_db()
    assert (job.progress_frac, job.step) == (kept, "x" * 200)


@pytest.mark.django_db
def test_each_written_progress_is_a_sign_of_life() -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    job = make_job(kind=COUNT, status="RUNNING", heartbeat_at=long_ago)

    JobContext(job).progress(0.5, "Half")

    job.refresh_from_db()
    assert job.heartbeat_at is not None
    assert timezone.now() - job.heartbeat_at < timedelta(seconds=10)


@pytest.mark.django_db
def test_an_expected_failure_keeps_its_code_and_message() -> None:
    job = run(kind=REFUSE)

    assert (job.status, job.error_code, job.error_message) == (
        "FAILED",
        "BAD_INPUT",
        "There is nothing to do.",
    )
    assert "Looked at it." in job.log
    assert "Failed: There is nothing to do." in job.log
    assert job.finished_at is not None


@pytest.mark.django_db
def test_an_unexpected_failure_is_logged_and_told(caplog: pytest.LogCaptureFixture) -> None:
    job = run(kind=BREAK)

    assert (job.status, job.error_code) == ("FAILED", "INTERNAL_ERROR")
    assert job.error_message == "ZeroDivisionError: division by zero"
    assert any(record.exc_info for record in caplog.records)


@pytest.mark.django_db
def test_a_lost_database_is_told_by_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def fall_over(context: JobContext) -> dict[str, Any]:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(connection, "close", lambda: None)  # it holds this test's transaction
    monkeypatch.setitem(_KINDS, BREAK, JobKind(name=BREAK, handler=fall_over, max_attempts=3))

    job = run(kind=BREAK)

    assert (job.status, job.error_code) == ("FAILED", "DATABASE_UNAVAILABLE")


@pytest.mark.django_db
def test_a_job_without_a_handler_fails() -> None:
    job = run(kind="no.such.kind")

    assert (job.status, job.error_code) == ("FAILED", "INTERNAL_ERROR")
    assert "no.such.kind" in job.error_message


@pytest.mark.django_db
def test_a_job_of_an_unknown_kind_is_not_even_created() -> None:
    with pytest.raises(LookupError, match=r"no\.such\.kind"):
        services.create_job(kind="no.such.kind", title="x", inputs={}, owner=None)

    assert Job.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"])
def test_a_job_that_is_not_queued_is_left_alone(status: str) -> None:
    job = run(kind=COUNT, inputs={"steps": 1}, status=status)

    assert (job.status, job.attempt, job.log) == (status, 0, "")


@pytest.mark.django_db
def test_a_job_that_was_deleted_is_nobodys_business() -> None:
    services.run_job(uuid.uuid4())

    assert Job.objects.count() == 0


@pytest.mark.django_db
def test_a_job_cancelled_while_queued_is_never_run(operator: User) -> None:
    job = make_job(kind=COUNT, inputs={"steps": 1}, owner=operator)

    cancelled = services.cancel_job(job_id=job.pk, user=operator)
    services.run_job(job.pk)

    assert cancelled.status == "CANCELLED"
    job.refresh_from_db()
    assert (job.status, job.attempt, job.is_cancel_requested) == ("CANCELLED", 0, False)
    assert job.finished_at is not None


@pytest.mark.django_db(transaction=True)
def test_a_running_job_stops_within_a_second_of_its_cancellation(operator: User) -> None:
    job = make_job(kind=SLOW, inputs={"seconds": 20}, owner=operator)
    thread = threading.Thread(target=in_thread, args=(job.pk,))
    thread.start()
    wait_for(job, JobStatus.RUNNING)
    began = time.monotonic()

    returned = services.cancel_job(job_id=job.pk, user=operator)
    thread.join(timeout=10)

    assert time.monotonic() - began < 1.5
    assert (returned.status, returned.is_cancel_requested) == ("RUNNING", True)
    job.refresh_from_db()
    assert (job.status, job.error_code) == ("CANCELLED", "")
    assert job.log.splitlines()[-1].endswith("Cancelled.")


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_claims_the_job() -> None:
    jobs = [make_job(kind=COUNT, inputs={"steps": 1}) for _ in range(10)]
    start = threading.Barrier(2)

    def work() -> None:
        start.wait(timeout=10)
        for job in jobs:
            in_thread(job.pk, close=False)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    found = Job.objects.all()
    assert {(job.status, job.attempt) for job in found} == {("SUCCEEDED", 1)}
    assert all(job.log.count("Started") == 1 for job in found)


@pytest.mark.django_db
def test_a_handler_learns_that_its_row_was_taken_away(operator: User) -> None:
    job = make_job(kind=COUNT, status="RUNNING")
    context = JobContext(job)
    Job.objects.filter(pk=job.pk).update(status="FAILED")

    with pytest.raises(JobCancelled):
        context.check_cancelled()


@pytest.mark.django_db
def test_nobody_cancels_the_job_of_another_without_the_permission(
    viewer: User, operator: User, make_user: Any
) -> None:
    job = make_job(kind=COUNT, owner=operator)

    with pytest.raises(NotFound) as refused:
        services.cancel_job(job_id=job.pk, user=viewer)

    assert refused.value.field == "jobId"
    job.refresh_from_db()
    assert (job.status, job.is_cancel_requested) == ("QUEUED", False)
    admin = make_user(roles=("admin",))
    assert services.cancel_job(job_id=job.pk, user=admin).status == "CANCELLED"


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "CANCELLED"])
def test_a_finished_job_stays_as_it_is(operator: User, status: str) -> None:
    finished_at = timezone.now() - timedelta(hours=1)
    job = make_job(kind=COUNT, owner=operator, status=status, finished_at=finished_at)

    services.cancel_job(job_id=job.pk, user=operator)

    job.refresh_from_db()
    assert (job.status, job.finished_at, job.is_cancel_requested) == (status, finished_at, False)


def lost(**fields: Any) -> Job:
    """Return a running job whose worker gave its last sign of life a minute and a half ago."""
    gone = timezone.now() - timedelta(seconds=90)
    defaults = {
        "kind": COUNT,
        "inputs": {"steps": 1},
        "status": "RUNNING",
        "attempt": 1,
        "heartbeat_at": gone,
    }
    return make_job(**{**defaults, **fields})


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[uuid.UUID]:
    """Return the jobs sent to the queue, which nobody carries."""
    ids: list[uuid.UUID] = []
    monkeypatch.setattr(services, "send", ids.append)
    return ids


@pytest.mark.django_db
def test_a_lost_job_is_begun_anew_until_its_attempts_are_used_up(sent: list[uuid.UUID]) -> None:
    job = lost(attempt=2)

    assert services.recover_lost_jobs() == 1

    job.refresh_from_db()
    assert (job.status, job.attempt) == ("QUEUED", 2)
    assert sent == [job.pk]
    services.run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempt) == ("SUCCEEDED", 3)

    given_up = lost(attempt=3)
    assert services.recover_lost_jobs() == 1
    given_up.refresh_from_db()
    assert (given_up.status, given_up.error_code) == ("FAILED", "WORKER_LOST")
    assert "3 times" in given_up.error_message
    assert sent == [job.pk]


@pytest.mark.django_db
def test_a_lost_job_that_may_be_tried_once_is_given_up(sent: list[uuid.UUID]) -> None:
    job = lost(kind=ONCE)

    services.recover_lost_jobs()

    job.refresh_from_db()
    assert (job.status, job.error_code, sent) == ("FAILED", "WORKER_LOST", [])


@pytest.mark.django_db
def test_a_lost_job_that_was_to_be_cancelled_is_cancelled(sent: list[uuid.UUID]) -> None:
    job = lost(is_cancel_requested=True)

    services.recover_lost_jobs()

    job.refresh_from_db()
    assert (job.status, sent) == ("CANCELLED", [])


@pytest.mark.django_db
def test_living_and_finished_jobs_are_not_touched(sent: list[uuid.UUID]) -> None:
    lost(heartbeat_at=timezone.now() - timedelta(seconds=30))
    lost(status="SUCCEEDED")
    make_job(kind=COUNT)

    assert services.recover_lost_jobs() == 0
    assert sent == []


@pytest.mark.django_db
def test_a_job_that_never_reached_the_queue_is_sent_again(sent: list[uuid.UUID]) -> None:
    old = timezone.now() - timedelta(seconds=120)
    unsent = make_job(kind=COUNT, created_at=old)
    begun_anew_long_ago = lost(status="QUEUED", created_at=old, heartbeat_at=old)
    begun_anew_now = lost(status="QUEUED", created_at=old, heartbeat_at=timezone.now())

    services.recover_lost_jobs()

    assert set(sent) == {unsent.pk, begun_anew_long_ago.pk}
    assert begun_anew_now.pk not in sent


@pytest.mark.django_db(transaction=True)
def test_a_job_that_reports_nothing_still_gives_signs_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def silent(context: JobContext) -> dict[str, Any]:
        for _ in range(3):
            time.sleep(0.2)
            seen.append(Job.objects.values_list("heartbeat_at", flat=True).get(pk=context.job_id))
        return {}

    monkeypatch.setattr(heartbeat, "BEAT_EVERY_S", 0.05)
    monkeypatch.setitem(_KINDS, COUNT, JobKind(name=COUNT, handler=silent, max_attempts=1))

    job = run(kind=COUNT)

    assert job.status == "SUCCEEDED"
    assert seen[0] < seen[1] < seen[2]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("heartbeat-")]


@pytest.mark.django_db(transaction=True)
async def test_a_subscription_finds_a_change_whose_news_was_lost(
    monkeypatch: pytest.MonkeyPatch, operator: User
) -> None:
    class Deaf:
        async def wait(self, timeout_s: float) -> set[uuid.UUID]:
            await asyncio.sleep(timeout_s)
            return set()

    monkeypatch.setattr(schema, "MIN_INTERVAL_S", 0.01)
    monkeypatch.setattr(schema, "IDLE_RECHECK_S", 0.05)
    job = await sync_to_async(make_job)(kind=COUNT)
    statuses = []

    async for found in schema._follow_one(Deaf(), operator, job.pk):
        statuses.append(found.status)
        if len(statuses) == 2:
            await Job.objects.filter(pk=job.pk).aupdate(status="SUCCEEDED")

    assert statuses == ["QUEUED", "QUEUED", "SUCCEEDED"]


@pytest.mark.django_db(transaction=True)
def test_without_redis_the_job_fails_at_once_and_nothing_else_happens(dead_queue: None) -> None:
    began = time.monotonic()

    with pytest.raises(QueueUnavailable) as refused:
        services.create_job(kind=COUNT, title="Count", inputs={"steps": 1}, owner=None)

    assert time.monotonic() - began < 3.0
    assert refused.value.code == "QUEUE_UNAVAILABLE"
    job = Job.objects.get()
    assert (job.status, job.error_code, job.attempt) == ("FAILED", "QUEUE_UNAVAILABLE", 0)
    assert "Nothing was started" in job.error_message
    services.run_job(job.pk)
    job.refresh_from_db()
    assert job.status == "FAILED"


def in_thread(job_id: uuid.UUID, *, close: bool = True) -> None:
    services.run_job(job_id)
    if close:
        connection.close()


def wait_for(job: Job, status: JobStatus, timeout_s: float = 10.0) -> None:
    deadline = time.monotonic() + timeout_s
    while Job.objects.get(pk=job.pk).status != status:
        assert time.monotonic() < deadline, f"{job} did not become {status}"
        time.sleep(0.05)
