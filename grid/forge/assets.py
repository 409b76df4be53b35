"""Age and make of poles, transformers and meters.

Every substation area has a decade in which most of it was built; equipment has been replaced since at the
rates given.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from grid.forge.arrays import IntArray, TextArray
from grid.forge.fleet import Fleet
from grid.forge.seeds import stream

BUILT = (1958, 2014)
"""First and last year in which areas were developed."""

REPLACED_POLES, REPLACED_TRANSFORMERS, REPLACED_METERS = 0.25, 0.40, 0.35
"""Shares replaced since."""

UNKNOWN_POLE_YEAR = 0.04
"""Poles whose year is on no record."""

METER_ROLLOUT = (date(2009, 3, 1), date(2012, 7, 31))
"""When interval meters were first installed (advanced metering deployment in Texas)."""

POLE_MATERIALS = (("WOOD", 0.93), ("STEEL", 0.04), ("CONCRETE", 0.03))


@dataclass(frozen=True, eq=False)
class Assets:
    """Hold the attributes; years are 0 where unknown.

    Attributes:
        pole_year: year of installation of each pole.
        pole_height_m: length of each pole.
        pole_class: ANSI O5.1 class of each pole.
        pole_material: material of each pole.
        transformer_year: year of installation of what stands at each transformer's place.
        meter_day: date of installation of each meter, days since 1970-01-01.
    """

    pole_year: IntArray
    pole_height_m: np.ndarray[tuple[int], np.dtype[np.float64]]
    pole_class: TextArray
    pole_material: TextArray
    transformer_year: IntArray
    meter_day: IntArray


def forge_assets(*, fleet: Fleet, seed: int, today: date, past_start: date | None = None) -> Assets:
    """Draw the attributes.

    Args:
        fleet: the grown system.
        seed: the configuration's seed.
        today: end of the metering period; nothing is newer.
        past_start: when the forged past begins; the transformers are those that stood then. None: today.
    """
    rng = stream(seed, "assets")
    latest = today.year - 1
    built = rng.integers(BUILT[0], min(BUILT[1], latest) + 1, len(fleet.circuits.site))
    pole_circuit = fleet.poles.circuit
    count = len(pole_circuit)
    year = np.minimum(built[pole_circuit] + rng.integers(0, 6, count), latest)
    year = _replaced(year, REPLACED_POLES, latest, rng)
    year[rng.random(count) < UNKNOWN_POLE_YEAR] = 0
    on_backbone = fleet.lines.line_class[fleet.poles.line] == "BACKBONE"
    height, pole_class = _pole_sizes(on_backbone, rng)
    materials = np.array([name for name, _ in POLE_MATERIALS], dtype=object)
    share = [part for _, part in POLE_MATERIALS]
    before = latest if past_start is None else past_start.year - 1
    transformer_year = np.minimum(
        built[fleet.transformers.circuit] + rng.integers(0, 12, len(fleet.transformers.node)), before
    )
    return Assets(
        pole_year=year,
        pole_height_m=height,
        pole_class=pole_class,
        pole_material=rng.choice(materials, size=count, p=share),
        transformer_year=_replaced(transformer_year, REPLACED_TRANSFORMERS, before, rng),
        meter_day=_meter_days(len(fleet.meters.lon), today, rng),
    )


def _replaced(year: IntArray, share: float, latest: int, rng: np.random.Generator) -> IntArray:
    renewed = rng.random(len(year)) < share
    newer = np.floor(year + (latest + 1 - year) * rng.random(len(year))).astype(np.int64)
    return np.where(renewed, newer, year)


def _pole_sizes(
    on_backbone: np.ndarray[tuple[int], np.dtype[np.bool_]], rng: np.random.Generator
) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], TextArray]:
    """Return lengths and classes: 45 to 55 ft class 2 and 3 on backbones, 35 to 45 ft class 4 and 5 on
    laterals.
    """
    backbone_ft, lateral_ft = np.array([45.0, 50.0, 55.0]), np.array([35.0, 40.0, 45.0])
    n = len(on_backbone)
    pick = rng.choice(3, size=n, p=[0.55, 0.35, 0.10])
    length_ft = np.where(on_backbone, backbone_ft[pick], lateral_ft[pick])
    heavier = rng.random(n) < 0.4
    pole_class = np.where(on_backbone, np.where(heavier, "2", "3"), np.where(heavier, "4", "5")).astype(
        object
    )
    return np.round(length_ft * 0.3048, 2), pole_class


def _meter_days(count: int, today: date, rng: np.random.Generator) -> IntArray:
    epoch = date(1970, 1, 1)
    first, last = ((day - epoch).days for day in METER_ROLLOUT)
    end = (today - epoch).days - 30
    day = rng.integers(min(first, end - 1), min(last, end), count)
    renewed = rng.random(count) < REPLACED_METERS
    return np.where(renewed, np.floor(day + (end - day) * rng.random(count)).astype(np.int64), day)
