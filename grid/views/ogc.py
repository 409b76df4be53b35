"""``/ogc/``: OGC API Features part 1, core and GeoJSON, over the layers of the map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from flux_site.api.errors import BadInput, FluxError, NotFound, WarehouseUnavailableError
from grid.federation import operational
from grid.selectors import exchange, map_layers
from grid.selectors.exchange import Collection
from grid.views import ogc_documents as documents
from grid.views.columns import STATUS_OF_CODE, check_login, check_permission

MAX_KEY = 200
_ROOT = "/ogc"

T = TypeVar("T")
Answer = Callable[..., HttpResponse]


def answering(view: Answer) -> Answer:
    """Return a view that asks for a login, refuses unknown parameters, and tells failures in OGC's form."""

    @require_safe
    def answer(request: HttpRequest, **path: str) -> HttpResponse:
        try:
            check_login(request)
            return view(request, **path)
        except FluxError as error:
            return _refusal(error)

    return answer


def _refusal(error: FluxError) -> HttpResponse:
    status = STATUS_OF_CODE.get(error.code, 503)
    body = {"code": error.code, "description": error.message, **error.extensions}
    response = _json(body, documents.PROBLEM)
    response.status_code = status
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="flux"'
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


def _json(body: Any, kind: str = documents.JSON) -> HttpResponse:
    return _sent(orjson.dumps(body), kind)


