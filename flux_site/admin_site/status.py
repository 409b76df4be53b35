"""What the status panel of the admin's index shows: services, sync layers and jobs."""

from collections import Counter
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from flux_site.admin.display import ago, badge, duration, progress_bar
from flux_site.health import states
from flux_site.jobs.models import Job, JobStatus
from grid.layers import LAYERS
from grid.selectors.outbox import OutboxState, outbox_state
from grid.selectors.sync import LayerState, list_layers, newest_alerts

JOBS_SHOWN = 5
LAYERS_SHOWN = 6
TITLES = {"postgis": "PostGIS", "redis": "Redis", "workers": "Workers", "warehouse": "Warehouse"}
WORST_FIRST = ("FAILED", "STALE", "PAUSED", "NEVER_SYNCED")


def status_panel(user: Any) -> dict[str, Any]:
    """Return the panel's context for a user, who sees their own jobs unless they may see all."""
    return {
        "services": [
            {
                "title": TITLES.get(state.name, state.name),
                "detail": state.detail,
                "badge": badge("UP" if state.is_up else "DOWN"),
            }
            for state in states()
        ],
        "layers": layer_summary(list_layers()) if user.has_perm("grid.view_synclayer") else None,
        "outbox": outbox_summary(outbox_state()) if user.has_perm("grid.view_outboxevent") else None,
        "jobs": job_summary(user),
    }


def layer_summary(layers: list[LayerState]) -> dict[str, Any]:
    """Return how many layers are in which state, those in trouble or too old, and when the last run began."""
    by_status = Counter(str(state.status) for state in layers)
    trouble = [state for state in layers if str(state.status) in WORST_FIRST]
    trouble.sort(key=lambda state: WORST_FIRST.index(str(state.status)))
    return {
        "by_status": [(count, badge(status)) for status, count in by_status.most_common()],
        "trouble": [
            {
                "state": state,
                "url": reverse("admin:grid_synclayer_change", args=[state.key]),
                "status": badge(state.status),
            }
            for state in trouble[:LAYERS_SHOWN]
        ],
        "alerts": [
            {
                "title": LAYERS[alert.layer_id].title if alert.layer_id in LAYERS else alert.layer_id,
                "url": reverse("admin:grid_syncalert_change", args=[alert.pk]),
                "limit": duration(alert.max_age_s),
                "raised": ago(alert.raised_at),
            }
            for alert in newest_alerts(open_only=True, first=LAYERS_SHOWN)
        ],
        "last_run": ago(max((state.last_run_at for state in layers if state.last_run_at), default=None)),
    }


def outbox_summary(state: OutboxState) -> dict[str, Any] | None:
    """Return what waits to be delivered to the warehouse; None if nothing does."""
    if not state.pending_count:
        return None
    return {
        "url": f"{reverse('admin:grid_outboxevent_changelist')}?state=waiting",
        "pending": state.pending_count,
        "blocked": state.blocked_count,
        "age": duration(state.oldest_age_s),
        "error": state.last_error,
    }


def job_summary(user: Any) -> dict[str, Any]:
    """Return the unfinished jobs a user may see and how many failed in the last 24 hours."""
    visible = Job.objects.visible_to(user).defer("log", "inputs")
    unfinished = visible.unfinished()
    shown = list(unfinished[:JOBS_SHOWN])
    return {
        "open": [
            {
                "title": job.title,
                "url": reverse("admin:jobs_job_change", args=[job.pk]),
                "shown": progress_bar(job.progress_frac)
                if job.status == JobStatus.RUNNING
                else badge(job.status),
            }
            for job in shown
        ],
        "more_open": max(unfinished.count() - len(shown), 0),
        "failed": visible.filter(
            status=JobStatus.FAILED, finished_at__gt=timezone.now() - timedelta(hours=24)
        ).count(),
    }
