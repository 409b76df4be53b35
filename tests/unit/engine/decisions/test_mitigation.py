"""Actions against a cascade, by hand and on random networks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cascade.engine.cascade import simulate
from cascade.engine.conditions import AS_STORED, Conditions
from cascade.engine.decisions.containment import Response, containment
from cascade.engine.decisions.mitigation import (
    Action,
    ActionKind,
    LoadTransfer,
    MitigationParams,
    Situation,
    choke_points,
    repeat_later,
    search,
)
from cascade.engine.decisions.ranges import InvalidDecisionInput
from cascade.engine.decisions.repair_times import RepairTime
from cascade.engine.options import HiddenFailures, OverloadRelay, RampLimits, RandomTrips
from cascade.engine.outages import Outages, branch_outage, resolve_outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from grid.powerflow.network import Network
from tests.unit.engine.option_cases import OPTIONS, mixed, random_options
from tests.unit.engine.random_networks import tight_network

near = pytest.approx
PARAMS = CascadeParams()


def triangle(spare_mw: float = 50.0, rate_mva: float = 150.0) -> Network:
    """Return a unit of 200 MW at bus 1 feeding 100 MW at buses 2 and 3 over three equal branches.

    Without the branch 1-2 all 200 MW flow over 1-3, which trips: what the spare unit at bus 3 cannot feed is
    lost.
    """
    return Network(
        base_mva=100.0,
        bus_ids=("B1", "B2", "B3"),
        bus_load_mw=[0.0, 100.0, 100.0],
        bus_substation=[0, 1, 2],
        substation_ids=("S1", "S2", "S3"),
        branch_ids=("12", "13", "23"),
        branch_from=[0, 0, 1],
        branch_to=[1, 2, 2],
        x_pu=[0.1] * 3,
        tap=[1.0] * 3,
        shift_deg=[0.0] * 3,
        rate_mva=[rate_mva] * 3,
        unit_ids=("U1", "U3"),
        unit_bus=[0, 2],
        unit_p_mw=[200.0, 0.0],
        unit_pmax_mw=[300.0, spare_mw],
    )


def situation(
    network: Network,
    branch: str = "12",
    params: CascadeParams = PARAMS,
    conditions: Conditions = AS_STORED,
) -> Situation:
    outages = resolve_outages(network=network, branch_ids=[branch])
    return Situation(network, outages, params, conditions=conditions)


def found_by_kind(of: Situation, **options: object):  # type: ignore[no-untyped-def]
    return {
        outcome.action.kind: outcome
        for outcome in search(of, MitigationParams(), **options)  # type: ignore[arg-type]
    }


def test_enough_spare_output_saves_all() -> None:
    of = situation(triangle())
    found = found_by_kind(of)

    assert of.result.shed_mw == near(150.0)
    moved = found[ActionKind.REDISPATCH]
    assert (moved.saved_mw, moved.lost_mw, moved.is_contained) == (near(150.0), near(0.0, abs=1e-6), True)
    assert moved.action.unit_change_mw.tolist() == near([-50.0, 50.0], abs=1e-6)
    assert moved.action.moved_mw == near(50.0)
    assert moved.action.shed_mw == near(0.0, abs=1e-6)
    assert ActionKind.REDISPATCH_AND_SHED not in found
    # the rating 150 must be kept without raising a unit: 50 MW of load have to go
    shed = found[ActionKind.SHED]
    assert (shed.action.shed_mw, shed.saved_mw) == (near(50.0), near(100.0))


def test_too_little_spare_output_is_made_up_by_shedding() -> None:
    found = found_by_kind(situation(triangle(spare_mw=20.0)))

    assert ActionKind.REDISPATCH not in found
    both = found[ActionKind.REDISPATCH_AND_SHED]
    assert both.action.unit_change_mw.tolist() == near([-50.0, 20.0], abs=1e-6)
    assert (both.action.shed_mw, both.lost_mw, both.saved_mw) == (near(30.0), near(30.0), near(150.0))


def test_an_emergency_rating_holds_only_if_it_is_high_enough() -> None:
    assert ActionKind.EMERGENCY_RATING not in found_by_kind(situation(triangle()))
    held = found_by_kind(situation(triangle(rate_mva=180.0)))[ActionKind.EMERGENCY_RATING]
    assert (held.action.targets, held.lost_mw, held.is_contained) == (("13",), near(0.0), True)


def test_a_tie_that_moves_load_away_relieves() -> None:
    network = triangle()
    tie = LoadTransfer(id="SW-1", from_bus=1, to_bus=0, mw=60.0)

    found = found_by_kind(situation(network), transfers=[tie])

    assert found[ActionKind.TRANSFER_LOAD].saved_mw == near(150.0)
    assert found[ActionKind.TRANSFER_LOAD].action.shed_mw == 0.0


def test_opening_a_branch_may_relieve_another() -> None:
    # Bus 3 is fed directly (rated 300) and over bus 2. Without the second direct branch, 137.5 MW flow over
    # 1-2 (rated 100) and 87.5 over 2-3 (rated 80): both trip, and the 50 MW of bus 2 are lost. With 1-2
    # opened in time, 250 MW take the direct way and 50 of them go back to bus 2.
    network = Network(
        base_mva=100.0,
        bus_ids=("1", "2", "3"),
        bus_load_mw=[0.0, 50.0, 200.0],
        bus_substation=[0, 1, 2],
        substation_ids=("S1", "S2", "S3"),
        branch_ids=("12", "23", "13a", "13b"),
        branch_from=[0, 1, 0, 0],
        branch_to=[1, 2, 2, 2],
        x_pu=[0.05, 0.05, 0.1, 0.1],
        tap=[1.0] * 4,
        shift_deg=[0.0] * 4,
        rate_mva=[100.0, 80.0, 300.0, 200.0],
        unit_ids=("U",),
        unit_bus=[0],
        unit_p_mw=[250.0],
        unit_pmax_mw=[250.0],
    )
    of = situation(network, "13b")
    found = search(of, MitigationParams())

    assert of.result.shed_mw == near(50.0)
    opened = [each for each in found if each.action.kind is ActionKind.SWITCH_LINE]
    # either way bus 2 hangs on one branch then, and that holds
    assert sorted(each.action.targets for each in opened) == [("12",), ("23",)]
    assert all(each.is_contained and each.saved_mw == near(50.0) for each in opened)


def test_without_overloads_there_is_nothing_to_do() -> None:
    of = situation(triangle(rate_mva=500.0))

    assert search(of, MitigationParams()) == []
    assert choke_points(of, MitigationParams()) == []


def test_choke_points_are_the_trips_that_mattered() -> None:
    [point] = choke_points(situation(triangle()), MitigationParams())

    assert (point.branch_id, point.wave, point.saved_mw, point.trips_avoided) == ("13", 1, near(150.0), 0)


@pytest.mark.parametrize("seed", range(4))
def test_savings_are_those_of_the_changed_network(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = tight_network(rng)
    params = CascadeParams(load_multiplier=1.02, rating_multiplier=0.99)
    for branch in range(0, network.n_branches, 3):
        outages = branch_outage(network, branch)
        of = Situation(network, outages, params)
        before = of.result
        for outcome in search(of, MitigationParams(max_switched=5)):
            assert outcome.saved_mw == near(before.shed_mw - outcome.lost_mw, abs=1e-6)
            assert -1e-6 <= outcome.lost_mw <= before.shed_mw
            assert outcome.lost_mw >= outcome.action.shed_mw - 1e-4
            if outcome.action.kind in (ActionKind.REDISPATCH, ActionKind.SHED):
                assert outcome.is_contained
            if outcome.action.kind is ActionKind.SWITCH_LINE:
                both = outages.branch_out.copy()
                both[list(outcome.action.opened)] = True
                again = simulate(network=network, outages=replace(outages, branch_out=both), params=params)
                assert again.served_mw == near(before.base_served_mw - outcome.lost_mw, abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_doing_nothing_later_changes_nothing(seed: int) -> None:
    network = tight_network(np.random.default_rng(seed))
    for branch in range(network.n_branches):
        first = Situation(network, branch_outage(network, branch), PARAMS)
        for waves in range(first.result.n_waves):
            later = first.after(waves)
            idle = later.try_action(idle_action(later))
            assert idle.lost_mw == near(first.result.shed_mw, abs=1e-5)
            assert idle.n_tripped == len(first.result.tripped)


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("seed", range(3))
def test_doing_nothing_changes_nothing_under_any_option(name: str, seed: int) -> None:
    rng = np.random.default_rng([seed, OPTIONS.index(name)])
    _assert_idle_changes_nothing(rng, {name})


@pytest.mark.parametrize("seed", range(12))
def test_doing_nothing_changes_nothing_under_options_together(seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    _assert_idle_changes_nothing(rng, mixed(rng))


def _assert_idle_changes_nothing(rng: np.random.Generator, names: set[str]) -> None:
    network = prepare(tight_network(rng))
    case = random_options(rng, network.source, names)
    acted = 0
    for branch in range(0, network.source.n_branches, 3):
        outages = replace(branch_outage(network.source, branch), unit_out=case.unit_out)
        first = Situation(network, outages, case.params, conditions=case.conditions)
        for waves in range(first.result.n_waves + 1):
            later = first.after(waves)
            idle = later.try_action(idle_action(later))
            assert idle.lost_mw == near(first.result.shed_mw, abs=1e-5)
            assert idle.n_tripped == len(first.result.tripped)
            assert idle.bus_served_mw == near(first.result.bus_served_mw, abs=1e-5)
            acted += 1
    assert acted


@pytest.mark.parametrize("seed", range(10))
def test_what_takes_the_overloads_away_contains_the_cascade_under_any_option(seed: int) -> None:
    rng = np.random.default_rng(200 + seed)
    network = tight_network(rng)
    names = mixed(rng) - {"hidden"}  # defects trip what is not overloaded
    case = random_options(rng, network, names)
    for branch in range(0, network.n_branches, 3):
        outages = replace(branch_outage(network, branch), unit_out=case.unit_out)
        of = Situation(network, outages, case.params, conditions=case.conditions)
        for outcome in search(of, MitigationParams(max_switched=3)):
            assert -1e-6 <= outcome.lost_mw < of.result.shed_mw
            if outcome.action.kind in (ActionKind.REDISPATCH, ActionKind.SHED):
                assert outcome.is_contained


@pytest.mark.parametrize(
    ("params", "conditions", "moved_mw"),
    [
        # 200 MW come to a branch of 150 MVA, which trips from 1.15 · 150 on.
        (CascadeParams(trip_threshold_frac=1.15), AS_STORED, 27.5),
        # In the cold it bears 180 MVA.
        (PARAMS, Conditions(branch_rating_frac=np.array([np.nan, 1.2, np.nan])), 20.0),
        # Its relay would take 7.5 s; until then it is relieved to 150 MW.
        (CascadeParams(relay=OverloadRelay(overload_frac=0.5, delay_s=5.0)), AS_STORED, 50.0),
        # Whatever chance does at 150 MVA, below 0.9 · 150 it does nothing.
        (CascadeParams(random_trips=RandomTrips(near_limit_frac=0.9)), AS_STORED, 65.0),
    ],
)
def test_output_is_moved_until_the_limit_of_the_settings_is_kept(
    params: CascadeParams, conditions: Conditions, moved_mw: float
) -> None:
    of = situation(triangle(spare_mw=80.0), params=params, conditions=conditions)
    moved = found_by_kind(of)[ActionKind.REDISPATCH]

    assert moved.action.moved_mw == near(moved_mw, abs=2e-3)
    assert (moved.is_contained, moved.lost_mw) == (True, near(0.0, abs=1e-6))


def test_a_unit_is_moved_no_further_than_its_ramp() -> None:
    # The spare unit reaches 10 MW and the other 60: 10 are raised, 50 lowered, and 40 MW of load go.
    ramp = CascadeParams(ramp=RampLimits(frac_per_min=0.2, window_min=1.0))
    found = found_by_kind(situation(triangle(), params=ramp))

    assert ActionKind.REDISPATCH not in found
    both = found[ActionKind.REDISPATCH_AND_SHED]
    assert both.action.unit_change_mw.tolist() == near([-50.0, 10.0], abs=1e-6)
    assert both.action.shed_mw == near(40.0)
    # At a twelfth of that the overload cannot be taken away at all.
    slow = CascadeParams(ramp=RampLimits(frac_per_min=0.2, window_min=1.0 / 12.0))
    assert not {ActionKind.SHED, ActionKind.REDISPATCH_AND_SHED} & set(
        found_by_kind(situation(triangle(), params=slow))
    )


def test_a_base_case_with_an_overload_is_a_situation_too() -> None:
    network = triangle(rate_mva=90.0)
    of = Situation(network, Outages.none(network), PARAMS)
    found = found_by_kind(of)

    # 100 MW on each of two branches: 10 MW less on each, from the spare unit and by hand:
    # with 30 MW at bus 3, f12 = (2 · 100 + 70) / 3 = 90 and f13 = 80.
    assert found[ActionKind.REDISPATCH].action.unit_change_mw.tolist() == near([-30.0, 30.0], abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_a_branch_that_holds_is_one_without_limit(seed: int) -> None:
    network = tight_network(np.random.default_rng(seed))
    for branch in range(0, network.n_branches, 2):
        of = Situation(network, branch_outage(network, branch), PARAMS)
        for point in choke_points(of, MitigationParams(max_choke_points=5)):
            rate = network.rate_mva.copy()
            rate[network.branch_index[point.branch_id]] = 0.0
            held = simulate(network=replace(network, rate_mva=rate), outages=of.outages, params=PARAMS)
            assert point.saved_mw == near(of.result.shed_mw - held.shed_mw, abs=1e-6)
            assert point.trips_avoided == len(of.result.tripped) - 1 - len(held.tripped)


def test_a_branch_held_in_service_has_no_hidden_defect() -> None:
    # Every branch is defective: without 12 its neighbours 13 and 23 go too, and all is lost but the 50 MW
    # of the spare unit. If 13 alone holds, bus 3 keeps its 100 MW; if 23 alone does, that feeds no more.
    hidden = CascadeParams(hidden_failures=HiddenFailures(defect_prob=1.0))
    of = situation(triangle(rate_mva=500.0), params=hidden)

    saved = {point.branch_id: point.saved_mw for point in choke_points(of, MitigationParams())}

    assert of.result.shed_mw == near(150.0)
    assert saved == {"13": near(50.0), "23": near(0.0, abs=1e-9)}


def idle_action(of: Situation) -> Action:
    return Action(kind=ActionKind.SHED, targets=(), load_change_mw=np.zeros(of.network.n_buses))


def test_an_action_that_comes_too_late_finds_nothing_to_save() -> None:
    of = situation(triangle())
    action = found_by_kind(of)[ActionKind.REDISPATCH].action

    assert repeat_later(of, action) is not None
    assert repeat_later(of.after(1), action) is None


def response(**changes: float) -> Response:
    values = {"median_h": 0.25, "sigma": 0.5, "success_frac": 0.9, "wave_interval_h": 0.5, **changes}
    return Response(
        delay=RepairTime(median_h=values["median_h"], sigma=values["sigma"]),
        success_frac=values["success_frac"],
        wave_interval_h=values["wave_interval_h"],
    )


def test_the_chance_is_that_of_being_in_time_and_working() -> None:
    asked: list[int] = []

    def outcome_after(waves: int) -> tuple[float, bool]:
        asked.append(waves)
        return 10.0 * waves, True

    found = containment(
        outcome_after,
        n_waves=2,
        lost_without_mw=100.0,
        response=response(),
        samples=100_000,
        rng=np.random.default_rng(3),
    )

    # ln(0.5 / 0.25) / 0.5 = 1.386: the delay is below one interval with 0.9172, below two with 0.99722
    assert found.probability == near(0.9 * 0.99722, abs=4 * found.standard_error)
    expected = 0.9 * (0.99722 - 0.9172) * 10 + (1 - 0.9 * 0.99722) * 100
    assert found.expected_lost_mw == near(expected, rel=0.03)
    assert asked == [0, 1]


def test_an_action_that_never_works_contains_nothing() -> None:
    found = containment(
        lambda _: (0.0, True),
        n_waves=3,
        lost_without_mw=7.0,
        response=response(success_frac=0.0),
        samples=100,
        rng=np.random.default_rng(0),
    )

    assert (found.probability, found.expected_lost_mw) == (0.0, 7.0)


@pytest.mark.parametrize(
    ("field", "changes"),
    [("success_frac", {"success_frac": 1.1}), ("wave_interval_h", {"wave_interval_h": 0.0})],
)
def test_a_response_that_cannot_be_is_refused(field: str, changes: dict[str, float]) -> None:
    with pytest.raises(InvalidDecisionInput, match=field):
        response(**changes)
