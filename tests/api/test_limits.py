"""What one request may ask for."""

from typing import Any

import pytest
from graphql import parse

from flux_site.api import limits, paging
from flux_site.api.errors import LimitExceeded
from flux_site.schema import schema
from tests.clients import Api
from tests.factories.grid import make_circuit, make_substation

DEAR_TOGETHER = """{ a: dataSummary { key }
    b: clusters(of: TREES, distanceM: 9, minPoints: 2) { noiseCount }
    c: heatmap(measure: TREES, resolution: 3) { rowCount } }"""


def over(api: Api, query: str, **variables: Any) -> str:
    """Post a query that must be over a limit, and return what is said about it."""
    answer = api.run(query, **variables)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["LIMIT_EXCEEDED"], answer
    assert answer["data"] is None
    return answer["errors"][0]["message"]


def test_a_query_is_refused_from_one_level_too_deep(viewer_api: Api, synced: None) -> None:
    def lists(last: str) -> str:
        # each list is three levels deep: its field, edges, node
        query = f"edges {{ node {{ customers(first: 2) {{ {last} }} }} }}"
        for name in ("meters", "transformers", "circuits"):
            query = f"edges {{ node {{ {name}(first: 2) {{ {query} }} }} }}"
        return f"{{ substations(first: 2) {{ {query} }} }}"

    assert "errors" not in viewer_api.run(lists("edges { cursor }"))
    assert "16 levels deep; at most 15" in over(viewer_api, lists("edges { node { assetId } }"))


def aliases(count: int) -> str:
    return "{ " + " ".join(f"a{n}: viewer {{ username }}" for n in range(count)) + " }"


def test_a_query_is_refused_from_one_alias_too_many(viewer_api: Api) -> None:
    assert len(viewer_api.data(aliases(limits.MAX_ALIASES))) == limits.MAX_ALIASES

    nested = f"{{ viewer {{ {' '.join(f'b{n}: username' for n in range(limits.MAX_ALIASES + 1))} }} }}"
    assert "31 aliases; at most 30" in over(viewer_api, nested)


def test_aliases_in_a_fragment_count_each_time_it_is_used(viewer_api: Api) -> None:
    fields = " ".join(f"a{n}: username" for n in range(11))
    query = f"""{{ x: viewer {{ ...f }} y: viewer {{ ...f }} z: viewer {{ ...f }} }}
        fragment f on Viewer {{ {fields} }}"""

    assert "aliases" in over(viewer_api, query)


def test_root_fields_are_limited(viewer_api: Api) -> None:
    fields = " ".join("viewer { username }" for _ in range(limits.MAX_ROOT_FIELDS + 1))

    assert "31 root fields; at most 30" in over(viewer_api, f"{{ {fields} }}")


def test_root_fields_cannot_be_hidden_in_fragments(viewer_api: Api) -> None:
    fields = " ".join("site { timeZone }" for _ in range(limits.MAX_ROOT_FIELDS + 1))

    assert "root fields" in over(viewer_api, f"{{ ...f }} fragment f on Query {{ {fields} }}")
    assert "root fields" in over(viewer_api, f"{{ ... on Query {{ {fields} }} }}")


