"""Rows that do not fit together are reported and left out; the rest is traced. One circuit by hand."""

from __future__ import annotations

import pytest

from grid.topology import (
    NONE,
    Circuits,
    DeviceKind,
    DeviceRef,
    Meters,
    NetworkColumns,
    Sections,
    Switches,
    Transformers,
    build_network,
)


def by_hand(**overrides: object) -> NetworkColumns:
    """Return SUB - breaker - L1 - recloser - L2, and a fuse with L3 at the end of L1.

    Transformer T1 is at the end of L1, T2 of L2 behind the recloser, T3 of L3 behind the fuse.
    """
    columns = {
        "circuits": Circuits(id=["CKT"], substation_id=["SUB"]),
        "sections": Sections(id=["L1", "L2", "L3"], from_node=["n0", "n2", "n3"], to_node=["n1", "m2", "m3"]),
        "switches": Switches(
            id=["BRK", "REC", "FUSE"],
            kind=["BREAKER", "RECLOSER", "FUSE"],
            circuit_id=["CKT"] * 3,
            from_node=["SUB", "n1", "n1"],
            to_node=["n0", "n2", "n3"],
            is_open=[False] * 3,
        ),
        "transformers": Transformers(id=["T1", "T2", "T3"], circuit_id=["CKT"] * 3, node=["n1", "m2", "m3"]),
        "meters": Meters(id=["M1", "M2", "M3"], transformer_id=["T1", "T3", "T3"], customer_count=[1, 2, 0]),
    }
    return NetworkColumns(**(columns | overrides))  # type: ignore[arg-type]


def test_a_circuit_by_hand() -> None:
    network = build_network(by_hand())
    arrays = network.arrays
    switch = {key: arrays.switches.position(key) for key in ("BRK", "REC", "FUSE")}

    assert sorted(arrays.transformers.keys(network.behind_switch(switch["BRK"]))) == ["T1", "T2", "T3"]
    assert arrays.transformers.keys(network.behind_switch(switch["FUSE"])) == ["T3"]
    assert arrays.transformers.keys(network.behind_section(arrays.sections.position("L2"))) == ["T2"]
    assert network.device_above_switch(switch["REC"]) == switch["BRK"]
    assert network.device_above_switch(switch["BRK"]) == NONE
    assert network.common_device(arrays.transformers.positions(["T2", "T3"])) == switch["BRK"]
    assert network.common_device(arrays.transformers.positions(["T3"])) == switch["FUSE"]
    assert network.customers_of(network.of_circuit(0)) == 3
    assert sorted(arrays.transformers.keys(network.of_substation(0))) == ["T1", "T2", "T3"]
    assert network.problems == {}


def test_an_open_recloser_leaves_what_is_behind_it_without_supply() -> None:
    network = build_network(by_hand()).with_switches(opened=["REC"])

    assert network.problems == {"NOT_FED": ("T2",)}
    assert not len(network.behind_switch(network.arrays.switches.position("REC")))
    assert sorted(network.arrays.transformers.keys(network.of_circuit(0))) == ["T1", "T2", "T3"]
    with pytest.raises(KeyError, match="NO-SUCH"):
        network.with_switches(closed=["NO-SUCH"])


def test_of_rows_with_one_id_the_first_counts() -> None:
    twice = Transformers(id=["T1", "T1", "T2"], circuit_id=["CKT"] * 3, node=["n1", "m3", "m2"])
    network = build_network(by_hand(transformers=twice, meters=Meters()))

    assert network.problems == {"DUPLICATE_ID": ("T1",)}
    assert network.arrays.transformers.keys() == ["T1", "T2"]
    fuse = network.arrays.switches.position("FUSE")
    assert not len(network.behind_switch(fuse))


def test_rows_that_refer_to_nothing_are_reported() -> None:
    network = build_network(
        by_hand(
            sections=Sections(id=["L1", "L2", "P"], from_node=["n0", "n2", "x"], to_node=["n1", "m2", "x"]),
            transformers=Transformers(
                id=["T1", "T2", "T3"], circuit_id=["CKT", "NONE", "CKT"], node=["n1", "m2", "lost"]
            ),
            meters=Meters(id=["M1", "M2"], transformer_id=["T1", "T9"], customer_count=[1, 1]),
        )
    )

    assert network.problems == {
        "BOTH_ENDS_AT_ONE_NODE": ("P",),
        "UNKNOWN_CIRCUIT": ("T2",),
        "UNKNOWN_TRANSFORMER": ("M2",),
        "NOT_FED": ("T3",),
    }
    lost = network.arrays.transformers.positions(["T1", "T3"])
    assert network.common_device(lost) == NONE
    assert network.arrays.transformers.keys(network.of_circuit(0)) == ["T1", "T3"]


def test_an_empty_network_is_one() -> None:
    nothing: list[str] = []
    network = build_network(
        NetworkColumns(
            circuits=Circuits(id=nothing, substation_id=nothing),
            sections=Sections(id=nothing, from_node=nothing, to_node=nothing),
            switches=Switches(
                id=nothing, kind=nothing, circuit_id=nothing, from_node=nothing, to_node=nothing, is_open=[]
            ),
            transformers=Transformers(id=nothing, circuit_id=nothing, node=nothing),
        )
    )

    assert network.problems == {}
    assert network.arrays.transformers.position("T1") == NONE


@pytest.mark.parametrize(("kind", "device_id"), [("POLE", "P1"), ("METER", "")])
def test_a_device_is_of_a_known_kind_and_has_an_id(kind: str, device_id: str) -> None:
    with pytest.raises(ValueError, match="device"):
        DeviceRef(kind, device_id)  # type: ignore[arg-type]


def test_a_device_takes_its_kind_as_text() -> None:
    assert DeviceRef("SWITCH", "SW-1") == DeviceRef(DeviceKind.SWITCH, "SW-1")  # type: ignore[arg-type]
