"""Scenarios in the admin: write them, check them against the network, run them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.safestring import SafeString

from cascade.admin.assets import named_outages
from cascade.models import CascadeRun, Scenario, ScenarioVersion
from cascade.services import scenarios as services
from flux_site.admin.display import ago, change_url, link, list_url
from flux_site.api.errors import FluxError

OUTAGES_IN_LIST = 3
FORM_FIELDS = {
    "name": "name",
    "description": "description",
    "outages": "outages",
    "loadMultiplier": "load_multiplier",
    "ratingMultiplier": "rating_multiplier",
}


class OutagesField(forms.CharField):
    """Asset ids, one a line or separated by commas or blanks."""

    widget = forms.Textarea(attrs={"rows": 5, "cols": 60, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        """Return the ids one a line."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Return the ids in the order given, each once."""
        return list(dict.fromkeys(str(super().clean(value)).replace(",", " ").split()))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare the ids, not how they are laid out."""
        return list(initial or []) != list(dict.fromkeys(str(data or "").replace(",", " ").split()))


class ScenarioForm(forms.ModelForm):
    """A scenario; the service checks it against the network."""

    outages = OutagesField(
        help_text="Ids of the substations, buses and branches that fail first, such as SUB-1, BUS-1 or BR-1; "
        "one a line. The lists under Transmission show them."
    )

    class Meta:
        model = Scenario
        fields = ("name", "description", "outages", "load_multiplier", "rating_multiplier")

    def clean(self) -> dict[str, Any]:
        """Let the service check the fields together, once each is well-formed."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            self.instance.interconnect = services.check_scenario(
                name=cleaned["name"],
                description=cleaned["description"],
                outages=cleaned["outages"],
                load_multiplier=cleaned["load_multiplier"],
                rating_multiplier=cleaned["rating_multiplier"],
            )
        except FluxError as error:
            self.add_error(FORM_FIELDS.get(error.field or ""), error.message)
        return cleaned


@admin.register(Scenario)
class ScenarioAdmin(admin.ModelAdmin):
    """Scenarios."""

    form = ScenarioForm
    list_display = (
        "name",
        "fails_first",
        "load_multiplier",
        "rating_multiplier",
        "interconnect",
        "run_count",
        "owner",
        "changed",
    )
    list_filter = ("interconnect", "owner")
    list_select_related = ("owner",)
    list_per_page = 50
    search_fields = ("name", "description", "owner__username")
    search_help_text = "Name, description, owner, or the id of an asset that fails first"
    actions = ("run_selected",)
    fieldsets = (
        (None, {"fields": ("name", "description")}),
        ("What happens", {"fields": ("outages", "named", "load_multiplier", "rating_multiplier")}),
        ("About", {"fields": ("interconnect", "owner", "created_at", "updated_at", "runs_shown")}),
    )
    add_fieldsets = (
        (None, {"fields": ("name", "description")}),
        ("What happens", {"fields": ("outages", "load_multiplier", "rating_multiplier")}),
    )
    readonly_fields = ("named", "interconnect", "owner", "created_at", "updated_at", "runs_shown")

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
        return self.add_fieldsets if obj is None else self.fieldsets

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
        if change:
            services.save_scenario(scenario=obj, user=request.user)
            return
        created = services.create_scenario(**form.cleaned_data, user=request.user)
        for field in Scenario._meta.concrete_fields:
            setattr(obj, field.attname, getattr(created, field.attname))
        obj._state.adding, obj._state.db = False, created._state.db

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

    # Running

    def get_urls(self) -> list[Any]:
        """Add the button that runs one scenario."""
        run = self.admin_site.admin_view(self.run_view)
        return [path("<int:scenario_id>/run/", run, name="cascade_scenario_run"), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one scenario with its run button."""
        context = dict(extra_context or {})
        if object_id.isdigit() and self.has_run_permission(request):
            context["run_url"] = reverse("admin:cascade_scenario_run", args=[object_id])
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
