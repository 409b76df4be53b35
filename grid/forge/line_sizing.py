"""Conductors, ampacities and switch ratings that follow from what each section has to carry."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from grid.forge.arrays import FloatArray, IntArray
from grid.forge.draft import BACKBONE, BREAKER, FUSE, RECLOSER, SECTIONALIZER, SUBSTATION_NODE, TIE
from grid.forge.fleet import Fleet
from grid.forge.profiles import POWER_FACTOR
from grid.standards.conductors import BACKBONE as BACKBONE_CONDUCTORS
from grid.standards.conductors import OVERHEAD, UNDERGROUND, Conductor, smallest
from grid.standards.protective_devices import (
    BREAKER_A,
    RECLOSER_A,
    SECTIONALIZER_A,
    TIE_A,
    fuse_rating_a,
    switch_rating_a,
)

SECTION_MARGIN = 1.25
"""Laterals and service cables carry this multiple of their expected load."""

BACKBONE_MARGIN = 1.5
"""Backbones are built to carry half of a neighbour's load as well, as far as the catalogue goes."""

LEAST_BACKBONE_MARGIN = 1.1


@dataclass(frozen=True, eq=False)
class LineSizes:
    """Hold what was chosen.

    Attributes:
        conductor: conductor of each line section.
        current_a: expected load current of each section, A per phase.
        circuit_conductor: backbone conductor of each circuit.
        circuit_rated_a: least of backbone conductor, getaway cable and breaker.
        switch_rated_a: continuous rating of each switch.
    """

    conductor: list[Conductor]
    current_a: FloatArray
    circuit_conductor: list[Conductor]
    circuit_rated_a: FloatArray
    switch_rated_a: FloatArray

    def circuit_rated_kw(self, fleet: Fleet) -> FloatArray:
        """Return the power that each circuit's rating carries, kW."""
        return np.asarray(math.sqrt(3.0) * fleet.circuits.kv * self.circuit_rated_a * POWER_FACTOR)


def size_lines(fleet: Fleet) -> LineSizes:
    """Choose conductors and ratings.

    Raises:
        ValueError: if a circuit's load exceeds the largest conductor of the catalogue.
    """
    kw = kw_behind(fleet, fleet.lines.transformer_lo, fleet.lines.transformer_hi)
    line_kv = fleet.circuits.kv[fleet.lines.circuit]
    three = fleet.lines.phases == "ABC"
    current = kw / POWER_FACTOR / np.where(three, math.sqrt(3.0) * line_kv, line_kv / math.sqrt(3.0))
    head = fleet.circuits.design_kw / POWER_FACTOR / (math.sqrt(3.0) * fleet.circuits.kv)
    backbone, getaway = [], []
    for amperes in head.tolist():
        backbone.append(_backbone(amperes))
        getaway.append(
            smallest(UNDERGROUND, current_a=min(BACKBONE_MARGIN * amperes, UNDERGROUND[-1].ampacity_a))
        )
    conductor = []
    for index, line_class in enumerate(fleet.lines.line_class.tolist()):
        circuit = int(fleet.lines.circuit[index])
        is_cable = bool(fleet.lines.is_cable[index])
        if line_class == BACKBONE:
            conductor.append(getaway[circuit] if is_cable else backbone[circuit])
        else:
            needed = SECTION_MARGIN * float(current[index])
            conductor.append(smallest(UNDERGROUND if is_cable else OVERHEAD, current_a=needed))
    rated = np.array(
        [
            min(line.ampacity_a, cable.ampacity_a, BREAKER_A)
            for line, cable in zip(backbone, getaway, strict=True)
        ]
    )
    return LineSizes(conductor, current, backbone, rated, _switch_ratings(fleet, head))


def kw_behind(fleet: Fleet, lo: IntArray, hi: IntArray) -> FloatArray:
    """Return the expected peak of all meters of ranges of transformers, summed without diversity, kW."""
    per_transformer = np.bincount(
        fleet.meters.transformer, fleet.meters.peak_kw, minlength=len(fleet.transformers.node)
    )
    total = np.concatenate([[0.0], np.cumsum(per_transformer)])
    return np.asarray(total[hi] - total[lo])


def voltage_drop_per_mw(fleet: Fleet, sizes: LineSizes) -> FloatArray:
    """Return the drop from the substation to each transformer in per unit per MW at the circuit head.

    Each section carries its share of the head's power; drop = k · L · (r cos φ + x sin φ) · P / V², with k =
    1 on three phases and 6 on one phase and neutral of a three-phase voltage V (loop of two conductors at
    V/√3). Source: Kersting, *Distribution System Modeling and Analysis*, chapter 3 (K-drop factor).
    """
    lines = fleet.lines
    sine = math.sqrt(1.0 - POWER_FACTOR**2)
    z = (
        np.array([c.r_ohm_per_km * POWER_FACTOR + c.x_ohm_per_km * sine for c in sizes.conductor])
        / POWER_FACTOR
    )
    loops = np.where(lines.phases == "ABC", 1.0, 6.0)
    behind = kw_behind(fleet, lines.transformer_lo, lines.transformer_hi)
    head = kw_behind(fleet, fleet.circuits.transformer_lo, fleet.circuits.transformer_hi)
    share = behind / np.maximum(head[lines.circuit], 1.0)
    own = loops * z * lines.length_m / 1000.0 * share / fleet.circuits.kv[lines.circuit] ** 2
    drop = np.zeros(len(own))
    for index, parent in enumerate(lines.parent.tolist()):  # a parent stands before its children
        drop[index] = own[index] + (drop[parent] if parent != SUBSTATION_NODE else 0.0)
    at = fleet.transformers.line
    return np.asarray(drop[at])


def _backbone(amperes: float) -> Conductor:
    largest = BACKBONE_CONDUCTORS[-1]
    if BACKBONE_MARGIN * amperes <= largest.ampacity_a:
        return smallest(BACKBONE_CONDUCTORS, current_a=BACKBONE_MARGIN * amperes)
    return smallest(BACKBONE_CONDUCTORS, current_a=LEAST_BACKBONE_MARGIN * amperes)


def _switch_ratings(fleet: Fleet, head_a: FloatArray) -> FloatArray:
    switches = fleet.switches
    kw = kw_behind(fleet, switches.transformer_lo, switches.transformer_hi)
    kv = fleet.circuits.kv[switches.circuit]
    phases = np.full(len(kv), "ABC", dtype=object)
    behind = switches.line >= 0
    phases[behind] = fleet.lines.phases[switches.line[behind]]
    current = kw / POWER_FACTOR / np.where(phases == "ABC", math.sqrt(3.0) * kv, kv / math.sqrt(3.0))
    preferred = {RECLOSER: RECLOSER_A, SECTIONALIZER: SECTIONALIZER_A, TIE: TIE_A}
    rated = []
    for index, kind in enumerate(switches.kind.tolist()):
        if kind == BREAKER:
            rated.append(BREAKER_A)
        elif kind == FUSE:
            rated.append(fuse_rating_a(float(current[index])))
        else:
            carried = LEAST_BACKBONE_MARGIN * float(head_a[switches.circuit[index]])
            rated.append(switch_rating_a(preferred[kind], carried))
    return np.array(rated)
