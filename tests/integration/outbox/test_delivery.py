"""Edits reach the warehouse in order, each counted once, whatever dies on the way."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid import models
from grid.selectors.warehouse import get_warehouse
from grid.services import outbox
from grid.services.outbox import Action, delivering
from grid.services.outbox.streams import this_stream
from grid.warehouse import SchemaMismatch, Warehouse, WarehouseUnavailable
from grid.warehouse.tables import operator_edits
from grid.warehouse.tables.operator_edits import latest_rows
from tests.servers.environment import environment
from tests.servers.processes import Process

pytestmark = pytest.mark.integration

KIND = "test.note"


def edit(key: str, text: str | None, *, action: Action | None = None) -> models.OutboxEvent:
    chosen = action or (Action.DELETE if text is None else Action.UPDATE)
    with transaction.atomic():
        return outbox.record(
            kind=KIND,
            key=key,
            action=chosen,
            payload=None if text is None else {"text": text},
            actor=None,
        )


def numbers(warehouse: Warehouse) -> list[int]:
    rows = warehouse.select_rows(
        sa.select(operator_edits.c.edit_number).order_by(operator_edits.c.edit_number)
    )
    return [row["edit_number"] for row in rows]


class Faulty:
    """A warehouse whose append fails before or after its commit, as long as told."""

    def __init__(self, real: Warehouse) -> None:
        self.real = real
        self.before: Exception | None = None
        self.after: BaseException | None = None
        self.refuses: str | None = None

    def append(self, table: Any, data: Any, batch_id: str) -> int:
        if self.before is not None:
            raise self.before
        if self.refuses is not None and self.refuses in data.column("row_key").to_pylist():
            raise SchemaMismatch(table=table.fullname, column="payload", problem="is refused")
        written = self.real.append(table, data, batch_id)
        if self.after is not None:
            raise self.after
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


class Killed(BaseException):
    """The process dies here."""


def test_edits_arrive_once_and_in_order(committing: None, warehouse: Warehouse) -> None:
    made = [edit(f"{n % 3}", f"text {n}") for n in range(7)]

    assert outbox.deliver() == 7
    assert outbox.deliver() == 0

    assert numbers(warehouse) == [event.sequence for event in made]
    assert not models.OutboxEvent.objects.pending().exists()
    row = warehouse.select_rows(sa.select(operator_edits).where(operator_edits.c.edit_number == made[0].pk))
    assert row == [
        {
            "stream_id": this_stream(),
            "edit_number": made[0].pk,
            "row_kind": KIND,
            "row_key": "0",
            "action": "UPDATE",
            "payload": '{"text": "text 0"}',
            "actor": None,
            "recorded_at": made[0].recorded_at.replace(tzinfo=None),
        }
    ]


def test_an_edit_rolled_back_is_never_delivered(committing: None, warehouse: Warehouse) -> None:
    def fails() -> None:
        with transaction.atomic():
            outbox.record(kind=KIND, key="1", action=Action.INSERT, payload={}, actor=None)
            raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        fails()

    assert not models.OutboxEvent.objects.exists()
    assert outbox.deliver() == 0
    assert warehouse.version(operator_edits) is None


def test_recording_outside_a_transaction_is_a_defect(committing: None) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        outbox.record(kind=KIND, key="1", action=Action.INSERT, payload={}, actor=None)


def test_a_delivery_that_died_after_the_commit_is_found_again(committing: None, warehouse: Warehouse) -> None:
    edit("1", "a")
    edit("2", "b")
    faulty = Faulty(warehouse)
    faulty.after = Killed()
    with pytest.raises(Killed):
        outbox.deliver(faulty)
    edit("3", "c")
    assert models.OutboxEvent.objects.pending().count() == 3

    faulty.after = None
    assert outbox.deliver(faulty) == 3

    assert len(numbers(warehouse)) == 3
    assert not models.OutboxEvent.objects.pending().exists()


KILLED = """
import os, signal, sys
import django
django.setup()
from grid.selectors.warehouse import get_warehouse
from grid.services import outbox
warehouse = get_warehouse()
real = warehouse.append
def append(table, data, batch_id):
    if sys.argv[1] == "after":
        real(table, data, batch_id)
    os.kill(os.getpid(), signal.SIGKILL)
