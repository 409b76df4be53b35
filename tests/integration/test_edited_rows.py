"""After an edit a heatmap reads the rows edited alone, and is as if it had read all."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.utils import timezone

from grid import models
from grid.selectors.data_versions import data_marks, data_versions, told_changes
from grid.selectors.spatial import placed_rows, row_changes
from grid.selectors.spatial.clusters import SUBJECTS, Clustered, clusters
from grid.selectors.spatial.measures import MEASURES, HeatMeasure
from grid.services.data_changes import fold_changes
from tests.factories.computed import make_tree_risk
from tests.factories.grid import make_interruption, make_outage, make_work_order
from tests.integration.test_heat_rows import ask, assert_same, read_anew
from tests.scattered import Scattered, scatter, somewhere

pytestmark = pytest.mark.usefixtures("db", "own_stores", "synced")

EDITED = (HeatMeasure.OUTAGES, HeatMeasure.CUSTOMERS_OUT, HeatMeasure.TREE_RISK)
TREES = "grid_treerisk"


@pytest.fixture
def scattered() -> Scattered:
    placed_rows.forget_rows()
    return scatter(meters=60)


def at(rng: random.Random) -> Point:
    return Point(*somewhere(rng), srid=4326)


def grow(scattered: Scattered, rng: random.Random, count: int) -> None:
    """Create outages, each of a transformer, and trees."""
    for n in range(count):
        unit = scattered.transformers[n % len(scattered.transformers)]
        outage = make_outage(circuit=unit.circuit, location=at(rng))
        make_interruption(outage=outage, transformer=unit, customers=rng.randint(1, 9))
        make_tree_risk(circuit=unit.circuit, location=at(rng), customer_minutes_per_year=rng.uniform(0, 99))


def any_of(rows: Any, rng: random.Random) -> Any:
    return rows.filter(pk=rng.choice(sorted(rows.values_list("pk", flat=True)) or ["NONE"]))


def edits(scattered: Scattered, rng: random.Random) -> list[Callable[[], object]]:
    """Return what operators, jobs and syncs may do to these rows."""
    outages, trees = models.Outage.objects, models.TreeRisk.objects
    interruptions = models.OutageInterruption.objects
    some = sorted(outages.values_list("pk", flat=True))
    return [
        lambda: any_of(outages, rng).update(status=rng.choice(["RESTORED", "CREW_EN_ROUTE", "DETECTED"])),
        lambda: any_of(outages, rng).update(location=at(rng)),
        lambda: any_of(interruptions, rng).update(customers=rng.randint(1, 50)),
        lambda: any_of(interruptions, rng).update(restored_at=rng.choice([None, timezone.now()])),
        lambda: any_of(interruptions, rng).update(outage_id=rng.choice(some)),
        lambda: any_of(interruptions, rng).delete(),
        lambda: any_of(trees, rng).update(customer_minutes_per_year=rng.choice([None, 7.5])),
        lambda: any_of(trees, rng).update(zone=rng.choice([None, *scattered.zones])),
        lambda: any_of(trees, rng).delete(),
        lambda: grow(scattered, rng, 2),
        lambda: trees.update(height_m=9.0),
        lambda: models.Transformer.objects.filter(pk=scattered.transformers[0].pk).update(location=at(rng)),
        fold_changes,
    ]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_was_edited_the_answer_is_that_of_all_rows(
    scattered: Scattered, viewer: User, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = random.Random(seed)
    grow(scattered, rng, 12)
    read = dict.fromkeys(EDITED, 0)

    for _ in range(40):
        for edit in rng.sample(edits(scattered, rng), rng.randint(1, 3)):
            edit()
        for measure in EDITED:
            found, statements = ask(measure, viewer)
            assert_same(found, read_anew(measure, 7, None, viewer))
            table = MEASURES[measure].rows().model._meta.db_table
            read[measure] += any(f'FROM "{table}"' in sql and " IN (" in sql for sql in statements)

    assert all(count > 5 for count in read.values()), "most edits were read by themselves"


def test_an_edit_has_its_row_read_alone(scattered: Scattered, viewer: User) -> None:
    grow(scattered, random.Random(1), 8)
    before, _ = ask(HeatMeasure.TREE_RISK, viewer)
    tree = models.TreeRisk.objects.order_by("pk")[3]
    models.TreeRisk.objects.filter(pk=tree.pk).update(customer_minutes_per_year=1e6)

    after, statements = ask(HeatMeasure.TREE_RISK, viewer)

    reading = [sql for sql in statements if 'FROM "grid_treerisk"' in sql]
    assert len(reading) == 1
    assert '"grid_treerisk"."id" IN ' in reading[0]
    assert before.row_count == after.row_count == 8
    assert after.maximum is not None
    assert after.maximum >= 1e6
    again, statements = ask(HeatMeasure.TREE_RISK, viewer)
    assert again == after
    assert not [sql for sql in statements if "grid_treerisk" in sql and "datachange" not in sql]


def test_cells_of_other_rows_are_not_worked_out_again(
    scattered: Scattered, viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    import h3.api.numpy_int as h3

    grow(scattered, random.Random(2), 8)
    fold_changes()
    ask(HeatMeasure.TREE_RISK, viewer)
    any_of(models.TreeRisk.objects, random.Random(3)).update(height_m=3.0)
    asked: list[Any] = []
    to_cell = h3.latlng_to_cell
    monkeypatch.setattr(h3, "latlng_to_cell", lambda *place: asked.append(place) or to_cell(*place))

    ask(HeatMeasure.TREE_RISK, viewer)

    assert len(asked) == 1


def test_an_edit_that_is_undone_is_in_no_later_answer(scattered: Scattered, viewer: User) -> None:
    grow(scattered, random.Random(5), 8)
    fold_changes()
    before, _ = ask(HeatMeasure.TREE_RISK, viewer)
    keys = sorted(models.TreeRisk.objects.values_list("pk", flat=True))
    for is_asked_before in (True, False):
        if not is_asked_before:
            placed_rows.forget_rows()
        with transaction.atomic():
            models.TreeRisk.objects.filter(pk=keys[0]).update(customer_minutes_per_year=1e6)
            within, _ = ask(HeatMeasure.TREE_RISK, viewer)
            transaction.set_rollback(True)

        models.TreeRisk.objects.filter(pk=keys[1]).update(height_m=5.0)
        after, _ = ask(HeatMeasure.TREE_RISK, viewer)

        assert within.maximum is not None
        assert within.maximum >= 1e6
        assert_same(after, before)


def test_clusters_follow_edits_too(scattered: Scattered, viewer: User) -> None:
    orders = [make_work_order(location=Point(-95.3, 29.7, srid=4326)) for _ in range(4)]
    question: dict[str, Any] = {
        "of": Clustered.OPEN_WORK_ORDERS,
        "distance_m": 50.0,
        "min_points": 2,
        "area": None,
        "first": 5,
        "user": viewer,
    }
    assert clusters(**question).clusters[0].count == 4

    models.WorkOrder.objects.filter(pk=orders[1].pk).update(status="COMPLETED")

    (left,) = clusters(**question).clusters
    assert left.member_ids == sorted(order.pk for order in orders if order is not orders[1])


def test_too_many_edits_have_all_rows_read(
    scattered: Scattered, viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(scattered, random.Random(4), 6)
    ask(HeatMeasure.TREE_RISK, viewer)
    monkeypatch.setattr(row_changes, "MOST_ROWS", 2)
    for tree in models.TreeRisk.objects.all()[:3]:
        models.TreeRisk.objects.filter(pk=tree.pk).update(customer_minutes_per_year=1.0)

    found, statements = ask(HeatMeasure.TREE_RISK, viewer)

    assert_same(found, read_anew(HeatMeasure.TREE_RISK, 7, None, viewer))
    assert not [sql for sql in statements if '"grid_treerisk"."id" IN ' in sql]


class TestTold:
    def test_a_change_of_few_rows_tells_them_and_of_many_none(self, scattered: Scattered) -> None:
        trees = [make_tree_risk(circuit=scattered.circuits[0]).pk for _ in range(3)]
        fold_changes()
        before = told_changes((TREES,))
        assert before is not None
        assert before.row_ids == {TREES: set()}

        models.TreeRisk.objects.filter(pk__in=trees[:2]).update(height_m=1.0)
        models.TreeRisk.objects.filter(pk="NONE").update(height_m=1.0)
        models.TreeRisk.objects.filter(pk=trees[2]).delete()

        few = told_changes((TREES,))
        assert few is not None
        assert few.row_ids == {TREES: set(trees)}
        assert few.marks.bases == before.marks.bases
        assert few.marks.versions != before.marks.versions
        assert (few.marks, few.marks.versions) == (data_marks((TREES,)), data_versions((TREES,)))

        example = models.TreeRisk.objects.get(pk=trees[0])
        many = [models.TreeRisk(**{**_values(example), "id": f"MANY-{n}"}) for n in range(201)]
        models.TreeRisk.objects.bulk_create(many)

        after = told_changes((TREES,))
        assert after is not None
        assert after.row_ids == {TREES: set(trees)}
        assert after.marks.bases != before.marks.bases

    def test_another_key_of_a_row_is_told_with_the_one_before(self, scattered: Scattered) -> None:
        tree = make_tree_risk(circuit=scattered.circuits[0])
        fold_changes()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE grid_treerisk SET id = 'ANOTHER' WHERE id = %s", [tree.pk])

        told = told_changes((TREES,))

        assert told is not None
        assert told.row_ids == {TREES: {tree.pk, "ANOTHER"}}

    def test_an_emptied_table_tells_nothing(self, scattered: Scattered) -> None:
        make_tree_risk(circuit=scattered.circuits[0])
        fold_changes()
        before = data_marks((TREES,))
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE grid_treerisk")

        after = data_marks((TREES,))

        assert before is not None
        assert after is not None
        assert before.bases != after.bases

    def test_folding_forgets_what_was_told(self, scattered: Scattered) -> None:
        make_tree_risk(circuit=scattered.circuits[0])
        before = data_marks((TREES,))

        fold_changes()

        told = told_changes((TREES,))
        assert before is not None
        assert told is not None
        assert told.row_ids == {TREES: set()}
        assert told.marks.versions == before.versions == told.marks.bases

    def test_each_source_follows_tables_that_tell_their_rows(self, db: None) -> None:
        followed = {
            table: source for source in (*MEASURES.values(), *SUBJECTS.values()) for table in source.edited_by
        }
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid "
                "WHERE p.proname = 'grid_note_rows'"
            )
            telling = {table for (table,) in cursor.fetchall()}
        assert followed.keys() == telling
        for table, source in followed.items():
            assert source.has_keys
            assert table in placed_rows.tables_of(source)


def _values(row: models.TreeRisk) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
