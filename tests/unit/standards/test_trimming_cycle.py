"""What a trimming cycle means, against numbers worked by hand and for trees of any kind."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.standards.tree_growth import GrowthParams, growth_of
from grid.standards.trimming import TrimParams
from grid.standards.trimming_cycle import CycleAssumptions, CycleOutcome, CycleTrees, cycle_outcomes, is_known

Tree = dict[str, Any]

OAK: Tree = {
    "distance": 6.0,
    "crown": 4.0,
    "height": 16.0,
    "growth": 0.8,
    "line": 0,
    "customers": 100.0,
    "minutes": 90.0,
}
"""Beside a conductor at 8 m that is not blown out, with 1 m to stay free: it is 1 m outside, grows 0.2 m a
year sideways, and its top is far above."""


def put(*trees: Tree) -> CycleTrees:
    """Return trees near a conductor at 8 m with a clearance of 1 m."""

    def column(name: str) -> Any:
        return np.array([math.nan if tree[name] is None else tree[name] for tree in trees], dtype=np.float64)

    count = len(trees)
    height, crown = column("height"), column("crown")
    return CycleTrees(
        distance_m=column("distance"),
        crown_radius_m=crown,
        height_m=height,
        lowest_m=np.full(count, 8.0),
        blowout_m=np.zeros(count),
        clearance_m=np.ones(count),
        growth=growth_of(
            recorded_m_per_year=column("growth"),
            species=[None] * count,
            height_m=height,
            crown_radius_m=crown,
            params=GrowthParams(),
        ),
        line=np.array([tree["line"] for tree in trees], dtype=np.int64),
        customers=column("customers"),
        outage_min=column("minutes"),
    )


def found(years: float, *trees: Tree, **assumed: Any) -> CycleOutcome:
    (outcome,) = cycle_outcomes(put(*trees), [years], CycleAssumptions(**assumed), TrimParams())
    return outcome


def test_a_tree_beside_the_line_comes_back_at_the_speed_of_its_crown() -> None:
    # Room 0.6 m at 0.2 m a year: within the clearance after 3 years, at the conductor (1 m more) after 8.
    # Today it is 1 m off, farther than the room; it comes within the clearance after 5 and touches after 10.
    far = found(4.0, OAK, room_m=0.6)
    near = {**OAK, "distance": 5.2}  # 0.2 m off today: it is cut back to the room

    assert (far.trimmed_trees, far.encroaching_trees) == (1, 0)  # after 4 years 0.2 m off, less than the room
    assert found(1.9, OAK, room_m=0.6).trimmed_trees == 0  # after 1.9 years 0.62 m, no less than the room
    four = found(4.0, near, room_m=0.6)
    assert (four.encroaching_trees, four.touching_trees) == (1, 0)
    assert four.encroaching_tree_years == pytest.approx(0.25)  # the last of 4 years
    assert found(2.9, near, room_m=0.6).encroaching_trees == 0
    ten = found(10.0, near, room_m=0.6)
    assert (ten.touching_trees, ten.contact_tree_years) == (1, pytest.approx(0.2))


def test_a_tree_beneath_the_line_is_topped_and_comes_back_at_the_speed_of_its_height() -> None:
    # Height 6.5 m below a conductor at 8 m with 1 m free: 0.5 m left upwards; sideways it is inside by 3 m.
    beneath = {**OAK, "distance": 0.0, "crown": 2.0, "height": 6.5, "growth": 0.5}

    outcome = found(4.0, beneath, room_m=1.5)  # cut to 1.5 m below, inside after 3 years

    assert outcome.encroaching_tree_years == pytest.approx(0.25)
    assert found(2.9, beneath, room_m=1.5).encroaching_trees == 0


def test_hours_and_costs_are_those_worked_by_hand() -> None:
    near = {**OAK, "distance": 5.2}

    outcome = found(
        8.5,
        near,
        {**near, "customers": None},
        room_m=0.6,
        faults_per_contact_year=2.0,
        usd_per_crew_h=300.0,
        usd_per_customer_minute=0.1,
    )

    # Cut to 0.6 m; 1.1 m inside at the next visit, at the conductor for the last 0.5 years. 0.5 h for
    # the span, 1 h for a tree of 12 to 18 m, 0.1 h for each metre.
    hours = (0.5 + 2 * (1.0 + 0.11)) / 8.5
    contact = 0.5 / 8.5
    assert (outcome.trimmed_spans, outcome.encroaching_spans) == (1, 1)
    assert outcome.crew_h_per_year == pytest.approx(hours)
    assert outcome.grow_in_faults_per_year == pytest.approx(2.0 * 2 * contact)
    assert outcome.grow_in_customer_minutes_per_year == pytest.approx(2.0 * contact * 100 * 90)
    assert outcome.trim_usd_per_year == pytest.approx(hours * 300)
    assert outcome.total_usd_per_year == pytest.approx(hours * 300 + 2.0 * contact * 9000 * 0.1)


def test_what_is_not_known_stays_so() -> None:
    outcome = found(
        10.0, {**OAK, "distance": 5.0, "customers": None}, room_m=0.6, faults_per_contact_year=1.0
    )
    bare = found(10.0, OAK)

    assert (outcome.touching_trees, outcome.touching_trees_of_unknown_harm) == (1, 1)
    assert outcome.grow_in_faults_per_year == pytest.approx(0.2)  # at the conductor for 2 of 10 years
    assert outcome.grow_in_customer_minutes_per_year is None
    assert (bare.grow_in_faults_per_year, bare.trim_usd_per_year, bare.total_usd_per_year) == (None,) * 3


def test_a_tree_of_unknown_growth_counts_in_the_upper_range_alone() -> None:
    unknown = {**OAK, "growth": None}

    outcome = found(5.0, unknown, room_m=0.6)

    assert not is_known(put(unknown)).any()
    assert (outcome.trimmed_trees, outcome.encroaching_spans_low, outcome.encroaching_spans_high) == (0, 0, 1)


def test_a_dead_tree_is_cut_once_and_never_comes_back() -> None:
    outcome = found(30.0, {**OAK, "distance": 3.0, "growth": 0.0}, room_m=0.6)

    assert (outcome.trimmed_trees, outcome.encroaching_trees, outcome.crew_h_per_year) == (0, 0, 0.0)


TREES = st.fixed_dictionaries(
    {
        "distance": st.floats(0.0, 30.0),
        "crown": st.one_of(st.none(), st.floats(0.5, 9.0)),
        "height": st.one_of(st.none(), st.floats(2.0, 30.0)),
        "growth": st.one_of(st.none(), st.floats(0.0, 1.5)),
        "line": st.integers(0, 3),
        "customers": st.one_of(st.none(), st.floats(0.0, 900.0)),
        "minutes": st.just(100.0),
    }
)
FOREST = st.lists(TREES, min_size=1, max_size=12)


@given(FOREST, st.floats(0.5, 15.0), st.floats(0.0, 15.0), st.floats(0.0, 4.0))
def test_a_longer_cycle_never_has_fewer_encroachments(
    trees: list[Tree], years: float, more: float, room: float
) -> None:
    assumed = CycleAssumptions(room_m=room, faults_per_contact_year=1.0)
    short, long = cycle_outcomes(put(*trees), [years, years + more], assumed, TrimParams())

    for name in (
        *("trimmed_trees", "trimmed_spans", "encroaching_trees", "encroaching_spans", "touching_trees"),
        *("encroaching_spans_low", "encroaching_spans_high"),
    ):
        assert getattr(short, name) <= getattr(long, name), name
    assert short.encroaching_tree_years <= long.encroaching_tree_years + 1e-9
    assert short.contact_tree_years <= long.contact_tree_years + 1e-9
    # A visit after longer takes no less, so that hours a year fall by no more than the visits do.
    assert short.crew_h_per_year * years <= long.crew_h_per_year * (years + more) + 1e-9


@given(FOREST, st.floats(0.5, 15.0), st.floats(0.0, 3.0), st.floats(0.0, 3.0))
def test_more_room_never_has_more_encroachments(
    trees: list[Tree], years: float, room: float, more: float
) -> None:
    tight, wide = (found(years, *trees, room_m=each) for each in (room, room + more))

    assert wide.encroaching_trees <= tight.encroaching_trees
    assert wide.contact_tree_years <= tight.contact_tree_years + 1e-9
    assert wide.touching_trees <= wide.encroaching_trees <= wide.trimmed_trees


@given(FOREST, st.floats(0.5, 15.0))
def test_the_range_holds_what_is_expected(trees: list[Tree], years: float) -> None:
    outcome = found(years, *trees)

    assert outcome.encroaching_spans_low <= outcome.encroaching_spans <= outcome.encroaching_spans_high
