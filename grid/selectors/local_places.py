"""Where the poles and overhead sections of the cache are."""

from typing import Any

import numpy as np
from django.db.models import F, FloatField, Func, QuerySet

from grid import models
from grid.selectors.spatial.measuring import coordinate
from grid.topology.local_places import LocalPlaces, PlacedParts

_MIDDLE = "ST_%(axis)s(ST_LineInterpolatePoint(%(expressions)s, 0.5))"


def load_local_places(interconnect: str, *, poles: bool, spans: bool) -> LocalPlaces:
    """Return where the poles and the overhead sections are that substations of a network feed.

    Args:
        interconnect: the network.
        poles: whether poles are wanted.
        spans: whether overhead sections are.
    """
    of = {"circuit__substation__interconnect": interconnect}
    found = LocalPlaces()
    if poles:
        rows: QuerySet[Any] = models.Pole.objects.filter(**of)
        axes = (coordinate("location", axis, is_point=True) for axis in ("X", "Y"))
        found = LocalPlaces(poles=_parts(rows, *axes))
    if spans:
        lines: QuerySet[Any] = models.LineSection.objects.filter(**of, is_underground=False)
        axes = (
            Func(F("route"), template=_MIDDLE, axis=axis, output_field=FloatField()) for axis in ("X", "Y")
        )
        found = LocalPlaces(poles=found.poles, spans=_parts(lines, *axes))
    return found


def _parts(rows: QuerySet[Any], lon: Func, lat: Func) -> PlacedParts:
    told = list(rows.order_by("pk").values_list("pk", lon, lat, "circuit__voltage_kv"))
    numbers = np.array([row[1:] for row in told], dtype=np.float64).reshape(len(told), 3)
    return PlacedParts(
        ids=tuple(row[0] for row in told), lon=numbers[:, 0], lat=numbers[:, 1], kv=numbers[:, 2]
    )
