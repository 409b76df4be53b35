"""Which part of a circuit a neighbour can feed through a tie, and which neighbour can carry it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grid.forge.arrays import FloatArray
from grid.forge.draft import BREAKER, RECLOSER, SECTIONALIZER, TIE
from grid.forge.fleet import Fleet
from grid.forge.line_sizing import LineSizes, kw_behind

BEYOND = {BREAKER: RECLOSER, RECLOSER: SECTIONALIZER}
"""The device behind which load can be fed from a tie when the zone of the first one is faulted."""


class LoadTransfer:
    """Know which part of a circuit a neighbour can feed, and which neighbour."""

    def __init__(self, fleet: Fleet, sizes: LineSizes, margin: float) -> None:
        self._fleet = fleet
        spare_kw: FloatArray = margin * sizes.circuit_rated_kw(fleet) - fleet.circuits.design_kw
        self._spare_kw = spare_kw
        switches = fleet.switches
        self._devices = {
            (int(circuit), str(kind)): index
            for index, (circuit, kind) in enumerate(zip(switches.circuit, switches.kind, strict=True))
            if kind in (RECLOSER, SECTIONALIZER)
        }
        self._neighbours: dict[int, list[int]] = {}
        for index in np.flatnonzero(switches.kind == TIE).tolist():
            a, b = int(switches.circuit[index]), int(switches.other_circuit[index])
            self._neighbours.setdefault(a, []).append(b)
            self._neighbours.setdefault(b, []).append(a)

    def part_beyond(self, switch: int) -> tuple[int, int] | None:
        """Return the transformers behind the next device after an open one; None if there is none."""
        switches = self._fleet.switches
        device = self._devices.get(
            (int(switches.circuit[switch]), BEYOND.get(str(switches.kind[switch]), ""))
        )
        if device is None:
            return None
        lo, hi = int(switches.transformer_lo[device]), int(switches.transformer_hi[device])
        return (lo, hi) if hi > lo else None

    def neighbours(self, circuit: int, lo: int, hi: int) -> Iterator[int]:
        """Yield the circuits that could carry a range of transformers at their peak."""
        if circuit not in self._neighbours:
            return
        load = float(kw_behind(self._fleet, np.array([lo]), np.array([hi]))[0])
        for neighbour in self._neighbours[circuit]:
            if load <= self._spare_kw[neighbour]:
                yield neighbour
