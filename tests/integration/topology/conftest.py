"""One circuit in the cache, traced in this process."""

from types import SimpleNamespace

import pytest

from grid.models import SwitchKind
from tests.factories.grid import (
    make_circuit,
    make_customer,
    make_line_section,
    make_meter,
    make_switch,
    make_transformer,
)


@pytest.fixture(autouse=True)
def isolated(db: None, own_stores: None) -> None:
    """Keep the tests apart from each other."""


@pytest.fixture
def circuit(synced: None) -> SimpleNamespace:
    """Return a breaker with one transformer behind it, and a fuse with two; the last serves nobody active.

    The first two transformers have two meters with one active account each; the first also has a closed one.
    """
    circuit = make_circuit(id="CKT-A")
    breaker = make_switch(id="SW-BRK", circuit=circuit, from_node=circuit.substation_id, to_node="N0")
    backbone = make_line_section(id="LINE-1", circuit=circuit, from_node="N0", to_node="N1")
    fuse = make_switch(id="SW-FUSE", circuit=circuit, kind=SwitchKind.FUSE, from_node="N1", to_node="F1")
    lateral = make_line_section(
        id="LINE-2", circuit=circuit, from_node="F1", to_node="N2", parent_line="LINE-1"
    )
    units = [
        make_transformer(id=f"XFMR-{key}", line=line, node=node)
        for key, line, node in (("1", backbone, "N1"), ("2", lateral, "N2"), ("3", lateral, "N2"))
    ]
    meters = [make_meter(id=f"MTR-{n}{k}", transformer=unit) for n, unit in enumerate(units, 1) for k in "ab"]
    for meter in meters[:4]:
        make_customer(meter=meter)
    make_customer(meter=meters[0], account_status="CLOSED")
    return SimpleNamespace(circuit=circuit, breaker=breaker, fuse=fuse, units=units, meters=meters)
