"""What stands around the lines: water first, then buildings, then trees, substation by substation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from grid.forge.arrays import IntArray
from grid.forge.building_sizes import RESIDENTIAL, BuildingParams
from grid.forge.building_tables import building_batch
from grid.forge.buildings import Buildings, Seated, fill_up, seat_meters
from grid.forge.config import ScaleParams
from grid.forge.errors import ForgeConfigError
from grid.forge.fleet import NONE, Fleet
from grid.forge.flooding import FloodParams
from grid.forge.lots import FREE, Lots, StreetAxes, lay_out_lots
from grid.forge.seeds import stream
from grid.forge.sites import Sites, proportional
from grid.forge.trees import TreeParams, Trees, plant_trees
from grid.forge.water import Water, WaterParams, forge_water

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class SurroundingsParams:
    """Hold the constants of what stands around the lines."""

    water: WaterParams = field(default_factory=WaterParams)
    buildings: BuildingParams = field(default_factory=BuildingParams)
    trees: TreeParams = field(default_factory=TreeParams)
    flooding: FloodParams = field(default_factory=FloodParams)


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Hold what stands around the lines.

    Attributes:
        water: the water bodies.
        trees: the trees, by substation.
        buildings: the buildings, by substation.
        axes: the streets that they stand along, by substation.
        building_of_meter: building of each meter, NONE where it stands at none.
        zone_ids: load zone of each substation.
    """

    water: Water
    trees: list[Trees]
    buildings: list[Buildings]
    axes: list[StreetAxes]
    building_of_meter: IntArray
    zone_ids: list[str]

    @property
    def building_count(self) -> int:
        """Number of buildings."""
        return sum(len(each) for each in self.buildings)

    def building_batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the buildings as rows, a substation at a time."""
        first = 0
        for buildings, axes, zone_id in zip(self.buildings, self.axes, self.zone_ids, strict=True):
            yield building_batch(buildings, axes=axes, first=first, zone_id=zone_id)
            first += len(buildings)


def forge_surroundings(
    *,
    fleet: Fleet,
    sites: Sites,
    scale: ScaleParams,
    seed: int,
    shop_frac: float,
    params: SurroundingsParams,
    progress: Progress,
) -> Surroundings:
    """Place water, buildings and trees around a grown system; meters move to the walls of their buildings.

    Args:
        fleet: the grown system.
        sites: its substations.
        scale: how many of each.
        seed: the configuration's seed.
        shop_frac: commercial part of the buildings without a meter.
        params: what they are like.
        progress: told the fraction done and the step.

    Raises:
        ForgeConfigError: if the territory has no room for them.
    """
    progress(0.0, "water")
    water = forge_water(fleet=fleet, sites=sites, count=scale.water_bodies, seed=seed, params=params.water)
    seated: list[Seated] = []
    grounds: list[_Ground] = []
    for site in sites.chosen:
        progress(0.2 + 0.4 * site.position / len(sites.chosen), f"buildings of {site.name}")
        lots = lay_out_lots(site=site, sites=sites, fleet=fleet, water=water)
        rng = stream(seed, "buildings", site.substation_id)
        span = _meters(fleet, site.position)
        found = seat_meters(lots=lots, fleet=fleet, span=span, rng=rng, params=params.buildings)
        fleet.meters.lon[span], fleet.meters.lat[span] = lots.axes.to_lonlat(found.u, found.v)
        seated.append(found)
        grounds.append(_Ground.keep(lots))
    others = _share_others(sites, seated, grounds, scale.buildings, params.buildings)
    sheds = proportional(
        min(others.sum(), round(params.buildings.sheds_per_house * _houses(seated))),
        others.astype(np.float64),
    )
    trees = proportional(scale.trees, np.array([float(site.meters) for site in sites.chosen]))
    buildings: list[Buildings] = []
    planted: list[Trees] = []
    of_meter = np.full(len(fleet.meters.lon), NONE, dtype=np.int64)
    first = 0
    for site, found, ground in zip(sites.chosen, seated, grounds, strict=True):
        at = site.position
        progress(0.6 + 0.4 * at / len(sites.chosen), f"surroundings of {site.name}")
        lots = ground.lots()
        rest = fill_up(
            lots=lots,
            count=int(others[at]),
            sheds=int(sheds[at]),
            rng=stream(seed, "other buildings", site.substation_id),
            params=params.buildings,
            shop_frac=shop_frac,
        )
        planted.append(
            plant_trees(
                lots=lots,
                fleet=fleet,
                site=site,
                count=int(trees[at]),
                rng=stream(seed, "trees", site.substation_id),
                params=params.trees,
            )
        )
        buildings.append(found.buildings.followed_by(rest))
        of_meter[_meters(fleet, at)] = np.where(found.building == NONE, NONE, found.building + first)
        first += len(buildings[-1])
    return Surroundings(
        water=water,
        trees=planted,
        buildings=buildings,
        axes=[ground.axes for ground in grounds],
        building_of_meter=of_meter,
        zone_ids=[site.zone_id for site in sites.chosen],
    )


@dataclass(frozen=True, eq=False)
class _Ground:
    """Keep a substation's lots between the two rounds, three bits to a lot."""

    axes: StreetAxes
    corner: tuple[float, float]
    shape: tuple[int, int]
    bits: list[np.ndarray[tuple[int], np.dtype[np.uint8]]]
    free: int

    @classmethod
    def keep(cls, lots: Lots) -> _Ground:
        bits = [np.packbits((lots.state >> bit) & 1) for bit in range(3)]
        rows, columns = lots.state.shape
        return cls(lots.axes, lots.corner, (rows, columns), bits, int((lots.state == FREE).sum()))

    def lots(self) -> Lots:
        size = self.shape[0] * self.shape[1]
        state = sum(
            np.unpackbits(packed, count=size).astype(np.int8) << bit for bit, packed in enumerate(self.bits)
        )
        return Lots(self.axes, self.corner, np.asarray(state, dtype=np.int8).reshape(self.shape))


def _meters(fleet: Fleet, site: int) -> slice:
    span = fleet.site_transformers(site)
    return fleet.meter_range(span.start, span.stop)


def _houses(seated: list[Seated]) -> int:
    return sum(int((each.buildings.use == RESIDENTIAL).sum()) for each in seated)


def _share_others(
    sites: Sites, seated: list[Seated], grounds: list[_Ground], wanted: int, params: BuildingParams
) -> IntArray:
    """Share the buildings without a meter in proportion to meters, within the lots that are free.

    Raises:
        ForgeConfigError: if the ground does not hold them.
    """
    most = np.array([int(params.fullest_frac * ground.free) for ground in grounds], dtype=np.int64)
    with_meter = sum(len(each.buildings) for each in seated)
    if with_meter + most.sum() < wanted or with_meter > wanted:
        raise ForgeConfigError(
            field="territory",
            problem=f"has room for {with_meter} to {with_meter + most.sum()} buildings, not for {wanted}",
        )
    weight = np.array([float(site.meters) for site in sites.chosen])
    found = np.zeros(len(most), dtype=np.int64)
    while (left := wanted - with_meter - int(found.sum())) > 0:
        room = most - found
        found += np.minimum(proportional(left, np.where(room > 0, weight, 0.0)), room)
    return found
