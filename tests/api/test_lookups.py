"""One asset: by natural key, by Relay id, by federation reference."""

import base64
from typing import Any

import pytest

from tests.api.asset_classes import ASSET_CLASSES, LOOKED_UP, AssetClass, name_of
from tests.api.selections import object_type, select_everything
from tests.clients import Api
from tests.factories.cascade import make_run, make_scenario
from tests.factories.grid import make_substation, make_transformer, make_transformer_load, make_zone
from tests.factories.jobs import make_job

pytestmark = pytest.mark.usefixtures("synced")

ENTITIES = """query ($r: [_Any!]!) { _entities(representations: $r) {
    __typename ... on Substation { name assetId } } }"""


def relay_id(type_name: str, key: object) -> str:
    return base64.b64encode(f"{type_name}:{key}".encode()).decode()


@pytest.mark.parametrize("asset_class", LOOKED_UP, ids=name_of)
def test_an_asset_is_found_by_its_natural_key(viewer_api: Api, asset_class: AssetClass) -> None:
    row = asset_class.make()
    asset_class.make()

    query = f"query ($key: String!) {{ {asset_class.one}(assetId: $key) {{ id assetId }} }}"
    found = viewer_api.data(query, key=row.pk)[asset_class.one]

    assert found == {"id": relay_id(asset_class.type_name, row.pk), "assetId": row.pk}


@pytest.mark.parametrize("key", ["NONE-1", "", " ", "x" * 5000, "'; DROP TABLE grid_bus; --", "SUB-1\n"])
@pytest.mark.parametrize("asset_class", LOOKED_UP[:2], ids=name_of)
def test_an_unknown_key_is_null(viewer_api: Api, asset_class: AssetClass, key: str) -> None:
    asset_class.make(id="SUB-1")

    query = f"query ($key: String!) {{ {asset_class.one}(assetId: $key) {{ id }} }}"

    assert viewer_api.data(query, key=key) == {asset_class.one: None}


def test_a_key_that_the_database_refuses_is_bad_input(viewer_api: Api) -> None:
    query = "query ($key: String!) { substation(assetId: $key) { id } }"

    assert viewer_api.code(query, key="SUB-\x00") == "BAD_INPUT"


@pytest.mark.parametrize("asset_class", ASSET_CLASSES, ids=name_of)
def test_the_relay_id_leads_back_to_the_row(viewer_api: Api, synced: None, asset_class: AssetClass) -> None:
    row = asset_class.make()
    everything = select_everything(asset_class.type_name)
    query = f"{{ {asset_class.root} {{ edges {{ node {{ id }} }} }} }}"
    ids = [edge["node"]["id"] for edge in viewer_api.data(query)[asset_class.root]["edges"]]
    assert relay_id(asset_class.type_name, row.pk) in ids

    query = f"""query ($id: ID!) {{ node(id: $id) {{
        __typename id ... on {asset_class.type_name} {everything} }} }}"""
    node = viewer_api.data(query, id=relay_id(asset_class.type_name, row.pk))["node"]

    assert node["__typename"] == asset_class.type_name
    if asset_class.one:
        assert node["assetId"] == row.pk


def test_jobs_scenarios_and_runs_are_nodes_too(planner_api: Api) -> None:
    for type_name, row in (("Job", make_job()), ("Scenario", make_scenario()), ("CascadeRun", make_run())):
        global_id = relay_id(type_name, row.pk)

        node = planner_api.data("query ($id: ID!) { node(id: $id) { __typename id } }", id=global_id)["node"]

        assert node == {"__typename": type_name, "id": global_id}


@pytest.mark.parametrize(
    "key",
    [
        relay_id("Substation", "SUB-none"),
        relay_id("Job", "00000000-0000-0000-0000-000000000000"),
        relay_id("CascadeRun", 123456789),
    ],
)
def test_the_relay_id_of_nothing_is_null(planner_api: Api, key: str) -> None:
    assert planner_api.data("query ($id: ID!) { node(id: $id) { id } }", id=key) == {"node": None}


@pytest.mark.parametrize(
    "key",
    [
        "",
        "nonsense",
        "SUB-1",
        relay_id("Nothing", "1"),
        relay_id("Viewer", "1"),
        relay_id("Query", "1"),
        relay_id("Zone", "ZONE-1"),
        relay_id("Job", "not-a-uuid"),
        relay_id("CascadeRun", "abc"),
        relay_id("CascadeRun", "99999999999999999999999999"),
        relay_id("Substation", "a\x00b"),
        base64.b64encode(b"\xff\xfe").decode(),
        base64.b64encode(b"Substation").decode(),
    ],
)
def test_a_malformed_relay_id_is_bad_input_or_null(planner_api: Api, key: str) -> None:
    make_zone(id="ZONE-1")

    answer = planner_api.run("query ($id: ID!) { node(id: $id) { id } }", id=key)

    assert answer["data"] in ({"node": None}, None)
    assert {error["extensions"]["code"] for error in answer.get("errors", ())} <= {"BAD_INPUT"}


