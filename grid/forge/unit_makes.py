"""What a transformer unit is: when it was built, by whom, filled with what, and how strong it came out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from grid.forge.arrays import FloatArray, IntArray
from grid.forge.seeds import stream

MAKERS = ("A", "B", "C", "D", "E", "F", "G", "H")
"""Codes of the makers; nobody is meant."""

MINERAL_OIL, NATURAL_ESTER = "MINERAL_OIL", "NATURAL_ESTER"
LIQUIDS = (MINERAL_OIL, NATURAL_ESTER)

ESTER_FROM = 2000
"""Year from which units came with natural ester, a share that grows to ``ester_frac`` in fifteen years."""

FIRST_BATCH_YEAR, BATCH_YEARS = 1940, 180


@dataclass(frozen=True, slots=True)
class MakeParams:
    """Set how units differ.

    Attributes:
        maker_spread: standard deviation of the logarithm of a maker's factor.
        batch_spread: the same of a batch's: what a maker built in a year.
        bad_frac: share of bad batches.
        bad_factor: their factor on top.
        strength_spread: standard deviation of the logarithm of a unit's own factor.
        ester_frac: share of units with natural ester at last.
        ester_factor: their factor; paper ages more slowly in it.
    """

    maker_spread: float = 0.25
    batch_spread: float = 0.3
    bad_frac: float = 0.06
    bad_factor: float = 4.0
    strength_spread: float = 0.7
    ester_frac: float = 0.35
    ester_factor: float = 0.65


@dataclass(frozen=True, eq=False)
class Makes:
    """Hold units.

    Attributes:
        install_year: year of installation.
        built_year: year of manufacture.
        maker: position in :data:`MAKERS`.
        liquid: position in :data:`LIQUIDS`.
        strength: a unit's own factor on its failures, with mean 1 over units; on no record.
        weakness: factor of all that the unit is, its own strength included.
    """

    install_year: IntArray
    built_year: IntArray
    maker: IntArray
    liquid: IntArray
    strength: FloatArray
    weakness: FloatArray

    def take(self, at: IntArray) -> Makes:
        """Return some of them."""
        return Makes(**{field.name: getattr(self, field.name)[at] for field in fields(self)})

    def replaced(self, at: IntArray, new: Makes) -> Makes:
        """Return them with new ones in some places."""
        found = {}
        for field in fields(self):
            column = getattr(self, field.name).copy()
            column[at] = getattr(new, field.name)
            found[field.name] = column
        return Makes(**found)

    @staticmethod
    def joined(parts: Sequence[Makes]) -> Makes:
        """Return parts joined end to end."""
        return Makes(
            **{
                field.name: np.concatenate([getattr(part, field.name) for part in parts])
                for field in fields(Makes)
            }
        )


def draw_makes(install_year: IntArray, seed: int, key: int, params: MakeParams) -> Makes:
    """Draw units installed in some years.

    Args:
        install_year: the years.
        seed: the configuration's seed.
        key: tells draws apart.
        params: how units differ.
    """
    rng = stream(seed, "makes", key)
    count = len(install_year)
    built = install_year - rng.integers(0, 2, count)
    maker = rng.choice(len(MAKERS), count, p=_shares())
    share = params.ester_frac * np.clip((built - ESTER_FROM) / 15.0, 0.0, 1.0)
    liquid = (rng.random(count) < share).astype(np.int64)
    spread = params.strength_spread
    strength = np.exp(spread * rng.standard_normal(count) - spread**2 / 2.0)
    factor = np.where(liquid == LIQUIDS.index(NATURAL_ESTER), params.ester_factor, 1.0)
    batch = _batches(seed, params)[maker, np.clip(built - FIRST_BATCH_YEAR, 0, BATCH_YEARS - 1)]
    return Makes(install_year, built, maker, liquid, strength, strength * factor * batch)


def _shares() -> FloatArray:
    weight = 1.0 / np.arange(1.0, len(MAKERS) + 1.0)
    return np.asarray(weight / weight.sum())


def _batches(seed: int, params: MakeParams) -> FloatArray:
    """Return the factor of each maker's batch of each year."""
    rng = stream(seed, "batches")
    maker = np.exp(params.maker_spread * rng.standard_normal(len(MAKERS)))
    batch = np.exp(params.batch_spread * rng.standard_normal((len(MAKERS), BATCH_YEARS)))
    bad = rng.random(batch.shape) < params.bad_frac
    return np.asarray(maker[:, None] * batch * np.where(bad, params.bad_factor, 1.0))
