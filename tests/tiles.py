"""Tiles as another program reads them, and the arithmetic of their scheme from its definition."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import mapbox_vector_tile
from django.http import HttpResponse

from tests.clients import Api


@dataclass(frozen=True)
class Feature:
    """A feature of a tile; the coordinates in its units, from the upper left corner."""

    id: int
    kind: str
    coordinates: Any
    properties: dict[str, Any]


def decode(body: bytes, layer: str) -> list[Feature]:
    """Return the features of a tile that holds one layer."""
    tile = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})
    assert list(tile) == [layer]
    assert tile[layer]["extent"] == 4096
    return [
        Feature(each["id"], each["geometry"]["type"], each["geometry"]["coordinates"], each["properties"])
        for each in tile[layer]["features"]
    ]


def features(response: HttpResponse, layer: str) -> list[Feature]:
    """Return the features of an answer; none for an empty tile."""
    assert response.status_code in {200, 204}, response.content
    return decode(response.content, layer) if response.status_code == 200 else []


def get_features(api: Api, layer: str, z: int, x: int, y: int) -> list[Feature]:
    """Return the features of a tile that a user may see."""
    return features(api.get(f"/tiles/{layer}/{z}/{x}/{y}.mvt"), layer)


def position(lon: float, lat: float, z: int) -> tuple[float, float]:
    """Return where a point lies, in tiles of a zoom from the north-west corner of the world."""
    count = 2**z
    x = (lon + 180.0) / 360.0 * count
    y = (1.0 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2.0 * count
    return x, y


def tile_of(lon: float, lat: float, z: int) -> tuple[int, int]:
    """Return the column and the row of the tile in which a point lies."""
    x, y = position(lon, lat, z)
    return int(x), int(y)
