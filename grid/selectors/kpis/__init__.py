"""The key figures of the control room: their values, and how they went."""

from grid.selectors.kpis.definitions import KEYS, Kpi, current, figures
from grid.selectors.kpis.inputs import LAYERS, KpiInputs, inputs_from_cache, inputs_from_warehouse
from grid.selectors.kpis.trends import Trend, TrendSource, trend

__all__ = [
    "KEYS",
    "LAYERS",
    "Kpi",
    "KpiInputs",
    "Trend",
    "TrendSource",
    "current",
    "figures",
    "inputs_from_cache",
    "inputs_from_warehouse",
    "trend",
]
