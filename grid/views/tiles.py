"""``/tiles/{layer}/{z}/{x}/{y}.mvt`` and ``/tiles/{layer}.json``: vector tiles, and what they hold."""

import gzip
import hashlib
import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from flux_site.api.errors import FluxError, NotFound
from grid.selectors import map_layers, tiles
from grid.selectors.map_layers import MapLayer
from grid.views.columns import check_login, check_permission, error_response

MVT = "application/vnd.mapbox-vector-tile"
VARY = "Cookie, Authorization, Accept-Encoding"
STALE_WARNING = '110 - "PostgreSQL does not answer; the tile is as it was last drawn"'
STATUS_OF_CODE = {tiles.TooManyTiles.code: 429}


@require_safe
def tile(request: HttpRequest, layer_key: str, z: str, x: str, y: str) -> HttpResponse:
    """Answer with a tile of a layer, 204 if nothing is there, or 304 if the client has it."""
    try:
        layer = _layer(request, layer_key)
        address = tiles.parse_address(z, x, y)
        served = tiles.serve_tile(
            layer=layer,
            tile=address,
            user=request.user,
            known_versions=frozenset(
                each.removeprefix("W/").strip('"')
                for each in parse_etags(request.headers.get("If-None-Match", ""))
            ),
        )
    except FluxError as error:
        return _refusal(error)
    return _answer(request, served)


@require_safe
def tile_json(request: HttpRequest, layer_key: str) -> HttpResponse:
    """Answer with the TileJSON of a layer."""
    try:
        layer = _layer(request, layer_key)
        zones = tiles.zones_of(layer, request.user)
        version = tiles.tile_version(layer, request.user).text
        described = tiles.describe(
            layer,
            url=request.build_absolute_uri(f"/tiles/{layer.key}/{{z}}/{{x}}/{{y}}.mvt")
            .replace("%7B", "{")
            .replace("%7D", "}"),
            zones=zones,
            version=version,
            attribution=settings.TERRITORY_NAME,
        )
    except FluxError as error:
        return _refusal(error)
    etag = f'W/"{hashlib.sha256(json.dumps(described).encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers=headers)
    return JsonResponse(described, headers=headers)


@require_safe
def unknown_tile(request: HttpRequest, rest: str) -> HttpResponse:
    """Answer that there is nothing at an address under ``/tiles/``."""
    return _refusal(
        NotFound("Tiles are at /tiles/{layer}/{z}/{x}/{y}.mvt and /tiles/{layer}.json.", field="path")
    )


def _layer(request: HttpRequest, key: str) -> MapLayer:
    check_login(request)
    layer = map_layers.find_layer(key)
    if layer is None:
        known = ", ".join(each.key for each in map_layers.LAYERS)
        raise NotFound(f"There is no layer {key[:40]!r}; there are: {known}.", field="layer")
    check_permission(request, layer.permission)
    return layer


def _answer(request: HttpRequest, served: tiles.ServedTile) -> HttpResponse:
    headers: dict[str, Any] = {
        "ETag": f'W/"{served.version}"',
        "Cache-Control": "private, no-cache",
        "Vary": VARY,
    }
    if served.stale_for_s is not None:
        headers |= {"Warning": STALE_WARNING, "Flux-Age": str(round(served.stale_for_s))}
    if served.packed is None:
        return HttpResponseNotModified(headers=headers)
    if not served.packed:
        return HttpResponse(status=204, headers=headers)
    if _takes_gzip(request.headers.get("Accept-Encoding", "")):
        return HttpResponse(served.packed, content_type=MVT, headers=headers | {"Content-Encoding": "gzip"})
    return HttpResponse(gzip.decompress(served.packed), content_type=MVT, headers=headers)


def _takes_gzip(header: str) -> bool:
    """Return whether a client takes gzip: named, or by ``*``, and not with a weight of 0."""
    weights: dict[str, str] = {}
    for part in header.lower().split(","):
        name, _, parameter = part.partition(";")
        weights[name.strip()] = parameter.replace(" ", "")
    weight = weights.get("gzip", weights.get("*"))
    return weight is not None and weight not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}


def _refusal(error: FluxError) -> JsonResponse:
    response = error_response(error)
    if error.code in STATUS_OF_CODE:
        response.status_code = STATUS_OF_CODE[error.code]
        response.headers["Retry-After"] = "60"
    return response
