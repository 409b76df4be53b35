"""Batches with options: against one cascade after another and against the brute force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cascade.engine.batch.builders import every_branch, every_unit
from cascade.engine.batch.contingencies import Contingencies, from_lists, split
from cascade.engine.batch.result import BatchResult, EnginePath, merge
from cascade.engine.batch.run import run_many
from cascade.engine.cascade import simulate
from cascade.engine.conditions import Conditions, InvalidConditions
from cascade.engine.options import DispatchRule, OverloadRelay, RandomTrips, TripSelection
from cascade.engine.outages import NoOutage
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from cascade.engine.result import CascadeResult, Termination
from cascade.engine.trips.chance import row_seed
from grid.powerflow.dcflow import SingularIsland
from grid.powerflow.network import Network
from tests.unit.engine import brute_force
from tests.unit.engine.option_cases import random_options
from tests.unit.engine.random_networks import random_network, random_outage, tight_network
from tests.unit.powerflow.small_cases import make_network, triangle

CLOSE_CALL = 1e-5
COMPILED = ("alpha", "worst", "weather")


def random_contingencies(rng: np.random.Generator, network: Network, count: int) -> Contingencies:
    """Return contingencies of branches, buses and units; some take out nothing but units."""
    branch_rows, bus_rows, unit_rows = [], [], []
    for _ in range(count):
        branches, buses, _ = random_outage(rng, network)
        only_units = rng.random() < 0.3
        branch_rows.append([] if only_units else branches)
        bus_rows.append([] if only_units else buses)
        units = np.flatnonzero(rng.random(network.n_units) < rng.choice([0.0, 0.2, 0.6])).tolist()
        unit_rows.append(units + units[:1])  # naming one twice is naming it once
    return from_lists(branch_rows, bus_rows, unit_rows)


def assert_row(batch: BatchResult, row: int, single: CascadeResult) -> None:
    assert [wave.tolist() for wave in batch.waves(row)] == [
        wave.tripped.tolist() for wave in single.waves[1:]
    ]
    assert batch.termination(row) is single.termination
    assert batch.shed_mw[row] == pytest.approx(single.shed_mw, abs=1e-6)
    np.testing.assert_allclose(batch.closest_margin[row], single.closest_margin, atol=1e-6)


def test_compiled_options_and_lost_units_give_what_single_cascades_give() -> None:
    compared = cascades = units_alone = compiled_rows = 0
    for seed in range(160):
        rng = np.random.default_rng(5_000 + seed)
        network = (random_network if seed % 2 else tight_network)(rng)
        names = {name for name in COMPILED if rng.random() < 0.6}
        case = random_options(rng, network, names)
        params = replace(case.params, load_multiplier=float(np.exp(rng.uniform(-0.2, 0.3))))
        prepared = prepare(network)
        contingencies = random_contingencies(rng, network, 8)
        batch = run_many(prepared, params, contingencies, conditions=case.conditions, with_bus_served=True)
        compiled_rows += int((~batch.by_reference).sum())
        for row in range(len(contingencies)):
            try:
                single = simulate(
                    network=prepared,
                    outages=contingencies.outages(row, network),
                    params=params,
                    conditions=case.conditions,
                )
            except NoOutage:
                continue
            except SingularIsland:
                assert not batch.solved[row], (seed, row)
                continue
            if single.closest_margin < CLOSE_CALL:
                continue
            assert batch.solved[row], (seed, row)
            assert_row(batch, row, single)
            assert batch.bus_served_mw is not None
            np.testing.assert_allclose(batch.bus_served_mw[row], single.bus_served_mw, atol=1e-6)
            compared += 1
            cascades += single.n_waves > 1
            units_alone += len(contingencies.units_of(row)) > 0 and not len(single.outage_branches)
    assert compared > 900
    assert cascades > 100
    assert units_alone > 100
    assert compiled_rows > 900


def test_rows_with_options_are_those_of_the_brute_force() -> None:
    compared = 0
    for seed in range(60):
        rng = np.random.default_rng(9_000 + seed)
        network = tight_network(rng)
        case = random_options(rng, network, {"alpha", "weather"} | ({"worst"} if seed % 2 else set()))
        contingencies = random_contingencies(rng, network, 4)
        batch = run_many(network, case.params, contingencies, conditions=case.conditions)
        assert batch.path is EnginePath.COMPILED
        for row in range(len(contingencies)):
            plain = brute_force.run(
                network,
                branches_out=contingencies.branches_of(row).tolist(),
                buses_out=contingencies.buses_of(row).tolist(),
                load_multiplier=1.0,
                rating_multiplier=1.0,
                options=replace(case.plain, units_out=contingencies.units_of(row).tolist()),
            )
            if plain.closest_call < CLOSE_CALL:
                continue
            assert [wave.tolist() for wave in batch.waves(row)] == [w.tripped for w in plain.waves[1:]]
            assert batch.shed_mw[row] == pytest.approx(plain.waves[-1].shed_mw, abs=1e-6)
            compared += 1
    assert compared > 150


def test_an_emergency_rating_by_hand() -> None:
    # Losing 0-1 puts 100 MW on 0-2, which is rated 90: 111 %.
    network = triangle(rate_mva=[100.0, 90.0, 100.0])

    plain = run_many(network, CascadeParams(), every_branch(network))
    lenient = run_many(network, CascadeParams(trip_threshold_frac=1.15), every_branch(network))

    assert plain.n_tripped.tolist() == [1, 0, 0]
    assert lenient.n_tripped.tolist() == [0, 0, 0]
    assert lenient.first_loading_frac[0] == pytest.approx(100 / 90)  # of the rating itself
    assert lenient.closest_margin[0] == pytest.approx(1.0 - 100 / (1.15 * 90))
    assert lenient.path is EnginePath.COMPILED


def test_ratings_of_the_hour_by_hand() -> None:
    network = triangle(rate_mva=[100.0, 100.0, 100.0])
    warm = Conditions(branch_rating_frac=np.array([np.nan, 0.9, 1.0]))

    assert run_many(network, CascadeParams(), every_branch(network)).n_tripped.tolist() == [0, 0, 0]
    batch = run_many(network, CascadeParams(), every_branch(network), conditions=warm)
    assert batch.n_tripped.tolist() == [1, 0, 0]
    assert batch.first_loading_frac[0] == pytest.approx(100 / 90)


def test_conditions_of_another_network_are_refused() -> None:
    with pytest.raises(InvalidConditions):
        run_many(
            triangle(),
            CascadeParams(),
            every_branch(triangle()),
            conditions=Conditions(branch_rating_frac=np.ones(2)),
        )


def test_the_most_overloaded_goes_first() -> None:
    # Two paths beside the lost one, both overloaded, the second more so; after it goes, the first is worse.
    network = make_network(
        loads=[0.0, 120.0],
        branches=[(0, 1, 0.1), (0, 1, 0.1), (0, 1, 0.1)],
        units=[(0, 120.0, 200.0)],
        rates=[100.0, 55.0, 50.0],
    )

    batch = run_many(network, CascadeParams(trip_selection=TripSelection.MOST_OVERLOADED), from_lists([[0]]))

    assert [wave.tolist() for wave in batch.waves(0)] == [[2], [1]]
    assert batch.path is EnginePath.COMPILED


def test_a_lost_unit_and_a_lost_pump_by_hand() -> None:
    network = make_network(
        loads=[0.0, 100.0],
        branches=[(0, 1, 0.1)],
        units=[(0, 60.0, 80.0), (1, 40.0, 50.0), (1, -20.0, 0.0)],
        rates=[200.0],
    )

    batch = run_many(network, CascadeParams(), every_unit(network))

    # 120 MW with the pump; 50 are left without the first unit, 80 without the second, the pump takes its own.
    np.testing.assert_allclose(batch.shed_mw, [70.0, 40.0, 20.0])
    assert not batch.by_reference.any()


@pytest.mark.parametrize(
    "params",
    [
        CascadeParams(random_trips=RandomTrips(overloaded_prob=0.5), seed=4),
        CascadeParams(relay=OverloadRelay(horizon_s=1.0)),
    ],
)
def test_endings_of_other_options_are_told(params: CascadeParams) -> None:
    network = triangle(rate_mva=[100.0, 60.0, 100.0])
    batch = run_many(network, params, from_lists([[0]] * 20))

    seen = {batch.termination(row) for row in range(20)}
    if params.relay is not None:
        assert seen == {Termination.TIME_LIMIT}
    else:
        assert Termination.SPARED in seen


def test_every_row_draws_for_itself_however_the_batch_is_split() -> None:
    network = triangle(rate_mva=[100.0, 60.0, 100.0])
    params = CascadeParams(random_trips=RandomTrips(overloaded_prob=0.5, near_limit_prob=0.0), seed=11)
    draws = from_lists([[0]] * 400)

    whole = run_many(network, params, draws)
    parts = merge([run_many(network, params, part) for part in split(draws, 7)])

    np.testing.assert_array_equal(whole.n_tripped, parts.n_tripped)
    # One draw of one half each: within four standard deviations.
    assert abs(int((whole.n_tripped > 0).sum()) - 200) < 4 * 10
    for row in (0, 17, 399):
        single = simulate(
            network=network,
            outages=draws.outages(row, network),
            params=replace(params, seed=row_seed(params.seed, row)),
        )
        assert len(single.tripped) == whole.n_tripped[row]
    again = run_many(network, replace(params, seed=12), draws)
    assert (again.n_tripped != whole.n_tripped).any()


def test_merit_order_takes_the_costs_of_the_hour() -> None:
    network = make_network(
        loads=[0.0, 0.0, 100.0],
        branches=[(0, 2, 0.1), (1, 2, 0.1), (0, 2, 0.1)],
        units=[(0, 50.0, 200.0), (1, 50.0, 200.0)],
        rates=[300.0, 60.0, 300.0],
    )
    params = CascadeParams(dispatch=DispatchRule.MERIT_ORDER, load_multiplier=1.5)
    dear = Conditions(unit_cost_usd_per_mwh=np.array([10.0, 30.0]))
    cheap = Conditions(unit_cost_usd_per_mwh=np.array([30.0, 10.0]))

    held = run_many(network, params, from_lists([[2]]), conditions=dear)
    tripped = run_many(network, params, from_lists([[2]]), conditions=cheap)

    assert (held.n_tripped[0], tripped.n_tripped[0]) == (0, 1)
    with pytest.raises(InvalidConditions, match="unit_cost"):
        run_many(network, params, from_lists([[2]]))
