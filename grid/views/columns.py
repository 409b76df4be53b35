"""``/columns/{layer}``: the rows of a map layer as an Arrow IPC stream."""

import hashlib
import json
import re
from collections.abc import Callable

import pyarrow as pa
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from flux_site.api.errors import BadInput, FluxError, NotFound, PermissionRefused, Unauthenticated
from grid.federation import from_either_store, operational
from grid.selectors import feeder_columns, feeders, map_layers
from grid.selectors.map_layers import MapLayer

ARROW_STREAM = "application/vnd.apache.arrow.stream"
FEEDER_PERMISSIONS = ("grid.view_transformer", "grid.view_circuit", "grid.view_substation")
VERSION = re.compile(r"[0-9a-f]{32}")
STATUS_OF_CODE = {
    BadInput.code: 400,
    Unauthenticated.code: 401,
    PermissionRefused.code: 403,
    NotFound.code: 404,
    "LIMIT_EXCEEDED": 413,
}


def error_response(error: FluxError) -> JsonResponse:
    """Return an expected failure as JSON in the shape GraphQL uses."""
    body = {"errors": [{"message": error.message, "extensions": error.extensions}]}
    status = STATUS_OF_CODE.get(error.code, 503)
    return JsonResponse(body, status=status, headers={"Retry-After": "5"} if status == 503 else None)


def check_login(request: HttpRequest) -> None:
    """Raise unless somebody is logged in.

    Raises:
        Unauthenticated: if nobody is.
    """
    if not request.user.is_authenticated:
        raise Unauthenticated("Log in first.")


def check_permission(request: HttpRequest, permission: str) -> None:
    """Raise unless the user holds ``permission``.

    Raises:
        PermissionRefused: if it is missing.
    """
    if not request.user.has_perm(permission):
        raise PermissionRefused(f"You need the permission {permission}.")


def arrow_response(request: HttpRequest, *, version: str, build: Callable[[], pa.Table]) -> HttpResponse:
    """Return a table as an Arrow stream with an ETag, or 304 if the client has this version."""
    etag = f'"{hashlib.sha256(version.encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
    known = {each.removeprefix("W/") for each in parse_etags(request.headers.get("If-None-Match", ""))}
    if etag in known:
        return HttpResponseNotModified(headers=headers)
    return _stream(build(), headers)


def _stream(table: pa.Table, headers: dict[str, str]) -> HttpResponse:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return HttpResponse(sink.getvalue().to_pybytes(), content_type=ARROW_STREAM, headers=headers)


@require_safe
def columns(request: HttpRequest, layer_key: str) -> HttpResponse:
    """Answer with the rows of a layer inside ``bbox``, or everywhere."""
    try:
        check_login(request)
        if layer_key == feeder_columns.KEY:
            return _feeders(request)
        layer = map_layers.find_layer(layer_key)
        if layer is None or not layer.columns:
            known = ", ".join((*(each.key for each in map_layers.COLUMN_LAYERS), feeder_columns.KEY))
            raise NotFound(
                f"There is no layer {layer_key!r} with columns; there are: {known}.", field="layer"
            )
        check_permission(request, layer.permission)
        bbox = map_layers.parse_bbox(request.GET.get("bbox"))
        return operational(
            field=f"columns/{layer.key}",
            layers=(layer.sync_layer, *layer.also_shows),
            vital_layers=(layer.sync_layer,),
            from_cache=lambda: _answer(
                request, layer, bbox, map_layers.layer_version, map_layers.layer_table, "postgis"
            ),
            from_warehouse=lambda: _answer(
                request, layer, bbox, map_layers.warehouse_version, map_layers.warehouse_table, "warehouse"
            ),
        )
    except FluxError as error:
        return error_response(error)


def _answer(
    request: HttpRequest,
    layer: MapLayer,
    bbox: map_layers.Bbox | None,
    version: Callable[..., str],
    table: Callable[..., pa.Table],
    backend: str,
) -> HttpResponse:
    user = request.user
    if "since" in request.GET:
        rows = table(layer=layer, bbox=bbox, user=user)
        response = _changes(request, f"{layer.key}|{bbox}", rows)
        response.headers["Flux-Backend"] = backend
        return response
    response = arrow_response(
        request,
        version=f"{layer.key}|{bbox}|{version(layer=layer, user=user)}",
        build=lambda: table(layer=layer, bbox=bbox, user=user),
    )
    response.headers["Flux-Backend"] = backend
    return response


def _feeders(request: HttpRequest) -> HttpResponse:
    """Answer with the feeders; their version is that of the rows themselves."""
    for permission in FEEDER_PERMISSIONS:
        check_permission(request, permission)
    bbox = map_layers.parse_bbox(request.GET.get("bbox"))
    rows = from_either_store(
        field=f"columns/{feeder_columns.KEY}",
        layers=(*feeders.LAYERS, feeders.LOADS),
        vital_layers=feeders.LAYERS,
        ask=lambda: feeder_columns.feeder_table(bbox=bbox, user=request.user),
    )
    scope = f"{feeder_columns.KEY}|{bbox}"
    if "since" in request.GET:
        return _changes(request, scope, rows)
    version = f"{scope}|{map_layers.table_version(rows)}"
    return arrow_response(request, version=version, build=lambda: rows)


def _changes(request: HttpRequest, scope: str, rows: pa.Table) -> HttpResponse:
    """Answer with what changed since the version that the client has, or with all rows if it is not known.

    The schema's metadata carries the version, the kind and the keys of rows that are gone.
    """
    since = request.GET["since"]
    if since and not VERSION.fullmatch(since):
        raise BadInput("since must be a version that an answer named, or empty.", field="since")
    found = map_layers.delta(table=rows, scope=scope, user=request.user, since=since or None)
    is_known = found.kind == map_layers.DeltaKind.DELTA
    headers = {
        "Cache-Control": "private, no-store",
        "Vary": "Cookie, Authorization",
        "Flux-Columns": found.kind.value,
    }
    if since and not is_known:
        headers["Flux-Columns-Reason"] = "version-unknown"
    metadata = {
        map_layers.VERSION: found.version if found.is_remembered else "",
        map_layers.KIND: found.kind.value,
        map_layers.REMOVED: json.dumps(found.removed),
    }
    return _stream(found.rows.replace_schema_metadata(metadata), headers)
