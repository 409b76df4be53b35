"""Admin of the centralities: measurements, their agreement with simulation, and the nodes' values."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cascade import models
from cascade.services.centrality import start_centralities
from flux_site.admin.display import UNKNOWN
from flux_site.admin.read_only import ReadOnlyAdmin
from flux_site.api.errors import FluxError

PERMISSION = "cascade.add_centralityrun"


@admin.register(models.CentralityRun)
class CentralityRunAdmin(ReadOnlyAdmin):
    """Measurements, newest first; a new one can be started from the list."""

    change_list_template = "admin/cascade/centralityrun/change_list.html"
    list_display = ("__str__", "created_at", "computed_at", "node_count", "edge_count", "exactness", "job")
    list_filter = ("scope", "interconnect")
    list_select_related = ("job",)
    fields = (
        "scope",
        "interconnect",
        "seed",
        "job",
        "created_at",
        "computed_at",
        "node_count",
        "edge_count",
        "exactness",
        "simulated_count",
        "agreement",
        "nodes_link",
        "graph_digest",
    )
    readonly_fields = ("exactness", "agreement", "nodes_link")

    def get_urls(self) -> list[Any]:
        """Add the button's address."""
        own = path(
            "measure/", self.admin_site.admin_view(self.measure_view), name="cascade_centralityrun_measure"
        )
        return [own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the buttons to those who may use them."""
        own = {"may_measure": request.user.has_perm(PERMISSION), "scopes": models.CentralityScope.choices}
        return super().changelist_view(request, {**(extra_context or {}), **own})

    def measure_view(self, request: HttpRequest) -> HttpResponse:
        """Start a measurement and show the list again."""
        if request.method == "POST" and request.user.has_perm(PERMISSION):
            try:
                run = start_centralities(
                    scope=request.POST.get("scope", ""),
                    interconnect=request.POST.get("interconnect") or None,
                    user=request.user,
                )
            except FluxError as error:
                self.message_user(request, error.message, messages.ERROR)
            else:
                address = reverse("admin:jobs_job_change", args=[run.job_id])
                text = format_html('The measurement is queued: <a href="{}">its job</a>.', address)
                self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:cascade_centralityrun_changelist"))

    @admin.display(description="shortest paths")
    def exactness(self, run: models.CentralityRun) -> str:
        """Return whether all paths were counted."""
        if run.computed_at is None:
            return UNKNOWN
        if run.sample_count is None:
            return "all, exact"
        return (
            f"from {run.sample_count} sampled nodes, betweenness off by {run.betweenness_error:.3f} at most"
        )

    @admin.display(description="agreement with simulation")
    def agreement(self, run: models.CentralityRun) -> SafeString | str:
        """Return the rank correlations as a table."""
        if not run.correlations:
            return UNKNOWN
        rows = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{} to {}</td><td>{}</td><td>{}</td></tr>",
            (
                (
                    each["measure"].replace("_", " "),
                    _number(each["rho"]),
                    _number(each["low"]),
                    _number(each["high"]),
                    _number(each["top_decile_share"]),
                    _number(each["best_share"]),
                )
                for each in run.correlations
            ),
        )
        head = (
            "<tr><th>measure</th><th>rank correlation</th><th>95 % interval</th>"
            "<th>loss in its top tenth</th><th>best possible</th></tr>"
        )
        return format_html("<table><thead>" + head + "</thead><tbody>{}</tbody></table>", rows)

    @admin.display(description="nodes")
    def nodes_link(self, run: models.CentralityRun) -> SafeString | str:
        """Return a link to the run's nodes."""
        if run.computed_at is None:
            return UNKNOWN
        address = reverse("admin:cascade_nodecentrality_changelist")
        return format_html('<a href="{}?run__id__exact={}">{} nodes</a>', address, run.pk, run.node_count)


@admin.register(models.NodeCentrality)
class NodeCentralityAdmin(ReadOnlyAdmin):
    """The values of the nodes, the most central first."""

    list_display = (
        "node_id",
        "node_kind",
        "substation_id",
        "betweenness",
        "electrical_betweenness",
        "degree",
        "pagerank",
        "downstream_customers",
        "simulated_loss_mw",
    )
    list_filter = ("run__scope", "node_kind")
    ordering = ("-betweenness", "node_id")
    show_full_result_count = False
    search_fields = ("node_id__startswith",)
    search_help_text = "Start of a node's id"
    list_select_related = ("run",)


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2f}"
