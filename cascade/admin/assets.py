"""Outages and branches of a run with their names and links to their admin pages."""

from collections.abc import Sequence

from django.apps import apps
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from flux_site.admin.display import UNKNOWN, change_url, link
from grid.selectors.network import name_assets

MODELS = {"SUB-": "Substation", "BUS-": "Bus", "BR-": "Branch", "PLANT-": "Plant"}
NAMED_AT_MOST = 100


def asset_link(asset_id: str, text: str | None = None) -> SafeString | str:
    """Return a link to the admin page of a substation, bus or branch, told apart by its id."""
    for prefix, model in MODELS.items():
        if asset_id.startswith(prefix):
            return link(change_url(apps.get_model("grid", model), asset_id), text or asset_id)
    return text or asset_id


def named_outages(outages: Sequence[str]) -> SafeString | str:
    """Return the outages one a line, with what each id names; an id that names nothing says so."""
    if not outages:
        return UNKNOWN
    names = {asset.asset_id: asset.name for asset in name_assets(list(outages[:NAMED_AT_MOST]))}
    rows = (
        (asset_link(outage), names.get(outage, "no longer in the network"))
        for outage in outages[:NAMED_AT_MOST]
    )
    listed = format_html_join("", "<div>{} {}</div>", rows)
    rest = len(outages) - NAMED_AT_MOST
    return format_html("{}<div>and {} more</div>", listed, rest) if rest > 0 else listed
