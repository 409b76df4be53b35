"""What the transmission network still delivers to each substation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.powerflow.arrays import BoolArray, FloatArray
from grid.powerflow.network import Network

LEAST_MW = 1e-6
"""Less than this is nothing: rounding of a balance."""


@dataclass(frozen=True, kw_only=True)
class SubstationSupply:
    """Hold what a substation lost.

    Attributes:
        substation_id: the substation.
        base_mw: load served before.
        lost_mw: load lost since, not below 0.
        is_dead: whether nothing of it is served any more: every bus that carried load, or of a substation
            without load every bus, is dead or serves nothing.
    """

    substation_id: str
    base_mw: float
    lost_mw: float
    is_dead: bool

    @property
    def served_share(self) -> float:
        """What is served of its load, 0 to 1."""
        if self.is_dead:
            return 0.0
        return 1.0 if self.base_mw <= LEAST_MW else max(0.0, 1.0 - self.lost_mw / self.base_mw)


def substation_supply(
    network: Network,
    *,
    bus_base_served_mw: FloatArray,
    bus_served_mw: FloatArray,
    bus_dead: BoolArray,
) -> list[SubstationSupply]:
    """Return the substations that lost load or all of their buses, in the order of the network.

    Buses with a negative load, which feed in, count for nothing.

    Args:
        network: the network of the cascade.
        bus_base_served_mw: load served per bus before.
        bus_served_mw: load served per bus in the end.
        bus_dead: buses that are out or in dead islands.
    """
    count = len(network.substation_ids)
    at = network.bus_substation
    owned = at >= 0

    def total(values: FloatArray) -> FloatArray:
        return np.bincount(at[owned], weights=values[owned], minlength=count).astype(np.float64)

    base_bus = np.maximum(np.asarray(bus_base_served_mw, dtype=np.float64), 0.0)
    served_bus = np.where(bus_dead, 0.0, np.maximum(np.asarray(bus_served_mw, dtype=np.float64), 0.0))
    base, lost = total(base_bus), total(np.maximum(base_bus - served_bus, 0.0))
    buses, dead = total(np.ones(len(at))), total(np.asarray(bus_dead, dtype=np.float64))
    is_all_lost = np.where(base > LEAST_MW, lost >= base - LEAST_MW, (dead == buses) & (buses > 0))
    return [
        SubstationSupply(
            substation_id=network.substation_ids[index],
            base_mw=float(base[index]),
            lost_mw=float(lost[index]),
            is_dead=bool(is_all_lost[index]),
        )
        for index in np.flatnonzero(is_all_lost | (lost > LEAST_MW)).tolist()
    ]
