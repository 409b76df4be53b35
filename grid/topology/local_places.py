"""Where the poles and sections of the distribution network are, for what wind does to them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from grid.topology.arrays import FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class PlacedParts:
    """Hold parts of one kind, in the order of their ids.

    Attributes:
        ids: which they are.
        lon: longitude of a pole, and of the middle of a section, degrees.
        lat: latitude likewise.
        kv: nominal voltage of the circuit.
    """

    ids: tuple[str, ...] = ()
    lon: FloatArray = field(default_factory=lambda: np.empty(0))
    lat: FloatArray = field(default_factory=lambda: np.empty(0))
    kv: FloatArray = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True, eq=False, kw_only=True)
class LocalPlaces:
    """Hold the parts of a distribution network that stand in the wind.

    Attributes:
        poles: the poles.
        spans: the overhead sections.
    """

    poles: PlacedParts = field(default_factory=PlacedParts)
    spans: PlacedParts = field(default_factory=PlacedParts)
