"""Buildings, water and trees: counts, shapes, and that they stand where they can."""

import hashlib
import math
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from django.contrib.gis.geos import GEOSGeometry, Point, Polygon
from hypothesis import given, settings
from hypothesis import strategies as st

from grid.forge.build import Forged
from grid.forge.building_sizes import BuildingParams
from grid.forge.buildings import fill_up
from grid.forge.config import SCALES
from grid.forge.fleet import NONE
from grid.forge.geodesy import LocalPlane
from grid.forge.lots import BUILDING, FREE, LOT_M, WATER, Lots, StreetAxes
from grid.forge.outlines import polygon_wkt, polygon_wkts, ring_area
from grid.forge.tree_species import SPECIES
from grid.forge.water import WaterParams, _areas, _ribbon, _star, inside, samples, water_names
from tests.unit.forge.network import Frames

METRES_PER_DEGREE = 111_195.0


@pytest.fixture(scope="module")
def buildings(tiny: Forged) -> pd.DataFrame:
    frame = pa.Table.from_batches(list(tiny.building_batches())).to_pandas()
    frame["shape"] = [GEOSGeometry(text) for text in frame.footprint_wkt]
    return frame


@pytest.fixture(scope="module")
def water(frames: Frames) -> pd.DataFrame:
    frame = frames["water_bodies"].copy()
    frame["shape"] = [GEOSGeometry(text) for text in frame.outline_wkt]
    return frame


@pytest.fixture(scope="module")
def lines(frames: Frames) -> list[GEOSGeometry]:
    return [metric(GEOSGeometry(text)) for text in frames["grid_power_lines"].route_wkt]


def metric(shape: GEOSGeometry) -> GEOSGeometry:
    """Return a shape in metres, by the length of a degree at 29.8° north."""
    east = METRES_PER_DEGREE * math.cos(math.radians(29.8))
    if shape.geom_type == "Polygon":
        return Polygon([(x * east, y * METRES_PER_DEGREE) for x, y in shape.coords[0]])
    if shape.geom_type == "Point":
        return Point(shape.x * east, shape.y * METRES_PER_DEGREE)
    return GEOSGeometry(
        f"LINESTRING ({', '.join(f'{x * east} {y * METRES_PER_DEGREE}' for x, y in shape.coords)})"
    )


def test_the_counts_are_those_of_the_scale(tiny: Forged, buildings: pd.DataFrame) -> None:
    scale = tiny.config.params
    counts = tiny.row_counts()

    assert counts["building_footprints"] == len(buildings) == scale.buildings == 1_342
    assert counts["water_bodies"] == scale.water_bodies == 6
    assert counts["trees"] == scale.trees == 25


def test_every_scale_has_buildings_water_and_trees_in_proportion_to_its_meters() -> None:
    metro = SCALES["METRO"]

    assert (metro.buildings, metro.water_bodies, metro.trees) == (2_670_707, 12_758, 49_265)
    for scale in SCALES.values():
        share = scale.meters / metro.meters
        assert scale.buildings == round(metro.buildings * share)
        assert scale.water_bodies == round(metro.water_bodies * share)
        assert scale.trees == round(metro.trees * share)


def test_footprints_are_valid_polygons_of_their_area(buildings: pd.DataFrame) -> None:
    assert buildings.building_id.is_unique
    assert buildings.building_id.str.fullmatch(r"BLD-\d{7}").all()
    for row in buildings.itertuples():
        assert row.shape.valid
        assert row.shape.geom_type == "Polygon"
        assert metric(row.shape).area == pytest.approx(row.footprint_m2, rel=0.02, abs=0.3)
        assert row.shape.contains(Point(row.longitude, row.latitude))
        assert ring_area(*np.array(row.shape.coords[0][:-1]).T) > 0.0  # counter-clockwise
    assert {len(shape.coords[0]) for shape in buildings["shape"]} == {5, 7}


def test_no_two_buildings_overlap(buildings: pd.DataFrame) -> None:
    shapes = buildings["shape"].tolist()
    boxes = np.array([shape.extent for shape in shapes])
    for i, shape in enumerate(shapes):
        near = np.flatnonzero(
            (boxes[:, 0] < boxes[i, 2])
            & (boxes[:, 2] > boxes[i, 0])
            & (boxes[:, 1] < boxes[i, 3])
            & (boxes[:, 3] > boxes[i, 1])
        )
        assert not any(shape.intersects(shapes[j]) for j in near[near > i].tolist())


