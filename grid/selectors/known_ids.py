"""Whether ids that a text names are in the cache, and what they are, as one user may see it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from grid import models

PREFIXES: dict[str, type[Any]] = {
    "BLD": models.Building,
    "BR": models.Branch,
    "BUS": models.Bus,
    "CKT": models.Circuit,
    "CREW": models.Crew,
    "CUST": models.Customer,
    "FLD": models.FloodZone,
    "LINE": models.LineSection,
    "MTR": models.Meter,
    "OUT": models.Outage,
    "PLANT": models.Plant,
    "POLE": models.Pole,
    "SUB": models.Substation,
    "SW": models.Switch,
    "TREE": models.Tree,
    "WAT": models.WaterBody,
    "WO": models.WorkOrder,
    "XFMR": models.Transformer,
}
NAMED = frozenset({"CKT", "CREW", "SUB", "WAT", "XFMR"})  # a customer's name is personal
MOST_IDS = 500

_ID = re.compile(rf"(?<![\w-])(?:{'|'.join(PREFIXES)})(?:-[A-Z0-9_]+)+(?![\w-])")


@dataclass(frozen=True, kw_only=True)
class KnownId:
    """What has an id: its kind by the prefix, a name or else the id, and where it stands, if known."""

    asset_id: str
    prefix: str
    label: str
    lon: float | None
    lat: float | None


def ids_in(text: str) -> list[str]:
    """Return the ids that a text names, each once, in their order; an id has a digit in it."""
    found = (match.group() for match in _ID.finditer(text))
    return list(dict.fromkeys(key for key in found if any(character.isdigit() for character in key)))


def find_known(ids: Iterable[str], *, user: Any) -> dict[str, KnownId]:
    """Return what is known of ids, at most the first ``MOST_IDS`` of them.

    What is missing from the answer is not in the cache, or not for this user: one cannot be told from the
    other.
    """
    by_prefix: dict[str, list[str]] = defaultdict(list)
    for key in list(dict.fromkeys(ids))[:MOST_IDS]:
        by_prefix[key.split("-", 1)[0]].append(key)
    found: dict[str, KnownId] = {}
    for prefix, keys in by_prefix.items():
        model = PREFIXES.get(prefix)
        if model is None or not user.has_perm(f"grid.view_{model._meta.model_name}"):
            continue
        rows = model.objects.visible_to(user).filter(pk__in=keys)
        if model is models.Circuit:
            rows = rows.select_related("substation")
        found.update({row.pk: _known(prefix, row) for row in rows})
    return found


def _known(prefix: str, row: Any) -> KnownId:
    place = _place(row)
    return KnownId(
        asset_id=row.pk,
        prefix=prefix,
        label=(row.name if prefix in NAMED else "") or row.pk,
        lon=place.x if place else None,
        lat=place.y if place else None,
    )


def _place(row: Any) -> Any:
    """Return a point that stands for a row: of a line its middle, of a circuit its substation."""
    if isinstance(row, models.Circuit):
        return row.substation.location if row.substation else None
    if getattr(row, "location", None) is not None:
        return row.location
    route = getattr(row, "route", None)
    if route is not None:
        return route.interpolate_normalized(0.5)
    outline = getattr(row, "outline", None)
    return outline.point_on_surface if outline is not None else None
