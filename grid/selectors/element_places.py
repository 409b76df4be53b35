"""What crews need to know of elements of the distribution network: where they are, and what is buried."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import F, FloatField, Func

from grid import models
from grid.selectors.initiators import LOCAL, MODELS, InitiatorKind, Initiators
from grid.selectors.spatial.measuring import coordinate

_AT_ONCE = 5_000
_MIDDLE = "ST_%(axis)s(ST_LineInterpolatePoint(%(expressions)s, 0.5))"


def element_places(found: Initiators) -> dict[str, tuple[float, float]]:
    """Return longitude and latitude of elements: of a section its middle, of a circuit its substation."""
    places: dict[str, tuple[float, float]] = {}
    for kind in LOCAL:
        for part in _parts(found.of(kind)):
            rows = MODELS[kind].objects.filter(pk__in=part).order_by()
            for key, lon, lat in rows.values_list("pk", *(_axis(kind, axis) for axis in ("X", "Y"))):
                places[key] = (lon, lat)
    return places


def underground_lines(ids: Sequence[str]) -> set[str]:
    """Return which sections are buried."""
    return {
        key
        for part in _parts(ids)
        for key in models.LineSection.objects.filter(pk__in=part, is_underground=True)
        .order_by()
        .values_list("pk", flat=True)
    }


def units_of_poles(ids: Sequence[str]) -> dict[str, list[str]]:
    """Return the transformers that stand on poles."""
    units: dict[str, list[str]] = {}
    for part in _parts(ids):
        rows = models.Transformer.objects.filter(pole_id__in=part).order_by("pk")
        for pole, unit in rows.values_list("pole_id", "pk"):
            units.setdefault(pole, []).append(unit)
    return units


def _axis(kind: InitiatorKind, axis: str) -> Any:
    if kind is InitiatorKind.LINE:
        return Func(F("route"), template=_MIDDLE, axis=axis, output_field=FloatField())
    if kind is InitiatorKind.CIRCUIT:
        return coordinate("substation__location", axis, is_point=True)
    return coordinate("location", axis, is_point=True)


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))
