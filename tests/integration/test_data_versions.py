"""The versions of tables, with real connections: others after every change, and nobody waits for them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest
from django.db import connection, transaction

from grid import models
from grid.selectors.data_versions import data_versions
from grid.services.data_changes import fold_changes
from tests.factories.grid import make_outage, make_transformer

OUTAGES, UNITS = "grid_outage", "grid_transformer"
CHANGE = {
    OUTAGES: "UPDATE grid_outage SET customers_out = customers_out + 1 WHERE id = %s",
    UNITS: "UPDATE grid_transformer SET rated_kva = rated_kva + 1 WHERE id = %s",
}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def connect() -> Iterator[Callable[[], psycopg.Connection]]:
    with ExitStack() as opened:

        def another() -> psycopg.Connection:
            session = opened.enter_context(psycopg.connect(**connection.get_connection_params()))
            session.execute("SET lock_timeout = '2s'")
            session.commit()
            return session

        yield another


def versions() -> tuple[int, int]:
    found = data_versions((OUTAGES, UNITS))
    assert found is not None
    return found[0], found[1]


def test_two_transactions_that_change_two_tables_in_opposite_order_do_not_wait(
    connect: Callable[[], psycopg.Connection],
) -> None:
    outages = [make_outage().pk for _ in range(2)]
    units = [make_transformer().pk for _ in range(2)]
    one, other = connect(), connect()
    seen = [versions()]

    one.execute(CHANGE[OUTAGES], [outages[0]])
    other.execute(CHANGE[UNITS], [units[1]])
    one.execute(CHANGE[UNITS], [units[0]])
    other.execute(CHANGE[OUTAGES], [outages[1]])
    seen.append(versions())
    other.commit()
    seen.append(versions())
    one.commit()
    seen.append(versions())

    assert seen[0] == seen[1], "a change must not be seen before it is committed"
    for table in range(2):
        assert len({each[table] for each in seen[1:]}) == 3, "each commit makes another version"


def test_the_order_in_which_transactions_end_hides_no_change(
    connect: Callable[[], psycopg.Connection],
) -> None:
    outages = [make_outage().pk for _ in range(3)]
    sessions = [connect() for _ in outages]
    for session, key in zip(sessions, outages, strict=True):
        session.execute(CHANGE[OUTAGES], [key])

    seen = {versions()[0]}
    for session in reversed(sessions):
        session.commit()
        seen.add(versions()[0])

    assert len(seen) == 4


def test_a_change_that_was_rolled_back_leaves_no_version_that_comes_again() -> None:
    outage = make_outage()
    before = versions()[0]

    seen = []
    for keeps in (False, True):
        with transaction.atomic():
            models.Outage.objects.filter(pk=outage.pk).update(customers_out=3)
            seen.append(versions()[0])
            transaction.set_rollback(not keeps)
        seen.append(versions()[0])

    undone, after_undoing, kept, after_keeping = seen
    assert after_undoing == before
    assert kept == after_keeping
    assert len({before, undone, kept}) == 3


@pytest.mark.parametrize("table", [OUTAGES, UNITS])
def test_every_kind_of_change_makes_another_version(table: str) -> None:
    model = {OUTAGES: models.Outage, UNITS: models.Transformer}[table]
    make = {OUTAGES: make_outage, UNITS: make_transformer}[table]
    at = (OUTAGES, UNITS).index(table)
    seen = [versions()[at]]

    row = make()
    seen.append(versions()[at])
    model.objects.filter(pk=row.pk).update(zone=None)
    seen.append(versions()[at])
    row.delete()
    seen.append(versions()[at])
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")
    seen.append(versions()[at])

    assert len(set(seen)) == 5


def test_a_statement_that_touches_no_row_of_a_live_table_changes_no_version() -> None:
    make_outage()
    before = versions()[0]

    models.Outage.objects.filter(pk="OUT-OF-NONE").update(customers_out=1)
    models.Outage.objects.filter(pk="OUT-OF-NONE").delete()

    assert versions()[0] == before


def test_folding_marks_changes_no_version_and_waits_for_nobody(
    connect: Callable[[], psycopg.Connection],
) -> None:
    outages = [make_outage().pk for _ in range(3)]
    for key in outages:
        models.Outage.objects.filter(pk=key).update(customers_out=2)
    at_work, folding = connect(), connect()
    at_work.execute(CHANGE[OUTAGES], [outages[0]])
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid FROM grid_datachange WHERE table_name = %s LIMIT 1", [OUTAGES])
        (place,) = cursor.fetchone()
    folding.execute("SELECT FROM grid_datachange WHERE ctid = %s FOR UPDATE", [place])
    before = versions()

    fold_changes()

    assert versions() == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM grid_datachange WHERE table_name = %s", [OUTAGES])
        assert cursor.fetchone() == (2,)  # the one that somebody else is folding, and the others as one
    folding.rollback()
    fold_changes()
    assert versions() == before
    at_work.commit()
    assert versions()[0] != before[0]
    assert versions()[1] == before[1]


def test_the_old_way_of_keeping_versions_would_have_waited(
    connect: Callable[[], psycopg.Connection],
) -> None:
    """One row for each table is what two transactions wait for: the test above can fail."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE version_of (name text PRIMARY KEY, version int)")
        cursor.execute("INSERT INTO version_of VALUES ('a', 1), ('b', 1)")
    try:
        one, other = connect(), connect()
        one.execute("UPDATE version_of SET version = 2 WHERE name = 'a'")
        other.execute("UPDATE version_of SET version = 2 WHERE name = 'b'")
        one.execute("SET LOCAL lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            one.execute("UPDATE version_of SET version = 2 WHERE name = 'b'")
        one.rollback()
        other.rollback()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE version_of")