warehouse.append = append
outbox.deliver()
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_worker_killed_around_the_commit_leaves_nothing_undone(
    committing: None, warehouse: Warehouse, moment: str
) -> None:
    made = [edit("1", "a"), edit("2", "b")]
    process = Process(["-c", KILLED, moment], environment())
    process.process.wait(timeout=60)
    assert process.process.returncode == -9, process.log.read_text()[-3000:]
    assert (warehouse.version(operator_edits) is None) == (moment == "before")
    assert models.OutboxEvent.objects.pending().count() == 2
    made.append(edit("3", "c"))

    assert delivered_in_time() == 3

    assert numbers(warehouse) == [event.sequence for event in made]
    assert not models.OutboxEvent.objects.pending().exists()


def delivered_in_time() -> int:
    """Deliver, once PostgreSQL has noticed that the process that held the lock is gone."""
    for _ in range(100):
        if count := outbox.deliver():
            return count
        time.sleep(0.1)
    return 0


def test_edits_wait_while_the_warehouse_is_away(committing: None, warehouse: Warehouse) -> None:
    edit("1", "a")
    faulty = Faulty(warehouse)
    faulty.before = WarehouseUnavailable("nobody answers")

    assert outbox.deliver(faulty) == 0

    waiting = models.OutboxEvent.objects.pending().get()
    assert (waiting.attempts, waiting.last_error) == (1, "WAREHOUSE_UNAVAILABLE: nobody answers")
    faulty.before = None
    assert outbox.deliver(faulty) == 1
    waiting.refresh_from_db()
    assert waiting.last_error == ""


def test_a_refused_edit_holds_back_its_own_row_only(committing: None, warehouse: Warehouse) -> None:
    bad, other, later, good = edit("bad", "a"), edit("1", "b"), edit("bad", "c"), edit("2", "d")
    faulty = Faulty(warehouse)
    faulty.refuses = "bad"

    assert outbox.deliver(faulty) == 2

    assert numbers(warehouse) == [other.pk, good.pk]
    assert list(models.OutboxEvent.objects.pending()) == [bad, later]
    bad.refresh_from_db()
    assert "is refused" in bad.last_error
    assert bad.next_attempt_at is not None
    assert bad.next_attempt_at > timezone.now()
    assert outbox.deliver(faulty) == 0

    faulty.refuses = None
    models.OutboxEvent.objects.filter(pk=bad.pk).update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    assert outbox.deliver(faulty) == 2
    assert numbers(warehouse) == [bad.pk, other.pk, later.pk, good.pk]


def test_a_transaction_that_commits_late_is_not_skipped(committing: None, warehouse: Warehouse) -> None:
    begun, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            outbox.record(kind=KIND, key="slow", action=Action.INSERT, payload={"n": 1}, actor=None)
            begun.set()
            may_commit.wait(10)
        connection.close()

    def quick() -> None:
        edit("quick", "b")
        connection.close()

    first, second = threading.Thread(target=slow), threading.Thread(target=quick)
    first.start()
    begun.wait(10)
    second.start()
    assert outbox.deliver() == 0  # nothing is committed, and no number is taken behind the slow one
    may_commit.set()
    first.join()
    second.join()

    assert outbox.deliver() == 2
    keys = models.OutboxEvent.objects.order_by("sequence").values_list("key", flat=True)
    assert list(keys) == ["slow", "quick"]


def test_only_one_process_delivers(committing: None, warehouse: Warehouse) -> None:
    edit("1", "a")
    held, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        with delivering._only_one() as is_ours:
            assert is_ours
            held.set()
            may_end.wait(10)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    held.wait(10)
    assert outbox.deliver() == 0
    may_end.set()
    other.join()
    assert outbox.deliver() == 1


def test_a_copy_does_not_deliver_as_its_original(committing: None, warehouse: Warehouse) -> None:
    event = edit("1", "mine")
    assert outbox.deliver() == 1
    # The copy was taken before the delivery and goes its own way.
    models.OutboxEvent.objects.filter(pk=event.pk).update(
        delivered_at=None, batch_id="", attempts=0, payload={"text": "theirs"}
    )

    for _ in range(2):
        assert outbox.deliver() == 0

    event.refresh_from_db()
    assert event.last_error.startswith("OUTBOX_STREAM_TAKEN")
    assert event.delivered_at is None
    old = this_stream()
    assert outbox.begin_stream() != old
    assert outbox.deliver() == 1
    assert len(numbers(warehouse)) == 2


