"""DC power flows of a network that loses branches step by step, without factorising at every step.

Losing branch k changes B by ``-b_k a_k a_kᵀ`` (a_k: +1 at its from bus, -1 at its to bus), and a part that
comes loose needs a shunt, ``+g e eᵀ``. With those columns in U and their factors in the diagonal S, the
matrix inversion lemma (Sherman-Morrison-Woodbury; Alsac, Stott, Tinney, "Sparsity-oriented compensation
methods for modified network solutions", IEEE TPAS 102(5), 1983) gives

    (B + U S Uᵀ)⁻¹ p = y - Z (S⁻¹ + Uᵀ Z)⁻¹ Uᵀ y,      y = B⁻¹ p,  Z = B⁻¹ U

so a step costs one solve per new column. Where that is not cheaper, or the result does not balance at every
bus, B is factorised afresh.
"""

from __future__ import annotations

import numpy as np

from grid.powerflow.arrays import BoolArray, FloatArray, IntArray
from grid.powerflow.dc_model import DcModel, Factor, FlowSolution
from grid.powerflow.dcflow import mismatch_tolerance_mw, solve_flows
from grid.powerflow.islands import Islands

MAX_NEW_COLUMNS = 24
"""More new columns than this in one step cost more than factorising afresh (2,000 and 10,000 buses)."""
MAX_COLUMNS = 64
"""Columns kept before factorising afresh: bounds the memory and the dense part."""


