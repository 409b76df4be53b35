"""How far the values of a feature have moved from those of training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from grid.powerflow.arrays import FloatArray

LEAST_SHARE = 1e-3
"""An empty bin counts as holding so much, so that the index stays finite."""
DECILES = np.linspace(0.1, 0.9, 9)


def deciles(x: FloatArray, names: Sequence[str]) -> dict[str, list[float]]:
    """Return the nine inner deciles of the known values of each column; a column without any is left out."""
    told = {}
    for name, column in zip(names, x.T, strict=True):
        known = column[np.isfinite(column)]
        if len(known):
            told[name] = [float(value) for value in np.quantile(known, DECILES, method="inverted_cdf")]
    return told


def stability_index(reference: Sequence[float], values: FloatArray) -> float | None:
    """Return the population stability index of values against the deciles of others.

    That is Σ (p - q) ln(p / q) over the bins between the deciles, p the share of the values in a bin and q
    that of the reference. 0: alike; above 0.25 it is usual to speak of another population. Where deciles are
    equal, many values are: how many lie up to them is known to a tenth only, and is taken to be what is found
    as far as that allows, so that a feature of few values does not seem to have moved.

    Returns:
        The index; None if no value is known.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    edges, count = np.unique(np.asarray(reference, dtype=np.float64), return_counts=True)
    found = np.bincount(np.searchsorted(edges, known, side="left"), minlength=len(edges) + 1) / len(known)
    lowest = np.cumsum(count) / (len(reference) + 1.0)
    highest = lowest + (1.0 / (len(reference) + 1.0) if (count > 1).any() else 0.0)
    below = np.concatenate([[0.0], np.clip(np.cumsum(found)[:-1], lowest, highest), [1.0]])
    expected = np.maximum(np.diff(below), LEAST_SHARE)
    found = np.maximum(found, LEAST_SHARE)
    return float(np.sum((found - expected) * np.log(found / expected)))


def stability(
    reference: Mapping[str, Sequence[float]], x: FloatArray, names: Sequence[str]
) -> dict[str, float | None]:
    """Return the index of each column whose deciles are known."""
    return {
        name: stability_index(reference[name], column)
        for name, column in zip(names, x.T, strict=True)
        if name in reference
    }