@pytest.mark.parametrize("asset_class", LOOKED_UP, ids=name_of)
def test_an_entity_is_found_by_its_natural_key(viewer_api: Api, asset_class: AssetClass) -> None:
    row = asset_class.make()
    query = f"""query ($r: [_Any!]!) {{ _entities(representations: $r) {{
        __typename ... on {asset_class.type_name} {{ assetId id }} }} }}"""

    representations = [{"__typename": asset_class.type_name, "assetId": key} for key in (row.pk, "NONE-1")]
    found = viewer_api.data(query, r=representations)["_entities"]

    expected = {
        "__typename": asset_class.type_name,
        "assetId": row.pk,
        "id": relay_id(asset_class.type_name, row.pk),
    }
    assert found == [expected, None]


@pytest.mark.parametrize(
    "representation",
    [
        {"assetId": "SUB-1"},
        {"__typename": "Nothing", "assetId": "SUB-1"},
        {"__typename": "Viewer", "username": "root"},
        {"__typename": "LoginInput", "username": "root", "password": "x"},
        {"__typename": "Substation"},
        {"__typename": "Substation", "assetId": 7},
        {"__typename": "Substation", "assetId": None},
        {"__typename": ["Substation"], "assetId": "SUB-1"},
        "Substation",
    ],
)
def test_a_malformed_representation_is_bad_input_and_harms_no_other(
    viewer_api: Api, representation: Any
) -> None:
    make_substation(id="SUB-1", name="Alder")

    answer = viewer_api.run(ENTITIES, r=[representation, {"__typename": "Substation", "assetId": "SUB-1"}])

    assert [error["extensions"] for error in answer["errors"]] == [
        {"code": "BAD_INPUT", "field": "representations"}
    ]
    assert answer["errors"][0]["path"] == ["_entities", 0]
    assert answer["data"]["_entities"] == [
        None,
        {"__typename": "Substation", "name": "Alder", "assetId": "SUB-1"},
    ]


def test_more_representations_than_fit_a_page_are_refused(viewer_api: Api) -> None:
    one = {"__typename": "Substation", "assetId": "SUB-1"}

    assert viewer_api.code(ENTITIES, r=[one] * 251) == "LIMIT_EXCEEDED"
    assert viewer_api.data(ENTITIES, r=[one] * 250) == {"_entities": [None] * 250}


def test_the_subgraph_schema_has_a_key_on_each_entity(viewer_api: Api) -> None:
    sdl = viewer_api.data("{ _service { sdl } }")["_service"]["sdl"]

    for asset_class in LOOKED_UP:
        heading = next(line for line in sdl.splitlines() if line.startswith(f"type {asset_class.type_name} "))
        assert '@key(fields: "assetId")' in heading


def test_the_latest_load_hangs_on_its_transformer(viewer_api: Api) -> None:
    transformer = make_transformer()
    make_transformer_load(transformer=transformer, loading_pct=61.5)
    other = make_transformer()
    query = "query ($id: String!) { transformer(assetId: $id) { latestLoad { loadingPct } } }"

    assert viewer_api.data(query, id=transformer.pk)["transformer"] == {"latestLoad": {"loadingPct": 61.5}}
    assert viewer_api.data(query, id=other.pk)["transformer"] == {"latestLoad": None}


def test_geometry_comes_as_numbers_and_as_geojson(viewer_api: Api) -> None:
    from tests.factories.grid import make_branch, make_line_section

    line = make_line_section(route="SRID=4326;LINESTRING(-95.5 29.5, -95.25 29.75)")
    inside = make_branch(route=None)
    query = """query ($line: String!, $branch: String!) {
        line(assetId: $line) { route } branch(assetId: $branch) { route fromSubstation { lon lat } } }"""

    data = viewer_api.data(query, line=line.pk, branch=inside.pk)

    assert data["line"]["route"] == {"type": "LineString", "coordinates": [[-95.5, 29.5], [-95.25, 29.75]]}
    assert data["branch"]["route"] is None
    location = inside.from_substation.location
    assert data["branch"]["fromSubstation"] == {"lon": location.x, "lat": location.y}


def test_every_entity_of_the_schema_is_tested() -> None:
    entities = {each.type_name for each in LOOKED_UP}
    keyed = {name for name in entities if object_type(name).fields.get("assetId") is not None}

    assert keyed == entities
