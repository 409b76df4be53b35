"""The map's first question."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User

from grid.services.service_areas import draw_service_areas
from grid.services.status import refresh_status
from tests.clients import Api
from tests.factories.grid import (
    grant_zone,
    make_customer,
    make_interruption,
    make_meter,
    make_outage,
    make_transformer,
)

pytestmark = pytest.mark.usefixtures("synced")

QUERY = """{ initialLoad {
    site { territoryName timeZone }
    layers { ms reason code items { key status } }
    substations { ms reason code items { assetId name lon lat status customers circuitCount } }
    circuits { ms reason code items { assetId name substationId status customersOut loadMw } }
    serviceAreas { ms reason code items { circuitId areaKm2 boundary } }
    activeOutages { ms reason code items { assetId circuitId status customersOut lon lat version } }
    kpis { ms reason code items { key value } }
} }"""
PARTS = ("layers", "substations", "circuits", "serviceAreas", "activeOutages", "kpis")


def asked(api: Api) -> dict[str, Any]:
    return dict(api.data(QUERY)["initialLoad"])


def make_town() -> Any:
    """Create a transformer with a customer who is out."""
    transformer = make_transformer()
    make_customer(meter=make_meter(transformer=transformer))
    make_interruption(transformer=transformer, customers=1)
    refresh_status()
    draw_service_areas()
    return transformer


def test_every_part_is_there_with_its_time(viewer_api: Api) -> None:
    transformer = make_town()
    circuit = transformer.circuit

    found = asked(viewer_api)

    for part in PARTS:
        assert found[part]["reason"] is None, part
        assert found[part]["ms"] > 0
    (substation,) = found["substations"]["items"]
    place = circuit.substation.location
    assert (substation["assetId"], substation["name"]) == (circuit.substation_id, circuit.substation.name)
    assert (substation["lon"], substation["lat"], substation["circuitCount"]) == (place.x, place.y, 1)
    assert found["circuits"]["items"] == [
        {
            "assetId": circuit.pk,
            "name": circuit.name,
            "substationId": circuit.substation_id,
            "status": "OUTAGE",
            "customersOut": 1,
            "loadMw": None,
        }
    ]
    (area,) = found["serviceAreas"]["items"]
    assert (area["circuitId"], area["boundary"]["type"]) == (circuit.pk, "MultiPolygon")
    (outage,) = found["activeOutages"]["items"]
    assert (outage["circuitId"], outage["status"], outage["version"]) == (circuit.pk, "CONFIRMED", 1)
    assert {"customersOut", "activeOutages"} <= {each["key"] for each in found["kpis"]["items"]}
    assert "transformers" in {each["key"] for each in found["layers"]["items"]}


def test_it_says_the_same_as_the_lists(viewer_api: Api) -> None:
    make_town()
    make_town()

    found = asked(viewer_api)
    lists = viewer_api.data(
        """{ circuitStatuses { edges { node { assetId status customersOut } } }
             serviceAreas { edges { node { assetId boundary } } } }"""
    )

    of_lists = [edge["node"] for edge in lists["circuitStatuses"]["edges"]]
    marks = [{key: each[key] for key in of_lists[0]} for each in found["circuits"]["items"]]
    assert marks == of_lists
    shapes = {edge["node"]["assetId"]: edge["node"]["boundary"] for edge in lists["serviceAreas"]["edges"]}
    for area in found["serviceAreas"]["items"]:
        assert json.dumps(area["boundary"]) == json.dumps(shapes[area["circuitId"]])


def test_a_user_limited_to_a_zone_begins_with_that_zone(viewer: User, viewer_api: Api) -> None:
    here, _there = make_town(), make_town()
    grant_zone(user=viewer, zone=here.zone)

    found = asked(viewer_api)

    for part, key in (("circuits", "assetId"), ("serviceAreas", "circuitId"), ("activeOutages", "circuitId")):
        assert [each[key] for each in found[part]["items"]] == [here.circuit_id]
    assert [each["assetId"] for each in found["substations"]["items"]] == [here.substation_id]


def test_a_part_the_user_may_not_see_is_null_and_says_why(make_user: Any) -> None:
    make_town()
    api = Api(make_user("grid.view_circuitstatus"))

    found = asked(api)

    assert len(found["circuits"]["items"]) == 1
    for part in ("substations", "serviceAreas", "activeOutages", "kpis"):
        assert (found[part]["items"], found[part]["code"]) == (None, "PERMISSION_DENIED")
        assert "You need the permission" in found[part]["reason"]


def test_only_what_is_selected_is_read(viewer_api: Api, django_assert_max_num_queries: Any) -> None:
    make_outage()
    with django_assert_max_num_queries(12):
        viewer_api.data("{ initialLoad { activeOutages { items { assetId } } } }")


def test_it_needs_a_login(anonymous_api: Api) -> None:
    assert anonymous_api.code("{ initialLoad { site { timeZone } } }") == "UNAUTHENTICATED"
