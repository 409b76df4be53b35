"""Random feeders against networkx: who loses supply, that switching is legal, and how good it is."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from cascade.engine.distribution.consequence import follow
from cascade.engine.distribution.impact import DistributionImpact
from cascade.engine.distribution.params import SwitchingParams
from cascade.engine.distribution.summary import summarise
from tests.unit.engine.distribution.networks import KV, Drawn
from tests.unit.engine.distribution.random_feeders import (
    best,
    fed,
    feeders,
    graph_of,
    loads,
    normally_open,
    trips,
    zone_of,
)
from tests.unit.engine.distribution.test_switching_by_hand import at_section, dead

STEADY = SwitchingParams(cold_load_peak=1.0, least_voltage_pu=0.0)


def customers_at(drawn: Drawn, nodes: set[str]) -> int:
    return sum(unit.customers for unit in drawn.units if unit.node in nodes)


def limits(drawn: Drawn) -> dict[str, float]:
    found = {each.id: math.sqrt(3.0) * KV * (each.rated_a or 0.0) for each in (*drawn.lines, *drawn.devices)}
    return found | {f"CKT-{name}": 1000.0 * (mva or 0.0) for name, mva in drawn.circuit_mva.items()}


def after(drawn: Drawn, found: DistributionImpact) -> set[str]:
    """Return the switches that are open once every step is done."""
    opened = normally_open(drawn)
    for step in found.steps:
        if step.kind.value == "CLOSE":
            assert step.switch_id in opened, "a closed switch is closed"
            opened.discard(step.switch_id)
        else:
            assert step.switch_id not in opened, "an open switch is opened"
            opened.add(step.switch_id)
    return opened


@given(st.data(), feeders(capacities=True))
@settings(max_examples=150)
def test_a_fault_of_a_section(data: st.DataObject, drawn: Drawn) -> None:
    if not drawn.lines:
        return
    line = data.draw(st.sampled_from(drawn.lines))
    zone, sources = zone_of(drawn, line), set(drawn.circuits.values())
    before = normally_open(drawn)
    model = drawn.model()

    found = summarise(follow(model, failures=at_section(model, line.id), params=STEADY))

    tripped = trips(drawn, zone)
    assert {step.switch_id for step in found.steps if step.kind.value == "TRIP"} == tripped
    lost = fed(graph_of(drawn, before), sources) - fed(graph_of(drawn, before | tripped), sources)
    assert found.customers_out == customers_at(drawn, lost)
    final = after(drawn, found)
    alive = fed(graph_of(drawn, final), sources)
    assert not alive & zone, "the fault is under voltage again"
    assert found.restored.customers == customers_at(drawn, alive & lost)
    carried, was = loads(drawn, final, sources), loads(drawn, before, sources)
    most = limits(drawn)
    for key, load in carried.items():
        assert load <= max(most[key], was.get(key, 0.0)) * (1 + 1e-9), f"{key} is overloaded"
    assert found.restored.customers == sum(step.restored.customers for step in found.steps)


@given(st.data(), feeders(capacities=False))
@settings(max_examples=150)
def test_without_limits_all_is_restored_that_any_switching_could_restore(
    data: st.DataObject, drawn: Drawn
) -> None:
    if not drawn.lines:
        return
    line = data.draw(st.sampled_from(drawn.lines))
    zone, sources = zone_of(drawn, line), set(drawn.circuits.values())
    model = drawn.model()

    found = summarise(follow(model, failures=at_section(model, line.id), params=STEADY))

    around = {d.id for d in drawn.devices if (d.start in zone) != (d.end in zone)}
    joined = fed(graph_of(drawn, around), sources)  # every tie closed, loops or not
    everybody = sum(unit.customers for unit in drawn.units)
    assert everybody - found.still_out.customers == customers_at(drawn, joined)


@given(feeders(capacities=True))
@settings(max_examples=60)
def test_a_dead_substation_against_every_way_of_switching(drawn: Drawn) -> None:
    sources = set(drawn.circuits.values()) - {"SA"}
    before = normally_open(drawn)
    model = drawn.model()

    found = summarise(follow(model, supplies=dead("SA"), params=STEADY))

    lost = fed(graph_of(drawn, before), {"SA"})
    assert found.customers_out == customers_at(drawn, lost)
    final = after(drawn, found)
    alive = fed(graph_of(drawn, final), sources)
    assert "SA" not in alive
    assert found.restored.customers == customers_at(drawn, alive & lost)
    most = limits(drawn)
    was = loads(drawn, before, sources)
    ceiling = {key: max(limit, was.get(key, 0.0)) for key, limit in most.items()}
    optimum = best(drawn, {"SA"}, sources, ceiling)
    everybody = customers_at(drawn, fed(graph_of(drawn, before), sources))
    assert everybody + found.restored.customers <= optimum
