"""DC power flow with phase shifts on any number of islands in one sparse solve.

Equations (MATPOWER User's Manual, section 3.7; Stott, Jardim, Alsac, "DC power flow revisited", IEEE TPWRS 24(3), 2009):

    f = b · (θ_from - θ_to - φ)          b = base_mva / (x · tap), MW per radian
    P = Aᵀ f                             A: branch-bus incidence, P: generation - load

so ``B θ = P + Aᵀ (b φ)`` with ``B = Aᵀ diag(b) A``. Voltages are 1 per unit and losses none. B is singular, once per
island: a shunt g at one reference bus of each island removes that. Since the island's injections sum to zero, the
equations of the island add up to ``g θ_ref = 0``: the shunt carries nothing and sets the reference angle to 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array
from scipy.sparse.linalg import SuperLU, splu

from grid.powerflow.arrays import BoolArray, FloatArray, IntArray
from grid.powerflow.islands import Islands
from grid.powerflow.network import Network


class SingularIsland(ArithmeticError):
    """Report an island whose DC equations have no unique solution.

    It takes negative reactances that cancel others, for example two parallel branches with x and -x.

    Attributes:
        code: stable code for clients.
        bus_ids: the buses of the island, at most ten of them.
        n_buses: how many buses the island has.
    """

    code = "SINGULAR_ISLAND"

    def __init__(self, *, bus_ids: tuple[str, ...], n_buses: int) -> None:
        self.bus_ids = bus_ids
        self.n_buses = n_buses
        super().__init__(
            f"the DC power flow of the island of {n_buses} buses around {', '.join(bus_ids[:10])} has no unique"
            " solution: branches of negative reactance cancel others there"
        )


@dataclass(frozen=True, eq=False)
class FlowSolution:
    """Hold the angles and flows of one solve.

    Attributes:
        angle_rad: voltage angle of every bus; 0 in dead islands.
        flow_mw: flow of every branch, positive from its from end; 0 out of service and in dead islands.
        mismatch_mw: largest \\|injection - sum of flows\\| of a bus.
    """

    angle_rad: FloatArray
    flow_mw: FloatArray
    mismatch_mw: float


@dataclass(frozen=True, eq=False)
class Factor:
    """Hold a factorised B and what it was made for.

    Attributes:
        lu: the factors, in the row and column order of :attr:`DcModel.position`.
        branch_on: the branches that B contains.
        grounded: the buses that carry a shunt.
    """

    lu: SuperLU
    branch_on: BoolArray
    grounded: IntArray


class DcModel:
    """Hold what the power flows of one network have in common.

    That is the sparsity pattern of B in a fill-reducing order found once, the map from branches to its entries, and
    the shunt. Branches left out keep their place in the pattern with the value 0, so no pattern is ever built again.
    The object is not changed by use; many solvers may share it.
    """

    def __init__(self, network: Network) -> None:
        """Find the order and the pattern for a network."""
        self.network = network
        n, start, end = network.n_buses, network.branch_from, network.branch_to
        self.susceptance_mw = network.susceptance_mw
        self.shift_flow_mw = self.susceptance_mw * np.deg2rad(network.shift_deg)
        self.has_shifts = bool(np.any(self.shift_flow_mw))
        self.shunt_mw = float(np.median(np.abs(self.susceptance_mw))) if network.n_branches else 1.0
        self.position = _fill_reducing_position(n, start, end)

        row, column = self.position[start], self.position[end]
        keys = np.concatenate([np.arange(n) * (n + 1), column * n + row, row * n + column])
        places, slot = np.unique(keys, return_inverse=True)
        self._diagonal = slot[:n]
        self._off_diagonal = slot[n:]
        self._row_index = (places % n).astype(np.int32)
        self._column_start = np.searchsorted(places, np.arange(n + 1) * n).astype(np.int32)

    def injections(self, *, bus_load_mw: FloatArray, unit_p_mw: FloatArray) -> FloatArray:
        """Return generation less load of every bus, MW."""
        return np.bincount(self.network.unit_bus, unit_p_mw, minlength=self.network.n_buses) - bus_load_mw

    def factorise(self, *, branch_on: BoolArray, grounded: IntArray, pivoting: bool = False) -> Factor:
        """Factorise B of the branches given, with a shunt at the grounded buses.

        Args:
            branch_on: branches that B contains.
            grounded: bus indices; exactly one in every component.
            pivoting: whether rows are exchanged for accuracy (slower; needed by some indefinite B).

        Raises:
            RuntimeError: if B is exactly singular (from SuperLU).
        """
        n = self.network.n_buses
        weight = np.where(branch_on, self.susceptance_mw, 0.0)
        diagonal = np.bincount(self.network.branch_from, weight, minlength=n)
        diagonal += np.bincount(self.network.branch_to, weight, minlength=n)
        diagonal[grounded] += self.shunt_mw
        data = np.bincount(self._off_diagonal, np.concatenate([-weight, -weight]), minlength=len(self._row_index))
        data[self._diagonal[self.position]] = diagonal
        matrix = csc_array((data, self._row_index, self._column_start), shape=(n, n))
        if pivoting:
            lu = splu(matrix, permc_spec="COLAMD")
        else:
            lu = splu(
                matrix,
                permc_spec="NATURAL",
                diag_pivot_thresh=0.01,
                panel_size=1,
                options={"SymmetricMode": True},
            )
        return Factor(lu=lu, branch_on=branch_on.copy(), grounded=grounded)

    def solution(self, *, angle_rad: FloatArray, live_on: BoolArray, injection_mw: FloatArray) -> FlowSolution:
        """Return flows and the largest mismatch that follow from the angles.

        Args:
            angle_rad: angle of every bus.
            live_on: branches in service in a live island.
            injection_mw: generation less load; 0 in dead islands.
        """
        network = self.network
        flow_mw = (angle_rad[network.branch_from] - angle_rad[network.branch_to]) * self.susceptance_mw
        if self.has_shifts:
            flow_mw -= self.shift_flow_mw
        flow_mw[~live_on] = 0.0
        leaving = np.bincount(network.branch_from, flow_mw, minlength=network.n_buses)
        arriving = np.bincount(network.branch_to, flow_mw, minlength=network.n_buses)
        mismatch = np.abs(injection_mw - leaving + arriving)
        return FlowSolution(angle_rad=angle_rad, flow_mw=flow_mw, mismatch_mw=float(np.max(mismatch, initial=0.0)))

    def right_side(self, *, live_on: BoolArray, injection_mw: FloatArray) -> FloatArray:
        """Return P + Aᵀ (b φ) over the branches in service in live islands."""
        if not self.has_shifts:
            return injection_mw
        network = self.network
        moved = np.where(live_on, self.shift_flow_mw, 0.0)
        return (
            injection_mw
            + np.bincount(network.branch_from, moved, minlength=network.n_buses)
            - np.bincount(network.branch_to, moved, minlength=network.n_buses)
        )


def mismatch_tolerance_mw(injection_mw: FloatArray) -> float:
    """Return the largest bus mismatch taken as rounding: 1e-6 MW, or 1e-9 of the largest injection if that is more."""
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
    right = model.right_side(live_on=live_on, injection_mw=injection_mw)
    tolerance_mw = mismatch_tolerance_mw(injection_mw)
    for pivoting in (False, True):
        try:
            factor = model.factorise(branch_on=live_on, grounded=grounded, pivoting=pivoting)
        except RuntimeError:
            continue
        permuted = np.empty_like(right)
        permuted[model.position] = right
        angle_rad = factor.lu.solve(permuted)[model.position]
        if np.isfinite(angle_rad).all():
            solution = model.solution(angle_rad=angle_rad, live_on=live_on, injection_mw=injection_mw)
            if solution.mismatch_mw <= tolerance_mw:
                return solution, factor
    raise _name_singular(model, islands, alive, live_on, right)


def _name_singular(
    model: DcModel, islands: Islands, alive: BoolArray, live_on: BoolArray, right: FloatArray
) -> SingularIsland:
    """Find the first live island that cannot be solved alone."""
    network = model.network
    everything = np.flatnonzero(alive[islands.label])
    first = islands.first_bus()
    culprit = everything
    for island in np.flatnonzero(alive):
        members = islands.label == island
        inside = live_on & members[network.branch_from]
        grounded = np.concatenate([first[[island]], np.flatnonzero(~members)])
        own = np.where(members, right, 0.0)
        try:
            factor = model.factorise(branch_on=inside, grounded=grounded, pivoting=True)
            permuted = np.empty_like(own)
            permuted[model.position] = own
            angle = factor.lu.solve(permuted)[model.position]
            flow = np.where(inside, (angle[network.branch_from] - angle[network.branch_to]) * network.susceptance_mw, 0)
            balance = np.bincount(network.branch_from, flow, minlength=network.n_buses) - np.bincount(
                network.branch_to, flow, minlength=network.n_buses
            )
            solved = bool(np.isfinite(angle).all()) and float(np.max(np.abs(balance - own))) <= mismatch_tolerance_mw(own)
        except RuntimeError:
            solved = False
        if not solved:
            culprit = np.flatnonzero(members)
            break
    return SingularIsland(bus_ids=tuple(network.bus_ids[bus] for bus in culprit[:10]), n_buses=len(culprit))


def _fill_reducing_position(n: int, start: IntArray, end: IntArray) -> IntArray:
    """Return each bus's place in an order that keeps the factors sparse (minimum degree)."""
    ends = np.concatenate([start, end])
    others = np.concatenate([end, start])
    degree = np.bincount(ends, minlength=n)
    laplacian = csc_array(
        (
            np.concatenate([degree + 1.0, -np.ones(len(ends))]),
            (np.concatenate([np.arange(n), ends]), np.concatenate([np.arange(n), others])),
        ),
        shape=(n, n),
    )
    order = splu(laplacian, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}).perm_c
    return order.astype(np.int64)
