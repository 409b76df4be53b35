"""supplyPath and downstream: one circuit by hand, who may ask, and what is refused."""

from types import SimpleNamespace
from typing import Any

import pytest

from grid.models import SwitchKind
from tests.clients import Api
from tests.factories.grid import (
    grant_zone,
    make_circuit,
    make_customer,
    make_line_section,
    make_meter,
    make_switch,
    make_transformer,
    make_zone,
)

PATH = "query($id: String!) { supplyPath(assetId: $id) { assetId kind switchKind } }"
BEHIND = """query($id: String!, $first: Int! = 100, $offset: Int! = 0) { downstream(assetId: $id) {
    assetId kind transformerCount meterCount customerCount criticalCustomerCount
    transformerIds(first: $first, offset: $offset) } }"""


@pytest.fixture(autouse=True)
def isolated(own_stores: None) -> None:
    """Keep the tests apart."""


@pytest.fixture
def circuit(synced: None) -> SimpleNamespace:
    """Return breaker BRK, line L1 with T1, fuse FUSE, line L2 with T2 and T3; T2 has two customers, one a
    hospital.
    """
    circuit = make_circuit(id="CKT-T")
    make_switch(id="BRK", circuit=circuit, from_node=circuit.substation_id, to_node="n0")
    first = make_line_section(id="L1", circuit=circuit, from_node="n0", to_node="n1")
    make_switch(id="FUSE", circuit=circuit, kind=SwitchKind.FUSE, from_node="n1", to_node="n2")
    second = make_line_section(id="L2", circuit=circuit, from_node="n2", to_node="n3")
    make_switch(
        id="TIE", circuit=circuit, kind=SwitchKind.TIE, from_node="n3", to_node="x1", is_normally_open=True
    )
    lost = make_line_section(id="L3", circuit=circuit, from_node="x1", to_node="x2")
    make_transformer(id="T1", line=first, node="n1")
    fed = make_transformer(id="T2", line=second, node="n3")
    make_transformer(id="T3", line=second, node="n3")
    make_transformer(id="T4", line=lost, node="x2")
    meter = make_meter(id="M2", transformer=fed)
    make_customer(meter=meter)
    make_customer(meter=meter, critical_kind="HOSPITAL")
    make_customer(meter=meter, account_status="CLOSED")
    return SimpleNamespace(circuit=circuit, substation_id=circuit.substation_id)


def path(api: Api, asset_id: str) -> list[str]:
    return [step["assetId"] for step in api.data(PATH, id=asset_id)["supplyPath"]]


def test_the_path_leads_through_every_section_and_switch_to_the_substation(
    circuit: SimpleNamespace, viewer_api: Api
) -> None:
    steps = viewer_api.data(PATH, id="M2")["supplyPath"]

    assert [(s["assetId"], s["kind"], s["switchKind"]) for s in steps] == [
        ("M2", "Meter", None),
        ("T2", "Transformer", None),
        ("L2", "LineSection", None),
        ("FUSE", "Switch", "FUSE"),
        ("L1", "LineSection", None),
        ("BRK", "Switch", "BREAKER"),
        (circuit.substation_id, "Substation", None),
    ]
    assert path(viewer_api, "T1") == ["T1", "L1", "BRK", circuit.substation_id]
    assert path(viewer_api, "L1") == ["L1", "BRK", circuit.substation_id]
    assert path(viewer_api, "BRK") == ["BRK", circuit.substation_id]


@pytest.mark.parametrize(
    ("asset_id", "kind", "transformers", "customers"),
    [
        ("BRK", "Switch", ["T1", "T2", "T3"], 2),
        ("L2", "LineSection", ["T2", "T3"], 2),
        ("T2", "Transformer", ["T2"], 2),
        ("T3", "Transformer", ["T3"], 0),
        ("TIE", "Switch", [], 0),
        ("CKT-T", "Circuit", ["T1", "T2", "T3", "T4"], 2),
        ("M2", "Meter", [], 2),
    ],
)
def test_what_is_behind_is_counted(
    circuit: SimpleNamespace,
    viewer_api: Api,
    asset_id: str,
    kind: str,
    transformers: list[str],
    customers: int,
) -> None:
    found = viewer_api.data(BEHIND, id=asset_id)["downstream"]

    assert found["kind"] == kind
    assert found["transformerIds"] == transformers
    assert found["transformerCount"] == len(transformers)
    assert found["customerCount"] == customers
    assert found["criticalCustomerCount"] == (1 if customers else 0)
    assert found["meterCount"] == (1 if customers else 0)


def test_ids_come_in_pages(circuit: SimpleNamespace, viewer_api: Api) -> None:
    found = viewer_api.data(BEHIND, id="BRK", first=1, offset=1)["downstream"]

    assert found["transformerIds"] == ["T2"]


@pytest.mark.parametrize(
    ("query", "asset_id", "code"),
    [
        (PATH, "NO-SUCH", "NOT_FOUND"),
        (BEHIND, "NO-SUCH", "NOT_FOUND"),
        (PATH, "T4", "BAD_INPUT"),
        (PATH, "TIE", "BAD_INPUT"),
        (PATH, "CKT-T", "BAD_INPUT"),
    ],
)
def test_what_cannot_be_traced_is_refused_by_name(
    circuit: SimpleNamespace, viewer_api: Api, query: str, asset_id: str, code: str
) -> None:
    error = viewer_api.error(query, id=asset_id)

    assert error["extensions"]["code"] == code
    assert error["extensions"]["field"] == "assetId"
    assert asset_id in error["message"]


@pytest.mark.parametrize("variables", [{"first": 5001}, {"first": -1}, {"offset": -1}])
def test_a_page_too_large_or_before_the_start_is_refused(
    circuit: SimpleNamespace, viewer_api: Api, variables: dict[str, int]
) -> None:
    error = viewer_api.error(BEHIND, id="BRK", **variables)

    assert error["extensions"]["field"] == next(iter(variables))


@pytest.mark.parametrize("query", [PATH, BEHIND])
def test_another_territory_is_not_to_be_seen(
    circuit: SimpleNamespace, viewer: Any, viewer_api: Api, query: str
) -> None:
    grant_zone(user=viewer, zone=make_zone())

    error = viewer_api.error(query, id="T2")

    assert error["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("query", [PATH, BEHIND])
def test_who_has_no_permission_is_refused(circuit: SimpleNamespace, nobody_api: Api, query: str) -> None:
    error = nobody_api.error(query, id="T2")

    assert error["extensions"]["code"] == "PERMISSION_DENIED"
