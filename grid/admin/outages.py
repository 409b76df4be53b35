"""Outages, whom they interrupt, work orders, crews and their history in the admin."""

from django.contrib import admin
from django.utils.safestring import SafeString

from flux_site.admin.display import ago, badge, duration, pretty_json
from flux_site.admin.paging import EstimatingPaginator
from flux_site.admin.read_only import ReadOnlyAdmin
from grid import models
from grid.admin.asset_pages import AssetAdmin, parent_column
from grid.admin.operation_forms import CREW_STEPS, OUTAGE_STEPS, WORK_ORDER_STEPS
from grid.admin.operation_steps import StepsAdmin


@admin.register(models.Outage)
class OutageAdmin(StepsAdmin):
    """Outages, the newest first."""

    steps = OUTAGE_STEPS
    id_prefix = "OUT-"
    parents = ("circuit", "substation", "crew")
    geometry_field = "location"
    ordering = ("-started_at", "id")
    list_display = (
        "id",
        "status_badge",
        "cause_code",
        "circuit_link",
        "substation_link",
        "crew_link",
        "started",
        "lasted",
        "customers_interrupted",
        "customers_out",
    )
    list_filter = ("status", "cause_code", "is_planned", "source", "zone", "started_at")
    search_fields = ("id__icontains", "circuit__name__icontains", "substation__name__icontains")
    search_help_text = "Id or name of its circuit or substation"
    children = (
        ("Interruptions", "OutageInterruption", "outage"),
        ("Work orders", "WorkOrder", "outage"),
        ("History", "OperationEvent", "outage"),
    )
    circuit_link = parent_column("circuit")
    substation_link = parent_column("substation")
    crew_link = parent_column("crew")

    @admin.display(description="status", ordering="status")
    def status_badge(self, row: models.Outage) -> SafeString | str:
        """Return the status."""
        return badge(row.status)

    @admin.display(description="started", ordering="started_at")
    def started(self, row: models.Outage) -> SafeString | str:
        """Return how long ago it began."""
        return ago(row.started_at)

    @admin.display(description="lasted")
    def lasted(self, row: models.Outage) -> str:
        """Return how long it lasted; a dash while it is active."""
        ended = row.restored_at
        return duration(None if ended is None else (ended - row.started_at).total_seconds())


@admin.register(models.WorkOrder)
class WorkOrderAdmin(StepsAdmin):
    """Work orders, the newest first."""

    steps = WORK_ORDER_STEPS
    id_prefix = "WO-"
    parents = ("circuit", "outage", "crew")
    children = (("History", "OperationEvent", "work_order"),)
    geometry_field = "location"
    ordering = ("-created_at", "id")
    list_display = (
        "id",
        "work_type",
        "priority_badge",
        "status_badge",
        "asset_id",
        "circuit_link",
        "outage_link",
        "crew_link",
        "created",
    )
    list_filter = ("status", "priority", "work_type", "zone", "created_at")
    search_fields = ("id__icontains", "asset_id__iexact", "crew_id__iexact")
    search_help_text = "Id, id of its asset, or crew"
    circuit_link = parent_column("circuit")
    outage_link = parent_column("outage")
    crew_link = parent_column("crew")

    @admin.display(description="priority", ordering="priority")
    def priority_badge(self, row: models.WorkOrder) -> SafeString | str:
        """Return the priority."""
        return badge(row.priority)

    @admin.display(description="status", ordering="status")
    def status_badge(self, row: models.WorkOrder) -> SafeString | str:
        """Return the status."""
        return badge(row.status)

    @admin.display(description="created", ordering="created_at")
    def created(self, row: models.WorkOrder) -> SafeString | str:
        """Return how long ago it was created."""
        return ago(row.created_at)


@admin.register(models.OutageInterruption)
class OutageInterruptionAdmin(AssetAdmin):
    """Whom an outage interrupts, and until when."""

    id_prefix = "OUT-"
    parents = ("outage", "transformer", "meter")
    ordering = ("-started_at", "id")
    list_display = (
        "id",
        "outage_link",
        "transformer_link",
        "meter_link",
        "customers",
        "started",
        "lasted",
    )
    list_filter = ("zone", "started_at")
    search_fields = ("id__icontains",)
    search_help_text = "Id"
    outage_link = parent_column("outage")
    transformer_link = parent_column("transformer")
    meter_link = parent_column("meter")

    @admin.display(description="started", ordering="started_at")
    def started(self, row: models.OutageInterruption) -> SafeString | str:
        """Return how long ago it began."""
        return ago(row.started_at)

    @admin.display(description="lasted")
    def lasted(self, row: models.OutageInterruption) -> str:
        """Return how long it lasted; a dash while they are out."""
        ended = row.restored_at
        return duration(None if ended is None else (ended - row.started_at).total_seconds())


@admin.register(models.Crew)
class CrewAdmin(StepsAdmin):
    """Crews."""

    steps = CREW_STEPS
    id_prefix = "CREW-"
    parents = ("home_substation",)
    geometry_field = "location"
    list_display = ("id", "name", "kind", "status_badge", "home_substation_link", "member_count")
    list_filter = ("status", "kind", "zone")
    search_fields = ("id__icontains", "name__icontains")
    search_help_text = "Id or name"
    children = (
        ("Outages", "Outage", "crew"),
        ("Work orders", "WorkOrder", "crew"),
        ("History", "OperationEvent", "crew"),
    )
    home_substation_link = parent_column("home_substation", "home")

    @admin.display(description="status", ordering="status")
    def status_badge(self, row: models.Crew) -> SafeString | str:
        """Return the status."""
        return badge(row.status)


@admin.register(models.OperationEvent)
class OperationEventAdmin(ReadOnlyAdmin):
    """Every change of outages, work orders and crews."""

    list_display = ("made", "subject", "action", "from_status", "to_status", "version", "actor", "note")
    list_filter = ("action", "at")
    paginator = EstimatingPaginator
    list_per_page = 100
    show_full_result_count = False
    search_fields = ("outage_id__exact", "work_order_id__exact", "crew_id__exact", "actor__exact")
    search_help_text = "Id of an outage, work order or crew, or user"
    fields = (
        "subject",
        "action",
        "from_status",
        "to_status",
        "version",
        "actor",
        "at",
        "note",
        "changes_shown",
    )

    @admin.display(description="made", ordering="at")
    def made(self, event: models.OperationEvent) -> SafeString | str:
        """Return how long ago it was made."""
        return ago(event.at)

    @admin.display(description="of")
    def subject(self, event: models.OperationEvent) -> str:
        """Return what was changed."""
        return event.subject_id

    @admin.display(description="changed")
    def changes_shown(self, event: models.OperationEvent) -> SafeString | str:
        """Return the values before and after."""
        return pretty_json(event.changes)
