"""The state of circuits and substations is the same whichever store computes it."""

import json
from typing import Any

import pytest

from tests.integration.federation.conftest import TwoStores

pytestmark = pytest.mark.integration
KINDS = ["embedded", pytest.param("snowflake", marks=pytest.mark.slow)]

SHARED = """status loadClass activeOutages customers customersOut outageStartedAt estimatedRestorationAt
    loadHour loadMw loadMva loadingPct loadCoveragePct meterCount transformerCount transformersWithLoad
    overloadedTransformers worstLoadingPct"""
CIRCUITS = f"""query ($order: [CircuitStatusOrder!], $filters: CircuitStatusFilter) {{
    circuitStatuses(first: 200, ordering: $order, filters: $filters) {{ totalCount edges {{ cursor node {{
        assetId {SHARED} worstTransformer {{ assetId name }}
        circuit {{ name substation {{ name }} }} }} }} }} }}"""
SUBSTATIONS = f"""{{ substationStatuses(first: 200) {{ totalCount edges {{ cursor node {{ assetId {SHARED}
    circuitCount circuitsOut warningCircuits criticalCircuits worstCircuit {{ name }}
    substation {{ name }} }} }} }} }}"""
NESTED = """{
    circuits(first: 200) { edges { node { name operatingStatus { status customersOut loadingPct } } } }
    substations(first: 200) { edges { node { name operatingStatus { status circuitCount } } } } }"""


def same_from_both(stores: TwoStores, who: str, query: str, **variables: Any) -> dict[str, Any]:
    """Ask both stores, assert that they agree and did not help each other, and return the data."""
    cached = stores.ask(who, query, **variables)
    served = stores.ask_warehouse(who, query, **variables)
    assert "errors" not in cached, cached["errors"]
    assert "errors" not in served, served["errors"]
    assert {use["backend"] for use in cached["extensions"]["backends"]} == {"postgis"}
    assert {use["backend"] for use in served["extensions"]["backends"]} == {"warehouse"}
    assert json.dumps(cached["data"]) == json.dumps(served["data"])
    return dict(cached["data"])


@pytest.mark.parametrize("stores", KINDS, indirect=True)
def test_the_state_is_the_same_from_either_store(stores: TwoStores) -> None:
    circuits = same_from_both(stores, "viewer", CIRCUITS)["circuitStatuses"]
    substations = same_from_both(stores, "viewer", SUBSTATIONS)["substationStatuses"]
    same_from_both(stores, "viewer", NESTED)

    nodes = [edge["node"] for edge in circuits["edges"]]
    assert circuits["totalCount"] == len(nodes) > 0
    assert any(node["customersOut"] for node in nodes)
    assert any(node["loadMw"] is not None for node in nodes)
    of_substations = [edge["node"] for edge in substations["edges"]]
    for name in ("customersOut", "activeOutages", "customers", "transformerCount"):
        assert sum(node[name] for node in nodes) == sum(node[name] for node in of_substations)


@pytest.mark.parametrize("stores", KINDS, indirect=True)
def test_orders_filters_and_zones_hold_in_either_store(stores: TwoStores) -> None:
    orders = [[{"loadingPct": "DESC"}], [{"customersOut": "DESC"}, {"assetId": "ASC"}]]
    for order in orders:
        same_from_both(stores, "viewer", CIRCUITS, order=order)
    some = same_from_both(stores, "viewer", CIRCUITS, filters={"customersOut": {"gt": 0}})
    assert all(edge["node"]["customersOut"] > 0 for edge in some["circuitStatuses"]["edges"])

    everywhere = same_from_both(stores, "viewer", CIRCUITS)["circuitStatuses"]["totalCount"]
    limited = same_from_both(stores, "limited", CIRCUITS)["circuitStatuses"]["totalCount"]
    assert 0 < limited < everywhere
