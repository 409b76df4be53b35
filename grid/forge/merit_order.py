"""The price at which plants meet a demand: the marginal cost of the last megawatt, cheapest first.

Each plant costs c1 · p + c2 · p² an hour, so its marginal cost rises from c1 at 0 to c1 + 2 · c2 · Pmax. At a
price, every plant runs as far as its marginal cost stays below. Start-up costs, minimum loads, reserves,
outages of plants and congestion are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.forge.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class SupplyCurve:
    """Hold what plants together supply, as corners of a rising broken line: from one price to the next."""

    supply_mw: FloatArray
    price_usd_per_mwh: FloatArray

    @property
    def most_mw(self) -> float:
        """All that the plants can supply."""
        return float(self.supply_mw[-1]) if len(self.supply_mw) else 0.0


def supply_curve(
    *, c1_usd_per_mwh: FloatArray, c2_usd_per_mw2h: FloatArray, p_max_mw: FloatArray
) -> SupplyCurve:
    """Return the supply curve of plants.

    Args:
        c1_usd_per_mwh: marginal cost of each plant's first megawatt.
        c2_usd_per_mw2h: half of its rise with every megawatt; 0 for plants of one price. Not negative.
        p_max_mw: what each plant can supply.
    """
    able = p_max_mw > 0.0
    c1, c2, most = c1_usd_per_mwh[able], c2_usd_per_mw2h[able], p_max_mw[able]
    rising = c2 > 0.0
    top = c1[rising] + 2.0 * c2[rising] * most[rising]
    slope = 1.0 / (2.0 * c2[rising])
    flat = ~rising
    price = np.concatenate([c1[rising], top, c1[flat]])
    order = np.argsort(price, kind="stable")
    price = price[order]
    slopes = np.concatenate([slope, -slope, np.zeros(int(flat.sum()))])[order]
    jumps = np.concatenate([np.zeros(2 * int(rising.sum())), most[flat]])[order]
    steps = np.diff(price, prepend=price[:1]) * np.concatenate([[0.0], np.cumsum(slopes)[:-1]])[: len(price)]
    before = np.cumsum(np.maximum(steps, 0.0)) + np.cumsum(jumps) - jumps
    corners = np.repeat(price, 2), np.column_stack([before, before + jumps]).ravel()
    return SupplyCurve(supply_mw=corners[1], price_usd_per_mwh=corners[0])


def clearing_price(curve: SupplyCurve, demand_mw: FloatArray, *, cap_usd_per_mwh: float) -> FloatArray:
    """Return the price that clears each demand.

    Without demand for any of the plants it is 0, as for what costs nothing; beyond all that they can supply
    it is the cap. No price exceeds the cap.
    """
    if not len(curve.supply_mw):
        return np.where(demand_mw > 0.0, cap_usd_per_mwh, 0.0)
    price = np.interp(demand_mw, curve.supply_mw, curve.price_usd_per_mwh)
    price = np.where(demand_mw > curve.most_mw, cap_usd_per_mwh, price)
    return np.where(demand_mw <= 0.0, 0.0, np.minimum(price, cap_usd_per_mwh))
