"""The admin site: its name, the order of its index and the status panel on it."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse

FIELD = "Outages and field work"
DISTRIBUTION = "Distribution"
ASSISTANT = "Assistant"
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Operations",
        (
            "grid.SyncLayer",
            "grid.SyncAlert",
            "grid.SyncRun",
            "grid.SyncCheckpoint",
            "grid.SyncReject",
            "grid.TileBuild",
            "jobs.Job",
        ),
    ),
    (
        "Files and edits",
        (
            "grid.FileImport",
            "grid.ImportReject",
            "grid.ImportFile",
            "grid.ImportMapping",
            "grid.FileExport",
            "grid.OutboxEvent",
        ),
    ),
    (
        "Streams",
        ("grid.StreamConsumer", "grid.StreamDeadLetter", "grid.StreamPending", "grid.DeviceEvent"),
    ),
    ("Detection of outages", ("grid.CircuitWatch", "grid.MeterEvidence", "grid.SwitchEvidence")),
    (
        "Cascade laboratory",
        (
            "cascade.Scenario",
            "cascade.ScenarioVersion",
            "cascade.CascadeRun",
            "cascade.CascadeBatch",
            "cascade.FrozenInputs",
            "cascade.DecisionStudy",
            "cascade.CentralityRun",
            "cascade.NodeCentrality",
            "cascade.VulnerabilityMap",
            "cascade.VulnerabilityEntry",
            "cascade.RunForecast",
            "cascade.ForecastBranch",
        ),
    ),
    (
        "Costs and repairs",
        (
            "cascade.DamageTable",
            "cascade.CostAssumptions",
            "cascade.RepairTime",
            "cascade.SeverityThreshold",
        ),
    ),
    (
        "Risk of now",
        (
            "cascade.RiskSample",
            "cascade.RiskContribution",
            "cascade.RiskNetwork",
            "cascade.RiskAssumption",
        ),
    ),
    (
        "Learned models",
        (
            "cascade.LearnedModel",
            "cascade.LearningDataset",
            "cascade.ModelEvaluation",
            "cascade.Promotion",
            "cascade.DriftCheck",
        ),
    ),
    (
        "Transformers to come",
        (
            "cascade.TransformerPrediction",
            "cascade.TransformerRiskRun",
            "cascade.TransformerForecast",
            "cascade.TransformerForecastRun",
        ),
    ),
    ("Transmission", ("grid.Zone", "grid.Substation", "grid.Bus", "grid.Branch", "grid.Plant")),
    (
        DISTRIBUTION,
        (
            "grid.Circuit",
            "grid.ServiceArea",
            "grid.LineSection",
            "grid.Switch",
            "grid.Pole",
            "grid.Transformer",
            "grid.TransformerLoad",
            "grid.TransformerVoltage",
            "grid.Meter",
            "grid.Customer",
            "grid.DataQualityFinding",
        ),
    ),
    (
        FIELD,
        (
            "grid.Outage",
            "grid.OutageInterruption",
            "grid.WorkOrder",
            "grid.Crew",
            "grid.OperationEvent",
            "grid.CircuitStatus",
            "grid.SubstationStatus",
            "grid.WeatherRating",
        ),
    ),
    ("Surroundings", ("grid.Building", "grid.Tree", "grid.WaterBody", "grid.FloodZone")),
    ("Weather and condition", ("grid.WeatherObservation", "grid.AssetHealth", "grid.KpiSample")),
    (
        "Vegetation",
        (
            "grid.TreeRisk",
            "grid.VegetationWorkPackage",
            "grid.TreeInspection",
            "grid.VegetationLine",
            "grid.VegetationClearance",
        ),
    ),
    (ASSISTANT, ("agent.Thread", "agent.Message", "agent.Feedback", "agent.Document", "agent.Passage")),
    (
        "Users and access",
        (
            "auth.User",
            "auth.Group",
            "api.ApiToken",
            "api.SavedView",
            "api.AuditRecord",
            "admin.LogEntry",
        ),
    ),
    (
        "Schedules",
        (
            "django_celery_beat.PeriodicTask",
            "django_celery_beat.IntervalSchedule",
            "django_celery_beat.CrontabSchedule",
            "django_celery_beat.ClockedSchedule",
        ),
    ),
)


class FluxAdminSite(AdminSite):
    """The stock admin site under our name, with its index grouped by what people do."""

    site_header = "Flux Operations Center"
    site_title = "Flux Operations Center"
    index_title = "Administration"
    site_url = None  # the header links to the map by itself

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Return the index's sections; models that no section names keep the section of their app."""
        apps: list[dict[str, Any]] = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        entries = {
            f"{app['app_label']}.{entry['object_name']}": (app, entry)
            for app in apps
            for entry in app["models"]
        }
        sections = []
        for name, keys in SECTIONS:
            found = [entries.pop(key) for key in keys if key in entries]
            if found:
                app = found[0][0]
                models = [entry for _, entry in found]
                if name == FIELD and request.user.has_perm("grid.view_outage"):
                    models.append(_page("Reliability", "admin:flux_reliability"))
                if name == DISTRIBUTION and request.user.has_perm("grid.view_circuit"):
                    models.append(_page("Trace", "admin:flux_trace"))
                if name == ASSISTANT and request.user.has_perm("agent.use_assistant"):
                    models.insert(0, _page("Ask the assistant", "admin:flux_assistant"))
                if name == ASSISTANT and request.user.has_perm("agent.view_message"):
                    models.append(_page("Assistant back end", "admin:flux_assistant_backend"))
                sections.append({**app, "name": name, "models": models})
        for app in apps:
            rest = [entry for owner, entry in entries.values() if owner is app]
            if rest:
                sections.append({**app, "models": rest})
        return sections

    def get_urls(self) -> list[Any]:
        """Add the status panel, which the index loads by itself, and the pages that belong to no model."""
        from agent.admin import asking, backend_status

        return [
            *backend_status.urls(self),
            *asking.urls(self),
            path("status/", self.admin_view(self.status_view), name="flux_status"),
            path("trace/", self.admin_view(self.trace_view), name="flux_trace"),
            path("reliability/", self.admin_view(self.reliability_view), name="flux_reliability"),
            *super().get_urls(),
        ]

    def reliability_view(self, request: HttpRequest) -> HttpResponse:
        """Answer the page of reliability."""
        from grid.admin.reliability import reliability_view

        return reliability_view(request, self.each_context(request))

    def trace_view(self, request: HttpRequest) -> HttpResponse:
        """Answer the page that traces an asset."""
        from grid.admin.tracing import trace_view

        return trace_view(request, self.each_context(request))

    def status_view(self, request: HttpRequest) -> HttpResponse:
        """Answer the status panel as a piece of HTML."""
        from flux_site.admin_site.status import status_panel

        return TemplateResponse(request, "admin/status_panel.html", status_panel(request.user))


def _page(name: str, view: str) -> dict[str, Any]:
    """Return the index's entry of a page that belongs to no model."""
    return {
        "name": name,
        "object_name": name,
        "admin_url": reverse(view),
        "add_url": None,
        "view_only": True,
        "perms": {"view": True},
    }
