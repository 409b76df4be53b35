"""Edits of operators and syncs at the same time: no edit is lost, and in the end both stores agree."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, timedelta
from io import StringIO
from typing import Any

import pyarrow as pa
import pytest
from django.core.management import call_command
from django.utils import timezone

from grid import models
from grid.layers import LAYERS
from grid.selectors.topology import forget_networks
from grid.services import outages, outbox, work_orders
from grid.services.operations import AlreadyOut
from grid.services.outbox import delivering
from grid.services.sync import LayerOutcome, run_layer
from grid.topology import DeviceRef
from grid.warehouse import Warehouse, WarehouseUnavailable, pa_schema, tables
from tests.integration.sync.comparison import assert_equals_source
from tests.integration.sync.conftest import RunAll
from tests.integration.sync.sample import NEWEST, Row, Sample, load
from tests.integration.sync.standins import Eventful

pytestmark = pytest.mark.integration

OPERATIONS = ("crews", "outages", "outage_interruptions", "work_orders")
TRACKER = "outage_restoration_tracker"


@pytest.fixture(autouse=True)
def fresh_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Trace the network of this test alone; the queue takes requests for delivery and does nothing."""
    monkeypatch.setattr(delivering, "send_task", lambda _name: None)
    forget_networks()
    yield
    forget_networks()


@pytest.fixture
def filled(loaded: Warehouse, sample: Sample, run_all: RunAll) -> Warehouse:
    """Return the warehouse of the small grid with a crew and interruptions of two outages, all cached."""
    for row in sample[TRACKER]:
        row["updated_at"] = NEWEST - timedelta(days=1)
    sample["crews"] = [
        {
            "crew_id": "CREW-1",
            "crew_name": "Line 1",
            "crew_kind": "LINE",
            "home_substation_id": "SUB-1",
            "member_count": 3,
            "status": "AVAILABLE",
            "version": 1,
            "updated_at": NEWEST,
        }
    ]
    sample["outage_interruptions"] = [
        interruption(f"OUT-{n}", f"XFMR-1-{k}") for n, k in ((0, 0), (0, 1), (1, 2))
    ]
    load(loaded, {name: sample[name] for name in (TRACKER, "crews", "outage_interruptions")})
    run_all(loaded)
    return loaded


def interruption(outage: str, transformer: str) -> Row:
    return {
        "interruption_id": f"{outage}|{transformer}",
        "outage_id": outage,
        "transformer_id": transformer,
        "meter_id": None,
        "substation_id": "SUB-1",
        "circuit_id": "CKT-1",
        "customers": 6,
        "started_at": NEWEST - timedelta(hours=3),
        "restored_at": None,
        "updated_at": NEWEST,
    }


def sync(warehouse: Any, *, incremental: bool) -> dict[str, LayerOutcome]:
    return {
        key: run_layer(layer=LAYERS[key], warehouse=warehouse, incremental=incremental) for key in OPERATIONS
    }


def settle(warehouse: Warehouse) -> None:
    """Deliver what waits and sync; then the cache equals its source, row by row, by other code."""
    outbox.deliver(warehouse)
    assert not waiting()
    # An edit of today makes the rows of the sample old; those that others hang on leave in the second run.
    sync(warehouse, incremental=True)
    for incremental in (True, False):
        sync(warehouse, incremental=incremental)
        for key in OPERATIONS:
            assert_equals_source(warehouse, key)


def waiting() -> int:
    kinds = [layer.edits.kind for layer in LAYERS.values() if layer.edits is not None]
    return models.OutboxEvent.objects.filter(kind__in=kinds, applied_at__isnull=True).count()


def in_warehouse(warehouse: Warehouse, outage_id: str) -> Row:
    table = tables.outage_restoration_tracker
    rows = warehouse.select_rows(table.select().where(table.c.outage_id == outage_id))
    assert len(rows) == 1
    return rows[0]


def edit_everything() -> str:
    """Change an outage, restore one, report one and work on it; return the key of the new one."""
    outages.set_cause(outage_id="OUT-1", cause_code="WIND")
    outages.restore(outage_id="OUT-0", restored_at=timezone.now(), transformer_ids=["XFMR-1-0"])
    began = timezone.now() - timedelta(minutes=5)
    new = outages.report_outage(device=DeviceRef("CIRCUIT", "CKT-3"), started_at=began, source="CALL")
    outages.assign_crew(outage_id=new.pk, crew_id="CREW-1")
    return new.pk


