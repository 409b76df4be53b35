"""Feeders: the way from a substation over a circuit to each transformer, as columns.

Transformers are read apart from circuits with their substations, an array for each column, and put
together here: PostgreSQL takes longer to join the same rows.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import F, FloatField, Func, QuerySet, Value
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from flux_site.api.prepared import fetch_columns
from grid import models
from grid.federation.warehouse_database.router import is_asking_warehouse
from grid.models.base import granted_zone_ids

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG)."""

LAYERS = ("transformers", "circuits", "substations")
LOADS = "transformer_load"
COLUMNS = (
    "id",
    "circuit_id",
    "substation_id",
    "from_lat",
    "from_lon",
    "to_lat",
    "to_lon",
    "rated_kva",
    "loading_pct",
    "distance_km",
)

Floats = NDArray[np.float64]


def great_circle_km(from_lat: Floats, from_lon: Floats, to_lat: Floats, to_lon: Floats) -> Floats:
    """Return distances on a sphere of the Earth's mean radius, by the haversine formula; degrees in."""
    lat_1, lon_1, lat_2, lon_2 = map(np.radians, (from_lat, from_lon, to_lat, to_lon))
    haversine = (
        np.sin((lat_2 - lat_1) / 2) ** 2 + np.cos(lat_1) * np.cos(lat_2) * np.sin((lon_2 - lon_1) / 2) ** 2
    )
    distance: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(haversine))
    return distance


@dataclass(frozen=True, kw_only=True)
class FeederScope:
    """Whose feeders: all that a user may see, or those of one substation or circuit."""

    user: Any
    substation_id: str | None = None
    circuit_id: str | None = None

    def circuits(self) -> QuerySet[Any]:
        """Return the circuits, each with a substation that may be seen too."""
        rows = models.Circuit.objects.visible_to(self.user).order_by()
        if zones := granted_zone_ids(self.user):
            rows = rows.filter(substation__zone_id__in=zones)
        if self.substation_id is not None:
            rows = rows.filter(substation_id=self.substation_id)
        return rows if self.circuit_id is None else rows.filter(pk=self.circuit_id)

    def transformers(self) -> QuerySet[Any]:
        """Return the transformers."""
        rows = models.Transformer.objects.visible_to(self.user).order_by()
        if self.substation_id is not None:
            rows = rows.filter(circuit__substation_id=self.substation_id)
        return rows if self.circuit_id is None else rows.filter(circuit_id=self.circuit_id)


def feeders(scope: FeederScope, columns: Collection[str]) -> Mapping[str, Any]:
    """Return columns of the feeders, one entry in each for each transformer, in no certain order.

    Texts come as lists, numbers as arrays of floats with NaN where a value is not known. ``id`` is always
    there.
    """
    circuits = _gathered(scope.circuits(), ["pk", "substation_id"], point="substation__location")
    numbers = ["rated_kva", *(["latest_load__loading_pct"] if "loading_pct" in columns else [])]
    found = _gathered(scope.transformers(), ["pk", "circuit_id"], numbers=numbers, point="location")
    at = _places(found["circuit_id"], circuits["pk"])
    if at.size and at.min() < 0:  # transformers whose circuit may not be seen
        found = {name: _where(values, at >= 0) for name, values in found.items()}
        at = at[at >= 0]
    feeder = {
        "id": found["pk"],
        "circuit_id": found["circuit_id"],
        "from_lat": circuits["lat"][at],
        "from_lon": circuits["lon"][at],
        "to_lat": found["lat"],
        "to_lon": found["lon"],
        "rated_kva": found["rated_kva"],
    }
    if "loading_pct" in columns:
        feeder["loading_pct"] = found["latest_load__loading_pct"]
    if "substation_id" in columns:
        feeder["substation_id"] = [circuits["substation_id"][n] for n in at.tolist()]
    if "distance_km" in columns:
        feeder["distance_km"] = great_circle_km(
            feeder["from_lat"], feeder["from_lon"], feeder["to_lat"], feeder["to_lon"]
        )
    return feeder


def _places(keys: Sequence[str], known: Sequence[str]) -> NDArray[np.int64]:
    """Return where each key is among the known ones; -1 for one that is not."""
    place = {key: n for n, key in enumerate(known)}
    try:
        return np.fromiter(map(place.__getitem__, keys), dtype=np.int64, count=len(keys))
    except KeyError:
        return np.fromiter((place.get(key, -1) for key in keys), dtype=np.int64, count=len(keys))


def _where(values: Any, is_kept: NDArray[np.bool_]) -> Any:
    if isinstance(values, np.ndarray):
        return values[is_kept]
    return [value for value, keep in zip(values, is_kept, strict=True) if keep]


def _gathered(
    rows: QuerySet[Any], keys: list[str], *, numbers: Sequence[str] = (), point: str | None = None
) -> dict[str, Any]:
    """Return columns of some rows: keys as lists, numbers and a point's ``lat`` and ``lon`` as arrays."""
    names = [*keys, *numbers, *(["lat", "lon"] if point else [])]
    if is_asking_warehouse():
        found = rows.values_list(*keys, *numbers, *([point] if point else []))
        values: Sequence[Any] = list(
            zip(*((*row[:-1], row[-1].y, row[-1].x) if point else row for row in found), strict=True)
        )
    else:
        ends = [
            Func(F(point), function=f"ST_{axis}", output_field=FloatField()) for axis in ("Y", "X") if point
        ]
        known = [Coalesce(F(name), Value(float("nan"))) if "__" in name else F(name) for name in numbers]
        sql, parameters = rows.values_list(*keys, *known, *ends).query.sql_with_params()
        values = fetch_columns(sql, tuple(parameters), count=len(names))
    values = values or [()] * len(names)
    return {
        name: list(column or ())
        if name in keys
        else np.asarray([] if column is None else column, dtype=np.float64)
        for name, column in zip(names, values, strict=True)
    }
