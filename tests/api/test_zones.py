"""A user limited to zones sees nothing of any other, by whatever way."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pytest
from django.contrib.auth.models import User

from grid import models
from grid.selectors.map_layers import COLUMN_LAYERS as LAYERS
from tests.api.asset_classes import ZONED, AssetClass, name_of
from tests.api.selections import select_everything
from tests.api.test_lookups import relay_id
from tests.clients import Api
from tests.factories import computed, surroundings
from tests.factories import grid as factories

LAYER_OF_CLASS = {"lines": "lines", "branches": "branches"}


@dataclass(frozen=True, kw_only=True)
class Territory:
    """A zone with one row of each class."""

    zone: models.Zone
    rows: dict[str, Any]


def make_territory() -> Territory:
    zone = factories.make_zone()
    substation = factories.make_substation(zone=zone, name=f"Hub {zone.pk}")
    other = factories.make_substation(zone=zone, name=f"Rim {zone.pk}")
    bus, far_bus = (factories.make_bus(substation=each) for each in (substation, other))
    circuit = factories.make_circuit(substation=substation, name=f"Feeder {zone.pk}")
    line = factories.make_line_section(circuit=circuit)
    transformer = factories.make_transformer(line=line, name=f"Bank {zone.pk}")
    factories.make_transformer_load(transformer=transformer)
    meter = factories.make_meter(transformer=transformer)
    outage = factories.make_outage(circuit=circuit)
    return Territory(
        zone=zone,
        rows={
            "substations": substation,
            "buses": bus,
            "branches": factories.make_branch(from_bus=bus, to_bus=far_bus),
            "plants": factories.make_plant(bus=bus),
            "circuits": circuit,
            "lines": line,
            "switches": factories.make_switch(circuit=circuit),
            "poles": factories.make_pole(circuit=circuit),
            "transformers": transformer,
            "meters": meter,
            "customers": factories.make_customer(meter=meter),
            "outages": outage,
            "workOrders": factories.make_work_order(circuit=circuit),
            "outageInterruptions": factories.make_interruption(outage=outage, transformer=transformer),
            "crews": factories.make_crew(home_substation=circuit.substation),
            "trees": surroundings.make_tree(zone=zone),
            "buildings": surroundings.make_building(zone=zone),
            "assetHealths": computed.make_asset_health(circuit=circuit),
        },
    )


@pytest.fixture
def home(synced: None) -> Territory:
    """Return the territory the viewer is limited to."""
    return make_territory()


@pytest.fixture
def abroad(synced: None) -> Territory:
    """Return a territory that is none of the viewer's business."""
    return make_territory()


@pytest.fixture
def limited_api(viewer: User, home: Territory, abroad: Territory) -> Api:
    """Return the client of a viewer limited to the home territory."""
    factories.grant_zone(user=viewer, zone=home.zone)
    return Api(User.objects.get(pk=viewer.pk))


@pytest.mark.parametrize("asset_class", ZONED, ids=name_of)
def test_lists_lookups_nodes_and_entities_stop_at_the_border(
    limited_api: Api, home: Territory, abroad: Territory, asset_class: AssetClass
) -> None:
    everything = select_everything(asset_class.type_name)
    listed = limited_api.data(f"{{ {asset_class.root} {{ totalCount edges {{ node {everything} }} }} }}")[
        asset_class.root
    ]
    expected = set(
        type(home.rows[asset_class.root]).objects.filter(zone=home.zone).values_list("pk", flat=True)
    )
    assert {edge["node"]["assetId"] for edge in listed["edges"]} == expected
    assert listed["totalCount"] == len(expected) > 0

    query = f"""query ($key: String!, $id: ID!, $r: [_Any!]!) {{
        one: {asset_class.one}(assetId: $key) {{ assetId }} node(id: $id) {{ id }}
        _entities(representations: $r) {{ ... on {asset_class.type_name} {{ assetId }} }} }}"""
    for territory, is_visible in ((home, True), (abroad, False)):
        key = territory.rows[asset_class.root].pk
        global_id = relay_id(asset_class.type_name, key)
        reference = {"__typename": asset_class.type_name, "assetId": key}
        data = limited_api.data(query, key=key, id=global_id, r=[reference])

        found = {"one": {"assetId": key}, "node": {"id": global_id}, "_entities": [{"assetId": key}]}
        nothing = {"one": None, "node": None, "_entities": [None]}
        assert data == (found if is_visible else nothing)


def test_nested_lists_stop_at_the_border(limited_api: Api, home: Territory, abroad: Territory) -> None:
    hub = home.rows["substations"]
    stray = factories.make_circuit(substation=hub, zone=abroad.zone)
    factories.make_branch(from_bus=home.rows["buses"], to_bus=abroad.rows["buses"], zone=abroad.zone)

    query = """query ($id: String!) { substation(assetId: $id) {
        circuits { totalCount edges { node { assetId } } }
        branchesFrom { totalCount edges { node { assetId } } } } }"""
    substation = limited_api.data(query, id=hub.pk)["substation"]

    own = home.rows["circuits"].pk
    assert stray.pk != own
    assert substation["circuits"] == {"totalCount": 1, "edges": [{"node": {"assetId": own}}]}
    branches = substation["branchesFrom"]
    assert branches == {"totalCount": 1, "edges": [{"node": {"assetId": home.rows["branches"].pk}}]}


