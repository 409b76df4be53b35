"""Scenarios in the admin: write them, check them against the network, run them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cascade.admin.assets import named_outages
from cascade.admin.scenario_forms import NewScenarioForm, ScenarioForm
from cascade.engine.scenarios.documents import write_spec
from cascade.engine.scenarios.text import write_text
from cascade.models import CascadeRun, Scenario, ScenarioVersion
from cascade.services import scenarios as services
from flux_site.admin.display import (
    UNKNOWN,
    ago,
    change_url,
    data_table,
    link,
    list_url,
    pretty_json,
    row_link,
)
from flux_site.api.errors import FluxError

OUTAGES_IN_LIST = 3
VERSIONS_ON_PAGE = 20
MOST_DIFFERENCES = 200


@admin.register(Scenario)
class ScenarioAdmin(admin.ModelAdmin):
    """Scenarios."""

    form = ScenarioForm
    list_display = (
        "name",
        "kind",
        "fails_first",
        "load_multiplier",
        "rating_multiplier",
        "interconnect",
        "run_count",
        "owner",
        "changed",
    )
    list_filter = ("kind", "interconnect", "owner")
    list_select_related = ("owner", "copied_from")
    list_per_page = 50
    search_fields = ("name", "description", "owner__username")
    search_help_text = "Name, description, owner, or the id of an asset that fails first"
    actions = ("run_selected", "copy_selected")
    fieldsets = (
        (None, {"fields": ("name", "description")}),
        ("What it says", {"fields": ("spec", "note", "based_on", "named")}),
        ("Versions", {"fields": ("versions_shown",)}),
        (
            "About",
            {"fields": ("interconnect", "copy_of", "owner", "created_at", "updated_at", "runs_shown")},
        ),
    )
    viewed_fieldsets = (
        (None, {"fields": ("name", "description")}),
        ("What it says", {"fields": ("says", "named")}),
        *fieldsets[2:],
    )
    add_fieldsets = (
        (None, {"fields": ("name", "description")}),
        ("What happens", {"fields": ("outages", "load_multiplier", "rating_multiplier")}),
        ("Or all of it as a document", {"fields": ("spec", "interconnect"), "classes": ("collapse",)}),
    )
    about_fields = (
        "named",
        "says",
        "versions_shown",
        "interconnect",
        "copy_of",
        "owner",
        "created_at",
        "updated_at",
        "runs_shown",
    )

    # Permissions

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Holders of ``cascade.add_cascaderun`` run scenarios."""
        return bool(request.user.has_perm("cascade.add_cascaderun"))

    # Lists

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scenario]:
        """Count the runs."""
        return super().get_queryset(request).annotate(runs_done=Count("runs"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Scenario], search_term: str
    ) -> tuple[QuerySet[Scenario], bool]:
        """Find scenarios by the assets that fail first, too."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        term = search_term.strip().upper()
        if not term:
            return found, may_repeat
        return queryset.filter(Q(pk__in=found.values("pk")) | Q(outages__contains=[term])), may_repeat

    @admin.display(description="fails first")
    def fails_first(self, scenario: Scenario) -> str:
        """Return the first few outages."""
        shown = ", ".join(scenario.outages[:OUTAGES_IN_LIST])
        rest = len(scenario.outages) - OUTAGES_IN_LIST
        return f"{shown} and {rest} more" if rest > 0 else shown

    @admin.display(description="runs", ordering="runs_done")
    def run_count(self, scenario: Any) -> SafeString | str:
        """Return the number of runs, as a link to them."""
        return link(list_url(CascadeRun, scenario__id__exact=scenario.pk), scenario.runs_done)

    @admin.display(description="changed", ordering="updated_at")
    def changed(self, scenario: Scenario) -> SafeString | str:
        """Return how long ago the scenario was changed."""
        return ago(scenario.updated_at)

    # One scenario

    def get_fieldsets(self, request: HttpRequest, obj: Scenario | None = None) -> Any:
        """Ask only for what a person decides when a scenario is added."""
        if obj is None:
            return self.add_fieldsets
        return self.fieldsets if self.has_change_permission(request, obj) else self.viewed_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Scenario | None = None) -> Any:
        """Let the interconnection be named when a scenario is added."""
        return () if obj is None else self.about_fields

    def get_form(
        self, request: HttpRequest, obj: Scenario | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Take the form of a new scenario, or that of one that is there."""
        if obj is None:
            kwargs["form"] = NewScenarioForm
        return super().get_form(request, obj, change=change, **kwargs)

    @admin.display(description="document")
    def says(self, scenario: Scenario) -> SafeString:
        """Return the document, for those who may only look."""
        return pretty_json(write_spec(services.newest_spec(scenario)))

    @admin.display(description="copied from")
    def copy_of(self, scenario: Scenario) -> SafeString | str:
        """Return a link to the scenario that this one was copied from."""
        return row_link(scenario.copied_from)

    @admin.display(description="versions")
    def versions_shown(self, scenario: Scenario) -> SafeString | str:
        """Return the newest versions, each with what it changed."""
        rows = list(scenario.versions.select_related("author")[: VERSIONS_ON_PAGE + 1])
        if not rows:
            return "none yet"
        before = [*rows[1:], None]
        address = reverse("admin:cascade_scenario_versions", args=[scenario.pk])
        return data_table(
            ("Version", "What it changed", "Note", "By", "When"),
            (
                (
                    link(change_url(ScenarioVersion, row.pk), row.number),
                    "the first" if earlier is None else _changed(row, earlier, address),
                    row.note,
                    row.author or UNKNOWN,
                    ago(row.created_at),
                )
                for row, earlier in zip(rows[:VERSIONS_ON_PAGE], before, strict=False)
            ),
        )

    @admin.display(description="these are")
    def named(self, scenario: Scenario) -> SafeString | str:
        """Return the outages with their names."""
        return named_outages(scenario.outages)

    @admin.display(description="runs")
    def runs_shown(self, scenario: Any) -> SafeString | str:
        """Return a link to the scenario's runs."""
        if not scenario.runs_done:
            return "not run yet"
        return link(list_url(CascadeRun, scenario__id__exact=scenario.pk), f"{scenario.runs_done} so far")

    def save_model(self, request: HttpRequest, obj: Scenario, form: Any, change: bool) -> None:
        """Create or change the scenario by its service; the form has checked it."""
        given = form.cleaned_data
        if change:
            saved = services.update_scenario(scenario_id=obj.pk, **given, user=request.user)
        else:
            if given["spec"] is None:
                unused: tuple[str, ...] = ("spec", "interconnect")
            else:
                unused = ("outages", "load_multiplier", "rating_multiplier")
                given["interconnect"] = given["interconnect"] or None
            given = {name: value for name, value in given.items() if name not in unused}
            saved = services.create_scenario(**given, user=request.user)
        for field in Scenario._meta.concrete_fields:
            setattr(obj, field.attname, getattr(saved, field.attname))
        obj._state.adding, obj._state.db = False, saved._state.db

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Let versions go with their scenario, though nobody deletes one by hand."""
        shown, counts, forbidden, protected = super().get_deleted_objects(objs, request)
        return shown, counts, forbidden - {ScenarioVersion._meta.verbose_name}, protected

    def delete_model(self, request: HttpRequest, obj: Scenario) -> None:
        """Delete a scenario by its service."""
        services.delete_scenarios(scenario_ids=[obj.pk], user=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Scenario]) -> None:
        """Delete scenarios by their service."""
        services.delete_scenarios(scenario_ids=list(queryset.values_list("pk", flat=True)), user=request.user)

    # Running, copying, comparing

    def get_urls(self) -> list[Any]:
        """Add the buttons of one scenario and the page that compares its versions."""
        views = {"run": self.run_view, "copy": self.copy_view, "versions": self.versions_view}
        own = [
            path(
                f"<int:scenario_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"cascade_scenario_{name}",
            )
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one scenario with its buttons."""
        context = dict(extra_context or {})
        if object_id.isdigit() and self.has_run_permission(request):
            context["run_url"] = reverse("admin:cascade_scenario_run", args=[object_id])
        if object_id.isdigit() and self.has_add_permission(request):
            context["copy_url"] = reverse("admin:cascade_scenario_copy", args=[object_id])
        return super().change_view(request, object_id, form_url, context)

    def run_view(self, request: HttpRequest, scenario_id: int) -> HttpResponseRedirect:
        """Run one scenario and go to its job."""
        scenario = self.get_queryset(request).filter(pk=scenario_id).first()
        back = reverse("admin:cascade_scenario_change", args=[scenario_id])
        if request.method != "POST" or scenario is None:
            return HttpResponseRedirect(back)
        run = self._run(request, scenario)
        job_url = change_url(type(run.job), run.job_id) if run is not None else None
        return HttpResponseRedirect(job_url or back)

    @admin.action(description="Run selected scenarios", permissions=["run"])
    def run_selected(self, request: HttpRequest, queryset: QuerySet[Scenario]) -> None:
        """Queue a run of each selected scenario."""
        for scenario in queryset:
            self._run(request, scenario)

    def _run(self, request: HttpRequest, scenario: Scenario) -> CascadeRun | None:
        if not self.has_run_permission(request):
            self.message_user(request, "You may not run scenarios.", messages.ERROR)
            return None
        try:
            run = services.run_scenario(scenario_id=scenario.pk, user=request.user)
        except FluxError as error:
            self.message_user(request, f"{scenario.name} was not run. {error.message}", messages.ERROR)
            return None
        self.log_change(request, scenario, "Run started.")
        self.message_user(request, f"A run of {scenario.name} was queued.", messages.SUCCESS)
        return run

    def copy_view(self, request: HttpRequest, scenario_id: int) -> HttpResponseRedirect:
        """Copy one scenario, or an earlier version of it, and go to the copy."""
        back = reverse("admin:cascade_scenario_change", args=[scenario_id])
        if request.method != "POST":
            return HttpResponseRedirect(back)
        number = request.POST.get("version", "")
        copy = self._copy(request, scenario_id, int(number) if number.isdigit() else None)
        return HttpResponseRedirect(back if copy is None else change_url(Scenario, copy.pk) or back)

    @admin.action(description="Copy selected scenarios", permissions=["add"])
    def copy_selected(self, request: HttpRequest, queryset: QuerySet[Scenario]) -> None:
        """Copy each selected scenario."""
        for scenario in queryset:
            self._copy(request, scenario.pk, None)

    def _copy(self, request: HttpRequest, scenario_id: int, number: int | None) -> Scenario | None:
        if not self.has_add_permission(request):
            self.message_user(request, "You may not add scenarios.", messages.ERROR)
            return None
        try:
            copy = services.copy_scenario(
                scenario_id=scenario_id, name=None, number=number, user=request.user
            )
        except FluxError as error:
            self.message_user(request, error.message, messages.ERROR)
            return None
        self.log_addition(request, copy, "Copied.")
        self.message_user(request, f"{copy.name} was made.", messages.SUCCESS)
        return copy

    def versions_view(self, request: HttpRequest, scenario_id: int) -> TemplateResponse:
        """Show what differs between two versions of a scenario, by default the newest and the one before."""
        scenario = Scenario.objects.filter(pk=scenario_id).first()
        if scenario is None or not self.has_view_permission(request, scenario):
            raise Http404
        newest = services.find_version(scenario_id, None).number
        numbers = list(scenario.versions.order_by("number").values_list("number", flat=True))
        asked = {name: request.GET.get(name, "") for name in ("first", "second")}
        first, second = (
            int(text) if text.isdigit() and int(text) in numbers else usual
            for text, usual in ((asked["first"], max(newest - 1, 1)), (asked["second"], newest))
        )
        found = services.compare_versions(
            services.find_version(scenario_id, first), services.find_version(scenario_id, second)
        )
        context = {
            **self.admin_site.each_context(request),
            "title": f"Versions {first} and {second} of {scenario.name}",
            "opts": self.model._meta,
            "scenario": scenario,
            "numbers": numbers,
            "first": first,
            "second": second,
            "count": len(found),
            "may_copy": self.has_add_permission(request),
            "rows": [
                (each.kind.value.lower(), each.path, _text(each.before), _text(each.after))
                for each in found[:MOST_DIFFERENCES]
            ],
        }
        return TemplateResponse(request, "admin/cascade/scenario/versions.html", context)


def _changed(version: ScenarioVersion, earlier: ScenarioVersion, address: str) -> SafeString:
    """Return the places at which a version differs from the one before, with a link to how."""
    places = [each.path for each in services.compare_versions(earlier, version)]
    rest = len(places) - OUTAGES_IN_LIST
    return format_html(
        '{}{} (<a href="{}?first={}&amp;second={}">compare</a>)',
        ", ".join(places[:OUTAGES_IN_LIST]) or "nothing",
        f" and {rest} more" if rest > 0 else "",
        address,
        earlier.number,
        version.number,
    )


def _text(value: Any) -> str:
    """Return a value of a document for a cell of a table; a dash where it says nothing."""
    return UNKNOWN if value is None else write_text(value)
