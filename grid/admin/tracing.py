"""The page that traces an asset: counts, the assets found as links, and the lines on a map."""

from typing import Any

from django import forms
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from flux_site.admin.display import change_url, facts_table, link
from flux_site.api.errors import FluxError
from grid.admin.map_widget import feature, map_media, map_widget
from grid.selectors.connectivity import Positions
from grid.selectors.places import merged_route
from grid.selectors.switching import trace_asset
from grid.selectors.switching_answers import TraceResult
from grid.topology.tracing import TraceKind

PERMISSION = "grid.view_circuit"
SHOWN = 100
"""Assets of a kind that are listed."""


def _choices(values: Any) -> list[tuple[str, str]]:
    return [(str(each), str(each).replace("_", " ").capitalize()) for each in values]


class TraceForm(forms.Form):
    """What to trace."""

    asset = forms.CharField(label="Asset", max_length=64)
    kind = forms.ChoiceField(label="Trace", choices=_choices(TraceKind))
    positions = forms.ChoiceField(label="Switches", choices=_choices(Positions))


def trace_view(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Answer the page; ``context`` is the admin site's own.

    Raises:
        PermissionDenied: without the permission to see circuits.
    """
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    asked = {"kind": TraceKind.DOWNSTREAM, "positions": Positions.PRESENT} | request.GET.dict()
    form = TraceForm(asked if "asset" in request.GET else None, initial=asked)
    shown: dict[str, Any] = {}
    problem = None
    if form.is_bound and form.is_valid():
        try:
            shown = _found(
                trace_asset(
                    asset_id=form.cleaned_data["asset"].strip(),
                    kind=TraceKind(form.cleaned_data["kind"]),
                    positions=Positions(form.cleaned_data["positions"]),
                    user=request.user,
                )
            )
        except FluxError as error:
            problem = error.message
    return TemplateResponse(
        request,
        "admin/grid/trace.html",
        {**context, "title": "Trace", "form": form, "problem": problem, "map_media": map_media(), **shown},
        status=200,
    )


def _found(answer: TraceResult) -> dict[str, Any]:
    found = answer.found
    route = merged_route(found.all_section_ids)
    lists = [
        ("Substations", "Substation", answer.substation_ids),
        ("Open switches", "Switch", [each.asset_id for each in answer.open_switches][:SHOWN]),
        ("Switches not in their normal position", "Switch", answer.off_normal[:SHOWN]),
        ("Switches", "Switch", found.switch_ids(SHOWN, 0)),
        ("Line sections", "LineSection", found.section_ids(SHOWN, 0)),
        ("Transformers", "Transformer", found.transformer_ids(SHOWN, 0)),
        ("Meters", "Meter", found.meter_ids(SHOWN, 0)),
    ]
    return {
        "heading": f"{answer.asset_kind} {answer.asset_id}",
        "facts": facts_table(
            {
                "Has supply": "Yes" if answer.is_fed else "No",
                "Line sections": len(found.sections),
                "Switches": len(found.switches),
                "Transformers": len(found.transformers),
                "Meters": len(found.meters),
                "Customers": found.customer_count,
                "Of them critical": found.critical_customer_count,
            }
        ),
        "place": None
        if route is None
        else map_widget([feature(line, id=answer.asset_id, title="Trace") for line in route]),
        "lists": [
            (f"{title} (the first {SHOWN})" if len(ids) == SHOWN else title, _links(model, ids))
            for title, model, ids in lists
            if ids
        ],
    }


def _links(model: str, ids: list[str]) -> SafeString:
    kind = apps.get_model("grid", model)
    return format_html_join(" · ", "{}", ((link(change_url(kind, each), each),) for each in ids))
