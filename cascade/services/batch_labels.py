"""What the contingencies of a batch take out, for people and stores."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from cascade.engine.batch.contingencies import Contingencies
from cascade.services.contingencies import BatchKind
from grid.powerflow.network import Network


@dataclass(frozen=True, kw_only=True, eq=False)
class SecondLoss:
    """The rows of N1_1, see ``cascade.engine.batch.second_loss_list.SecondLossRows``."""

    first: np.ndarray
    second: np.ndarray
    first_shed_mw: np.ndarray

    @classmethod
    def together(cls, parts: Sequence["SecondLoss"]) -> "SecondLoss":
        """Return parts as one."""
        return cls(
            **{
                field.name: np.concatenate([getattr(part, field.name) for part in parts])
                for field in fields(cls)
            }
        )

    def contingencies(self) -> Contingencies:
        """Return the second losses as contingencies of the whole network."""
        lost = self.second >= 0
        none = np.zeros(len(lost) + 1, dtype=np.int64)
        return Contingencies(
            branch_start=np.concatenate([[0], np.cumsum(lost)]),
            branch=self.second[lost],
            bus_start=none,
            bus=np.empty(0, dtype=np.int64),
        )


def outage_ids(contingencies: Contingencies, row: int, network: Network) -> list[str]:
    """Return the ids of what a contingency takes out."""
    return [
        *(network.branch_ids[branch] for branch in contingencies.branches_of(row)),
        *(network.bus_ids[bus] for bus in contingencies.buses_of(row)),
        *(network.unit_ids[unit] for unit in contingencies.units_of(row)),
    ]


def label_of(
    contingencies: Contingencies, row: int, network: Network, kind: str, second: SecondLoss | None = None
) -> str:
    """Return what a contingency takes out, for people; its number where it is a draw."""
    if second is not None:
        first = " + ".join(outage_ids(contingencies, int(second.first[row]), network))
        branch = int(second.second[row])
        return first if branch < 0 else f"{first}, then {network.branch_ids[branch]}"
    if kind == BatchKind.MONTE_CARLO:
        return f"draw {row}"
    buses, units = contingencies.buses_of(row), contingencies.units_of(row)
    if kind == BatchKind.N1_SUBSTATION and len(buses):
        return network.substation_ids[network.bus_substation[buses[0]]]
    if kind == BatchKind.N1_PLANT and len(units):
        at = network.bus_substation[network.unit_bus[units[0]]]
        if at >= 0:
            return f"all units at {network.substation_ids[at]}"
    return " + ".join(outage_ids(contingencies, row, network))
