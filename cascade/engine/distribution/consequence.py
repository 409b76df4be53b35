"""What failures and a transmission network that does not deliver mean for customers, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cascade.engine.distribution.faults import Cleared, Failures, clear
from cascade.engine.distribution.flisr import Restoration, restore
from cascade.engine.distribution.model import DistributionModel
from cascade.engine.distribution.params import SwitchingParams
from cascade.engine.distribution.supply import SubstationSupply
from grid.topology import NONE
from grid.topology.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Consequence:
    """Hold what happens, by position; :func:`summary.summarise` counts it.

    Attributes:
        model: the network before.
        supplies: what substations lost.
        cleared: what the protection did.
        restoration: what switching does.
        unit_out: per transformer whether it loses its supply for certain.
        unit_restored_s: per transformer when it has supply again by switching; infinite if not, and of those
            that never lost it.
        meter_out: per meter whether it loses its supply for certain.
        meter_restored_s: likewise per meter.
        params: the settings.
        seed: draws the rule *rotating*.
    """

    model: DistributionModel
    supplies: tuple[SubstationSupply, ...]
    cleared: Cleared
    restoration: Restoration
    unit_out: BoolArray
    unit_restored_s: FloatArray
    meter_out: BoolArray
    meter_restored_s: FloatArray
    params: SwitchingParams
    seed: int


@dataclass(frozen=True, eq=False, kw_only=True)
class LostSupply:
    """Hold what loses its supply for certain in the first moment, before anything is switched.

    Attributes:
        cleared: what the protection did.
        short_nodes: nodes of substations that are served in part.
        unit_failed: per transformer whether it failed by itself.
        meter_failed: per meter likewise.
        unit_out: per transformer whether it loses its supply.
        meter_out: per meter likewise.
    """

    cleared: Cleared
    short_nodes: IntArray
    unit_failed: BoolArray
    meter_failed: BoolArray
    unit_out: BoolArray
    meter_out: BoolArray


def lose_supply(
    model: DistributionModel, *, failures: Failures | None = None, supplies: Sequence[SubstationSupply] = ()
) -> LostSupply:
    """Return what failures, and substations that are not served, take out for certain.

    Args:
        model: the network before.
        failures: what failed in the distribution network.
        supplies: what substations lost; those that are not in the network have no circuits here.
    """
    failures = failures or Failures()
    network, arrays = model.network, model.network.arrays
    dead = [each.substation_id for each in supplies if each.is_dead]
    short = [each.substation_id for each in supplies if not each.is_dead and each.served_share < 1.0]
    dead_nodes, short_nodes = (
        arrays.substations.positions(ids) if ids else np.empty(0, dtype=np.int64) for ids in (dead, short)
    )
    as_node = model.substation_node
    dead_nodes, short_nodes = (as_node[at[at != NONE]] for at in (dead_nodes, short_nodes))
    failures = replace(failures, sources=np.union1d(failures.sources, dead_nodes))
    cleared = clear(network, failures)
    unit_failed = np.zeros(len(arrays.transformers), dtype=np.bool_)
    unit_failed[failures.transformers] = True
    meter_failed = np.zeros(len(arrays.meters), dtype=np.bool_)
    meter_failed[failures.meters] = True
    was_fed = network.tree.position[arrays.transformer_node] != NONE
    unit_out = cleared.lost[arrays.transformer_node] | (unit_failed & was_fed)
    at, known = arrays.meter_transformer, model.meter_transformer_known
    fed_meter = np.zeros(len(at), dtype=np.bool_)
    fed_meter[known] = was_fed[at[known]]
    meter_out = meter_failed & fed_meter
    meter_out[known] |= unit_out[at[known]]
    return LostSupply(
        cleared=cleared,
        short_nodes=short_nodes,
        unit_failed=unit_failed,
        meter_failed=meter_failed,
        unit_out=unit_out,
        meter_out=meter_out,
    )


def follow(
    model: DistributionModel,
    *,
    failures: Failures | None = None,
    supplies: Sequence[SubstationSupply] = (),
    params: SwitchingParams | None = None,
    seed: int = 0,
) -> Consequence:
    """Return what failures, and substations that are not served, lead to.

    A dead substation's circuits lose their supply for certain; ties to others may take them up. One that is
    served in part sheds circuits that nobody knows: they count as out in the ranges alone, and nothing more
    is put on it.

    Args:
        model: the network before.
        failures: what failed in the distribution network.
        supplies: what substations lost; those that are not in the network have no circuits here.
        params: the settings.
        seed: draws the rule *rotating*.
    """
    params = params or SwitchingParams()
    arrays = model.network.arrays
    lost = lose_supply(model, failures=failures, supplies=supplies)
    customers, critical = (
        _per_unit(model, values * ~lost.meter_failed) * ~lost.unit_failed
        for values in (arrays.meter_customers, model.meter_critical)
    )
    restoration = restore(
        model,
        lost.cleared,
        unit_load_kva=np.where(lost.unit_failed, 0.0, model.load_kva),
        unit_customers=customers,
        unit_critical=critical,
        short_sources=lost.short_nodes,
        params=params,
    )
    unit_restored = np.where(lost.unit_failed, np.inf, restoration.restored_s[arrays.transformer_node])
    known = model.meter_transformer_known
    meter_restored = np.full(len(arrays.meters), np.inf)
    meter_restored[known] = unit_restored[arrays.meter_transformer[known]]
    meter_restored[lost.meter_failed] = np.inf
    return Consequence(
        model=model,
        supplies=tuple(supplies),
        cleared=lost.cleared,
        restoration=restoration,
        unit_out=lost.unit_out,
        unit_restored_s=unit_restored,
        meter_out=lost.meter_out,
        meter_restored_s=meter_restored,
        params=params,
        seed=seed,
    )


def _per_unit(model: DistributionModel, values: np.ndarray) -> np.ndarray:
    known = model.meter_transformer_known
    return np.bincount(
        model.network.arrays.meter_transformer[known],
        weights=values[known],
        minlength=len(model.network.arrays.transformers),
    ).astype(np.int64)