def assert_edited(new: str) -> None:
    states = {row.pk: row for row in models.Outage.objects.all()}
    assert (states["OUT-1"].cause_code, states["OUT-1"].version) == ("WIND", 2)
    assert (states["OUT-0"].customers_out, states["OUT-0"].version) == (6, 2)
    assert (states[new].status, states[new].version) == ("ASSIGNED", 2)
    assert models.OutageInterruption.objects.filter(outage_id=new).count() == 3
    assert models.OutageInterruption.objects.get(pk="OUT-0|XFMR-1-0").restored_at is not None
    assert models.WorkOrder.objects.get(outage_id=new).crew_id == "CREW-1"
    assert models.Crew.objects.get(pk="CREW-1").status == "ASSIGNED"


class During:
    """A report that does something once, when a run reaches a step."""

    job_id = None

    def __init__(self, step: str, act: Callable[[], None]) -> None:
        self.step, self.act, self.is_done = step, act, False

    def progress(self, frac: float, step: str) -> None:
        """Act at the step."""
        if self.step in step and not self.is_done:
            self.is_done = True
            self.act()

    def log(self, line: str) -> None:
        """Do nothing."""


@pytest.mark.parametrize("incremental", [True, False], ids=["increments", "full"])
@pytest.mark.parametrize(
    ("layer", "phase"),
    [
        *(("outages", phase) for phase in ("before", "versions", "reading", "checking", "applying")),
        *(("outage_interruptions", phase) for phase in ("reading", "applying")),
    ],
)
def test_an_edit_in_any_phase_of_a_sync_survives(
    filled: Warehouse, sample: Sample, layer: str, phase: str, incremental: bool
) -> None:
    sample[TRACKER][0] |= {"notes": "changed at the source", "updated_at": NEWEST}
    load(filled, {TRACKER: sample[TRACKER]})
    made: list[str] = []

    def act() -> None:
        if not made:
            made.append(edit_everything())

    source: Any = filled
    report = During(phase, act) if phase in {"checking", "applying"} else None
    if phase == "before":
        act()
    elif phase == "versions":
        source = _OnVersion(filled, act)
    elif phase == "reading":
        source = Eventful(filled, lambda _: act(), batch_rows=1)
    run_layer(layer=LAYERS[layer], warehouse=source, incremental=incremental, report=report)
    act()

    assert_edited(made[0])
    settle(filled)
    assert_edited(made[0])
    assert in_warehouse(filled, "OUT-1")["cause_code"] == "WIND"


class _OnVersion:
    """Acts right after the first version of a table was looked up."""

    def __init__(self, real: Warehouse, act: Callable[[], None]) -> None:
        self._real, self._act = real, act

    def version(self, table: Any) -> str | None:
        """Return the version, then act."""
        found = self._real.version(table)
        self._act()
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class _Away:
    """A warehouse that takes no writes."""

    def __init__(self, real: Warehouse) -> None:
        self._real = real

    def append(self, *_: Any, **__: Any) -> int:
        """Fail."""
        raise WarehouseUnavailable("away")

    def replace_rows(self, *_: Any, **__: Any) -> int:
        """Fail."""
        raise WarehouseUnavailable("away")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@pytest.mark.parametrize("incremental", [True, False], ids=["increments", "full"])
def test_edits_that_cannot_be_delivered_survive_syncs_and_arrive_later(
    filled: Warehouse, incremental: bool
) -> None:
    new = edit_everything()
    away = _Away(filled)
    assert outbox.deliver(away) == 0  # type: ignore[arg-type]

    for _ in range(2):
        sync(away, incremental=incremental)
        assert_edited(new)

    assert waiting()
    settle(filled)
    assert_edited(new)


