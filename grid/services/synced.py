"""What follows a sync: what is computed from the rows that changed is computed anew, and readers are told."""

from __future__ import annotations

from collections.abc import Callable, Collection

from flux_site.api.live import announce
from grid.selectors.spatial.readiness import make_heatmaps_ready
from grid.services import service_areas, weather_ratings
from grid.services.data_changes import fold_changes
from grid.services.service_areas import draw_service_areas
from grid.services.status import refresh_status
from grid.services.tiles import refresh_tiles
from grid.services.weather_ratings import refresh_weather_ratings

STATUS_RESTS_ON = frozenset(
    {
        "substations",
        "circuits",
        "transformers",
        "meters",
        "customers",
        "transformer_load",
        "outages",
        "outage_interruptions",
    }
)
TOPIC_OF_LAYER = {
    "outages": "outages",
    "outage_interruptions": "outages",
    "work_orders": "work_orders",
    "crews": "crews",
    "customers": "kpis",
    "transformer_load": "kpis",
}


def after_sync(changed_layers: Collection[str], *, report: Callable[[str], None]) -> None:
    """Renew what rests on layers whose rows changed, and tell readers to look again.

    Args:
        changed_layers: keys of layers of which a row was inserted, updated or deleted.
        report: takes a line for the log.
    """
    if STATUS_RESTS_ON.intersection(changed_layers):
        circuits = refresh_status()
        report(f"State of circuits: {len(circuits):,} changed.")
    if set(weather_ratings.RESTS_ON).intersection(changed_layers):
        report(f"Ratings in the weather: {refresh_weather_ratings():,} changed.")
    if set(service_areas.RESTS_ON).intersection(changed_layers):
        drawn = draw_service_areas()
        report(f"Service areas: {drawn.count:,} drawn, {drawn.area_km2:,.0f} km².")
    for made in refresh_tiles():
        report(
            f"Tiles of {made.layer}: {made.cells:,} cells, {made.shapes:,} shapes in {made.duration_s:.1f} s."
        )
    fold_changes()
    if ready := make_heatmaps_ready(changed_layers):
        report(f"Made ready for heatmaps and clusters: {', '.join(ready).lower()}.")
    for topic in sorted({TOPIC_OF_LAYER[key] for key in changed_layers if key in TOPIC_OF_LAYER}):
        announce(topic, ())
