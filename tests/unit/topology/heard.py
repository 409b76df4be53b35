"""Evidence by the ids of meters."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grid.topology import Network
from grid.topology.evidence import NEVER, Evidence


def evidence_of(
    network: Network,
    *,
    dark: Mapping[str, float] | None = None,
    restored: Mapping[str, float] | None = None,
    lit: Mapping[str, float] | None = None,
) -> Evidence:
    """Return evidence given by moments per meter."""
    kinds = [dark or {}, restored or {}, lit or {}]
    keys = sorted(set().union(*kinds))
    columns = [np.array([kind.get(key, NEVER) for key in keys], dtype=np.float64) for kind in kinds]
    return Evidence(
        meter=network.arrays.meters.positions(keys),
        dark_at=columns[0],
        restored_at=columns[1],
        lit_at=columns[2],
    )
