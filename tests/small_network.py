"""A network small enough for a pencil."""

from dataclasses import dataclass

from grid import models
from tests.factories.grid import make_branch, make_bus, make_plant, make_substation, make_zone


@dataclass(frozen=True, kw_only=True)
class SmallNetwork:
    """Three buses in a triangle, each in a substation of its own; reactances are 0.1, ratings 150 MVA.

    Bus 1 carries a unit of 300 MW running at 200 MW; buses 2 and 3 a load of 100 MW each; bus 3 also a unit
    of 50 MW that stands still. In the base case 100 MW flow from 1 to 2, 100 MW from 1 to 3 and nothing from
    2 to 3.

    Without the branch 1-2 all 200 MW flow over 1-3, which trips at 200 / 150; 100 MW flow from 3 to 2. What
    is left of buses 2 and 3 has a load of 200 MW and a capacity of 50 MW, so each load is cut to a quarter:
    25 MW are served at each, 25 MW flow from 3 to 2, 150 MW are lost. Bus 1 has no load left, so it is dead.
    """

    zone: models.Zone
    substations: tuple[models.Substation, ...]
    buses: tuple[models.Bus, ...]
    branches: tuple[models.Branch, ...]
    plants: tuple[models.Plant, ...]


def make_small_network(interconnect: str = "Texas", first: int = 9001) -> SmallNetwork:
    """Create the network; its ids count up from ``first``: SUB-9001 …, BR-9012 is the branch 1-2."""
    zone = make_zone(id=f"ZONE-{first}", interconnect=interconnect)
    loads_mw = (0.0, 100.0, 100.0)
    substations = tuple(
        make_substation(
            id=f"SUB-{first + n}",
            name=f"Corner {n + 1}",
            zone=zone,
            interconnect=interconnect,
            load_mw=load_mw,
        )
        for n, load_mw in enumerate(loads_mw)
    )
    buses = tuple(
        make_bus(
            id=f"BUS-{first + n}",
            number=first + n,
            substation=substation,
            interconnect=interconnect,
            load_mw=load_mw,
        )
        for n, (substation, load_mw) in enumerate(zip(substations, loads_mw, strict=True))
    )
    branches = tuple(
        make_branch(
            id=f"BR-{first + 11 + n}",
            from_bus=buses[start],
            to_bus=buses[end],
            interconnect=interconnect,
            x_pu=0.1,
            rating_mva=150.0,
            base_flow_mw=flow_mw,
        )
        for n, (start, end, flow_mw) in enumerate(((0, 1, 100.0), (0, 2, 100.0), (1, 2, 0.0)))
    )
    plants = (
        make_plant(id=f"PLANT-{first}", bus=buses[0], interconnect=interconnect, p_mw=200.0, p_max_mw=300.0),
        make_plant(id=f"PLANT-{first + 2}", bus=buses[2], interconnect=interconnect, p_mw=0.0, p_max_mw=50.0),
    )
    return SmallNetwork(zone=zone, substations=substations, buses=buses, branches=branches, plants=plants)
