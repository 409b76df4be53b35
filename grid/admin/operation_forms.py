"""What the steps of outages, work orders and crews ask for, and the services they call."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime

from flux_site.api.errors import BadInput
from grid import models
from grid.admin.operation_steps import Step, StepForm
from grid.operations import CAUSES, CREW_KINDS, WORK_PRIORITIES, WORK_TYPES
from grid.services import crews, outages, work_orders
from grid.topology import DeviceKind, DeviceRef


def named(values: Any) -> list[tuple[str, str]]:
    """Return choices with names for people."""
    return [(str(value), str(value).replace("_", " ").capitalize()) for value in values]


class MomentField(forms.SplitDateTimeField):
    """A moment, in the zone of the site."""

    widget = AdminSplitDateTime


class KeysField(forms.CharField):
    """Ids, one a line or separated by commas or blanks; nothing: None."""

    widget = forms.Textarea(attrs={"rows": 3, "cols": 60, "spellcheck": "false"})

    def clean(self, value: Any) -> Any:
        """Return the ids in the order given, each once."""
        return list(dict.fromkeys(str(super().clean(value)).replace(",", " ").split())) or None


CAUSE_CHOICES = [
    ("", "Not known yet"),
    *((each.code, f"{each.label} ({each.category})") for each in CAUSES.values()),
]


class ReportForm(forms.Form):
    """An outage."""

    device_kind = forms.ChoiceField(choices=named(DeviceKind))
    device = forms.CharField(help_text="Id of the deepest device known to have failed or opened.")
    started_at = MomentField()
    status = forms.ChoiceField(choices=named(["CONFIRMED", "PREDICTED"]))
    source = forms.ChoiceField(choices=named(["OPERATOR", "CALL", "SCADA"]))
    cause_code = forms.ChoiceField(choices=CAUSE_CHOICES, required=False)
    is_planned = forms.BooleanField(required=False)
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2, "cols": 60}))


class MoveForm(StepForm):
    """Another device."""

    device_kind = forms.ChoiceField(choices=named(DeviceKind))
    device = forms.CharField(help_text="Id of a device of the same circuit.")


class CrewForm(StepForm):
    """A crew."""

    crew_id = forms.CharField(label="Crew", help_text="Id of a crew that is free, of the same territory.")


class CauseForm(StepForm):
    """A cause."""

    cause_code = forms.ChoiceField(choices=CAUSE_CHOICES, required=False)


class EstimateForm(StepForm):
    """When it will be over."""

    restored_by = MomentField(required=False, help_text="As likely as not. Empty: let it be computed again.")
    restored_by_p80 = MomentField(required=False, label="Restored by, P80", help_text="Four times in five.")


class RestoreForm(StepForm):
    """Who is supplied again."""

    restored_at = MomentField()
    transformer_ids = KeysField(
        required=False, help_text="Only the customers of these; empty: all that are left."
    )
    meter_ids = KeysField(required=False, help_text="Or of these meters, where they are out one by one.")
    customers_restored = forms.IntegerField(required=False, help_text="If given, that many it must be.")


class NewOrderForm(forms.Form):
    """A work order."""

    work_type = forms.ChoiceField(choices=named(WORK_TYPES))
    priority = forms.ChoiceField(choices=named(WORK_PRIORITIES))
    asset_kind = forms.ChoiceField(choices=named(work_orders.ASSET_KINDS))
    asset_id = forms.CharField()
    outage_id = forms.CharField(required=False, label="Outage", empty_value=None)
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2, "cols": 60}))
    scheduled_at = MomentField(required=False)
    estimated_hours = forms.FloatField(required=False, help_text="h")


class ScheduleForm(StepForm):
    """When work is to begin."""

    scheduled_at = MomentField(required=False, help_text="Empty: no longer scheduled.")
    estimated_hours = forms.FloatField(required=False, help_text="h; empty: as it is.")


class CompleteForm(StepForm):
    """What was done."""

    completed_at = MomentField(required=False, help_text="Empty: now.")
    actual_hours = forms.FloatField(required=False, help_text="h")


class NewCrewForm(forms.Form):
    """A crew."""

    name = forms.CharField(max_length=crews.MAX_NAME)
    kind = forms.ChoiceField(choices=named(CREW_KINDS))
    home_substation_id = forms.CharField(label="Home substation")
    member_count = forms.IntegerField()


class EditCrewForm(StepForm):
    """What is known of a crew."""

    name = forms.CharField(max_length=crews.MAX_NAME)
    kind = forms.ChoiceField(choices=named(CREW_KINDS))
    home_substation_id = forms.CharField(label="Home substation")
    member_count = forms.IntegerField()
    lon = forms.FloatField(required=False, help_text="Where they are, degrees; empty: not known.")
    lat = forms.FloatField(required=False)


def _device(kind: str, key: str) -> DeviceRef:
    try:
        return DeviceRef(DeviceKind(kind), key)
    except ValueError as error:
        raise BadInput(str(error), field="device") from error


def report(*, device_kind: str, device: str, cause_code: str, **fields: Any) -> models.Outage:
    """Report an outage."""
    return outages.report_outage(device=_device(device_kind, device), cause_code=cause_code or None, **fields)


def move(*, device_kind: str, device: str, **fields: Any) -> models.Outage:
    """Move an outage."""
    return outages.move_outage(device=_device(device_kind, device), **fields)


def set_cause(*, cause_code: str, **fields: Any) -> models.Outage:
    """Set the cause of an outage."""
    return outages.set_cause(cause_code=cause_code or None, **fields)


def begin_shift(**fields: Any) -> models.Crew:
    """Begin a shift."""
    return crews.set_shift(is_on_shift=True, **fields)


def end_shift(**fields: Any) -> models.Crew:
    """End a shift."""
    return crews.set_shift(is_on_shift=False, **fields)


def _outage(action: str, label: str, service: Any, form: type[forms.Form] = StepForm) -> Step:
    return Step(
        action=action,
        name=action.lower().replace("_", "-"),
        label=label,
        service=service,
        permission="grid.change_outage",
        form=form,
        key="outage_id",
    )


def _order(action: str, label: str, service: Any, form: type[forms.Form] = StepForm) -> Step:
    return Step(
        action=action,
        name=action.lower(),
        label=label,
        service=service,
        permission="grid.change_workorder",
        form=form,
        key="work_order_id",
    )


def _crew(action: str, label: str, service: Any, form: type[forms.Form] = StepForm) -> Step:
    return Step(
        action=action,
        name=action.lower().replace("_", "-"),
        label=label,
        service=service,
        permission="grid.change_crew",
        form=form,
        key="crew_id",
    )


OUTAGE_STEPS = (
    Step(
        action=None,
        name="report",
        label="Report an outage",
        service=report,
        permission="grid.add_outage",
        form=ReportForm,
    ),
    _outage("CONFIRM", "Confirm", outages.confirm_outage),
    _outage("ASSIGN", "Assign a crew", outages.assign_crew, CrewForm),
    _outage("WITHDRAW", "Withdraw the crew", outages.withdraw_crew),
    _outage("START", "Crew is at work", outages.start_work),
    _outage("RESTORE", "Restore", outages.restore, RestoreForm),
    _outage("SET_CAUSE", "Set the cause", set_cause, CauseForm),
    _outage("SET_ESTIMATE", "Set the estimate", outages.set_estimate, EstimateForm),
    _outage("MOVE", "Move to another device", move, MoveForm),
    _outage("CANCEL", "Cancel", outages.cancel_outage),
)
WORK_ORDER_STEPS = (
    Step(
        action=None,
        name="create",
        label="New work order",
        service=work_orders.create_work_order,
        permission="grid.add_workorder",
        form=NewOrderForm,
    ),
    _order("ASSIGN", "Assign a crew", work_orders.assign_work_order, CrewForm),
    _order("WITHDRAW", "Withdraw the crew", work_orders.withdraw_work_order),
    _order("SCHEDULE", "Schedule", work_orders.schedule_work_order, ScheduleForm),
    _order("START", "Crew is at work", work_orders.start_work_order),
    _order("HOLD", "Put on hold", work_orders.hold_work_order),
    _order("COMPLETE", "Complete", work_orders.complete_work_order, CompleteForm),
    _order("CANCEL", "Cancel", work_orders.cancel_work_order),
)
CREW_STEPS = (
    Step(
        action=None,
        name="create",
        label="New crew",
        service=crews.create_crew,
        permission="grid.add_crew",
        form=NewCrewForm,
    ),
    _crew("EDIT", "Edit", crews.update_crew, EditCrewForm),
    _crew("BEGIN_SHIFT", "Begin the shift", begin_shift),
    _crew("END_SHIFT", "End the shift", end_shift),
)