def test_buildings_keep_off_the_lines(buildings: pd.DataFrame, lines: list[GEOSGeometry]) -> None:
    boxes = np.array([line.extent for line in lines])
    for shape in buildings["shape"]:
        footprint = metric(shape)
        west, south, east, north = footprint.extent
        near = np.flatnonzero(
            (boxes[:, 0] < east + 5)
            & (boxes[:, 2] > west - 5)
            & (boxes[:, 1] < north + 5)
            & (boxes[:, 3] > south - 5)
        )
        assert all(footprint.distance(lines[j]) > 2.0 for j in near.tolist())


def test_meters_stand_at_the_wall_of_their_building(frames: Frames, buildings: pd.DataFrame) -> None:
    meters = frames["meter_infrastructure"].merge(frames["meter_buildings"], on="meter_id", how="inner")
    meters = meters.merge(buildings, on="building_id", suffixes=("", "_of_building"))
    uses = {"RESIDENTIAL": "RESIDENTIAL", "COMMERCIAL": "COMMERCIAL", "INDUSTRIAL": "INDUSTRIAL"}

    assert len(meters) == len(frames["meter_buildings"]) >= 0.99 * len(frames["meter_infrastructure"])
    assert (meters.customer_class.map(uses) == meters.building_use).all()
    for row in meters.itertuples():
        assert metric(row.shape).boundary.distance(metric(Point(row.longitude, row.latitude))) < 0.1


def test_floors_and_heights_go_together(buildings: pd.DataFrame) -> None:
    floors, height = buildings.floor_count, buildings.height_m
    sheds = buildings[buildings.building_use == "OUTBUILDING"]

    assert (floors >= 1).all()
    assert height.between(2.4, 120.0).all()
    assert (height / floors).between(2.4, 14.0).all()
    assert sheds.footprint_m2.max() < 50.0
    assert (sheds.floor_count == 1).all()
    industrial = buildings[buildings.building_use == "INDUSTRIAL"]
    assert industrial.footprint_m2.median() > 10 * buildings.footprint_m2.median()


def test_water_is_valid_and_has_its_area(water: pd.DataFrame) -> None:
    assert water.water_id.is_unique
    for row in water.itertuples():
        assert row.shape.valid
        assert metric(row.shape).area == pytest.approx(row.area_m2, rel=0.02)
    assert set(water.water_kind) <= {"POND", "LAKE", "RESERVOIR", "BAYOU"}


def test_water_meets_no_line_no_building_and_no_other_water(
    water: pd.DataFrame, buildings: pd.DataFrame, lines: list[GEOSGeometry]
) -> None:
    shapes = water["shape"].tolist()
    for i, shape in enumerate(shapes):
        assert min(metric(shape).distance(line) for line in lines) > 50.0
        assert not any(shape.intersects(other) for other in shapes[i + 1 :])
        assert not any(shape.intersects(footprint) for footprint in buildings["shape"])


def test_water_but_ponds_has_a_name(water: pd.DataFrame) -> None:
    is_pond = water.water_kind == "POND"
    kinds = {"LAKE": "Lake", "RESERVOIR": "Reservoir", "BAYOU": "Bayou"}

    assert water.water_name[is_pond].isna().all()
    assert [name.split()[-1] for name in water.water_name[~is_pond]] == [
        kinds[kind] for kind in water.water_kind[~is_pond]
    ]


@given(
    seed=st.integers(0, 2**32 - 1), kinds=st.lists(st.sampled_from(["POND", "LAKE", "BAYOU"]), max_size=60)
)
def test_names_of_water_differ_while_there_are_words(seed: int, kinds: list[str]) -> None:
    names = [name for name in water_names(kinds, np.random.default_rng(seed)) if name is not None]

    assert len(names) == len(kinds) - kinds.count("POND")
    assert len({name.split()[0] for name in names}) == len(names)


def test_trees_and_buildings_lie_in_the_zone_of_their_substation(
    frames: Frames, buildings: pd.DataFrame
) -> None:
    zone_of = frames["substations"].set_index("substation_id").zone_id
    meters = frames["meter_infrastructure"].merge(frames["meter_buildings"], on="meter_id")
    zones = buildings.set_index("building_id").zone_id

    assert (meters.building_id.map(zones) == meters.substation_id.map(zone_of)).all()
    assert set(zones) == set(frames["trees"].zone_id) <= set(zone_of)


