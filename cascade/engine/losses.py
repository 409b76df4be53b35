"""Where the load went: losses per substation, told from the waves of a cascade."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cascade.engine.result import CascadeResult
from grid.powerflow.network import Network

LOSS_TOLERANCE_MW = 1e-6


@dataclass(frozen=True, kw_only=True)
class SubstationLoss:
    """Hold what one substation lost.

    Attributes:
        substation_id: the substation.
        lost_mw: load lost since the balanced intact network, MW.
        wave: first wave in which it lost load or had a bus go dead; 0 is the initial outages.
        is_dead: whether every bus of it is dead.
    """

    substation_id: str
    lost_mw: float
    wave: int
    is_dead: bool


def substation_losses(network: Network, result: CascadeResult) -> list[SubstationLoss]:
    """Return the substations that lost load or had a bus go dead, in the order of the network.

    The losses of all substations add up to the load shed, if every bus has a substation.
    """
    n = len(network.substation_ids)
    at = network.bus_substation
    owned = at >= 0

    def per_substation(bus_values: np.ndarray) -> np.ndarray:
        return np.bincount(at[owned], weights=bus_values[owned], minlength=n)

    intact_mw = per_substation(result.bus_base_served_mw)
    first_wave = np.full(n, -1, dtype=np.int64)
    for wave in result.waves:
        touched = intact_mw - per_substation(wave.bus_served_mw) > LOSS_TOLERANCE_MW
        dead = at[wave.dead_buses]
        touched[dead[dead >= 0]] = True
        first_wave[touched & (first_wave < 0)] = wave.index
    lost_mw = intact_mw - per_substation(result.bus_served_mw)
    n_buses = np.bincount(at[owned], minlength=n)
    n_dead = np.bincount(at[owned & result.bus_dead], minlength=n)
    return [
        SubstationLoss(
            substation_id=network.substation_ids[index],
            lost_mw=float(max(lost_mw[index], 0.0)),
            wave=int(first_wave[index]),
            is_dead=bool(n_dead[index] == n_buses[index]),
        )
        for index in np.flatnonzero(first_wave >= 0)
    ]
