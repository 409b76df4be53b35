"""Whatever is done in whatever order: customers add up, versions rise by one, the history is complete."""

import itertools
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from flux_site.api.errors import FluxError
from grid import models
from grid.operations import ACTIVE_OUTAGE_STATUSES, OutageStatus
from grid.selectors.topology import forget_networks
from grid.services import outages, work_orders
from grid.topology import DeviceRef
from tests.factories.grid import make_crew
from tests.integration.operations.conftest import make_feeder

DEVICES = st.sampled_from(
    [
        DeviceRef("CIRCUIT", "CKT-F"),
        DeviceRef("SWITCH", "SW-BREAKER"),
        DeviceRef("SWITCH", "SW-FUSE"),
        DeviceRef("TRANSFORMER", "XFMR-A"),
        DeviceRef("TRANSFORMER", "XFMR-B"),
        DeviceRef("METER", "MTR-A0"),
        DeviceRef("METER", "MTR-B1"),
    ]
)
SUPPLIED = {"XFMR-A": 3, "XFMR-B": 2, "XFMR-C": 1}
TRANSFORMERS = st.lists(st.sampled_from(sorted(SUPPLIED)), min_size=1, max_size=3)
STEPS = st.sampled_from(["confirm", "withdraw", "start", "cancel"])
CREWS = st.sampled_from(["CREW-1", "CREW-2"])


class Operations(RuleBasedStateMachine):
    """Random commands, possible or not, on one feeder of six customers."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = timezone.now() - timedelta(hours=1)

    def teardown(self) -> None:
        """Undo everything."""
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        forget_networks()

    @initialize()
    def build(self) -> None:
        """Create the feeder and two crews."""
        forget_networks()
        feeder = make_feeder()
        make_crew(id="CREW-2", home_substation=feeder.circuit.substation)

    def attempt(self, act: Any, **fields: Any) -> None:
        """Do something that may be refused; a refusal changes nothing."""
        before = snapshot()
        refusal: FluxError | None = None
        try:
            with transaction.atomic():
                act(**fields)
        except FluxError as error:
            refusal = error
        if refusal is not None:
            assert refusal.code != "FLUX_ERROR"
            assert snapshot() == before

    def some_outage(self, data: Any) -> str:
        """Return an outage, rather one that is active."""
        rows = models.Outage.objects.order_by("pk")
        active = list(rows.filter(status__in=ACTIVE_OUTAGE_STATUSES).values_list("pk", flat=True))
        every = active * 3 + list(rows.values_list("pk", flat=True)) or ["OUT-NONE"]
        return every[data.draw(st.integers(0, len(every) - 1))]

    @rule(device=DEVICES, predicted=st.booleans())
    def report(self, device: DeviceRef, predicted: bool) -> None:
        """Report an outage."""
        self.attempt(
            outages.report_outage,
            device=device,
            started_at=self.now,
            source="CALL",
            status="PREDICTED" if predicted else "CONFIRMED",
        )

    @rule(data=st.data(), device=DEVICES)
    def move(self, data: Any, device: DeviceRef) -> None:
        """Move an outage."""
        self.attempt(outages.move_outage, outage_id=self.some_outage(data), device=device)

    @rule(data=st.data(), transformers=TRANSFORMERS | st.none())
    def restore(self, data: Any, transformers: list[str] | None) -> None:
        """Restore customers."""
        self.now += timedelta(seconds=1)
        key = self.some_outage(data)
        self.attempt(outages.restore, outage_id=key, restored_at=self.now, transformer_ids=transformers)

    @rule(data=st.data(), step=STEPS)
    def step(self, data: Any, step: str) -> None:
        """Confirm, withdraw the crew, start or cancel."""
        services = {
            "confirm": outages.confirm_outage,
            "withdraw": outages.withdraw_crew,
            "start": outages.start_work,
            "cancel": outages.cancel_outage,
        }
        self.attempt(services[step], outage_id=self.some_outage(data))

    @rule(data=st.data(), crew=CREWS)
    def assign(self, data: Any, crew: str) -> None:
        """Send a crew."""
        self.attempt(outages.assign_crew, outage_id=self.some_outage(data), crew_id=crew)

    @rule(data=st.data(), step=st.sampled_from(["start", "withdraw", "cancel", "complete"]))
    def order_step(self, data: Any, step: str) -> None:
        """Do something to a work order."""
        services: dict[str, Any] = {
            "start": work_orders.start_work_order,
            "withdraw": work_orders.withdraw_work_order,
            "cancel": work_orders.cancel_work_order,
            "complete": work_orders.complete_work_order,
        }
        keys = list(models.WorkOrder.objects.order_by("pk").values_list("pk", flat=True)) or ["WO-NONE"]
        self.attempt(services[step], work_order_id=keys[data.draw(st.integers(0, len(keys) - 1))])

    @invariant()
    def customers_add_up(self) -> None:
        """Each outage's numbers are the sums over its interruptions; nobody is out twice."""
        out: dict[str, int] = {}
        for outage in models.Outage.objects.prefetch_related("interruptions"):
            rows = list(outage.interruptions.all())
            is_active = outage.status in ACTIVE_OUTAGE_STATUSES
            left = [row for row in rows if row.restored_at is None]
            steps = sum(row.customers for row in rows if row.restored_at is not None)
            assert outage.customers_out == sum(row.customers for row in left)
            assert outage.customers_interrupted == steps + outage.customers_out
            assert bool(left) == is_active
            assert (outage.restored_at is not None) == (outage.status == OutageStatus.RESTORED)
            for row in left:
                out[row.transformer_id] = out.get(row.transformer_id, 0) + row.customers
                assert row.customers >= 0
        assert all(count <= SUPPLIED[key] for key, count in out.items()), out

    @invariant()
    def history_is_complete(self) -> None:
        """Every version has its line, and the last one tells the status."""
        for model, column in (
            (models.Outage, "outage_id"),
            (models.WorkOrder, "work_order_id"),
            (models.Crew, "crew_id"),
        ):
            for row in model.objects.all():
                events = list(models.OperationEvent.objects.filter(**{column: row.pk}).order_by("pk"))
                first = 2 if model is models.Crew else 1  # the crews were not made by a service
                assert [event.version for event in events] == list(range(first, row.version + 1))
                assert not events or events[-1].to_status == row.status
                for earlier, later in itertools.pairwise(events):
                    assert later.from_status == earlier.to_status

    @invariant()
    def crews_follow_their_orders(self) -> None:
        """A crew's status is what its unfinished orders say; an outage at work has its crew."""
        for crew in models.Crew.objects.all():
            statuses = set(crew.work_orders.values_list("status", flat=True))
            wanted = (
                "ON_SITE"
                if "IN_PROGRESS" in statuses
                else "ASSIGNED"
                if "ASSIGNED" in statuses
                else "AVAILABLE"
            )
            assert crew.status == wanted
        for outage in models.Outage.objects.filter(status__in=["ASSIGNED", "IN_PROGRESS"]):
            assert outage.crew_id is not None


def snapshot() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (
            models.Outage,
            models.OutageInterruption,
            models.WorkOrder,
            models.Crew,
            models.OperationEvent,
            models.OutboxEvent,
        )
    ]


def test_commands_in_any_order_keep_the_books_straight(db: None) -> None:
    run_state_machine_as_test(
        Operations,
        settings=settings(
            max_examples=8,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
