"""Explanations of cascades whose every figure is known by hand."""

from __future__ import annotations

import pytest

from cascade.engine.cascade import simulate
from cascade.engine.conditions import Conditions
from cascade.engine.explanation import Statement, Topic, explain
from cascade.engine.options import HiddenFailures
from cascade.engine.outages import resolve_outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from grid.powerflow.network import Network
from tests.unit.engine.test_cascade_by_hand import three_parallel
from tests.unit.powerflow.small_cases import make_network, triangle

PLAIN = CascadeParams()


def explained(
    network: Network, *branch_ids: str, params: CascadeParams = PLAIN, **ids: list[str]
) -> list[Statement]:
    prepared = prepare(network)
    outages = resolve_outages(network=network, branch_ids=branch_ids, **ids)
    result = simulate(network=prepared, outages=outages, params=params)
    return list(
        explain(
            prepared=prepared,
            outages=outages,
            params=params,
            conditions=Conditions(),
            result=result,
            names={"BR-1": "Alpha to Beta"},
        )
    )


def of(said: list[Statement], topic: Topic) -> list[Statement]:
    return [each for each in said if each.topic is topic]


def test_a_cascade_by_hand_is_told_with_its_figures() -> None:
    # Three branches of 40 MW each; after losing one the others carry 60 > 50, trip, and 120 MW are lost.
    said = explained(three_parallel(50.0), "BR-1")

    assert of(said, Topic.OUTAGES)[0].text == "First out: 1 branch (Alpha to Beta)."
    outcome = of(said, Topic.OUTCOME)[0]
    assert outcome.text == (
        "Of 120 MW served before, 120 MW were lost (100.0 %): 0.0 MW with the outages themselves and "
        "120 MW in 1 wave of 2 trips. It ended when no part of the grid had both load and generation left."
    )
    first = of(said, Topic.FIRST_TRIP)[0]
    assert first.facts["loading_pct"] == pytest.approx(120.0)
    assert (first.facts["parent_id"], first.facts["tripped_with_it"]) == ("BR-1", 1)
    assert first.facts["parent_rise_mw"] == pytest.approx(20.0)
    assert of(said, Topic.SPREAD) == []


def test_what_would_have_stopped_it_is_simulated_again() -> None:
    said = of(explained(three_parallel(50.0), "BR-1"), Topic.PREVENTION)

    held, load, ratings = said
    assert (held.facts["lost_mw"], held.facts["saved_mw"]) == (0.0, pytest.approx(120.0))
    # 60 MW at full load against 50: 50 / 60 = 83.3 %, so 83 in whole per cent; 60 / 50 = 120 %.
    assert load.facts["load_pct"] == 83
    assert load.text == "At 83 % of the load nothing would have tripped (simulated again)."
    assert ratings.facts["threshold_pct"] == 120


def test_what_nothing_would_have_stopped_says_so() -> None:
    said = of(explained(three_parallel(41.0), "BR-0", "BR-1"), Topic.PREVENTION)

    # The branch left carries 120 MW at a rating of 41: at half the load still 60, and 1.5 ratings are 61.5.
    assert said[1].facts == {"load_pct": None, "least_tried_pct": 50}
    assert said[2].facts == {"threshold_pct": None}


def test_a_loss_without_trips_has_nothing_to_stop() -> None:
    said = explained(triangle(), "BR-0")

    assert of(said, Topic.OUTCOME)[0].text == (
        "Of 100 MW served before, 0.0 MW were lost (0.0 %), all of it with the outages themselves; "
        "no branch tripped."
    )
    assert {each.topic for each in said} == {Topic.OUTAGES, Topic.OUTCOME, Topic.ISLANDS}


def test_a_bus_takes_its_branches_along() -> None:
    said = explained(triangle(), bus_ids=["BUS-2"])

    assert of(said, Topic.OUTAGES)[0].text == "First out: 1 bus (BUS-2). With the buses 2 more branches went."


def test_the_branch_that_spread_it_is_named() -> None:
    # Three branches of 40 MW each; BR-0 goes. 60 > 50 trips BR-1 in wave 1, then 120 > 70 BR-2 in wave 2.
    network = make_network(
        loads=[0.0, 120.0], branches=[(0, 1)] * 3, units=[(0, 120.0, 200.0)], rates=[50.0, 50.0, 70.0]
    )
    said = explained(network, "BR-0")

    assert of(said, Topic.SPREAD)[0].facts == {"branch_id": "BR-1", "led_to": 1, "trips": 2}
    assert of(said, Topic.SPREAD)[0].text == (
        "Of the trips, that of Alpha to Beta led to most others: 1 of 2, directly or through others."
    )
    assert of(said, Topic.WORST_WAVE)[0].facts == {"wave": 2, "trips": 1, "lost_mw": pytest.approx(120.0)}


def test_chance_and_narrow_margins_are_told() -> None:
    network = make_network(
        loads=[0.0, 120.0], branches=[(0, 1), (0, 1), (0, 1)], units=[(0, 120.0, 200.0)], rates=[60.1] * 3
    )
    params = CascadeParams(hidden_failures=HiddenFailures(defect_prob=0.0), seed=7)

    cautions = of(explained(network, "BR-0", params=params), Topic.CAUTION)

    # Two branches carry 60 MW each of 60.1.
    assert cautions[0].facts["closest_margin_frac"] == pytest.approx(0.1 / 60.1)
    assert "seed 7" in cautions[1].text
