"""Load that ties could take: by hand, and no candidate overloads anything on random feeders."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade.engine.distribution.params import SwitchingParams
from cascade.engine.distribution.transfers import candidate_transfers
from tests.unit.engine.distribution.networks import Device, Drawn, Line, Unit
from tests.unit.engine.distribution.random_feeders import feeders, graph_of, loads, normally_open
from tests.unit.engine.distribution.test_random_feeders import limits


def pair(**circuit_mva: float) -> Drawn:
    """Return SA - BRK-A - a - REC - b and SB - BRK-B - d, a tie from b to d; a 100, b 200, d 400 kVA."""
    return Drawn(
        circuits={"A": "SA", "B": "SB"},
        lines=[
            Line(id="L-a", start="a0", end="a", circuit="A"),
            Line(id="L-b", start="b0", end="b", circuit="A"),
            Line(id="L-d", start="d0", end="d", circuit="B"),
        ],
        devices=[
            Device(id="BRK-A", kind="BREAKER", start="SA", end="a0", circuit="A"),
            Device(id="REC", kind="RECLOSER", start="a", end="b0", circuit="A"),
            Device(id="BRK-B", kind="BREAKER", start="SB", end="d0", circuit="B"),
            Device(id="TIE", kind="TIE", start="b", end="d", circuit="B", is_open=True),
        ],
        units=[
            Unit(id="T-a", node="a", circuit="A", load_kva=100.0, customers=1),
            Unit(id="T-b", node="b", circuit="A", load_kva=200.0, customers=2),
            Unit(id="T-d", node="d", circuit="B", load_kva=400.0, customers=4),
        ],
        circuit_mva={"A": 100.0, "B": 100.0, **circuit_mva},
    )


def test_the_tie_takes_all_that_the_other_circuit_can_carry() -> None:
    """With room for 300 kVA the whole circuit moves; with room for 250 what the recloser parts."""
    [whole] = candidate_transfers(pair(B=0.7).model(), ["SA"])
    assert (whole.tie_id, whole.open_switch_id, whole.customers) == ("TIE", "BRK-A", 3)
    assert (whole.from_substation, whole.to_substation) == ("SA", "SB")
    assert (whole.mw, whole.margin_kva) == (pytest.approx(0.3 * 0.95), pytest.approx(0.0))

    [part] = candidate_transfers(pair(B=0.65).model(), ["SA"])
    assert (part.open_switch_id, part.mw, part.customers) == ("REC", pytest.approx(0.2 * 0.95), 2)
    assert candidate_transfers(pair(B=0.5).model(), ["SA"]) == []


def test_who_loses_load_itself_takes_nothing_over() -> None:
    assert candidate_transfers(pair().model(), ["SA", "SB"]) == []
    assert [each.from_substation for each in candidate_transfers(pair().model(), ["SB"])] == ["SB"]
    assert candidate_transfers(pair().model(), ["S-UNKNOWN"]) == []


def test_what_is_not_known_is_not_relied_on_and_nobody_drives() -> None:
    drawn = pair()
    unknown = replace(drawn, units=[replace(drawn.units[0], load_kva=None), *drawn.units[1:]])
    [part] = candidate_transfers(unknown.model(), ["SA"])
    assert part.open_switch_id == "REC"
    assert candidate_transfers(pair(B=float("nan")).model(), ["SA"]) == []
    by_hand = SwitchingParams(remote_kinds=("BREAKER", "RECLOSER"))
    assert candidate_transfers(drawn.model(), ["SA"], params=by_hand) == []


@given(feeders(capacities=True), st.data())
@settings(max_examples=100)
def test_no_transfer_overloads_anything_or_closes_a_loop(drawn: Drawn, data: st.DataObject) -> None:
    relieved = data.draw(st.sampled_from(sorted(drawn.circuits.values())))
    sources = set(drawn.circuits.values())
    rated = limits(drawn)
    before = loads(drawn, normally_open(drawn), sources)
    for each in candidate_transfers(drawn.model(), [relieved]):
        opened = (normally_open(drawn) - {each.tie_id}) | {each.open_switch_id}
        after = loads(drawn, opened, sources)  # asserts that it stays radial
        moved = [key for key in after if after[key] > before.get(key, 0.0) + 1e-9]
        assert all(after[key] <= rated[key] + 1e-6 for key in moved), each
        here, was = (
            set(nx.node_connected_component(graph_of(drawn, state), each.to_substation))
            for state in (opened, normally_open(drawn))
        )
        gained = [unit for unit in drawn.units if unit.node in here - was]
        assert sum(unit.customers for unit in gained) == each.customers
        assert each.mw == pytest.approx(sum(unit.load_kva or 0.0 for unit in gained) * 0.95 / 1000.0)
