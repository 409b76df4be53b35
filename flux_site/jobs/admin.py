"""Jobs in the admin: watch them, read their logs, cancel them."""

import uuid
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from flux_site.admin.display import (
    UNKNOWN,
    ago,
    badge,
    change_url,
    duration,
    facts_table,
    is_registered,
    link,
    list_url,
    pretty_json,
    progress_bar,
)
from flux_site.admin.read_only import ReadOnlyAdmin
from flux_site.api.errors import FluxError
from flux_site.jobs import services
from flux_site.jobs.models import Job, JobStatus

STATES_AT_MOST = 200


def duration_s(job: Job) -> float | None:
    """Return how long a finished job ran, s; None before it ended."""
    if job.started_at is None or job.finished_at is None:
        return None
    return (job.finished_at - job.started_at).total_seconds()


def cancel_message(job: Job) -> tuple[int, str]:
    """Return the level and text that tell what asking a job to stop led to."""
    if job.status == JobStatus.CANCELLED:
        return messages.SUCCESS, f"{job.title} was cancelled."
    if job.is_finished:
        return messages.WARNING, f"{job.title} had already {job.status.lower()}; there was nothing to cancel."
    return messages.SUCCESS, f"{job.title} was asked to stop; its worker obeys within a second or so."


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Jobs: everyone sees their own, holders of ``jobs.view_job`` see all."""

    list_display = ("title", "kind", "status_badge", "progress", "owner", "created", "took")
    list_display_links = ("title",)
    list_filter = ("status", "kind", "created_at")
    search_fields = ("title", "kind", "owner__username", "error_code", "error_message")
    search_help_text = "Title, kind, owner, error, or a job's id"
    list_select_related = ("owner",)
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-created_at",)
    actions = ("cancel_selected",)
    fieldsets = (
        (None, {"fields": ("status_now", "progress_now", "step_now", "error", "results")}),
        ("Outcome", {"fields": ("counts_now",)}),
        ("Log", {"fields": ("log_now",)}),
        (
            "Details",
            {
                "fields": (
                    "id",
                    "kind",
                    "owner",
                    "created_at",
                    "started_at",
                    "finished_at",
                    "took",
                    "attempt",
                    "heartbeat_at",
                    "inputs_shown",
                )
            },
        ),
    )

    class Media:
        js = ("flux-admin/job-watch.js",)

    # Who may do what: the rows are limited by ReadOnlyAdmin, cancelling by the service.

    def has_view_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        """Everyone with access to the admin sees the jobs that are visible to them."""
        return bool(request.user.is_active and request.user.is_staff)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """See has_view_permission."""
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        """Leave the log of every job out of lists."""
        jobs = super().get_queryset(request)
        match = request.resolver_match
        is_list = match is not None and str(match.url_name).endswith("_changelist")
        return jobs.defer("log", "inputs") if is_list else jobs

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Job], search_term: str
    ) -> tuple[QuerySet[Job], bool]:
        """Find a job by its id, too."""
        try:
            return queryset.filter(pk=uuid.UUID(search_term.strip())), False
        except ValueError:
            return super().get_search_results(request, queryset, search_term)

    # Addresses of our own

    def get_urls(self) -> list[Any]:
        """Add the state of jobs, for the pages that watch them, and the button that cancels one."""
        view = self.admin_site.admin_view
        return [
            path("states/", view(self.states_view), name="jobs_job_states"),
            path("<uuid:job_id>/cancel/", view(self.cancel_view), name="jobs_job_cancel"),
            *super().get_urls(),
        ]

    def states_view(self, request: HttpRequest) -> HttpResponse:
        """Answer the present state of the jobs named by ``ids``, of those the user may see."""
        try:
            ids = [uuid.UUID(text) for text in request.GET.get("ids", "").split(",") if text][:STATES_AT_MOST]
        except ValueError:
            return JsonResponse({"error": "ids must be job ids, separated by commas"}, status=400)
        has_log = request.GET.get("log") == "1"
        jobs = Job.objects.visible_to(request.user).filter(pk__in=ids)
        if not has_log:
            jobs = jobs.defer("log", "inputs")
        return JsonResponse({"jobs": [self._state(job, has_log=has_log) for job in jobs]})

    def cancel_view(self, request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
        """Cancel one job and return to its page."""
        page = reverse("admin:jobs_job_change", args=[job_id])
        if request.method != "POST":
            return HttpResponseRedirect(page)
        self._cancel(request, job_id)
        return HttpResponseRedirect(page)

    @admin.action(description="Cancel selected jobs")
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Cancel each selected job that the user may cancel."""
        for job_id in queryset.values_list("pk", flat=True):
            self._cancel(request, job_id)

    def _cancel(self, request: HttpRequest, job_id: uuid.UUID) -> None:
        try:
            job = services.cancel_job(job_id=job_id, user=request.user)
        except FluxError as error:
            self.message_user(request, error.message, messages.ERROR)
            return
        level, text = cancel_message(job)
        self.message_user(request, text, level)
        if level == messages.SUCCESS:
            self.log_change(request, job, "Cancelled.")

    # The pages

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one job; while it runs the page follows it."""
        job = self.get_object(request, object_id)
        context = {**(extra_context or {}), "title": "Job"}
        if job is not None:
            may_cancel = job.owner_id == request.user.pk or request.user.has_perm("jobs.cancel_job")
            context["cancel_url"] = (
                reverse("admin:jobs_job_cancel", args=[job.pk])
                if may_cancel and not job.is_finished
                else None
            )
            context["is_watched"] = not job.is_finished
        return super().change_view(request, object_id, form_url, context)

    @admin.display(description="status", ordering="status")
    def status_badge(self, job: Job) -> SafeString:
        """Return the status with the address at which scripts ask for its changes."""
        return self._watched(job, "status", badge(self._status(job)))

    @admin.display(description="progress", ordering="progress_frac")
    def progress(self, job: Job) -> SafeString:
        """Return the progress bar and, while the job runs, its step."""
        step = format_html(
            '<div class="flux-step">{}</div>', job.step if job.status == JobStatus.RUNNING else ""
        )
        return format_html(
            "{}{}",
            self._watched(job, "progress", progress_bar(job.progress_frac)),
            self._watched(job, "step", step),
        )

    @admin.display(description="created", ordering="created_at")
    def created(self, job: Job) -> SafeString | str:
        """Return how long ago the job was created."""
        return ago(job.created_at)

    @admin.display(description="took")
    def took(self, job: Job) -> SafeString:
        """Return how long the job ran."""
        return self._watched(job, "took", duration(duration_s(job)))

    @admin.display(description="status")
    def status_now(self, job: Job) -> SafeString:
        """Return the status on the job's page."""
        return self._watched(job, "status", badge(self._status(job)))

    @admin.display(description="progress")
    def progress_now(self, job: Job) -> SafeString:
        """Return the progress bar on the job's page."""
        return self._watched(job, "progress", progress_bar(job.progress_frac))

    @admin.display(description="step")
    def step_now(self, job: Job) -> SafeString:
        """Return what the job does now, or did last."""
        return self._watched(job, "step", job.step or UNKNOWN)

    @admin.display(description="error")
    def error(self, job: Job) -> SafeString | str:
        """Return why the job failed."""
        if not job.error_message and not job.error_code:
            return "none"
        return format_html('<span class="flux-error"><b>{}</b> {}</span>', job.error_code, job.error_message)

    @admin.display(description="results")
    def results(self, job: Job) -> SafeString | str:
        """Return links to the rows that hang on the job and have admin pages."""
        links = []
        for relation in job._meta.related_objects:
            model: Any = relation.related_model
            if not is_registered(model):
                continue
            rows = model._default_manager.filter(**{relation.field.name: job})
            if relation.one_to_one:
                keys = rows.values_list("pk", flat=True)
                links += [(link(change_url(model, key), model._meta.verbose_name),) for key in keys]
            elif rows.exists():
                filters = {f"{relation.field.name}__id__exact": job.pk}
                links.append((link(list_url(model, **filters), model._meta.verbose_name_plural),))
        return format_html_join(", ", "{}", links) if links else UNKNOWN

    @admin.display(description="counts")
    def counts_now(self, job: Job) -> SafeString:
        """Return the numbers of the outcome."""
        return self._watched(job, "counts", facts_table(job.counts))

    @admin.display(description="log (UTC)")
    def log_now(self, job: Job) -> SafeString:
        """Return the log."""
        return format_html(
            '<pre class="flux-pre flux-log" data-flux-job="{}" data-flux-job-field="log">{}</pre>',
            job.pk,
            job.log or "(empty)",
        )

    @admin.display(description="inputs")
    def inputs_shown(self, job: Job) -> SafeString:
        """Return the frozen inputs."""
        return pretty_json(job.inputs)

    # How scripts learn of changes

    @staticmethod
    def _status(job: Job) -> str:
        """Return the status shown: a running job that was asked to stop is on its way to be cancelled."""
        return "STOPPING" if job.status == JobStatus.RUNNING and job.is_cancel_requested else job.status

    @staticmethod
    def _watched(job: Job, field: str, content: SafeString | str) -> SafeString:
        """Mark a piece of the page as one that follows the job while it is unfinished."""
        return format_html(
            '<span data-flux-job="{}" data-flux-job-field="{}"{}>{}</span>',
            job.pk,
            field,
            "" if job.is_finished else format_html(' data-flux-job-open="{}"', "yes"),
            content,
        )

    def _state(self, job: Job, *, has_log: bool) -> dict[str, Any]:
        """Return what a page needs to show the job's present state; every value but the log is safe HTML."""
        running = job.status == JobStatus.RUNNING
        fields = {
            "status": badge(self._status(job)),
            "progress": progress_bar(job.progress_frac),
            "step": format_html("{}", job.step or UNKNOWN)
            if has_log
            else format_html('<div class="flux-step">{}</div>', job.step if running else ""),
            "took": duration(duration_s(job)),
            "counts": facts_table(job.counts),
        }
        state: dict[str, Any] = {"id": str(job.pk), "isFinished": job.is_finished, "fields": fields}
        if has_log:
            state["log"] = job.log or "(empty)"
        return state
