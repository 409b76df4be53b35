"""Small pieces of admin pages: links, badges, bars, tables, numbers and durations."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

UNKNOWN = "—"


def change_url(model: type[Model] | Any, pk: Any) -> str | None:
    """Return the address of a row's admin page, or None if its model has none."""
    meta = model._meta
    try:
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[pk])
    except NoReverseMatch:
        return None


def list_url(model: type[Model] | Any, **filters: Any) -> str | None:
    """Return the address of a model's admin list with filters, or None if it has none."""
    meta = model._meta
    try:
        address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    except NoReverseMatch:
        return None
    query = QueryDict(mutable=True)
    query.update({key: str(value) for key, value in filters.items()})
    return f"{address}?{query.urlencode()}" if filters else address


def link(address: str | None, text: object) -> SafeString | str:
    """Return a link, or the bare text where there is no address."""
    return format_html('<a href="{}">{}</a>', address, text) if address else str(text)


def row_link(row: Model | None) -> SafeString | str:
    """Return a link to a row's admin page, labelled with the row; a dash for None."""
    return UNKNOWN if row is None else link(change_url(type(row), row.pk), row)


def badge(status: str | None, text: str | None = None) -> SafeString | str:
    """Return a coloured label for a status such as ``RUNNING``."""
    if not status:
        return UNKNOWN
    label = text or status.replace("_", " ").capitalize()
    return format_html('<span class="flux-badge flux-badge-{}">{}</span>', status.lower(), label)


def progress_bar(frac: float) -> SafeString:
    """Return a progress bar with its percentage for a share done in 0..1."""
    percent = int(frac * 100)
    return format_html(
        '<span class="flux-progress"><progress max="100" value="{}"></progress> <span>{} %</span></span>',
        percent,
        percent,
    )


def number(value: float | None, unit: str = "", digits: int = 1) -> str:
    """Return a number with thousands separators and its unit; a dash for None.

    What rounds to 0 has no sign.
    """
    if value is None:
        return UNKNOWN
    text = f"{value:,}" if isinstance(value, int) else f"{value:z,.{digits}f}"
    return f"{text} {unit}".strip()


def duration(seconds: float | None) -> str:
    """Return a duration for people, such as ``3.4 s``, ``2 min 5 s`` or ``1 d 4 h``; a dash for None."""
    if seconds is None:
        return UNKNOWN
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for size_s, name, below_s, below_name in (
        (86_400, "d", 3_600, "h"),
        (3_600, "h", 60, "min"),
        (60, "min", 1, "s"),
    ):
        if whole >= size_s:
            rest = whole % size_s // below_s
            return f"{whole // size_s} {name}" + (f" {rest} {below_name}" if rest else "")
    return f"{whole} s"


def ago(at: datetime | None) -> SafeString | str:
    """Return how long ago a moment was, with the moment itself as a tooltip; ``never`` for None."""
    if at is None:
        return "never"
    passed: timedelta = timezone.now() - at
    return _moment(at, "now" if passed.total_seconds() < 1 else f"{duration(passed.total_seconds())} ago")


def until(at: datetime | None) -> SafeString | str:
    """Return how long it is to a moment, with the moment itself as a tooltip; ``not planned`` for None."""
    if at is None:
        return "not planned"
    left: timedelta = at - timezone.now()
    return _moment(at, "now" if left.total_seconds() < 1 else f"in {duration(left.total_seconds())}")


def _moment(at: datetime, text: str) -> SafeString:
    moment = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), f"{moment:%Y-%m-%d %H:%M:%S %Z}", text
    )


def facts_table(facts: Mapping[str, Any]) -> SafeString | str:
    """Return a two-column table of names and values; a dash for none."""
    if not facts:
        return UNKNOWN
    rows = format_html_join(
        "",
        "<tr><th scope='row'>{}</th><td>{}</td></tr>",
        ((name.replace("_", " ").capitalize(), _plain(value)) for name, value in facts.items()),
    )
    return format_html('<table class="flux-facts"><tbody>{}</tbody></table>', rows)


def data_table(headings: Iterable[str], rows: Iterable[Iterable[Any]]) -> SafeString:
    """Return a table with headings; cells are escaped unless they are safe already."""
    head = format_html_join("", "<th scope='col'>{}</th>", ((heading,) for heading in headings))
    body = format_html_join(
        "", "<tr>{}</tr>", ((format_html_join("", "<td>{}</td>", ((cell,) for cell in row)),) for row in rows)
    )
    return format_html(
        '<table class="flux-table"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>', head, body
    )


def pretty_json(value: Any) -> SafeString:
    """Return indented JSON in a fixed-width block."""
    return format_html(
        '<pre class="flux-pre">{}</pre>', json.dumps(value, indent=2, ensure_ascii=False, default=str)
    )


def is_registered(model: type[Model] | Any) -> bool:
    """Return whether a model has admin pages."""
    return admin.site.is_registered(model)


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return UNKNOWN if value is None else value
