"""Numbers of crews and where they wait, against every way to spread them."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement, islice, pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade.engine.decisions.crew_order import best_order, weighted_hours
from cascade.engine.decisions.crew_schedule import Travel, cost_of_orders, give_out, schedule
from cascade.engine.decisions.outage_tree import OutageTree, RepairJob
from cascade.engine.decisions.ranges import InvalidDecisionInput
from cascade.engine.decisions.staging import (
    ANY_CREW,
    StagingProblem,
    equipped,
    hanging_weight,
    kinds_added,
    place_crews,
    released_h,
    stage_crews,
)
from tests.unit.engine.decisions.repair_orders import job

near = pytest.approx


def on_a_road(
    jobs: tuple[RepairJob, ...], at_h: list[float], places_h: list[float], kinds: tuple[str, ...]
) -> StagingProblem:
    """Return a problem on one road; places are told in hours of driving from its beginning."""
    at, places = np.array(at_h), np.array(places_h)
    return StagingProblem(
        tree=OutageTree(jobs),
        to_first_h=np.abs(places[:, None] - at[None]),
        between_h=np.abs(at[:, None] - at[None]),
        crew_kinds=kinds,
    )


@st.composite
def forests(draw: st.DrawFn, most: int = 6) -> tuple[RepairJob, ...]:
    n = draw(st.integers(1, most))
    return tuple(
        job(
            str(k),
            draw(st.integers(1, 9)),
            draw(st.integers(0, 20)),
            str(draw(st.integers(0, k - 1))) if k and draw(st.booleans()) else None,
        )
        for k in range(n)
    )


@st.composite
def problems(draw: st.DrawFn) -> StagingProblem:
    jobs = draw(forests(7))
    hours = st.integers(0, 6).map(float)
    kinds = st.sampled_from((ANY_CREW, "LINE", "SUBSTATION"))
    return on_a_road(
        jobs,
        draw(st.lists(hours, min_size=len(jobs), max_size=len(jobs))),
        draw(st.lists(hours, min_size=1, max_size=3)),
        tuple(draw(st.lists(kinds, min_size=len(jobs), max_size=len(jobs)))),
    )


@given(forests(12), st.integers(1, 5))
def test_one_crew_more_delays_nobody_where_driving_does_not_count(
    jobs: tuple[RepairJob, ...], crews: int
) -> None:
    """With the order as it is: whoever takes a job from a list is never later with one more beside him."""
    tree = OutageTree(jobs)

    fewer, more = (schedule(tree, crews=count) for count in (crews, crews + 1))

    assert (more.energised_h <= fewer.energised_h + 1e-9).all()
    assert more.weighted_hours <= fewer.weighted_hours + 1e-9


def test_with_driving_one_crew_more_may_delay_somebody() -> None:
    """Found by chance on a road: the fourth crew draws others away; job 5 is finished at 8 h, not at 6."""
    repair_h, at_h = [2, 2, 2, 2, 4, 1], [8, 3, 0, 8, 6, 3]
    jobs = tuple(job(str(k), hours, hours) for k, hours in enumerate(repair_h))
    problem = on_a_road(jobs, [*map(float, at_h)], [7, 7, 6, 3], (ANY_CREW,) * 6)

    three, four = (
        schedule(
            problem.tree,
            crews=count,
            travel=Travel(to_first_h=problem.to_first_h[:count], between_h=problem.between_h),
        )
        for count in (3, 4)
    )

    assert three.finished_h.tolist() == [3, 5, 9, 5, 11, 6]
    assert four.finished_h.tolist() == [3, 2, 7, 3, 4, 8]
    assert four.weighted_hours < three.weighted_hours


@given(problems())
def test_crews_do_what_they_are_equipped_for_alone(problem: StagingProblem) -> None:
    placings = place_crews(problem, most_places=2, most_exact_pairs=100)
    for staged in islice(stage_crews(problem, placings), 3):
        travel, can_do = problem.equipment(staged.crews)
        plan = schedule(problem.tree, crews=staged.count, travel=travel, can_do=can_do)
        kinds = [kind for _, kind in problem.stages(staged.crews)]

        assert staged.hours == near(plan.weighted_hours)
        for needs, who in zip(problem.crew_kinds, plan.crew.tolist(), strict=True):
            assert ANY_CREW in {needs, kinds[who]} or needs == kinds[who]
        assert plan.lower_bound_hours <= plan.weighted_hours + 1e-9
        assert {place for place, _ in staged.crews} <= {at for each in placings for at in each.places}


@given(problems())
def test_the_first_crews_are_one_of_every_kind_and_each_step_adds_one(problem: StagingProblem) -> None:
    found = list(islice(stage_crews(problem, place_crews(problem, most_places=3, most_exact_pairs=100)), 4))

    needed = {kind for kind in problem.crew_kinds if kind != ANY_CREW} or {ANY_CREW}
    assert sorted(kind for _, kind in problem.stages(found[0].crews)) == sorted(needed)
    assert [each.count for each in found] == [len(needed) + k for k in range(4)]
    for fewer, more in pairwise(found):
        assert kinds_added(fewer.crews, more.crews)


@given(problems(), st.integers(0, 2))
def test_no_spread_of_one_kind_over_one_place_more_is_better_than_the_best(
    problem: StagingProblem, more: int
) -> None:
    """What is found is a real plan, and never better than the best of all spreads over all places."""
    problem = replace(problem, crew_kinds=(ANY_CREW,) * len(problem.crew_kinds))
    placings = place_crews(problem, most_places=3, most_exact_pairs=100)

    staged = next(islice(stage_crews(problem, placings), more, None))

    every = combinations_with_replacement(range(len(problem.to_first_h)), staged.count)
    best = min(hours_of(problem, spread) for spread in every)
    assert staged.hours >= best - 1e-9
    if more == 0:
        singles = [hours_of(problem, (place,)) for each in placings for place in each.places]
        assert staged.hours == near(min(singles))


def hours_of(problem: StagingProblem, places: tuple[int, ...]) -> float:
    crews = {(place, ANY_CREW): places.count(place) for place in places}
    travel, can_do = problem.equipment(crews)
    return schedule(problem.tree, crews=len(places), travel=travel, can_do=can_do).weighted_hours


def test_two_towns_get_a_crew_each() -> None:
    """Towns 10 h apart with 100 customers and two jobs of 1 h each.

    One crew starts in a town: 50 back after 1 h, 50 after 2 h, 50 after 13 h, 50 after 14 h: 1,500. Two
    crews, one in each town: 150 in each, 300 in all.
    """
    jobs = tuple(job(name, 1, 50) for name in ("A", "B", "C", "D"))
    problem = on_a_road(jobs, [0, 0, 10, 10], [0, 5, 10], (ANY_CREW,) * 4)
    placings = place_crews(problem, most_places=2, most_exact_pairs=100)

    one, two, three = islice(stage_crews(problem, placings), 3)

    assert [placing.cost for placing in placings] == [1000.0, 0.0]
    assert (dict(one.crews), one.hours) == ({(0, ANY_CREW): 1}, 50 * (1 + 2 + 13 + 14))
    assert (dict(two.crews), two.hours) == ({(0, ANY_CREW): 1, (2, ANY_CREW): 1}, 300.0)
    assert three.hours == 250.0


def test_a_kind_waits_where_its_own_jobs_are() -> None:
    jobs = (job("LINE", 2, 10), job("SUBSTATION", 8, 90))
    problem = on_a_road(jobs, [0, 10], [0, 10], ("LINE", "SUBSTATION"))

    first = next(stage_crews(problem, place_crews(problem, most_places=2, most_exact_pairs=100)))

    assert dict(first.crews) == {(0, "LINE"): 1, (1, "SUBSTATION"): 1}
    assert first.hours == 2 * 10 + 8 * 90


def test_what_waits_for_a_job_is_all_that_hangs_on_it() -> None:
    jobs = (
        job("S", 1, 0),
        replace(job("A", 1, 5, "S"), section="s"),
        replace(job("B", 1, 7, "S"), section="s"),
        job("C", 1, 20, "B"),
        job("D", 1, 3),
    )

    assert hanging_weight(OutageTree(jobs)).tolist() == [32, 32, 32, 20, 3]


def test_crews_are_held_until_the_last_repair_of_their_kind() -> None:
    tree = OutageTree((job("A", 2, 1), job("B", 3, 1), job("C", 9, 1)))
    kinds = ("LINE", "LINE", "SUBSTATION")
    plan = schedule(tree, crews=3, can_do=equipped(kinds, ("LINE", "LINE", "SUBSTATION")))

    assert released_h(kinds, plan.crew, plan.finished_h) == {"LINE": 3.0, "SUBSTATION": 9.0}
    assert kinds_added({(0, "LINE"): 2}, {(1, "LINE"): 1, (0, "TREE"): 2}) == ["TREE"]


def test_a_job_that_nobody_is_equipped_for_is_refused() -> None:
    tree = OutageTree((job("A", 1, 1), job("B", 1, 1)))
    can_do = equipped(("LINE",), ("LINE", "UNDERGROUND"))

    with pytest.raises(InvalidDecisionInput, match="such as B"):
        schedule(tree, crews=1, can_do=can_do)
    with pytest.raises(InvalidDecisionInput, match="can_do"):
        schedule(tree, crews=2, can_do=can_do)


def test_draws_go_to_equipped_crews_too() -> None:
    tree = OutageTree((job("A", 5, 1), job("B", 1, 1)))
    repair_h = np.array([[5.0, 1.0], [1.0, 9.0]])
    can_do = equipped(("LINE", "TREE"), ("LINE", "LINE"))

    crew, _, starts_h, _ = give_out(best_order(tree), repair_h, crews=2, travel=None, can_do=can_do)

    assert crew.tolist() == [[0, 0], [0, 0]]
    assert starts_h.tolist() == [[1.0, 9.0], [0.0, 0.0]]


@given(problems(), st.integers(0, 3), st.randoms())
def test_the_quick_sum_of_an_order_is_that_of_the_schedule(
    problem: StagingProblem, more: int, chance: Random
) -> None:
    placings = place_crews(problem, most_places=2, most_exact_pairs=100)
    staged = next(islice(stage_crews(problem, placings), more, None))
    travel, can_do = problem.equipment(staged.crews)
    repair_h = np.array([each.repair_h for each in problem.tree.jobs])
    order = list(range(len(repair_h)))
    chance.shuffle(order)

    for way, able in ((travel, can_do), (None, None), (travel, None), (None, can_do)):
        quick = cost_of_orders(problem.tree, repair_h, staged.count, way, able)(order)
        given_out = give_out(np.array(order), repair_h[:, None], crews=staged.count, travel=way, can_do=able)
        assert quick == near(weighted_hours(problem.tree, given_out[3][:, 0]))
