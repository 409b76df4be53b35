"""The distribution network as the engine takes it, and failures as positions in it."""

from dataclasses import replace
from weakref import WeakKeyDictionary

import numpy as np

from cascade.engine.distribution.faults import Failures
from cascade.engine.distribution.model import DistributionModel
from grid.selectors.connectivity import PEAKS, Loads, Snapshot, View, normal_snapshot
from grid.selectors.feeder_details import details_of
from grid.selectors.initiators import InitiatorKind, Initiators
from grid.topology import NONE, Network
from grid.topology.arrays import IntArray
from grid.topology.ids import Ids
from grid.topology.tracing import circuit_heads


def normal_model(load_multiplier: float = 1.0) -> DistributionModel:
    """Return the network in its normal positions with each transformer's peak load times a factor."""
    snapshot = normal_snapshot()
    found = _normal.get(snapshot)
    if found is None:
        found = _normal[snapshot] = _model(snapshot, snapshot.network, PEAKS)
    return found if load_multiplier == 1.0 else replace(found, load_kva=found.load_kva * load_multiplier)


def model_of(view: View, loads: Loads) -> DistributionModel:
    """Return the network of a view, whole, with some loads."""
    if view.network is view.snapshot.network and loads is PEAKS and view.snapshot in _normal:
        return _normal[view.snapshot]
    return _model(view.snapshot, view.network, loads)


def _model(snapshot: Snapshot, network: Network, loads: Loads) -> DistributionModel:
    details = details_of(snapshot)
    return DistributionModel(
        network=network,
        equipment=snapshot.equipment,
        load_kva=snapshot.load_kva(loads),
        meter_critical=snapshot.meter_critical,
        meter_class=details.meter_class,
        class_names=details.class_names,
        switch_kinds=details.switch_kinds,
        edge_r_ohm=details.edge_r_ohm,
        edge_x_ohm=details.edge_x_ohm,
    )


def failures_of(model: DistributionModel, found: Initiators) -> tuple[Failures, list[str]]:
    """Return what fails first as positions, and the ids that have no place in the network.

    A section fails at both of its ends; a switch and the head of a circuit at theirs, less the substation's
    own node; a pole takes its section along and the transformers on it. Substations fail as sources; buses,
    branches and plants concern the transmission network alone.
    """
    network, arrays, sections = model.network, model.network.arrays, model.sections
    loose: list[str] = []

    def at(ids: Ids, keys: list[str]) -> IntArray:
        positions = ids.positions(keys) if keys else np.empty(0, dtype=np.int64)
        loose.extend(key for key, place in zip(keys, positions.tolist(), strict=True) if place == NONE)
        return positions[positions != NONE]

    lines = [line for line in found.pole_lines.values() if line is not None]
    loose += [pole for pole, line in found.pole_lines.items() if line is None and pole not in loose]
    whole = at(arrays.sections, list(dict.fromkeys([*found.of(InitiatorKind.LINE), *lines])))
    switches = sections + at(arrays.switches, found.of(InitiatorKind.SWITCH))
    heads = [
        circuit_heads(network, model.equipment.edge_circuit, circuit)
        for circuit in at(arrays.circuits, found.of(InitiatorKind.CIRCUIT)).tolist()
    ]
    feet = np.concatenate([switches, *heads]).astype(np.int64)
    ends = np.concatenate([arrays.edge_start[feet], arrays.edge_end[feet]])
    nodes = np.concatenate([
        ends[~np.isin(ends, arrays.sources)], arrays.edge_start[whole], arrays.edge_end[whole]
    ])  # fmt: skip
    units = list(dict.fromkeys([*found.of(InitiatorKind.TRANSFORMER), *found.pole_units]))
    known = arrays.substations.positions(found.of(InitiatorKind.SUBSTATION) or [""])
    sources = arrays.nodes.positions(arrays.substations.keys(known[known != NONE]) or [""])
    return Failures(
        nodes=np.unique(nodes),
        sources=np.unique(sources[sources != NONE]),
        transformers=at(arrays.transformers, units),
        meters=at(arrays.meters, found.of(InitiatorKind.METER)),
    ), loose


_normal: WeakKeyDictionary[Snapshot, DistributionModel] = WeakKeyDictionary()
