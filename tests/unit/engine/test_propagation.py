"""The paths a cascade took, from its links."""

from __future__ import annotations

from cascade.engine.cascade import simulate
from cascade.engine.outages import resolve_outages
from cascade.engine.params import CascadeParams
from cascade.engine.propagation import Link, Propagation
from cascade.engine.trip import TripCause
from tests.unit.powerflow.small_cases import make_network


def link(parent: str | None, branch: str, wave: int) -> Link:
    return Link(
        parent_id=parent,
        parent_wave=None if parent is None else wave - 1,
        branch_id=branch,
        wave=wave,
        cause=TripCause.OVERLOAD,
        rise_mw=None if parent is None else 1.0,
    )


def test_paths_run_from_what_was_lost_first_to_what_led_to_nothing() -> None:
    #  A -> b -> d, A -> c, and e without a parent -> f
    spread = Propagation(
        links=(
            link("A", "b", 1),
            link("A", "c", 1),
            link(None, "e", 1),
            link("b", "d", 2),
            link("e", "f", 2),
        )
    )

    assert spread.roots == ("A", "e")
    assert spread.children() == {"A": ("b", "c"), "b": ("d",), "e": ("f",)}
    assert spread.paths() == (("A", "b", "d"), ("A", "c"), ("e", "f"))
    assert spread.spread() == {"A": 3, "b": 1, "e": 1}


def test_no_trips_are_no_paths() -> None:
    empty = Propagation(links=())

    assert (empty.roots, empty.paths(), empty.children(), empty.spread()) == ((), (), {}, {})


def test_a_long_cascade_is_no_deep_recursion() -> None:
    chain = Propagation(links=tuple(link(f"B{n}", f"B{n + 1}", n + 1) for n in range(5_000)))

    (path,) = chain.paths()
    assert len(path) == 5_001
    assert chain.spread()["B0"] == 5_000


def test_the_paths_of_a_cascade_calculated_by_hand() -> None:
    # Four parallel branches carry 120 MW, 30 each. Without BR-0: 40 > 39 on BR-1, which trips; then 60 > 50
    # on the other two. Each trip is the work of the only loss of the wave before.
    network = make_network(
        loads=[0.0, 120.0],
        branches=[(0, 1)] * 4,
        units=[(0, 120.0, 200.0)],
        rates=[50.0, 39.0, 50.0, 50.0],
    )
    outages = resolve_outages(network=network, branch_ids=["BR-0"])

    result = simulate(network=network, outages=outages, params=CascadeParams())

    assert result.propagation().paths() == (("BR-0", "BR-1", "BR-2"), ("BR-0", "BR-1", "BR-3"))
    first, second, third = result.propagation().links
    assert (first.parent_id, first.parent_wave, first.wave, first.cause) == ("BR-0", 0, 1, TripCause.OVERLOAD)
    assert first.rise_mw is not None
    assert abs(first.rise_mw - 10.0) < 1e-9  # a third of 30
    assert (second.parent_id, second.wave) == ("BR-1", 2)
    assert second.rise_mw is not None
    assert abs(second.rise_mw - 20.0) < 1e-9  # half of 40
    assert third.parent_id == "BR-1"
    assert result.base_flow_mw is not None
    assert [round(flow, 9) for flow in result.base_flow_mw] == [30.0] * 4
