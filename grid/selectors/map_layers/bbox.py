"""The rectangle that a client asks columns of."""

import math
from dataclasses import dataclass

from flux_site.api.errors import BadInput


@dataclass(frozen=True, kw_only=True)
class Bbox:
    """A rectangle in WGS 84 degrees."""

    west: float
    south: float
    east: float
    north: float


def parse_bbox(text: str | None) -> Bbox | None:
    """Return the rectangle ``west,south,east,north``, or None for no text.

    Raises:
        BadInput: unless four finite numbers inside WGS 84 with west < east and south < north.
    """
    if text is None or text == "":
        return None
    allowed = "four numbers west,south,east,north with -180 <= west < east <= 180, -90 <= south < north <= 90"
    try:
        numbers = [float(item) for item in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != 4 or not all(math.isfinite(number) for number in numbers):
        raise BadInput(f"bbox is {text!r}; it must be {allowed}.", field="bbox")
    west, south, east, north = numbers
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise BadInput(f"bbox is {text!r}; it must be {allowed}.", field="bbox")
    return Bbox(west=west, south=south, east=east, north=north)
