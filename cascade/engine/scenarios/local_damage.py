"""What wind does to the distribution network: poles and overhead sections, drawn by the seed of a scenario.

One number is drawn per asset, whatever the rules say, so that a stronger wind breaks what a lesser one broke,
and more. The numbers are others than those of the transmission network: what breaks there does not change by
rules for poles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cascade.engine.scenarios.resolving import gust_at, probability_of
from cascade.engine.scenarios.spec import FragileClass, ScenarioSpec
from grid.powerflow.arrays import BoolArray
from grid.topology.local_places import LocalPlaces, PlacedParts

STREAMS = {FragileClass.POLE: 1, FragileClass.SPAN: 2}
"""The stream of random numbers of each class beside that of the transmission network."""


@dataclass(frozen=True, kw_only=True)
class BrokenParts:
    """Hold what wind breaks of one class.

    Attributes:
        ids: what breaks.
        expected: how many failures are expected.
        unknown: at how many of the class the wind is unknown; none of them breaks.
    """

    ids: tuple[str, ...]
    expected: float
    unknown: int


def wanted_parts(spec: ScenarioSpec) -> set[FragileClass]:
    """Return the classes of the distribution network that a scenario has rules for."""
    return {rule.asset_class for rule in spec.fragility} & set(STREAMS)


def draw_broken(*, spec: ScenarioSpec, places: LocalPlaces) -> dict[FragileClass, BrokenParts]:
    """Return what wind breaks, by class, of the classes that have rules; equal for equal arguments."""
    parts = {FragileClass.POLE: places.poles, FragileClass.SPAN: places.spans}
    return {each: _broken(spec, each, parts[each]) for each in parts if each in wanted_parts(spec)}


def _broken(spec: ScenarioSpec, wanted: FragileClass, parts: PlacedParts) -> BrokenParts:
    gust = gust_at(spec, parts.lon, parts.lat) if len(parts.ids) else np.empty(0)
    probability = probability_of(spec, wanted, gust, parts.kv)
    rng = np.random.Generator(
        np.random.PCG64(np.random.SeedSequence(spec.seed, spawn_key=(STREAMS[wanted],)))
    )
    broken: BoolArray = rng.random(len(parts.ids)) < probability
    return BrokenParts(
        ids=tuple(parts.ids[at] for at in np.flatnonzero(broken).tolist()),
        expected=float(probability.sum()),
        unknown=int(np.isnan(gust).sum()),
    )
