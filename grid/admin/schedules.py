"""Schedules of django-celery-beat in the admin, without the inline script our security policy refuses."""

from typing import Any

import kombu.exceptions
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django_celery_beat.admin import PeriodicTaskAdmin
from django_celery_beat.models import PeriodicTask, SolarSchedule

from flux_site.api.outages import QUEUE_FAULTS

admin.site.unregister(PeriodicTask)
admin.site.unregister(SolarSchedule)  # needs an astronomy package that is not installed, and grids do not


@admin.register(PeriodicTask)
class FluxPeriodicTaskAdmin(PeriodicTaskAdmin):
    """Periodic tasks: what runs by itself, how often, and when it ran last."""

    change_form_template = "admin/change_form.html"
    list_display = ("name", "enabled", "scheduler", "last_run_at", "total_run_count")
    list_filter = ("enabled", "task")
    date_hierarchy = None
    fieldsets = (
        (None, {"fields": ("name", "regtask", "task", "enabled", "description")}),
        (
            "Schedule",
            {"fields": ("interval", "crontab", "clocked", "start_time", "last_run_at", "one_off")},
        ),
        ("Arguments", {"fields": ("args", "kwargs"), "classes": ("collapse",)}),
        (
            "Execution",
            {
                "fields": ("expires", "expire_seconds", "queue", "priority", "headers"),
                "classes": ("collapse",),
            },
        ),
    )
    readonly_fields: Any = ("last_run_at",)

    @admin.action(description="Run selected tasks now")
    def run_tasks(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Send the tasks to the queue; says so if the queue is away."""
        try:
            super().run_tasks(request, queryset)
        except (kombu.exceptions.OperationalError, *QUEUE_FAULTS, OSError):
            self.message_user(request, "Redis does not answer, so nothing was queued.", messages.ERROR)
