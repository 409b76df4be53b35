"""The page that says what answers questions, whether it is there, and how its answers went."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from agent.models import Feedback, FeedbackCategory, Message
from agent.selectors.answer_statistics import (
    BackendFigures,
    FeedbackFigures,
    feedback_figures,
    figures_by_backend,
    newest_failures,
)
from agent.services.foreign import breaker_of
from agent.services.probing import probe
from flux_site.admin.display import ago, badge, change_url, data_table, facts_table, link, list_url, number

PERMISSION = "agent.view_message"
DAYS = 7
FAILURES_SHOWN = 15
NO_BREAK = "\N{NO-BREAK SPACE}"


def urls(site: Any) -> list[Any]:
    """Return the addresses of the page and of its probe."""
    page = site.admin_view(lambda request: status_view(request, site))
    return [
        path("assistant/back-end/", page, name="flux_assistant_backend"),
        path("assistant/back-end/probe/", site.admin_view(probe_view), name="flux_assistant_probe"),
    ]


def status_view(request: HttpRequest, site: Any) -> HttpResponse:
    """Answer the page.

    Raises:
        PermissionDenied: without the permission to see what is known of messages.
    """
    _check(request)
    since = timezone.now() - timedelta(days=DAYS)
    context = {
        **site.each_context(request),
        "title": "Assistant back end",
        "configured": facts_table(_configured()),
        "days": DAYS,
        "figures": _figures(figures_by_backend(since=since)),
        "feedback": _feedback(feedback_figures(since=since)),
        "feedback_url": list_url(Feedback),
        "failures": _failures(),
    }
    return TemplateResponse(request, "admin/agent/back_end.html", context)


@require_safe
def probe_view(request: HttpRequest) -> HttpResponse:
    """Ask the back end whether it is there, and answer with a piece of HTML."""
    _check(request)
    said = probe()
    context = {
        "badge": badge("UP" if said.is_up else "DOWN"),
        "detail": said.detail,
        "took": None if said.took_ms is None else number(said.took_ms, "ms", digits=0),
    }
    response = TemplateResponse(request, "admin/agent/probe.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _check(request: HttpRequest) -> None:
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied


def _configured() -> dict[str, Any]:
    """Return what the settings say, without a secret."""
    chosen = settings.ASSISTANT_BACKEND
    facts: dict[str, Any] = {"back end": chosen}
    if chosen == "cortex":
        facts |= {
            "account": settings.CORTEX_URL,
            "agent": ".".join(settings.CORTEX_AGENT or ()),
            "who asks": _who_asks(),
            "role": settings.CORTEX_ROLE or "the default of who asks",
        }
    elif chosen == "openai":
        facts |= {
            "server": settings.CHAT_URL,
            "model": settings.CHAT_MODEL,
            "key": "given" if settings.CHAT_KEY else "none",
        }
    if chosen != "embedded":
        url = settings.CORTEX_URL if chosen == "cortex" else settings.CHAT_URL
        facts["left alone by this process"] = breaker_of(chosen, url).is_left_alone
        facts["when it fails before it says anything"] = "the built-in back end answers"
    facts["questions of one user"] = (
        f"{settings.ASSISTANT_PER_MINUTE} a minute, {settings.ASSISTANT_PER_DAY} a day"
    )
    return facts


def _who_asks() -> str:
    if settings.CORTEX_TOKEN_FILE is not None:
        return f"the token file {settings.CORTEX_TOKEN_FILE}"
    if settings.CORTEX_TOKEN:
        return "a programmatic access token"
    return f"{settings.CORTEX_USER} of {settings.CORTEX_ACCOUNT}, by key pair"


def _figures(found: list[BackendFigures]) -> SafeString | None:
    if not found:
        return None
    headings = (
        "Back end",
        "Answers",
        "How they ended",
        "Given in its place",
        "First event, median",
        "95 %",
        "Answer, median",
        "95 %",
    )
    return data_table(
        headings,
        (
            (
                each.backend or "none was chosen",
                number(each.count),
                ", ".join(f"{_lower(reason)} {count:,}" for reason, count in each.by_reason.items()),
                number(each.in_place),
                *(
                    number(value, "ms", digits=0).replace(" ", NO_BREAK)
                    for value in (
                        each.first_event_p50_ms,
                        each.first_event_p95_ms,
                        each.duration_p50_ms,
                        each.duration_p95_ms,
                    )
                ),
            )
            for each in found
        ),
    )


def _feedback(found: FeedbackFigures) -> SafeString | str:
    labels = dict(FeedbackCategory.choices)
    facts: dict[str, Any] = {"right": found.positive, "not right": found.negative}
    facts |= {f"because: {labels.get(key, key)}": count for key, count in found.by_category.items()}
    if found.not_forwarded:
        facts["could not be told to Snowflake"] = found.not_forwarded
    return facts_table(facts)


def _failures() -> SafeString | None:
    found = newest_failures(first=FAILURES_SHOWN)
    if not found:
        return None
    return data_table(
        ("When", "Back end", "Code", "Why"),
        (
            (
                link(change_url(Message, each.answer_id), ago(each.at)),
                each.backend or "none was chosen",
                each.code,
                each.message,
            )
            for each in found
        ),
    )


def _lower(reason: str) -> str:
    return reason.replace("_", " ").lower()
