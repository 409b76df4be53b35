"""Places where crews may wait: substations, and those among them where crews are at home."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db.models import Count
from scipy.spatial import cKDTree

from grid import models
from grid.powerflow.arrays import FloatArray
from grid.selectors import initiators


@dataclass(frozen=True, kw_only=True)
class StagingSite:
    """Hold a substation as a place for crews.

    Attributes:
        id: the substation.
        name: what it is called.
        longitude: degrees east.
        latitude: degrees north.
        crews: crews that are at home there, by kind; empty if none are.
    """

    id: str
    name: str
    longitude: float
    latitude: float
    crews: dict[str, int] = field(default_factory=dict)


def staging_sites(
    *, longitude: FloatArray, latitude: FloatArray, user: Any, most: int
) -> tuple[list[StagingSite], int]:
    """Return substations near some places that the user may see, and how many further ones were left out.

    Where crews are at home counts before how near a substation is. Only crews that the user may see count.

    Args:
        longitude: of the places.
        latitude: of the places.
        user: whose zones count.
        most: how many substations at most.
    """
    rows = models.Substation.objects.visible_to(user).order_by("pk")
    found = [(row.pk, row.name, row.location.x, row.location.y) for row in rows.only("name", "location")]
    if not found:
        return [], 0
    homes: dict[str, dict[str, int]] = {}
    crews = models.Crew.objects.visible_to(user).order_by()
    for substation_id, kind, count in crews.values_list("home_substation_id", "kind").annotate(Count("pk")):
        homes.setdefault(substation_id, {})[kind] = count
    at = np.array([(lon, lat) for _, _, lon, lat in found])
    away, _ = cKDTree(_on_sphere(longitude, latitude)).query(_on_sphere(at[:, 0], at[:, 1]))
    is_home = np.array([key in homes for key, *_ in found])
    chosen = sorted(np.lexsort((np.asarray(away), ~is_home))[:most].tolist())
    return [
        StagingSite(id=key, name=name, longitude=lon, latitude=lat, crews=homes.get(key, {}))
        for key, name, lon, lat in (found[index] for index in chosen)
    ], len(found) - len(chosen)


def visible_ids(ids: list[str], *, user: Any) -> set[str]:
    """Return which of some assets the user may see."""
    found, _ = initiators.known(ids, user=user)
    return {key for keys in found.ids.values() for key in keys}


def _on_sphere(longitude: FloatArray, latitude: FloatArray) -> FloatArray:
    """Return points of the unit sphere: nearer there is nearer on the ground."""
    lon, lat = np.deg2rad(longitude), np.deg2rad(latitude)
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
