"""Sync layers in the admin: their state, and running, pausing and scheduling them."""

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django_celery_beat.models import PeriodicTask

from flux_site.admin.display import UNKNOWN, ago, badge, change_url, duration, link, list_url, number, until
from flux_site.admin.read_only import ReadOnlyAdmin
from flux_site.api.errors import FluxError
from flux_site.jobs.models import Job
from grid import models
from grid.layers import LayerStatus, RunStatus, SyncMode
from grid.selectors import sync as selectors
from grid.selectors.schedules import SYNC_TASK, list_schedules
from grid.services import sync as services

RUNS_ON_PAGE = 25
ACTIONS = {
    "run": "Sync now",
    "run_forced": "Sync now, even if that deletes most of a layer",
    "pause": "Pause the schedule",
    "resume": "Resume the schedule",
}
MODES: dict[str, str] = {
    SyncMode.FULL: "in full",
    SyncMode.WATERMARK: "by watermark",
    SyncMode.CHANGES: "by changes",
}
HEADINGS = [
    {"text": text, "is_number": is_number}
    for text, is_number in (
        ("Layer", False),
        ("Status", False),
        ("Rows", True),
        ("Refused", True),
        ("Synced", False),
        ("Age", False),
        ("Last run", False),
        ("Source", False),
        ("Mode", False),
        ("Next look", False),
    )
]


def layer_rows(states: list[selectors.LayerState]) -> list[dict[str, Any]]:
    """Return what the list shows of each layer."""
    good_runs = last_good_runs([state.key for state in states if state.reject_count])
    return [
        {
            "state": state,
            "url": reverse("admin:grid_synclayer_change", args=[state.key]),
            "status": status_badges(state),
            "age": age_text(state),
            "rows": number(state.row_count),
            "rejects": rejects_link(state, good_runs.get(state.key)),
            "source": source_text(state),
            "last_run": ago(state.last_run_at),
            "synced": ago(state.synced_at),
            "mode": mode_text(state),
            "next_run": until(state.next_run_at),
        }
        for state in states
    ]


def status_badges(state: selectors.LayerState) -> SafeString | str:
    """Return the status of a layer: too old in place of fresh or stale, beside any other."""
    if not state.is_too_old:
        return badge(state.status)
    too_old = badge("TOO_OLD")
    if state.status in {LayerStatus.FRESH, LayerStatus.STALE}:
        return too_old
    return format_html("{} {}", too_old, badge(state.status))


def age_text(state: selectors.LayerState) -> str:
    """Return how long ago a layer was known to equal its source, and the limit if it has passed it."""
    text = duration(state.age_s)
    return f"{text}, limit {duration(state.max_age_s)}" if state.is_too_old else text


def last_good_runs(layers: list[str]) -> dict[str, int]:
    """Return the newest successful run of each of some layers."""
    runs = models.SyncRun.objects.filter(layer_id__in=layers, status=RunStatus.SUCCEEDED)
    return dict(runs.order_by("layer_id", "-pk").distinct("layer_id").values_list("layer_id", "pk"))


def rejects_link(state: selectors.LayerState, good_run: int | None) -> SafeString | str:
    """Return the number of refused rows of the last good run, as a link to them."""
    text = number(state.reject_count)
    if not state.reject_count or good_run is None:
        return text
    return link(list_url(models.SyncReject, run__id__exact=good_run), text)


def source_text(state: selectors.LayerState) -> str:
    """Return whether the source has changed since the last sync."""
    if state.synced_at is None:
        return UNKNOWN
    return {None: "not known", True: "changed since", False: "unchanged"}[state.source_changed]


def mode_text(state: selectors.LayerState) -> str:
    """Return how the rows of a layer are found, and why its last run was a full one all the same."""
    text = MODES[state.mode]
    reason = state.last_fallback_reason
    return f"{text}; last time in full: {words(reason)}" if reason else text


def run_mode_text(run: models.SyncRun) -> str:
    """Return how a run found its rows, and why not in the layer's own way."""
    text = MODES.get(run.mode, UNKNOWN)
    return f"{text}: {words(run.fallback_reason)}" if run.fallback_reason else text


def words(code: str) -> str:
    """Return a code as words."""
    return code.replace("_", " ").lower()


def new_schedule_url(state: selectors.LayerState) -> str:
    """Return the address that adds a schedule for one layer, filled in but for its times."""
    fields = {
        "name": f"Sync: {state.title}",
        "task": SYNC_TASK,
        "kwargs": json.dumps({"layers": [state.key], "only_stale": True}),
    }
    return f"{reverse('admin:django_celery_beat_periodictask_add')}?{urlencode(fields)}"