class FlowSolver:
    """Solve the flows of one network through a series of losses.

    Between calls branches only leave, islands only split and dead islands stay dead, as in a cascade.
    """

    def __init__(self, model: DcModel, *, factor: Factor | None = None) -> None:
        """Start from a factorisation, which is shared and not changed, or from none."""
        self._model = model
        self._factor = factor
        self._restart(factor)

    def solve(
        self,
        *,
        islands: Islands,
        alive: BoolArray,
        branch_on: BoolArray,
        live_on: BoolArray,
        injection_mw: FloatArray,
    ) -> FlowSolution:
        """Solve the DC power flow of all live islands.

        Args:
            islands: islands formed by ``branch_on``.
            alive: per island, whether it carries power; the others get angle and flow 0.
            branch_on: branches in service.
            live_on: those of them in live islands.
            injection_mw: generation less load per bus; sums to 0 over each live island, is 0 in dead ones.

        Raises:
            SingularIsland: if a live island's equations have no unique solution.
        """
        if self._factor is not None:
            lost = np.flatnonzero(self._contained & ~branch_on)
            loose = self._without_shunt(islands)
            new = len(lost) + len(loose)
            if new <= MAX_NEW_COLUMNS and self._rank + new <= MAX_COLUMNS:
                solution = self._update(self._factor, lost, loose, live_on, injection_mw)
                if solution is not None:
                    self._n_islands = islands.count
                    return solution
        solution, factor = solve_flows(
            self._model, islands=islands, alive=alive, branch_on=branch_on, injection_mw=injection_mw
        )
        self._factor = factor
        self._restart(factor)
        return solution

    def respond(self, injection_mw: FloatArray) -> FloatArray:
        """Return the angles that injections alone bring about in the network last solved.

        Phase shifts are left out, so the answers of several injections add up. Not refined: good to about
        nine digits where the network is well conditioned.

        Args:
            injection_mw: one column per case, one row per bus; each column sums to 0 over every live island
                and is 0 in dead ones.

        Raises:
            RuntimeError: if nothing was solved yet.
        """
        if self._factor is None:
            raise RuntimeError("no network was solved yet")
        right = np.empty(injection_mw.shape, order="F")
        right[self._model.position] = injection_mw
        angle = self._factor.lu.solve(right)
        if self._rank:
            z = self._z[:, : self._rank]
            plus, minus = self._plus[: self._rank], self._minus[: self._rank]
            has_minus = self._has_minus[: self._rank, None]
            small = z[plus] - has_minus * z[minus]
            small[np.diag_indices(self._rank)] += self._inverse_s[: self._rank]
            angle = angle - z @ np.linalg.solve(small, angle[plus] - has_minus * angle[minus])
        answer: FloatArray = angle[self._model.position]
        return answer

    def _restart(self, factor: Factor | None) -> None:
        n = self._model.network.n_buses
        self._rank = 0
        if factor is None:
            return
        self._contained = factor.branch_on.copy()
        self._grounded = factor.grounded
        self._n_islands = -1
        self._plus = np.empty(MAX_COLUMNS, dtype=np.int64)  # place of the +1 of each column of U
        self._minus = np.empty(MAX_COLUMNS, dtype=np.int64)  # place of the -1, if it has one
        self._has_minus = np.empty(MAX_COLUMNS)
        self._inverse_s = np.empty(MAX_COLUMNS)
        self._z = np.empty((n, MAX_COLUMNS), order="F")

    def _without_shunt(self, islands: Islands) -> IntArray:
        """Return a bus of every island that has no shunt yet."""
        if islands.count == self._n_islands:
            return np.empty(0, dtype=np.int64)
        has_shunt = np.zeros(islands.count, dtype=np.bool_)
        has_shunt[islands.label[self._grounded]] = True
        return np.empty(0, dtype=np.int64) if has_shunt.all() else islands.first_bus()[~has_shunt]

    def _update(
        self, factor: Factor, lost: IntArray, loose: IntArray, live_on: BoolArray, injection_mw: FloatArray
    ) -> FlowSolution | None:
        model = self._model
        new = self._add_columns(lost, loose)
        right = np.zeros((model.network.n_buses, 1 + new), order="F")
        right[model.position, 0] = model.right_side(live_on=live_on, injection_mw=injection_mw)
        columns = np.arange(1, 1 + new)
        fresh = slice(self._rank - new, self._rank)
        right[self._minus[fresh], columns] = -self._has_minus[fresh]
        right[self._plus[fresh], columns] = 1.0
        solved = factor.lu.solve(right)
        angle = solved[:, 0]
        self._z[:, fresh] = solved[:, 1:]
        if self._rank:
            z = self._z[:, : self._rank]
            plus, minus = self._plus[: self._rank], self._minus[: self._rank]
            has_minus = self._has_minus[: self._rank]
            small = z[plus] - has_minus[:, None] * z[minus]
            small[np.diag_indices(self._rank)] += self._inverse_s[: self._rank]
            answers = angle[:, None]
            if factor.probe_angle is not None:
                answers = np.column_stack([angle, factor.probe_angle])
            try:
                weights = np.linalg.solve(small, answers[plus] - has_minus[:, None] * answers[minus])
            except np.linalg.LinAlgError:
                return None
            answers = answers - z @ weights
            angle = answers[:, 0]
            if factor.probe_angle is not None and model.is_singular(answers[:, 1]):
                return None
        solution = model.solution(angle_rad=angle[model.position], live_on=live_on, injection_mw=injection_mw)
        # Written so that NaN fails it.
        return solution if solution.mismatch_mw <= mismatch_tolerance_mw(injection_mw) else None

    def _add_columns(self, lost: IntArray, loose: IntArray) -> int:
        model = self._model
        network = model.network
        at = self._rank + len(lost)
        end = at + len(loose)
        branches, shunts = slice(self._rank, at), slice(at, end)
        self._plus[branches] = model.position[network.branch_from[lost]]
        self._minus[branches] = model.position[network.branch_to[lost]]
        self._has_minus[branches] = 1.0
        self._inverse_s[branches] = -1.0 / model.susceptance_mw[lost]
        self._plus[shunts] = self._minus[shunts] = model.position[loose]
        self._has_minus[shunts] = 0.0
        self._inverse_s[shunts] = 1.0 / model.shunt_mw
        self._contained[lost] = False
        self._grounded = np.concatenate([self._grounded, loose])
        self._rank = end
        return len(lost) + len(loose)
