"""Rows as arrays: where they are, what they contribute, whose they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from grid.models.base import granted_zone_ids

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]
Cells = npt.NDArray[np.uint64]

NUMBERS = ("lon", "lat", "value", "weight")


@dataclass(frozen=True, eq=False, kw_only=True)
class PlacedRows:
    """The rows of a source, all of them.

    Attributes:
        key: of a row; None unless the source has keys.
        lon: degrees.
        value: what a row contributes, NaN where it is not known.
        weight: of it in a ratio.
        zone: of a row, as a position in ``zones``.
        known_cells: by resolution the cells of H3 that were worked out, 0 where not.
    """

    lon: Floats
    lat: Floats
    value: Floats
    weight: Floats
    zone: npt.NDArray[np.int32]
    zones: list[str | None]
    key: pa.StringArray | None
    known_cells: dict[int, Cells] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.lon)

    @property
    def size_bytes(self) -> int:
        """What they take up."""
        arrays = (*(getattr(self, name) for name in NUMBERS), self.zone, *list(self.known_cells.values()))
        keys = 0 if self.key is None else int(self.key.nbytes)
        return keys + sum(each.nbytes if any(each.strides) else each.itemsize for each in arrays)

    def visible_to(self, user: Any) -> Positions | None:
        """Return where the rows are that a user may see; None for all."""
        granted = set(granted_zone_ids(user))
        if not granted:
            return None
        seen = np.array([zone in granted for zone in self.zones], dtype=bool)
        return np.flatnonzero(seen[self.zone]) if len(seen) else np.empty(0, dtype=np.int64)

    def cells(self, resolution: int, at: Positions | None) -> Cells:
        """Return the cells of H3 that hold some rows, or all; each is worked out when first asked for."""
        import h3.api.numpy_int as h3

        known = self.known_cells.setdefault(resolution, np.zeros(len(self), dtype=np.uint64))  # 0 is no cell
        wanted = known if at is None else known[at]
        missing = np.flatnonzero(wanted == 0)
        if missing.size:
            rows = missing if at is None else at[missing]
            places = zip(self.lat[rows].tolist(), self.lon[rows].tolist(), strict=True)
            known[rows] = [h3.latlng_to_cell(lat, lon, resolution) for lat, lon in places]
            wanted = known if at is None else known[at]
        return wanted

    def with_rows(self, more: PlacedRows, *, without: Collection[str]) -> PlacedRows:
        """Return these rows less those of some keys, and with ``more``; cells that were worked out stay.

        Raises:
            ValueError: if the keys of either are not known.
        """
        if self.key is None or more.key is None:
            raise ValueError("only rows with keys can be brought up to date")
        leaves = pc.is_in(self.key, value_set=pa.array(sorted(without), pa.string()))
        stays = np.flatnonzero(~leaves.to_numpy(zero_copy_only=False))
        zones = list(dict.fromkeys([*self.zones, *more.zones]))
        place = {zone: n for n, zone in enumerate(zones)}
        of_these, of_more = (
            np.array([place[zone] for zone in each.zones], dtype=np.int32) for each in (self, more)
        )
        lon, lat, value, weight = (
            thin(np.concatenate([getattr(self, name)[stays], getattr(more, name)])) for name in NUMBERS
        )
        return PlacedRows(
            lon=lon,
            lat=lat,
            value=value,
            weight=weight,
            zone=np.concatenate([of_these[self.zone[stays]], of_more[more.zone]]),
            zones=zones,
            key=pa.concat_arrays([self.key.take(pa.array(stays)), more.key]),
            known_cells={
                resolution: np.concatenate([cells[stays], np.zeros(len(more), dtype=np.uint64)])
                for resolution, cells in list(self.known_cells.items())
            },
        )


def thin(values: Floats) -> Floats:
    """Return values that are all the same as one that stands for all."""
    if len(values) > 1 and (values == values[0]).all():
        return np.broadcast_to(values[:1].copy(), values.shape)
    return values