def test_a_delivery_killed_between_sending_and_applying_is_finished_by_the_next(
    filled: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = edit_everything()

    def killed(*_: Any) -> int:
        raise SystemExit(9)

    with monkeypatch.context() as patched:
        patched.setattr(delivering, "apply_edits", killed)
        with pytest.raises(SystemExit):
            outbox.deliver(filled)
    assert in_warehouse(filled, "OUT-1")["cause_code"] == "STORM"
    sync(filled, incremental=False)
    assert_edited(new)

    settle(filled)
    version = filled.version(tables.outage_restoration_tracker)
    assert outbox.deliver(filled) == 0
    assert filled.version(tables.outage_restoration_tracker) == version


def test_an_applied_edit_is_what_a_sync_finds_equal(filled: Warehouse) -> None:
    edit_everything()
    outbox.deliver(filled)
    for _ in range(2):  # an edit of today makes the sample old: its rows leave, those held by others last
        sync(filled, incremental=True)

    for incremental in (True, False):
        for outcome in sync(filled, incremental=incremental).values():
            assert (outcome.rows_inserted, outcome.rows_updated, outcome.rows_deleted) == (0, 0, 0)
            assert outcome.fallback_reason is None
            state = models.SyncLayer.objects.get(pk=outcome.layer)
            assert (state.row_count, state.checksum) == (outcome.row_count, outcome.checksum)


def test_an_emptied_cache_is_filled_again_from_the_warehouse(filled: Warehouse) -> None:
    new = edit_everything()
    outbox.deliver(filled)
    for model in (models.WorkOrder, models.OutageInterruption, models.Outage, models.Crew):
        model.objects.all().delete()

    sync(filled, incremental=False)

    assert_edited(new)


@pytest.mark.parametrize("seed", range(2))
def test_edits_syncs_and_deliveries_in_any_order_end_with_both_stores_equal(
    filled: Warehouse, sample: Sample, seed: int
) -> None:
    rng = random.Random(seed)
    versions: dict[str, int] = {}
    away = _Away(filled)

    def cause() -> None:
        key = rng.choice(["OUT-0", "OUT-1"])
        outages.set_cause(outage_id=key, cause_code=rng.choice(["WIND", "ANIMAL", "FIRE"]))

    def report() -> None:
        outages.report_outage(
            device=DeviceRef("TRANSFORMER", f"XFMR-3-{rng.randrange(3)}"),
            started_at=timezone.now(),
            source="CALL",
        )

    def order() -> None:
        work_orders.create_work_order(
            work_type="REPAIR", priority="LOW", asset_kind="SWITCH", asset_id="SW-1"
        )

    def source() -> None:
        """Another program adds an outage to the warehouse."""
        row = dict(sample[TRACKER][2])
        number = rng.randrange(10**6)
        row |= {
            "outage_id": f"OUT-S{number}",
            "updated_at": timezone.now().astimezone(UTC).replace(tzinfo=None),
        }
        load_one(filled, row)

    steps: list[Callable[[], Any]] = [
        cause,
        report,
        order,
        source,
        lambda: outbox.deliver(filled),
        lambda: outbox.deliver(away),  # type: ignore[arg-type]
        lambda: sync(filled, incremental=True),
        lambda: sync(filled, incremental=False),
        lambda: sync(away, incremental=True),
    ]
    for _ in range(12):
        with suppress(AlreadyOut):
            rng.choice(steps)()
        for row in models.Outage.objects.filter(history__isnull=False).distinct():
            assert row.version >= versions.get(row.pk, 1)  # no edit was undone
            versions[row.pk] = row.version
        assert set(versions) <= set(models.Outage.objects.values_list("pk", flat=True))
    settle(filled)
    assert {row.pk: row.version for row in models.Outage.objects.all()}.items() >= versions.items()
    for key, count in versions.items():
        events = models.OperationEvent.objects.filter(outage_id=key).order_by("pk")
        assert [each.version for each in events] == list(range(count - len(events) + 1, count + 1))


def load_one(warehouse: Warehouse, row: Row) -> None:
    table = tables.outage_restoration_tracker
    warehouse.append(table, pa.Table.from_pylist([row], schema=pa_schema(table)), f"other/{row['outage_id']}")


def test_a_lost_database_is_restored_with_its_history_and_what_was_on_its_way(
    filled: Warehouse, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WAREHOUSE_URL = f"embedded://{filled._root}?memory_limit=512MB&threads=1"  # type: ignore[attr-defined]
    new = edit_everything()
    monkeypatch.setattr(delivering, "apply_edits", lambda *_: 0)  # the database is lost before
    outbox.deliver(filled)
    history = list(models.OperationEvent.objects.order_by("pk").values())
    for model in (
        models.OutboxEvent,
        models.OperationEvent,
        models.WorkOrder,
        models.OutageInterruption,
        models.Outage,
        models.Crew,
    ):
        model.objects.all().delete()

    call_command("flux_restore_edits", stdout=StringIO())
    sync(filled, incremental=False)

    assert_edited(new)
    assert list(models.OperationEvent.objects.order_by("pk").values()) == history
    outages.set_cause(outage_id=new, cause_code="FIRE", expected_version=2)
    assert models.OperationEvent.objects.latest("pk").pk > history[-1]["id"]
