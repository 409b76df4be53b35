"""Where substations are, and how long the branches between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from flux_site.api.errors import BadInput
from grid import models
from grid.powerflow.arrays import FloatArray


@dataclass(frozen=True, kw_only=True)
class Place:
    """A substation: degrees (WGS 84), and its demand in the planning base case."""

    substation_id: str
    name: str
    lat: float
    lon: float
    interconnect: str
    load_mw: float


def find_place(asset_id: str, *, user: Any) -> Place | None:
    """Return a substation by its id or by that of a bus of it; None if there is none the user may see."""
    visible = models.Substation.objects.visible_to(user)
    found = visible.filter(pk=asset_id).first() or visible.filter(buses__pk=asset_id).first()
    return _place(found) if found else None


def visible_places(substation_ids: list[str], *, user: Any) -> dict[str, Place]:
    """Return the substations that the user may see, by id."""
    rows = models.Substation.objects.visible_to(user).filter(pk__in=substation_ids)
    return {row.pk: _place(row) for row in rows}


def branch_lengths_km(branch_ids: tuple[str, ...], *, interconnect: str) -> FloatArray:
    """Return the length of branches.

    Raises:
        BadInput: naming one whose length is not on record.
    """
    rows = models.Branch.objects.filter(interconnect=interconnect).values_list("pk", "length_km")
    length = dict(rows.iterator())
    unknown = [key for key in branch_ids if length.get(key) is None]
    if unknown:
        raise BadInput(
            f"The length of {len(unknown)} branches between substations is not on record, the first being "
            f"{unknown[0]}; the spreading model takes the length of every branch.",
            field="model",
        )
    return np.array([length[key] for key in branch_ids], dtype=np.float64)


def _place(row: models.Substation) -> Place:
    return Place(
        substation_id=row.pk,
        name=row.name,
        lat=row.location.y,
        lon=row.location.x,
        interconnect=row.interconnect,
        load_mw=row.load_mw,
    )
