"""The admin site: its name, the order of its index and the status panel on it."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Operations",
        (
            "grid.SyncLayer",
            "grid.SyncAlert",
            "grid.SyncRun",
            "grid.SyncCheckpoint",
            "grid.SyncReject",
            "jobs.Job",
        ),
    ),
    (
        "Files and edits",
        ("grid.FileImport", "grid.ImportReject", "grid.ImportFile", "grid.ImportMapping", "grid.OutboxEvent"),
    ),
    ("Cascade laboratory", ("cascade.Scenario", "cascade.CascadeRun")),
    ("Transmission", ("grid.Zone", "grid.Substation", "grid.Bus", "grid.Branch", "grid.Plant")),
    (
        "Distribution",
        (
            "grid.Circuit",
            "grid.LineSection",
            "grid.Switch",
            "grid.Pole",
            "grid.Transformer",
            "grid.TransformerLoad",
            "grid.Meter",
            "grid.Customer",
        ),
    ),
    ("Field and weather", ("grid.Outage", "grid.WorkOrder", "grid.WeatherObservation")),
    ("Users and access", ("auth.User", "auth.Group", "api.ApiToken", "admin.LogEntry")),
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
                sections.append({**app, "name": name, "models": [entry for _, entry in found]})
        for app in apps:
            rest = [entry for owner, entry in entries.values() if owner is app]
            if rest:
                sections.append({**app, "models": rest})
        return sections

    def get_urls(self) -> list[Any]:
        """Add the status panel, which the index loads by itself."""
        return [path("status/", self.admin_view(self.status_view), name="flux_status"), *super().get_urls()]

    def status_view(self, request: HttpRequest) -> HttpResponse:
        """Answer the status panel as a piece of HTML."""
        from flux_site.admin_site.status import status_panel

        return TemplateResponse(request, "admin/status_panel.html", status_panel(request.user))
