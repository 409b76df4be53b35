"""The engine against a brute-force cascade on random small networks."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from cascade.engine.cascade import simulate
from cascade.engine.outages import resolve_outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from cascade.engine.result import CascadeResult, Termination
from grid.powerflow.dcflow import SingularIsland
from grid.powerflow.network import Network
from tests.unit.engine import brute_force
from tests.unit.engine.random_networks import random_network, random_outage, tight_network

SEEDS_PER_CASE = 50


def run_both(
    rng: np.random.Generator, network: Network, *, spread: float
) -> tuple[CascadeResult | None, brute_force.PlainResult | None]:
    branches, buses, substations = random_outage(rng, network)
    load_multiplier, rating_multiplier = np.exp(rng.uniform(-spread, spread, 2)).tolist()
    outages = resolve_outages(
        network=network,
        branch_ids=[network.branch_ids[branch] for branch in branches],
        bus_ids=[network.bus_ids[bus] for bus in buses],
        substation_ids=[network.substation_ids[substation] for substation in substations],
    )
    params = CascadeParams(load_multiplier=load_multiplier, rating_multiplier=rating_multiplier)
    all_buses = sorted({*buses, *np.flatnonzero(np.isin(network.bus_substation, substations)).tolist()})
    try:
        expected = brute_force.run(
            network,
            branches_out=branches,
            buses_out=all_buses,
            load_multiplier=load_multiplier,
            rating_multiplier=rating_multiplier,
        )
    except brute_force.SingularMatrix:
        expected = None
    try:
        result = simulate(network=prepare(network), outages=outages, params=params)
    except SingularIsland:
        result = None
    return result, expected


def assert_same(result: CascadeResult, expected: brute_force.PlainResult) -> None:
    assert result.demand_mw == pytest.approx(expected.demand_mw, abs=1e-9)
    assert result.base_served_mw == pytest.approx(expected.base_served_mw, abs=1e-9)
    assert result.base_shed_mw == pytest.approx(expected.demand_mw - expected.base_served_mw, abs=1e-9)
    assert len(result.waves) == len(expected.waves)
    shed_before = 0.0
    for index, (wave, plain) in enumerate(zip(result.waves, expected.waves, strict=True)):
        assert wave.index == index
        assert wave.tripped.tolist() == plain.tripped
        assert wave.shed_mw == pytest.approx(plain.shed_mw, abs=1e-6)
        assert wave.shed_increment_mw == pytest.approx(plain.shed_mw - shed_before, abs=1e-6)
        assert wave.served_mw == pytest.approx(plain.served_mw, abs=1e-6)
        assert wave.generated_mw == pytest.approx(plain.generated_mw, abs=1e-6)
        assert (wave.islands_alive, wave.islands_dead) == (plain.alive, plain.dead)
        assert wave.n_overloads == plain.overloads
        shed_before = plain.shed_mw
    np.testing.assert_allclose(result.flow_mw, expected.flow_mw, atol=1e-6, rtol=1e-9)
    np.testing.assert_allclose(result.bus_served_mw, expected.load_mw, atol=1e-6)
    assert result.bus_dead.tolist() == expected.dead_bus
    if math.isinf(expected.closest_margin):
        assert math.isnan(result.closest_margin)
    else:
        assert result.closest_margin == pytest.approx(expected.closest_margin, abs=1e-7, rel=1e-6)
    alive = expected.waves[-1].alive > 0
    assert result.termination is (Termination.STABLE if alive else Termination.BLACKOUT)


@pytest.mark.parametrize("make", [random_network, tight_network])
@pytest.mark.parametrize("case", range(8))
def test_agrees_with_brute_force(case: int, make: Callable[[np.random.Generator], Network]) -> None:
    waves, dead, shed, skipped = [], 0, 0, 0
    for seed in range(case * SEEDS_PER_CASE, (case + 1) * SEEDS_PER_CASE):
        rng = np.random.default_rng(seed)
        result, expected = run_both(rng, make(rng), spread=0.9 if make is random_network else 0.15)
        if expected is None or expected.closest_call < 1e-9:
            skipped += 1  # near-singular, or so close to a threshold that rounding may decide
            continue
        assert result is not None, f"seed {seed}"
        assert_same(result, expected)
        waves.append(result.n_waves)
        dead += result.waves[-1].islands_dead > 0
        shed += result.shed_mw > 1.0

    # The sample must hold what it is for.
    assert skipped <= 2
    assert max(waves) >= (1 if make is random_network else 3)
    assert sum(wave == 0 for wave in waves) > 2
    assert dead > 5
    assert shed > 5