def test_a_document_with_too_many_tokens_is_not_even_parsed(viewer_api: Api) -> None:
    query = "{ viewer { " + "username " * (limits.MAX_TOKENS + 1) + "} }"

    answer = viewer_api.run(query)

    assert answer["data"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["LIMIT_EXCEEDED"]
    assert str(limits.MAX_TOKENS) in answer["errors"][0]["message"]
    layers = '"x" ' * (limits.MAX_TOKENS - 30)
    assert "errors" not in viewer_api.run(
        f"mutation {{ startSync(input: {{layers: [{layers}]}}) {{ __typename }} }}"
    )


@pytest.mark.parametrize("argument", ["first", "last"])
def test_a_page_is_refused_from_one_row_too_large(viewer_api: Api, synced: None, argument: str) -> None:
    make_substation()
    literal = "{{ substations({}: {}) {{ edges {{ node {{ assetId }} }} }} }}".format
    variable = f"query ($n: Int) {{ substations({argument}: $n) {{ edges {{ node {{ assetId }} }} }} }}"
    default = "query ($n: Int = 251) {{ substations({}: $n) {{ edges {{ node {{ assetId }} }} }} }}".format

    assert len(viewer_api.data(literal(argument, 250))["substations"]["edges"]) == 1
    assert len(viewer_api.data(variable, n=250)["substations"]["edges"]) == 1
    assert "251 rows a page; at most 250" in over(viewer_api, literal(argument, 251))
    assert "251 rows a page; at most 250" in over(viewer_api, variable, n=251)
    assert "251 rows a page; at most 250" in over(viewer_api, default(argument))


def test_a_nested_page_given_by_a_variable_is_limited_too(viewer_api: Api, synced: None) -> None:
    make_circuit()
    query = """query ($n: Int) { substations(first: 2) { edges { node {
        circuits(first: $n) { edges { node { assetId } } } } } } }"""

    assert "errors" not in viewer_api.run(query, n=250)
    assert "251 rows a page; at most 250" in over(viewer_api, query, n=251)


def test_the_cost_of_nested_lists_is_their_product(viewer_api: Api, synced: None) -> None:
    def query(outer: int, inner: int) -> str:
        return f"""{{ substations(first: {outer}) {{ edges {{ node {{
            circuits(first: {inner}) {{ edges {{ node {{ assetId }} }} }} }} }} }} }}"""

    # 1 + 200·(edges, node, circuits) + 200·inner·(edges, node, assetId)
    assert "errors" not in viewer_api.run(query(200, 82))
    assert "at most 50000" in over(viewer_api, query(200, 83))


def test_the_cost_counts_through_fragments(viewer_api: Api, synced: None) -> None:
    query = """{ substations(first: 200) { ...page } }
        fragment page on SubstationCursorConnection { edges { node { ...inner } } }
        fragment inner on Substation { circuits(first: 83) { edges { node { assetId } } } }"""

    assert "at most 50000" in over(viewer_api, query)
    assert "errors" not in viewer_api.run(query.replace("83", "8"))


def test_a_page_size_in_a_variable_costs_as_much_as_the_largest_page(viewer_api: Api, synced: None) -> None:
    query = """query ($n: Int!) { substations(first: 250) { edges { node {
        circuits(first: $n) { edges { node { assetId } } } } } } }"""

    assert "at most 50000" in over(viewer_api, query, n=1)


@pytest.mark.parametrize(
    "query",
    [
        "{ viewer { ...f } } fragment f on Viewer { username ...f }",
        "{ viewer { ...a } } fragment a on Viewer { ...b } fragment b on Viewer { ...a }",
        "{ viewer { ...missing } }",
    ],
)
def test_cyclic_and_missing_fragments_are_bad_input(viewer_api: Api, query: str) -> None:
    answer = viewer_api.run(query)

    assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_INPUT"}


def bomb(count: int, *, is_used: bool) -> str:
    """Return fragments that each use the one before ten times."""
    parts = ["fragment f0 on Viewer { username }"]
    parts += [f"fragment f{n} on Viewer {{ {f'...f{n - 1} ' * 10} }}" for n in range(1, count)]
    return f"{{ viewer {{ {f'...f{count - 1}' if is_used else 'username'} }} }} " + " ".join(parts)


@pytest.mark.parametrize("is_used", [True, False])
def test_fragments_that_multiply_are_refused(viewer_api: Api, is_used: bool) -> None:
    assert "times the same name; at most 30" in over(viewer_api, bomb(20, is_used=is_used))


@pytest.mark.parametrize(
    "query",
    [
        bomb(20, is_used=True),
        bomb(20, is_used=False),
        "{ viewer { " + "username " * 900 + "} }",
        "{ viewer { " + "...f " * 400 + "} } fragment f on Viewer { username roles }",
        " ".join(f"query q{n} {{ viewer {{ username }} }}" for n in range(100)),
        "{ substations(first: 250) { edges { node { "
        + "circuits(first: 250) { totalCount } " * 50
        + "} } } }",
    ],
)
def test_a_refusal_visits_few_selections(query: str) -> None:
    walk = limits._Walk(schema=schema._schema, fragments={})

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(limits, "_Walk", lambda **options: _remember(walk, options))
        with pytest.raises(LimitExceeded):
            limits.check_document(schema._schema, parse(query))

    assert walk.selections <= limits.MAX_SELECTIONS + 1


def _remember(walk: Any, options: dict[str, Any]) -> Any:
    walk.fragments = options["fragments"]
    return walk


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("{ viewer { " + "username " * 31 + "} }", "31 times the same name; at most 30"),
        ("{ viewer { username } } " * 11, "11 operations; at most 10"),
        ("{ viewer { username " + "@include(if: true) " * 51 + "} }", "51 directives; at most 50"),
        ("{ a " * 51 + "}" * 51, "51 brackets in each other; at most 50"),
        ("{ viewer { username } } # " + "x" * 32_000, "characters; at most 32000"),
        ("{ search(text: \"a\", first: 251) { assetId } }", "251 rows a page; at most 250"),
        ("{ substations(first: " + "9" * 400 + ") { totalCount } }", "rows a page; at most 250"),
        ("{ mapLayers { legend { " + " ".join(f"a{n}: label" for n in range(30)) + " } } }", None),
        ("{ " + " ".join(f"a{n}: feederColumns {{ count }}" for n in range(10)) + " }", "at most 50000"),
        ("{ " + " ".join(f"a{n}: outageImpact(deviceId: \"x\") {{ meters }}" for n in range(10)) + " }",
         "at most 50000"),
        ("{ " + " ".join(f"a{n}: distributionImpact(ids: [\"x\"]) {{ metersOut }}" for n in range(10)) + " }",
         "at most 50000"),
        ("{ " + " ".join(f"a{n}: clusters(of: TREES, distanceM: 9, minPoints: 2) {{ noiseCount }}"
                         for n in range(10)) + " }", "at most 50000"),
        ("{ " + " ".join(f"a{n}: heatmap(measure: TREES, resolution: 3) {{ rowCount }}"
                         for n in range(25)) + " }", "at most 50000"),
        (DEAR_TOGETHER, None),
        ("{ " + " ".join(f"a{n}: dataSummary {{ key }}" for n in range(30)) + " }", None),
        ("{ " + " ".join(f'a{n}: transformerLoad(assetId: "x", hours: 8784) '
                         "{ at loadKva loadingPct ambientC topOilC hotSpotC }" for n in range(10)) + " }",
         "at most 50000"),
        ("{ substations(first: 250) { edges { node { " +
         " ".join(f"a{n}: circuits(first: 1) {{ totalCount }}" for n in range(30)) + " } } } }",
         "at most 50000"),
    ],
)  # fmt: skip
def test_what_is_too_much_is_named(viewer_api: Api, synced: None, query: str, what: str | None) -> None:
    if what is None:
        assert "errors" not in viewer_api.run(query)
    else:
        assert what in over(viewer_api, query)


