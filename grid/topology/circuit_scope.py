"""One circuit cut out of the network: its devices, transformers and meters in feeding order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.topology.arrays import NONE, IntArray
from grid.topology.devices import DeviceKind, DeviceRef
from grid.topology.network import Network


@dataclass(frozen=True, eq=False, kw_only=True)
class CircuitScope:
    """Hold a circuit for inference. Transformers, meters and devices are numbered within it.

    Attributes:
        circuit: position of the circuit in the network.
        transformers: positions of its fed transformers, in feeding order.
        meters: positions of their meters, transformer by transformer.
        meter_unit: per meter its transformer, as a number within the circuit.
        unit_lo: per transformer the first of its meters; one more entry closes the last.
        switches: positions of its isolating switches that feed a transformer, upstream first.
        lo: per switch the first transformer behind it.
        hi: per switch the end of the range of transformers behind it.
        above: per switch the nearest one above it, ``NONE`` at the head.
        unit_above: per transformer likewise.
    """

    circuit: int
    transformers: IntArray
    meters: IntArray
    meter_unit: IntArray
    unit_lo: IntArray
    switches: IntArray
    lo: IntArray
    hi: IntArray
    above: IntArray
    unit_above: IntArray

    def meters_of(self, lo: int, hi: int) -> slice:
        """Return the range of meters of a range of transformers."""
        return slice(int(self.unit_lo[lo]), int(self.unit_lo[hi]))

    def meter_number(self, network: Network, device: DeviceRef) -> int | None:
        """Return the number of a meter within the circuit, None if the device is another or not of it."""
        if device.kind is not DeviceKind.METER:
            return None
        at = np.flatnonzero(self.meters == network.arrays.meters.position(device.id))
        return int(at[0]) if len(at) else None

    def units_behind(self, network: Network, device: DeviceRef) -> frozenset[int]:
        """Return the transformers of the circuit behind a device; of a meter its own."""
        arrays = network.arrays
        if device.kind is DeviceKind.METER:
            number = self.meter_number(network, device)
            return frozenset() if number is None else frozenset([int(self.meter_unit[number])])
        if device.kind is DeviceKind.TRANSFORMER:
            found = np.array([arrays.transformers.position(device.id)])
        elif device.kind is DeviceKind.SWITCH:
            switch = arrays.switches.position(device.id)
            found = network.behind_switch(switch) if switch != NONE else np.empty(0, dtype=np.int64)
        else:
            found = network.of_circuit(arrays.circuits.position(device.id))
        return self.unit_numbers(found)

    def unit_numbers(self, transformers: IntArray) -> frozenset[int]:
        """Return the numbers of transformers within the circuit; others are passed over."""
        return frozenset(np.flatnonzero(np.isin(self.transformers, transformers)).tolist())


def cut_out(network: Network, circuit: int) -> CircuitScope:
    """Return a circuit of a network; what is not fed is left out."""
    arrays, tree = network.arrays, network.tree
    units = network.of_circuit(circuit)
    at = tree.position[arrays.transformer_node[units]]
    units, at = units[at != NONE], at[at != NONE]
    counts = network.meter_counts[units]
    switches = np.flatnonzero((arrays.switch_circuit == circuit) & arrays.is_isolating)
    behind = tree.far_end[len(arrays.sections) + switches]
    switches, behind = switches[behind != NONE], behind[behind != NONE]
    upstream_first = np.argsort(tree.position[behind], kind="stable")
    switches, behind = switches[upstream_first], behind[upstream_first]
    lo = np.searchsorted(at, tree.position[behind]).astype(np.int64)
    hi = np.searchsorted(at, tree.end[behind]).astype(np.int64)
    feeds = hi > lo
    above, unit_above = _nesting(lo[feeds], hi[feeds], len(units))
    return CircuitScope(
        circuit=circuit,
        transformers=units,
        meters=network.meters_of(units),
        meter_unit=np.repeat(np.arange(len(units)), counts),
        unit_lo=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        switches=switches[feeds],
        lo=lo[feeds],
        hi=hi[feeds],
        above=above,
        unit_above=unit_above,
    )


def _nesting(lo: IntArray, hi: IntArray, unit_count: int) -> tuple[IntArray, IntArray]:
    """Return the range above each of some nested ranges, and the innermost range around each transformer."""
    above = np.full(len(lo), NONE, dtype=np.int64)
    unit_above = np.full(unit_count, NONE, dtype=np.int64)
    stack: list[int] = []
    for number, (first, last) in enumerate(zip(lo.tolist(), hi.tolist(), strict=True)):
        while stack and hi[stack[-1]] <= first:
            stack.pop()
        if stack:
            above[number] = stack[-1]
        stack.append(number)
        unit_above[first:last] = number
    return above, unit_above
