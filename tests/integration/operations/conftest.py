"""One circuit whose customers can be counted with a finger."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from grid.models import SwitchKind
from grid.selectors.topology import forget_networks
from tests.factories.grid import (
    make_circuit,
    make_crew,
    make_customer,
    make_line_section,
    make_meter,
    make_switch,
    make_transformer,
)


@pytest.fixture(autouse=True)
def fresh_network(db: None) -> Iterator[None]:
    """Trace the network of this test alone."""
    forget_networks()
    yield
    forget_networks()


@pytest.fixture
def feeder() -> SimpleNamespace:
    """Return a breaker, behind it XFMR-A (3 customers) and a fuse, behind that XFMR-B (2) and XFMR-C (1)."""
    return make_feeder()


def make_feeder(tag: str = "", **circuit_fields: Any) -> SimpleNamespace:
    """Create a feeder; ``tag`` makes its ids differ from another's."""
    circuit = make_circuit(id=f"CKT-F{tag}", **circuit_fields)
    nodes = {"circuit": circuit}
    breaker = make_switch(id=f"SW-BREAKER{tag}", from_node=circuit.substation_id, to_node=f"N0{tag}", **nodes)
    backbone = make_line_section(id=f"LINE-1{tag}", from_node=f"N0{tag}", to_node=f"N1{tag}", **nodes)
    fuse = make_switch(
        id=f"SW-FUSE{tag}", kind=SwitchKind.FUSE, from_node=f"N1{tag}", to_node=f"F1{tag}", **nodes
    )
    lateral = make_line_section(
        id=f"LINE-2{tag}", from_node=f"F1{tag}", to_node=f"N2{tag}", parent_line=backbone.pk, **nodes
    )
    meters = {}
    for key, line, node, customers in (
        ("A", backbone, "N1", 3),
        ("B", lateral, "N2", 2),
        ("C", lateral, "N2", 1),
    ):
        transformer = make_transformer(id=f"XFMR-{key}{tag}", line=line, node=f"{node}{tag}")
        for n in range(customers):
            meters[f"{key}{n}"] = make_meter(id=f"MTR-{key}{n}{tag}", transformer=transformer)
            make_customer(meter=meters[f"{key}{n}"])
    make_customer(meter=meters["A0"], account_status="CLOSED")
    crew = make_crew(id=f"CREW-1{tag}", home_substation=circuit.substation)
    return SimpleNamespace(
        circuit=circuit, breaker=breaker, fuse=fuse, meters=meters, crew=crew, zone=circuit.zone
    )
