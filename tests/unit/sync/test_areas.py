"""Areas on their way into the cache: what is one, and the reason of each that is none."""

import pyarrow as pa
import pytest
import shapely

from grid.layers import LAYERS
from grid.services.sync.checking import check_batch
from grid.services.sync.columns import Kind, columns_of
from grid.services.sync.geometry import read_areas
from grid.services.sync.rejects import Reason
from tests.integration.sync.surroundings import building

HOLED = "POLYGON ((0 0, 9 0, 9 9, 0 0), (5 1, 8 1, 8 3, 5 1))"
SEVERAL = "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))"


def check(*outlines: str | None) -> dict[str, tuple[Reason, str]]:
    """Return why the buildings of these outlines are refused, by their number."""
    rows = [building(n, footprint_wkt=outline) for n, outline in enumerate(outlines)]
    names = {"id": "building_id", "outline_wkt": "footprint_wkt"}
    columns = columns_of(LAYERS["buildings"].model)
    wanted = [name for column in columns for name in column.source_names]
    batch = pa.RecordBatch.from_pylist(
        [{name: row[names.get(name, name)] for name in wanted} for row in rows]
    )
    checked = check_batch(batch, columns)
    assert checked.accepted_count == len(outlines) - len(checked.rejects)
    return {str(each.row_key): (each.reason, each.detail) for each in checked.rejects}


def test_outlines_are_areas_of_the_shapes_their_model_holds() -> None:
    shapes = {
        (layer, column.name): column.shapes
        for layer in LAYERS
        for column in columns_of(LAYERS[layer].model)
        if column.kind == Kind.AREA
    }

    assert shapes == {
        ("buildings", "outline"): ("POLYGON",),
        ("water_bodies", "outline"): ("POLYGON", "MULTIPOLYGON"),
        ("flood_zones", "outline"): ("POLYGON", "MULTIPOLYGON"),
    }


def test_a_good_outline_is_not_changed() -> None:
    found = read_areas(pa.array([HOLED, None, SEVERAL]), ("POLYGON", "MULTIPOLYGON"))

    assert [shapely.to_wkt(shapely.from_wkb(text)) for text in found.ewkb.to_pylist() if text] == [
        HOLED,
        SEVERAL,
    ]
    assert found.ewkb.to_pylist()[1] is None
    assert {int(shapely.get_srid(shapely.from_wkb(text))) for text in found.ewkb.to_pylist() if text} == {
        4326
    }
    assert not found.unreadable.any()
    assert not found.outside.any()
    assert not found.invalid


@pytest.mark.parametrize(
    ("outline", "reason", "problem"),
    [
        (None, Reason.MISSING_VALUE, "is required"),
        ("", Reason.BAD_GEOMETRY, "is no POLYGON of closed rings"),
        ("POLYGON EMPTY", Reason.BAD_GEOMETRY, "is no POLYGON of closed rings"),
        ("POLYGON ((0 0, 1 0, 1 1, 0 1))", Reason.BAD_GEOMETRY, "is no POLYGON of closed rings"),
        ("POLYGON Z ((0 0 1, 1 0 1, 1 1 1, 0 0 1))", Reason.BAD_GEOMETRY, "is no POLYGON of closed rings"),
        (SEVERAL, Reason.BAD_GEOMETRY, "is no POLYGON of closed rings"),
        ("POINT (1 2)", Reason.BAD_GEOMETRY, "is no POLYGON of closed rings"),
        ("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))", Reason.BAD_GEOMETRY, "is not valid (Self-intersection)"),
        ("POLYGON ((0 0, 1 1, 0 0, 0 0))", Reason.BAD_GEOMETRY, "is not valid (Too few points in geometry"),
        ("POLYGON ((0 0, 181 0, 181 1, 0 0))", Reason.OUT_OF_RANGE, "leaves -180 to 180, -90 to 90 degrees"),
        ("POLYGON ((0 0, nan 0, 1 1, 0 0))", Reason.BAD_GEOMETRY, "is not valid (Invalid Coordinate)"),
    ],
)
def test_an_outline_that_is_none_is_refused_with_its_reason(
    outline: str | None, reason: Reason, problem: str
) -> None:
    good = building(0)["footprint_wkt"]

    refused = check(good, outline, good)

    assert set(refused) == {"BLD-1"}
    assert refused["BLD-1"][0] == reason
    assert refused["BLD-1"][1].startswith(f"outline_wkt {problem}")