def test_brackets_in_texts_and_comments_are_not_counted(viewer_api: Api, synced: None) -> None:
    text = "(" * 100

    assert viewer_api.data(f'{{ search(text: "{text}\\"{text}") {{ assetId }} }} # {text}') == {"search": []}


def test_variables_are_limited_in_number_and_depth(viewer_api: Api, synced: None) -> None:
    many = """query ($ids: [String!]) { substations(filters: {assetId: {inList: $ids}}) { totalCount } }"""
    deep = "query ($f: SubstationFilter) { substations(filters: $f) { totalCount } }"
    within: dict[str, Any] = {}
    for _ in range(15):
        within = {"NOT": within}
    beyond: dict[str, Any] = {}
    for _ in range(25):
        beyond = {"NOT": beyond}

    assert "errors" not in viewer_api.run(many, ids=["x"] * 9_000)
    assert "values in the variables; at most 10000" in over(viewer_api, many, ids=["x"] * 10_000)
    assert "errors" not in viewer_api.run(deep, f=within)
    assert "levels in the variables; at most 20" in over(viewer_api, deep, f=beyond)


def test_a_body_nested_without_end_is_bad_input(viewer_api: Api) -> None:
    response = viewer_api.client.post(
        "/graphql",
        "[" * 100_000,
        content_type="application/json",
        headers={"X-CSRFToken": viewer_api.client.cookies["csrftoken"].value},
    )

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"


def test_anonymous_users_may_send_short_documents_only(anonymous_api: Api, viewer_api: Api) -> None:
    def query(count: int) -> str:
        return "{ health { " + "... { " * 20 + "services { name } " * count + "}" * 20 + " } }"

    assert "errors" not in anonymous_api.run(query(30))
    long = "{ health { services { name isUp latencyMs } status " + "# long\n" * 5 + "... { status } " * 29
    long += "services { " + "... { name } " * 29 + "... { isUp } " * 29 + "} } }"

    assert "300 tokens" in over(anonymous_api, long)
    assert "errors" not in viewer_api.run(long)


def test_batching_is_refused(viewer_api: Api) -> None:
    response = viewer_api.client.post(
        "/graphql",
        [{"query": "{ viewer { username } }"}] * 2,
        content_type="application/json",
        headers={"X-CSRFToken": viewer_api.client.cookies["csrftoken"].value},
    )

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"


def test_a_body_of_more_than_a_megabyte_is_refused(viewer_api: Api) -> None:
    response = viewer_api.post("{ viewer { username } } # " + "x" * (1024 * 1024))

    assert response.status_code == 413
    assert response.json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


def test_the_same_document_is_parsed_and_validated_once(
    viewer_api: Api, synced: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered: list[str] = []

    def counting(name: str) -> None:
        original = getattr(paging, name)

        def counted(*arguments: Any, **options: Any) -> Any:
            entered.append(name)
            return original(*arguments, **options)

        monkeypatch.setattr(paging, name, counted)

    counting("parse")
    counting("validate_document")
    query = "query OnlyHere($n: Int!) { substations(first: $n) { totalCount edges { node { name } } } }"

    for size in (1, 2, 3):
        viewer_api.data(query, n=size)

    assert entered == ["parse", "validate_document"]


def test_a_refused_document_is_refused_again(viewer_api: Api) -> None:
    query = "{ viewer { nothingOfTheKind } }"

    first, second = viewer_api.run(query), viewer_api.run(query)

    assert first["errors"] == second["errors"]
    assert first["errors"][0]["extensions"]["code"] == "BAD_INPUT"
