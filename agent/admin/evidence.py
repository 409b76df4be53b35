"""An answer as HTML: its text, and the evidence beside it: SQL, tables, citations, assets, warnings.

Whatever an answer says is data: Markdown without HTML and without images, links to the web and to this site
alone, all else escaped.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from agent.events import EventKind
from flux_site.admin.display import UNKNOWN, change_url, data_table, link, pretty_json

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

MOST_ROWS = 200
SAFE_ADDRESS = re.compile(r"(?:https?://|/(?!/))", re.IGNORECASE)
MODELS = {
    "BR": "Branch",
    "BUS": "Bus",
    "CKT": "Circuit",
    "CREW": "Crew",
    "CUST": "Customer",
    "LINE": "LineSection",
    "MTR": "Meter",
    "OUT": "Outage",
    "PLANT": "Plant",
    "POLE": "Pole",
    "SUB": "Substation",
    "SW": "Switch",
    "TREE": "Tree",
    "WO": "WorkOrder",
    "XFMR": "Transformer",
}


def markdown(text: str) -> SafeString:
    """Return Markdown as HTML: no HTML of its own, no images, no addresses but of the web and this site."""
    return mark_safe(_reader().render(text))  # noqa: S308  # markdown-it escapes all HTML in it


def evidence(bodies: Iterable[Mapping[str, Any]]) -> SafeString:
    """Return what an answer rests on, event by event; what is neither evidence nor a warning is left out."""
    parts = []
    for body in bodies:
        write = _WRITERS.get(str(body.get("kind")))
        if write is not None:
            parts.append(write(body))
    return format_html_join("", "{}", ((part,) for part in parts))


@functools.cache
def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    reader.validateLink = lambda address: bool(SAFE_ADDRESS.match(address))  # type: ignore[method-assign]
    return reader


def _details(summary: str, content: SafeString | str) -> SafeString:
    return format_html('<details class="flux-evidence"><summary>{}</summary>{}</details>', summary, content)


def _tool_use(body: Mapping[str, Any]) -> SafeString:
    return _details(f"Tool {body['name']}", pretty_json(body.get("input") or {}))


def _tool_result(body: Mapping[str, Any]) -> SafeString:
    if body.get("is_ok"):
        return mark_safe("")
    return format_html('<p class="flux-error">{}: {}</p>', body["name"], body.get("message") or "failed")


def _sql(body: Mapping[str, Any]) -> SafeString:
    parameters = body.get("parameters")
    values = pretty_json(parameters) if parameters else ""
    told = body.get("explanation") or ""
    content = format_html(
        '{}<pre class="flux-pre">{}</pre>{}',
        format_html("<p>{}</p>", told) if told else "",
        body["sql"],
        values,
    )
    return _details("SQL, verified" if body.get("is_verified") else "SQL", content)


def _table(body: Mapping[str, Any]) -> SafeString:
    headings = [
        f"{column['label']} [{column['unit']}]" if column.get("unit") else column["label"]
        for column in body["columns"]
    ]
    rows = body["rows"][:MOST_ROWS]
    shown = data_table(headings, ([_cell(value) for value in row] for row in rows))
    is_cut = body.get("is_truncated") or len(body["rows"]) > len(rows)
    note = format_html('<p class="flux-quiet">The first {} rows.</p>', len(rows)) if is_cut else ""
    title = format_html("<h4>{}</h4>", body["title"]) if body.get("title") else ""
    return format_html('{}<div class="flux-scroll">{}</div>{}', title, shown, note)


def _cell(value: Any) -> str:
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _chart(body: Mapping[str, Any]) -> SafeString:
    return _details(f"Chart: {body.get('title') or 'Vega-Lite'}", pretty_json(body["spec"]))


def _citation(body: Mapping[str, Any]) -> SafeString:
    address = body.get("url") or ""
    title = body["document_title"]
    shown = link(address, title) if SAFE_ADDRESS.match(address) else title
    section = f", {body['section']}" if body.get("section") else ""
    quote = format_html("<blockquote>{}</blockquote>", body["quote"]) if body.get("quote") else ""
    return format_html('<p class="flux-citation">[{}] {}{}</p>{}', body["number"], shown, section, quote)


def _assets(body: Mapping[str, Any]) -> SafeString:
    links = format_html_join(" · ", "{}", ((_asset(each),) for each in body["assets"]))
    return format_html('<p class="flux-assets">Assets: {}</p>', links)


def _asset(asset: Mapping[str, Any]) -> SafeString | str:
    key, label = asset["asset_id"], asset["label"]
    name = MODELS.get(key.split("-", 1)[0])
    address = change_url(apps.get_model("grid", name), key) if name else None
    return link(address, key if label == key else f"{label} ({key})")


def _warning(body: Mapping[str, Any]) -> SafeString:
    return format_html('<p class="flux-warn">{}</p>', body["message"])


def _error(body: Mapping[str, Any]) -> SafeString:
    return format_html('<p class="flux-error">{} ({})</p>', body["message"], body["code"])


_WRITERS = {
    EventKind.TOOL_USE.value: _tool_use,
    EventKind.TOOL_RESULT.value: _tool_result,
    EventKind.SQL.value: _sql,
    EventKind.TABLE.value: _table,
    EventKind.CHART.value: _chart,
    EventKind.CITATION.value: _citation,
    EventKind.ASSETS.value: _assets,
    EventKind.WARNING.value: _warning,
    EventKind.ERROR.value: _error,
}
