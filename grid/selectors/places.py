"""Where in the network an asset stands, and what a user may see of what a trace found."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from django.contrib.gis.geos import MultiLineString

from flux_site.api.errors import BadInput, NotFound
from grid import models
from grid.selectors.connectivity import View
from grid.topology import NONE
from grid.topology.arrays import IntArray
from grid.topology.supply import NOTHING
from grid.topology.tracing import Start, circuit_heads

MOST_ROUTES = 20_000
"""Sections whose geometry one answer holds at most."""

_AT_ONCE = 5_000


@dataclass(frozen=True, eq=False, kw_only=True)
class Place:
    """Hold an asset and where it stands.

    Attributes:
        asset_id: its id.
        kind: what it is.
        start: where traces of it begin.
        meter: position of the meter it is; ``NONE`` if it is none.
    """

    asset_id: str
    kind: str
    start: Start
    meter: int = NONE


def find_place(view: View, asset_id: str, user: Any) -> Place:
    """Return where an asset stands that the user may see.

    Raises:
        NotFound: if there is none.
        BadInput: if it is a pole that carries no section.
    """
    arrays, zones, network = view.network.arrays, view.snapshot.zones, view.network
    sections = len(arrays.sections)
    for kind, ids, zone in (
        ("Transformer", arrays.transformers, zones.transformers),
        ("Switch", arrays.switches, zones.switches),
        ("LineSection", arrays.sections, zones.sections),
        ("Circuit", arrays.circuits, zones.circuits),
        ("Substation", arrays.substations, zones.substations),
        ("Meter", arrays.meters, zones.meters),
    ):
        at = ids.position(asset_id)
        if at == NONE or not view.sees(at, zone):
            continue
        one = np.array([at], dtype=np.int64)
        if kind == "Transformer":
            start = Start(nodes=arrays.transformer_node[one], transformers=one)
        elif kind == "Meter":
            unit = arrays.meter_transformer[one]
            unit = unit[unit != NONE]
            start = Start(nodes=arrays.transformer_node[unit], transformers=unit)
        elif kind == "Switch":
            start = Start(edges=sections + one)
        elif kind == "LineSection":
            start = Start(edges=one)
        elif kind == "Circuit":
            start = Start(edges=circuit_heads(network, view.snapshot.equipment.edge_circuit, at))
        else:
            start = Start(nodes=arrays.nodes.positions([asset_id]))
        return Place(asset_id=asset_id, kind=kind, start=start, meter=at if kind == "Meter" else NONE)
    pole = models.Pole.objects.visible_to(user).filter(pk=asset_id).values_list("line_id", flat=True)
    for line_id in pole[:1]:
        at = NONE if line_id is None else arrays.sections.position(line_id)
        if at == NONE:
            raise BadInput(f"The pole {asset_id!r} carries no line section on record.", field="assetId")
        return Place(asset_id=asset_id, kind="Pole", start=Start(edges=np.array([at])))
    raise NotFound(
        f"There is no substation, circuit, switch, line, transformer, pole or meter {asset_id!r} that you "
        "may see.",
        field="assetId",
    )


class Affected:
    """Hold assets that a question found, those alone that the user may see."""

    def __init__(
        self,
        view: View,
        *,
        edges: IntArray = NOTHING,
        transformers: IntArray = NOTHING,
        meters: IntArray | None = None,
    ) -> None:
        zones, sections = view.snapshot.zones, len(view.network.arrays.sections)
        self._view = view
        self._given_meters = meters
        self.sections = view.visible(edges[edges < sections], zones.sections)
        self.switches = view.visible(edges[edges >= sections] - sections, zones.switches)
        self.transformers = view.visible(transformers, zones.transformers)

    @cached_property
    def meters(self) -> IntArray:
        """Positions of the meters."""
        found = self._given_meters
        if found is None:
            found = self._view.snapshot.network.meters_of(self.transformers)
        return self._view.visible(found, self._view.snapshot.zones.meters)

    @property
    def customer_count(self) -> int:
        """Active accounts."""
        return int(self._view.network.arrays.meter_customers[self.meters].sum())

    @property
    def critical_customer_count(self) -> int:
        """Active accounts of critical customers."""
        return int(self._view.snapshot.meter_critical[self.meters].sum())

    def section_ids(self, first: int, offset: int) -> list[str]:
        """Return a page of ids."""
        return self._view.network.arrays.sections.keys(self.sections[offset : offset + first])

    def switch_ids(self, first: int, offset: int) -> list[str]:
        """Return a page of ids."""
        return self._view.network.arrays.switches.keys(self.switches[offset : offset + first])

    def transformer_ids(self, first: int, offset: int) -> list[str]:
        """Return a page of ids."""
        return self._view.network.arrays.transformers.keys(self.transformers[offset : offset + first])

    def meter_ids(self, first: int, offset: int) -> list[str]:
        """Return a page of ids."""
        return self._view.network.arrays.meters.keys(self.meters[offset : offset + first])

    @cached_property
    def all_section_ids(self) -> list[str]:
        """The ids of its sections."""
        return self._view.network.arrays.sections.keys(self.sections)


def merged_route(section_ids: Sequence[str]) -> MultiLineString | None:
    """Return the routes of sections joined end to end; None of none, and of more than MOST_ROUTES."""
    if not section_ids or len(section_ids) > MOST_ROUTES:
        return None
    routes: list[Any] = []
    for at in range(0, len(section_ids), _AT_ONCE):
        rows = models.LineSection.objects.filter(pk__in=section_ids[at : at + _AT_ONCE])
        routes += rows.order_by("pk").values_list("route", flat=True)
    if not routes:
        return None
    merged = MultiLineString(routes, srid=4326).merged
    return merged if isinstance(merged, MultiLineString) else MultiLineString([merged], srid=4326)
