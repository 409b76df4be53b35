"""Ordering of the connections."""

from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from tests.api.asset_classes import ASSET_CLASSES, AssetClass, name_of
from tests.api.selections import graphql_schema
from tests.clients import Api
from tests.factories.grid import make_branch, make_substation, make_weather

RENAMED = {"assetId": "id"}


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def order_type(asset_class: AssetClass) -> GraphQLInputObjectType:
    found = get_named_type(graphql_schema().query_type.fields[asset_class.root].args["ordering"].type)
    assert isinstance(found, GraphQLInputObjectType)
    return found


@pytest.mark.parametrize("asset_class", ASSET_CLASSES, ids=name_of)
def test_each_order_field_of_each_class_orders_both_ways(
    viewer_api: Api, synced: None, asset_class: AssetClass
) -> None:
    rows = asset_class.make_three()
    key = "assetId" if asset_class.one else "station"
    attribute = "pk" if asset_class.one else "station"
    query = f"query ($o: [{order_type(asset_class)}!]!) {{ {asset_class.root}(first: 50, ordering: $o)"
    query += f" {{ edges {{ node {{ {key} }} }} }} }}"

    def keys(ordering: list[dict[str, str]]) -> list[str]:
        edges = viewer_api.data(query, o=ordering)[asset_class.root]["edges"]
        own = {getattr(row, attribute) for row in rows}
        return [edge["node"][key] for edge in edges if edge["node"][key] in own]

    for name in order_type(asset_class).fields:
        column = RENAMED.get(name, snake(name))
        for direction, is_reversed in (("ASC", False), ("DESC", True)):
            expected = sorted(sorted(rows, key=lambda row: row.pk), key=lambda row: value(row, column))
            if is_reversed:
                by_key = sorted(rows, key=lambda row: row.pk)
                expected = sorted(by_key, key=lambda row: value(row, column), reverse=True)

            found = keys([{name: direction}])

            assert found == [getattr(row, attribute) for row in expected], (name, direction)


def value(row: Any, column: str) -> Any:
    return getattr(row, column)


def test_without_an_order_rows_come_by_key(viewer_api: Api, synced: None) -> None:
    for key in ("SUB-b", "SUB-c", "SUB-a"):
        make_substation(id=key)

    edges = viewer_api.data("{ substations { edges { node { assetId } } } }")["substations"]["edges"]

    assert [edge["node"]["assetId"] for edge in edges] == ["SUB-a", "SUB-b", "SUB-c"]


def test_without_an_order_weather_comes_newest_first(viewer_api: Api, synced: None) -> None:
    for station, day in (("KAAA", 2), ("KBBB", 3), ("KCCC", 1)):
        make_weather(station=station, observed_at=f"2026-05-0{day}T00:00:00Z")

    edges = viewer_api.data("{ weather { edges { node { station } } } }")["weather"]["edges"]

    assert [edge["node"]["station"] for edge in edges] == ["KBBB", "KAAA", "KCCC"]


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("ASC_NULLS_FIRST", [None, 50.0, 150.0]),
        ("ASC_NULLS_LAST", [50.0, 150.0, None]),
        ("DESC_NULLS_FIRST", [None, 150.0, 50.0]),
        ("DESC_NULLS_LAST", [150.0, 50.0, None]),
    ],
)
def test_unknown_values_come_where_the_client_wants_them(
    viewer_api: Api, synced: None, direction: str, expected: list[float | None]
) -> None:
    for rating_mva in (150.0, None, 50.0):
        make_branch(rating_mva=rating_mva)

    query = f"{{ branches(ordering: {{ratingMva: {direction}}}) {{ edges {{ node {{ ratingMva }} }} }} }}"
    edges = viewer_api.data(query)["branches"]["edges"]

    assert [edge["node"]["ratingMva"] for edge in edges] == expected


def test_a_second_order_field_breaks_ties(viewer_api: Api, synced: None) -> None:
    for name, load_mw in (("B", 1.0), ("A", 1.0), ("C", 2.0)):
        make_substation(name=name, load_mw=load_mw)

    query = "{ substations(ordering: [{loadMw: DESC}, {name: ASC}]) { edges { node { name } } } }"
    edges = viewer_api.data(query)["substations"]["edges"]

    assert [edge["node"]["name"] for edge in edges] == ["C", "A", "B"]
