"""A substation served in part: how many customers that may mean. Which circuits are shed is unknown."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from grid.topology.arrays import FloatArray, IntArray


@dataclass(frozen=True, kw_only=True)
class ShedRange:
    """Hold what shedding a share of the load means.

    Attributes:
        expected: customers times the share.
        fewest: no set of whole circuits with that load serves fewer.
        most: shedding whole circuits, in whatever order, until the load is made up for takes no more.
        rotating: numbers of the circuits of one drawn order; None where a load is not known.
    """

    expected: float
    fewest: int
    most: int
    rotating: tuple[int, ...] | None


def shed_range(
    *,
    load_kva: FloatArray,
    customers: IntArray,
    critical: IntArray,
    share: float,
    rng: np.random.Generator,
) -> ShedRange:
    """Return what shedding a share of the load of some circuits means for their customers.

    The bounds come from the same question with circuits that can be shed in part, which a greedy rule answers
    exactly (Dantzig 1957); with whole circuits the truth lies between them.

    Args:
        load_kva: per circuit; NaN is unknown.
        customers: per circuit.
        critical: critical customers per circuit: circuits with any are shed last under the rule.
        share: of the load, 0 to 1.
        rng: draws the order of the rule.
    """
    total = int(customers.sum())
    expected = share * total
    load = float(load_kva.sum())
    if math.isnan(load):
        return ShedRange(expected=expected, fewest=0, most=total, rotating=None)
    need = share * load
    if need <= 0.0:
        everything = tuple(range(len(customers))) if share >= 1.0 else ()
        return ShedRange(expected=expected, fewest=0, most=total, rotating=everything or None)
    counts = customers.astype(np.float64)
    lightest = _in_part(load_kva, counts, need, most=False)
    most = 0.0
    for last in range(len(counts)):  # all but the last one shed stay below the load
        others = np.arange(len(counts)) != last
        room = min(need, float(load_kva[others].sum()))
        most = max(most, counts[last] + _in_part(load_kva[others], counts[others], room, most=True))
    order = rng.permutation(len(counts))
    order = order[np.argsort(critical[order] > 0, kind="stable")]
    shed_kva, rotating = 0.0, []
    for circuit in order.tolist():
        if shed_kva >= need * (1.0 - 1e-9):
            break
        if load_kva[circuit] > 0.0:
            rotating.append(circuit)
            shed_kva += float(load_kva[circuit])
    return ShedRange(
        expected=expected,
        fewest=math.ceil(lightest - 1e-9),
        most=min(total, math.floor(most + 1e-9)),
        rotating=tuple(sorted(rotating)),
    )


def _in_part(load_kva: FloatArray, customers: FloatArray, need: float, *, most: bool) -> float:
    """Return the fewest or most customers of a load, if circuits can be shed in part."""
    free = customers[load_kva <= 0.0].sum() if most else 0.0
    used = np.flatnonzero(load_kva > 0.0)
    dense = customers[used] / load_kva[used]
    found, left = float(free), need
    for circuit in used[np.argsort(-dense if most else dense, kind="stable")].tolist():
        part = min(left, float(load_kva[circuit]))
        found += float(customers[circuit]) * part / float(load_kva[circuit])
        left -= part
        if left <= 0.0:
            break
    return found
