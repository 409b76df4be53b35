"""How many customers are without supply, counted after each wave of a cascade: quickly, and nothing more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cascade.engine.distribution.consequence import LostSupply, lose_supply
from cascade.engine.distribution.faults import Failures
from cascade.engine.distribution.model import DistributionModel
from cascade.engine.distribution.supply import LEAST_MW, SubstationSupply
from grid.topology import NONE


@dataclass(frozen=True, kw_only=True)
class Count:
    """Hold how many customers are without supply, as the impact at the end counts them.

    Attributes:
        out: for certain; None if load was lost, and none of it where circuits are on record.
        expected: with those that substations served in part shed on average; None likewise.
    """

    out: int | None
    expected: float | None


class SupplyCounter:
    """Counts customers without supply for one set of failures and changing supplies."""

    def __init__(self, model: DistributionModel, failures: Failures | None = None) -> None:
        self._model, self._failures = model, failures or Failures()
        self._last: tuple[tuple[SubstationSupply, ...], Count] | None = None

    def count(self, supplies: Sequence[SubstationSupply]) -> Count:
        """Return how many customers are without supply, given what substations lost."""
        given = tuple(supplies)
        if self._last is None or self._last[0] != given:
            self._last = given, self._count(given)
        return self._last[1]

    def _count(self, supplies: tuple[SubstationSupply, ...]) -> Count:
        model, arrays = self._model, self._model.network.arrays
        lost = lose_supply(model, failures=self._failures, supplies=supplies)
        out = int(arrays.meter_customers[lost.meter_out].sum())
        mw_lost = sum(each.lost_mw for each in supplies)
        mw_known = sum(each.lost_mw for each in supplies if self._has_circuits(each))
        if mw_lost > LEAST_MW and mw_known <= LEAST_MW and not lost.meter_out.any():
            return Count(out=None, expected=None)
        return Count(out=out, expected=float(out + self._shed(lost, supplies)))

    def _has_circuits(self, supply: SubstationSupply) -> bool:
        at = self._model.network.arrays.substations.position(supply.substation_id)
        return at != NONE and len(self._model.network.of_substation(at)) > 0

    def _shed(self, lost: LostSupply, supplies: Sequence[SubstationSupply]) -> float:
        """Return the customers that substations served in part shed on average."""
        network, arrays = self._model.network, self._model.network.arrays
        expected = 0.0
        for supply in supplies:
            at = arrays.substations.position(supply.substation_id)
            share = 1.0 - supply.served_share
            if at == NONE or supply.is_dead or share <= 0.0:
                continue
            units = network.behind_node(int(self._model.substation_node[at]))
            units = units[~lost.unit_out[units]]
            if not (arrays.transformer_circuit[units] != NONE).any():
                continue
            meters = network.meters_of(units)
            expected += share * int(arrays.meter_customers[np.asarray(meters)[~lost.meter_out[meters]]].sum())
        return expected
