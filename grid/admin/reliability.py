"""The page of reliability: indices of a period, major event days, the worst circuits and the causes."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from flux_site.admin.display import UNKNOWN, data_table, facts_table, number
from flux_site.api.errors import FluxError
from grid.selectors import reliability
from grid.selectors.reliability import DEFINITIONS, ReliabilityBucket, ReliabilityIndex
from grid.standards.reliability import Index
from grid.warehouse.queries import Planned, ReliabilityGroup

PERMISSION = "grid.view_outage"
WORST = 10
DIGITS = {ReliabilityIndex.ASAI: 6, ReliabilityIndex.SAIDI: 1, ReliabilityIndex.CAIDI: 1}


class ReliabilityForm(forms.Form):
    """Period and part of the system."""

    first_day = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label="to", widget=forms.DateInput(attrs={"type": "date"}))
    substation = forms.CharField(label="Substation", required=False, max_length=64)
    circuit = forms.CharField(label="or circuit", required=False, max_length=64)
    planned = forms.ChoiceField(
        label="Interruptions",
        required=False,
        choices=[(each.value, each.value.capitalize()) for each in Planned],
    )


def reliability_view(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Answer the page; ``context`` is the admin site's own.

    Raises:
        PermissionDenied: without the permission to see outages.
    """
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    form = ReliabilityForm(request.GET or _newest_year(request.user))
    shown: dict[str, Any] = {}
    problem = None
    if form.is_valid():
        try:
            shown = _answers(form.cleaned_data, request.user)
        except FluxError as error:
            problem = error.message
    return TemplateResponse(
        request,
        "admin/grid/reliability.html",
        {**context, "title": "Reliability", "form": form, "problem": problem, **shown},
        status=200,
    )


def _newest_year(user: Any) -> dict[str, Any]:
    """Return this year, or the newest year on record where that is an earlier one."""
    today = timezone.localdate()
    last = today
    try:
        found = _report(today - timedelta(days=1), today, user)
        if found.as_of is not None:
            last = min(timezone.localtime(found.as_of).date(), today)
    except FluxError:
        pass  # the page says so when it asks for the period
    return {"first_day": date(last.year, 1, 1), "last_day": last, "planned": Planned.ALL.value}


def _report(first: date, last: date, user: Any, **part: Any) -> reliability.Report:
    wanted = {"substation_id": None, "circuit_id": None, "planned": Planned.ALL} | part
    return reliability.report(first_day=first, last_day=last, user=user, **wanted)


def _answers(asked: dict[str, Any], user: Any) -> dict[str, Any]:
    """Return the tables of the page.

    Raises:
        FluxError: naming what was wrong.
    """
    first, last = asked["first_day"], asked["last_day"]
    planned = Planned(asked["planned"] or Planned.ALL)
    part = {
        "substation_id": asked["substation"].strip() or None,
        "circuit_id": asked["circuit"].strip() or None,
    }
    found = _report(first, last, user, planned=planned, **part)
    years = reliability.series(
        first_day=first, last_day=last, bucket=ReliabilityBucket.YEAR, planned=planned, user=user, **part
    )
    causes = reliability.causes(
        first_day=first, last_day=last, has_major_days=True, planned=planned, user=user, **part
    )
    is_whole_system = not any(part.values())
    return {
        "facts": _facts(found),
        "indices": _indices(found),
        "years": _years(years) if len(years) > 1 else None,
        "major_days": _major_days(first, last, user),
        "thresholds": _thresholds(found),
        "causes": _causes(causes),
        "worst": _worst(first, last, planned, user) if is_whole_system else None,
        "worst_count": WORST,
    }


