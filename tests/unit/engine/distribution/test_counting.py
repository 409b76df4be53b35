"""Customers counted after a wave against the impact at the end, which counts them its own way."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cascade.engine.distribution.consequence import follow
from cascade.engine.distribution.counting import SupplyCounter
from cascade.engine.distribution.faults import Failures
from cascade.engine.distribution.summary import summarise
from cascade.engine.distribution.supply import SubstationSupply
from tests.unit.engine.distribution.networks import Drawn
from tests.unit.engine.distribution.random_feeders import feeders
from tests.unit.engine.distribution.test_switching_by_hand import at_section

ELSEWHERE = "S-ELSEWHERE"
"""A substation without circuits on record."""


@st.composite
def losses(draw: st.DrawFn) -> list[SubstationSupply]:
    """Return what some substations lost, one without circuits perhaps among them."""
    found = []
    for name in ("SA", "SB", ELSEWHERE):
        share = draw(st.sampled_from([None, 0.0, 0.25, 0.5, 0.999]))
        if share is not None:
            found.append(
                SubstationSupply(
                    substation_id=name, base_mw=8.0, lost_mw=8.0 * (1.0 - share), is_dead=share == 0.0
                )
            )
    return found


@given(st.data(), feeders(capacities=True), st.lists(losses(), min_size=1, max_size=3))
@settings(max_examples=120)
def test_a_count_is_that_of_the_impact(
    data: st.DataObject, drawn: Drawn, waves: list[list[SubstationSupply]]
) -> None:
    model = drawn.model()
    failures = Failures()
    if drawn.lines:
        some = data.draw(
            st.lists(st.sampled_from([line.id for line in drawn.lines]), max_size=2, unique=True)
        )
        failures = at_section(model, *some) if some else failures
    counter = SupplyCounter(model, failures)
    for supplies in waves:
        found = counter.count(supplies)
        whole = summarise(follow(model, failures=failures, supplies=supplies))
        assert found.out == whole.customers_out
        if found.expected is None:
            assert whole.customers_expected is None
        else:
            assert whole.customers_expected is not None
            assert abs(found.expected - whole.customers_expected) < 1e-9


@given(feeders(capacities=False))
@settings(max_examples=30)
def test_more_dead_substations_leave_no_fewer_without_supply(drawn: Drawn) -> None:
    counter = SupplyCounter(drawn.model())
    before = 0
    supplies: list[SubstationSupply] = []
    for name in sorted(set(drawn.circuits.values())):
        supplies.append(SubstationSupply(substation_id=name, base_mw=5.0, lost_mw=5.0, is_dead=True))
        found = counter.count(supplies)
        assert found.out is not None
        assert found.out >= before
        before = found.out
    assert before == sum(unit.customers for unit in drawn.units)
