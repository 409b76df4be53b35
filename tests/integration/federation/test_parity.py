"""Both stores give the same answer to the same question, to the byte."""

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from grid.selectors.map_layers import COLUMN_LAYERS as LAYERS
from grid.selectors.topology import forget_networks
from tests.api.asset_classes import ASSET_CLASSES
from tests.integration.federation.conftest import TwoStores, postgis_left_alone
from tests.integration.federation.questions import ONLY_IN_CACHE, questions

pytestmark = pytest.mark.integration
KINDS = ["embedded", pytest.param("snowflake", marks=pytest.mark.slow)]
RELAXED: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "derandomize": True,
    "phases": (Phase.generate,),
}
WHO = st.sampled_from(["viewer", "limited", "pii"])


def same_answer(stores: TwoStores, who: str, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Ask both stores, assert that they agree, and return the data."""
    cached = stores.ask(who, query, **variables)
    served = stores.ask_warehouse(who, query, **variables)

    if "errors" not in cached:
        assert {use["backend"] for use in cached["extensions"]["backends"]} == {"postgis"}
        assert {use["backend"] for use in served["extensions"]["backends"]} == {"warehouse"}
    assert json.dumps(cached.get("errors")) == json.dumps(served.get("errors"))
    assert json.dumps(cached["data"]) == json.dumps(served["data"]), variables
    return dict(cached["data"] or {})


@pytest.mark.parametrize("stores", KINDS, indirect=True)
def test_any_list_is_the_same_from_either_store(stores: TwoStores) -> None:
    @settings(max_examples=60, **RELAXED)
    @given(question=questions(), who=WHO)
    def check(question: Any, who: str) -> None:
        _, query, variables = question
        same_answer(stores, who, query, variables)

    check()


def test_a_walk_through_the_pages_may_change_the_store_at_every_step(stores: TwoStores) -> None:
    @settings(max_examples=20, **RELAXED)
    @given(question=questions(), stores_of_pages=st.lists(st.booleans(), min_size=1, max_size=4))
    def check(question: Any, stores_of_pages: list[bool]) -> None:
        asset_class, query, variables = question
        whole = stores.ask("viewer", query, **{**variables, "first": 200, "last": None})
        assume("errors" not in whole)
        expected = [edge["node"] for edge in whole["data"][asset_class.root]["edges"]]

        found: list[Any] = []
        after = None
        for step in range(len(expected) // 2 + 2):
            ask = stores.ask_warehouse if stores_of_pages[step % len(stores_of_pages)] else stores.ask
            page = ask("viewer", query, **{**variables, "first": 2, "last": None, "after": after})
            connection = page["data"][asset_class.root]
            found += [edge["node"] for edge in connection["edges"]]
            if not connection["pageInfo"]["hasNextPage"]:
                break
            after = connection["pageInfo"]["endCursor"]

        assert found == expected

    check()


@pytest.mark.parametrize("stores", KINDS, indirect=True)
def test_every_look_up_is_the_same_from_either_store(stores: TwoStores) -> None:
    from tests.api.selections import select_everything

    for asset_class in ASSET_CLASSES:
        if asset_class.one is None:
            continue
        listed = stores.ask(
            "viewer", f"{{ {asset_class.root}(first: 3) {{ edges {{ node {{ id assetId }} }} }} }}"
        )
        nodes = [edge["node"] for edge in listed["data"][asset_class.root]["edges"]]
        assert nodes
        everything = select_everything(asset_class.type_name, without=ONLY_IN_CACHE)
        for node in (*nodes, {"id": nodes[0]["id"], "assetId": "NONE"}):
            for who in ("viewer", "limited"):
                one = f"query ($id: String!) {{ {asset_class.one}(assetId: $id) {everything} }}"
                same_answer(stores, who, one, {"id": node["assetId"]})
                by_id = (
                    f"query ($id: ID!) {{ node(id: $id) {{ ... on {asset_class.type_name} {everything} }} }}"
                )
                same_answer(stores, who, by_id, {"id": node["id"]})


def test_search_is_the_same_from_either_store(stores: TwoStores) -> None:
    query = (
        "query ($text: String!) { search(text: $text, first: 50) { assetId kind title subtitle lon lat } }"
    )

    for text in ("alder", "SUB-", "XFMR-1", "mtr-0", "%1", "_", "ú", "br-"):
        for who in ("viewer", "limited"):
            same_answer(stores, who, query, {"text": text})


@pytest.mark.parametrize("stores", KINDS, indirect=True)
def test_the_transmission_network_is_the_same_from_either_store(stores: TwoStores) -> None:
    query = """query ($zone: String, $kv: Float, $first: Int! = 500, $offset: Int! = 0) {
        gridTopology(zoneId: $zone, leastKv: $kv, first: $first, offset: $offset) {
            nodeCount edgesOutCount
            nodes { busId substationId substationName zoneId lat lon baseKv loadMw capacityMw edgeCount }
            edges { branchId fromBusId toBusId kind baseKv xPu ratingMva baseFlowMw lengthKm } } }"""

    for who in ("viewer", "limited"):
        found = stores.ask(who, query)["data"]["gridTopology"]
        assert found["nodes"]
        assert found["edges"] or who == "limited"  # whose few buses need not be joined to each other
        zone = found["nodes"][0]["zoneId"]
        for part in ({}, {"zone": zone}, {"kv": 200.0}, {"first": 2, "offset": 1}, {"zone": "ZONE-none"}):
            same_answer(stores, who, query, part)


@pytest.mark.parametrize("stores", KINDS, indirect=True)
def test_feeders_as_columns_are_the_same_from_either_store(stores: TwoStores) -> None:
    """The same to the byte, feeder by feeder; their order is not promised."""
    query = """query ($substation: String, $circuit: String) {
        feederColumns(substationId: $substation, circuitId: $circuit) { count id circuitId substationId
            fromLat fromLon toLat toLon ratedKva loadingPct distanceKm } }"""

    def rows(answer: dict[str, Any], backend: str) -> list[str]:
        assert [use["backend"] for use in answer["extensions"]["backends"]] == [backend]
        columns = dict(answer["data"]["feederColumns"])
        count = columns.pop("count")
        found = sorted(json.dumps(row) for row in zip(*columns.values(), strict=True))
        assert len(found) == count
        return found

    seen = {}
    for who in ("viewer", "limited"):
        every = rows(stores.ask(who, query), "postgis")
        seen[who] = set(every)
        _, circuit, substation, *_ = json.loads(every[0])
        for part in ({}, {"circuit": circuit}, {"substation": substation}, {"circuit": "CKT-none"}):
            cached = rows(stores.ask(who, query, **part), "postgis")
            assert cached == rows(stores.ask_warehouse(who, query, **part), "warehouse")
            assert bool(cached) == (part != {"circuit": "CKT-none"})
    assert seen["limited"] < seen["viewer"]


@pytest.mark.parametrize("stores", KINDS, indirect=True)
def test_columns_of_the_map_are_the_same_from_either_store(stores: TwoStores) -> None:
    for layer in LAYERS:
        for bbox in (
            "",
            "?bbox=-95.4995,29.6,-95.45,29.615",
            "?bbox=-96,29.55,-95.05,29.75",
            "?bbox=1,1,2,2",
        ):
            for who in ("viewer", "limited"):
                path = f"/columns/{layer.key}{bbox}"
                cached = stores.apis[who].get(path)
                with postgis_left_alone():
                    served = stores.apis[who].get(path)

                assert (cached.headers["Flux-Backend"], served.headers["Flux-Backend"]) == (
                    "postgis",
                    "warehouse",
                )
                assert cached.headers["ETag"] != served.headers["ETag"]
                tables = [pa.ipc.open_stream(each.content).read_all() for each in (cached, served)]
                assert tables[0].equals(tables[1]), path
    assert tables[0].num_rows == 0


def test_entities_of_a_gateway_are_the_same_from_either_store(stores: TwoStores) -> None:
    query = """query ($of: [_Any!]!) { _entities(representations: $of) {
        ... on Transformer { assetId circuit { name substation { name } } } ... on Meter { assetId } } }"""
    of = [
        {"__typename": "Transformer", "assetId": "XFMR-1-1"},
        {"__typename": "Meter", "assetId": "NONE"},
        {"__typename": "Meter", "assetId": "MTR-0-0-1"},
    ]

    data = same_answer(stores, "viewer", query, {"of": of})

    assert [entity and entity["assetId"] for entity in data["_entities"]] == ["XFMR-1-1", None, "MTR-0-0-1"]


def test_a_filter_that_the_stores_would_read_differently_is_refused(stores: TwoStores) -> None:
    for lookup in ("regex", "iRegex"):
        query = f'{{ substations(filters: {{name: {{{lookup}: "^A"}}}}) {{ totalCount }} }}'

        assert "errors" not in stores.ask("viewer", query)
        (error,) = stores.ask_warehouse("viewer", query)["errors"]

        assert error["extensions"]["code"] == "UNSUPPORTED_BY_WAREHOUSE"
        assert lookup.lower() in error["message"]


def test_personal_data_is_masked_whichever_store_answers(stores: TwoStores) -> None:
    query = "{ customers(first: 3) { edges { node { fullName serviceAddress phone email } } } }"

    masked = same_answer(stores, "viewer", query, {})
    plain = same_answer(stores, "pii", query, {})

    assert masked != plain


def test_connectivity_is_the_same_from_either_store(stores: TwoStores) -> None:
    path = "query($id: String!) { supplyPath(assetId: $id) { assetId kind switchKind } }"
    behind = """query($id: String!) { downstream(assetId: $id) {
        kind transformerCount meterCount customerCount criticalCustomerCount transformerIds } }"""
    for key in ("XFMR-1-1", "SW-1", "LINE-2-1", "CKT-1", "SUB-0", "MTR-0-0-1", "NONE"):
        for who in ("viewer", "limited"):
            for query in (path, behind):
                forget_networks()
                same_answer(stores, who, query, {"id": key})
                forget_networks()  # so that the other store's answer is traced on its own rows
                with postgis_left_alone():
                    stores.ask(who, query, id=key)
                same_answer(stores, who, query, {"id": key})


def test_traces_and_ties_are_the_same_from_either_store(stores: TwoStores) -> None:
    assets = "{ sectionIds switchIds transformerIds meterIds customerCount criticalCustomerCount }"
    trace = f"""query($id: String!) {{ trace(assetId: $id, kind: DOWNSTREAM, positions: NORMAL) {{
        assetKind isFed assets {assets} substationIds geometry }} }}"""
    isolation = f"""query($id: String!) {{ isolation(assetId: $id, positions: NORMAL) {{ isPossible
        loadHour opens {{ assetId }} zone {assets} parts {{ assets {assets}
        ties {{ verdict doubts marginKva }} }} }} }}"""
    for key in ("XFMR-1-1", "SW-1", "LINE-2-1", "CKT-1", "SUB-0", "MTR-0-0-1", "NONE"):
        for query in (trace, isolation):
            forget_networks()
            same_answer(stores, "viewer", query, {"id": key})
            forget_networks()  # so that the other store's answer is traced on its own rows
            with postgis_left_alone():
                stores.ask("viewer", query, id=key)
