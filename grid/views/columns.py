"""``/columns/{layer}``: the rows of a map layer as an Arrow IPC stream."""

import hashlib
from collections.abc import Callable

import pyarrow as pa
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from flux_site.api.errors import BadInput, FluxError, NotFound, PermissionRefused, Unauthenticated
from grid.federation import operational
from grid.selectors import map_layers
from grid.selectors.map_layers import MapLayer

ARROW_STREAM = "application/vnd.apache.arrow.stream"
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
    table = build()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return HttpResponse(sink.getvalue().to_pybytes(), content_type=ARROW_STREAM, headers=headers)


@require_safe
def columns(request: HttpRequest, layer_key: str) -> HttpResponse:
    """Answer with the rows of a layer inside ``bbox``, or everywhere."""
    try:
        check_login(request)
        layer = map_layers.find_layer(layer_key)
        if layer is None:
            known = ", ".join(each.key for each in map_layers.LAYERS)
            raise NotFound(f"There is no layer {layer_key!r}; there are: {known}.", field="layer")
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
    response = arrow_response(
        request,
        version=f"{layer.key}|{bbox}|{version(layer=layer, user=user)}",
        build=lambda: table(layer=layer, bbox=bbox, user=user),
    )
    response.headers["Flux-Backend"] = backend
    return response