def test_a_database_put_back_to_an_older_state_is_noticed(committing: None, warehouse: Warehouse) -> None:
    """Two edits arrive as one batch; after the restore another edit takes the second number."""
    edit("1", "a")
    second = edit("2", "b")
    assert outbox.deliver() == 2
    models.OutboxEvent.objects.filter(pk=second.pk).update(
        key="3", delivered_at=None, batch_id="", attempts=0, payload={"text": "c"}
    )

    assert outbox.deliver() == 0

    assert models.OutboxEvent.objects.get(pk=second.pk).last_error.startswith("OUTBOX_STREAM_TAKEN")


def test_old_edits_are_removed_once_delivered(committing: None, warehouse: Warehouse, settings: Any) -> None:
    old, waiting = edit("1", "a"), edit("2", "b")
    newest = edit("3", "c")
    long_ago = timezone.now() - timedelta(days=settings.OUTBOX_KEEP_DAYS + 1)
    models.OutboxEvent.objects.exclude(pk=waiting.pk).update(delivered_at=long_ago)

    assert outbox.tidy() == 1

    assert set(models.OutboxEvent.objects.all()) == {waiting, newest}
    assert not models.OutboxEvent.objects.filter(pk=old.pk).exists()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.sampled_from("abc"), st.text("xyz", max_size=3)),
        st.tuples(st.just("delete"), st.sampled_from("abc"), st.none()),
        st.tuples(
            st.just("deliver"),
            st.sampled_from(["well", "away", "killed before", "killed after", "marks lost"]),
            st.none(),
        ),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_latest_state_in_the_warehouse_is_that_of_the_database(
    committing: None, warehouse: Warehouse, steps: list[tuple[str, str, str | None]]
) -> None:
    models.OutboxEvent.objects.all().delete()
    models.OutboxStream.objects.all().delete()  # a stream of its own for each example
    faulty = Faulty(get_warehouse())
    state: dict[str, str] = {}
    for step, name, text in steps:
        if step == "set":
            edit(name, text or "")
            state[name] = text or ""
        elif step == "delete":
            edit(name, None)
            state.pop(name, None)
        else:
            _deliver_badly(faulty, name)

    outbox.deliver(faulty)

    if models.OutboxEvent.objects.exists():
        rows = outbox.list_rows(stream_id=this_stream(), kind=KIND)
        assert {row.key: row.payload["text"] for row in rows} == state
    assert not models.OutboxEvent.objects.pending().exists()


def _deliver_badly(faulty: Faulty, how: str) -> None:
    faulty.before = {"away": WarehouseUnavailable("away")}.get(how)
    if how == "killed before":
        faulty.before = Killed()  # type: ignore[assignment]
    faulty.after = Killed() if how == "killed after" else None
    with suppress(Killed):
        outbox.deliver(faulty)
    if how == "marks lost":  # the warehouse committed, the marks in PostgreSQL did not
        newest = models.OutboxEvent.objects.order_by("-sequence").first()
        if newest is not None:
            batch = models.OutboxEvent.objects.filter(batch_id=newest.batch_id).exclude(batch_id="")
            batch.update(delivered_at=None)
    faulty.before = faulty.after = None


def test_the_select_of_the_latest_rows_counts_a_double_delivery_once(warehouse: Warehouse, db: None) -> None:
    from tests.integration.warehouse.rows import table_of

    names = ("stream_id", "edit_number", "row_key", "action", "payload")
    rows = [
        {"row_kind": KIND, **dict(zip(names, values, strict=True))}
        for values in (
            ("s", 1, "1", "INSERT", "{}"),
            ("s", 2, "1", "UPDATE", "[]"),
            ("s", 3, "2", "DELETE", None),
            ("t", 9, "1", "UPDATE", "0"),
        )
    ]
    warehouse.append(operator_edits, table_of(operator_edits, *rows, *rows[:2]), "b")

    found = warehouse.select_rows(latest_rows(stream_id="s", row_kind=KIND))

    assert [(row["row_key"], row["edit_number"], row["payload"]) for row in found] == [("1", 2, "[]")]
