"""Where things are on the screen: Web Mercator as the map draws it, and the colours of a screenshot."""

from __future__ import annotations

import math
import zlib
from urllib.parse import parse_qs, urlsplit

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Page

WORLD_PX = 512
"""Width of the world at zoom 0."""


def _mercator(lon: float, lat: float, zoom: float) -> tuple[float, float]:
    world = WORLD_PX * 2**zoom
    y = math.asinh(math.tan(math.radians(lat)))
    return world * (lon + 180) / 360, world * (1 - y / math.pi) / 2


def viewport(page: Page) -> tuple[float, float, float]:
    """Return the longitude, latitude and zoom in the page's address."""
    lon, lat, zoom = parse_qs(urlsplit(page.url).query)["at"][0].split(",")
    return float(lon), float(lat), float(zoom)


def on_screen(page: Page, *, lon: float, lat: float) -> tuple[float, float]:
    """Return the page's pixel at which the map shows a place."""
    box = page.get_by_test_id("map").bounding_box()
    assert box is not None, "there is no map"
    center_lon, center_lat, zoom = viewport(page)
    x, y = _mercator(lon, lat, zoom)
    center_x, center_y = _mercator(center_lon, center_lat, zoom)
    return box["x"] + box["width"] / 2 + x - center_x, box["y"] + box["height"] / 2 + y - center_y


def picture(page: Page) -> npt.NDArray[np.uint8]:
    """Return the map as rows of RGB pixels."""
    return decode_png(page.get_by_test_id("map").screenshot())


def count_pixels(pixels: npt.NDArray[np.uint8], colour: tuple[int, int, int], *, tolerance: int = 12) -> int:
    """Return how many pixels have about this colour."""
    distance = np.abs(pixels.astype(np.int16) - np.array(colour, dtype=np.int16)).max(axis=2)
    return int((distance <= tolerance).sum())


def decode_png(data: bytes) -> npt.NDArray[np.uint8]:
    """Decode a PNG as browsers write screenshots: eight bits, RGB or RGBA, not interlaced."""
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    depth, kind, interlace = data[24], data[25], data[28]
    assert (depth, interlace) == (8, 0), "not a plain PNG"
    assert kind in (2, 6), "neither RGB nor RGBA"
    channels = 3 if kind == 2 else 4
    packed, at = b"", 8
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] == b"IDAT":
            packed += data[at + 8 : at + 8 + length]
        at += 12 + length
    stride = width * channels
    rows = np.frombuffer(zlib.decompress(packed), dtype=np.uint8).reshape(height, stride + 1)
    pixels = np.zeros((height, stride), dtype=np.uint8)
    above = np.zeros(stride, dtype=np.uint8)
    for y in range(height):
        pixels[y] = above = _unfilter(int(rows[y, 0]), rows[y, 1:], above, channels)
    return pixels.reshape(height, width, channels)[:, :, :3]


def _unfilter(
    method: int, row: npt.NDArray[np.uint8], above: npt.NDArray[np.uint8], channels: int
) -> npt.NDArray[np.uint8]:
    """Undo one of PNG's row filters: none, sub, up, average or Paeth."""
    if method == 0:
        return row.copy()
    if method == 2:
        return row + above
    if method == 1:
        return np.cumsum(row.reshape(-1, channels), axis=0, dtype=np.uint8).reshape(-1)
    out = [0] * len(row)
    for i, value in enumerate(row.tolist()):
        left = out[i - channels] if i >= channels else 0
        up = int(above[i])
        corner = int(above[i - channels]) if i >= channels else 0
        guess = (left + up) // 2 if method == 3 else _paeth(left, up, corner)
        out[i] = (value + guess) & 0xFF
    return np.array(out, dtype=np.uint8)


def _paeth(left: int, up: int, corner: int) -> int:
    estimate = left + up - corner
    distances = (abs(estimate - left), abs(estimate - up), abs(estimate - corner))
    return (left, up, corner)[distances.index(min(distances))]
