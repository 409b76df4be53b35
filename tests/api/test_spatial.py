"""Spatial questions against brute force over every row, by distances of another formula (Vincenty)."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import LineString, MultiPolygon, Point, Polygon
from django.utils import timezone

from grid import models
from tests.api.spatial_questions import (
    CIRCUITS,
    CONNECTED,
    IMPACT,
    INSIDE,
    NEAR,
    NEAREST,
    NEAREST_LINE,
    STAR,
    impact_of,
)
from tests.clients import Api
from tests.factories.grid import make_branch, make_transformer_load
from tests.geodesics import vincenty_m
from tests.scattered import CENTRE, SPREAD_DEG, Scattered, scatter

PLACES = [CENTRE, (CENTRE[0] + 0.02, CENTRE[1] - 0.025), (CENTRE[0] - SPREAD_DEG, CENTRE[1] + SPREAD_DEG)]


@pytest.fixture
def scattered(synced: None) -> Scattered:
    return scatter()


def away_m(row: Any, place: tuple[float, float]) -> float:
    return vincenty_m(row.location.x, row.location.y, *place)


def nearest_of_line(line: LineString, place: tuple[float, float]) -> tuple[float, tuple[float, float]]:
    """Return the shortest distance from a place to a line, and where; by trying every part of it."""
    best = (math.inf, (0.0, 0.0))
    for (x1, y1), (x2, y2) in pairwise(line.coords):

        def at(share: float, ends: tuple[float, ...] = (x1, y1, x2, y2)) -> tuple[float, float]:
            return ends[0] + share * (ends[2] - ends[0]), ends[1] + share * (ends[3] - ends[1])

        low, high = 0.0, 1.0
        for _ in range(60):
            left, right = low + (high - low) / 3, high - (high - low) / 3
            if vincenty_m(*at(left), *place) < vincenty_m(*at(right), *place):
                high = right
            else:
                low = left
        best = min(best, (vincenty_m(*at(low), *place), at(low)))
    return best


def is_inside(lon: float, lat: float, ring: list[list[float]]) -> bool:
    """Return whether a ray to the east crosses a ring an odd number of times."""
    crossings = 0
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > lat) != (y2 > lat) and lon < x1 + (lat - y1) / (y2 - y1) * (x2 - x1):
            crossings += 1
    return crossings % 2 == 1


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("first", "most"), [(1, 10_000.0), (20, 10_000.0), (250, 100_000.0), (50, 900.0)])
def test_the_nearest_meters_are_those_of_brute_force(
    scattered: Scattered, viewer_api: Api, place: tuple[float, float], first: int, most: float
) -> None:
    found = viewer_api.data(NEAREST, lon=place[0], lat=place[1], classes=["METER"], first=first, most=most)[
        "nearestAssets"
    ]

    expected = sorted((away_m(meter, place), meter.pk) for meter in scattered.meters)
    expected = [each for each in expected if each[0] <= most][:first]
    assert [each["assetId"] for each in found] == [key for _, key in expected]
    assert [each["distanceM"] for each in found] == pytest.approx([away for away, _ in expected], abs=0.001)


def test_classes_are_merged_by_distance_and_tell_of_themselves(scattered: Scattered, viewer_api: Api) -> None:
    found = viewer_api.data(
        NEAREST, lon=CENTRE[0], lat=CENTRE[1], classes=["METER", "TRANSFORMER", "METER"], first=40
    )["nearestAssets"]

    both = [*scattered.meters, *scattered.transformers]
    expected = sorted(both, key=lambda row: away_m(row, CENTRE))[:40]
    assert [each["assetId"] for each in found] == [row.pk for row in expected]
    unit = next(each for each in found if each["kind"] == "TRANSFORMER")
    row = models.Transformer.objects.get(pk=unit["assetId"])
    assert unit["title"] == row.name
    assert (unit["circuitId"], unit["substationId"]) == (row.circuit_id, row.substation_id)
    assert (unit["lon"], unit["lat"]) == (row.location.x, row.location.y)
    assert unit["attributes"] == {
        "ratedKva": 50.0,
        "peakLoadingPct": row.peak_loading_pct,
        "customerCount": 10,
    }


def test_customers_are_found_at_their_meter_and_their_names_are_masked(
    scattered: Scattered, viewer: User, viewer_api: Api, make_user: Callable[..., User]
) -> None:
    asked = {"lon": CENTRE[0], "lat": CENTRE[1], "classes": ["CUSTOMER"], "first": 5}
    found = viewer_api.data(NEAREST, **asked)["nearestAssets"]
    shown = Api(make_user("grid.view_customer", "grid.view_customer_pii")).data(NEAREST, **asked)

    meters = {meter.pk: meter for meter in scattered.meters}
    expected = sorted((away_m(meters[each.meter_id], CENTRE), each.pk) for each in scattered.customers)[:5]
    assert [each["assetId"] for each in found] == [key for _, key in expected]
    assert {each["title"] for each in found} == {"J. S."}
    assert {each["title"] for each in shown["nearestAssets"]} == {"Juniper Sample"}
    assert "Juniper" not in str(found)


def test_a_line_across_the_map_is_measured_along_the_ellipsoid(synced: None, viewer_api: Api) -> None:
    far = LineString((-100.0, 31.0), (-95.0, 31.0), srid=4326)
    make_branch(id="BR-LONG", route=far, length_km=477.0)

    # The geodesic between its ends bulges about 1.5 km to the north of the 31st parallel.
    found = viewer_api.data(NEAREST_LINE, lon=-97.5, lat=31.02, most=3000.0, classes=["BRANCH"])

    (line,) = [found["nearestLine"]["line"]]
    assert line["distanceM"] < 3000.0
    assert vincenty_m(-97.5, 31.02, line["lon"], line["lat"]) == pytest.approx(line["distanceM"], abs=1.0)
    assert line["lat"] > 31.02


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("radius", [300.0, 1500.0])
def test_lines_near_a_place_are_those_of_brute_force(
    scattered: Scattered, viewer_api: Api, place: tuple[float, float], radius: float
) -> None:
    found = viewer_api.data(NEAR, lon=place[0], lat=place[1], radius=radius, first=7)["linesNear"]

    measured = [(nearest_of_line(line.route, place), line) for line in scattered.lines]
    near = sorted((each for each in measured if each[0][0] <= radius), key=lambda each: each[0][0])
    assert found["count"] == len(near)
    assert found["totalLengthKm"] == pytest.approx(sum(line.length_m for _, line in near) / 1000.0)
    assert [each["line"]["assetId"] for each in found["lines"]] == [line.pk for _, line in near[:7]]
    for each, ((away, at), line) in zip(found["lines"], near, strict=False):
        assert each["line"]["distanceM"] == pytest.approx(away, abs=0.01)
        assert vincenty_m(each["line"]["lon"], each["line"]["lat"], *at) < 0.5
        assert each["lengthM"] == line.length_m


def test_the_nearest_line_is_that_of_brute_force_or_none(scattered: Scattered, viewer_api: Api) -> None:
    for place in PLACES:
        found = viewer_api.data(NEAREST_LINE, lon=place[0], lat=place[1], most=5000.0)["nearestLine"]
        away, line = min((nearest_of_line(line.route, place)[0], line.pk) for line in scattered.lines)
        assert found["line"]["assetId"] == line
        assert found["line"]["distanceM"] == pytest.approx(away, abs=0.01)

    assert viewer_api.data(NEAREST_LINE, lon=-90.0, lat=20.0)["nearestLine"] is None


def test_what_is_in_a_star_is_that_of_brute_force_page_by_page(scattered: Scattered, viewer_api: Api) -> None:
    area = {"polygon": {"type": "Polygon", "coordinates": [STAR]}}
    expected = [m.pk for m in scattered.meters if is_inside(m.location.x, m.location.y, STAR)]

    both = viewer_api.data(INSIDE, area=area, classes=["METER", "TRANSFORMER"], first=3)["assetsIn"]
    pages: list[str] = []
    after = None
    while True:
        (page,) = viewer_api.data(INSIDE, area=area, classes=["METER"], first=20, after=after)["assetsIn"][
            "classes"
        ]
        pages += [each["assetId"] for each in page["assets"]]
        after = page["endCursor"]
        if not page["hasNextPage"]:
            break

    assert 20 < len(expected) < 200
    assert pages == expected
    assert [(each["kind"], each["count"]) for each in both["classes"]] == [
        ("METER", len(expected)),
        (
            "TRANSFORMER",
            sum(is_inside(t.location.x, t.location.y, STAR) for t in scattered.transformers),
        ),
    ]
    outer, inner = 0.025, 0.01
    star_deg2 = 5 * outer * inner * math.sin(math.pi / 5)
    assert both["areaKm2"] == pytest.approx(
        star_deg2 * 111.195**2 * math.cos(math.radians(CENTRE[1])), rel=0.005
    )


@pytest.mark.parametrize("radius", [400.0, 2000.0])
def test_what_is_in_a_circle_or_a_corridor_is_that_of_brute_force(
    scattered: Scattered, viewer_api: Api, radius: float
) -> None:
    circle = {"circle": {"lon": CENTRE[0], "lat": CENTRE[1], "radiusM": radius}}
    path = [[CENTRE[0] - 0.02, CENTRE[1]], [CENTRE[0] + 0.02, CENTRE[1] + 0.01]]
    corridor = {"corridor": {"path": path, "widthM": radius}}

    (around,) = viewer_api.data(INSIDE, area=circle, classes=["METER"], first=250)["assetsIn"]["classes"]
    (along,) = viewer_api.data(INSIDE, area=corridor, classes=["METER"], first=250)["assetsIn"]["classes"]

    near = [m.pk for m in scattered.meters if away_m(m, CENTRE) <= radius]
    way = LineString(*path, srid=4326)
    beside = [
        m.pk for m in scattered.meters if nearest_of_line(way, (m.location.x, m.location.y))[0] <= radius / 2
    ]
    assert [each["assetId"] for each in around["assets"]] == near
    assert [each["assetId"] for each in along["assets"]] == beside
    assert near
    assert beside


def test_the_impact_of_a_circle_counts_everybody_once(scattered: Scattered, viewer_api: Api) -> None:
    for unit in scattered.transformers[:20]:
        make_transformer_load(transformer=unit, energy_kwh=20.0)
    circle = {"circle": {"lon": CENTRE[0], "lat": CENTRE[1], "radiusM": 1500.0}}

    found = viewer_api.data(IMPACT, area=circle)["outageImpact"]

    inside = [m for m in scattered.meters if away_m(m, CENTRE) <= 1500.0]
    expected = impact_of(scattered, inside)
    assert {key: found[key] for key in expected} == expected
    assert (found["basis"], found["deviceKind"]) == ("AREA", None)
    assert sum(each["customers"] for each in found["critical"]) == expected["criticalCustomers"]
    by_circuit = {each["circuitId"]: each for each in found["circuits"]}
    for circuit in scattered.circuits:
        mine = impact_of(scattered, [m for m in inside if m.circuit_id == circuit.pk])
        assert {key: by_circuit[circuit.pk][key] for key in ("meters", "customers", "transformers")} == {
            key: mine[key] for key in ("meters", "customers", "transformers")
        }
    loaded = {unit.pk for unit in scattered.transformers[:20]}
    # Ten meters a transformer, so each meter inside counts for 2 kW.
    assert found["loadKw"] == pytest.approx(2.0 * sum(m.transformer_id in loaded for m in inside))
    assert found["transformersWithLoad"] == len(loaded & {m.transformer_id for m in inside})
    assert found["buildings"] is None
    assert found["buildingsReason"] == "The cache holds no buildings."


def test_the_impact_of_a_device_is_what_it_feeds_and_not_what_is_near(
    scattered: Scattered, viewer_api: Api
) -> None:
    unit = scattered.transformers[3]
    make_transformer_load(transformer=unit, energy_kwh=28.5)

    found = viewer_api.data(IMPACT, device=unit.pk)["outageImpact"]
    circuit = viewer_api.data(IMPACT, device="CKT-0")["outageImpact"]
    meter = viewer_api.data(IMPACT, device="MTR-0000")["outageImpact"]

    mine = [m for m in scattered.meters if m.transformer_id == unit.pk]
    expected = impact_of(scattered, mine)
    assert {key: found[key] for key in expected} == expected
    assert (found["basis"], found["deviceKind"], found["partialTransformers"]) == ("DEVICE", "Transformer", 0)
    assert found["loadKw"] == 28.5
    assert found["loadHour"] is not None
    whole = impact_of(scattered, [m for m in scattered.meters if m.circuit_id == "CKT-0"])
    assert {key: circuit[key] for key in whole} == whole
    assert (meter["meters"], meter["loadKw"]) == (1, None)


def test_the_impact_counts_the_buildings_that_the_meters_are_at(
    scattered: Scattered, viewer_api: Api
) -> None:
    def house(key: str, lon: float, lat: float) -> models.Building:
        half = 5e-5
        outline = Polygon.from_bbox((lon - half, lat, lon + half, lat + half))
        outline.srid = 4326
        return models.Building(id=key, outline=outline, footprint_m2=50.0, zone=scattered.zones[0])

    first, second, other, *_ = scattered.meters
    second.location = Point(first.location.x + 2e-5, first.location.y, srid=4326)
    second.save()
    models.Building.objects.bulk_create(
        [
            house("BLD-SHARED", first.location.x, first.location.y),  # both meters on its wall
            house("BLD-NEAR", first.location.x, first.location.y - 9e-5),  # its wall 4 m away
            house("BLD-ELSEWHERE", other.location.x, other.location.y),
        ]
    )
    tight = {"circle": {"lon": first.location.x, "lat": first.location.y, "radiusM": 5.0}}

    found = viewer_api.data(IMPACT, area=tight)["outageImpact"]

    assert (found["meters"], found["buildings"], found["buildingsReason"]) == (2, 1, None)


def test_the_circuits_at_a_place_are_those_whose_ground_holds_it(
    scattered: Scattered, viewer_api: Api
) -> None:
    for n, circuit in enumerate(scattered.circuits):
        box = Polygon.from_bbox(
            (CENTRE[0] - 0.02 + 0.02 * n, CENTRE[1], CENTRE[0] + 0.02 * n, CENTRE[1] + 0.02)
        )
        models.ServiceArea.objects.create(
            id=circuit.pk,
            zone=circuit.zone,
            circuit=circuit,
            substation=circuit.substation,
            boundary=MultiPolygon(box, srid=4326),
            area_km2=4.3,
            transformer_count=15,
            computed_at=timezone.now(),
        )

    (west,) = viewer_api.data(CIRCUITS, lon=CENTRE[0] - 0.001, lat=CENTRE[1] + 0.001)["circuitsAt"]
    border = viewer_api.data(CIRCUITS, lon=CENTRE[0], lat=CENTRE[1] + 0.001)["circuitsAt"]
    nowhere = viewer_api.data(CIRCUITS, lon=CENTRE[0], lat=CENTRE[1] - 0.001)["circuitsAt"]

    assert (west["circuitId"], west["substationId"], west["areaKm2"]) == ("CKT-0", "SUB-0", 4.3)
    assert west["meterCount"] == sum(m.circuit_id == "CKT-0" for m in scattered.meters)
    assert (west["centreLon"], west["centreLat"]) == pytest.approx((CENTRE[0] - 0.01, CENTRE[1] + 0.01))
    assert [each["circuitId"] for each in border] == ["CKT-0", "CKT-1"]
    assert nowhere == []


def test_what_is_connected_to_a_line_follows_from_its_nodes_and_not_from_nearness(
    synced: None, viewer_api: Api, own_stores: None
) -> None:
    from tests.factories.grid import (
        make_circuit,
        make_customer,
        make_line_section,
        make_meter,
        make_pole,
        make_switch,
        make_transformer,
    )

    circuit = make_circuit(id="CKT-C")
    make_switch(id="BRK", circuit=circuit, from_node=circuit.substation_id, to_node="n0")
    first = make_line_section(id="L1", circuit=circuit, from_node="n0", to_node="n1")
    second = make_line_section(id="L2", circuit=circuit, from_node="n1", to_node="n2")
    make_line_section(id="L3", circuit=circuit, from_node="n2", to_node="n3")
    make_switch(id="FUSE", circuit=circuit, kind="FUSE", from_node="n2", to_node="n4", line=second)
    lateral = make_line_section(id="L4", circuit=circuit, from_node="n4", to_node="n5")
    make_line_section(id="NEXT-TO-IT", route=second.route)
    make_pole(id="P1", circuit=circuit, line=second)
    make_pole(id="P2", circuit=circuit, line=first)
    make_customer(meter=make_meter(transformer=make_transformer(id="T2", line=second, node="n2")))
    make_customer(meter=make_meter(transformer=make_transformer(id="T5", line=lateral, node="n5")))

    found = viewer_api.data(CONNECTED, id="L2")["assetsOfLine"]
    unfed = viewer_api.data(CONNECTED, id="NEXT-TO-IT")["assetsOfLine"]

    assert [(each["kind"], each["assetId"]) for each in found["feedsFrom"]] == [("LINE", "L1")]
    assert [(each["kind"], each["assetId"]) for each in found["feeds"]] == [
        ("LINE", "L3"),
        ("SWITCH", "FUSE"),
    ]
    assert [each["assetId"] for each in found["transformers"]] == ["T2"]
    assert [each["assetId"] for each in found["poles"]] == ["P1"]
    assert [each["assetId"] for each in found["switches"]] == ["FUSE"]
    assert (found["isFed"], found["meterCount"], found["customerCount"]) == (True, 1, 1)
    assert (found["transformersBehind"], found["metersBehind"], found["customersBehind"]) == (2, 2, 2)
    assert (unfed["isFed"], unfed["feedsFrom"], unfed["feeds"]) == (False, [], [])
