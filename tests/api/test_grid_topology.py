"""The transmission network as nodes and edges over GraphQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grid import models
from tests.clients import Api
from tests.factories.grid import grant_zone
from tests.small_network import SmallNetwork, make_small_network

QUERY = """query ($interconnect: String, $zone: String, $substations: [String!], $kv: Float,
        $first: Int! = 500, $offset: Int! = 0) {
    gridTopology(interconnect: $interconnect, zoneId: $zone, substationIds: $substations, leastKv: $kv,
            first: $first, offset: $offset) {
        nodeCount edgesOutCount
        nodes { busId substationName loadMw capacityMw edgeCount }
        edges { branchId fromBusId toBusId kind xPu ratingMva baseFlowMw } } }"""
near = pytest.approx


def ask(api: Api, **values: Any) -> dict[str, Any]:
    found: dict[str, Any] = api.data(QUERY, **values)["gridTopology"]
    return found


def test_the_network_by_hand(viewer_api: Api, small_network: SmallNetwork) -> None:
    models.Branch.objects.filter(pk="BR-9013").update(rating_mva=None)
    models.Branch.objects.filter(pk="BR-9014").update(in_service=False)
    models.Plant.objects.filter(pk="PLANT-9003").update(in_service=False)

    found = ask(viewer_api)

    assert found["nodeCount"] == 3
    assert [tuple(node.values()) for node in found["nodes"]] == [
        ("BUS-9001", "Corner 1", 0.0, 300.0, 2),
        ("BUS-9002", "Corner 2", 100.0, 0.0, 1),
        ("BUS-9003", "Corner 3", 100.0, 0.0, 1),
    ]
    assert [tuple(edge.values()) for edge in found["edges"]] == [
        ("BR-9012", "BUS-9001", "BUS-9002", "LINE", near(0.1), 150.0, 100.0),
        ("BR-9013", "BUS-9001", "BUS-9003", "LINE", near(0.1), None, 100.0),
    ]
    assert found["edgesOutCount"] == 0


def test_a_page_has_the_edges_within_and_counts_those_that_lead_out(
    viewer_api: Api, small_network: SmallNetwork
) -> None:
    found = ask(viewer_api, first=2, offset=1)

    assert [node["busId"] for node in found["nodes"]] == ["BUS-9002", "BUS-9003"]
    assert [edge["branchId"] for edge in found["edges"]] == ["BR-9014"]
    assert (found["nodeCount"], found["edgesOutCount"]) == (3, 2)
    assert ask(viewer_api, first=0) == {"nodeCount": 3, "edgesOutCount": 0, "nodes": [], "edges": []}


def test_parts_of_the_network(viewer_api: Api, small_network: SmallNetwork) -> None:
    other = make_small_network("Western", first=8001)
    models.Bus.objects.filter(pk="BUS-8001").update(base_kv=500.0)

    def buses(**values: Any) -> list[str]:
        return [node["busId"] for node in ask(viewer_api, **values)["nodes"]]

    assert buses(interconnect="Western") == ["BUS-8001", "BUS-8002", "BUS-8003"]
    assert buses(zone=other.zone.pk) == ["BUS-8001", "BUS-8002", "BUS-8003"]
    assert buses(substations=["SUB-9002", "SUB-8003", "SUB-none"]) == ["BUS-8003", "BUS-9002"]
    assert buses(kv=500.0) == ["BUS-8001"]
    assert buses(interconnect="Mars") == []


def test_a_user_sees_the_zones_granted(make_user: Callable[..., User], small_network: SmallNetwork) -> None:
    other = make_small_network("Western", first=8001)
    limited = make_user(roles=("viewer",))
    grant_zone(user=limited, zone=other.zone)

    found = ask(Api(limited))

    assert {node["busId"] for node in found["nodes"]} == {"BUS-8001", "BUS-8002", "BUS-8003"}
    assert found["nodeCount"] == 3


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"first": -1}, "first"),
        ({"first": 2001}, "first"),
        ({"offset": -1}, "offset"),
        ({"substations": [f"SUB-{number}" for number in range(2001)]}, "substationIds"),
    ],
)
def test_a_page_that_cannot_be_is_refused(
    viewer_api: Api, synced: None, values: dict[str, Any], field: str
) -> None:
    assert viewer_api.error(QUERY, **values)["extensions"] == {"code": "BAD_INPUT", "field": field}


def test_each_class_that_is_shown_needs_its_permission(make_user: Callable[..., User], synced: None) -> None:
    needed = ["grid.view_bus", "grid.view_branch", "grid.view_plant", "grid.view_substation"]
    for missing in needed:
        user = make_user(*(permission for permission in needed if permission != missing))
        assert Api(user).error(QUERY)["extensions"]["code"] == "PERMISSION_DENIED"
    assert ask(Api(make_user(*needed)))["nodeCount"] == 0


def test_more_nodes_take_no_more_queries(viewer_api: Api, small_network: SmallNetwork) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            ask(viewer_api)
        return len(captured)

    ask(viewer_api)
    few = queries()
    make_small_network("Western", first=8001)
    assert queries() == few
