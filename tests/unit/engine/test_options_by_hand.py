"""Each option of the cascade calculated by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cascade.engine.cascade import simulate
from cascade.engine.conditions import AS_STORED, Conditions, InvalidConditions
from cascade.engine.options import (
    DispatchRule,
    HiddenFailures,
    OverloadRelay,
    RampLimits,
    RandomTrips,
    TripSelection,
    UnderFrequencyShedding,
)
from cascade.engine.outages import resolve_outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from cascade.engine.result import CascadeResult, Termination
from cascade.engine.state import CascadeState
from cascade.engine.trip import TripCause
from cascade.engine.trips.chance import Stream, draws
from grid.powerflow.network import Network
from tests.unit.powerflow.small_cases import make_network, triangle


def lose(
    network: Network,
    *branch_ids: str,
    conditions: Conditions = AS_STORED,
    units: tuple[str, ...] = (),
    **given: Any,
) -> CascadeResult:
    outages = resolve_outages(network=network, branch_ids=branch_ids, unit_ids=units)
    return simulate(network=network, outages=outages, params=CascadeParams(**given), conditions=conditions)


def parallel(*rates: float) -> Network:
    """Return two buses joined by equal branches that carry 120 MW."""
    return make_network(
        loads=[0.0, 120.0],
        branches=[(0, 1)] * len(rates),
        units=[(0, 120.0, 200.0)],
        rates=list(rates),
    )


# Published facts and the worked cases of the reference.


def test_a_triangle_carries_its_load_the_other_way_round() -> None:
    # Equal reactances, 60 and 40 MW: 53.33, 46.67 and 6.67. Without 1-2 its 53.33 go the other way, factor 1.
    result = lose(triangle(), "BR-0")

    assert result.base_flow_mw is not None
    np.testing.assert_allclose(result.base_flow_mw, [160 / 3, 140 / 3, 20 / 3])
    np.testing.assert_allclose(result.flow_mw, [0.0, 100.0, 60.0])


@pytest.mark.parametrize(("rate_mva", "shed_mw", "end"), [(50.0, 120.0, "BLACKOUT"), (60.0, 0.0, "STABLE")])
def test_three_equal_lines_lose_one(rate_mva: float, shed_mw: float, end: str) -> None:
    result = lose(parallel(rate_mva, rate_mva, rate_mva), "BR-0")

    assert (result.shed_mw, result.termination.value) == (pytest.approx(shed_mw, abs=1e-9), end)


# Trip threshold.


@pytest.mark.parametrize(("alpha", "trips"), [(1.0, 2), (1.19, 2), (1.2, 0), (1.25, 0)])
def test_the_trip_threshold_is_a_share_of_the_rating(alpha: float, trips: int) -> None:
    # 60 MW on 50 MVA: 120 %.
    result = lose(parallel(50.0, 50.0, 50.0), "BR-0", trip_threshold_frac=alpha)

    assert len(result.tripped) == trips
    assert result.rate_mva.tolist() == [50.0] * 3
    assert result.waves[0].closest_margin == pytest.approx(abs(60 / (50 * alpha) - 1), abs=1e-12)


# The most overloaded only.


def test_only_the_most_overloaded_trips_in_a_wave() -> None:
    # 144 MW; without BR-2 48 each: BR-1 at 120 %, BR-3 at 107 %. After both, or one after the other, the
    # whole comes to BR-0.
    network = parallel(50.0, 40.0, 200.0, 45.0)

    at_once = lose(network, "BR-2", load_multiplier=1.2)
    one = lose(network, "BR-2", load_multiplier=1.2, trip_selection=TripSelection.MOST_OVERLOADED)

    assert [wave.tripped_ids for wave in at_once.waves] == [(), ("BR-1", "BR-3"), ("BR-0",)]
    assert [wave.tripped_ids for wave in one.waves] == [(), ("BR-1",), ("BR-3",), ("BR-0",)]
    assert [wave.n_overloads for wave in one.waves] == [2, 2, 1, 0]


def test_of_twins_equally_overloaded_the_first_trips() -> None:
    result = lose(parallel(50.0, 50.0, 50.0), "BR-1", trip_selection=TripSelection.MOST_OVERLOADED)

    assert [wave.tripped_ids for wave in result.waves] == [(), ("BR-0",), ("BR-2",)]


# Relays.


def test_a_relay_bears_half_its_rating_of_overload_for_five_seconds() -> None:
    # 60 MW on 40 MVA is 150 %: trips after 5 s. The other then has 120 on 60: 60 over, and bears
    # 0.5 · 60 · 5 = 150 MW·s.
    result = lose(parallel(60.0, 40.0, 500.0), "BR-2", relay=OverloadRelay())

    assert [wave.tripped_ids for wave in result.waves] == [(), ("BR-1",), ("BR-0",)]
    assert [wave.time_s for wave in result.waves] == pytest.approx([0.0, 5.0, 7.5])
    assert {trip.cause for wave in result.waves for trip in wave.trips} == {TripCause.RELAY_TIMER}


def test_what_a_relay_collected_is_kept() -> None:
    # Without BR-3, 40 MW each on 32, 36 and 500: 8 and 4 over. BR-0 is to bear 0.5 · 32 · 10 = 160 MW·s:
    # 20 s. BR-1 (180) has 80 by then; with 60 MW, 24 over, the other 100 take 4.167 s.
    result = lose(parallel(32.0, 36.0, 500.0, 500.0), "BR-3", relay=OverloadRelay(delay_s=10.0))

    assert [wave.tripped_ids for wave in result.waves] == [(), ("BR-0",), ("BR-1",)]
    assert [wave.time_s for wave in result.waves] == pytest.approx([0.0, 20.0, 20.0 + 100.0 / 24.0])
    assert result.termination is Termination.STABLE


def test_nothing_trips_after_the_horizon() -> None:
    within = lose(parallel(60.0, 40.0, 500.0), "BR-2", relay=OverloadRelay(horizon_s=7.5))
    after = lose(parallel(60.0, 40.0, 500.0), "BR-2", relay=OverloadRelay(horizon_s=7.4))

    assert within.termination is Termination.BLACKOUT
    assert (after.n_waves, after.termination, after.shed_mw) == (1, Termination.TIME_LIMIT, 0.0)
    assert after.waves[-1].n_overloads == 1


def test_a_flow_above_the_short_time_rating_waits_for_nothing() -> None:
    # 150 % on BR-1 is at once above 1.4; BR-0 then has 200 %.
    result = lose(parallel(60.0, 40.0, 500.0), "BR-2", relay=OverloadRelay(instant_frac=1.4))

    assert [wave.time_s for wave in result.waves] == [0.0, 0.0, 0.0]
    assert {trip.cause for wave in result.waves for trip in wave.trips} == {TripCause.SHORT_TIME_RATING}


def test_waves_have_no_duration_without_relays() -> None:
    assert [wave.time_s for wave in lose(parallel(50.0, 50.0, 50.0), "BR-0").waves] == [None, None]


# Chance.


def seed_where(
    wave: int, below: dict[int, float], above: dict[int, float], *, stream: Stream, count: int
) -> int:
    """Return the first seed whose draws of a wave lie below and above the values given, per branch."""
    for seed in range(10_000):
        drawn = draws(seed=seed, stream=stream, wave=wave, count=count)
        if all(drawn[k] < v for k, v in below.items()) and all(drawn[k] >= v for k, v in above.items()):
            return seed
    raise AssertionError("no such seed")


def test_chance_spares_one_overloaded_branch_and_takes_one_near_its_limit() -> None:
    # 40 MW each without BR-3 on 39, 39 and 41 (97.6 %).
    network = parallel(39.0, 39.0, 41.0, 500.0)
    seed = seed_where(0, {0: 0.5, 2: 0.2}, {1: 0.5}, stream=Stream.RANDOM_TRIPS, count=4)
    chances = RandomTrips(overloaded_prob=0.5, near_limit_prob=0.2, near_limit_frac=0.95)

    result = lose(network, "BR-3", random_trips=chances, seed=seed)

    assert result.waves[1].tripped_ids == ("BR-0", "BR-2")
    assert [trip.cause for trip in result.waves[1].trips] == [
        TripCause.RANDOM_OVERLOAD,
        TripCause.RANDOM_NEAR_LIMIT,
    ]


def test_a_cascade_ends_where_chance_spares_all() -> None:
    result = lose(parallel(50.0, 50.0, 50.0), "BR-0", random_trips=RandomTrips(overloaded_prob=0.0))

    assert (result.termination, result.n_waves) == (Termination.SPARED, 0)
    assert result.waves[0].n_overloads == 2


def test_certain_trips_are_the_plain_cascade() -> None:
    certain = RandomTrips(overloaded_prob=1.0, near_limit_prob=0.0)

    assert lose(parallel(50.0, 50.0, 50.0), "BR-0", random_trips=certain).shed_mw == 120.0


def test_trips_happen_as_often_as_their_probability_says() -> None:
    # One overloaded branch, p = 0.3, 1,000 seeds: 300 ± 14.5; four of these off is one in 16,000.
    chances = RandomTrips(overloaded_prob=0.3, near_limit_prob=0.0)
    network = parallel(100.0, 500.0)

    trips = sum(len(lose(network, "BR-1", random_trips=chances, seed=seed).tripped) for seed in range(1_000))

    assert abs(trips - 300) < 58


# Hidden failures.


def test_a_defective_neighbour_trips_whatever_it_carries() -> None:
    # A chain 0-1-2-3, doubled at each hop, unlimited. BR-0 goes out; of BR-1 (parallel), BR-2, BR-3 (next
    # hop), BR-4 and BR-5 (the hop after) only BR-2 and BR-4 are defective: BR-2 goes, exposing BR-4.
    network = make_network(
        loads=[0.0, 0.0, 0.0, 60.0],
        branches=[(0, 1), (0, 1), (1, 2), (1, 2), (2, 3), (2, 3)],
        units=[(0, 60.0, 100.0)],
    )
    sound = {0: 0.3, 1: 0.3, 3: 0.3, 5: 0.3}
    seed = seed_where(0, {2: 0.3, 4: 0.3}, sound, stream=Stream.HIDDEN_FAILURES, count=6)

    result = lose(network, "BR-0", hidden_failures=HiddenFailures(defect_prob=0.3), seed=seed)

    assert [wave.tripped_ids for wave in result.waves] == [(), ("BR-2",), ("BR-4",)]
    assert [trip.cause for wave in result.waves for trip in wave.trips] == [TripCause.HIDDEN_FAILURE] * 2
    assert result.propagation().paths() == (("BR-0", "BR-2", "BR-4"),)
    assert all(link.rise_mw is None for link in result.propagation().links)
    assert (result.shed_mw, result.termination) == (pytest.approx(0.0, abs=1e-9), Termination.STABLE)


def test_an_overloaded_branch_with_a_defect_trips_for_its_overload() -> None:
    result = lose(parallel(50.0, 50.0, 50.0), "BR-0", hidden_failures=HiddenFailures(defect_prob=1.0))

    assert [trip.cause for trip in result.waves[1].trips] == [TripCause.OVERLOAD] * 2


# Dispatch.


def two_plants_and_a_reserve() -> Network:
    """Return one bus with 100 MW of load, fed by 60, 40 and 0 MW of units of 100 MW each."""
    return make_network(
        loads=[100.0, 0.0],
        branches=[(0, 1), (0, 1)],
        units=[(0, 60.0, 100.0), (0, 40.0, 100.0), (0, 0.0, 100.0)],
    )


def outputs(network: Network, conditions: Conditions = AS_STORED, **given: Any) -> list[float]:
    """Return the outputs of all units after PLANT-0 is lost."""
    state = CascadeState(prepared=prepare(network), params=CascadeParams(**given), conditions=conditions)
    state.take_out(resolve_outages(network=network, unit_ids=["PLANT-0"]))
    state.settle()
    return [round(float(value), 9) for value in state.unit_p_mw]


def test_a_lost_unit_is_replaced_in_proportion_to_headroom() -> None:
    # 60 MW missing; headroom 60 and 100.
    assert outputs(two_plants_and_a_reserve()) == [0.0, 62.5, 37.5]


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        ([10.0, 20.0, 30.0], [0.0, 100.0, 0.0]),
        ([10.0, 30.0, 20.0], [0.0, 40.0, 60.0]),
        ([10.0, 20.0, 20.0], [0.0, 100.0, 0.0]),
        ([10.0, np.nan, 99.0], [0.0, 40.0, 60.0]),
    ],
)
def test_merit_order_raises_the_cheapest_first(costs: list[float], expected: list[float]) -> None:
    conditions = Conditions(unit_cost_usd_per_mwh=np.array(costs))

    assert outputs(two_plants_and_a_reserve(), conditions, dispatch=DispatchRule.MERIT_ORDER) == expected


def test_merit_order_lowers_the_dearest_first() -> None:
    # Half the load is torn off: 100 -> 50 MW. The unit at 30 USD goes to 10.
    network = make_network(
        loads=[50.0, 50.0], branches=[(0, 1)], units=[(0, 60.0, 100.0), (0, 40.0, 100.0)], rates=[0.0]
    )
    conditions = Conditions(unit_cost_usd_per_mwh=np.array([30.0, 20.0]))
    params = CascadeParams(dispatch=DispatchRule.MERIT_ORDER)
    state = CascadeState(prepared=prepare(network), params=params, conditions=conditions)
    state.take_out(resolve_outages(network=network, branch_ids=["BR-0"]))
    state.settle()

    assert state.unit_p_mw.tolist() == pytest.approx([10.0, 40.0])


def test_merit_order_needs_costs() -> None:
    with pytest.raises(InvalidConditions, match="unit_cost_usd_per_mwh: is not given"):
        lose(triangle(), "BR-0", dispatch=DispatchRule.MERIT_ORDER)


def test_ramp_limits_leave_load_unserved() -> None:
    # 60 MW lost; each of the others can add 10 % of 100 MW.
    result = lose(
        two_plants_and_a_reserve(), units=("PLANT-0",), ramp=RampLimits(frac_per_min=0.1, window_min=1.0)
    )

    assert result.shed_mw == pytest.approx(40.0)
    assert result.outage_units.tolist() == [0]


def test_a_surplus_beyond_the_ramps_trips_the_smallest_unit() -> None:
    # Of 100 MW of load 50 are torn off; units of 60, 30 and 10 MW (100 each) can go down by 10 each:
    # 100 - 30 = 70 > 50. The smallest that still must put out something is that of 30 (20): 50 + 0 meet it.
    network = make_network(
        loads=[50.0, 50.0],
        branches=[(0, 1)],
        units=[(0, 60.0, 100.0), (0, 30.0, 100.0), (0, 10.0, 100.0)],
    )

    result = lose(network, "BR-0", ramp=RampLimits(frac_per_min=0.1, window_min=1.0))

    assert result.waves[0].tripped_units == ("PLANT-1",)
    assert (result.served_mw, result.waves[0].generated_mw) == pytest.approx((50.0, 50.0))


def test_the_intact_network_knows_no_ramps_and_no_blocks() -> None:
    # Output 30 of 100 for 100 MW of load: raised at leisure before anything happens.
    network = make_network(loads=[100.0, 0.0], branches=[(0, 1), (0, 1)], units=[(0, 30.0, 90.0)])

    result = lose(
        network, "BR-0", ramp=RampLimits(frac_per_min=0.0), ufls=UnderFrequencyShedding(steps_frac=(0.5,))
    )

    assert (result.base_shed_mw, result.shed_mw) == pytest.approx((10.0, 0.0))


# Load shedding in blocks.


def short_island(pmax_mw: float) -> Network:
    """Return a bus of 100 MW that is fed over one branch and has a unit of its own standing by."""
    return make_network(loads=[0.0, 100.0], branches=[(0, 1)], units=[(0, 100.0, 200.0), (1, 0.0, pmax_mw)])


@pytest.mark.parametrize(
    ("pmax_mw", "served_mw", "steps"),
    [
        (100.0, 100.0, 0),
        (96.0, 95.0, 1),  # 5 %
        (95.0, 95.0, 1),
        (94.0, 85.0, 2),  # 5 + 10 %
        (80.0, 75.0, 3),  # 5 + 10 + 10 %
        (74.0, 0.0, 3),  # the last block was not enough
    ],
)
def test_load_goes_in_the_blocks_of_ercot(pmax_mw: float, served_mw: float, steps: int) -> None:
    result = lose(short_island(pmax_mw), "BR-0", ufls=UnderFrequencyShedding())

    assert result.served_mw == pytest.approx(served_mw)
    assert result.waves[0].generated_mw == pytest.approx(served_mw)
    assert result.waves[0].ufls_steps == steps


def test_what_the_last_block_leaves_short_can_be_cut_evenly() -> None:
    result = lose(short_island(60.0), "BR-0", ufls=UnderFrequencyShedding(collapses=False))

    assert (result.served_mw, result.waves[0].ufls_steps) == (pytest.approx(60.0), 3)


# Conditions of the hour, and units.


def test_hourly_ratings_replace_stored_ones_and_unknown_ones_do_not() -> None:
    # 60 MW on 50 MVA each. In the cold BR-1 holds 1.3 · 50 = 65; BR-2 is unknown: 50 holds, and it trips.
    conditions = Conditions(branch_rating_frac=np.array([1.0, 3.0, np.nan]))

    result = lose(parallel(50.0, 50.0, 50.0), "BR-0", conditions=conditions)

    assert result.rate_mva.tolist() == [50.0, 150.0, 50.0]
    assert result.tripped.tolist() == [2]
    assert result.shed_mw == pytest.approx(0.0, abs=1e-9)


def test_a_lost_pump_takes_its_consumption_with_it() -> None:
    network = make_network(loads=[0.0, 30.0], branches=[(0, 1)], units=[(0, 50.0, 90.0), (1, -20.0, 0.0)])

    result = lose(network, units=("PLANT-1",), load_multiplier=1.5)

    # (30 + 20) · 1.5 asked for; 20 · 1.5 of it stops.
    assert (result.demand_mw, result.served_mw) == pytest.approx((75.0, 45.0))


def test_a_pump_that_feeds_on_an_infeed_at_its_bus_is_in_no_load() -> None:
    # 35 MW come in at bus 1 and 20 of them are pumped: the rest, 15, is an infeed, which the outage leaves as
    # it is.
    network = make_network(loads=[10.0, -35.0], branches=[(0, 1)], units=[(0, 0.0, 5.0), (1, -20.0, 0.0)])

    result = lose(network, units=("PLANT-1",))

    assert (result.demand_mw, result.served_mw) == pytest.approx((10.0, 10.0))


def test_the_loss_of_a_unit_that_overloads_a_branch_is_the_parent_of_its_trip() -> None:
    # 60 MW at bus 1, 30 of them made there; without that unit 60 come over two branches of 25.
    network = make_network(
        loads=[0.0, 60.0],
        branches=[(0, 1), (0, 1)],
        units=[(0, 30.0, 100.0), (1, 30.0, 30.0)],
        rates=[25.0, 25.0],
    )

    result = lose(network, units=("PLANT-1",))

    assert result.propagation().paths() == (("PLANT-1", "BR-0"), ("PLANT-1", "BR-1"))
    assert [link.rise_mw for link in result.propagation().links] == pytest.approx([15.0, 15.0])
    assert result.shed_mw == pytest.approx(60.0)