def test_trees_stand_on_dry_open_ground(
    frames: Frames, water: pd.DataFrame, buildings: pd.DataFrame, lines: list[GEOSGeometry]
) -> None:
    trees = frames["trees"]
    gaps = []
    for row in trees.itertuples():
        at = Point(row.longitude, row.latitude)
        assert not any(shape.contains(at) for shape in [*water["shape"], *buildings["shape"]])
        gaps.append(min(metric(at).distance(line) for line in lines))

    assert trees.tree_id.is_unique
    assert 0.2 < np.mean(np.array(gaps) < 40.0) < 0.95


def test_trees_are_of_their_species(frames: Frames) -> None:
    known = {each.species: each for each in SPECIES}

    assert sum(each.share for each in SPECIES) == pytest.approx(1.0)
    for row in frames["trees"].itertuples():
        species = known[row.species]
        assert row.common_name == species.common_name
        assert 1.0 < row.height_m < species.grown_m * 1.6
        assert row.crown_radius_m == pytest.approx(row.height_m * species.spread, abs=0.01)
        assert 0.0 <= row.growth_m_per_year < species.young_growth_m


def test_everything_stands_in_the_territory(
    tiny: Forged, buildings: pd.DataFrame, water: pd.DataFrame
) -> None:
    west, south, east, north = tiny.bounds
    for shape in [*buildings["shape"], *water["shape"]]:
        x0, y0, x1, y1 = shape.extent
        assert west < x0 < x1 < east
        assert south < y0 < y1 < north


def test_another_process_makes_the_same_surroundings(tiny: Forged) -> None:
    script = (
        "import hashlib, pyarrow as pa\n"
        "from datetime import datetime\n"
        "from grid.forge import ForgeConfig\n"
        "from grid.forge.build import forge\n"
        "f = forge(config=ForgeConfig.tiny(end_at=datetime(2025, 8, 12, 17, 20)))\n"
        "h = hashlib.sha256()\n"
        "for t in [pa.Table.from_batches(list(f.building_batches())),\n"
        "          *(f.tables[n] for n in ('water_bodies', 'flood_zones', 'trees', 'meter_buildings'))]:\n"
        "    h.update(repr(t.to_pydict()).encode())\n"
        "print(h.hexdigest())\n"
    )
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    ours = hashlib.sha256()
    for table in [
        pa.Table.from_batches(list(tiny.building_batches())),
        *(tiny.tables[name] for name in ("water_bodies", "flood_zones", "trees", "meter_buildings")),
    ]:
        ours.update(repr(table.to_pydict()).encode())
    assert other.stdout.split() == [ours.hexdigest()]


def seeds() -> st.SearchStrategy[int]:
    return st.integers(0, 2**32 - 1)


@given(seed=seeds(), area=st.floats(600.0, 6e6))
def test_every_outline_of_water_is_a_simple_polygon_of_area_one(seed: int, area: float) -> None:
    rng = np.random.default_rng(seed)
    for shape in (_star(area, rng), _ribbon(rng)):
        polygon = GEOSGeometry(polygon_wkt(shape[:, 0], shape[:, 1]))
        assert polygon.valid
        assert polygon.area == pytest.approx(1.0, rel=1e-4)


@given(seed=seeds())
def test_areas_of_water_are_within_their_bounds(seed: int) -> None:
    params = WaterParams()
    area = _areas(50, np.random.default_rng(seed), params)

    assert (area >= params.least_m2 * (1 - 1e-9)).all()
    assert (area <= params.most_m2 * (1 + 1e-9)).all()


def test_areas_of_water_follow_their_power_law() -> None:
    """Above ten times the least area lie 10^-1.06 of all, but for the cut at the top."""
    params = WaterParams()
    area = _areas(200_000, np.random.default_rng(1), params)

    assert np.mean(area > 10 * params.least_m2) == pytest.approx(10**-params.tail, rel=0.03)
    assert np.mean(area > 1000 * params.least_m2) == pytest.approx(1000**-params.tail, rel=0.25)


