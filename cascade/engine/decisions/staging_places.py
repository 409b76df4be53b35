"""Where crews wait: the places from which all repairs are reached with the least weighted driving.

The weighted p-median (Hakimi, "Optimum locations of switching centers and the absolute centers and medians of
a graph", Oper. Res. 12, 1964): of the candidates choose p so that

    minimise  Σ_j min over chosen c of cost_jc

Small problems are solved exactly as a mixed-integer programme (ReVelle, Swain, "Central facilities location",
Geogr. Anal. 2, 1970) by HiGHS. Larger ones by adding places greedily and then exchanging single ones (Teitz,
Bart, "Heuristic methods for estimating the generalized vertex median of a weighted graph", Oper. Res. 16,
1968); how far from the best that may be follows from a Lagrangian bound (Cornuéjols, Fisher, Nemhauser,
"Location of bank accounts to optimize float", Manage. Sci. 23, 1977).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack, identity, kron, vstack

from cascade.engine.decisions.ranges import InvalidDecisionInput
from grid.powerflow.arrays import FloatArray, IntArray

MAX_EXACT_PAIRS = 40_000
"""Sites times candidates up to which the mixed-integer programme is solved."""
NODE_LIMIT = 2_000
"""Branchings tried before it is given up: a count, so that the same question has the same answer."""
BOUND_STEPS = 300
IMPROVES_FRAC = 1e-12


@dataclass(frozen=True, kw_only=True)
class Placing:
    """Hold the places chosen.

    Attributes:
        places: positions of the candidates, ascending.
        cost: Σ of the costs of reaching each site from the nearest of them.
        lower_bound: no choice of as many places costs less.
        is_exact: whether it is proved to be the best.
    """

    places: tuple[int, ...]
    cost: float
    lower_bound: float
    is_exact: bool

    @property
    def gap_frac(self) -> float | None:
        """Return how far it may be above the best, at most; None where the bound is 0."""
        return self.cost / self.lower_bound - 1.0 if self.lower_bound > 0.0 else None


def choose_places(cost: FloatArray, *, count: int, max_exact_pairs: int = MAX_EXACT_PAIRS) -> Placing:
    """Return the places from which all sites are reached at the least cost.

    Args:
        cost: of reaching each site (row) from each candidate (column), >= 0: weight times hours.
        count: how many places; all candidates if there are no more of them.
        max_exact_pairs: sites times candidates up to which the best choice is looked for exactly.

    Raises:
        InvalidDecisionInput: naming the field.
    """
    n_sites, n_places = cost.shape
    if n_places == 0:
        raise InvalidDecisionInput(field="places", message="there is no place to choose from")
    if count < 1:
        raise InvalidDecisionInput(field="count", message=f"is {count}; allowed: 1 or more")
    if not (np.isfinite(cost) & (cost >= 0.0)).all():
        raise InvalidDecisionInput(field="cost", message="must be finite numbers >= 0")
    cost = cost[cost.any(axis=1)]  # what nothing waits for, or is everywhere, does not count
    n_sites = len(cost)
    if count >= n_places or n_sites == 0:
        return _placing(cost, np.arange(min(count, n_places)), lower_bound=None)
    if count == 1:
        return _placing(cost, np.array([int(cost.sum(axis=0).argmin())]), lower_bound=None)
    chosen = _exchanged(cost, _greedy(cost, count))
    if n_sites * n_places <= max_exact_pairs and (best := _exact(cost, count)) is not None:
        # of equally good choices the one found without the solver stays: it does not hang on its version
        same = _cost(cost, chosen) <= _cost(cost, best) * (1.0 + 1e-9)
        return _placing(cost, chosen if same else best, lower_bound=None)
    return _placing(cost, chosen, lower_bound=_bound(cost, count, _cost(cost, chosen)))


def _cost(cost: FloatArray, places: IntArray) -> float:
    return float(cost[:, places].min(axis=1).sum())


def _placing(cost: FloatArray, places: IntArray, *, lower_bound: float | None) -> Placing:
    found = _cost(cost, places)
    bound = found if lower_bound is None else min(lower_bound, found)
    return Placing(
        places=tuple(sorted(places.tolist())),
        cost=found,
        lower_bound=bound,
        is_exact=bound >= found * (1.0 - 1e-9),
    )


def _greedy(cost: FloatArray, count: int) -> IntArray:
    """Return places added one at a time, each where it helps most."""
    reached = np.full(cost.shape[0], np.inf)
    chosen: list[int] = []
    for _ in range(count):
        with_each = np.minimum(cost, reached[:, None]).sum(axis=0)
        with_each[chosen] = np.inf
        chosen.append(int(with_each.argmin()))
        reached = np.minimum(reached, cost[:, chosen[-1]])
    return np.array(chosen)


def _exchanged(cost: FloatArray, places: IntArray) -> IntArray:
    """Return places of which no single one can be exchanged for a better one."""
    places, best = places.copy(), _cost(cost, places)
    moved = True
    while moved:
        moved = False
        for slot in range(len(places)):
            others = np.delete(places, slot)
            reached = cost[:, others].min(axis=1) if len(others) else np.full(len(cost), np.inf)
            with_each = np.minimum(cost, reached[:, None]).sum(axis=0)
            with_each[others] = np.inf
            other = int(with_each.argmin())
            if with_each[other] < best * (1.0 - IMPROVES_FRAC):
                places[slot], best, moved = other, float(with_each[other]), True
    return places


def _exact(cost: FloatArray, count: int) -> IntArray | None:
    """Return the best places; None if the solver gave up.

    Variables: whether a place is chosen (integer), then which share of a site is reached from it.
    """
    n_sites, n_places = cost.shape
    scale = float(cost.max())
    if scale <= 0.0:
        return np.arange(count)
    pairs = n_sites * n_places
    each_site = hstack(
        [csr_array((n_sites, n_places)), kron(identity(n_sites), np.ones((1, n_places)), format="csr")]
    )
    only_chosen = hstack([-kron(np.ones((n_sites, 1)), identity(n_places), format="csr"), identity(pairs)])
    as_many = csr_array(
        coo_array(
            (np.ones(n_places), (np.zeros(n_places, dtype=np.int64), np.arange(n_places))),
            shape=(1, n_places + pairs),
        )
    )
    found = milp(
        np.concatenate([np.zeros(n_places), cost.ravel() / scale]),
        integrality=np.concatenate([np.ones(n_places), np.zeros(pairs)]),
        bounds=Bounds(0.0, 1.0),
        constraints=[
            LinearConstraint(csr_array(vstack([each_site, as_many])), *_equal(n_sites, count)),
            LinearConstraint(csr_array(only_chosen), -np.inf, 0.0),
        ],
        options={"mip_rel_gap": 0.0, "node_limit": NODE_LIMIT},
    )
    if found.status != 0 or found.x is None:
        return None
    return np.flatnonzero(found.x[:n_places] > 0.5)


def _equal(n_sites: int, count: int) -> tuple[FloatArray, FloatArray]:
    right = np.concatenate([np.ones(n_sites), [float(count)]])
    return right, right


def _bound(cost: FloatArray, count: int, upper: float) -> float:
    """Return a bound that no choice goes below, by subgradients of the Lagrangian.

    That every site is reached once is dropped and priced with u; what is left is solved by the places that
    gain most:  L(u) = Σ_j u_j + Σ of the ``count`` least over c of Σ_j min(0, cost_jc - u_j).
    """
    ordered = np.partition(cost, 1, axis=1)
    price = ordered[:, 1].copy()  # what a site costs from its second nearest place: a good first price
    size = cost.mean(axis=1)  # sites differ in weight: each price moves by its own measure
    best, best_price, step, stale = 0.0, price, 2.0, 0
    for _ in range(BOUND_STEPS):
        gain = np.minimum(cost - price[:, None], 0.0).sum(axis=0)
        taken = np.argpartition(gain, count - 1)[:count]
        bound = float(price.sum() + gain[taken].sum())
        if bound > best * (1.0 + IMPROVES_FRAC):
            best, best_price, stale = bound, price, 0
        else:
            stale += 1
            if stale >= 10:
                price, step, stale = best_price, step / 2.0, 0
                continue
        missed = 1.0 - (cost[:, taken] < price[:, None]).sum(axis=1)
        length = float(missed**2 @ size)
        if length == 0.0 or best >= upper * (1.0 - IMPROVES_FRAC):
            break
        price = np.maximum(price + step * (upper - bound) / length * missed * size, 0.0)
    return best
