"""Cascade runs in the admin: their inputs, waves and trips."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cascade.admin.assets import asset_link, named_outages
from cascade.admin.run_actions import RunActions
from cascade.models import CascadeRun, CascadeTrip, FrozenInputs
from flux_site.admin.display import (
    UNKNOWN,
    ago,
    badge,
    data_table,
    link,
    list_url,
    number,
    progress_bar,
    row_link,
)
from flux_site.admin.paging import EstimatingPaginator
from flux_site.admin.read_only import ReadOnlyAdmin
from grid.selectors.network import name_branches

TRIPS_ON_PAGE = 200
BULKY = ("substation_loss", "progress", "impact")
ELEMENTS_ON_PAGE = 50


@admin.register(CascadeRun)
class CascadeRunAdmin(RunActions, ReadOnlyAdmin):
    """Cascade runs, the newest first."""

    list_display = (
        "name",
        "status",
        "lost",
        "tripped",
        "waves_run",
        "on_map",
        "scenario_link",
        "multipliers",
        "owner",
        "created",
    )
    list_filter = ("job__status", "interconnect", "termination_reason", "created_at")
    search_fields = ("name", "scenario__name", "job__owner__username")
    search_help_text = "Name, scenario, owner, or the id of an asset that failed first"
    list_per_page = 50
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("status", "job_link", "on_map", "error")}),
        (
            "Inputs",
            {
                "fields": (
                    "scenario_link",
                    "interconnect",
                    "failed_first",
                    "area_shown",
                    "elements_shown",
                    "load_multiplier",
                    "rating_multiplier",
                )
            },
        ),
        (
            "Result",
            {
                "fields": (
                    "lost",
                    "lost_first",
                    "lost_in_base",
                    "customers",
                    "served",
                    "total_load",
                    "tripped",
                    "waves_run",
                    "islands_alive",
                    "islands_dead",
                    "termination_reason",
                    "closest_margin",
                    "elapsed",
                )
            },
        ),
        ("Waves", {"fields": ("waves_shown",)}),
        ("Trips", {"fields": ("trips",)}),
        ("About", {"fields": ("owner", "created_at", "network_digest")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave the flows of every branch in the database; no page shows them."""
        return (
            super().get_queryset(request).select_related("job__owner", "scenario").defer(*BULKY, "job__log")
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find runs by the assets that failed first, too."""
        term = search_term.strip().upper()
        if term.startswith(("SUB-", "BUS-", "BR-")):
            return queryset.filter(outages__contains=[term]), False
        return super().get_search_results(request, queryset, search_term)

    # Shared by the list and the page

    @admin.display(description="status", ordering="job__status")
    def status(self, run: CascadeRun) -> SafeString | str:
        """Return the job's status, with its progress while it runs."""
        shown = badge(run.job.status)
        return (
            format_html("{} {}", shown, progress_bar(run.job.progress_frac))
            if not run.job.is_finished
            else shown
        )

    @admin.display(description="scenario", ordering="scenario__name")
    def scenario_link(self, run: CascadeRun) -> SafeString | str:
        """Return a link to the scenario."""
        return row_link(run.scenario)

    @admin.display(description="load, rating", ordering="load_multiplier")
    def multipliers(self, run: CascadeRun) -> str:
        """Return both multipliers."""
        return f"× {run.load_multiplier:g}, × {run.rating_multiplier:g}"

    @admin.display(description="trips", ordering="tripped_count")
    def tripped(self, run: CascadeRun) -> str:
        """Return the number of branches tripped by overload."""
        return number(run.tripped_count)

    @admin.display(description="waves", ordering="wave_count")
    def waves_run(self, run: CascadeRun) -> str:
        """Return the number of waves."""
        return number(run.wave_count)

    @admin.display(description="load lost", ordering="total_shed_mw")
    def lost(self, run: CascadeRun) -> str:
        """Return the load lost in all."""
        return number(run.total_shed_mw, "MW")

    @admin.display(description="owner", ordering="job__owner__username")
    def owner(self, run: CascadeRun) -> str:
        """Return who started the run."""
        return str(run.job.owner or UNKNOWN)

    @admin.display(description="created", ordering="created_at")
    def created(self, run: CascadeRun) -> SafeString | str:
        """Return how long ago the run was created."""
        return ago(run.created_at)

    @admin.display(description="map")
    def on_map(self, run: CascadeRun) -> SafeString | str:
        """Return a link to the run on the map, once it has a result."""
        return link(f"/cascade?run={run.pk}", "Show on map") if run.wave_count is not None else UNKNOWN

    # The page

    @admin.display(description="job")
    def job_link(self, run: CascadeRun) -> SafeString | str:
        """Return a link to the job, where its log is and where it can be cancelled."""
        return row_link(run.job)

    @admin.display(description="error")
    def error(self, run: CascadeRun) -> SafeString | str:
        """Return why the job failed."""
        if not run.job.error_message:
            return "none"
        return format_html('<span class="flux-error">{}</span>', run.job.error_message)

    @admin.display(description="failed first")
    def failed_first(self, run: CascadeRun) -> SafeString | str:
        """Return the outages with their names; where none was named, how much the scenario drew."""
        if run.outages or run.inputs_id is None:
            return named_outages(run.outages)
        failed = FrozenInputs.objects.filter(pk=run.inputs_id).values_list("outages", flat=True).get()
        counts = ", ".join(f"{kind} {len(ids)}" for kind, ids in sorted(failed.items()) if ids)
        return f"drawn by the scenario: {counts}" if counts else "nothing: this is the base case"

    @admin.display(description="area")
    def area_shown(self, run: CascadeRun) -> str:
        """Return what kind of area was named, with the classes that failed in it."""
        if run.area is None:
            return "none"
        (shape,) = [name for name in run.area if name != "classes"]
        return f"{shape}: {', '.join(each.lower() for each in run.area['classes'])}"

    @admin.display(description="elements of the distribution network")
    def elements_shown(self, run: CascadeRun) -> str:
        """Return how many failed first, and the first of them."""
        ids = [] if run.inputs is None else run.inputs.outages.get("elements", [])
        if not ids:
            return UNKNOWN if run.inputs is None else "none"
        more = "" if len(ids) <= ELEMENTS_ON_PAGE else " …"
        return f"{number(len(ids))}: {', '.join(ids[:ELEMENTS_ON_PAGE])}{more}"

    @admin.display(description="customers without supply")
    def customers(self, run: CascadeRun) -> str:
        """Return the customers out for certain."""
        return number(run.customers_out)

    @admin.display(description="lost with the initial outages")
    def lost_first(self, run: CascadeRun) -> str:
        """Return the load lost at once."""
        return number(run.initial_shed_mw, "MW")

    @admin.display(description="not served by the intact network")
    def lost_in_base(self, run: CascadeRun) -> str:
        """Return the load the intact network cannot serve."""
        return number(run.base_shed_mw, "MW")

    @admin.display(description="served at the end")
    def served(self, run: CascadeRun) -> str:
        """Return the load served at the end."""
        return number(run.served_mw, "MW")

    @admin.display(description="load before anything failed")
    def total_load(self, run: CascadeRun) -> str:
        """Return the load before anything failed."""
        return number(run.total_load_mw, "MW")

    @admin.display(description="closest decision")
    def closest_margin(self, run: CascadeRun) -> str:
        """Return how near a trip was to falling otherwise."""
        if run.closest_margin_frac is None:
            return UNKNOWN
        return f"{run.closest_margin_frac * 100.0:.4g} % from the rating"

    @admin.display(description="computed in")
    def elapsed(self, run: CascadeRun) -> str:
        """Return the time the engine took."""
        return number(run.elapsed_ms, "ms")

    @admin.display(description="waves")
    def waves_shown(self, run: CascadeRun) -> SafeString | str:
        """Return the waves with what each lost."""
        waves = list(run.waves.all())
        if not waves:
            return "none yet"
        rows = (
            (
                wave.number,
                number(wave.tripped_count),
                number(wave.shed_mw, "MW"),
                number(wave.cumulative_shed_mw, "MW"),
                number(wave.served_mw, "MW"),
                number(wave.islands_alive),
                number(wave.islands_dead),
                number(wave.customers_out),
                number(wave.customers_expected),
            )
            for wave in waves
        )
        headings = (
            "Wave",
            "Trips",
            "Lost in it",
            "Lost so far",
            "Served",
            "Islands alive",
            "Islands dead",
            "Customers out",
            "Expected out",
        )
        return data_table(headings, rows)

    @admin.display(description="branches tripped")
    def trips(self, run: CascadeRun) -> SafeString | str:
        """Return the first trips with their branches' names, and a link to all."""
        shown = list(run.trips.select_related("wave").order_by("wave__number", "branch_id")[:TRIPS_ON_PAGE])
        if not shown:
            return "none"
        names = name_branches([trip.branch_id for trip in shown])
        rows = (
            (
                trip.wave.number,
                asset_link(trip.branch_id),
                names.get(trip.branch_id, UNKNOWN),
                number(abs(trip.flow_mw), "MW"),
                number(trip.rating_mva, "MVA"),
                number(trip.loading_pct, "%"),
            )
            for trip in shown
        )
        table = data_table(("Wave", "Branch", "Name", "Flow", "Rating", "Loading"), rows)
        if (run.tripped_count or 0) <= len(shown):
            return table
        all_trips = link(list_url(CascadeTrip, run__id__exact=run.pk), f"All {run.tripped_count:,} trips")
        return format_html("{}<p>{}</p>", table, all_trips)


@admin.register(CascadeTrip)
class CascadeTripAdmin(ReadOnlyAdmin):
    """Trips of one run; reached from the run's page."""

    list_display = ("branch", "wave_number", "flow", "rating", "loading")
    list_display_links = None
    list_select_related = ("wave",)
    search_fields = ("branch_id__icontains",)
    search_help_text = "Id of the branch"
    paginator = EstimatingPaginator
    show_full_result_count = False
    ordering = ("wave__number", "branch_id")
    actions = None
    fields = ("run", "wave", "branch", "flow", "rating", "loading")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Keep the list of all trips of all runs out of the index."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the trips of the runs the user may see."""
        return (
            super()
            .get_queryset(request)
            .filter(run__in=CascadeRun.objects.visible_to(request.user).values("pk"))
        )

    @admin.display(description="branch", ordering="branch_id")
    def branch(self, trip: CascadeTrip) -> SafeString | str:
        """Return a link to the branch."""
        return asset_link(trip.branch_id)

    @admin.display(description="wave", ordering="wave__number")
    def wave_number(self, trip: CascadeTrip) -> int:
        """Return the wave it tripped in."""
        return trip.wave.number

    @admin.display(description="flow", ordering="flow_mw")
    def flow(self, trip: CascadeTrip) -> str:
        """Return the flow at the trip."""
        return number(abs(trip.flow_mw), "MW")

    @admin.display(description="rating", ordering="rating_mva")
    def rating(self, trip: CascadeTrip) -> str:
        """Return the rating."""
        return number(trip.rating_mva, "MVA")

    @admin.display(description="loading")
    def loading(self, trip: CascadeTrip) -> str:
        """Return the flow over the rating."""
        return number(trip.loading_pct, "%")
