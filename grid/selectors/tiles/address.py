"""The address of a tile: checked, and where it lies on the earth."""

import math
import re
from dataclasses import dataclass

from flux_site.api.errors import BadInput
from grid.selectors.map_layers import MAX_TILE_ZOOM

HALF_WORLD_M = math.pi * 6_378_137.0
"""Half the side of the square that Web Mercator maps the earth to, m."""

_DIGITS = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class TileAddress:
    """A tile of the XYZ scheme: row 0 is the northernmost."""

    z: int
    x: int
    y: int

    @property
    def number(self) -> int:
        """Its number among the tiles of its zoom."""
        return (self.y << self.z) | self.x

    @property
    def side_m(self) -> float:
        """The length of its side in Web Mercator, m."""
        return 2 * HALF_WORLD_M / (1 << self.z)

    def parent(self, z: int) -> "TileAddress":
        """Return the tile of a lower zoom, or the same, in which this one lies."""
        return TileAddress(z=z, x=self.x >> (self.z - z), y=self.y >> (self.z - z))

    def box_m(self, margin: float = 0.0) -> tuple[float, float, float, float]:
        """Return west, south, east and north in Web Mercator, widened by a share of the side."""
        west = self.x * self.side_m - HALF_WORLD_M
        north = HALF_WORLD_M - self.y * self.side_m
        widen = margin * self.side_m
        return west - widen, north - self.side_m - widen, west + self.side_m + widen, north + widen

    def box_deg(self, margin: float = 0.0) -> tuple[float, float, float, float]:
        """Return west, south, east and north in degrees of WGS 84, widened by a share of the side."""
        west, south, east, north = self.box_m(margin)
        return _lon(west), _lat(south), _lon(east), _lat(north)

    def __str__(self) -> str:
        return f"{self.z}/{self.x}/{self.y}"


def parse_address(z: str, x: str, y: str) -> TileAddress:
    """Return the tile that three texts name.

    Raises:
        BadInput: if one is no whole number in its range; it names which.
    """
    zoom = _whole("z", z, MAX_TILE_ZOOM)
    last = (1 << zoom) - 1
    return TileAddress(z=zoom, x=_whole("x", x, last), y=_whole("y", y, last))


def _whole(name: str, text: str, largest: int) -> int:
    number = int(text) if _DIGITS.fullmatch(text) else -1
    if not 0 <= number <= largest:
        raise BadInput(f"{name} is {text[:40]!r}; it must be a whole number 0 to {largest}.", field=name)
    return number


def _lon(x_m: float) -> float:
    return x_m / HALF_WORLD_M * 180.0


def _lat(y_m: float) -> float:
    return math.degrees(math.atan(math.sinh(y_m / HALF_WORLD_M * math.pi)))
