"""A map on an asset's admin page: GeoJSON in the markup, drawn by a script of the front end."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib.gis.geos import GEOSGeometry
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.html import format_html
from django.utils.safestring import SafeString

SCRIPT = "app/admin-map.js"
STYLE = "app/admin-map.css"
COORDINATES_SHOWN = 4
NOT_BUILT = "The map is not shown because the front end has not been built."


def is_static_file(name: str) -> bool:
    """Return whether a static file can be served: collected, or in one of the source folders."""
    return bool(staticfiles_storage.exists(name) or finders.find(name))


def map_media() -> forms.Media:
    """Return the widget's script and style; nothing while the front end has not been built."""
    if not is_static_file(SCRIPT):
        return forms.Media()
    styles: dict[str, Sequence[str]] = {"all": [STYLE]} if is_static_file(STYLE) else {}
    return forms.Media(js=[forms.Script(SCRIPT, type="module")], css=styles)


def feature(geometry: GEOSGeometry, **properties: Any) -> dict[str, Any]:
    """Return a geometry as a GeoJSON feature."""
    return {"type": "Feature", "geometry": json.loads(geometry.geojson), "properties": properties}


def map_widget(features: Iterable[dict[str, Any]]) -> SafeString | str:
    """Return the map of some features, or their coordinates where the map's script is missing."""
    shown = list(features)
    if not shown:
        return "Its place is not known."
    places = ", ".join(_place(one["geometry"]) for one in shown[:COORDINATES_SHOWN])
    if len(shown) > COORDINATES_SHOWN:
        places += f" and {len(shown) - COORDINATES_SHOWN:,} more"
    if not is_static_file(SCRIPT):
        return format_html(
            '<div><div class="flux-coordinates">{}</div><div class="flux-quiet">{}</div></div>',
            places,
            NOT_BUILT,
        )
    collection = {"type": "FeatureCollection", "features": shown}
    return format_html(
        '<div><div class="flux-map" data-flux-admin-map data-geojson="{}"></div>'
        '<div class="flux-coordinates">{}</div></div>',
        json.dumps(collection if len(shown) > 1 else shown[0], separators=(",", ":")),
        places,
    )


def _place(geometry: dict[str, Any]) -> str:
    """Return where a geometry is: a point's coordinates, a line's first and last ones, an area's first."""
    coordinates = geometry["coordinates"]
    if geometry["type"] == "Point":
        return _lat_lon(coordinates)
    if "Polygon" in geometry["type"]:
        while isinstance(coordinates[0], list):
            coordinates = coordinates[0]
        return f"an area at {_lat_lon(coordinates)}"
    return f"{_lat_lon(coordinates[0])} to {_lat_lon(coordinates[-1])}"


def _lat_lon(position: list[float]) -> str:
    lon, lat = position[:2]
    return f"{abs(lat):.5f}° {'N' if lat >= 0 else 'S'} {abs(lon):.5f}° {'E' if lon >= 0 else 'W'}"
