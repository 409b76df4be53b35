"""Filters of the connections."""

from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from tests.api.asset_classes import ASSET_CLASSES, AssetClass, name_of
from tests.api.selections import graphql_schema
from tests.clients import Api
from tests.factories.grid import make_circuit, make_line_section, make_outage, make_substation

COMBINATORS = {"AND", "OR", "NOT", "DISTINCT"}
RENAMED = {"assetId": "id", "targetAssetId": "asset_id"}


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def filter_fields(asset_class: AssetClass) -> list[str]:
    argument = graphql_schema().query_type.fields[asset_class.root].args["filters"]
    filter_type = get_named_type(argument.type)
    assert isinstance(filter_type, GraphQLInputObjectType)
    return [name for name in filter_type.fields if name not in COMBINATORS]


def find(api: Api, asset_class: AssetClass, filters: dict[str, Any]) -> list[str]:
    key = "assetId" if asset_class.one else "station"
    query = f"query ($f: {filter_name(asset_class)}) {{ {asset_class.root}(first: 50, filters: $f)"
    query += f" {{ totalCount edges {{ node {{ {key} }} }} }} }}"
    found = api.data(query, f=filters)[asset_class.root]
    keys = [edge["node"][key] for edge in found["edges"]]
    assert found["totalCount"] == len(keys)
    return keys


def filter_name(asset_class: AssetClass) -> str:
    argument = graphql_schema().query_type.fields[asset_class.root].args["filters"]
    return str(get_named_type(argument.type))


@pytest.mark.parametrize("asset_class", ASSET_CLASSES, ids=name_of)
def test_each_filter_field_of_each_class_finds_the_rows_with_that_value(
    viewer_api: Api, synced: None, asset_class: AssetClass
) -> None:
    rows = asset_class.make_three()
    key = "pk" if asset_class.one else "station"

    for name in filter_fields(asset_class):
        attribute = RENAMED.get(name, snake(name))
        value = getattr(rows[0], attribute)
        expected = {getattr(row, key) for row in rows if getattr(row, attribute) == value}
        assert value is None or expected == {getattr(rows[0], key)}, f"the rows do not differ in {attribute}"
        wanted = value.isoformat() if hasattr(value, "isoformat") else value
        condition = {"exact": wanted} if value is not None else {"isNull": True}

        assert set(find(viewer_api, asset_class, {name: condition})) == expected, name


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"exact": "Ash"}, {"Ash"}),
        ({"exact": "ash"}, set()),
        ({"iExact": "ASH"}, {"Ash"}),
        ({"contains": "as"}, {"east-as"}),
        ({"iContains": "AS"}, {"Ash", "east-as"}),
        ({"startsWith": "A"}, {"Ash", "A%b"}),
        ({"iStartsWith": "a"}, {"Ash", "A%b"}),
        ({"endsWith": "h"}, {"Ash"}),
        ({"iEndsWith": "AS"}, {"east-as"}),
        ({"contains": "%"}, {"A%b"}),
        ({"inList": ["Ash", "A%b", "none"]}, {"Ash", "A%b"}),
        ({"inList": []}, set()),
        ({"regex": "^e.*s$"}, {"east-as"}),
        ({"iRegex": "^E.*S$"}, {"east-as"}),
        ({"isNull": False}, {"Ash", "A%b", "east-as"}),
        ({"isNull": True}, set()),
        ({"startsWith": "A", "endsWith": "h"}, {"Ash"}),
    ],
)
def test_each_lookup_of_text(
    viewer_api: Api, synced: None, condition: dict[str, Any], expected: set[str]
) -> None:
    for name in ("Ash", "A%b", "east-as"):
        make_substation(name=name)

    query = "query ($f: SubstationFilter) { substations(filters: $f) { edges { node { name } } } }"
    edges = viewer_api.data(query, f={"name": condition})["substations"]["edges"]

    assert {edge["node"]["name"] for edge in edges} == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"exact": 2.0}, {2.0}),
        ({"gt": 1.0}, {2.0, 3.5}),
        ({"gte": 2.0}, {2.0, 3.5}),
        ({"lt": 2.0}, {1.0}),
        ({"lte": 2.0}, {1.0, 2.0}),
        ({"range": {"start": 1.5, "end": 3.5}}, {2.0, 3.5}),
        ({"inList": [1.0, 3.5, 9.0]}, {1.0, 3.5}),
        ({"gt": 1.0, "lt": 3.0}, {2.0}),
    ],
)
def test_each_lookup_of_numbers(
    viewer_api: Api, synced: None, condition: dict[str, Any], expected: set[float]
) -> None:
    for peak_load_mw in (1.0, 2.0, 3.5):
        make_circuit(peak_load_mw=peak_load_mw)

    query = "query ($f: CircuitFilter) { circuits(filters: $f) { edges { node { peakLoadMw } } } }"
    edges = viewer_api.data(query, f={"peakLoadMw": condition})["circuits"]["edges"]

    assert {edge["node"]["peakLoadMw"] for edge in edges} == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [({"exact": True}, {True}), ({"exact": False}, {False}), ({"inList": [True, False]}, {True, False})],
)
def test_each_lookup_of_flags(
    viewer_api: Api, synced: None, condition: dict[str, Any], expected: set[bool]
) -> None:
    make_line_section(is_underground=True)
    make_line_section(is_underground=False)

    query = "query ($f: LineFilter) { lines(filters: $f) { edges { node { isUnderground } } } }"
    edges = viewer_api.data(query, f={"isUnderground": condition})["lines"]["edges"]

    assert {edge["node"]["isUnderground"] for edge in edges} == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"lt": "2026-05-02T06:30:00Z"}, {"OUT-a"}),
        ({"gte": "2026-05-02T01:30:00-05:00"}, {"OUT-b", "OUT-c"}),
        ({"range": {"start": "2026-05-01T00:00:00Z", "end": "2026-05-02T06:30:00Z"}}, {"OUT-a", "OUT-b"}),
    ],
)
def test_each_lookup_of_moments(
    viewer_api: Api, synced: None, condition: dict[str, Any], expected: set[str]
) -> None:
    for letter, day in (("a", 1), ("b", 2), ("c", 3)):
        make_outage(id=f"OUT-{letter}", started_at=f"2026-05-0{day}T06:30:00Z")

    query = "query ($f: OutageFilter) { outages(filters: $f) { edges { node { assetId } } } }"
    edges = viewer_api.data(query, f={"startedAt": condition})["outages"]["edges"]

    assert {edge["node"]["assetId"] for edge in edges} == expected


