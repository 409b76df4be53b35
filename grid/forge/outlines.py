"""Areas as closed rings: their size and their text."""

from __future__ import annotations

import numpy as np

from grid.forge.arrays import FloatArray


def ring_area(x: FloatArray, y: FloatArray) -> float:
    """Return the area inside a ring of corners in metres, positive when counter-clockwise (shoelace)."""
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2.0


def polygon_wkt(lon: FloatArray, lat: FloatArray) -> str:
    """Return a ring of corners in degrees as WKT; the first corner is repeated at the end."""
    pairs = [f"{a:.7f} {b:.7f}" for a, b in zip(lon.tolist(), lat.tolist(), strict=True)]
    return f"POLYGON (({', '.join([*pairs, pairs[0]])}))"


def polygon_wkts(lon: FloatArray, lat: FloatArray) -> list[str]:
    """Return many rings of one number of corners, (rings, corners), as WKT."""
    count = lon.shape[1]
    order = [*range(count), 0]
    flat = np.stack([lon[:, order], lat[:, order]], axis=2).reshape(len(lon), -1)
    text = f"POLYGON (({', '.join(['%.7f %.7f'] * (count + 1))}))"
    return [text % tuple(row) for row in flat.tolist()]
