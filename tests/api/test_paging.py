"""Paging through connections."""

from typing import Any

import pytest

from tests.api.asset_classes import ASSET_CLASSES, AssetClass, name_of
from tests.clients import Api
from tests.factories.grid import make_branch, make_circuit, make_substation

PAGE = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } }"


def forward(api: Api, root: str, size: int, arguments: str = "") -> list[list[str]]:
    pages: list[list[str]] = []
    after: str | None = None
    while True:
        query = (
            f"query ($n: Int, $after: String) {{ {root}(first: $n, after: $after {arguments}) {{ {PAGE} }} }}"
        )
        page = api.data(query, n=size, after=after)[root]
        pages.append([edge["node"]["id"] for edge in page["edges"]])
        if not page["pageInfo"]["hasNextPage"]:
            return pages
        after = page["pageInfo"]["endCursor"]
        assert after == page["edges"][-1]["cursor"]


def backward(api: Api, root: str, size: int, arguments: str = "") -> list[list[str]]:
    pages: list[list[str]] = []
    before: str | None = None
    while True:
        asked = f"{root}(last: $n, before: $before {arguments})"
        query = f"query ($n: Int, $before: String) {{ {asked} {{ {PAGE} }} }}"
        page = api.data(query, n=size, before=before)[root]
        pages.append([edge["node"]["id"] for edge in page["edges"]])
        if not page["pageInfo"]["hasPreviousPage"]:
            return pages
        before = page["pageInfo"]["startCursor"]


@pytest.mark.parametrize("asset_class", ASSET_CLASSES, ids=name_of)
def test_pages_of_each_class_cover_every_row_once_in_both_directions(
    viewer_api: Api, synced: None, asset_class: AssetClass
) -> None:
    rows = type(asset_class.make()).objects
    for _ in range(4):
        asset_class.make()

    pages = forward(viewer_api, asset_class.root, 2)

    everything = [node for page in pages for node in page]
    assert len(everything) == len(set(everything)) == rows.count()
    assert all(len(page) == 2 for page in pages[:-1])
    back = backward(viewer_api, asset_class.root, 2)
    assert [node for page in reversed(back) for node in page] == everything


@pytest.mark.parametrize("direction", ["ASC", "DESC", "ASC_NULLS_FIRST", "DESC_NULLS_LAST"])
def test_pages_in_an_order_with_ties_and_unknown_values_have_no_gap(
    viewer_api: Api, synced: None, direction: str
) -> None:
    for rating_mva in (100.0, None, 50.0, 100.0, None, 100.0, 75.5):
        make_branch(rating_mva=rating_mva)
    order = f"ordering: {{ratingMva: {direction}}}"
    everything = viewer_api.data(f"{{ branches({order}) {{ edges {{ node {{ id }} }} }} }}")["branches"][
        "edges"
    ]
    expected = [edge["node"]["id"] for edge in everything]
    assert len(expected) == 7

    assert [node for page in forward(viewer_api, "branches", 2, order) for node in page] == expected
    back = backward(viewer_api, "branches", 2, order)
    assert [node for page in reversed(back) for node in page] == expected


def test_a_row_that_appears_between_two_pages_is_neither_skipped_nor_repeated(
    viewer_api: Api, synced: None
) -> None:
    for key in ("SUB-b", "SUB-d", "SUB-f"):
        make_substation(id=key)
    query = """query ($after: String) { substations(first: 2, after: $after) {
        pageInfo { endCursor } edges { node { assetId } } } }"""
    first = viewer_api.data(query)["substations"]

    make_substation(id="SUB-a")
    make_substation(id="SUB-e")
    second = viewer_api.data(query, after=first["pageInfo"]["endCursor"])["substations"]

    assert [edge["node"]["assetId"] for edge in first["edges"]] == ["SUB-b", "SUB-d"]
    assert [edge["node"]["assetId"] for edge in second["edges"]] == ["SUB-e", "SUB-f"]


def test_the_total_count_is_of_all_pages(viewer_api: Api, synced: None) -> None:
    for _ in range(3):
        make_substation()

    page = viewer_api.data("{ substations(first: 1) { totalCount edges { node { id } } } }")["substations"]

    assert page["totalCount"] == 3
    assert len(page["edges"]) == 1


def test_a_connection_without_a_page_size_has_fifty_rows(viewer_api: Api, synced: None) -> None:
    substation = make_substation(id="SUB-x")
    for _ in range(53):
        make_circuit(substation=substation)

    answer = viewer_api.data(
        """{ circuits { pageInfo { hasNextPage } edges { node { id } } }
             substations { edges { node {
                 circuits { totalCount pageInfo { hasNextPage } edges { node { id } } } } } } }"""
    )

    nested = answer["substations"]["edges"][0]["node"]["circuits"]
    for page in (answer["circuits"], nested):
        assert len(page["edges"]) == 50
        assert page["pageInfo"]["hasNextPage"] is True
    assert nested["totalCount"] == 53


def test_only_the_count_needs_no_page_size(viewer_api: Api, synced: None) -> None:
    make_substation()

    assert viewer_api.data("{ substations { totalCount } }") == {"substations": {"totalCount": 1}}


def test_nested_pages_go_on_where_the_last_one_ended(viewer_api: Api, synced: None) -> None:
    substation = make_substation()
    for key in ("CKT-1", "CKT-2", "CKT-3"):
        make_circuit(id=key, substation=substation)
    query = """query ($id: String!, $after: String) { substation(assetId: $id) {
        circuits(first: 2, after: $after) {
            pageInfo { hasNextPage endCursor } edges { node { assetId } } } } }"""

    first = viewer_api.data(query, id=substation.pk)["substation"]["circuits"]
    second = viewer_api.data(query, id=substation.pk, after=first["pageInfo"]["endCursor"])["substation"][
        "circuits"
    ]

    assert [edge["node"]["assetId"] for edge in first["edges"]] == ["CKT-1", "CKT-2"]
    assert first["pageInfo"]["hasNextPage"] is True
    assert [edge["node"]["assetId"] for edge in second["edges"]] == ["CKT-3"]
    assert second["pageInfo"]["hasNextPage"] is False


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        ("first: -1", {}),
        ("last: -3", {}),
        ("first: $n", {"n": -1}),
        ("first: $n", {"n": None}),
        ("first: $n", {}),
        ('first: 2, after: "nonsense"', {}),
        ('first: 2, after: "b3JkZXJlZGN1cnNvcjpbXQ=="', {}),
        ('first: 2, after: "b3JkZXJlZGN1cnNvcjpbMV0="', {}),
        ('first: 2, before: "YXJyYXljb25uZWN0aW9uOjE="', {}),
        ('first: 2, after: "//4="', {}),
    ],
)
def test_a_bad_page_size_or_cursor_is_bad_input(
    viewer_api: Api, synced: None, arguments: str, variables: dict[str, Any]
) -> None:
    declared = "query ($n: Int)" if "$n" in arguments else "query"
    query = f"{declared} {{ substations({arguments}) {{ edges {{ node {{ id }} }} }} }}"

    assert viewer_api.code(query, **variables) == "BAD_INPUT"


def test_an_empty_page_is_an_empty_page(viewer_api: Api, synced: None) -> None:
    make_substation()

    page = viewer_api.data(
        "{ substations(first: 0) { totalCount pageInfo { hasNextPage } edges { node { id } } } }"
    )

    assert page["substations"] == {"totalCount": 1, "pageInfo": {"hasNextPage": True}, "edges": []}
