"""Batches on real workers: shared by two, one of which is killed, begun anew, and cancelled."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import TransactionTestCase
from django.utils import timezone

from cascade.models import CascadeBatch
from cascade.selectors.contingencies import report_of
from cascade.selectors.influence import influence_of
from cascade.services import batch_job
from cascade.services.batches import start_batch
from cascade.services.contingencies import BatchKind, Choice
from flux_site.jobs import services
from flux_site.jobs.models import Job
from tests.quick_flush import empty_tables
from tests.servers import chunk_gates
from tests.servers.chunk_gates import shut_gates
from tests.servers.processes import Process
from tests.servers.worker import worker
from tests.small_network import SmallNetwork, make_small_network

QUEUE_KEYS = ("flux", "unacked", "unacked_index", "unacked_mutex")
CHUNKS = 4

pytestmark = [
    pytest.mark.integration,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("own_stores", "synced"),
]


@pytest.fixture(scope="module", autouse=True)
def quick_flush() -> Iterator[None]:
    """End the tests that commit quickly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield


@pytest.fixture(autouse=True)
def empty_queue() -> Iterator[None]:
    """Leave no message of another test, before and after."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete(*QUEUE_KEYS)
        yield
        client.delete(*QUEUE_KEYS)


@pytest.fixture(scope="module")
def spare() -> Iterator[Callable[[], Process]]:
    """Return a function that returns a worker, the same for all tests of this module."""
    with ExitStack() as stack:
        started: list[Process] = []

        def living() -> Process:
            if not started:
                started.append(stack.enter_context(gated_worker()))
            return started[0]

        yield living


@pytest.fixture
def network(synced: None) -> SmallNetwork:
    """Return the small network."""
    return make_small_network()


def pairs(user: User, count: int = 2_000, **options: Any) -> CascadeBatch:
    """Queue drawn pairs: four chunks of 500."""
    return start_batch(
        kind=BatchKind.N2_RANDOM, choice=Choice(count=count, seed=9), options=options, user=user
    )


def until(is_so: Callable[[], bool], timeout_s: float = 60.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.02)


def status(batch: CascadeBatch) -> str:
    return Job.objects.values_list("status", flat=True).get(pk=batch.job_id)


def taken() -> int:
    """Count the chunks that workers hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted",
            [batch_job.LOCK_CLASS],
        )
        return int(cursor.fetchone()[0])


@pytest.fixture
def alone(network: SmallNetwork, planner: User, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any, Any]:
    """Return what comes of the pairs if one process does it all."""
    with monkeypatch.context() as patch:
        patch.setattr(batch_job, "_call_helpers", lambda *_: None)
        batch = pairs(planner)
        services.run_job(batch.job_id)
    return outcome(batch)


def outcome(batch: CascadeBatch) -> tuple[Any, Any, Any]:
    found = CascadeBatch.objects.get(pk=batch.pk)
    report, influence = report_of(batch.pk), influence_of(batch.pk)
    assert report is not None
    assert influence is not None
    return report.to_pylist(), influence.to_pylist(), found.statistics


def gated_worker() -> Any:
    return worker(**{chunk_gates.VARIABLE: "1"})


def done(batch: CascadeBatch) -> list[int]:
    return list(batch.chunks.order_by("number").values_list("number", flat=True))


def test_two_workers_both_killed_and_a_third_give_what_one_gives(
    alone: tuple[Any, Any, Any], planner: User, spare: Callable[[], Process]
) -> None:
    with shut_gates(CHUNKS) as gates:
        with gated_worker() as leader:
            batch = pairs(planner)
            leader.wait_until(lambda: taken() == 1)
            with gated_worker() as helper:
                helper.wait_until(lambda: taken() == 2)
                gates.open(1)
                until(lambda: done(batch) == [1] and taken() == 2)
                helper.kill()  # it holds the third chunk
            until(lambda: taken() == 1)
            gates.open(0)
            until(lambda: done(batch) == [0, 1] and taken() == 1)
            assert status(batch) == "RUNNING"
            leader.kill()  # now it holds the third
        until(lambda: taken() == 0)
        Job.objects.filter(pk=batch.job_id).update(heartbeat_at=timezone.now() - timedelta(seconds=61))
        assert services.recover_lost_jobs() == 1
        gates.open(2, 3)
        spare()
        until(lambda: status(batch) in ("SUCCEEDED", "FAILED"))

    job = Job.objects.get(pk=batch.job_id)
    assert (job.status, job.attempt) == ("SUCCEEDED", 2)
    assert f"2 of {CHUNKS} chunks were finished before." in job.log
    assert done(batch) == [0, 1, 2, 3]
    assert outcome(batch) == alone


def test_a_batch_on_two_workers_stops_within_a_second_of_its_cancellation(
    network: SmallNetwork, planner: User, spare: Callable[[], Process]
) -> None:
    spare()
    with worker():
        batch = pairs(planner, count=100_000, hidden_failures={"defect_prob": 0.5})
        until(lambda: len(done(batch)) >= 2 and taken() == 2)
        began = time.monotonic()

        services.cancel_job(job_id=batch.job_id, user=planner)

        until(lambda: status(batch) == "CANCELLED" and taken() == 0)
        assert time.monotonic() - began < 1.5
    assert CascadeBatch.objects.get(pk=batch.pk).report is None
