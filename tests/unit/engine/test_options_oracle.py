"""Every option, and mixtures of them, against a brute-force cascade on random networks."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from cascade.engine.cascade import simulate
from cascade.engine.outages import Outages
from cascade.engine.prepared import prepare
from cascade.engine.result import CascadeResult
from grid.powerflow.dcflow import SingularIsland
from grid.powerflow.network import Network
from tests.unit.engine import brute_force
from tests.unit.engine.option_cases import OPTIONS, OptionCase, mixed, random_options
from tests.unit.engine.random_networks import random_network, random_outage, tight_network

CASES = 60


def run_both(
    rng: np.random.Generator, network: Network, case: OptionCase
) -> tuple[CascadeResult | None, brute_force.PlainResult | None]:
    branches, buses, substations = random_outage(rng, network)
    bus_out = np.isin(network.bus_substation, substations)
    bus_out[buses] = True
    branch_out = np.zeros(network.n_branches, dtype=np.bool_)
    branch_out[branches] = True
    load_multiplier, rating_multiplier = np.exp(rng.uniform(-0.2, 0.2, 2)).tolist()
    params = replace(case.params, load_multiplier=load_multiplier, rating_multiplier=rating_multiplier)
    try:
        expected = brute_force.run(
            network,
            branches_out=branches,
            buses_out=np.flatnonzero(bus_out).tolist(),
            load_multiplier=load_multiplier,
            rating_multiplier=rating_multiplier,
            options=case.plain,
        )
    except brute_force.SingularMatrix:
        expected = None
    try:
        result = simulate(
            network=prepare(network),
            outages=Outages(branch_out=branch_out, bus_out=bus_out, unit_out=case.unit_out),
            params=params,
            conditions=case.conditions,
        )
    except SingularIsland:
        result = None
    return result, expected


def assert_same(result: CascadeResult, expected: brute_force.PlainResult, *, timed: bool) -> None:
    assert result.base_served_mw == pytest.approx(expected.base_served_mw, abs=1e-9)
    assert [wave.tripped.tolist() for wave in result.waves] == [wave.tripped for wave in expected.waves]
    for wave, plain in zip(result.waves, expected.waves, strict=True):
        assert [str(trip.cause) for trip in wave.trips] == plain.causes
        assert len(wave.tripped_units) == plain.units_tripped
        assert wave.ufls_steps == plain.blocks_shed
        assert wave.shed_mw == pytest.approx(plain.shed_mw, abs=1e-6)
        assert wave.generated_mw == pytest.approx(plain.generated_mw, abs=1e-6)
        assert (wave.islands_alive, wave.islands_dead) == (plain.alive, plain.dead)
        assert wave.n_overloads == plain.overloads
        if timed:
            assert wave.time_s == pytest.approx(plain.time_s, rel=1e-6)
        else:
            assert wave.time_s is None
    np.testing.assert_allclose(result.flow_mw, expected.flow_mw, atol=1e-6, rtol=1e-8)
    np.testing.assert_allclose(result.bus_served_mw, expected.load_mw, atol=1e-6)
    assert result.bus_dead.tolist() == expected.dead_bus
    assert result.termination.value == expected.end


@pytest.mark.parametrize("name", [*OPTIONS, *[f"mixture {number}" for number in range(6)]])
def test_agrees_with_brute_force(name: str) -> None:
    seen: Counter[str] = Counter()
    skipped = 0
    for seed in range(CASES):
        rng = np.random.default_rng([seed, sum(name.encode())])
        network = (tight_network if seed % 3 else random_network)(rng)
        case = random_options(rng, network, {name} if name in OPTIONS else mixed(rng))
        result, expected = run_both(rng, network, case)
        if expected is None or expected.closest_call < 1e-8:
            skipped += 1  # near-singular, or rounding may decide
            continue
        assert result is not None, f"seed {seed}"
        try:
            assert_same(result, expected, timed=case.params.relay is not None)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
        seen.update(str(trip.cause) for wave in result.waves for trip in wave.trips)
        seen.update(f"end {result.termination}" for _ in range(1))
        seen.update({"units": sum(len(wave.tripped_units) for wave in result.waves)})
        seen.update({"blocks": sum(wave.ufls_steps for wave in result.waves)})

    # The sample must hold what it is for.
    assert skipped <= CASES // 10
    needed = {
        "relay": ["RELAY_TIMER", "SHORT_TIME_RATING", "end TIME_LIMIT"],
        "random": ["RANDOM_OVERLOAD", "RANDOM_NEAR_LIMIT", "end SPARED"],
        "hidden": ["HIDDEN_FAILURE", "OVERLOAD"],
        "ramp": ["units", "OVERLOAD"],
        "ufls": ["blocks"],
    }.get(name, ["OVERLOAD"] if name in OPTIONS else [])
    for what in needed:
        assert seen[what] > 2, (what, seen)
