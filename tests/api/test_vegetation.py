"""Trees near lines in GraphQL: lists, the explanation, clusters, cells, spans, and what changes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import h3
import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import LineString, Point

from flux_site.jobs.models import Job
from grid import models
from tests.clients import Api
from tests.factories.computed import make_tree_risk, make_vegetation_line, make_work_package
from tests.factories.grid import HOUSTON, grant_zone, make_circuit, make_line_section

pytestmark = pytest.mark.django_db

AROUND = [HOUSTON[0] - 0.02, HOUSTON[1] - 0.02, HOUSTON[0] + 0.02, HOUSTON[1] + 0.02]
RISK = """query ($area: AreaInput, $circuit: String, $filters: TreeRiskFilter, $ordering: [TreeRiskOrder!]) {
  vegetationRisk(area: $area, circuitId: $circuit, filters: $filters, ordering: $ordering, first: 50) {
    totalCount edges { node { assetId lon lat level circuit { assetId } customerMinutesPerYear } } } }"""
CLUSTERS = """query ($area: AreaInput!, $within: Float!, $least: Int!, $levels: [String!]) {
  vegetationClusters(area: $area, withinM: $within, minTrees: $least, levels: $levels) {
    treeCount urgentCount level customerMinutesPerYear lon lat outline circuitIds } }"""
HEATMAP = """query ($area: AreaInput!, $resolution: Int!, $measure: VegetationMeasure!) {
  vegetationHeatmap(area: $area, resolution: $resolution, measure: $measure) {
    cell value treeCount boundary } }"""
SPANS = """query ($area: AreaInput, $circuit: String, $first: Int!, $line: String, $levels: [String!]) {
  spansAtRisk(area: $area, circuitId: $circuit, first: $first, lineId: $line, levels: $levels) {
    lineId route level growInLevel fallInLevel clearanceM clearanceDeficitM
    circuitId customers treeCount strikingCount encroachingCount earliestYears strikesPerYear
    customerMinutesPerYear } }"""
EXPLAINED = """query ($tree: String!) { vegetationExplanation(treeId: $tree) {
    assumptions lines { lineId growInLevel fallInLevel steps { name value unit text } } } }"""
RECORD = """mutation ($input: RecordTreeInspectionInput!) { recordTreeInspection(input: $input) {
    ... on TreeRisk { assetId isStale } ... on OperationInfo { code field message } } }"""
ORDER = """mutation ($input: CreateVegetationWorkOrderInput!) { createVegetationWorkOrder(input: $input) {
    ... on WorkOrder { assetId workType priority estimatedHours }
    ... on OperationInfo { code field message } } }"""


def place(east_m: float, north_m: float) -> Point:
    """Return a point so far from the middle of Houston."""
    return Point(HOUSTON[0] + east_m / 96_600.0, HOUSTON[1] + north_m / 110_860.0, srid=4326)


def nodes(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [edge["node"] for edge in data["vegetationRisk"]["edges"]]


def test_trees_are_listed_by_area_circuit_level_and_cost(viewer_api: Api) -> None:
    circuit = make_circuit()
    low = make_tree_risk(circuit=circuit, location=place(0, 0), customer_minutes_per_year=1.0)
    unknown = make_tree_risk(circuit=circuit, location=place(10, 0), customer_minutes_per_year=None)
    high = make_tree_risk(
        circuit=circuit, location=place(20, 0), customer_minutes_per_year=9.0, level="CRITICAL"
    )
    far = make_tree_risk(location=Point(-94.0, 29.0, srid=4326))
    worst = {"ordering": [{"customerMinutesPerYear": "DESC"}]}

    found = nodes(viewer_api.data(RISK, area={"bbox": AROUND}, **worst))

    assert [each["assetId"] for each in found] == [high.pk, low.pk, unknown.pk]
    assert found[0]["circuit"] == {"assetId": circuit.pk}
    assert found[0]["lon"] == pytest.approx(high.location.x)
    by_circuit = nodes(viewer_api.data(RISK, circuit=far.circuit_id))
    assert [each["assetId"] for each in by_circuit] == [far.pk]
    critical = nodes(viewer_api.data(RISK, filters={"level": {"exact": "CRITICAL"}}))
    assert [each["assetId"] for each in critical] == [high.pk]


def test_users_limited_to_a_zone_see_its_trees_only(viewer: User, viewer_api: Api) -> None:
    mine, other = make_tree_risk(location=place(0, 0)), make_tree_risk(location=place(5, 0))
    for number in range(4):
        make_tree_risk(circuit=other.circuit, location=place(6 + number, 0))
    make_vegetation_line(line=make_line_section(id=mine.fall_in_line_id, circuit=mine.circuit))
    make_vegetation_line(line=make_line_section(id=other.fall_in_line_id, circuit=other.circuit))
    make_work_package(line=make_line_section(circuit=other.circuit))
    grant_zone(user=viewer, zone=mine.zone)
    area = {"bbox": AROUND}

    assert [each["assetId"] for each in nodes(viewer_api.data(RISK, area=area))] == [mine.pk]
    assert viewer_api.data(CLUSTERS, area=area, within=50.0, least=2)["vegetationClusters"] == []
    cells = viewer_api.data(HEATMAP, area=area, resolution=9, measure="TREES")["vegetationHeatmap"]
    assert sum(each["treeCount"] for each in cells) == 1
    spans = viewer_api.data(SPANS, area=area, first=10)["spansAtRisk"]
    assert [each["lineId"] for each in spans] == [mine.fall_in_line_id]
    packages = "{ vegetationWorkPackages { totalCount } }"
    assert viewer_api.data(packages)["vegetationWorkPackages"]["totalCount"] == 0
    assert viewer_api.data(EXPLAINED, tree=other.pk)["vegetationExplanation"] is None


def test_clusters_join_what_is_within_the_distance_in_metres(viewer_api: Api) -> None:
    circuit = make_circuit()
    for number in range(4):  # a chain whose steps are 40 m
        level = "HIGH" if number == 2 else "LOW"
        make_tree_risk(circuit=circuit, location=place(40.0 * number, 0), level=level)
    for number in range(3):
        make_tree_risk(circuit=circuit, location=place(1000.0, 30.0 * number))
    make_tree_risk(circuit=circuit, location=place(-1000.0, 0))
    area = {"bbox": AROUND}

    together = viewer_api.data(CLUSTERS, area=area, within=42.0, least=3)["vegetationClusters"]
    apart = viewer_api.data(CLUSTERS, area=area, within=38.0, least=3)["vegetationClusters"]

    assert [each["treeCount"] for each in together] == [4, 3]
    assert (together[0]["urgentCount"], together[0]["level"]) == (1, "HIGH")
    assert together[0]["customerMinutesPerYear"] == pytest.approx(4 * 18.4)
    assert together[0]["lon"] == pytest.approx(place(60, 0).x, abs=1e-6)
    assert together[0]["circuitIds"] == [circuit.pk]
    assert together[0]["outline"]["type"] == "LineString"
    assert [each["treeCount"] for each in apart] == [3]


def test_cells_hold_the_sums_of_their_trees(viewer_api: Api) -> None:
    circuit, expected = make_circuit(), {}
    for number in range(12):
        at = place(150.0 * number, 60.0 * number)
        make_tree_risk(circuit=circuit, location=at, customer_minutes_per_year=float(number) or None)
        cell = h3.latlng_to_cell(at.y, at.x, 9)
        expected[cell] = expected.get(cell, 0.0) + number

    found = viewer_api.data(HEATMAP, area={"bbox": AROUND}, resolution=9, measure="CUSTOMER_MINUTES")

    cells = found["vegetationHeatmap"]
    assert {each["cell"]: each["value"] for each in cells} == expected
    ring = cells[0]["boundary"]["coordinates"][0]
    assert (len(ring), ring[0]) == (7, ring[-1])
    trees = viewer_api.data(HEATMAP, area={"bbox": AROUND}, resolution=9, measure="URGENT_TREES")
    assert sum(each["value"] for each in trees["vegetationHeatmap"]) == 0


def test_spans_are_ranked_by_what_their_trees_cost(viewer_api: Api) -> None:
    circuit = make_circuit()
    first, second = make_line_section(circuit=circuit), make_line_section(circuit=circuit)
    for line, costs in ((first, [5.0, 2.0]), (second, [30.0, None])):
        make_vegetation_line(line=line)
        for cost in costs:
            make_tree_risk(
                circuit=circuit,
                fall_in_line_id=line.pk,
                grow_in_line_id=first.pk,
                clearance_deficit_m=0.5,
                years_to_encroachment=0.0,
                customer_minutes_per_year=cost,
                strikes_per_year=0.001,
            )

    spans = viewer_api.data(SPANS, circuit=circuit.pk, first=10)["spansAtRisk"]

    assert [(each["lineId"], each["customerMinutesPerYear"]) for each in spans] == [
        (second.pk, 30.0),
        (first.pk, 7.0),
    ]
    assert [each["encroachingCount"] for each in spans] == [0, 4]
    assert spans[0]["strikesPerYear"] == pytest.approx(0.002)
    assert len(viewer_api.data(SPANS, first=1)["spansAtRisk"]) == 1


def test_a_span_has_its_route_and_the_worst_of_its_trees(viewer_api: Api) -> None:
    circuit = make_circuit()
    first, second = make_line_section(circuit=circuit), make_line_section(circuit=circuit)
    for line in (first, second):
        make_vegetation_line(line=line)
    make_tree_risk(circuit=circuit, fall_in_line_id=first.pk, grow_in_line_id=first.pk, fall_in_level="HIGH")
    make_tree_risk(
        circuit=circuit, fall_in_line_id=second.pk, grow_in_line_id=first.pk, clearance_deficit_m=0.25
    )

    (span,) = viewer_api.data(SPANS, first=10, line=first.pk)["spansAtRisk"]

    assert (span["level"], span["growInLevel"], span["fallInLevel"]) == ("HIGH", "LOW", "HIGH")
    assert (span["clearanceM"], span["clearanceDeficitM"]) == (3.05, 0.25)
    assert span["route"]["type"] == "LineString"
    assert span["route"]["coordinates"][0] == pytest.approx(list(first.route.coords[0]), abs=1e-6)
    of_low = viewer_api.data(SPANS, first=10, levels=["LOW"])["spansAtRisk"]
    assert [each["lineId"] for each in of_low] == [second.pk]
    (error,) = viewer_api.run(SPANS, first=10, levels=["x' OR 1=1"])["errors"]
    assert error["extensions"]["field"] == "levels"


def test_the_explanation_has_every_number_with_its_reason(viewer_api: Api) -> None:
    at = place(0, 0)
    tree = make_tree_risk(location=at)
    line = make_line_section(
        circuit=tree.circuit,
        route=LineString(place(10, -500).coords, place(10, 500).coords, srid=4326),
    )
    make_vegetation_line(line=line, lowest_m=12.0, blowout_m=0.0, clearance_m=1.7)

    found = viewer_api.data(EXPLAINED, tree=tree.pk)["vegetationExplanation"]

    (explained,) = found["lines"]
    assert (explained["lineId"], explained["growInLevel"]) == (line.pk, "LOW")
    steps = {step["name"]: step for step in explained["steps"]}
    assert steps["distance_m"]["value"] == pytest.approx(10.0, abs=0.05)
    assert steps["reach_m"]["value"] == pytest.approx(15.62, abs=0.05)
    assert steps["overstrike_m"]["value"] == pytest.approx(2.38, abs=0.05)
    assert steps["years_to_encroachment"]["value"] == pytest.approx(2.9 / 0.18, abs=0.5)
    assert "SW-1" in steps["customers"]["text"]
    assert steps["customer_minutes_per_year"]["value"] == pytest.approx(
        steps["strikes_per_year"]["value"] * 120 * 180
    )
    assert all(step["text"] for step in explained["steps"])
    assert any("60 m" in each for each in found["assumptions"])


@pytest.mark.parametrize(
    ("query", "variables", "code", "field"),
    [
        (CLUSTERS, {"area": {"bbox": AROUND}, "within": 0.0, "least": 5}, "BAD_INPUT", "withinM"),
        (CLUSTERS, {"area": {"bbox": AROUND}, "within": 50.0, "least": 1}, "BAD_INPUT", "minTrees"),
        (
            CLUSTERS,
            {"area": {"bbox": AROUND}, "within": 50.0, "least": 5, "levels": ["x' OR 1=1"]},
            "BAD_INPUT",
            "levels",
        ),
        (
            HEATMAP,
            {"area": {"bbox": AROUND}, "resolution": 15, "measure": "TREES"},
            "BAD_INPUT",
            "resolution",
        ),
        (SPANS, {"first": 0}, "BAD_INPUT", "first"),
        (SPANS, {"first": 501}, "BAD_INPUT", "first"),
        (RISK, {"area": {}}, "BAD_INPUT", "area"),
        (
            RISK,
            {
                "area": {
                    "polygon": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
                }
            },
            "BAD_INPUT",
            "area.polygon",
        ),
    ],
)
def test_bad_input_is_named(
    viewer_api: Api, query: str, variables: dict[str, Any], code: str, field: str
) -> None:
    (error,) = viewer_api.run(query, **variables)["errors"]

    assert error["extensions"]["code"] == code
    assert error["extensions"]["field"].startswith(field)


def test_too_many_trees_are_refused(viewer_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grid.selectors.vegetation.patterns.MOST_TREES", 1)
    for number in range(2):
        make_tree_risk(location=place(number, 0))

    (error,) = viewer_api.run(CLUSTERS, area={"bbox": AROUND}, within=50.0, least=2)["errors"]

    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"


def test_text_that_looks_like_sql_finds_nothing(viewer_api: Api) -> None:
    make_tree_risk()

    assert viewer_api.data(SPANS, circuit="' OR 1=1 --", first=5)["spansAtRisk"] == []
    assert nodes(viewer_api.data(RISK, circuit="'; DROP TABLE grid_treerisk; --")) == []


def test_an_inspection_is_recorded_and_the_tree_waits_to_be_assessed(operator_api: Api) -> None:
    tree = make_tree_risk()

    done = operator_api.data(
        RECORD, input={"treeId": tree.pk, "failureLikelihood": "PROBABLE", "lean": "AWAY", "note": "Fungus"}
    )["recordTreeInspection"]

    assert done == {"assetId": tree.pk, "isStale": True}
    inspection = models.TreeInspection.objects.get()
    assert (inspection.failure_likelihood, inspection.lean, inspection.zone_id) == (
        "PROBABLE",
        "AWAY",
        tree.zone_id,
    )
    assert inspection.inspector


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"treeId": "TREE-NONE"}, "NOT_FOUND", "treeId"),
        ({"failureLikelihood": "SURE"}, "BAD_INPUT", "failureLikelihood"),
        ({"lean": "LEFT"}, "BAD_INPUT", "lean"),
        ({"inspectedAt": "2999-01-01T00:00:00Z"}, "BAD_INPUT", "inspectedAt"),
        ({"note": "x" * 3000}, "BAD_INPUT", "note"),
    ],
)
def test_a_wrong_inspection_is_refused(
    operator_api: Api, fields: dict[str, Any], code: str, field: str
) -> None:
    tree = make_tree_risk()
    given = {"treeId": tree.pk, "failureLikelihood": "POSSIBLE", **fields}

    found = operator_api.data(RECORD, input=given)["recordTreeInspection"]

    assert (found["code"], found["field"]) == (code, field)
    assert not models.TreeInspection.objects.exists()


def test_an_order_is_made_of_a_package_once(operator_api: Api) -> None:
    package = make_work_package()

    made = operator_api.data(ORDER, input={"packageId": package.pk})["createVegetationWorkOrder"]
    again = operator_api.data(ORDER, input={"packageId": package.pk})["createVegetationWorkOrder"]
    missing = operator_api.data(ORDER, input={"packageId": "LINE-NONE"})["createVegetationWorkOrder"]

    assert (made["workType"], made["priority"], made["estimatedHours"]) == ("VEGETATION_TRIM", "MEDIUM", 2.5)
    assert (again["code"], again["field"]) == ("BAD_INPUT", "packageId")
    assert missing["code"] == "NOT_FOUND"
    assert models.WorkOrder.objects.get().asset_id == package.pk
    make_work_package()  # has none
    waiting = "{ vegetationWorkPackages(filters: {workOrderId: {isNull: true}}) { totalCount } }"
    ordered = waiting.replace("true", "false").replace("totalCount", "edges { node { assetId } }")
    assert operator_api.data(waiting)["vegetationWorkPackages"]["totalCount"] == 1
    (edge,) = operator_api.data(ordered)["vegetationWorkPackages"]["edges"]
    assert edge["node"]["assetId"] == package.pk
    models.WorkOrder.objects.update(status="COMPLETED")
    assert "assetId" in operator_api.data(ORDER, input={"packageId": package.pk})["createVegetationWorkOrder"]


def test_an_assessment_is_queued_once(
    operator_api: Api, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    start = "mutation { startVegetationAssessment { ... on Job { kind status } } }"

    with django_capture_on_commit_callbacks():
        for _ in range(2):
            found = operator_api.data(start)["startVegetationAssessment"]
            assert found == {"kind": "grid.vegetation", "status": "QUEUED"}

    assert Job.objects.count() == 1
