"""Explanations of cascades whose every figure is known by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade.engine.cascade import simulate
from cascade.engine.conditions import Conditions
from cascade.engine.explanation import Consequence, Part, Statement, Topic, explain
from cascade.engine.explanation.wording import Fact
from cascade.engine.options import HiddenFailures
from cascade.engine.outages import Outages, resolve_outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from cascade.engine.result import CascadeResult
from grid.powerflow.dcflow import SingularIsland
from grid.powerflow.network import Network
from tests.unit.engine import brute_force
from tests.unit.engine.random_networks import random_network, random_outage, tight_network
from tests.unit.engine.test_cascade_by_hand import three_parallel
from tests.unit.powerflow.small_cases import make_network, triangle

PLAIN = CascadeParams()


NAMES = {"BR-1": "Alpha to Beta", "SUB-B": "Harbour", "PLANT-0": "gas unit of Harbour"}


def explained(
    network: Network,
    *branch_ids: str,
    params: CascadeParams = PLAIN,
    consequence: Consequence | None = None,
    **ids: list[str],
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
            consequence=consequence,
            names=NAMES,
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
    assert said[2].facts == {"threshold_pct": None, "most_tried_pct": 150}


def test_a_loss_without_trips_has_nothing_to_stop() -> None:
    said = explained(triangle(), "BR-0")

    assert of(said, Topic.OUTCOME)[0].text == (
        "Of 100 MW served before, 0.0 MW were lost (0.0 %); no branch tripped."
    )
    assert {each.topic for each in said} == {
        Topic.OUTAGES,
        Topic.PATIENT_ZERO,
        Topic.OUTCOME,
        Topic.ISLANDS,
    }


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


def test_trips_that_cost_nothing_need_no_prevention() -> None:
    # Without BR-0 the other two carry 60 MW each: BR-1 trips at 50, BR-2 then carries all 120 at 130.
    network = make_network(
        loads=[0.0, 120.0], branches=[(0, 1)] * 3, units=[(0, 120.0, 200.0)], rates=[50.0, 50.0, 130.0]
    )

    said = explained(network, "BR-0")

    assert of(said, Topic.OUTCOME)[0].facts["trips"] == 1
    assert of(said, Topic.WAVE)[0].text == "Wave 1: 1 trip (Alpha to Beta), 0.0 MW lost."
    assert not [each for each in said if each.topic.part is Part.RECOMMENDATION]
    assert of(said, Topic.WORST_WAVE) == []


def test_what_went_with_the_outages_comes_back_with_their_repair() -> None:
    said = explained(three_parallel(50.0), "BR-0", "BR-1", "BR-2")

    assert [each.text for each in said if each.topic.part is Part.RECOMMENDATION] == [
        "All of the 120 MW went with what failed first: load comes back with its repair."
    ]


def test_substations_and_units_go_by_their_names() -> None:
    network = triangle(bus_substation=[0, 1, 1], substation_ids=("SUB-A", "SUB-B"))

    def first(**ids: list[str]) -> tuple[str, dict[str, object]]:
        said = explained(network, **ids)
        return of(said, Topic.OUTAGES)[0].text, dict(of(said, Topic.PATIENT_ZERO)[0].facts)

    text, facts = first(substation_ids=["SUB-B"])
    assert text == "First out: 1 substation (Harbour). With the buses 3 more branches went."
    assert (facts["load_mw"], facts["capacity_mw"]) == (pytest.approx(100.0), 0.0)
    text, facts = first(bus_ids=["BUS-1"], unit_ids=["PLANT-0"])
    assert text.startswith("First out: 1 bus (BUS-1); 1 unit (gas unit of Harbour).")
    assert (facts["load_mw"], facts["capacity_mw"]) == (pytest.approx(60.0), pytest.approx(200.0))


def test_the_first_failure_is_told_with_what_it_carried() -> None:
    said = of(explained(three_parallel(50.0), "BR-1"), Topic.PATIENT_ZERO)

    assert said[0].text == (
        "Of the branches that went, Alpha to Beta carried most before: 40 MW, 80 % of its rating. "
        "Right after, 2 branches were overloaded."
    )


def test_waves_are_told_one_by_one_and_many_together() -> None:
    # Each line that trips leaves 120 MW to the others, whose ratings are just below what they then carry.
    n = 14
    rates = [120.0 / (n - 1 - lost) - 0.5 for lost in range(n)[: n - 1]]
    network = make_network(
        loads=[0.0, 120.0], branches=[(0, 1)] * n, units=[(0, 120.0, 200.0)], rates=[1.0, *rates]
    )

    said = explained(network, "BR-0")

    waves = of(said, Topic.WAVE)
    assert [each.facts["wave"] for each in waves] == list(range(1, 12))
    assert waves[-1].text == "Waves 11 to 13 together: 3 trips, 120 MW lost."
    assert sum(int(str(each.facts["trips"])) for each in waves) == n - 1


@pytest.mark.parametrize(
    ("out", "expected", "text"),
    [
        (None, None, "How many customers that is, is not known."),
        (0, 0.0, None),
        (1, 1.0, "1 customer is without supply for certain."),
        (
            1200,
            1500.4,
            (
                "1,200 customers are without supply for certain, 1,500 with those that substations served in "
                "part shed on average."
            ),
        ),
    ],
)
def test_customers_are_told_where_they_are_known(
    out: int | None, expected: float | None, text: str | None
) -> None:
    consequence = Consequence(elements=2, customers_out=out, customers_expected=expected)

    said = explained(three_parallel(50.0), "BR-1", consequence=consequence)

    assert [each.text for each in of(said, Topic.CUSTOMERS)] == ([] if text is None else [text])
    assert "2 elements of the distribution network" in of(said, Topic.OUTAGES)[0].text


def test_the_base_case_is_told_as_one() -> None:
    network = triangle()
    prepared = prepare(network)
    nothing = Outages.none(network)
    result = simulate(network=prepared, outages=nothing, params=PLAIN)

    said = explain(prepared=prepared, outages=nothing, params=PLAIN, conditions=Conditions(), result=result)

    assert [each.text for each in said[:2]] == [
        "Nothing failed first.",
        "Of 100 MW served before, 0.0 MW were lost (0.0 %); no branch tripped.",
    ]


def test_trips_by_a_defect_are_not_said_to_be_held_by_their_rating() -> None:
    params = CascadeParams(hidden_failures=HiddenFailures(defect_prob=1.0))

    said = of(explained(three_parallel(500.0), "BR-1", params=params), Topic.PREVENTION)

    assert said
    assert not [each for each in said if "held" in each.facts]


NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?(?:e-\d+)?")


def said_of(value: Fact) -> set[str]:
    """Return the ways in which a sentence may say a figure."""
    if value is None or isinstance(value, str):
        return set()
    size = abs(value)
    return {f"{size:,.0f}", f"{size:,.1f}", f"{100.0 * size:.2g}", f"{size - 3:,.0f}"}


@settings(max_examples=120)
@given(st.integers(0, 2**32 - 1), st.sampled_from([random_network, tight_network]), st.floats(0.6, 1.6))
def test_every_number_said_is_a_figure_of_the_run(seed: int, make: Any, load_multiplier: float) -> None:
    rng = np.random.default_rng(seed)
    network = make(rng)
    branches, buses, _ = random_outage(rng, network)
    params = CascadeParams(load_multiplier=load_multiplier)
    outages = resolve_outages(
        network=network,
        branch_ids=[network.branch_ids[branch] for branch in branches],
        bus_ids=[network.bus_ids[bus] for bus in buses],
    ) if branches or buses else Outages.none(network)  # fmt: skip
    prepared = prepare(network)
    try:
        result = simulate(network=prepared, outages=outages, params=params)
        said = explain(
            prepared=prepared,
            outages=outages,
            params=params,
            conditions=Conditions(),
            result=result,
            names=dict.fromkeys(
                (*network.branch_ids, *network.bus_ids, *network.substation_ids, *network.unit_ids), "Elm"
            ),
        )
    except SingularIsland:
        return
    for each in said:
        known = set().union(*(said_of(value) for value in each.facts.values()))
        assert set(NUMBER.findall(each.text)) <= known, (each.text, dict(each.facts))
    check_facts(said, result, network, branches, buses, load_multiplier)


def check_facts(
    said: tuple[Statement, ...],
    result: CascadeResult,
    network: Network,
    branches: list[int],
    buses: list[int],
    load_multiplier: float,
) -> None:
    """Hold the figures against the run, and what would have stopped it against the brute-force cascade."""
    near = pytest.approx
    outcome = of(list(said), Topic.OUTCOME)[0].facts
    assert outcome["lost_mw"] == near(result.demand_mw - result.base_shed_mw - result.served_mw, abs=1e-6)
    assert outcome["trips"] == len(set(result.tripped.tolist()))
    waves = of(list(said), Topic.WAVE)
    assert sum(each.facts["lost_mw"] for each in waves) == near(outcome["lost_by_trips_mw"], abs=1e-6)
    assert sum(each.facts["trips"] for each in waves) == outcome["trips"]
    first = of(list(said), Topic.PATIENT_ZERO)
    if first:
        assert first[0].facts["load_mw"] == near(sum(result.bus_base_served_mw[sorted(set(buses))]))

    def again(rate_mva: np.ndarray, load: float, rating: float) -> brute_force.PlainResult:
        return brute_force.run(
            replace(network, rate_mva=rate_mva),
            branches_out=branches,
            buses_out=buses,
            load_multiplier=load,
            rating_multiplier=rating,
        )

    prevention = [each.facts for each in of(list(said), Topic.PREVENTION)]
    if not prevention or result.closest_margin < 1e-6:
        return
    held, load, rating = prevention
    unlimited = network.rate_mva.copy()
    unlimited[result.waves[1].tripped] = 0.0
    plain = again(unlimited, load_multiplier, 1.0)
    if plain.closest_call > 1e-6:
        assert held["lost_mw"] == near(plain.waves[-1].shed_mw, abs=1e-5)
        assert held["saved_mw"] == near(result.shed_mw - plain.waves[-1].shed_mw, abs=1e-5)
    if load["load_pct"] is not None:
        calm = again(network.rate_mva, load_multiplier * load["load_pct"] / 100.0, 1.0)
        assert len(calm.waves) == 1 or calm.closest_call < 1e-6
    if rating["threshold_pct"] is not None:
        calm = again(network.rate_mva, load_multiplier, rating["threshold_pct"] / 100.0)
        assert len(calm.waves) == 1 or calm.closest_call < 1e-6
