"""What fails first in a run: assets and elements by their ids, and all that meets an area."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cascade.services.inputs import UnknownAsset, check_ids, interconnect_of, load
from flux_site.api.errors import BadInput, LimitExceeded
from grid.powerflow.network import Network
from grid.selectors import initiators
from grid.selectors.initiators import IN_AREA, LAYERS
from grid.selectors.network import EmptyNetwork, asset_interconnects, list_interconnects, name_assets
from grid.selectors.spatial.areas import AreaSpec
from grid.selectors.spatial.classes import PlacedClass
from grid.selectors.spatial.policy import from_postgis

MAX_ELEMENTS = 500
"""Elements of the distribution network that may be named one by one."""
MOST_OUTAGES_IN_AREA = 5_000
MOST_ELEMENTS = 50_000
MAX_TITLE = 200


@dataclass(frozen=True, kw_only=True)
class FirstFailures:
    """Hold what fails first, as ids.

    Attributes:
        interconnect: the network that it concerns.
        outages: of the transmission network, those named first.
        elements: of the distribution network, in ascending order.
        area: the area as it was asked for, with its classes; None if none was.
    """

    interconnect: str
    outages: tuple[str, ...]
    elements: tuple[str, ...]
    area: dict[str, Any] | None

    @property
    def title(self) -> str:
        """Return a name made of the first asset and the number of others."""
        given = [*self.outages, *self.elements]
        if not given:
            return "Cascade"
        named = name_assets(given[:1]) if self.outages else []
        first = named[0].name if named else given[0]
        return (first if len(given) == 1 else f"{first} and {len(given) - 1:,} more")[:MAX_TITLE]


def first_failures(
    *,
    outages: Sequence[str] = (),
    elements: Sequence[str] = (),
    area: AreaSpec | None = None,
    classes: Iterable[PlacedClass] = IN_AREA,
    interconnect: str | None = None,
    user: Any,
) -> FirstFailures:
    """Return what fails first, checked; a run of the distribution network alone names no outages.

    Args:
        outages: assets of the transmission network.
        elements: elements of the distribution network.
        area: where everything of some classes fails.
        classes: those classes.
        interconnect: the network, where it is known already.
        user: what is out of sight for the user is left out of the area.

    Raises:
        BadInput: naming the field: a malformed id, an asset of the other network, an area that holds nothing.
        NotFound: naming an element that there is not, or that the user may not see.
        UnknownAsset: if what is named lies in several interconnections.
        LimitExceeded: if the area holds too much.
        EmptyNetwork: if the cache holds no transmission network.
    """
    named = check_ids(outages)
    local = check_elements(elements, user=user)
    inside: initiators.Initiators | None = None
    if area is not None:
        inside = _within(area, classes, user)
    here = interconnect or _interconnect(named, local, inside)
    afar: list[str] = []
    if inside is not None:
        afar = [key for key in inside.outages if key not in set(named)]
        local = sorted({*local, *inside.failed})
        afar = _in_service(load(here), afar) if afar else []
        _check_size(len(afar), MOST_OUTAGES_IN_AREA, "assets of the transmission network")
        if not afar and not inside.failed:
            raise BadInput("Nothing of these classes that is in service meets the area.", field="area")
    _check_size(len(local), MOST_ELEMENTS, "elements of the distribution network")
    return FirstFailures(
        interconnect=here,
        outages=(*named, *afar),
        elements=tuple(local),
        area=None if area is None else _as_asked(area, classes),
    )


def check_elements(elements: Sequence[str], *, user: Any) -> list[str]:
    """Return the ids of elements of the distribution network, each once.

    Raises:
        BadInput: if one belongs to the transmission network, or there are too many.
        NotFound: if there is none of that id that the user may see.
    """
    if not elements:
        return []
    if len(elements) > MAX_ELEMENTS:
        raise BadInput(
            f"{len(elements)} elements; at most {MAX_ELEMENTS} by name. An area takes more.", field="elements"
        )
    found = initiators.named(list(elements), user=user, field_name="elements")
    if found.outages:
        raise BadInput(
            f"Of the transmission network; name it among the outages: {', '.join(found.outages[:10])}.",
            field="elements",
        )
    return found.failed


def _within(area: AreaSpec, classes: Iterable[PlacedClass], user: Any) -> initiators.Initiators:
    return from_postgis(
        field="startCascadeRun",
        layers=LAYERS,
        ask=lambda: initiators.in_area(area, classes, user=user),
    )


def _interconnect(named: Sequence[str], elements: Sequence[str], inside: initiators.Initiators | None) -> str:
    """Return the network that what fails belongs to: by the assets named, else by those of the area, else by
    the substations that feed the elements.
    """
    if named:
        return interconnect_of(named)
    networks = asset_interconnects(inside.outages) if inside is not None and inside.outages else set()
    if not networks:
        found = initiators.known(elements)[0] if elements else inside
        networks = initiators.interconnects(found) if found is not None else set()
    if len(networks) == 1:
        return networks.pop()
    held = list_interconnects()
    if not held:
        raise EmptyNetwork(
            "The cache holds no transmission network; sync the transmission layers first.", field="outages"
        )
    if len(networks) > 1:
        raise UnknownAsset(
            f"What fails lies in several interconnections ({', '.join(sorted(networks))}); name one.",
            field="outages" if inside is None else "area",
        )
    raise BadInput(
        "Name at least one substation, bus, branch or plant, an element of the distribution network, or an "
        "area that holds any.",
        field="outages" if inside is None else "area",
    )


def _in_service(network: Network, ids: Sequence[str]) -> list[str]:
    """Return the ids that the network computes with; what is out of service cannot fail."""
    known = (network.substation_index, network.bus_index, network.branch_index, network.unit_index)
    return [key for key in ids if any(key in each for each in known)]


def _check_size(count: int, most: int, what: str) -> None:
    if count > most:
        raise LimitExceeded(
            f"{count:,} {what} fail; at most {most:,} in one run. Name a smaller area or fewer classes.",
            field="area",
        )


def _as_asked(area: AreaSpec, classes: Iterable[PlacedClass]) -> dict[str, Any]:
    said = {name: value for name, value in asdict(area).items() if value is not None}
    return {**said, "classes": [PlacedClass(each).value for each in classes]}
