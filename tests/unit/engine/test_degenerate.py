"""Networks at the edge of what can be computed: every way into the engine gives the same defined answer.

The expected answer is that of the brute-force cascade, which shares no code with any of them, and where a
pencil suffices, of the pencil.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade.engine.batch.builders import every_branch, every_bus, monte_carlo, pairs, random_branches
from cascade.engine.batch.contingencies import Contingencies, from_lists
from cascade.engine.batch.run import run_many
from cascade.engine.cascade import simulate
from cascade.engine.errors import CascadeInputError
from cascade.engine.native.base import native_base
from cascade.engine.native.pairs import NotScreenable, n2_pairs
from cascade.engine.native.screening import screen_n_minus_1
from cascade.engine.native.wave import flows_without
from cascade.engine.outages import Outages, resolve_outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from cascade.engine.sweep import n_minus_1
from grid.powerflow.dcflow import SingularIsland
from grid.powerflow.network import Network, NetworkError
from tests.unit.engine import brute_force
from tests.unit.engine.random_networks import random_network, tight_network
from tests.unit.powerflow.small_cases import make_network, triangle

PARAMS = CascadeParams()
near = pytest.approx


def edge(
    loads: list[float], branches: list[Any], units: list[Any], rates: list[float] | None = None, **more: Any
) -> Callable[[], Network]:
    return lambda: make_network(loads=loads, branches=branches, units=units, rates=rates, **more)


TRIANGLE = [(0, 1), (0, 2), (2, 1)]
EDGES: dict[str, Callable[[], Network]] = {
    "isolated bus with load": edge([0.0, 60.0, 40.0, 25.0], TRIANGLE, [(0, 100.0, 200.0)], [90.0] * 3),
    "isolated bus with a unit": edge(
        [0.0, 60.0, 40.0, 0.0], TRIANGLE, [(0, 100.0, 200.0), (3, 30.0, 50.0)], [90.0] * 3
    ),
    "isolated bus that feeds itself": edge(
        [0.0, 60.0, 40.0, 25.0], TRIANGLE, [(0, 100.0, 200.0), (3, 30.0, 50.0)], [90.0] * 3
    ),
    "isolated bus with nothing": edge([0.0, 60.0, 40.0, 0.0], TRIANGLE, [(0, 100.0, 200.0)], [90.0] * 3),
    "every load 0 MW": edge([0.0] * 3, TRIANGLE, [(0, 100.0, 200.0)], [10.0] * 3),
    "every unit 0 MW": edge([0.0, 60.0, 40.0], TRIANGLE, [(0, 0.0, 0.0)], [10.0] * 3),
    "no units": edge([5.0, 60.0, 40.0], TRIANGLE, [], [10.0] * 3),
    "nothing has a rating": edge([0.0, 60.0, 40.0], TRIANGLE, [(0, 100.0, 200.0)]),
    "a unit above its capacity": edge([0.0, 60.0, 40.0], TRIANGLE, [(0, 100.0, 20.0)], [90.0] * 3),
    "parallel lines of one pair": edge([0.0, 120.0], [(0, 1)] * 4, [(0, 120.0, 200.0)], [35.0] * 4),
    "parallel lines, one the other way round": edge(
        [0.0, 120.0], [(0, 1), (1, 0), (0, 1)], [(0, 120.0, 200.0)], [70.0] * 3
    ),
    "a series capacitor beside a line": edge(
        [0.0, 60.0, 40.0],
        [(0, 1, 0.1), (0, 1, -0.3), (0, 2), (2, 1)],
        [(0, 100.0, 200.0)],
        [80.0, 80.0, 90.0, 90.0],
    ),
    "reactances ten million times apart": edge(
        [0.0, 60.0, 40.0], [(0, 1, 1e-5), (0, 2, 1e2), (2, 1, 0.1)], [(0, 100.0, 200.0)], [105.0] * 3
    ),
    "two networks side by side": edge(
        [0.0, 60.0, 40.0, 0.0, 30.0],
        [*TRIANGLE, (3, 4), (3, 4)],
        [(0, 100.0, 200.0), (3, 30.0, 40.0)],
        [90.0, 90.0, 90.0, 20.0, 20.0],
    ),
    "an infeed larger than any load": edge([0.0, -80.0, 40.0], TRIANGLE, [(0, 10.0, 20.0)], [50.0] * 3),
    "a pump and nothing to feed it": edge([0.0, 0.0, 0.0], TRIANGLE, [(1, -50.0, 0.0)], [50.0] * 3),
    "a phase shifter in a ring without load": edge(
        [0.0, 0.0, 0.0, 5.0], [*TRIANGLE, (2, 3)], [(0, 5.0, 9.0)], [50.0] * 4, shift_deg=[10.0, 0, 0, 0]
    ),
    "a chain": edge([0.0, 10.0, 10.0, 10.0], [(0, 1), (1, 2), (2, 3)], [(0, 30.0, 30.0)], [30.0] * 3),
}


def expected(network: Network, branches: list[int], buses: list[int]) -> brute_force.PlainResult:
    return brute_force.run(
        network, branches_out=branches, buses_out=buses, load_multiplier=1.0, rating_multiplier=1.0
    )


@pytest.mark.parametrize("name", EDGES)
def test_every_loss_of_a_branch_is_the_same_by_every_way(name: str) -> None:
    network = EDGES[name]()
    prepared = prepare(network)
    everything = every_branch(network)

    batch = run_many(prepared, PARAMS, everything)
    sweep = n_minus_1(prepared, PARAMS)
    screening = screen_n_minus_1(native_base(prepared, PARAMS))

    assert batch.solved.all()
    assert sweep.solved.all()
    assert screening.solved.all()
    for row in range(network.n_branches):
        plain = expected(network, [row], [])
        assert plain.closest_call > 1e-6, "too near a decision to compare"
        single = simulate(network=prepared, outages=everything.outages(row, network), params=PARAMS)
        waves = [wave.tripped for wave in plain.waves[1:]]
        assert [wave.tripped.tolist() for wave in single.waves[1:]] == waves
        assert [wave.tolist() for wave in batch.waves(row)] == waves
        assert (sweep.n_waves[row], sweep.n_tripped[row]) == (len(waves), sum(map(len, waves)))
        for shed_mw in (single.shed_mw, batch.shed_mw[row], sweep.shed_mw[row]):
            assert shed_mw == near(plain.waves[-1].shed_mw, abs=1e-6)
        assert screening.shed_mw[row] == near(plain.waves[0].shed_mw, abs=1e-6)
        assert screening.n_overloaded[row] == plain.waves[0].overloads
        np.testing.assert_allclose(single.flow_mw, plain.flow_mw, rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", EDGES)
def test_every_loss_of_a_bus_and_of_everything_is_that_of_the_brute_force_cascade(name: str) -> None:
    network = EDGES[name]()
    n, m = network.n_buses, network.n_branches
    contingencies = from_lists(
        [*([] for _ in range(n)), list(range(m)), [], list(range(m))],
        [*([bus] for bus in range(n)), [], list(range(n)), list(range(n))],
    )

    batch = run_many(network, PARAMS, contingencies, with_bus_served=True)

    assert batch.bus_served_mw is not None
    for row in range(len(contingencies)):
        branches, buses = contingencies.branches_of(row).tolist(), contingencies.buses_of(row).tolist()
        plain = expected(network, branches, buses)
        single = simulate(network=network, outages=contingencies.outages(row, network), params=PARAMS)
        for shed_mw in (single.shed_mw, batch.shed_mw[row]):
            assert shed_mw == near(plain.waves[-1].shed_mw, abs=1e-6)
        assert batch.n_waves[row] == single.n_waves == len(plain.waves) - 1
        np.testing.assert_allclose(batch.bus_served_mw[row], plain.load_mw, rtol=0, atol=1e-6)
    # All buses out: nothing is served, whatever the network.
    assert batch.bus_served_mw[-1].sum() == 0.0


@pytest.mark.parametrize("name", EDGES)
def test_pairs_and_sets_of_losses_at_the_edge(name: str) -> None:
    network = EDGES[name]()
    prepared = prepare(network)
    base = native_base(prepared, PARAMS)
    combinations = list(itertools.combinations(range(network.n_branches), 2))
    try:
        found = n2_pairs(base)
    except NotScreenable:
        assert np.any(network.x_pu < 0.0)
        return
    overloading = set(zip(found.first.tolist(), found.second.tolist(), strict=True))
    undecided = set(zip(found.pending_first.tolist(), found.pending_second.tolist(), strict=True))

    assert found.n_pairs == len(combinations)
    for pair in combinations:
        plain = expected(network, list(pair), [])
        wave = flows_without(base, np.array(pair))
        assert wave.shed_mw == near(plain.waves[0].shed_mw, abs=1e-6)
        assert len(wave.overloaded) == plain.waves[0].overloads
        if not {pair, pair[::-1]} & undecided:
            assert bool({pair, pair[::-1]} & overloading) == (plain.waves[0].overloads > 0)


def test_a_network_of_buses_alone_has_no_branch_to_lose() -> None:
    network = make_network(loads=[10.0, 0.0, 5.0], branches=[], units=[(0, 10.0, 10.0), (1, 5.0, 5.0)])
    prepared = prepare(network)

    batch = run_many(prepared, PARAMS, every_branch(network))
    screening = screen_n_minus_1(native_base(prepared, PARAMS))
    buses = run_many(prepared, PARAMS, every_bus(network))

    assert (len(batch), len(screening.branch), n_minus_1(prepared, PARAMS).branch.size) == (0, 0, 0)
    assert n2_pairs(native_base(prepared, PARAMS)).n_pairs == 0
    assert batch.base_shed_mw == near(5.0)  # bus 2 has nobody to feed it
    assert buses.shed_mw.tolist() == near([10.0, 0.0, 0.0])


def test_parallel_lines_that_cancel_are_unsolved_and_named_by_every_way() -> None:
    # The reactances 0.1 and -0.1 add up to no susceptance at all: no flow between the two buses can be told.
    network = make_network(
        loads=[0.0, 60.0, 40.0],
        branches=[(0, 1, 0.1), (0, 1, -0.1), (0, 2), (2, 1)],
        units=[(0, 100.0, 200.0)],
        rates=[90.0] * 4,
    )
    prepared = prepare(network)
    # With the way over bus 2 the intact network is sound, and so is each of the two without the other.
    batch = run_many(prepared, PARAMS, from_lists([[2], [3], [0], [1]]))
    screening = screen_n_minus_1(native_base(prepared, PARAMS), [2, 3, 0, 1])

    assert batch.solved.tolist() == screening.solved.tolist() == [False, False, True, True]
    assert np.isnan(batch.shed_mw[:2]).all()
    assert batch.n_waves[:2].tolist() == [-1, -1]
    for branch in (2, 3):
        with pytest.raises(SingularIsland, match="BUS-"):
            simulate(
                network=prepared,
                outages=resolve_outages(network=network, branch_ids=[f"BR-{branch}"]),
                params=PARAMS,
            )


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"x_pu": [0.1, 0.0, 0.1]}, "x_pu", "BR-1"),
        ({"x_pu": [0.1, float("nan"), 0.1]}, "x_pu", "BR-1"),
        ({"bus_load_mw": [0.0, float("nan"), 1.0]}, "bus_load_mw", "BUS-1"),
        ({"rate_mva": [1.0, 1.0, float("nan")]}, "rate_mva", "BR-2"),
        ({"unit_p_mw": [float("inf")]}, "unit_p_mw", "PLANT-0"),
        ({"branch_ids": ("BR-0", "BR-0", "BR-2")}, "branch_ids", "BR-0"),
        ({"bus_ids": ("BUS-0", "BUS-1", "BUS-1")}, "bus_ids", "BUS-1"),
        ({"unit_ids": ("",)}, "unit_ids", "entry 0"),
        ({"branch_to": [0, 2, 1]}, "branch_to", "BR-0"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_network_never_reaches_any_of_them(change: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(NetworkError, match=said) as caught:
        triangle(**change)

    assert caught.value.field == field


@pytest.mark.parametrize(
    "make",
    [
        lambda n: Outages(branch_out=[False] * 4, bus_out=[False] * 3),
        lambda n: resolve_outages(network=n, branch_ids=["BR-9"]),
        lambda n: resolve_outages(network=n, branch_ids=[]),
        lambda n: from_lists([[0.5]]),
        lambda n: from_lists([[float("nan")]]),
        lambda n: from_lists([[3]]).check(n),
        lambda n: from_lists([[-1]]).check(n),
        lambda n: from_lists([[]], [[7]]).check(n),
        lambda n: Contingencies(branch_start=[0, 2], branch=[0], bus_start=[0, 0], bus=[]),
        lambda n: pairs([0], [0]),
        lambda n: random_branches(n, size=0, count=1, seed=0),
        lambda n: random_branches(n, size=4, count=1, seed=0),
        lambda n: monte_carlo(branch_probability=[0.1, float("nan"), 0.1], count=1, seed=0),
        lambda n: monte_carlo(branch_probability=[0.1, 1.5, 0.1], count=1, seed=0),
        lambda n: flows_without(native_base(prepare(n), PARAMS), np.array([1, 1])),
        lambda n: screen_n_minus_1(native_base(prepare(n), PARAMS), [3]),
        lambda n: n2_pairs(native_base(prepare(n), PARAMS), [-1]),
    ],
    ids=range(17),
)
def test_what_cannot_be_lost_is_refused_by_field(make: Callable[[Network], Any]) -> None:
    with pytest.raises(CascadeInputError) as caught:
        make(triangle())

    assert caught.value.field


def test_a_loss_named_twice_is_one_loss_in_a_batch_and_a_slip_where_it_has_a_name() -> None:
    network = EDGES["a chain"]()

    batch = run_many(network, PARAMS, from_lists([[1], [1, 1], [1, 1]], [[], [], [2, 2]]))

    assert batch.shed_mw.tolist() == near([20.0, 20.0, 20.0])
    with pytest.raises(CascadeInputError, match="more than once: BR-1"):
        resolve_outages(network=network, branch_ids=["BR-1", "BR-1"])


@settings(max_examples=80)
@given(st.integers(0, 2**32 - 1), st.sampled_from([random_network, tight_network]))
def test_in_every_row_of_a_batch_power_balances_and_trips_are_disjoint(seed: int, make: Any) -> None:
    rng = np.random.default_rng(seed)
    network = make(rng)
    m = network.n_branches
    rows = (
        [rng.choice(m, int(rng.integers(0, m + 1)), replace=False).tolist() for _ in range(4)] if m else [[]]
    )
    params = CascadeParams(load_multiplier=float(rng.uniform(0.5, 2.0)))
    try:
        batch = run_many(network, params, from_lists(rows), with_bus_served=True)
    except SingularIsland:
        return
    assert batch.bus_served_mw is not None
    for row, lost in enumerate(rows):
        if not batch.solved[row]:
            assert np.isnan(batch.shed_mw[row])
            continue
        tripped = [branch for wave in batch.waves(row) for branch in wave.tolist()]
        assert len(tripped) == len(set(tripped)) == batch.n_tripped[row]
        assert not set(tripped) & set(lost)
        served = batch.bus_served_mw[row].sum()
        assert served + batch.shed_mw[row] + batch.base_shed_mw == near(batch.demand_mw, abs=1e-6)
        assert served >= -1e-9


@settings(max_examples=80)
@given(st.integers(0, 2**32 - 1), st.sampled_from([random_network, tight_network]))
def test_before_any_trip_losing_more_never_serves_more(seed: int, make: Any) -> None:
    # Only of wave 0: after trips a larger outage may well end better, since it may relieve what would trip.
    rng = np.random.default_rng(seed)
    network = make(rng)
    if network.n_branches < 2:
        return
    order = rng.permutation(network.n_branches)
    try:
        base = native_base(prepare(network), PARAMS)
        shed = [
            flows_without(base, np.sort(order[:count])).shed_mw for count in range(1, network.n_branches + 1)
        ]
    except SingularIsland:
        return

    assert np.all(np.diff(shed) >= -1e-6)
