"""Small networks for tests, given by what differs from plain ones."""

from __future__ import annotations

from typing import Any

from grid.powerflow.network import Network

Branch = tuple[int, int] | tuple[int, int, float]


def make_network(
    *,
    loads: list[float],
    branches: list[Branch],
    units: list[tuple[int, float, float]],
    rates: list[float] | None = None,
    **overrides: Any,
) -> Network:
    """Return a network on 100 MVA with ids BUS-0 …, BR-0 …, PLANT-0 ….

    Args:
        loads: MW per bus.
        branches: (from, to) or (from, to, x per unit); x is 0.1 if not given.
        units: (bus, output MW, capacity MW).
        rates: MVA per branch; unlimited if not given.
        overrides: fields of the network to put in place of those made here.
    """
    n, m = len(loads), len(branches)
    made: dict[str, Any] = {
        "base_mva": 100.0,
        "bus_ids": tuple(f"BUS-{bus}" for bus in range(n)),
        "bus_load_mw": loads,
        "bus_substation": [-1] * n,
        "substation_ids": (),
        "branch_ids": tuple(f"BR-{branch}" for branch in range(m)),
        "branch_from": [branch[0] for branch in branches],
        "branch_to": [branch[1] for branch in branches],
        "x_pu": [branch[2] if len(branch) == 3 else 0.1 for branch in branches],
        "tap": [1.0] * m,
        "shift_deg": [0.0] * m,
        "rate_mva": rates if rates is not None else [0.0] * m,
        "unit_ids": tuple(f"PLANT-{unit}" for unit in range(len(units))),
        "unit_bus": [unit[0] for unit in units],
        "unit_p_mw": [unit[1] for unit in units],
        "unit_pmax_mw": [unit[2] for unit in units],
    }
    return Network(**(made | overrides))


def triangle(**overrides: Any) -> Network:
    """Return three buses in a triangle of equal reactances: a unit at bus 0 feeds 60 MW and 40 MW."""
    return make_network(
        loads=[0.0, 60.0, 40.0],
        branches=[(0, 1), (0, 2), (2, 1)],
        units=[(0, 100.0, 200.0)],
        **overrides,
    )
