"""Jobs carried out by a real worker, and found again when it is killed."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from flux_site.jobs import services
from flux_site.jobs.models import Job
from tests.servers.environment import redis_url
from tests.servers.job_kinds import COUNT, REFUSE, SLOW
from tests.servers.processes import Process
from tests.servers.proxy import TcpProxy
from tests.servers.worker import worker

QUEUE_KEYS = ("flux", "unacked", "unacked_index", "unacked_mutex")

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def empty_queue() -> Iterator[redis.Redis]:
    """Return the tests' Redis without any message, before and after."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete(*QUEUE_KEYS)
        yield client
        client.delete(*QUEUE_KEYS)


@pytest.fixture(scope="module")
def redis_door() -> Iterator[TcpProxy]:
    """Return the proxy through which this module's workers reach Redis."""
    proxy = TcpProxy(int(settings.REDIS_URL.rpartition(":")[2].partition("/")[0]))
    yield proxy
    proxy.cut()


@pytest.fixture(scope="module")
def workers(redis_door: TcpProxy) -> Iterator[Callable[[], Process]]:
    """Return a function that returns a living worker, the one of the test before if it still lives."""
    started: list[Process] = []
    with ExitStack() as stack:

        def living() -> Process:
            if not started or not started[-1].is_running:
                address = redis_url(port=redis_door.port)
                started.append(stack.enter_context(worker(pool="prefork", FLUX_REDIS_URL=address)))
            return started[-1]

        yield living


@pytest.fixture
def living_worker(workers: Callable[[], Process], transactional_db: None) -> Process:
    """Return a running worker."""
    return workers()


def queue(kind: str, owner: User | None = None, **inputs: Any) -> Job:
    return services.create_job(kind=kind, title="Test", inputs=inputs, owner=owner)


def wait_for(job: Job, *statuses: str, timeout_s: float = 30.0) -> Job:
    deadline = time.monotonic() + timeout_s
    while (found := Job.objects.get(pk=job.pk)).status not in statuses:
        assert time.monotonic() < deadline, f"{found} did not become {statuses}"
        time.sleep(0.05)
    return found


def test_a_worker_carries_a_job_out(living_worker: Process) -> None:
    done = wait_for(queue(COUNT, steps=3), "SUCCEEDED", "FAILED")

    assert (done.status, done.counts, done.attempt, done.progress_frac) == ("SUCCEEDED", {"steps": 3}, 1, 1.0)
    assert done.log.count("Did step") == 3


def test_a_worker_outlives_a_failing_job(living_worker: Process) -> None:
    assert wait_for(queue(REFUSE), "FAILED").error_code == "BAD_INPUT"
    assert wait_for(queue(COUNT, steps=1), "SUCCEEDED").attempt == 1


def test_a_job_on_a_worker_stops_within_a_second_of_its_cancellation(
    living_worker: Process, operator: User
) -> None:
    job = wait_for(queue(SLOW, operator, seconds=30), "RUNNING")
    began = time.monotonic()

    services.cancel_job(job_id=job.pk, user=operator)

    assert wait_for(job, "CANCELLED").error_code == ""
    assert time.monotonic() - began < 1.5


def test_a_worker_goes_on_when_redis_comes_back(living_worker: Process, redis_door: TcpProxy) -> None:
    wait_for(queue(COUNT, steps=1), "SUCCEEDED")

    redis_door.cut()
    time.sleep(1.0)
    waiting = queue(COUNT, steps=2)
    time.sleep(1.0)
    assert Job.objects.get(pk=waiting.pk).status == "QUEUED"
    redis_door.restore()

    assert wait_for(waiting, "SUCCEEDED").counts == {"steps": 2}
    assert living_worker.is_running


def test_the_job_of_a_killed_worker_is_found_and_carried_out_by_another(
    living_worker: Process, workers: Callable[[], Process]
) -> None:
    job = queue(SLOW, seconds=60)
    while not Job.objects.get(pk=job.pk).step:
        time.sleep(0.05)
    living_worker.kill()
    assert Job.objects.get(pk=job.pk).status == "RUNNING"
    assert services.recover_lost_jobs() == 0
    long_ago = timezone.now() - timedelta(seconds=61)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=long_ago, inputs={"seconds": 0.3})

    assert services.recover_lost_jobs() == 1
    assert Job.objects.get(pk=job.pk).status == "QUEUED"
    assert workers() is not living_worker
    done = wait_for(job, "SUCCEEDED")

    assert (done.attempt, done.counts) == (2, {"attempt": 2})
    assert "Started, attempt 1." in done.log
    assert "Started, attempt 2." in done.log
