"""What substations lost, from the buses of a cascade, by hand."""

import numpy as np

from cascade.engine.distribution.supply import SubstationSupply, substation_supply
from grid.powerflow.network import Network


def network(substation: list[int], names: tuple[str, ...]) -> Network:
    """Return buses in substations, joined in a row."""
    count = len(substation)
    return Network(
        base_mva=100.0,
        bus_ids=tuple(f"BUS-{n}" for n in range(count)),
        bus_load_mw=np.zeros(count),
        bus_substation=np.array(substation),
        substation_ids=names,
        branch_ids=tuple(f"BR-{n}" for n in range(count - 1)),
        branch_from=np.arange(count - 1),
        branch_to=np.arange(1, count),
        x_pu=np.full(count - 1, 0.1),
        tap=np.ones(count - 1),
        shift_deg=np.zeros(count - 1),
        rate_mva=np.zeros(count - 1),
        unit_ids=(),
        unit_bus=np.empty(0, dtype=np.int64),
        unit_p_mw=np.empty(0),
        unit_pmax_mw=np.empty(0),
    )


def test_substations_are_dead_short_or_left_out() -> None:
    """A: one of its two loads dead. B: all load gone though one bus without load lives. C: without load,
    dead. D: without load, one bus dead of two. E: untouched. F: a fixed injection on a dead bus.
    """
    found = substation_supply(
        network([0, 0, 1, 1, 2, 3, 3, 4, 5, 5], ("A", "B", "C", "D", "E", "F")),
        bus_base_served_mw=np.array([30.0, 10.0, 20.0, 0.0, 0.0, 0.0, 0.0, 5.0, -3.0, 4.0]),
        bus_served_mw=np.array([30.0, 0.0, 20.0, 0.0, 0.0, 0.0, 0.0, 5.0, -3.0, 1.0]),
        bus_dead=np.array([0, 1, 1, 0, 1, 1, 0, 0, 1, 0], dtype=np.bool_),
    )

    assert found == [
        SubstationSupply(substation_id="A", base_mw=40.0, lost_mw=10.0, is_dead=False),
        SubstationSupply(substation_id="B", base_mw=20.0, lost_mw=20.0, is_dead=True),
        SubstationSupply(substation_id="C", base_mw=0.0, lost_mw=0.0, is_dead=True),
        SubstationSupply(substation_id="F", base_mw=4.0, lost_mw=3.0, is_dead=False),
    ]
    assert [each.served_share for each in found] == [0.75, 0.0, 0.0, 0.25]
