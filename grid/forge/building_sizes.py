"""How large the buildings are that customers need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.forge.arrays import FloatArray, Int8Array, IntArray
from grid.forge.customer_mix import CAMPUS, HOME, PLANT, SHOP
from grid.forge.fleet import Meters

RESIDENTIAL, COMMERCIAL, INDUSTRIAL, OUTBUILDING = 0, 1, 2, 3
USE_NAMES = ("RESIDENTIAL", "COMMERCIAL", "INDUSTRIAL", "OUTBUILDING")

USE_OF_KIND = {HOME: RESIDENTIAL, SHOP: COMMERCIAL, CAMPUS: COMMERCIAL, PLANT: INDUSTRIAL}

HOURS_PER_YEAR = 8760.0


@dataclass(frozen=True, slots=True)
class BuildingParams:
    """Set the buildings. Round figures of this project where no source is named.

    Attributes:
        tenant_m2: floor area of a flat behind a master meter.
        commercial_kwh_per_m2: electricity of commercial buildings a year (order of the mean of EIA's CBECS
            2018, 12.6 kWh per square foot).
        industrial_kwh_per_m2: of industrial buildings.
        two_floor_frac: part of the houses with two floors.
        slenderness: largest height of the floors over the shorter side of the footprint.
        floor_m: height of a floor, by use.
        roof_m: height above the topmost floor, by use.
        hall_m: lowest and highest industrial hall.
        shed_m: lowest and highest outbuilding.
        notch_frac: part of the buildings that are L-shaped.
        sheds_per_house: outbuildings (garages, sheds) per house, where the count of buildings allows.
        fullest_frac: part of a substation's free lots that buildings without a meter may take.
    """

    tenant_m2: float = 85.0
    commercial_kwh_per_m2: float = 136.0
    industrial_kwh_per_m2: float = 1000.0
    two_floor_frac: float = 0.35
    slenderness: float = 2.0
    floor_m: tuple[float, float, float, float] = (3.0, 4.0, 5.0, 2.6)
    roof_m: tuple[float, float, float, float] = (2.2, 1.0, 1.0, 0.6)
    hall_m: tuple[float, float] = (6.0, 14.0)
    shed_m: tuple[float, float] = (2.4, 4.5)
    notch_frac: float = 0.3
    sheds_per_house: float = 0.6
    fullest_frac: float = 0.7


def floor_area_m2(meters: Meters, span: slice, params: BuildingParams) -> FloatArray:
    """Return the floor area that each meter's customers need; 0 where a house of any size will do."""
    kind, kwh = meters.kind[span], meters.mean_kw[span] * HOURS_PER_YEAR
    tenants = meters.tenants[span]
    return np.select(
        [kind == PLANT, kind != HOME, tenants > 1],
        [
            kwh / params.industrial_kwh_per_m2,
            kwh / params.commercial_kwh_per_m2,
            tenants * params.tenant_m2,
        ],
        0.0,
    )


def likely_floors(use: Int8Array, area_m2: FloatArray) -> IntArray:
    """Return the floors that a building of a floor area usually has: more only where it is large."""
    flats = np.where(area_m2 > 600.0, 3, 2)
    offices = 1 + (area_m2 / 2500.0).astype(np.int64)
    return np.select([use == INDUSTRIAL, use == RESIDENTIAL, area_m2 > 800.0], [1, flats, offices], 1)


def heights_m(
    use: Int8Array, floors: IntArray, rng: np.random.Generator, params: BuildingParams
) -> FloatArray:
    """Return heights: floors and roof; halls and sheds have their own."""
    storey = np.array(params.floor_m)[use] * rng.uniform(0.95, 1.15, len(use))
    height = storey * floors + np.array(params.roof_m)[use]
    hall = rng.uniform(*params.hall_m, len(use))
    shed = rng.uniform(*params.shed_m, len(use))
    height = np.where((use == INDUSTRIAL) & (floors == 1), hall, height)
    return np.asarray(np.round(np.where(use == OUTBUILDING, shed, height), 1), dtype=np.float64)
