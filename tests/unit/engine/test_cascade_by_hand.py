"""Cascades calculated by hand: every rule and every figure of the result."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cascade.engine.cascade import propagate, simulate
from cascade.engine.errors import CascadeInputError
from cascade.engine.outages import Outages, resolve_outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from cascade.engine.result import CascadeResult, Termination, Wave
from grid.powerflow.dcflow import SingularIsland
from grid.powerflow.network import Network
from tests.unit.powerflow.small_cases import make_network, triangle

PLAIN = CascadeParams()


def lose(network: Network, *branch_ids: str, params: CascadeParams = PLAIN) -> CascadeResult:
    outages = resolve_outages(network=network, branch_ids=branch_ids)
    return simulate(network=network, outages=outages, params=params)


def three_parallel(rate_mva: float, **overrides: object) -> Network:
    """Return two buses joined by three equal branches that carry 120 MW."""
    return make_network(
        loads=[0.0, 120.0],
        branches=[(0, 1), (0, 1), (0, 1)],
        units=[(0, 120.0, 200.0)],
        rates=[rate_mva] * 3,
        **overrides,
    )


def test_unlimited_triangle_shifts_the_flow_and_is_stable() -> None:
    result = lose(triangle(), "BR-0")

    np.testing.assert_allclose(result.flow_mw, [0.0, 100.0, 60.0])
    assert result.termination is Termination.STABLE
    assert (result.n_waves, result.shed_mw, result.served_mw) == (0, 0.0, 100.0)
    assert math.isnan(result.closest_margin)
    assert result.branch_in_service.tolist() == [False, True, True]
    assert result.outage_branches.tolist() == [0]


def test_the_base_case_with_enough_rating_is_wave_0_alone() -> None:
    network = three_parallel(50.0)

    result = simulate(network=network, outages=Outages.none(network), params=PLAIN)

    assert result.termination is Termination.STABLE
    assert (len(result.waves), result.shed_mw, result.served_mw) == (1, 0.0, 120.0)
    np.testing.assert_allclose(result.flow_mw, [40.0, 40.0, 40.0])
    assert result.closest_margin == pytest.approx(0.2)
    assert (result.outage_branches.tolist(), result.outage_buses.tolist()) == ([], [])


def test_what_is_overloaded_with_nothing_out_trips_without_a_parent() -> None:
    network = three_parallel(35.0)

    result = simulate(network=network, outages=Outages.none(network), params=PLAIN)

    first, second = result.waves
    assert (first.shed_mw, first.n_overloads, second.tripped.tolist()) == (0.0, 3, [0, 1, 2])
    assert (result.termination, result.shed_mw) == (Termination.BLACKOUT, 120.0)
    assert [trip.parent_id for trip in second.trips] == [None, None, None]


def test_two_of_three_branches_cannot_carry_it_and_all_is_lost() -> None:
    # 40 MW each; after losing one 60 > 50: both trip, and 120 MW are lost.
    result = lose(three_parallel(50.0), "BR-1")

    first, second = result.waves
    assert first.tripped.tolist() == []
    assert (first.shed_mw, first.served_mw, first.generated_mw) == (0.0, 120.0, 120.0)
    assert (first.islands_alive, first.islands_dead, first.n_overloads) == (1, 0, 2)
    assert first.closest_margin == pytest.approx(0.2)
    assert second.tripped_ids == ("BR-0", "BR-2")
    assert second.tripped.tolist() == [0, 2]
    np.testing.assert_allclose(second.tripped_flow_mw, [60.0, 60.0])
    assert second.tripped_rate_mva.tolist() == [50.0, 50.0]
    assert (second.shed_mw, second.shed_increment_mw, second.served_mw) == (120.0, 120.0, 0.0)
    assert second.generated_mw == 0.0
    assert (second.islands_alive, second.islands_dead, second.n_overloads) == (0, 2, 0)
    assert second.dead_buses.tolist() == [0, 1]
    assert math.isnan(second.closest_margin)
    assert result.termination is Termination.BLACKOUT
    assert result.shed_mw == 120.0
    assert result.bus_dead.tolist() == [True, True]
    assert result.flow_mw.tolist() == [0.0, 0.0, 0.0]
    assert result.branch_in_service.tolist() == [False, False, False]
    assert result.closest_margin == pytest.approx(0.2)


def test_the_sign_of_a_flow_is_its_direction_and_does_not_save_it() -> None:
    network = three_parallel(50.0, branch_from=[1, 1, 0], branch_to=[0, 0, 1])

    result = lose(network, "BR-1")

    assert result.waves[1].tripped_ids == ("BR-0", "BR-2")
    np.testing.assert_allclose(result.waves[1].tripped_flow_mw, [-60.0, 60.0])


def test_a_flow_equal_to_the_rating_does_not_trip() -> None:
    result = lose(three_parallel(60.0), "BR-1")

    assert result.termination is Termination.STABLE
    assert result.shed_mw == 0.0
    assert result.closest_margin == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(("rate_mva", "trips"), [(60.0 / (1 + 0.9e-6), 0), (60.0 / (1 + 1.1e-6), 2)])
def test_the_threshold_is_one_millionth_above_the_rating(rate_mva: float, trips: int) -> None:
    assert len(lose(three_parallel(rate_mva), "BR-1").tripped) == trips


def test_multipliers_scale_loads_and_ratings() -> None:
    # 60 MW on a rating of 55: stable at load × 0.9 (54 MW) and at rating × 1.1 (60.5 MVA), not at 1.
    network = three_parallel(55.0)

    assert lose(network, "BR-0").shed_mw == 120.0
    lighter = lose(network, "BR-0", params=CascadeParams(load_multiplier=0.9))
    stronger = lose(network, "BR-0", params=CascadeParams(rating_multiplier=1.1))

    assert (lighter.shed_mw, lighter.demand_mw, lighter.served_mw) == (0.0, 108.0, 108.0)
    np.testing.assert_allclose(lighter.flow_mw, [0.0, 54.0, 54.0])
    assert lighter.closest_margin == pytest.approx(1 / 55)
    assert stronger.shed_mw == 0.0
    np.testing.assert_allclose(stronger.rate_mva, [60.5] * 3)


def test_load_the_intact_network_cannot_serve_is_reported_apart() -> None:
    # 2 × 120 MW asked, 200 of capacity: 40 are shed before anything happens, and are in no wave.
    network = three_parallel(0.0)

    result = lose(network, "BR-0", params=CascadeParams(load_multiplier=2.0))

    assert (result.demand_mw, result.base_shed_mw, result.base_served_mw) == pytest.approx(
        (240.0, 40.0, 200.0)
    )
    assert result.bus_base_served_mw.tolist() == pytest.approx([0.0, 200.0])
    assert result.waves[0].shed_mw == pytest.approx(0.0, abs=1e-9)
    assert result.served_mw == pytest.approx(200.0)


def test_an_unlimited_branch_never_trips() -> None:
    network = make_network(
        loads=[0.0, 120.0],
        branches=[(0, 1), (0, 1)],
        units=[(0, 120.0, 200.0)],
        rates=[0.0, 70.0],
    )

    result = lose(network, "BR-1")

    assert (result.n_waves, result.shed_mw) == (0, 0.0)
    np.testing.assert_allclose(result.flow_mw, [120.0, 0.0])
    assert math.isnan(result.closest_margin)


def test_a_bus_outage_takes_its_branches_load_and_units() -> None:
    # A chain 0-1-2 with 30, 20 and 10 MW and units at 0 and 2: without bus 1 the ends stand alone.
    network = make_network(
        loads=[30.0, 20.0, 10.0],
        branches=[(0, 1), (1, 2)],
        units=[(0, 40.0, 50.0), (1, 15.0, 90.0), (2, 5.0, 8.0)],
    )
    outages = resolve_outages(network=network, bus_ids=["BUS-1"])

    result = simulate(network=network, outages=outages, params=PLAIN)

    (wave,) = result.waves
    assert result.outage_branches.tolist() == [0, 1]
    assert result.outage_buses.tolist() == [1]
    # Bus 1 loses 20; bus 2 keeps 8 of 10; bus 0 is scaled down to its 30.
    np.testing.assert_allclose(result.bus_served_mw, [30.0, 0.0, 8.0])
    assert wave.shed_mw == pytest.approx(22.0)
    assert wave.generated_mw == pytest.approx(38.0)
    assert (wave.islands_alive, wave.islands_dead) == (2, 0)
    assert result.bus_dead.tolist() == [False, True, False]
    assert wave.dead_buses.tolist() == [1]
    assert result.flow_mw.tolist() == [0.0, 0.0]


def test_a_substation_outage_takes_all_its_buses() -> None:
    network = make_network(
        loads=[30.0, 20.0, 10.0, 5.0],
        branches=[(0, 1), (1, 2), (2, 3)],
        units=[(0, 65.0, 90.0)],
        substation_ids=("SUB-A", "SUB-B"),
        bus_substation=[-1, 1, 1, 0],
    )
    outages = resolve_outages(network=network, substation_ids=["SUB-B"])

    result = simulate(network=network, outages=outages, params=PLAIN)

    assert result.outage_buses.tolist() == [1, 2]
    assert result.outage_branches.tolist() == [0, 1, 2]
    assert result.shed_mw == pytest.approx(35.0)
    assert (result.waves[0].islands_alive, result.waves[0].islands_dead) == (1, 1)


def ladder() -> Network:
    """Return a chain of two hops, each of two parallel branches, whose first wave splits off bus 2.

    A unit at bus 0 feeds 40 MW at bus 1 and 50 MW at bus 2, where a unit of 20 MW stands still. Branches 0-1:
    100 MVA each; 1-2: 40 MVA and 30 MVA, 25 MW each.
    """
    return make_network(
        loads=[0.0, 40.0, 50.0],
        branches=[(0, 1), (0, 1), (1, 2), (1, 2)],
        units=[(0, 90.0, 200.0), (2, 0.0, 20.0)],
        rates=[100.0, 100.0, 40.0, 30.0],
    )


def test_state_is_carried_from_wave_to_wave() -> None:
    # Losing BR-2 puts 50 MW on BR-3 (30): it trips, bus 2 stands alone with 20 MW for 50, the rest is scaled
    # down to 40 MW, and stays so.
    result = lose(ladder(), "BR-2")

    assert [wave.tripped_ids for wave in result.waves] == [(), ("BR-3",)]
    assert result.waves[1].tripped_flow_mw.tolist() == pytest.approx([50.0])
    assert [wave.shed_mw for wave in result.waves] == pytest.approx([0.0, 30.0])
    np.testing.assert_allclose(result.bus_served_mw, [0.0, 40.0, 20.0])
    np.testing.assert_allclose(result.waves[0].bus_served_mw, [0.0, 40.0, 50.0])
    np.testing.assert_allclose(result.flow_mw, [20.0, 20.0, 0.0, 0.0])
    assert (result.waves[1].islands_alive, result.waves[1].islands_dead) == (2, 0)
    assert result.waves[1].dead_buses.tolist() == []


def test_the_closest_margin_is_that_of_all_waves() -> None:
    # Wave 0: 45/100 twice, 50/30: margins 0.55, 0.667. Wave 1: 20/100: 0.8.
    result = lose(ladder(), "BR-2")

    assert [wave.closest_margin for wave in result.waves] == pytest.approx([0.55, 0.8])
    assert result.closest_margin == pytest.approx(0.55)


def test_the_wave_limit_stops_early_and_says_so() -> None:
    result = lose(ladder(), "BR-2", params=CascadeParams(max_waves=0))

    assert result.termination is Termination.WAVE_LIMIT
    assert result.waves[-1].n_overloads == 1
    assert result.branch_in_service.tolist() == [True, True, False, True]
    assert result.shed_mw == 0.0


def test_waves_come_one_by_one_and_are_shown_to_the_caller() -> None:
    network = ladder()
    outages = resolve_outages(network=network, branch_ids=["BR-2"])
    seen: list[Wave] = []

    result = simulate(network=network, outages=outages, params=PLAIN, on_wave=seen.append)
    steps = propagate(network=network, outages=outages, params=PLAIN)
    first = next(steps)
    steps.close()

    assert [wave.index for wave in seen] == [0, 1]
    assert seen[1].tripped_ids == result.waves[1].tripped_ids
    assert first.n_overloads == 1


def test_raising_from_the_callback_stops_the_cascade() -> None:
    network = ladder()
    outages = resolve_outages(network=network, branch_ids=["BR-2"])
    seen: list[int] = []

    def stop(wave: Wave) -> None:
        seen.append(wave.index)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        simulate(network=network, outages=outages, params=PLAIN, on_wave=stop)
    assert seen == [0]


def test_a_network_without_units_is_dead_from_the_start() -> None:
    network = make_network(loads=[10.0, 20.0], branches=[(0, 1)], units=[], rates=[5.0])

    result = lose(network, "BR-0")

    assert (result.base_shed_mw, result.base_served_mw, result.shed_mw) == (30.0, 0.0, 0.0)
    assert result.termination is Termination.BLACKOUT
    assert result.waves[0].dead_buses.tolist() == []  # they were dead before


def test_outages_of_another_network_are_refused() -> None:
    outages = resolve_outages(network=triangle(), branch_ids=["BR-0"])

    with pytest.raises(CascadeInputError, match="outages: are of a network with 3 branches and 3 buses"):
        simulate(network=ladder(), outages=outages, params=PLAIN)


def test_a_singular_island_ends_the_cascade_with_its_name() -> None:
    network = make_network(
        loads=[0.0, 0.0, 50.0],
        branches=[(0, 1, 0.1), (1, 2, 0.2), (1, 2, -0.2), (0, 2, 0.3)],
        units=[(0, 50.0, 50.0)],
    )

    with pytest.raises(SingularIsland, match="BUS-2"):
        lose(network, "BR-3")


def test_an_outage_may_remove_what_is_singular() -> None:
    network = make_network(
        loads=[0.0, 50.0],
        branches=[(0, 1, 0.2), (0, 1, -0.2), (0, 1, 0.1)],
        units=[(0, 50.0, 50.0)],
    )
    # Intact, b = 500 - 500 + 1000: fine. Without the last, 0. Without the second as well, 500.
    with pytest.raises(SingularIsland):
        lose(network, "BR-2")
    np.testing.assert_allclose(lose(network, "BR-1", "BR-2").flow_mw, [50.0, 0.0, 0.0])

    intact_singular = make_network(
        loads=[0.0, 50.0], branches=[(0, 1, 0.2), (0, 1, -0.2)], units=[(0, 50.0, 50.0)]
    )
    np.testing.assert_allclose(lose(intact_singular, "BR-1").flow_mw, [50.0, 0.0])


def test_preparing_the_network_changes_no_bit_of_the_result() -> None:
    network = ladder()
    prepared = prepare(network)
    outages = Outages(branch_out=np.array([False, False, True, False]), bus_out=np.zeros(3, dtype=np.bool_))

    results = [
        simulate(network=network, outages=outages, params=PLAIN),
        simulate(network=prepared, outages=outages, params=PLAIN),
        simulate(network=prepared, outages=outages, params=PLAIN),
    ]

    for other in results[1:]:
        np.testing.assert_array_equal(other.flow_mw, results[0].flow_mw)
        assert [wave.shed_mw for wave in other.waves] == [wave.shed_mw for wave in results[0].waves]
        assert other.network_digest == network.digest()
