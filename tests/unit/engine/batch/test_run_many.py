"""Batches against one cascade after another, and against themselves in parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cascade.engine.batch.builders import every_branch, every_bus, random_branches
from cascade.engine.batch.contingencies import (
    Contingencies,
    InvalidContingencies,
    from_lists,
    from_outages,
    split,
)
from cascade.engine.batch.result import BatchResult, EnginePath, UnlikeResults, merge
from cascade.engine.batch.run import run_many
from cascade.engine.cascade import simulate
from cascade.engine.outages import branch_outage
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared, prepare
from cascade.engine.result import CascadeResult, Termination
from grid.powerflow.base_case import secured, solve_base_case
from grid.powerflow.dcflow import SingularIsland
from grid.powerflow.network import Network
from tests.unit.engine import brute_force
from tests.unit.engine.random_networks import random_network, random_outage, tight_network
from tests.unit.engine.texas_case import load_case
from tests.unit.powerflow.small_cases import make_network, triangle

CLOSE_CALL = 1e-5
"""Where a flow comes nearer to its limit than this, rounding may decide."""


def random_contingencies(rng: np.random.Generator, network: Network, count: int) -> Contingencies:
    branch_rows, bus_rows = [], []
    for _ in range(count):
        branches, buses, substations = random_outage(rng, network)
        members = np.flatnonzero(np.isin(network.bus_substation, substations)).tolist()
        branch_rows.append(branches)
        bus_rows.append(sorted({*buses, *members}))
    return from_lists(branch_rows, bus_rows)


def assert_row(batch: BatchResult, row: int, single: CascadeResult) -> None:
    assert batch.solved[row]
    assert [wave.tolist() for wave in batch.waves(row)] == [
        wave.tripped.tolist() for wave in single.waves[1:]
    ]
    assert batch.n_waves[row] == single.n_waves
    assert batch.n_tripped[row] == len(single.tripped)
    assert batch.termination(row) is single.termination
    assert batch.shed_mw[row] == pytest.approx(single.shed_mw, abs=1e-6)
    trips = slice(batch.trip_start[row], batch.trip_start[row + 1])
    expected = np.concatenate([wave.tripped_flow_mw for wave in single.waves])
    np.testing.assert_allclose(batch.trip_flow_mw[trips], expected, atol=1e-6, rtol=1e-9)
    np.testing.assert_allclose(batch.closest_margin[row], single.closest_margin, atol=1e-6)
    if batch.bus_served_mw is not None:
        np.testing.assert_allclose(batch.bus_served_mw[row], single.bus_served_mw, atol=1e-6)


@pytest.mark.parametrize("make", [random_network, tight_network])
def test_rows_are_those_of_single_cascades(make: Callable[[np.random.Generator], Network]) -> None:
    compared = cascades = blackouts = skipped = 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        network = make(rng)
        spread = 0.9 if make is random_network else 0.15
        load, rating = np.exp(rng.uniform(-spread, spread, 2)).tolist()
        params = CascadeParams(load_multiplier=load, rating_multiplier=rating)
        prepared = prepare(network)
        contingencies = random_contingencies(rng, network, 8)
        batch = run_many(prepared, params, contingencies, with_bus_served=True)
        for row in range(len(contingencies)):
            try:
                single = simulate(
                    network=prepared, outages=contingencies.outages(row, network), params=params
                )
            except SingularIsland:
                assert not batch.solved[row], (seed, row)
                continue
            if single.closest_margin < CLOSE_CALL:
                skipped += 1
                continue
            assert_row(batch, row, single)
            compared += 1
            cascades += single.n_waves > 0
            blackouts += single.termination is Termination.BLACKOUT
    # The sample must hold what it is for.
    assert compared > 1000
    assert cascades > 100
    assert blackouts > 10
    assert skipped < 10


def test_rows_are_those_of_the_brute_force_cascade() -> None:
    compared = 0
    for seed in range(40):
        rng = np.random.default_rng(1000 + seed)
        network = tight_network(rng)
        contingencies = random_contingencies(rng, network, 4)
        batch = run_many(network, CascadeParams(load_multiplier=1.1), contingencies)
        for row in range(len(contingencies)):
            plain = brute_force.run(
                network,
                branches_out=contingencies.branches_of(row).tolist(),
                buses_out=contingencies.buses_of(row).tolist(),
                load_multiplier=1.1,
                rating_multiplier=1.0,
            )
            if plain.closest_call < CLOSE_CALL:
                continue
            assert [wave.tolist() for wave in batch.waves(row)] == [w.tripped for w in plain.waves[1:]]
            assert batch.shed_mw[row] == pytest.approx(plain.waves[-1].shed_mw, abs=1e-6)
            compared += 1
    assert compared > 100


@pytest.fixture(scope="module")
def texas() -> Prepared:
    return prepare(secured(load_case(), 1.2))


def test_texas_cascades_are_those_of_the_reference(texas: Prepared) -> None:
    params = CascadeParams(load_multiplier=1.2)
    everything = every_branch(texas.network)
    batch = run_many(texas, params, everything)
    assert not batch.by_reference.any()
    sample = np.random.default_rng(7).choice(len(everything), 25, replace=False).tolist()
    sample += np.argsort(-batch.n_tripped)[:5].tolist()
    for row in sample:
        single = simulate(network=texas, outages=everything.outages(row, texas.network), params=params)
        if single.closest_margin >= CLOSE_CALL:
            assert_row(batch, row, single)
    # Many of these cascades are long: islands, refactorisations and all.
    assert batch.n_tripped.max() > 500


def test_texas_losses_of_buses_are_those_of_the_reference(texas: Prepared) -> None:
    params = CascadeParams(load_multiplier=1.2)
    buses = every_bus(texas.network)
    sample = np.random.default_rng(8).choice(len(buses), 20, replace=False).tolist()
    outages = [buses.outages(row, texas.network) for row in sample]
    batch = run_many(texas, params, from_outages(outages), with_bus_served=True)
    for row, each in enumerate(outages):
        single = simulate(network=texas, outages=each, params=params)
        if single.closest_margin >= CLOSE_CALL:
            assert_row(batch, row, single)


def test_parts_merged_are_the_whole_to_the_last_bit(texas: Prepared) -> None:
    params = CascadeParams(load_multiplier=1.2)
    whole_list = random_branches(texas.network, size=2, count=90, seed=5)
    whole = run_many(texas, params, whole_list, with_bus_served=True)
    parts = split(whole_list, 7)
    merged = merge([run_many(texas, params, part, with_bus_served=True) for part in reversed(parts)][::-1])

    assert [len(part) for part in parts] == [13, 13, 13, 12, 13, 13, 13]
    for name in vars(whole):
        if isinstance(getattr(whole, name), np.ndarray):
            np.testing.assert_array_equal(getattr(merged, name), getattr(whole, name), err_msg=name)
    assert (merged.n_tripped > 0).any()


def test_hand_calculated_rows() -> None:
    # Flows 53.33, 46.67, 6.67 with ratings 100, 60 and 100: losing 0-1 puts 100 MW on 0-2 (60): it trips, and
    # all is lost. Losing 0-2 puts 100 on 0-1: it holds. Losing 2-1 leaves 60 and 40 of 100 and 60.
    batch = run_many(
        triangle(rate_mva=[100.0, 60.0, 100.0]),
        CascadeParams(),
        every_branch(triangle()),
        with_bus_served=True,
    )

    np.testing.assert_allclose(batch.shed_mw, [100.0, 0.0, 0.0], atol=1e-9)
    assert batch.n_tripped.tolist() == [1, 0, 0]
    assert batch.n_waves.tolist() == [1, 0, 0]
    assert batch.trip_contingency.tolist() == [0]
    assert batch.trip_branch.tolist() == [1]
    np.testing.assert_allclose(np.abs(batch.trip_flow_mw), [100.0])
    np.testing.assert_allclose(batch.first_loading_frac, [100 / 60, 1.0, 40 / 60])
    assert batch.first_loaded_branch.tolist() == [1, 0, 1]
    assert batch.path is EnginePath.COMPILED


def test_nothing_out_is_the_intact_network() -> None:
    batch = run_many(triangle(rate_mva=[100.0, 60.0, 100.0]), CascadeParams(), from_lists([[], [0, 0]]))

    np.testing.assert_allclose(batch.shed_mw, [0.0, 100.0], atol=1e-9)
    assert batch.n_waves.tolist() == [0, 1]


def test_everything_out_is_a_blackout() -> None:
    batch = run_many(triangle(), CascadeParams(), from_lists([[0, 1, 2], []], [[], [0, 1, 2]]))

    assert [batch.termination(row) for row in (0, 1)] == [Termination.BLACKOUT] * 2
    np.testing.assert_allclose(batch.shed_mw, [100.0, 100.0])
    assert np.isnan(batch.closest_margin).all()


def test_no_contingencies_give_no_rows() -> None:
    batch = run_many(triangle(), CascadeParams(), from_lists([]))

    assert len(batch) == 0
    assert len(batch.trip_wave) == 0


def test_rows_without_a_solution_are_unknown_and_the_others_are_not() -> None:
    network = make_network(
        loads=[0.0, 0.0, 50.0],
        branches=[(0, 1, 0.1), (1, 2, 0.2), (1, 2, -0.2), (0, 2, 0.3)],
        units=[(0, 50.0, 50.0)],
    )

    batch = run_many(network, CascadeParams(), every_branch(network))

    assert batch.solved.tolist() == [False, True, True, False]
    assert np.isnan(batch.shed_mw).tolist() == [True, False, False, True]
    assert batch.termination(0) is None


def test_the_wave_limit_holds() -> None:
    network = triangle(rate_mva=[100.0, 60.0, 100.0])

    batch = run_many(network, CascadeParams(max_waves=0), every_branch(network))

    assert batch.termination(0) is Termination.WAVE_LIMIT
    assert batch.n_waves.tolist() == [0, 0, 0]


def test_progress_is_told_and_can_stop() -> None:
    calls: list[tuple[int, int]] = []
    run_many(triangle(), CascadeParams(), every_branch(triangle()), progress=lambda *told: calls.append(told))
    assert calls[-1] == (3, 3)

    def stop(done: int, total: int) -> None:
        raise InterruptedError(f"{done} of {total}")

    with pytest.raises(InterruptedError, match="3 of 3"):
        run_many(triangle(), CascadeParams(), every_branch(triangle()), progress=stop)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"branch": [3]}, "branch"),
        ({"branch": [-1]}, "branch"),
        ({"branch": [0.5]}, "branch"),
        ({"branch_start": [0, 2]}, "branch_start"),
        ({"bus_start": [0, 0, 0]}, "bus_start"),
    ],
)
def test_wrong_lists_are_refused(wrong: dict[str, Any], field: str) -> None:
    given = {"branch_start": [0, 1], "branch": [0], "bus_start": [0, 0], "bus": []} | wrong

    with pytest.raises(InvalidContingencies) as caught:
        run_many(triangle(), CascadeParams(), Contingencies(**given))

    assert caught.value.field == field


def test_results_of_other_settings_do_not_merge() -> None:
    one = run_many(triangle(), CascadeParams(), every_branch(triangle()))
    other = run_many(triangle(), CascadeParams(load_multiplier=0.9), every_branch(triangle()))

    with pytest.raises(UnlikeResults, match="params"):
        merge([one, other])
    with pytest.raises(UnlikeResults):
        merge([])


def test_reference_rows_equal_compiled_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    network = tight_network(np.random.default_rng(3))
    params = CascadeParams(load_multiplier=1.1)
    compiled = run_many(network, params, every_branch(network))
    monkeypatch.setattr("cascade.engine.batch.run.COMPILED_SETTINGS", frozenset())

    batch = run_many(network, params, every_branch(network))

    assert batch.path is EnginePath.REFERENCE
    assert (batch.n_tripped > 0).any()
    for name in ("n_waves", "trip_branch", "trip_start", "ending", "first_loaded_branch"):
        np.testing.assert_array_equal(getattr(batch, name), getattr(compiled, name))
    np.testing.assert_allclose(batch.shed_mw, compiled.shed_mw, atol=1e-6)
    np.testing.assert_allclose(batch.first_loading_frac, compiled.first_loading_frac, atol=1e-9)


def test_a_secured_case_holds_its_load() -> None:
    network = load_case()
    secure = secured(network, 1.2)
    loaded = solve_base_case(replace(network, bus_load_mw=network.bus_load_mw * 1.2))
    rated = network.rate_mva > 0

    assert (np.abs(loaded.flow_mw) > network.rate_mva)[rated].any()
    assert (secure.rate_mva >= 1.05 * np.abs(loaded.flow_mw))[rated].all()
    assert (secure.rate_mva >= network.rate_mva).all()
    single = simulate(
        network=secure, outages=branch_outage(secure, 0), params=CascadeParams(load_multiplier=1.2)
    )
    assert single.base_shed_mw == pytest.approx(0.0, abs=1e-6)