def _facts(found: reliability.Report) -> SafeString | str:
    as_of = f"{timezone.localtime(found.as_of):%Y-%m-%d %H:%M %Z}" if found.as_of else UNKNOWN
    return facts_table(
        {
            "customers served": found.customers_served,
            "customers interrupted": found.totals.customer_interruptions,
            "minutes without supply, all customers": round(found.totals.customer_minutes),
            "customers not yet restored": found.customers_out,
            "on record from": str(found.record_first_day or UNKNOWN),
            "on record until": as_of,
            "the whole period is on record": not found.is_partial,
        }
    )


def _indices(found: reliability.Report) -> SafeString:
    return data_table(
        ("Index", "With major event days", "Without", "Unit", "Definition"),
        (
            (
                f"{key}: {definition.name}",
                _value(getattr(found.found.with_major, key.lower()), key),
                _value(getattr(found.found.without_major, key.lower()), key),
                definition.unit,
                definition.text,
            )
            for key, definition in DEFINITIONS.items()
        ),
    )


def _value(index: Index, key: ReliabilityIndex) -> str:
    if index.value is None:
        return f"{UNKNOWN} {index.reason}"
    return number(index.value, digits=DIGITS.get(key, 3))


def _years(points: list[reliability.Point]) -> SafeString:
    return data_table(
        ("Year", "SAIFI", "SAIDI, min", "SAIDI without major event days, min", "Major event days"),
        (
            (
                point.first_day.year,
                number(point.found.with_major.saifi.value, digits=3),
                number(point.found.with_major.saidi.value),
                number(point.found.without_major.saidi.value),
                number(point.major_day_count),
            )
            for point in points
        ),
    )


def _major_days(first: date, last: date, user: Any) -> SafeString | None:
    found = reliability.major_days(first_day=first, last_day=last, user=user)
    if not found.days:
        return None
    return data_table(
        ("Day", "SAIDI, min", "Threshold, min", "Customers interrupted"),
        (
            (
                str(each.day),
                number(each.saidi_min, digits=2),
                number(each.t_med_min, digits=2),
                number(each.totals.customer_interruptions),
            )
            for each in found.days
        ),
    )


def _thresholds(found: reliability.Report) -> SafeString:
    return data_table(
        ("Year", "Threshold, min", "alpha", "beta", "From the days", "Days with interruptions", "Years"),
        (
            (
                limit.year,
                number(limit.t_med_min, digits=2)
                if limit.t_med_min is not None
                else f"{UNKNOWN} {limit.reason}",
                number(limit.alpha, digits=3),
                number(limit.beta, digits=3),
                f"{limit.first_day} to {limit.last_day}" if limit.first_day else UNKNOWN,
                number(limit.day_count),
                f"{limit.year_count} of 5",
            )
            for limit in found.limits
        ),
    )


def _causes(causes: list[reliability.Cause]) -> SafeString | None:
    if not causes:
        return None
    return data_table(
        ("Cause", "Outages", "Customers interrupted", "Customer minutes", "Share of the minutes"),
        (
            (
                cause.code or "not known yet",
                number(cause.outage_count),
                number(cause.customer_interruptions),
                number(round(cause.customer_minutes)),
                number(None if cause.minutes_share is None else 100.0 * cause.minutes_share, "%"),
            )
            for cause in causes
        ),
    )


def _worst(first: date, last: date, planned: Planned, user: Any) -> SafeString | None:
    if not user.has_perm("grid.view_circuit"):
        return None
    parts = reliability.ranking(
        by=ReliabilityGroup.CIRCUIT,
        index=ReliabilityIndex.SAIDI,
        first_day=first,
        last_day=last,
        has_major_days=True,
        planned=planned,
        limit=WORST,
        user=user,
    )
    return data_table(
        ("Circuit", "Name", "Customers served", "SAIFI", "SAIDI, min", "SAIDI without major event days, min"),
        (
            (
                part.key,
                part.name or UNKNOWN,
                number(part.customers_served),
                number(part.found.with_major.saifi.value, digits=3),
                number(part.found.with_major.saidi.value),
                number(part.found.without_major.saidi.value),
            )
            for part in parts
        ),
    )
