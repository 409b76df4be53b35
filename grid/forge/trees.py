"""Trees: along the overhead lines and on free ground.

A tree's height follows from its age: it grows as its species does when young and ever more slowly as it nears
the height of a grown tree, h = H (1 - exp(-g a / H)); so it gains g (1 - h / H) in the coming year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from grid.forge.arrays import FloatArray, IntArray
from grid.forge.fleet import Fleet
from grid.forge.lots import FREE, LINE, Lots
from grid.forge.sites import Site
from grid.forge.tree_species import SPECIES
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import trees


@dataclass(frozen=True, slots=True)
class TreeParams:
    """Set the trees; round figures of this project.

    Attributes:
        along_frac: part of the trees that stand along overhead lines.
        gap_m: least distance of these from their line.
        gap_shape: shape of the gamma distribution of what comes on top.
        gap_scale_m: its scale; with 2 and 6 m half of them stand within 12 m.
        age_years: youngest and oldest tree.
        spread: standard deviation of the logarithm of a tree's vigour.
    """

    along_frac: float = 0.6
    gap_m: float = 1.5
    gap_shape: float = 2.0
    gap_scale_m: float = 6.0
    age_years: tuple[float, float] = (3.0, 70.0)
    spread: float = 0.12


@dataclass(frozen=True, eq=False)
class Trees:
    """Hold the trees of one substation's ground: where they stand and what they are."""

    lon: FloatArray
    lat: FloatArray
    species: IntArray
    height_m: FloatArray
    crown_radius_m: FloatArray
    growth_m_per_year: FloatArray


def plant_trees(
    *, lots: Lots, fleet: Fleet, site: Site, count: int, rng: np.random.Generator, params: TreeParams
) -> Trees:
    """Return trees on the lots of one substation, none in water or on a built lot.

    Args:
        lots: the substation's lots with all their buildings.
        fleet: the grown system.
        site: the substation.
        count: trees to plant.
        rng: random stream of the substation's trees.
        params: what trees are like.
    """
    u, v = _along_lines(lots, fleet, site, round(params.along_frac * count), rng, params)
    free_u, free_v = _on_free_ground(lots, count - len(u), rng)
    u, v = np.concatenate([u, free_u]), np.concatenate([v, free_v])
    lon, lat = lots.axes.to_lonlat(u, v)
    kind = rng.choice(len(SPECIES), size=len(u), p=[each.share for each in SPECIES])
    grown = np.array([each.grown_m for each in SPECIES])[kind]
    grown = grown * np.exp(params.spread * rng.standard_normal(len(u)))
    young = np.array([each.young_growth_m for each in SPECIES])[kind]
    height = grown * (1.0 - np.exp(-young * rng.uniform(*params.age_years, len(u)) / grown))
    crown = height * np.array([each.spread for each in SPECIES])[kind]
    growth = young * (1.0 - height / grown)
    return Trees(lon, lat, kind, height, crown, growth)


def tree_table(planted: list[Trees], zone_ids: list[str]) -> pa.Table:
    """Return the trees of all substations as a warehouse table.

    Args:
        planted: the trees, by substation.
        zone_ids: load zone of each substation.
    """
    kind = np.concatenate([each.species for each in planted])
    schema = pa_schema(trees)
    columns: dict[str, object] = {
        "tree_id": [f"TREE-{number + 1:06d}" for number in range(len(kind))],
        "zone_id": np.repeat(np.array(zone_ids, dtype=object), [len(each.species) for each in planted]),
        "species": np.array([each.species for each in SPECIES], dtype=object)[kind],
        "common_name": np.array([each.common_name for each in SPECIES], dtype=object)[kind],
        "latitude": np.round(np.concatenate([each.lat for each in planted]), 7),
        "longitude": np.round(np.concatenate([each.lon for each in planted]), 7),
        "height_m": np.round(np.concatenate([each.height_m for each in planted]), 2),
        "crown_radius_m": np.round(np.concatenate([each.crown_radius_m for each in planted]), 2),
        "growth_m_per_year": np.round(np.concatenate([each.growth_m_per_year for each in planted]), 3),
    }
    return pa.Table.from_arrays([pa.array(columns[f.name], type=f.type) for f in schema], schema=schema)


def _along_lines(
    lots: Lots, fleet: Fleet, site: Site, count: int, rng: np.random.Generator, params: TreeParams
) -> tuple[FloatArray, FloatArray]:
    """Return places beside overhead lines, fewer than asked for where most of the ground is built up."""
    nowhere = np.zeros(0), np.zeros(0)
    own = fleet.circuits.site[fleet.lines.circuit] == site.position
    lines = np.flatnonzero(own & ~fleet.lines.is_cable)
    if not len(lines) or not count:
        return nowhere
    length = fleet.lines.length_m[lines]
    tries = 4 * count
    line = lines[rng.choice(len(lines), size=tries, p=length / length.sum())]
    a, b = fleet.lines.start[line], fleet.lines.end[line]
    au, av = lots.axes.to_uv(fleet.nodes.lon[a], fleet.nodes.lat[a])
    bu, bv = lots.axes.to_uv(fleet.nodes.lon[b], fleet.nodes.lat[b])
    share = rng.random(tries)
    gap = params.gap_m + rng.gamma(params.gap_shape, params.gap_scale_m, tries)
    gap *= np.where(rng.random(tries) < 0.5, 1.0, -1.0)
    size = np.maximum(np.hypot(bu - au, bv - av), 1e-9)
    u = au + share * (bu - au) - gap * (bv - av) / size
    v = av + share * (bv - av) + gap * (bu - au) / size
    state = lots.state_at(u, v)
    good = np.flatnonzero((state == FREE) | (state == LINE))[:count]
    return u[good], v[good]


def _on_free_ground(lots: Lots, count: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    row, column = np.nonzero(lots.state == FREE)
    chosen = rng.integers(0, len(row), count)
    return lots.somewhere(row[chosen], column[chosen], rng)
