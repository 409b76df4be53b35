"""Every row is in the tiles of every zoom: drawn, or counted in what stands for it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import Polygon

from grid import models
from grid.selectors.map_layers import find_layer
from grid.selectors.tiles import drawing
from grid.services.tiles import refresh_layer
from tests.clients import Api
from tests.factories import grid as factories
from tests.integration.tiles.conftest import Place, Town
from tests.tiles import Feature, get_features, position, tile_of

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

ZOOMS = range(17)


def refresh(key: str) -> None:
    layer = find_layer(key)
    assert layer is not None
    refresh_layer(layer)


def tiles_of(places: list[Place], zoom: int) -> dict[tuple[int, int], list[Place]]:
    found = defaultdict(list)
    for place in places:
        found[tile_of(place.lon, place.lat, zoom)].append(place)
    return found


def rows_behind(feature: Feature) -> int:
    return int(feature.properties["count"]) if feature.properties.get("is_aggregate") else 1


@pytest.mark.parametrize("is_limited", [False, True])
@pytest.mark.parametrize("max_rows", [4000, 2])
def test_counts_of_points_add_up_in_every_tile(
    viewer_api: Api,
    limited_api: Api,
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
    is_limited: bool,
    max_rows: int,
) -> None:
    monkeypatch.setattr(drawing, "MAX_ROWS", max_rows)
    refresh("transformers")
    api = limited_api if is_limited else viewer_api
    seen = [each for each in town.transformers if not is_limited or each.zone == town.zones[0].pk]

    for zoom in (*range(13), 13, 15):
        found_tiles = tiles_of(seen, zoom)
        sample = sorted(found_tiles)[:: max(1, len(found_tiles) // 12)]
        for x, y in sample:
            features = get_features(api, "transformers", zoom, x, y)
            rows = found_tiles[x, y]
            if zoom <= 14:  # deeper, what stands for rows is of cells of zoom 14
                assert sum(map(rows_behind, features)) == len(rows), (zoom, x, y)
            if len(rows) > max_rows or zoom < 13:
                assert all(each.properties["is_aggregate"] for each in features)
                if zoom <= 14:
                    highest = max(each.properties["peak_loading_pct"] for each in features)
                    assert highest == pytest.approx(max(row.value for row in rows))
            else:
                assert {each.properties["id"] for each in features} == {row.id for row in rows}


def test_a_cell_stands_at_the_mean_of_its_rows(viewer_api: Api, town: Town) -> None:
    refresh("transformers")
    zoom = 10
    ((x, y), rows), *_ = sorted(tiles_of(town.transformers, zoom).items(), key=lambda item: -len(item[1]))

    expected = defaultdict(list)
    for row in rows:
        px, py = position(row.lon, row.lat, zoom)
        expected[int(px * 32), int(py * 32), row.zone].append(((px - x) * 4096, (py - y) * 4096))
    wanted = sorted(
        (
            len(points),
            round(sum(p[0] for p in points) / len(points)),
            round(sum(p[1] for p in points) / len(points)),
        )
        for points in expected.values()
    )
    got = sorted(
        (each.properties["count"], *each.coordinates)
        for each in get_features(viewer_api, "transformers", zoom, x, y)
    )

    assert [each[0] for each in got] == [each[0] for each in wanted]
    for (_, *at), (_, *should) in zip(sorted(got), wanted, strict=True):
        assert at == pytest.approx(should, abs=1)


def test_rows_are_where_they_stand(viewer_api: Api, town: Town) -> None:
    refresh("transformers")
    row = town.transformers[0]
    x, y = tile_of(row.lon, row.lat, 16)

    (feature,) = [
        each for each in get_features(viewer_api, "transformers", 16, x, y) if each.properties["id"] == row.id
    ]

    px, py = position(row.lon, row.lat, 16)
    assert feature.coordinates == pytest.approx([(px - x) * 4096, (py - y) * 4096], abs=1)
    assert feature.properties["peak_loading_pct"] == row.value
    assert feature.properties["rated_kva"] == 50.0
    assert 0 < feature.id < 2**53


def test_attributes_come_with_the_zoom(viewer_api: Api, town: Town) -> None:
    refresh("transformers")
    row = town.transformers[0]

    names = {
        zoom: set(
            get_features(viewer_api, "transformers", zoom, *tile_of(row.lon, row.lat, zoom))[0].properties
        )
        for zoom in (13, 14, 15)
    }

    assert names[13] == {"id", "peak_loading_pct"}
    assert names[14] - names[13] == {"circuit_id", "rated_kva", "customer_count"}
    assert names[15] - names[14] == {"name", "phases", "install_year"}


@pytest.mark.parametrize("is_limited", [False, True])
@pytest.mark.parametrize("max_bytes", [500_000, 300])
def test_merged_lines_stand_for_all_sections_at_every_zoom(
    viewer_api: Api,
    limited_api: Api,
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
    is_limited: bool,
    max_bytes: int,
) -> None:
    monkeypatch.setattr(drawing, "MAX_BYTES", max_bytes)
    refresh("lines")
    api = limited_api if is_limited else viewer_api
    seen = [each for each in town.lines if not is_limited or each.zone == town.zones[0].pk]
    by_group = Counter(each.id for each in seen)
    by_class = Counter((each.zone, each.id.partition("/")[2]) for each in seen)

    for zoom in (0, 5, 9, 10, 11):
        merged: dict[int, Feature] = {}
        # sections reach at most 0.004 degrees beyond their start
        tiles = {tile_of(each.lon + d, each.lat, zoom) for each in seen for d in (0.0, 0.004)}
        for x, y in tiles:
            for feature in get_features(api, "lines", zoom, x, y):
                assert feature.kind in {"LineString", "MultiLineString"}
                merged[feature.id] = feature
        counts = sorted(each.properties["count"] for each in merged.values())
        is_by_circuit = all("circuit_id" in each.properties for each in merged.values())
        assert sum(counts) >= len(seen)
        if max_bytes == 500_000:
            assert is_by_circuit == (zoom >= 10)
            assert counts == sorted((by_group if zoom >= 10 else by_class).values()), zoom
            length_m = sum(each.properties["length_m"] for each in merged.values())
            assert length_m == pytest.approx(100.0 * len(seen))


def test_sections_themselves_are_drawn_close_by(viewer_api: Api, town: Town) -> None:
    refresh("lines")
    section = models.LineSection.objects.get(pk="LINE-t5")
    x, y = tile_of(*section.route.coords[0], 15)

    drawn = {each.properties["id"]: each for each in get_features(viewer_api, "lines", 15, x, y)}

    assert drawn["LINE-t5"].properties["circuit_id"] == section.circuit_id
    assert drawn["LINE-t5"].kind == "LineString"
    px, py = position(*section.route.coords[0], 15)
    start, end = drawn["LINE-t5"].coordinates[0], drawn["LINE-t5"].coordinates[-1]
    at = [(px - x) * 4096, (py - y) * 4096]
    assert start == pytest.approx(at, abs=1) or end == pytest.approx(at, abs=1)


def test_an_area_is_drawn_where_it_is_large_and_counted_where_it_is_small(
    make_user: Callable[..., User], synced: None, own_stores: None
) -> None:
    viewer_api = Api(make_user("grid.view_waterbody"))
    sides_deg = (0.0001, 0.001, 0.01, 0.1, 0.8)
    for n, side in enumerate(sides_deg):
        models.WaterBody.objects.create(
            id=f"WATER-{n}",
            water_kind="POND",
            area_m2=1.0,
            outline=_square(-95.0, 29.0, side),
        )
    refresh("water_bodies")

    for zoom in ZOOMS:
        drawn: set[str] = set()
        counted: dict[int, int] = {}
        last = 2**zoom - 1
        west, north = tile_of(-95.0, 29.8, zoom)
        east, south = tile_of(-94.2, 29.0, zoom)
        near = {(x, y) for x in (west, min(west + 1, last)) for y in (south, max(south - 1, 0))}
        for x, y in near | {(east, north), (east, south)}:
            for feature in get_features(viewer_api, "water_bodies", zoom, x, y):
                if feature.properties.get("is_aggregate"):
                    counted[feature.id] = feature.properties["count"]
                else:
                    drawn.add(feature.properties["id"])
        if zoom < 13:
            pixels_of_tile = 64 / 4096 * 360 / 2**zoom
            large = {f"WATER-{n}" for n, side in enumerate(sides_deg) if side * 1.15 >= pixels_of_tile}
            assert (
                large >= drawn >= {f"WATER-{n}" for n, side in enumerate(sides_deg) if side >= pixels_of_tile}
            )
            assert sum(counted.values()) == len(sides_deg) - len(drawn), zoom
        else:
            assert not counted
            assert {"WATER-0", "WATER-1"} <= drawn


def _square(lon: float, lat: float, side: float) -> Polygon:
    square = Polygon.from_bbox((lon, lat, lon + side, lat + side))
    square.srid = 4326
    return square


def test_live_rows_are_counted_without_any_making(
    viewer_api: Api, synced: None, own_stores: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "MAX_ROWS", 2)
    circuit = factories.make_circuit()
    for n in range(5):
        factories.make_outage(
            circuit=circuit, customers_out=10 + n, location=f"SRID=4326;POINT({-95.0 + n / 1e5} 29.0)"
        )
    factories.make_outage(circuit=circuit, status="RESTORED", location="SRID=4326;POINT(-95 29)")

    (feature,) = get_features(viewer_api, "outages", 4, *tile_of(-95, 29, 4))

    assert feature.properties == {
        "is_aggregate": True,
        "count": 5,
        "customers_out": 60,
        "most_customers_out": 14,
    }


def test_a_circuit_is_the_merged_line_of_its_sections(viewer_api: Api, town: Town) -> None:
    refresh("circuits")
    circuit = town.circuits[0]
    starts = [each for each in town.lines if each.id == f"{circuit.pk}/BACKBONE"]

    found = {
        each.properties["id"]: each
        for x, y in {tile_of(row.lon, row.lat, 10) for row in starts}
        for each in get_features(viewer_api, "circuits", 10, x, y)
    }
    far = get_features(
        viewer_api, "circuits", 4, *tile_of(circuit.substation.location.x, circuit.substation.location.y, 4)
    )

    assert set(found) == {each.pk for each in town.circuits}
    assert found[circuit.pk].properties["name"] == circuit.name
    assert sum(each.properties["count"] for each in far) == models.Circuit.objects.count()
