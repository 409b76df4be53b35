"""DC power flow with phase shifts on any number of islands in one sparse solve, with its accuracy checked.

The equations are in :mod:`grid.powerflow.dc_model`. A solution counts only if B is not singular and every bus
balances; neither can be taken for granted, since negative reactances make B indefinite.
"""

from __future__ import annotations

import numpy as np

from grid.powerflow.arrays import BoolArray, FloatArray, IntArray
from grid.powerflow.dc_model import DcModel, Factor, FlowSolution
from grid.powerflow.islands import Islands

MAX_REFINEMENTS = 2
"""Corrections tried before a solution that does not balance is given up."""


class SingularIsland(ArithmeticError):
    """Report an island whose DC equations have no unique solution.

    It takes negative reactances that cancel others, for example two parallel branches with x and -x.

    Attributes:
        code: stable code for clients.
        bus_ids: the first ten buses of the island.
        n_buses: how many buses the island has.
    """

    code = "SINGULAR_ISLAND"

    def __init__(self, *, bus_ids: tuple[str, ...], n_buses: int) -> None:
        self.bus_ids = bus_ids
        self.n_buses = n_buses
        super().__init__(
            f"the DC power flow of the island of {n_buses} buses around {', '.join(bus_ids)} has no"
            " unique solution in double precision: branches of negative reactance cancel others there"
        )


def mismatch_tolerance_mw(injection_mw: FloatArray) -> float:
    """Return the largest bus mismatch taken as rounding: 1e-6 MW, or 1e-9 of the largest injection."""
    return max(1e-6, 1e-9 * float(np.max(np.abs(injection_mw), initial=0.0)))


def solve_flows(
    model: DcModel, *, islands: Islands, alive: BoolArray, branch_on: BoolArray, injection_mw: FloatArray
) -> tuple[FlowSolution, Factor]:
    """Solve the DC power flow of all live islands at once, factorising afresh.

    Args:
        model: the network's model.
        islands: islands formed by ``branch_on``.
        alive: per island, whether it carries power; the others get angle and flow 0.
        branch_on: branches in service.
        injection_mw: generation less load per bus; sums to 0 over each live island, is 0 in dead ones.

    Returns:
        The solution and the factors, for further use.

    Raises:
        SingularIsland: if a live island's equations have no unique solution.
    """
    live_bus = alive[islands.label]
    live_on = branch_on & live_bus[model.network.branch_from]
    first = islands.first_bus()
    grounded = np.concatenate([first[alive], np.flatnonzero(~live_bus)])
    for pivoting in (False, True):
        solved = _attempt(
            model, live_on=live_on, grounded=grounded, injection_mw=injection_mw, pivoting=pivoting
        )
        if solved is not None:
            return solved
    raise _name_singular(model, islands=islands, alive=alive, live_on=live_on, injection_mw=injection_mw)


def _attempt(
    model: DcModel, *, live_on: BoolArray, grounded: IntArray, injection_mw: FloatArray, pivoting: bool
) -> tuple[FlowSolution, Factor] | None:
    """Return the solution if B can be factorised and every bus balances."""
    try:
        factor = model.factorise(branch_on=live_on, grounded=grounded, pivoting=pivoting)
    except RuntimeError:
        return None
    if model.is_singular(factor.probe_angle):
        return None
    tolerance_mw = mismatch_tolerance_mw(injection_mw)
    right = model.right_side(live_on=live_on, injection_mw=injection_mw)
    angle_rad = model.solve_with(factor, right)
    solution = model.solution(angle_rad=angle_rad, live_on=live_on, injection_mw=injection_mw)
    for _ in range(MAX_REFINEMENTS):
        if solution.mismatch_mw <= tolerance_mw or not np.isfinite(solution.mismatch_mw):
            break
        solution = _refine(model, factor, solution, live_on=live_on, injection_mw=injection_mw)
    # Written so that NaN fails it.
    return (solution, factor) if solution.mismatch_mw <= tolerance_mw else None


def _refine(
    model: DcModel, factor: Factor, solution: FlowSolution, *, live_on: BoolArray, injection_mw: FloatArray
) -> FlowSolution:
    """Return the solution with its mismatch solved for once more and added to the flows.

    The flow of a very short branch is a small difference of large angles, good to ε·b·|θ| only. The angles of
    the correction are tiny, so flows corrected by it, not computed anew from the angles, lose nothing.
    """
    network = model.network
    correction_rad = model.solve_with(factor, injection_mw - model.leaving(solution.flow_mw))
    moved = (correction_rad[network.branch_from] - correction_rad[network.branch_to]) * model.susceptance_mw
    flow_mw = solution.flow_mw + np.where(live_on, moved, 0.0)
    mismatch = np.abs(injection_mw - model.leaving(flow_mw))
    return FlowSolution(
        angle_rad=solution.angle_rad + correction_rad,
        flow_mw=flow_mw,
        mismatch_mw=float(np.max(mismatch, initial=0.0)),
    )


def _name_singular(
    model: DcModel, *, islands: Islands, alive: BoolArray, live_on: BoolArray, injection_mw: FloatArray
) -> SingularIsland:
    """Find the first live island that cannot be solved alone."""
    first = islands.first_bus()
    members = alive[islands.label]
    for island in np.flatnonzero(alive):
        inside = islands.label == island
        solved = _attempt(
            model,
            live_on=live_on & inside[model.network.branch_from],
            grounded=np.concatenate([first[[island]], np.flatnonzero(~inside)]),
            injection_mw=np.where(inside, injection_mw, 0.0),
            pivoting=True,
        )
        if solved is None:
            members = inside
            break
    culprits = np.flatnonzero(members)
    return SingularIsland(
        bus_ids=tuple(model.network.bus_ids[bus] for bus in culprits[:10]), n_buses=len(culprits)
    )
