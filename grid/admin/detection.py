"""What the detection of outages remembers, in the admin."""

from django.contrib import admin

from flux_site.admin.paging import EstimatingPaginator
from flux_site.admin.read_only import ReadOnlyAdmin
from grid import models


@admin.register(models.MeterEvidence)
class MeterEvidenceAdmin(ReadOnlyAdmin):
    """What meters said of their supply."""

    list_display = ("meter_id", "circuit_id", "dark_at", "restored_at", "lit_at")
    paginator = EstimatingPaginator
    list_per_page = 100
    show_full_result_count = False
    search_fields = ("meter_id__startswith", "circuit_id__exact")
    search_help_text = "Start of a meter's id, or a circuit's id"
    fields = ("meter_id", "circuit_id", "dark_at", "restored_at", "lit_at")


@admin.register(models.SwitchEvidence)
class SwitchEvidenceAdmin(ReadOnlyAdmin):
    """What switches said of their position."""

    list_display = ("switch_id", "circuit_id", "opened_at", "closed_at")
    list_per_page = 100
    show_full_result_count = False
    search_fields = ("switch_id__startswith", "circuit_id__exact")
    search_help_text = "Start of a switch's id, or a circuit's id"
    fields = ("switch_id", "circuit_id", "opened_at", "closed_at")


@admin.register(models.CircuitWatch)
class CircuitWatchAdmin(ReadOnlyAdmin):
    """Circuits whose outages were judged."""

    list_display = ("circuit_id", "is_watched", "reviewed_at", "due_at")
    list_filter = ("is_watched",)
    list_per_page = 100
    show_full_result_count = False
    search_fields = ("circuit_id__startswith",)
    search_help_text = "Start of a circuit's id"
    fields = ("circuit_id", "is_watched", "reviewed_at", "due_at")
