"""Voltages along a radial circuit by the linearised DistFlow equations."""

from __future__ import annotations

import math
from collections.abc import Sequence

LOOPS = {1: 6.0, 2: 3.0, 3: 1.0}
"""Drop over that of the same power on three phases, by the number of phases: each current of fewer than
three returns through a conductor like its own (Kersting, *Distribution System Modeling and Analysis*, chapter
3)."""


def squared_voltages(
    *,
    parent: Sequence[int],
    flow_kva: Sequence[float],
    r_ohm: Sequence[float],
    x_ohm: Sequence[float],
    kv: Sequence[float],
    phases: Sequence[int],
    source_pu: float,
    power_factor: float,
) -> list[float]:
    """Return the squared voltage of each node, per unit; NaN behind an impedance that is not known.

    v_j = v_i - 2 (r P + x Q) / V², with P and Q through the edge from i to j and losses left out
    (LinDistFlow, Baran and Wu 1989). Loads are balanced over the phases of what carries them.

    Args:
        parent: per node the node it is fed from, which stands before it; -1 of a source.
        flow_kva: per node what flows into it.
        r_ohm: per node the resistance of the edge that feeds it, ohm.
        x_ohm: its reactance.
        kv: its nominal voltage, line to line.
        phases: how many phases it has; 0: unknown, taken as three.
        source_pu: voltage of the sources.
        power_factor: of all loads, lagging.
    """
    sine = math.sqrt(1.0 - power_factor * power_factor)
    found: list[float] = []
    for node, above in enumerate(parent):
        if above < 0:
            found.append(source_pu * source_pu)
            continue
        weighted = r_ohm[node] * power_factor + x_ohm[node] * sine  # ohm
        drop = 2.0 * weighted * flow_kva[node] / 1000.0 / (kv[node] * kv[node])
        found.append(found[above] - LOOPS.get(phases[node], 1.0) * drop)
    return found
