"""The documents of OGC API Features: landing page, conformance, collections and the OpenAPI definition."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from grid.selectors import exchange
from grid.selectors.exchange import Collection
from grid.selectors.exchange.features import Extent, json_type

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GEOJSON = "application/geo+json"
JSON = "application/json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
PROBLEM = "application/json"
DEFAULT_LIMIT = 1_000
MAX_LIMIT = 10_000
CONFORMS_TO = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
)
PARAMETERS = ("f", "limit", "bbox", "bbox-crs", "crs", "datetime", "after")
"""Parameters of items; an attribute of one of these names cannot be asked for."""
_TITLE = "Flux Operations Center"

Document = dict[str, Any]


def link(href: str, rel: str, kind: str = JSON, title: str | None = None) -> Document:
    """Return a link."""
    found = {"href": href, "rel": rel, "type": kind}
    return found | {"title": title} if title else found


def landing(root: str) -> Document:
    """Return the landing page; ``root`` is its address without a slash at the end."""
    return {
        "title": f"{_TITLE}: {settings.TERRITORY_NAME}",
        "description": "The layers of the map as features.",
        "links": [
            link(f"{root}/", "self", title="This document"),
            link(f"{root}/api", "service-desc", OPENAPI, "The API definition"),
            link(f"{root}/conformance", "conformance", title="What it conforms to"),
            link(f"{root}/collections", "data", title="The collections"),
        ],
    }


def conformance() -> Document:
    """Return the conformance classes."""
    return {"conformsTo": list(CONFORMS_TO)}


def collection_document(root: str, collection: Collection, extent: Extent | None) -> Document:
    """Return the description of a collection."""
    place = f"{root}/collections/{collection.key}"
    attributes = ", ".join(f"{each.name} ({each.title})" for each in collection.attributes)
    spatial = {} if extent is None else {"extent": {"spatial": {"bbox": [list(extent)], "crs": CRS84}}}
    return {
        "id": collection.key,
        "title": collection.layer.title,
        "description": f"Attributes: {attributes}.",
        "itemType": "feature",
        "crs": [CRS84],
        **spatial,
        "links": [
            link(place, "self", title=collection.layer.title),
            link(f"{place}/items", "items", GEOJSON, collection.layer.title),
        ],
    }


def openapi(root: str, collections: list[Collection]) -> Document:
    """Return the OpenAPI 3.0 definition of what a user may ask for."""
    paths: Document = {
        "/": _operation("The landing page", "landing"),
        "/conformance": _operation("What it conforms to", "conformance"),
        "/collections": _operation("The collections", "collections"),
    }
    for each in collections:
        place = f"/collections/{each.key}"
        paths[place] = _operation(f"The collection {each.layer.title}", f"describe_{each.key}")
        items = _operation(f"Features of {each.layer.title}", f"items_{each.key}", GEOJSON)
        items["get"]["parameters"] = [*_COMMON_PARAMETERS, *_attribute_parameters(each)]
        paths[f"{place}/items"] = items
        one = _operation(f"One feature of {each.layer.title}", f"item_{each.key}", GEOJSON)
        one["get"]["parameters"] = [
            {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}}
        ]
        paths[f"{place}/items/{{featureId}}"] = one
    return {
        "openapi": "3.0.3",
        "info": {"title": _TITLE, "version": "1.0.0"},
        "servers": [{"url": root}],
        "paths": paths,
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    }


def items_document(
    *, page: exchange.FeaturePage, links: list[Document], moment: str
) -> tuple[Document, list[bytes]]:
    """Return the members of a page of features but the features, and these as JSON texts."""
    members: Document = {"type": "FeatureCollection", "timeStamp": moment, "links": links}
    members["numberReturned"] = len(page.features)
    if page.matched is not None:
        members["numberMatched"] = page.matched
    return members, page.features


def _operation(summary: str, operation_id: str, kind: str = JSON) -> Document:
    faults = {
        str(status): {"description": text, "content": {PROBLEM: {"schema": {"type": "object"}}}}
        for status, text in (
            (400, "A parameter is not known or has a value that is not allowed."),
            (401, "Nobody is logged in."),
            (403, "The permission is missing."),
            (404, "There is no such thing."),
            (503, "The store does not answer; try again."),
        )
    }
    answer = {"description": summary, "content": {kind: {"schema": {"type": "object"}}}}
    return {"get": {"summary": summary, "operationId": operation_id, "responses": {"200": answer, **faults}}}


def _query(name: str, schema: Document, description: str) -> Document:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "schema": schema,
        "description": description,
        "style": "form",
        "explode": False,
    }


_COMMON_PARAMETERS = (
    _query(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        "Features on a page.",
    ),
    _query(
        "bbox",
        {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}},
        "West, south, east, north; degrees.",
    ),
    _query("datetime", {"type": "string"}, "A moment or an interval, RFC 3339."),
    _query("crs", {"type": "string", "enum": [CRS84]}, "The only reference system."),
    _query("bbox-crs", {"type": "string", "enum": [CRS84]}, "The only reference system."),
    _query("after", {"type": "string"}, "Id after which the page begins, as in the next link."),
    _query("f", {"type": "string", "enum": ["json"]}, "The only encoding."),
)


def _attribute_parameters(collection: Collection) -> list[Document]:
    return [
        _query(each.name, json_type(each.kind), f"Only features of this value. {each.title}.")
        for each in collection.attributes
        if not each.is_personal and each.name not in PARAMETERS
    ]
