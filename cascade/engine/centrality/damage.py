"""How well a measure of the graph ranks what simulation says: rank correlation with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from cascade.engine.errors import CascadeInputError
from grid.powerflow.arrays import FloatArray

RESAMPLES = 1_000
LEAST_PAIRS = 10


@dataclass(frozen=True, kw_only=True)
class RankCorrelation:
    """Hold Spearman's ρ of a measure with the simulated damage.

    Attributes:
        measure: name of the measure.
        rho: -1 to 1; None if one of the two is the same everywhere, or there are fewer than ten nodes.
        low: lower end of the 95 % bootstrap interval.
        high: its upper end.
        top_decile_share: share of all simulated damage that the tenth of the nodes ranked highest by the
            measure caused; a perfect ranking reaches :attr:`best_share`, chance 0.1. Ties share evenly.
        best_share: the share of the tenth that was worst in simulation.
        n_nodes: nodes compared.
    """

    measure: str
    rho: float | None
    low: float | None
    high: float | None
    top_decile_share: float | None
    best_share: float | None
    n_nodes: int


def rank_correlation(
    measure: str, values: FloatArray, damage: FloatArray, *, seed: int = 0, resamples: int = RESAMPLES
) -> RankCorrelation:
    """Return how a measure ranks nodes beside what their outage does in simulation.

    Sources: Spearman, *Am. J. Psychol.* 15 (1904); percentile bootstrap over nodes: Efron, Tibshirani, *An
    Introduction to the Bootstrap* (1993), chapter 13; the critique that such rankings need: Hines,
    Cotilla-Sanchez, Blumsack, "Do topological models provide good information about electricity
    infrastructure vulnerability?", *Chaos* 20 (2010).

    Args:
        measure: its name.
        values: one per node; NaN leaves the node out.
        damage: one per node, for example load lost, MW; NaN leaves the node out.
        seed: of the bootstrap.
        resamples: how many.

    Raises:
        CascadeInputError: if the two differ in length.
    """
    if len(values) != len(damage):
        raise CascadeInputError(
            field="damage", message=f"has {len(damage)} entries; allowed: {len(values)}, one a node"
        )
    known = ~(np.isnan(values) | np.isnan(damage))
    x, y = values[known], damage[known]
    n = len(x)
    if n < LEAST_PAIRS or np.ptp(x) == 0.0 or np.ptp(y) == 0.0:
        return RankCorrelation(
            measure=measure, rho=None, low=None, high=None, top_decile_share=None, best_share=None, n_nodes=n
        )
    draws = np.random.default_rng(seed).integers(0, n, (resamples, n))
    rho = np.array([_spearman(x[rows], y[rows]) for rows in draws])
    low, high = np.nanpercentile(rho, [2.5, 97.5])
    return RankCorrelation(
        measure=measure,
        rho=_spearman(x, y),
        low=float(low),
        high=float(high),
        top_decile_share=_share_of_top(x, y),
        best_share=_share_of_top(y, y),
        n_nodes=n,
    )


def _spearman(x: FloatArray, y: FloatArray) -> float:
    a, b = rankdata(x), rankdata(y)
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt(np.dot(a, a) * np.dot(b, b)))
    return float(np.dot(a, b)) / scale if scale > 0.0 else float("nan")


def _share_of_top(ranking: FloatArray, damage: FloatArray) -> float | None:
    """Return the share of the damage in the tenth ranked highest; nodes tied at its edge count in part."""
    total = float(damage.sum())
    if total <= 0.0:
        return None
    room = max(len(ranking) // 10, 1)
    edge = np.sort(ranking)[-room]
    above, tied = ranking > edge, ranking == edge
    part = (room - int(np.count_nonzero(above))) / int(np.count_nonzero(tied))
    return float(damage[above].sum() + part * damage[tied].sum()) / total