def test_filters_are_joined_by_and_or_and_not(viewer_api: Api, synced: None) -> None:
    for name, load_mw in (("A", 1.0), ("B", 2.0), ("C", 3.0)):
        make_substation(name=name, load_mw=load_mw)
    query = "query ($f: SubstationFilter) { substations(filters: $f) { edges { node { name } } } }"

    def names(filters: dict[str, Any]) -> set[str]:
        edges = viewer_api.data(query, f=filters)["substations"]["edges"]
        return {edge["node"]["name"] for edge in edges}

    assert names({"name": {"exact": "A"}, "loadMw": {"gt": 1.5}}) == set()
    assert names({"name": {"exact": "A"}, "OR": {"loadMw": {"gt": 2.5}}}) == {"A", "C"}
    assert names({"NOT": {"name": {"exact": "A"}}}) == {"B", "C"}
    assert names({"loadMw": {"gt": 1.5}, "AND": {"name": {"exact": "B"}}}) == {"B"}


def test_nested_connections_are_filtered_too(viewer_api: Api, synced: None) -> None:
    substation = make_substation()
    make_circuit(substation=substation, name="North")
    make_circuit(substation=substation, name="South")

    query = """query ($id: String!) { substation(assetId: $id) {
        circuits(filters: {name: {exact: "South"}}) { totalCount edges { node { name } } } } }"""
    circuits = viewer_api.data(query, id=substation.pk)["substation"]["circuits"]

    assert circuits == {"totalCount": 1, "edges": [{"node": {"name": "South"}}]}


def test_personal_data_cannot_be_filtered_on() -> None:
    fields = set(graphql_schema().type_map["CustomerFilter"].fields) - COMBINATORS

    assert fields == {"assetId", "meterId", "customerClass", "criticalKind", "accountStatus"}


@pytest.mark.parametrize(
    "condition",
    [{"regex": "(["}, {"exact": "a\x00b"}, {"iContains": "\x00"}],
)
def test_a_value_the_database_refuses_is_bad_input(
    viewer_api: Api, synced: None, condition: dict[str, str]
) -> None:
    query = "query ($f: SubstationFilter) { substations(filters: $f) { totalCount edges { node { name } } } }"

    error = viewer_api.run(query, f={"name": condition})["errors"][0]

    assert error["extensions"]["code"] == "BAD_INPUT"


def test_an_unknown_filter_field_is_bad_input(viewer_api: Api, synced: None) -> None:
    code = viewer_api.code('{ substations(filters: {colour: {exact: "red"}}) { totalCount } }')

    assert code == "BAD_INPUT"
