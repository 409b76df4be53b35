"""Batches, versions of scenarios and frozen inputs in the admin."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cascade.models import CascadeBatch, FrozenInputs, ScenarioVersion
from cascade.selectors.contingencies import report_rows
from cascade.services.batch_publishing import publish_batch
from flux_site.admin.display import UNKNOWN, ago, badge, change_url, data_table, link, number, progress_bar
from flux_site.admin.read_only import ReadOnlyAdmin
from flux_site.api.errors import FluxError
from flux_site.jobs.admin import cancel_message
from flux_site.jobs.models import JobStatus
from flux_site.jobs.services import cancel_job

ROWS_ON_PAGE = 100
BRANCHES_ON_PAGE = 20
PUBLISHED = 100


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
    actions = ("cancel_selected", "publish_selected")
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
                    "screened",
                    "ranked",
                    "begin",
                    "spread",
                    "choke",
                    "figures",
                )
            },
        ),
        ("About", {"fields": ("owner", "created_at", "seed", "chosen", "chunk_count", "downloads")}),
    )

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Holders of ``cascade.add_cascadebatch`` write batches to the warehouse."""
        return bool(request.user.has_perm("cascade.add_cascadebatch"))

    @admin.action(description="Cancel selected batches")
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[CascadeBatch]) -> None:
        """Cancel each selected batch that the user may cancel."""
        for job_id in queryset.values_list("job_id", flat=True):
            try:
                job = cancel_job(job_id=job_id, user=request.user)
            except FluxError as error:
                self.message_user(request, error.message, messages.ERROR)
                continue
            level, text = cancel_message(job)
            self.message_user(request, text, level)

    @admin.action(
        description=f"Write the {PUBLISHED} most severe contingencies to the warehouse",
        permissions=["publish"],
    )
    def publish_selected(self, request: HttpRequest, queryset: QuerySet[CascadeBatch]) -> None:
        """Write the worst of each selected batch to the warehouse."""
        for batch in queryset:
            try:
                publish_batch(batch_id=batch.pk, worst=PUBLISHED, user=request.user)
            except FluxError as error:
                self.message_user(request, f"{batch.name}: {error.message}", messages.ERROR)
                continue
            self.log_change(request, batch, "Written to the warehouse.")
            self.message_user(request, f"{batch.name} is on its way to the warehouse.", messages.SUCCESS)

    @admin.display(description="downloads")
    def downloads(self, batch: CascadeBatch) -> SafeString | str:
        """Return links to what can be downloaded."""
        if batch.job.status != JobStatus.SUCCEEDED:
            return "none yet"
        names = ("contingencies.csv", "trips.csv", "influence.csv", "statistics.json")
        return format_html_join(
            " · ",
            '<a href="/exports/cascade-batches/{}/{}">{}</a>',
            ((batch.pk, name, name) for name in names),
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave the long columns in the database."""
        return (
            super()
            .get_queryset(request)
            .select_related("job__owner", "version")
            .defer("report", "influence", "contingencies", "job__log")
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

    @admin.display(description="chosen beside the kind")
    def chosen(self, batch: CascadeBatch) -> SafeString:
        """Return what was chosen."""
        return document(batch.choice)

    @admin.display(description="screening of pairs")
    def screened(self, batch: CascadeBatch) -> SafeString | str:
        """Return what became of the pairs."""
        found = batch.screening
        if found is None:
            return UNKNOWN
        return data_table(
            ("Pairs", "Ruled out", "Overload something", "Only together", "Undecided"),
            (
                (
                    number(found["pair_count"]),
                    number(found["removed_count"]),
                    number(found["overloading_count"]),
                    number(found["only_together_count"]),
                    number(found["undecided_count"]),
                ),
            ),
        )

    @admin.display(description="cascades begin with")
    def begin(self, batch: CascadeBatch) -> SafeString | str:
        """Return the most frequent initiators."""
        return _branches(
            batch,
            "initiators",
            ("Cascades", "Lost"),
            lambda row: (number(row["cascades"]), number(row["shed_mw"], "MW")),
        )

    @admin.display(description="cascades spread by")
    def spread(self, batch: CascadeBatch) -> SafeString | str:
        """Return the branches whose loss most trips follow."""
        return _branches(
            batch,
            "spreaders",
            ("Losses", "Followed by trips", "Trips"),
            lambda row: (number(row["losses"]), number(row["spread"]), number(row["followers"])),
        )

    @admin.display(description="choke points")
    def choke(self, batch: CascadeBatch) -> SafeString | str:
        """Return the branches that most trips pass through."""
        return _branches(
            batch,
            "choke_points",
            ("Losses", "Trips after each", "Trips through it", "Of all"),
            lambda row: (
                number(row["losses"]),
                number(row["later_trips"]),
                number(row["avoided_trips"]),
                number(row["avoided_frac"] * 100.0, "%"),
            ),
        )

    @admin.display(description="statistics")
    def figures(self, batch: CascadeBatch) -> SafeString | str:
        """Return the statistics."""
        return "none yet" if batch.statistics is None else document(batch.statistics)


def _branches(
    batch: CascadeBatch,
    name: str,
    heads: tuple[str, ...],
    values: Callable[[dict[str, Any]], tuple[Any, ...]],
) -> SafeString | str:
    """Return a list of the statistics as a table of branches."""
    rows = (batch.statistics or {}).get(name)
    if not rows:
        return "none yet" if rows is None else "none"
    return data_table(
        ("Branch", "Name", *heads),
        ((row["branch_id"], row["name"] or UNKNOWN, *values(row)) for row in rows[:BRANCHES_ON_PAGE]),
    )


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
