"""Batches, versions of scenarios and frozen inputs in the admin."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cascade.models import CascadeBatch, FrozenInputs, ScenarioVersion
from cascade.selectors.contingencies import report_rows
from flux_site.admin.display import UNKNOWN, ago, badge, change_url, data_table, link, number, progress_bar
from flux_site.admin.read_only import ReadOnlyAdmin

ROWS_ON_PAGE = 100


def document(value: Any) -> SafeString:
    """Return JSON data as indented text."""
    return format_html("<pre>{}</pre>", json.dumps(value, indent=2, ensure_ascii=False))


@admin.register(CascadeBatch)
class CascadeBatchAdmin(ReadOnlyAdmin):
    """Batches, the newest first."""

    list_display = (
        "name",
        "status",
        "kind",
        "contingency_count",
        "losing_count",
        "worst",
        "owner",
        "created",
    )
    list_filter = ("job__status", "kind", "interconnect", "created_at")
    search_fields = ("name", "version__name", "job__owner__username")
    search_help_text = "Name, scenario or owner"
    fieldsets = (
        (None, {"fields": ("status", "job_link", "kind", "interconnect", "version", "inputs")}),
        (
            "Result",
            {
                "fields": (
                    "contingency_count",
                    "losing_count",
                    "unsolved_count",
                    "worst",
                    "mean",
                    "not_served",
                    "ranked",
                    "figures",
                )
            },
        ),
        ("About", {"fields": ("owner", "created_at", "seed", "chunk_count")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave the long columns in the database."""
        return (
            super()
            .get_queryset(request)
            .select_related("job__owner", "version")
            .defer("report", "contingencies", "job__log")
        )

    @admin.display(description="status", ordering="job__status")
    def status(self, batch: CascadeBatch) -> SafeString | str:
        """Return the job's status, with its progress while it runs."""
        shown = badge(batch.job.status)
        if batch.job.is_finished:
            return shown
        return format_html("{} {}", shown, progress_bar(batch.job.progress_frac))

    @admin.display(description="job")
    def job_link(self, batch: CascadeBatch) -> SafeString | str:
        """Return a link to the job."""
        return link(change_url(type(batch.job), batch.job_id), batch.job.title)

    @admin.display(description="largest loss", ordering="worst_shed_mw")
    def worst(self, batch: CascadeBatch) -> str:
        """Return the largest loss."""
        return number(batch.worst_shed_mw, "MW")

    @admin.display(description="mean loss")
    def mean(self, batch: CascadeBatch) -> str:
        """Return the mean loss."""
        return number(batch.mean_shed_mw, "MW")

    @admin.display(description="not served by the intact network")
    def not_served(self, batch: CascadeBatch) -> str:
        """Return the load the intact network cannot serve."""
        return number(batch.base_shed_mw, "MW")

    @admin.display(description="owner", ordering="job__owner__username")
    def owner(self, batch: CascadeBatch) -> str:
        """Return who started it."""
        return batch.job.owner.get_username() if batch.job.owner else UNKNOWN

    @admin.display(description="created", ordering="created_at")
    def created(self, batch: CascadeBatch) -> SafeString | str:
        """Return how long ago it was started."""
        return ago(batch.created_at)

    @admin.display(description="most severe contingencies")
    def ranked(self, batch: CascadeBatch) -> SafeString | str:
        """Return the first rows of the report."""
        rows = report_rows(batch.pk, ROWS_ON_PAGE, 0)
        if not rows:
            return "none yet"
        return data_table(
            ("Rank", "Contingency", "Lost", "Trips", "Worst branch", "Loading", "Before", "Above rating"),
            (
                (
                    row["rank"],
                    row["label"],
                    number(row["shed_mw"], "MW") if row["is_solved"] else "not solved",
                    number(row["tripped_count"]),
                    row["worst_branch_id"] or UNKNOWN,
                    number(row["worst_loading_pct"], "%"),
                    number(row["base_loading_pct"], "%"),
                    number(row["over_mva"], "MVA"),
                )
                for row in rows
            ),
        )

    @admin.display(description="statistics")
    def figures(self, batch: CascadeBatch) -> SafeString | str:
        """Return the statistics."""
        return "none yet" if batch.statistics is None else document(batch.statistics)


@admin.register(ScenarioVersion)
class ScenarioVersionAdmin(ReadOnlyAdmin):
    """Versions of scenarios; they never change."""

    list_display = ("name", "number", "note", "author", "created_at")
    list_select_related = ("author",)
    search_fields = ("name", "note", "digest")
    fields = ("scenario", "number", "name", "description", "note", "author", "created_at", "digest", "says")

    @admin.display(description="what it says")
    def says(self, version: ScenarioVersion) -> SafeString:
        """Return the document."""
        return document(version.spec)


@admin.register(FrozenInputs)
class FrozenInputsAdmin(ReadOnlyAdmin):
    """What runs and batches were computed on."""

    list_display = ("digest", "interconnect", "created_at")
    list_select_related = ("network",)
    search_fields = ("digest", "network__digest")
    fields = ("digest", "interconnect", "created_at", "settings_shown", "summary_shown", "outages_shown")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave the arrays in the database."""
        return super().get_queryset(request).defer("arrays", "network__data")

    @admin.display(description="interconnection")
    def interconnect(self, inputs: FrozenInputs) -> str:
        """Return the interconnection of the network."""
        return inputs.network.interconnect

    @admin.display(description="settings")
    def settings_shown(self, inputs: FrozenInputs) -> SafeString:
        """Return the settings of the cascade."""
        return document(inputs.params)

    @admin.display(description="made of the scenario")
    def summary_shown(self, inputs: FrozenInputs) -> SafeString:
        """Return what was made of the scenario."""
        return document(inputs.summary)

    @admin.display(description="fails first")
    def outages_shown(self, inputs: FrozenInputs) -> SafeString:
        """Return what fails first."""
        return document(inputs.outages)
