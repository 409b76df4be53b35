"""Orders and schedules of repairs against every order there is, and published bounds."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade.engine.decisions.crew_order import (
    best_order,
    energised_at,
    lower_bound_hours,
    one_crew_hours,
    unlimited_crews_hours,
)
from cascade.engine.decisions.crew_schedule import Travel, milestones, schedule, staged_travel
from cascade.engine.decisions.outage_tree import OutageTree, RepairJob
from cascade.engine.decisions.ranges import InvalidDecisionInput
from cascade.engine.decisions.repair_times import RepairTime, sample_h
from cascade.engine.decisions.restoration_times import restoration_times
from tests.unit.engine.decisions.repair_orders import TEST_6, TEST_6B, cheapest, cost_of, job

near = pytest.approx
SIX, SIX_B = OutageTree(TEST_6), OutageTree(TEST_6B)


def names(tree: OutageTree) -> list[str]:
    return [tree.jobs[position].id for position in best_order(tree)]


def greedy(jobs: tuple[RepairJob, ...], *, per_hour: bool) -> tuple[int, ...]:
    """Return the order of the rule of thumb; of jobs that are equal by it the last one goes first."""
    done: list[int] = []
    while len(done) < len(jobs):
        ids = {jobs[position].id for position in done} | {None}
        open_ = [k for k, each in enumerate(jobs) if k not in done and each.parent in ids]
        done.append(max(open_, key=lambda k: (jobs[k].weight / (jobs[k].repair_h if per_hour else 1.0), k)))
    return tuple(done)


def test_the_published_case_comes_out() -> None:
    assert names(SIX) == ["S", "F1", "L1", "F2", "L2", "L3"]
    assert one_crew_hours(SIX) == 65_200 == cheapest(TEST_6, 1)
    assert cost_of(TEST_6, greedy(TEST_6, per_hour=False), 1) == 86_200
    assert cost_of(TEST_6, greedy(TEST_6, per_hour=True), 1) == 86_200
    two = schedule(SIX, crews=2)
    assert two.weighted_hours == 37_400 == cheapest(TEST_6, 2)
    assert (two.guarantee_hours, two.lower_bound_hours, two.makespan_h) == (47_400, 32_600, 10)
    assert two.gap_frac == near(37_400 / 32_600 - 1)
    assert schedule(SIX, crews=3).weighted_hours == 32_800
    assert cheapest(TEST_6, 3) == 32_600


def test_the_second_published_case_comes_out() -> None:
    assert names(SIX_B) == ["S", "F2", "L4", "F1", "L2", "L1", "L3"]
    assert one_crew_hours(SIX_B) == 68_750 == cheapest(TEST_6B, 1)
    assert cost_of(TEST_6B, greedy(TEST_6B, per_hour=True), 1) == 70_400
    two = schedule(SIX_B, crews=2)
    assert (two.weighted_hours, two.guarantee_hours) == (41_200, 47_375)
    better = schedule(SIX_B, crews=2, improve_steps=500)
    assert 38_400 == cheapest(TEST_6B, 2) <= better.weighted_hours < 41_200


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


@given(forests())
def test_no_order_beats_that_of_one_crew(jobs: tuple[RepairJob, ...]) -> None:
    assert one_crew_hours(OutageTree(jobs)) == near(cheapest(jobs, 1))


@given(forests(5), st.integers(1, 4))
def test_schedules_keep_their_bounds(jobs: tuple[RepairJob, ...], crews: int) -> None:
    tree = OutageTree(jobs)
    found, best = schedule(tree, crews=crews), cheapest(jobs, crews)

    assert found.lower_bound_hours <= best + 1e-9
    assert best - 1e-9 <= found.weighted_hours <= found.guarantee_hours + 1e-9
    assert found.weighted_hours <= (2 - 1 / crews) * best + 1e-9
    improved = schedule(tree, crews=crews, improve_steps=50)
    assert best - 1e-9 <= improved.weighted_hours <= found.weighted_hours + 1e-9


@given(forests(12), st.integers(1, 4))
def test_schedules_are_possible(jobs: tuple[RepairJob, ...], crews: int) -> None:
    tree = OutageTree(jobs)
    found = schedule(tree, crews=crews)

    assert sorted(found.order.tolist()) == list(range(len(jobs)))
    assert found.crew_hours == near(sum(each.repair_h for each in jobs))
    for crew in range(crews):
        own = sorted((found.starts_h[k], found.finished_h[k]) for k in np.flatnonzero(found.crew == crew))
        assert all(end <= start for (_, end), (start, _) in pairwise(own))
    position = {each.id: k for k, each in enumerate(jobs)}
    for k, each in enumerate(jobs):
        assert found.finished_h[k] == near(found.starts_h[k] + each.repair_h)
        above = found.energised_h[position[each.parent]] if each.parent else 0.0
        assert found.energised_h[k] == near(max(found.finished_h[k], above))


@given(forests(5), st.data())
def test_critical_jobs_and_their_ways_go_first(jobs: tuple[RepairJob, ...], data: st.DataObject) -> None:
    ranked = tuple(replace(each, rank=data.draw(st.integers(0, 1))) for each in jobs)
    tree = OutageTree(ranked)
    parents = {each.id: each.parent for each in ranked}
    first: set[str] = set()
    for each in ranked:
        above = each.id if each.rank == 0 else None
        while above is not None:
            first.add(above)
            above = parents[above]

    order = [ranked[k].id for k in best_order(tree)]

    assert set(order[: len(first)]) == first
    allowed = (
        cost_of(ranked, each, 1)
        for each in permutations(range(len(ranked)))
        if {ranked[k].id for k in each[: len(first)]} == first
    )
    assert cost_of(ranked, tuple(best_order(tree)), 1) == near(min(allowed))


def test_a_section_comes_back_when_its_last_repair_is_done() -> None:
    jobs = (
        replace(job("A", 1, 10), section="one"),
        replace(job("B", 5, 10), section="one"),
        job("C", 1, 30, "B"),
    )
    tree = OutageTree(jobs)

    assert [tree.jobs[k].id for k in best_order(tree)] == ["A", "B", "C"]
    assert energised_at(tree, np.array([1.0, 6.0, 7.0])).tolist() == [6.0, 6.0, 7.0]
    # 20 customers for six hours, 30 for seven
    assert one_crew_hours(tree) == 330


def test_travel_counts_and_the_nearer_crew_goes() -> None:
    tree = OutageTree((job("A", 1, 10), job("B", 1, 1)))
    travel = staged_travel(
        np.array([[60.0, 5.0], [10.0, 90.0]]),
        np.array([[0.0, 50.0], [50.0, 0.0]]),
        speed_kmh=60.0,
        detour_frac=0.2,
    )

    found = schedule(tree, crews=2, travel=travel)

    assert found.crew.tolist() == [1, 0]
    assert found.starts_h.tolist() == near([0.2, 0.1])
    assert found.finished_h.tolist() == near([1.2, 1.1])
    assert found.crew_hours == near(2.3)
    alone = schedule(
        tree, crews=1, travel=Travel(to_first_h=travel.to_first_h[:1], between_h=travel.between_h)
    )
    # 1.2 h there, 1 h of work, 1 h on, 1 h of work
    assert alone.finished_h.tolist() == near([2.2, 4.2])
    with pytest.raises(InvalidDecisionInput, match="to_first_h"):
        schedule(tree, crews=1, travel=travel)


def test_milestones_are_the_hours_at_which_shares_are_back() -> None:
    found = schedule(SIX, crews=2)

    # back after 4 h: 5,100; after 6 h: 1,500 more; after 10 h: the last 800; of 7,400
    shares = (0.25, 0.5, 0.68, 0.69, 0.9, 1.0)
    assert milestones(SIX, found.energised_h, shares) == [4, 4, 4, 6, 10, 10]
    nothing = OutageTree((job("A", 1, 0),))
    assert milestones(nothing, np.array([1.0]), (0.5,)) == [None]


@pytest.mark.parametrize(
    ("median_h", "sigma", "mean_h", "p90_h"), [(1.5, 0.7, 1.916, 3.679), (4.0, 0.8, 5.509, 11.152)]
)
def test_repair_times_are_lognormal(median_h: float, sigma: float, mean_h: float, p90_h: float) -> None:
    time = RepairTime(median_h=median_h, sigma=sigma)

    assert time.mean_h == near(mean_h, abs=2e-3)
    assert time.quantile_h(0.9) == near(p90_h, abs=2e-3)
    assert time.quantile_h(0.5) == median_h
    drawn = sample_h([time], samples=200_000, rng=np.random.default_rng(1))[0]
    assert drawn.mean() == near(mean_h, rel=0.01)
    assert np.quantile(drawn, 0.9) == near(p90_h, rel=0.01)


def test_one_repair_is_expected_when_its_time_says() -> None:
    time = RepairTime(median_h=4.0, sigma=0.8)
    tree = OutageTree((job("A", time.mean_h, 10),))

    found = restoration_times(
        tree,
        [time],
        order=best_order(tree),
        crews=2,
        travel=None,
        samples=20_000,
        rng=np.random.default_rng(7),
        shares=(0.5, 1.0),
    )

    assert found.job_h[0].tolist() == near([4.0, time.quantile_h(0.8)], rel=0.02)
    assert found.milestone_h[1].tolist() == found.job_h[0].tolist()
    assert found.mean_weighted_hours == near(10 * time.mean_h, rel=0.02)


def test_without_spread_the_quantiles_are_the_plan() -> None:
    times = [RepairTime(median_h=each.repair_h, sigma=0.0) for each in TEST_6]
    plan = schedule(SIX, crews=2)

    found = restoration_times(
        SIX,
        times,
        order=plan.order,
        crews=2,
        travel=None,
        samples=3,
        rng=np.random.default_rng(0),
        shares=(0.5, 1.0),
    )

    assert found.job_h[:, 0].tolist() == found.job_h[:, 1].tolist() == plan.energised_h.tolist()
    assert found.weighted_hours.tolist() == [37_400, 37_400]
    assert found.milestone_h[:, 0].tolist() == [4, 10]


@pytest.mark.parametrize(
    ("field", "jobs"),
    [
        ("id", (job("A", 1, 1), job("A", 1, 1))),
        ("repair_h", (job("A", 0, 1),)),
        ("repair_h", (job("A", float("nan"), 1),)),
        ("weight", (job("A", 1, -1),)),
        ("parent", (job("A", 1, 1, "B"),)),
        ("parent", (job("A", 1, 1, "A"),)),
        ("parent", (job("A", 1, 1, "B"), job("B", 1, 1, "A"))),
        (
            "section",
            (
                job("A", 1, 1),
                job("B", 1, 1),
                replace(job("C", 1, 1, "A"), section="s"),
                replace(job("D", 1, 1, "B"), section="s"),
            ),
        ),
    ],
)
def test_jobs_that_are_no_forest_are_refused(field: str, jobs: tuple[RepairJob, ...]) -> None:
    with pytest.raises(InvalidDecisionInput) as caught:
        OutageTree(jobs)

    assert caught.value.field == field


@pytest.mark.parametrize("crews", [0, -1, 10_001])
def test_crews_there_cannot_be_are_refused(crews: int) -> None:
    with pytest.raises(InvalidDecisionInput, match="crews"):
        schedule(SIX, crews=crews)


def test_nothing_to_repair_takes_no_time() -> None:
    found = schedule(OutageTree(()), crews=1)

    assert (found.weighted_hours, found.makespan_h, found.gap_frac) == (0, 0, None)


@settings(max_examples=20)
@given(forests(40), st.integers(1, 5))
def test_the_bound_holds_for_larger_forests(jobs: tuple[RepairJob, ...], crews: int) -> None:
    tree = OutageTree(jobs)

    assert lower_bound_hours(tree, crews) <= schedule(tree, crews=crews).weighted_hours + 1e-9
    assert unlimited_crews_hours(tree) <= one_crew_hours(tree) + 1e-9
