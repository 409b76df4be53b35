"""Where things are on the screen: Web Mercator as the map draws it, and the colours of a screenshot."""

from __future__ import annotations

import io
import math
from urllib.parse import parse_qs, urlsplit

import numpy as np
import numpy.typing as npt
from PIL import Image
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
    """Return the map as rows of RGB pixels, without the panel upon it, which tells the age of the data."""
    panel = page.get_by_test_id("layer-panel")
    panel.evaluate("panel => panel.style.visibility = 'hidden'")
    shot = page.get_by_test_id("map").screenshot()
    panel.evaluate("panel => panel.style.visibility = ''")
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"))


def count_pixels(pixels: npt.NDArray[np.uint8], colour: tuple[int, int, int], *, tolerance: int = 12) -> int:
    """Return how many pixels have about this colour."""
    distance = np.abs(pixels.astype(np.int16) - np.array(colour, dtype=np.int16)).max(axis=2)
    return int((distance <= tolerance).sum())