@admin.register(models.SyncLayer)
class SyncLayerAdmin(ReadOnlyAdmin):
    """All registered layers, synced yet or not."""

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Holders of ``grid.change_synclayer`` run, pause and resume layers."""
        return bool(request.user.has_perm("grid.change_synclayer"))

    def get_urls(self) -> list[Any]:
        """Add the address that the buttons post to."""
        act = self.admin_site.admin_view(self.act_view)
        return [path("act/", act, name="grid_synclayer_act"), *super().get_urls()]

    # Pages

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show every registered layer with its state."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        search = request.GET.get("q", "").strip()
        states = [
            state
            for state in selectors.list_layers()
            if search.lower() in state.title.lower() or search.lower() in state.key
        ]
        context = {
            **self._context(request),
            "title": "Sync layers",
            "headings": HEADINGS,
            "layers": layer_rows(states),
            "search": search,
            "actions": ACTIONS if self.has_run_permission(request) else {},
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/grid/synclayer/change_list.html", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one layer with its schedules and latest runs."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        state = next((one for one in selectors.list_layers() if one.key == object_id), None)
        if state is None:
            raise Http404(f"There is no layer {object_id}.")
        runs = (
            models.SyncRun.objects.filter(layer_id=object_id)
            .select_related("job")
            .order_by("-pk")[:RUNS_ON_PAGE]
        )
        may_schedule = request.user.has_perm("django_celery_beat.add_periodictask")
        context = {
            **self._context(request),
            "title": state.title,
            "layer": state,
            "facts": self._facts(state),
            "buttons": [
                (action, ACTIONS[action])
                for action in ("run", "run_forced", "resume" if state.is_paused else "pause")
            ],
            "schedules": [
                (link(change_url(PeriodicTask, task.pk), task.name), task)
                for task in list_schedules(object_id)
            ],
            "new_schedule_url": new_schedule_url(state) if may_schedule else None,
            "runs": [run_row(run) for run in runs],
            "all_runs_url": list_url(models.SyncRun, layer__key__exact=object_id),
            "can_run": self.has_run_permission(request),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/grid/synclayer/change_form.html", context)

    def _facts(self, state: selectors.LayerState) -> list[tuple[str, Any]]:
        """Return what the page of a layer says about it."""
        good_run = last_good_runs([state.key]).get(state.key)
        return [
            ("Key", state.key),
            ("Status", status_badges(state)),
            ("Paused", "yes" if state.is_paused else "no"),
            ("Rows in the cache", number(state.row_count)),
            ("Refused rows", rejects_link(state, good_run)),
            ("Synced", ago(state.synced_at)),
            ("Equal to its source", ago(state.confirmed_at)),
            ("Too old after", duration(state.max_age_s)),
            ("Source since then", source_text(state)),
            ("Mode", mode_text(state)),
            ("Looked at again", until(state.next_run_at)),
            ("Last run", ago(state.last_run_at)),
            ("Last error", state.last_error or "none"),
            ("Newest row", ago(state.watermark_at) if state.watermark_at else UNKNOWN),
            ("Source version", state.source_version or UNKNOWN),
            ("Checksum", state.checksum or UNKNOWN),
        ]

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media}

    # Actions

    def act_view(self, request: HttpRequest) -> HttpResponse:
        """Run, pause or resume the layers ticked, then return to where the button was."""
        back = reverse("admin:grid_synclayer_changelist")
        keys = request.POST.getlist("layer")
        if request.POST.get("from") == "layer" and len(keys) == 1:
            back = reverse("admin:grid_synclayer_change", args=keys)
        if request.method != "POST":
            return HttpResponseRedirect(back)
        if not self.has_run_permission(request):
            raise PermissionDenied
        action = request.POST.get("action", "")
        if action not in ACTIONS:
            self.message_user(request, "Choose an action.", messages.WARNING)
        elif not keys:
            self.message_user(request, "Tick the layers first.", messages.WARNING)
        elif action in {"run", "run_forced"}:
            job = self._start(request, keys, force=action == "run_forced")
            return HttpResponseRedirect((change_url(Job, job.pk) if job else None) or back)
        else:
            self._pause(request, keys, is_paused=action == "pause")
        return HttpResponseRedirect(back)

    def _start(self, request: HttpRequest, keys: list[str], *, force: bool) -> Job | None:
        try:
            job = services.start_sync(layers=keys, user=request.user, force=force)
        except FluxError as error:
            self.message_user(request, error.message, messages.ERROR)
            return None
        self._log(request, keys, "Sync started.")
        self.message_user(request, f"{job.title} was queued; this page follows it.", messages.SUCCESS)
        return job

    def _pause(self, request: HttpRequest, keys: list[str], *, is_paused: bool) -> None:
        done = []
        for key in keys:
            try:
                services.set_paused(layer=key, is_paused=is_paused)
            except FluxError as error:
                self.message_user(request, error.message, messages.ERROR)
            else:
                done.append(key)
        verb = "paused" if is_paused else "resumed"
        if done:
            self._log(request, done, f"Schedule {verb}.")
            self.message_user(request, f"The schedule is {verb} for {', '.join(done)}.", messages.SUCCESS)

    def _log(self, request: HttpRequest, keys: list[str], message: str) -> None:
        """Note in the admin's log what was done, for the layers that have a row."""
        for row in models.SyncLayer.objects.filter(pk__in=keys):
            self.log_change(request, row, message)


def run_row(run: models.SyncRun) -> dict[str, Any]:
    """Return what a table shows of a run."""
    return {
        "run": run,
        "link": link(change_url(models.SyncRun, run.pk), f"Run {run.pk}"),
        "status": badge(run.status),
        "mode": run_mode_text(run),
        "started": ago(run.started_at),
        "took": duration(run.duration_s),
        "counts": [
            number(count)
            for count in (
                run.rows_read,
                run.rows_inserted,
                run.rows_updated,
                run.rows_deleted,
                run.rows_rejected,
            )
        ],
    }
