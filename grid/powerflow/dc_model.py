"""The DC power-flow equations of one network, on any number of islands at once.

Equations (MATPOWER User's Manual, section 3.7; Stott, Jardim, Alsac, "DC power flow revisited", IEEE TPWRS
24(3), 2009):

    f = b · (θ_from - θ_to - φ)          b = base_mva / (x · tap), MW per radian
    P = Aᵀ f                             A: branch-bus incidence, P: generation - load

so ``B θ = P + Aᵀ (b φ)`` with ``B = Aᵀ diag(b) A``. Voltages are 1 per unit and losses none. B is singular,
once per island: a shunt g at one reference bus of each island removes that. Since the island's injections sum
to zero, the equations of the island add up to ``g θ_ref = 0``: the shunt carries nothing and sets the
reference angle to 0.

With positive reactances that makes B positive definite. Negative ones make it indefinite, and it can be
singular: see :meth:`DcModel.is_singular`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array
from scipy.sparse.linalg import SuperLU, splu

from grid.powerflow.arrays import BoolArray, FloatArray, IntArray, sum_by
from grid.powerflow.network import Network

SINGULAR_GROWTH = 1e13
"""Condition from which B counts as singular: three digits of a double remain. US networks stay below 1e7."""


@dataclass(frozen=True, eq=False)
class FlowSolution:
    """Hold the angles and flows of one solve.

    Attributes:
        angle_rad: voltage angle of every bus; 0 in dead islands.
        flow_mw: flow of every branch, positive from its from end; 0 out of service and in dead islands.
        mismatch_mw: largest |injection - sum of flows| of a bus.
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
        probe_angle: what B makes of the model's probe, in the order of the factors; None without a probe.
    """

    lu: SuperLU
    branch_on: BoolArray
    grounded: IntArray
    probe_angle: FloatArray | None


class DcModel:
    """Hold what the power flows of one network have in common.

    That is the sparsity pattern of B in a fill-reducing order found once, the map from branches to its
    entries, and the shunt. Branches left out keep their place in the pattern with the value 0, so no pattern
    is ever built again. The object is not changed by use; many solvers may share it.
    """

    def __init__(self, network: Network) -> None:
        """Find the order and the pattern for a network."""
        self.network = network
        n, start, end = network.n_buses, network.branch_from, network.branch_to
        self.susceptance_mw = network.susceptance_mw
        self.shift_flow_mw = self.susceptance_mw * np.deg2rad(network.shift_deg)
        self.has_shifts = bool(np.any(self.shift_flow_mw))
        self.shunt_mw = float(np.median(np.abs(self.susceptance_mw))) if network.n_branches else 1.0
        self._probe = None
        if np.any(self.susceptance_mw < 0.0):
            # A fixed pattern without structure, so that no null vector of a real B is orthogonal to it.
            self._probe = np.random.default_rng(1).standard_normal(n)
        ends = np.abs(self.susceptance_mw)
        self._largest_mw = float(np.max(sum_by(start, ends, n) + sum_by(end, ends, n)) + self.shunt_mw)
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
        return sum_by(self.network.unit_bus, unit_p_mw, self.network.n_buses) - bus_load_mw

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
        diagonal = sum_by(self.network.branch_from, weight, n) + sum_by(self.network.branch_to, weight, n)
        diagonal[grounded] += self.shunt_mw
        data = sum_by(self._off_diagonal, np.concatenate([-weight, -weight]), len(self._row_index))
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
        probe_angle = None if self._probe is None else lu.solve(self._probe)
        return Factor(lu=lu, branch_on=branch_on.copy(), grounded=grounded, probe_angle=probe_angle)

    def is_singular(self, probe_angle: FloatArray | None) -> bool:
        """Return whether the answer to the probe shows B to be singular in double precision.

        The probe is a fixed vector v with elements near 1. The answer B⁻¹v grows with the inverse of the
        smallest singular value of B, so max |B⁻¹v| · max |B| is a lower estimate of its condition.
        """
        if probe_angle is None:
            return False
        growth = float(np.max(np.abs(probe_angle))) * self._largest_mw
        return not growth <= SINGULAR_GROWTH  # NaN is singular

    def solve_with(self, factor: Factor, right: FloatArray) -> FloatArray:
        """Return the angle of every bus for one right side per bus."""
        permuted = np.empty_like(right)
        permuted[self.position] = right
        angle_rad: FloatArray = factor.lu.solve(permuted)[self.position]
        return angle_rad

    def solution(
        self, *, angle_rad: FloatArray, live_on: BoolArray, injection_mw: FloatArray
    ) -> FlowSolution:
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
        mismatch = np.abs(injection_mw - self.leaving(flow_mw))
        return FlowSolution(
            angle_rad=angle_rad, flow_mw=flow_mw, mismatch_mw=float(np.max(mismatch, initial=0.0))
        )

    def right_side(self, *, live_on: BoolArray, injection_mw: FloatArray) -> FloatArray:
        """Return P + Aᵀ (b φ) over the branches in service in live islands."""
        if not self.has_shifts:
            return injection_mw
        return injection_mw + self.leaving(np.where(live_on, self.shift_flow_mw, 0.0))

    def leaving(self, flow_mw: FloatArray) -> FloatArray:
        """Return Aᵀ f: per bus, the flow that leaves it less the flow that arrives."""
        n = self.network.n_buses
        return sum_by(self.network.branch_from, flow_mw, n) - sum_by(self.network.branch_to, flow_mw, n)


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
    order = splu(
        laplacian, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
    ).perm_c
    return order.astype(np.int64)
