"""The flows after an outage by the reference path, for comparison."""

from __future__ import annotations

import numpy as np

from cascade.engine.outages import Outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared
from cascade.engine.state import CascadeState


def reference_state(prepared: Prepared, params: CascadeParams, lost: list[int]) -> CascadeState:
    """Return the settled state after the loss of some branches.

    Raises:
        SingularIsland: if its equations have no unique solution.
    """
    branch_out = np.zeros(prepared.network.n_branches, dtype=np.bool_)
    branch_out[lost] = True
    state = CascadeState(prepared=prepared, params=params)
    state.take_out(Outages(branch_out=branch_out, bus_out=np.zeros(prepared.network.n_buses, dtype=np.bool_)))
    state.settle()
    return state


def loadings(prepared: Prepared, state: CascadeState) -> np.ndarray:
    """Return |flow| / rating; 0 without a rating."""
    rate = np.where(prepared.rated, state.rate_mva, np.inf)
    return np.abs(state.flow_mw) / rate
