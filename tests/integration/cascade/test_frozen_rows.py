"""Frozen inputs are removed when nothing refers to them, and never under a run that is being started."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.utils import timezone

from cascade.engine.scenarios.spec import ScenarioSpec
from cascade.models import CascadeRun, FrozenInputs, FrozenNetwork
from cascade.services.freezing import freeze
from cascade.services.frozen_rows import tidy
from cascade.services.runs import start_run
from cascade.tasks import tidy as tidy_task
from flux_site.jobs.services import run_job
from tests.factories.cascade import make_batch, make_frozen_inputs, make_run
from tests.quick_flush import empty_tables
from tests.small_network import SmallNetwork

OLD = timedelta(days=settings.CASCADE_INPUTS_KEEP_DAYS, minutes=1)
SPEC = ScenarioSpec(outages=("BR-9012",))


@pytest.fixture(scope="module", autouse=True)
def quick_flush() -> Iterator[None]:
    """End the tests that commit quickly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield


def age(by: timedelta = OLD) -> None:
    """Make all frozen rows older."""
    for model in (FrozenInputs, FrozenNetwork):
        model.objects.update(created_at=timezone.now() - by)


def counts() -> tuple[int, int]:
    return FrozenInputs.objects.count(), FrozenNetwork.objects.count()


def test_what_no_run_or_batch_refers_to_is_removed_once_it_is_old(
    small_network: SmallNetwork, planner: User
) -> None:
    used = start_run(outages=["BR-9012"], user=planner)
    unused = start_run(outages=["BR-9014"], user=planner)
    unused.delete()
    age(OLD - timedelta(minutes=2))
    assert tidy() == {"inputs": 0, "networks": 0}

    age()
    # the other still needs the network; there are no files of learning
    assert tidy_task() == {"inputs": 1, "networks": 0, "trainings": 0, "datasets": 0}

    assert set(FrozenInputs.objects.values_list("pk", flat=True)) == {used.inputs_id}
    used.delete()
    assert tidy() == {"inputs": 1, "networks": 1}
    assert counts() == (0, 0)


def test_what_a_batch_or_an_unfinished_run_needs_stays(db: None) -> None:
    make_batch(inputs=make_frozen_inputs(digest="1" * 64))
    make_run(inputs=make_frozen_inputs(digest="2" * 64))
    make_frozen_inputs(digest="3" * 64)
    FrozenNetwork.objects.create(digest="9" * 64, interconnect="Texas", data=b"")
    age()

    tidy()

    assert set(FrozenInputs.objects.values_list("pk", flat=True)) == {"1" * 64, "2" * 64}
    assert set(FrozenNetwork.objects.values_list("pk", flat=True)) == {"b" * 64}


def test_more_than_one_round(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cascade.services.frozen_rows.AT_ONCE", 2)
    for number in range(5):
        make_frozen_inputs(digest=f"{number}" * 64)
    make_run(inputs=FrozenInputs.objects.get(pk="1" * 64))
    age()

    assert tidy() == {"inputs": 4, "networks": 0}


def in_thread(work: Any) -> tuple[Thread, list[Any]]:
    """Start work on a connection of its own; its result, or what it raised, comes in the list."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(work())
        except Exception as error:  # noqa: BLE001 - the test looks at it
            found.append(error)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread, found


def is_waited_for() -> bool:
    """Return whether another session waits for a lock of this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks "
            "WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_inputs_that_a_run_is_about_to_take_are_left(small_network: SmallNetwork, planner: User) -> None:
    freeze(interconnect="Texas", spec=SPEC)
    age()
    with transaction.atomic():
        held = freeze(interconnect="Texas", spec=SPEC)
        thread, found = in_thread(tidy)
        thread.join(timeout=20)
        run = make_run(inputs=held)

    assert found == [{"inputs": 0, "networks": 0}]
    assert CascadeRun.objects.get(pk=run.pk).inputs == held


@pytest.mark.django_db(transaction=True)
def test_a_run_that_starts_while_its_inputs_are_removed_freezes_them_anew(
    small_network: SmallNetwork, planner: User
) -> None:
    old = freeze(interconnect="Texas", spec=SPEC)
    age()
    with transaction.atomic():
        assert tidy() == {"inputs": 1, "networks": 1}
        thread, found = in_thread(lambda: start_run(outages=["BR-9012"], user=planner))
        deadline = time.monotonic() + 20.0
        while not is_waited_for():
            assert time.monotonic() < deadline, found
            time.sleep(0.02)
    thread.join(timeout=20)

    (run,) = found
    assert isinstance(run, CascadeRun), run
    assert (run.inputs_id, counts()) == (old.pk, (1, 1))
    assert run.inputs.created_at > timezone.now() - timedelta(minutes=5)
    run_job(run.job_id)
    run.refresh_from_db()
    assert run.tripped_count == 1
