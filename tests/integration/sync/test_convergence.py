"""Whatever happens to a source, in whatever order, the cache ends equal to it: a property, not an example."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid.layers import LAYERS
from grid.services.sync import SyncError, run_layer
from grid.warehouse import Warehouse, WarehouseUnavailable
from tests.integration.sync.comparison import assert_equals_source
from tests.integration.sync.conftest import RunAll
from tests.integration.sync.sample import NEWEST, Row, Sample, load
from tests.integration.sync.standins import Eventful
from tests.integration.sync.test_increments import append

pytestmark = pytest.mark.integration

FINDER = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "insert",
                "append",
                "update",
                "delete",
                "replace",
                "compact",
                "vacuum",
                "increment",
                "increment",
                "full",
                "fail in the warehouse",
                "fail in the cache",
            ]
        ),
        st.integers(0, 11),
        st.integers(-500, 500),
    ),
    min_size=4,
    max_size=12,
)


@dataclass
class Source:
    """A small table of the warehouse that steps change, and the layer that is synced from it."""

    warehouse: Warehouse
    layer: str
    table: str
    key: str
    changed: str
    values: tuple[Any, Any]
    rows: list[Row]
    written: int = 0
    spare: list[Row] = field(default_factory=list)

    def take(self, step: str, which: int, minutes: int) -> None:
        """Carry out one step."""
        {
            "insert": self._insert,
            "append": self._append,
            "update": self._update,
            "delete": self._delete,
            "replace": lambda *_: self._store(),
            "compact": lambda *_: self.warehouse.compact(LAYERS[self.layer].main_table),
            "vacuum": lambda *_: self.warehouse.compact(LAYERS[self.layer].main_table, keep_hours=0),
            "increment": lambda *_: self.sync(incremental=True),
            "full": lambda *_: self.sync(incremental=False),
            "fail in the warehouse": self._fail_in_the_warehouse,
            "fail in the cache": self._fail_in_the_cache,
        }[step](which, minutes)

    def sync(self, *, incremental: bool) -> None:
        """Run the layer and compare."""
        run_layer(layer=LAYERS[self.layer], warehouse=self.warehouse, incremental=incremental)
        assert_equals_source(self.warehouse, self.layer)

    def _store(self) -> None:
        load(self.warehouse, {self.table: self.rows})

    def _new(self, which: int, minutes: int) -> Row:
        self.written += 1
        row = self.rows[which % len(self.rows)] | {self.key: f"{self.layer}-new-{self.written}"}
        return self._stamp(row, minutes)

    def _stamp(self, row: Row, minutes: int) -> Row:
        if "updated_at" in row:
            row["updated_at"] = NEWEST + timedelta(minutes=minutes) if minutes % 7 else None
        return row

    def _insert(self, which: int, minutes: int) -> None:
        self.rows.append(self._new(which, minutes))
        self._store()

    def _append(self, which: int, minutes: int) -> None:
        row = self._new(which, minutes)
        self.rows.append(row)
        append(self.warehouse, self.table, [row])

    def _update(self, which: int, minutes: int) -> None:
        row = self.rows[which % len(self.rows)]
        row[self.changed] = self.values[row[self.changed] == self.values[0]]
        if "updated_at" in row:
            # a clock may jump back and forth, but two writes of a row never carry the same moment
            self.written += 1
            row["updated_at"] = NEWEST + timedelta(minutes=minutes, seconds=self.written)
        self._store()

    def _delete(self, which: int, _minutes: int) -> None:
        if len(self.rows) > 1:
            self.rows.pop(which % len(self.rows))
            self._store()

    def _fail_in_the_warehouse(self, which: int, _minutes: int) -> None:
        def fail(number: int) -> None:
            if number > which % 3:
                raise WarehouseUnavailable("the connection was reset")

        self._failing(Eventful(self.warehouse, fail, batch_rows=2), incremental=bool(which % 2))

    def _fail_in_the_cache(self, which: int, _minutes: int) -> None:
        def kill(_number: int) -> None:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'flux-sync' AND datname = current_database()"
                )

        self._failing(Eventful(self.warehouse, kill, batch_rows=4), incremental=bool(which % 2))

    def _failing(self, warehouse: Any, *, incremental: bool) -> None:
        from flux_site.api.errors import FluxError

        before = cached(self.layer)
        try:
            run_layer(layer=LAYERS[self.layer], warehouse=warehouse, incremental=incremental)
        except (SyncError, FluxError):
            assert cached(self.layer) == before
        else:
            assert_equals_source(self.warehouse, self.layer)  # it had nothing to read, so nothing failed


def cached(layer: str) -> list[Any]:
    return list(LAYERS[layer].model._default_manager.order_by("pk").values_list())


def run(source: Source, steps: list[tuple[str, int, int]]) -> None:
    for step, which, minutes in steps:
        source.take(step, which, minutes)
    source.sync(incremental=True)
    source.sync(incremental=False)


@pytest.fixture
def parents(loaded: Warehouse, run_all: RunAll) -> Warehouse:
    """Return the warehouse, what poles and outages rest on being cached."""
    run_all(loaded, "zones", "substations", "circuits", "lines", "switches", "poles", "transformers")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE grid_transformer SET pole_id = NULL")
    return loaded


@FINDER
@given(steps=STEPS)
def test_a_layer_synced_by_changes_converges(parents: Warehouse, sample: Sample, steps: Any) -> None:
    rows = copy.deepcopy(sample["grid_poles_infrastructure"])
    load(parents, {"grid_poles_infrastructure": rows})
    source = Source(
        parents, "poles", "grid_poles_infrastructure", "pole_id", "pole_material", ("STEEL", None), rows
    )
    source.sync(incremental=False)

    run(source, steps)


@FINDER
@given(steps=STEPS)
def test_a_layer_synced_by_watermark_converges(parents: Warehouse, sample: Sample, steps: Any) -> None:
    rows = copy.deepcopy(sample["outage_restoration_tracker"])
    for number, row in enumerate(rows):
        row |= {"updated_at": NEWEST - timedelta(hours=3 * number)}
    load(parents, {"outage_restoration_tracker": rows})
    source = Source(
        parents, "outages", "outage_restoration_tracker", "outage_id", "customers_out", (3, 12), rows
    )
    source.sync(incremental=False)

    run(source, steps)