def _sent(body: bytes, kind: str) -> HttpResponse:
    headers = {"Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
    return HttpResponse(body, content_type=kind, headers=headers)


def _root(request: HttpRequest) -> str:
    return request.build_absolute_uri(_ROOT)


def _check_parameters(request: HttpRequest, allowed: tuple[str, ...] | list[str]) -> None:
    """Refuse parameters that are not known or come twice, and encodings other than JSON.

    Raises:
        BadInput: naming the parameter.
    """
    for name, values in request.GET.lists():
        if name not in allowed:
            raise BadInput(
                f"There is no parameter {name[:80]!r} here; there are {', '.join(allowed)}.", field=name[:80]
            )
        if len(values) > 1:
            raise BadInput(f"The parameter {name} comes {len(values)} times; give it once.", field=name)
    if request.GET.get("f", "json") not in {"json", "geojson"}:
        raise BadInput("f must be json; there is no other encoding.", field="f")


def _collection(request: HttpRequest, key: str) -> Collection:
    """Return a collection that the user may take.

    Raises:
        NotFound: if there is none of that key.
        PermissionRefused: if the user may not see it.
    """
    found = exchange.find_collection(key)
    if found is None:
        known = ", ".join(each.key for each in exchange.list_collections(request.user))
        raise NotFound(
            f"There is no collection {key[:80]!r}; there are {known or 'none'}.", field="collection"
        )
    check_permission(request, found.layer.permission)
    return found


def _from_cache(collections: list[Collection], field: str, ask: Callable[[], T]) -> T:
    """Return an answer of PostGIS; the warehouse has no spatial index to give features from.

    Raises:
        FluxError: if PostGIS does not answer, or a layer was never synced.
    """
    layers = sorted({each.layer.sync_layer for each in collections})

    def refuse() -> T:
        raise WarehouseUnavailableError("Features come from PostGIS alone; try again when it answers.")

    return operational(field=field, layers=layers, from_cache=ask, from_warehouse=refuse)


@answering
def landing(request: HttpRequest) -> HttpResponse:
    """Answer with the landing page."""
    _check_parameters(request, ["f"])
    return _json(documents.landing(_root(request)))


@answering
def conformance(request: HttpRequest) -> HttpResponse:
    """Answer with the conformance classes."""
    _check_parameters(request, ["f"])
    return _json(documents.conformance())


@answering
def definition(request: HttpRequest) -> HttpResponse:
    """Answer with the OpenAPI definition of what the user may take."""
    _check_parameters(request, ["f"])
    found = exchange.list_collections(request.user)
    return _json(documents.openapi(_root(request), found), documents.OPENAPI)


@answering
def collections(request: HttpRequest) -> HttpResponse:
    """Answer with the collections that the user may take."""
    _check_parameters(request, ["f"])
    root = _root(request)
    found = exchange.list_collections(request.user)
    described = [documents.collection_document(root, each, _extent(request, each)) for each in found]
    links = [documents.link(f"{root}/collections", "self", title="This document")]
    return _json({"links": links, "collections": described})


def _extent(request: HttpRequest, collection: Collection) -> tuple[float, float, float, float] | None:
    """Return where the features are; None if that is not known, as of a layer that was never synced."""
    try:
        return _from_cache(
            [collection],
            "ogc/extent",
            lambda: exchange.collection_extent(collection=collection, user=request.user),
        )
    except WarehouseUnavailableError:
        return None


@answering
def collection(request: HttpRequest, *, key: str) -> HttpResponse:
    """Answer with the description of a collection."""
    _check_parameters(request, ["f"])
    found = _collection(request, key)
    return _json(documents.collection_document(_root(request), found, _extent(request, found)))


@answering
def items(request: HttpRequest, *, key: str) -> HttpResponse:
    """Answer with a page of features."""
    found = _collection(request, key)
    names = [
        each.name
        for each in found.attributes
        if not each.is_personal and each.name not in documents.PARAMETERS
    ]
    _check_parameters(request, [*documents.PARAMETERS, *names])
    asked = request.GET
    _check_crs(asked.get("crs"), "crs")
    _check_crs(asked.get("bbox-crs"), "bbox-crs")
    limit = _limit(asked.get("limit"))
    bbox = _bbox(asked.get("bbox"))
    interval = exchange.parse_interval(asked["datetime"]) if "datetime" in asked else None
    after = _key(asked["after"], "after") if "after" in asked else None
    conditions = tuple(
        exchange.parse_condition(found, attribute=name, values=[asked[name]], field=name)
        for name in names
        if name in asked
    )
    page = _from_cache(
        [found],
        f"ogc/{found.key}",
        lambda: exchange.feature_page(
            collection=found,
            user=request.user,
            limit=limit,
            bbox=bbox,
            conditions=conditions,
            interval=interval,
            after=after,
        ),
    )
    links = _page_links(request, found, page)
    moment = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    members, features = documents.items_document(page=page, links=links, moment=moment)
    members["features"] = [orjson.Fragment(each) for each in features]
    return _json(members, documents.GEOJSON)


@answering
def item(request: HttpRequest, *, key: str, feature_id: str) -> HttpResponse:
    """Answer with one feature."""
    found = _collection(request, key)
    _check_parameters(request, ["f", "crs"])
    _check_crs(request.GET.get("crs"), "crs")
    wanted = _key(feature_id, "featureId")
    feature = _from_cache(
        [found],
        f"ogc/{found.key}",
        lambda: exchange.find_feature(collection=found, user=request.user, key=wanted),
    )
    if feature is None:
        raise NotFound(f"There is no {wanted!r} in {found.key} that you may see.", field="featureId")
    place = f"{_root(request)}/collections/{found.key}"
    links = [
        documents.link(f"{place}/items/{quote(wanted, safe='')}", "self", documents.GEOJSON),
        documents.link(place, "collection"),
    ]
    return _sent(feature.removesuffix(b"}") + b',"links":' + orjson.dumps(links) + b"}", documents.GEOJSON)


def _page_links(
    request: HttpRequest, found: Collection, page: exchange.FeaturePage
) -> list[documents.Document]:
    place = f"{_root(request)}/collections/{found.key}"
    asked = {name: str(value) for name, value in request.GET.items()}
    query = f"?{urlencode(asked)}" if asked else ""
    links = [
        documents.link(f"{place}/items{query}", "self", documents.GEOJSON, "This page"),
        documents.link(place, "collection", title=found.layer.title),
    ]
    if page.next_after is not None:
        following = urlencode({**asked, "after": page.next_after})
        links.append(documents.link(f"{place}/items?{following}", "next", documents.GEOJSON, "The next page"))
    return links


def _limit(text: str | None) -> int:
    """Return the size of a page; more than the most is the most, as the standard has it.

    Raises:
        BadInput: unless a whole number above 0.
    """
    if text is None:
        return documents.DEFAULT_LIMIT
    if not text.isascii() or not text.isdigit() or len(text) > 12 or int(text) < 1:
        raise BadInput(
            f"limit is {text[:40]!r}; it must be a whole number from 1 to {documents.MAX_LIMIT}.",
            field="limit",
        )
    return min(int(text), documents.MAX_LIMIT)


def _bbox(text: str | None) -> map_layers.Bbox | None:
    """Return the rectangle of four numbers, or of six with heights, which are left out.

    Raises:
        BadInput: unless it is one.
    """
    parts = (text or "").split(",")
    if len(parts) == 6:
        return map_layers.parse_bbox(",".join((parts[0], parts[1], parts[3], parts[4])))
    if text == "":
        raise BadInput("bbox is empty; it must be west,south,east,north.", field="bbox")
    return map_layers.parse_bbox(text)


def _key(text: str, field: str) -> str:
    """Return the key of a feature.

    Raises:
        BadInput: if it can be none.
    """
    if not text or len(text) > MAX_KEY or not text.isprintable():
        raise BadInput(f"{field} is {text[:80]!r}, which is no id of a feature.", field=field)
    return text


def _check_crs(text: str | None, field: str) -> None:
    """Refuse every reference system but WGS 84, longitude first.

    Raises:
        BadInput: if it is another.
    """
    if text is not None and text != documents.CRS84:
        raise BadInput(f"{field} is {text[:120]!r}; there is only {documents.CRS84}.", field=field)
