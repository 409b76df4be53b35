"""Load that ties of the distribution network could take from the substations that lose load in a run."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from cascade.engine.decisions.mitigation import LoadTransfer
from cascade.engine.distribution import transfers
from cascade.engine.distribution.transfers import TransferCandidate
from cascade.selectors.distribution import normal_model
from cascade.services.decisions.repeated import Repeated

MOST = 20


@dataclass(frozen=True, kw_only=True)
class FoundTransfer:
    """Hold a transfer that was found, and as the search for actions takes it."""

    candidate: TransferCandidate
    transfer: LoadTransfer


def candidate_transfers(found: Repeated, *, named: Collection[str] = ()) -> list[FoundTransfer]:
    """Return what ties at the border of the substations that lose load could take, the most load first.

    The switches are in their normal positions, loads are each transformer's peak times the run's load
    multiplier; sums of peaks are upper bounds. Load moves from the bus of a substation that carries most to
    that of the other.

    Args:
        found: the run, computed once more.
        named: ties that the user names already; they are left out.
    """
    lost = sorted(found.lost_mw())
    if not lost:
        return []
    model = normal_model(found.params.load_multiplier)
    index = found.network.substation_index
    rows = []
    for each in transfers.candidate_transfers(model, lost, most=MOST + len(named)):
        ends = [each.from_substation, each.to_substation]
        if each.tie_id in named or any(name not in index for name in ends):
            continue
        buses = [_load_bus(found, index[name]) for name in ends]
        if buses[0] is None or buses[1] is None:
            continue
        transfer = LoadTransfer(id=each.tie_id, from_bus=buses[0], to_bus=buses[1], mw=each.mw)
        rows.append(FoundTransfer(candidate=each, transfer=transfer))
    return rows[:MOST]


def _load_bus(found: Repeated, substation: int) -> int | None:
    """Return the bus of a substation that carries most load; None if none carries any."""
    load_mw = np.where(found.network.bus_substation == substation, found.result.bus_base_served_mw, 0.0)
    bus = int(np.argmax(load_mw))
    return bus if load_mw[bus] > 0.0 else None
