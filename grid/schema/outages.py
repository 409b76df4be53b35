"""Changing outages, work orders and crews; and how long restoration will take."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.errors import BadInput
from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.visibility import first_of, require_login, visible
from grid.schema.types.outages import Crew, Outage, WorkOrder
from grid.selectors.restoration import outage_estimate
from grid.services import crews, outages, work_orders
from grid.topology import DeviceKind, DeviceRef

_VERSION = "Refuse with STALE_VERSION if it has another version; null: change it whatever its version."
_NOTE = "Kept in the history."


def _version() -> Any:
    return strawberry.field(default=None, description=_VERSION)


def _note() -> Any:
    return strawberry.field(default=None, description=_NOTE)


@strawberry.input(description="A device of the network.")
class DeviceInput:
    """A device."""

    kind: str = strawberry.field(description="SWITCH, TRANSFORMER, METER or CIRCUIT.")
    id: str


@strawberry.input(description="Customers without supply behind a device.")
class ReportOutageInput:
    """An outage."""

    device: DeviceInput = strawberry.field(description="The deepest device known to have failed or opened.")
    started_at: datetime
    source: str = strawberry.field(
        default="OPERATOR", description="LAST_GASP, CALL, SCADA, OPERATOR or RECORDED."
    )
    status: str = strawberry.field(default="CONFIRMED", description="PREDICTED or CONFIRMED.")
    cause_code: str | None = strawberry.field(default=None, description="One of causeCodes, if known.")
    is_planned: bool = False
    transformer_ids: list[str] | None = strawberry.field(
        default=None, description="Only these behind the device; null: all."
    )
    note: str | None = _note()


@strawberry.input
class OutageStepInput:
    """Which outage."""

    outage_id: str
    expected_version: int | None = _version()
    note: str | None = _note()


@strawberry.input
class MoveOutageInput:
    """Which outage lies behind which device."""

    outage_id: str
    device: DeviceInput = strawberry.field(description="Of the same circuit.")
    expected_version: int | None = _version()
    note: str | None = _note()


@strawberry.input
class AssignOutageCrewInput:
    """Which crew goes to which outage."""

    outage_id: str
    crew_id: str
    expected_version: int | None = _version()
    note: str | None = _note()


@strawberry.input
class RestoreOutageInput:
    """Who is supplied again since when."""

    outage_id: str
    restored_at: datetime
    transformer_ids: list[str] | None = strawberry.field(
        default=None, description="The customers of these; null, and no meters: all that are left."
    )
    meter_ids: list[str] | None = strawberry.field(
        default=None, description="Of an outage that has them out one by one."
    )
    customers_restored: int | None = strawberry.field(
        default=None, description="If given, that many it must be."
    )
    expected_version: int | None = _version()
    note: str | None = _note()


@strawberry.input
class SetOutageCauseInput:
    """What caused an outage."""

    outage_id: str
    cause_code: str | None = strawberry.field(description="One of causeCodes; null: not known after all.")
    expected_version: int | None = _version()
    note: str | None = _note()


@strawberry.input
class SetOutageEstimateInput:
    """When an outage will be restored."""

    outage_id: str
    estimated_restoration_at: datetime | None = strawberry.field(
        description="P50; it stands until it is set to null: computed again."
    )
    estimated_restoration_p80_at: datetime | None = strawberry.field(default=None, description="P80.")
    expected_version: int | None = _version()
    note: str | None = _note()


@strawberry.input
class CreateWorkOrderInput:
    """A piece of work."""

    work_type: str
    priority: str = strawberry.field(description="EMERGENCY, HIGH, MEDIUM or LOW.")
    asset_kind: str = strawberry.field(
        description="SUBSTATION, CIRCUIT, LINE, SWITCH, POLE, TRANSFORMER or METER."
    )
    asset_id: str
    outage_id: str | None = None
    description: str | None = None
    scheduled_at: datetime | None = None
    estimated_hours: float | None = None
    note: str | None = _note()


@strawberry.input
class WorkOrderStepInput:
    """Which work order."""

    work_order_id: str
    expected_version: int | None = _version()
    note: str | None = _note()


@strawberry.input
class AssignWorkOrderInput:
    """Which crew does which work."""

    work_order_id: str
    crew_id: str
    expected_version: int | None = _version()
    note: str | None = _note()


@strawberry.input
class ScheduleWorkOrderInput:
    """When work is to begin."""

    work_order_id: str
    scheduled_at: datetime | None = strawberry.field(description="Null: no longer scheduled.")
    estimated_hours: float | None = strawberry.field(default=None, description="Null: as it is.")
    expected_version: int | None = _version()
    note: str | None = _note()


@strawberry.input
class CompleteWorkOrderInput:
    """What was done."""

    work_order_id: str
    completed_at: datetime | None = strawberry.field(default=None, description="Null: now.")
    actual_hours: float | None = strawberry.field(default=None, description="Null: not known.")
    expected_version: int | None = _version()
    note: str | None = _note()


@strawberry.input
class CreateCrewInput:
    """A crew, on shift and free."""

    name: str
    kind: str = strawberry.field(description="TROUBLE, LINE, UNDERGROUND or TREE.")
    home_substation_id: str
    member_count: int
    lon: float | None = None
    lat: float | None = None


@strawberry.input
class UpdateCrewInput:
    """What is to change; what is left out stays."""

    crew_id: str
    name: str | None = strawberry.UNSET
    kind: str | None = strawberry.UNSET
    home_substation_id: str | None = strawberry.UNSET
    member_count: int | None = strawberry.UNSET
    lon: float | None = strawberry.UNSET
    lat: float | None = strawberry.UNSET
    expected_version: int | None = _version()
    note: str | None = _note()


@strawberry.input
class SetCrewShiftInput:
    """Whether a crew is on shift."""

    crew_id: str
    is_on_shift: bool
    expected_version: int | None = _version()
    note: str | None = _note()


@strawberry.type(description="When an active outage will be over, as of now, and what that rests on.")
class RestorationEstimate:
    """An estimate."""

    p50_at: datetime = strawberry.field(description="Restored by then with a probability of a half.")
    p80_at: datetime = strawberry.field(description="Restored by then with a probability of four fifths.")
    basis: str = strawberry.field(
        description="OWN_RESTORATIONS or OWN_REPAIRS: fitted to the utility's own; PUBLISHED_REPAIRS."
    )
    sample_count: int | None = strawberry.field(
        description="How many it was fitted to; null for published times."
    )
    kind: str = strawberry.field(
        description="What has to be restored: SERVICE, TRANSFORMER, FUSE, SWITCH, FEEDER or CABLE."
    )


ReportOutagePayload = Annotated[Outage | Fault, strawberry.union("ReportOutagePayload")]
OutagePayload = Annotated[Outage | Fault, strawberry.union("OutagePayload")]
WorkOrderPayload = Annotated[WorkOrder | Fault, strawberry.union("WorkOrderPayload")]
CrewPayload = Annotated[Crew | Fault, strawberry.union("CrewPayload")]

_CHANGE_OUTAGE = "grid.change_outage"
_CHANGE_WORK = "grid.change_workorder"


def _mutation(permission: str, description: str) -> Any:
    return strawberry_django.mutation(
        handle_django_errors=False, extensions=[Requires(permission)], description=description
    )


def _device(given: DeviceInput) -> DeviceRef:
    try:
        return DeviceRef(DeviceKind(given.kind), given.id)
    except ValueError:
        kinds = ", ".join(DeviceKind)
        raise BadInput(
            f"The device {given.kind!r} {given.id!r} is none: its kind must be {kinds}, with an id.",
            field="device",
        ) from None


def _changed(info: Info, change: Callable[..., Any], given: Any, **others: Any) -> Any:
    """Call a service with the fields of an input, and return the row as the query selects it."""
    fields = {
        name: value
        for name, value in vars(given).items()
        if value is not strawberry.UNSET and name not in others
    }

    def attempt() -> Any:
        row = change(**fields, **others, actor=require_login(info))
        rows = visible(type(row)._default_manager.all(), info)
        return first_of(rows.filter(pk=row.pk), info)

    return expected_failures(attempt)


@strawberry.type
class OutagesQuery:
    """Questions about outages beside the lists."""

    @strawberry_django.field(
        extensions=[Requires("grid.view_outage")],
        description="When an active outage will be over, computed now; null if there is none you may see.",
    )
    def restoration_estimate(self, info: Info, outage_id: str) -> RestorationEstimate | None:
        """Return the estimate."""
        found = outage_estimate(outage_id=outage_id, user=require_login(info))
        return None if found is None else RestorationEstimate(**vars(found))


@strawberry.type
class OutagesMutation:
    """The life of outages, work orders and crews."""

    @_mutation("grid.add_outage", "Report an outage; who is out follows from the network.")
    def report_outage(self, info: Info, input: ReportOutageInput) -> ReportOutagePayload:
        """Report."""
        return expected_failures(
            lambda: _changed(info, outages.report_outage, input, device=_device(input.device))
        )

    @_mutation(_CHANGE_OUTAGE, "Confirm a predicted outage.")
    def confirm_outage(self, info: Info, input: OutageStepInput) -> OutagePayload:
        """Confirm."""
        return _changed(info, outages.confirm_outage, input)

    @_mutation(_CHANGE_OUTAGE, "Say that an outage lies behind another device of its circuit.")
    def move_outage(self, info: Info, input: MoveOutageInput) -> OutagePayload:
        """Move."""
        return expected_failures(
            lambda: _changed(info, outages.move_outage, input, device=_device(input.device))
        )

    @_mutation(_CHANGE_OUTAGE, "Send a crew to an outage; its work order goes along.")
    def assign_outage_crew(self, info: Info, input: AssignOutageCrewInput) -> OutagePayload:
        """Assign."""
        return _changed(info, outages.assign_crew, input)

    @_mutation(_CHANGE_OUTAGE, "Take the crew off an outage, which is then confirmed.")
    def withdraw_outage_crew(self, info: Info, input: OutageStepInput) -> OutagePayload:
        """Withdraw."""
        return _changed(info, outages.withdraw_crew, input)

    @_mutation(_CHANGE_OUTAGE, "Note that the crew is at work.")
    def start_outage_work(self, info: Info, input: OutageStepInput) -> OutagePayload:
        """Start."""
        return _changed(info, outages.start_work, input)

    @_mutation(_CHANGE_OUTAGE, "Say that all or some customers are supplied again.")
    def restore_outage(self, info: Info, input: RestoreOutageInput) -> OutagePayload:
        """Restore."""
        return _changed(info, outages.restore, input)

    @_mutation(_CHANGE_OUTAGE, "Say what caused an outage.")
    def set_outage_cause(self, info: Info, input: SetOutageCauseInput) -> OutagePayload:
        """Set the cause."""
        return _changed(info, outages.set_cause, input)

    @_mutation(_CHANGE_OUTAGE, "Say when an outage will be restored, or let it be computed again.")
    def set_outage_estimate(self, info: Info, input: SetOutageEstimateInput) -> OutagePayload:
        """Set the estimate."""
        return _changed(
            info,
            lambda *, estimated_restoration_at, estimated_restoration_p80_at, **rest: outages.set_estimate(
                restored_by=estimated_restoration_at, restored_by_p80=estimated_restoration_p80_at, **rest
            ),
            input,
        )

    @_mutation(_CHANGE_OUTAGE, "Call an outage off: nobody was without supply.")
    def cancel_outage(self, info: Info, input: OutageStepInput) -> OutagePayload:
        """Cancel."""
        return _changed(info, outages.cancel_outage, input)

    @_mutation("grid.add_workorder", "Create an open work order.")
    def create_work_order(self, info: Info, input: CreateWorkOrderInput) -> WorkOrderPayload:
        """Create."""
        return _changed(info, work_orders.create_work_order, input)

    @_mutation(_CHANGE_WORK, "Give work to a crew; the order of an outage takes it along.")
    def assign_work_order(self, info: Info, input: AssignWorkOrderInput) -> WorkOrderPayload:
        """Assign."""
        return _changed(info, work_orders.assign_work_order, input)

    @_mutation(_CHANGE_WORK, "Take the crew off an order, which is then open.")
    def withdraw_work_order(self, info: Info, input: WorkOrderStepInput) -> WorkOrderPayload:
        """Withdraw."""
        return _changed(info, work_orders.withdraw_work_order, input)

    @_mutation(_CHANGE_WORK, "Say when work is to begin.")
    def schedule_work_order(self, info: Info, input: ScheduleWorkOrderInput) -> WorkOrderPayload:
        """Schedule."""
        return _changed(info, work_orders.schedule_work_order, input)

    @_mutation(_CHANGE_WORK, "Note that the crew is at work.")
    def start_work_order(self, info: Info, input: WorkOrderStepInput) -> WorkOrderPayload:
        """Start."""
        return _changed(info, work_orders.start_work_order, input)

    @_mutation(_CHANGE_WORK, "Put an order on hold; its crew is free meanwhile.")
    def hold_work_order(self, info: Info, input: WorkOrderStepInput) -> WorkOrderPayload:
        """Hold."""
        return _changed(info, work_orders.hold_work_order, input)

    @_mutation(_CHANGE_WORK, "Complete an order and free its crew.")
    def complete_work_order(self, info: Info, input: CompleteWorkOrderInput) -> WorkOrderPayload:
        """Complete."""
        return _changed(info, work_orders.complete_work_order, input)

    @_mutation(_CHANGE_WORK, "Cancel an order and free its crew.")
    def cancel_work_order(self, info: Info, input: WorkOrderStepInput) -> WorkOrderPayload:
        """Cancel."""
        return _changed(info, work_orders.cancel_work_order, input)

    @_mutation("grid.add_crew", "Create a crew.")
    def create_crew(self, info: Info, input: CreateCrewInput) -> CrewPayload:
        """Create."""
        return _changed(info, crews.create_crew, input)

    @_mutation("grid.change_crew", "Change what is known of a crew.")
    def update_crew(self, info: Info, input: UpdateCrewInput) -> CrewPayload:
        """Update."""
        return _changed(info, crews.update_crew, input)

    @_mutation("grid.change_crew", "Begin or end the shift of a crew.")
    def set_crew_shift(self, info: Info, input: SetCrewShiftInput) -> CrewPayload:
        """Set the shift."""
        return _changed(info, crews.set_shift, input)
