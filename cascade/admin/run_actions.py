"""What an admin starts from finished runs: studies of them, and the same run once more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from cascade.models import CascadeRun
from cascade.services.decisions.explanation import start_explanation
from cascade.services.decisions.mitigation import start_mitigation
from cascade.services.runs import repeat_run
from flux_site.admin.display import row_link
from flux_site.api.errors import FluxError


class RunActions(admin.ModelAdmin):
    """Actions on cascade runs; each starts a job per run selected."""

    actions = ("explain_selected", "mitigate_selected", "repeat_selected")

    def has_study_permission(self, request: HttpRequest) -> bool:
        """Holders of ``cascade.add_decisionstudy`` start studies."""
        return bool(request.user.has_perm("cascade.add_decisionstudy"))

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Holders of ``cascade.add_cascaderun`` start runs."""
        return bool(request.user.has_perm("cascade.add_cascaderun"))

    @admin.action(description="Explain: what failed, why, what would have stopped it", permissions=["study"])
    def explain_selected(self, request: HttpRequest, queryset: QuerySet[CascadeRun]) -> None:
        """Start an explanation of each run."""
        self._start(request, queryset, lambda run: start_explanation(run_id=run.pk, user=request.user))

    @admin.action(description="Look for actions that would have stopped it", permissions=["study"])
    def mitigate_selected(self, request: HttpRequest, queryset: QuerySet[CascadeRun]) -> None:
        """Start a search for mitigation of each run, with the usual settings."""
        self._start(
            request,
            queryset,
            lambda run: start_mitigation(
                run_id=run.pk,
                params={},
                transfers=(),
                response=None,
                outage_hours=None,
                seed=0,
                user=request.user,
            ),
        )

    @admin.action(description="Run once more on the same inputs", permissions=["run"])
    def repeat_selected(self, request: HttpRequest, queryset: QuerySet[CascadeRun]) -> None:
        """Start each run once more."""
        self._start(request, queryset, lambda run: repeat_run(run_id=run.pk, user=request.user))

    def _start(
        self, request: HttpRequest, runs: QuerySet[CascadeRun], start: Callable[[CascadeRun], Model]
    ) -> None:
        for run in runs:
            try:
                started: Any = start(run)
            except FluxError as error:
                self.message_user(request, f"{run.name}: {error.message}", messages.ERROR)
                continue
            self.message_user(request, format_html("Started: {}", row_link(started)), messages.SUCCESS)
