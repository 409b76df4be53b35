"""Distribution factors as arrays: PTDF by branch and LODF by outage, for some branches at a time."""

from __future__ import annotations

import numpy as np

from cascade.engine.native.base import NativeBase
from cascade.engine.native.compile import LANES
from cascade.engine.native.factor import solve_branches
from cascade.engine.native.screening import NEARLY_SINGULAR
from cascade.engine.native.splits import split_cases
from cascade.engine.sweep import chosen_branches
from grid.powerflow.arrays import FloatArray, IntArray


class UntrustedFactors(ArithmeticError):
    """Report a network too near to singular for distribution factors (negative reactances cancel others)."""

    code = "UNTRUSTED_FACTORS"

    def __init__(self) -> None:
        super().__init__("the network's matrix is too near to singular for distribution factors")


def ptdf(base: NativeBase, branch_indices: IntArray) -> FloatArray:
    """Return the power transfer distribution factors of some branches, shape (branches, buses).

    An entry is the flow that one MW put in at the bus and taken out at the lowest bus of its island adds to
    the branch, positive from its from end. Takes 8 bytes per branch and bus.

    Raises:
        UnknownAsset: if an entry is no branch index.
        UntrustedFactors: if the network is too near to singular.
    """
    branch, angle = _angles(base, branch_indices)
    sensitivity: FloatArray = angle * base.prepared.network.susceptance_mw[branch][:, None]
    return sensitivity


def lodf(base: NativeBase, branch_indices: IntArray) -> FloatArray:
    """Return the line outage distribution factors of some outages, shape (branches, outages).

    An entry is the share of the outage's flow that the branch takes over: -1 at the outage itself. NaN where
    the outage splits an island or leaves the network nearly singular. Takes 8 bytes per branch and outage,
    and as much per bus and outage on the way.

    Raises:
        UnknownAsset: if an entry is no branch index.
        UntrustedFactors: if the network is too near to singular.
    """
    network = base.prepared.network
    branch, angle = _angles(base, branch_indices)
    spread = angle[:, network.branch_from] - angle[:, network.branch_to]
    shift: FloatArray = (spread * network.susceptance_mw).T
    outages = np.arange(len(branch))
    left = 1.0 - shift[branch, outages]
    left[(split_cases(base).below[branch] >= 0) | (np.abs(left) <= NEARLY_SINGULAR)] = np.nan
    shift /= left
    shift[branch, outages] = np.where(np.isnan(left), np.nan, -1.0)
    return shift


def _angles(base: NativeBase, branch_indices: IntArray) -> tuple[IntArray, FloatArray]:
    """Return B⁻¹ (e_from - e_to) of some branches, shape (branches, buses)."""
    if base.factors is None:
        raise UntrustedFactors
    network, pattern = base.prepared.network, base.pattern
    branch = chosen_branches(network, branch_indices)
    angle = np.empty((len(branch), network.n_buses))
    order = np.argsort(pattern.low[branch], kind="stable")
    block = np.empty((network.n_buses, LANES))
    for first in range(0, len(order), LANES):
        rows = order[first : first + LANES]
        solve_branches(pattern, base.factors.values, branch[rows], block)
        angle[rows] = block[pattern.position, : len(rows)].T
    backwards = pattern.position[network.branch_from[branch]] != pattern.low[branch]
    angle[backwards] *= -1.0
    return branch, angle