@pytest.mark.parametrize("way", ["lookup", "connection", "node", "entity"])
def test_the_far_end_of_a_branch_across_the_border_is_null(
    limited_api: Api, home: Territory, abroad: Territory, way: str
) -> None:
    branch = factories.make_branch(id="BR-border", from_bus=home.rows["buses"], to_bus=abroad.rows["buses"])
    ends = """{ assetId fromSubstation { assetId } toSubstation { assetId }
        fromBus { assetId } toBus { assetId substation { name } } }"""
    queries = {
        "lookup": f'{{ found: branch(assetId: "BR-border") {ends} }}',
        "connection": f"""{{ found: branches(filters: {{assetId: {{exact: "BR-border"}}}})
            {{ edges {{ node {ends} }} }} }}""",
        "node": f'{{ found: node(id: "{relay_id("Branch", branch.pk)}") {{ ... on Branch {ends} }} }}',
        "entity": f"""{{ found: _entities(representations: [{{__typename: "Branch", assetId: "BR-border"}}])
            {{ ... on Branch {ends} }} }}""",
    }

    found = limited_api.data(queries[way])["found"]

    if way == "connection":
        found = found["edges"][0]["node"]
    elif way == "entity":
        found = found[0]
    assert found == {
        "assetId": "BR-border",
        "fromSubstation": {"assetId": home.rows["substations"].pk},
        "toSubstation": None,
        "fromBus": {"assetId": home.rows["buses"].pk},
        "toBus": None,
    }


def test_a_bus_and_its_substation_may_lie_in_different_zones(
    limited_api: Api, home: Territory, abroad: Territory
) -> None:
    bus = factories.make_bus(substation=abroad.rows["substations"], zone=home.zone)
    plant = factories.make_plant(
        bus=abroad.rows["buses"], substation=home.rows["substations"], zone=home.zone
    )
    query = """query ($bus: String!, $plant: String!) {
        bus(assetId: $bus) { assetId substation { assetId } }
        plant(assetId: $plant) { assetId bus { assetId } } }"""

    data = limited_api.data(query, bus=bus.pk, plant=plant.pk)

    assert data["bus"] == {"assetId": bus.pk, "substation": None}
    assert data["plant"] == {"assetId": plant.pk, "bus": None}


def test_a_tie_to_a_circuit_abroad_hides_that_circuit(
    limited_api: Api, home: Territory, abroad: Territory
) -> None:
    switch = factories.make_switch(circuit=home.rows["circuits"], other_circuit=abroad.rows["circuits"])

    found = limited_api.data(
        "query ($id: String!) { switch(assetId: $id) { assetId otherCircuit { assetId } } }", id=switch.pk
    )["switch"]

    assert found == {"assetId": switch.pk, "otherCircuit": None}


def test_search_stops_at_the_border(limited_api: Api, home: Territory, abroad: Territory) -> None:
    query = "query ($text: String!) { search(text: $text, first: 50) { assetId } }"
    for text in ("Hub", "Feeder", "Bank", "SUB-", "CKT-", "XFMR-", "BR-", "MTR-", "SW-", "BLD-"):
        found = {hit["assetId"] for hit in limited_api.data(query, text=text)["search"]}

        foreign = {row.pk for row in abroad.rows.values()}
        own = {row.pk for row in home.rows.values()}
        assert found & own, text
        assert not found & foreign, text


def test_the_key_figures_count_the_own_zone_only(limited_api: Api) -> None:
    figures = {each["key"]: each["value"] for each in limited_api.data("{ kpis { key value } }")["kpis"]}

    assert figures["activeOutages"] == 1
    assert figures["customersOut"] == 6
    assert figures["openWorkOrders"] == 1
    assert figures["loadMw"] == pytest.approx(0.0285)


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.key)
def test_columns_stop_at_the_border(
    limited_api: Api, viewer_api: Api, home: Territory, abroad: Territory, layer: Any
) -> None:
    response = limited_api.get(f"/columns/{layer.key}")
    assert response.status_code == 200
    keys = set(pa.ipc.open_stream(response.content).read_all().column("id").to_pylist())

    assert home.rows[layer.key].pk in keys
    assert not keys & {row.pk for row in abroad.rows.values()}


def test_the_viewer_is_told_their_zones(limited_api: Api, home: Territory) -> None:
    assert limited_api.data("{ viewer { zoneIds } }") == {"viewer": {"zoneIds": [home.zone.pk]}}


def test_a_user_without_grants_sees_every_zone(make_user: Any, home: Territory, abroad: Territory) -> None:
    api = Api(make_user(roles=("viewer",)))

    assert api.data("{ circuits { totalCount } }") == {"circuits": {"totalCount": 2}}


def test_the_zone_of_an_asset_is_part_of_it(limited_api: Api, home: Territory) -> None:
    query = "query ($id: String!) { substation(assetId: $id) { zone { id name } } }"

    zone = limited_api.data(query, id=home.rows["substations"].pk)["substation"]["zone"]

    assert zone == {"id": home.zone.pk, "name": home.zone.name}