@given(seed=seeds())
def test_inside_agrees_with_geos(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = _star(1e5, rng) if seed % 2 else _ribbon(rng)
    polygon = GEOSGeometry(f"POLYGON (({', '.join(f'{x} {y}' for x, y in [*shape, shape[0]])}))")
    points = rng.uniform(-1.0, 1.0, (40, 2))

    found = inside(points[:, 0], points[:, 1], shape[:, 0], shape[:, 1])

    assert found.tolist() == [polygon.contains(Point(x, y)) for x, y in points.tolist()]


@given(
    ends=st.lists(st.tuples(*[st.floats(-500, 500)] * 4), min_size=1, max_size=5), step=st.floats(1.0, 50.0)
)
def test_samples_run_from_end_to_end_without_gaps(ends: list[tuple[float, ...]], step: float) -> None:
    x = np.array([value for end in ends for value in (end[0], end[2])])
    y = np.array([value for end in ends for value in (end[1], end[3])])
    start = np.arange(len(ends)) * 2

    u, v = samples(x, y, start, start + 1, step)

    position = 0
    for index, end in enumerate(ends):
        count = math.ceil(math.hypot(end[2] - end[0], end[3] - end[1]) / step) + 1
        mine = slice(position, position + count)
        assert (u[mine][0], v[mine][0]) == pytest.approx((end[0], end[1]))
        if count > 1:
            assert (u[mine][-1], v[mine][-1]) == pytest.approx((end[2], end[3]))
            assert np.hypot(np.diff(u[mine]), np.diff(v[mine])).max() <= step * (1 + 1e-9)
        position += count
        assert index < len(ends)
    assert position == len(u)


def plain_lots(rows: int, columns: int) -> Lots:
    axes = StreetAxes(LocalPlane(-95.3, 29.7), 0.1)
    return Lots(axes, (-columns * LOT_M / 2, -rows * LOT_M / 2), np.zeros((rows, columns), dtype=np.int8))


@settings(max_examples=30)
@given(seed=seeds(), count=st.integers(0, 60), taken=st.integers(0, 40))
def test_buildings_that_fill_up_take_free_lots_each_its_own(seed: int, count: int, taken: int) -> None:
    rng = np.random.default_rng(seed)
    lots = plain_lots(10, 12)
    lots.state.ravel()[rng.permutation(120)[:taken]] = WATER
    before = lots.state.copy()

    made = fill_up(lots=lots, count=count, sheds=count // 2, rng=rng, params=BuildingParams(), shop_frac=0.1)

    row, column = lots.at(made.u, made.v)
    assert len(set(zip(row.tolist(), column.tolist(), strict=True))) == len(made) == count
    assert (before[row, column] == FREE).all()
    assert (lots.state == BUILDING).sum() == count
    assert (lots.state == WATER).sum() == taken
    assert (made.width <= LOT_M).all()
    assert (made.depth <= LOT_M).all()


@given(seed=seeds(), rows=st.integers(1, 4), columns=st.integers(1, 4))
def test_free_blocks_are_those_without_a_taken_lot(seed: int, rows: int, columns: int) -> None:
    lots = plain_lots(9, 11)
    lots.state[np.random.default_rng(seed).random((9, 11)) < 0.1] = BUILDING

    free = lots.blocks_free(rows, columns)

    for i in range(free.shape[0]):
        for j in range(free.shape[1]):
            block = lots.state[i * rows : (i + 1) * rows, j * columns : (j + 1) * columns]
            assert free[i, j] == bool((block == FREE).all())


def test_street_axes_lead_back() -> None:
    axes = StreetAxes(LocalPlane(-95.3, 29.7), 0.17)
    lon, lat = np.array([-95.31, -95.27]), np.array([29.71, 29.66])

    assert np.allclose(axes.to_lonlat(*axes.to_uv(lon, lat)), (lon, lat), atol=1e-12)


def test_rings_of_one_size_are_written_like_single_ones() -> None:
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(-96, -95, (4, 5)), rng.uniform(29, 30, (4, 5))

    assert polygon_wkts(lon, lat) == [polygon_wkt(lon[i], lat[i]) for i in range(4)]


def test_a_meter_without_a_building_has_no_row(tiny: Forged, frames: Frames) -> None:
    unseated = (tiny._surroundings.building_of_meter == NONE).sum()

    assert len(frames["meter_buildings"]) + unseated == len(frames["meter_infrastructure"])


def test_buildings_can_be_made_anew(tiny: Forged) -> None:
    first, second = (pa.Table.from_batches(list(tiny.building_batches())) for _ in range(2))

    assert first.equals(second)
