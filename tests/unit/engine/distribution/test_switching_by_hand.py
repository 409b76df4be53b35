"""Clearing, isolation and ties on two circuits, by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cascade.engine.distribution.consequence import follow
from cascade.engine.distribution.faults import Failures
from cascade.engine.distribution.impact import DistributionImpact
from cascade.engine.distribution.model import DistributionModel
from cascade.engine.distribution.params import SwitchingParams
from cascade.engine.distribution.summary import summarise
from cascade.engine.distribution.supply import SubstationSupply
from tests.unit.engine.distribution.networks import KV, Device, Drawn, Line, Unit, two_circuits

STEADY = SwitchingParams(cold_load_peak=1.0)
"""Without cold load, so that limits are plain sums."""


def at_section(model: DistributionModel, *sections: str) -> Failures:
    """Return the failure of sections."""
    arrays = model.network.arrays
    edges = arrays.sections.positions(list(sections))
    return Failures(nodes=np.unique(np.concatenate([arrays.edge_start[edges], arrays.edge_end[edges]])))


def dead(*substations: str, mw: float = 5.0) -> list[SubstationSupply]:
    """Return substations without any supply."""
    return [SubstationSupply(substation_id=s, base_mw=mw, lost_mw=mw, is_dead=True) for s in substations]


def impact(drawn: Drawn, *sections: str, params: SwitchingParams = STEADY, **more: Any) -> DistributionImpact:
    """Return what the failure of sections means."""
    model = drawn.model()
    failures = at_section(model, *sections) if sections else None
    return summarise(follow(model, failures=failures, params=params, **more))


def told(found: DistributionImpact) -> list[tuple[float, str, str, int]]:
    """Return the steps: when, what, which switch, how many customers it restores."""
    return [(s.at_s, s.kind.value, s.switch_id, s.restored.customers) for s in found.steps]


def replaced(items: Any, key: str, **changes: Any) -> tuple[Any, ...]:
    """Return items with one of them changed."""
    return tuple(replace(each, **changes) if each.id == key else each for each in items)


def with_line(key: str, **changes: Any) -> Drawn:
    """Return the two circuits with a section changed."""
    drawn = two_circuits()
    return replace(drawn, lines=replaced(drawn.lines, key, **changes))


def with_unit(key: str, **changes: Any) -> Drawn:
    """Return the two circuits with a transformer changed."""
    drawn = two_circuits()
    return replace(drawn, units=replaced(drawn.units, key, **changes))


def amperes(kva: float) -> float:
    """Return the three-phase current of a power."""
    return kva / (math.sqrt(3.0) * KV)


def test_a_fault_at_the_head_is_cut_off_and_the_rest_fed_from_the_other_end() -> None:
    found = impact(two_circuits(), "LA1")

    assert told(found) == [
        (0.0, "TRIP", "BRK-A", 0), (90.0, "OPEN", "SEC", 0), (120.0, "CLOSE", "TIE", 50),
    ]  # fmt: skip
    assert (found.customers_out, found.restored.customers, found.still_out.customers) == (60, 50, 10)
    assert (found.momentary.customers, found.meters_out) == (50, 60)
    assert found.steps[-1].restored_by == "B"
    assert (found.mw_lost, found.coverage_frac) == (0.0, None)


def test_what_tripped_above_the_faulted_part_is_closed_again() -> None:
    """SEC is a plain switch here: the breaker trips for a fault behind it, then SEC opens and it closes."""
    drawn = two_circuits()
    drawn = replace(drawn, devices=replaced(drawn.devices, "SEC", kind="TIE"))

    found = impact(drawn, "LA2")

    assert told(found) == [
        (0.0, "TRIP", "BRK-A", 0),
        (90.0, "OPEN", "SEC", 0),
        (120.0, "CLOSE", "BRK-A", 10),
        (150.0, "OPEN", "REC", 0),
        (180.0, "CLOSE", "TIE", 30),
    ]
    assert (found.customers_out, found.still_out.customers) == (60, 20)
    assert [step.restored_by for step in found.steps if step.restored.customers] == ["A", "B"]


def test_behind_the_last_device_nothing_can_be_done() -> None:
    found = impact(two_circuits(), "LA3")

    assert told(found) == [(0.0, "TRIP", "REC", 0)]
    assert (found.customers_out, found.still_out.customers) == (30, 30)
    assert found.unused_ties == {}


def test_without_switching_all_that_the_protection_takes_out_stays_out() -> None:
    found = impact(two_circuits(), "LA1", params=SwitchingParams(can_switch=False))

    assert told(found) == [(0.0, "TRIP", "BRK-A", 0)]
    assert (found.restored.customers, found.still_out.customers) == (0, 60)


@pytest.mark.parametrize(("kva", "restored"), [(400.0, 50), (399.0, 30), (300.0, 30), (299.0, 0)], ids=str)
def test_a_tie_takes_up_what_its_rating_carries_and_the_part_is_divided(kva: float, restored: int) -> None:
    """LB1 carries 200 kVA; TA3 adds 100, TA2 another 100, divided at REC."""
    found = impact(with_line("LB1", rated_a=amperes(kva) * (1 + 1e-9)), "LA1")

    assert found.restored.customers == restored
    opened = [step.switch_id for step in found.steps if step.kind.value == "OPEN"]
    assert opened == {50: ["SEC"], 30: ["REC"], 0: []}[restored]
    assert found.unused_ties == ({} if restored else {"OVERLOADED": 1})


@pytest.mark.parametrize(
    ("changes", "restored", "reason"),
    [
        ({"circuit_mva": {"B": 0.35}}, 30, None),
        ({"circuit_mva": {"B": 0.25}}, 0, "OVERLOADED"),
        ({"circuit_mva": {"B": None}}, 0, "RATING_UNKNOWN"),
        ({"substation_mva": {"SB": 0.35}}, 30, None),
        ({"substation_mva": {"SB": None}}, 0, "RATING_UNKNOWN"),
        ({"circuit_kv": {"B": 13.8}}, 0, "VOLTAGE_MISMATCH"),
    ],
    ids=str,
)
def test_the_circuit_and_the_substation_limit_a_tie(
    changes: dict[str, Any], restored: int, reason: str | None
) -> None:
    found = impact(replace(two_circuits(), **changes), "LA1")

    assert found.restored.customers == restored
    assert found.unused_ties == ({} if reason is None else {reason: 1})


@pytest.mark.parametrize(
    ("drawn", "restored", "reason"),
    [
        (with_line("LB1", rated_a=None), 0, "RATING_UNKNOWN"),
        (with_line("LA3", rated_a=None), 0, "RATING_UNKNOWN"),
        (with_line("LA2", rated_a=None), 30, None),
        (with_unit("TB1", load_kva=None), 0, "LOAD_UNKNOWN"),
        (with_unit("TA3", load_kva=None), 0, "LOAD_UNKNOWN"),
        (with_unit("TA2", load_kva=None), 30, None),
        (with_line("LB1", phases="A"), 0, "PHASES_MISSING"),
        (with_line("LA3", phases="AB"), 0, "PHASES_MISSING"),
    ],
    ids=range(8),
)
def test_what_is_not_known_or_not_possible_is_not_done(
    drawn: Drawn, restored: int, reason: str | None
) -> None:
    found = impact(drawn, "LA1")

    assert found.restored.customers == restored
    assert found.unused_ties == ({} if reason is None else {reason: 1})


def test_a_single_phase_transformer_is_fed_over_its_phase() -> None:
    drawn = with_line("LA3", phases="B")
    drawn = replace(drawn, units=replaced(drawn.units, "TA3", phases="B"))

    assert impact(drawn, "LA1").restored.customers == 30  # TA2 needs three phases


@pytest.mark.parametrize(("ohm", "restored"), [(13.5, 50), (14.1, 30), (18.0, 30), (19.0, 0)], ids=str)
def test_voltage_limits_a_tie(ohm: float, restored: int) -> None:
    """LB1 carries 200 kVA at a power factor of 1 from 1.00 per unit, later 300 and 400.

    1 - 2 · R · 0.4 / 12.47² reaches 0.95² = 0.9025 at R = 18.95 ohm, with 0.3 at 25.27; 0.2 at 37.9.
    """
    params = replace(STEADY, source_voltage_pu=1.0, power_factor=1.0)
    scale = 18.95 / 13.8  # the cases are in parts of the first limit
    found = impact(with_line("LB1", r_ohm=ohm * scale), "LA1", params=params)

    limits = {mva: (1.0 - 0.9025) * KV**2 / (2.0 * mva) for mva in (0.3, 0.4)}
    expected = 50 if ohm * scale < limits[0.4] else 30 if ohm * scale < limits[0.3] else 0
    assert found.restored.customers == expected == restored
    if restored:
        mva = {50: 0.4, 30: 0.3}[restored]
        least = math.sqrt(1.0 - 2.0 * ohm * scale * mva / KV**2)
        assert found.steps[-1].least_voltage_pu == pytest.approx(least, rel=1e-9)
    else:
        assert found.unused_ties == {"VOLTAGE": 1}


def test_a_voltage_that_is_not_known_is_not_checked_and_said_to_be_so() -> None:
    found = impact(with_line("LB1", r_ohm=None), "LA1")

    assert found.restored.customers == 50
    assert found.steps[-1].least_voltage_pu is None


def test_cold_load_takes_more_than_the_usual_load() -> None:
    """After 120 s a third of half an hour's fifth is lost: 1 + 2 · 120 / 1800 = 1.1333 times 200 kVA."""
    params = SwitchingParams()
    needed = 200.0 + 200.0 * (1.0 + 2.0 * 120.0 / 1800.0)

    fits = impact(with_line("LB1", rated_a=amperes(needed) * (1 + 1e-9)), "LA1", params=params)
    short = impact(with_line("LB1", rated_a=amperes(needed) * (1 - 1e-6)), "LA1", params=params)

    assert (fits.restored.customers, short.restored.customers) == (50, 30)
    assert fits.steps[-1].margin_kva == pytest.approx(0.0, abs=1e-3)


def test_an_operation_by_hand_takes_longer_and_meets_more_cold_load() -> None:
    """REC is a fuse: opened by hand it divides nothing, yet around the fault it must be opened."""
    drawn = two_circuits()
    drawn = replace(drawn, devices=replaced(drawn.devices, "REC", kind="FUSE"))

    whole = impact(drawn, "LA2", params=SwitchingParams())

    assert told(whole) == [
        (0.0, "TRIP", "SEC", 0), (3660.0, "OPEN", "REC", 0), (3690.0, "CLOSE", "TIE", 30),
    ]  # fmt: skip
    assert [step.is_by_hand for step in whole.steps] == [False, True, False]
    assert whole.momentary.customers == 0
    limited = replace(drawn, lines=replaced(drawn.lines, "LB1", rated_a=amperes(499.0)))
    assert impact(limited, "LA2", params=SwitchingParams()).restored.customers == 0  # 200 + 3 · 100
    undivided = replace(drawn, lines=replaced(drawn.lines, "LB1", rated_a=amperes(350.0)))
    assert impact(undivided, "LA1").restored.customers == 0  # TA2 and TA3 hang together


def test_a_dead_substation_is_taken_up_and_one_in_short_supply_helps_nobody() -> None:
    both = two_circuits()

    taken = impact(both, supplies=[*dead("SA"), *dead("ELSEWHERE", mw=15.0)])
    short = impact(
        both,
        supplies=[
            *dead("SA"),
            SubstationSupply(substation_id="SB", base_mw=10.0, lost_mw=4.0, is_dead=False),
        ],
    )
    neither = impact(both, supplies=dead("SA", "SB"))

    assert told(taken) == [(90.0, "OPEN", "BRK-A", 0), (120.0, "CLOSE", "TIE", 60)]
    assert (taken.mw_lost, taken.mw_known, taken.mw_unknown, taken.coverage_frac) == (20.0, 5.0, 15.0, 0.25)
    assert (short.customers_out, short.restored.customers, short.unused_ties) == (60, 0, {"SOURCE_SHORT": 1})
    assert (short.customers_low, short.customers_expected, short.customers_high) == (76, 76.0, 100)
    assert {each.circuit_id: each.lost_mw for each in short.circuits} == {"A": 5.0, "B": 4.0}
    assert (neither.customers_out, neither.still_out.customers) == (100, 100)


def test_load_lost_where_nothing_is_on_record_means_unknown_customers() -> None:
    found = impact(two_circuits(), supplies=dead("ELSEWHERE"))

    assert (found.customers_out, found.meters_out, found.critical_customers_out) == (None, None, None)
    assert (found.customers_low, found.customers_expected, found.customers_high) == (None, None, None)
    assert (found.mw_unknown, found.coverage_frac) == (5.0, 0.0)


def test_two_ties_share_a_part_that_neither_can_carry() -> None:
    """C ends at the middle of A: the tie of B takes TA3, that of C takes TA2; REC parts them."""
    drawn = two_circuits()
    drawn = replace(
        drawn,
        circuits={**drawn.circuits, "C": "SC"},
        lines=(
            *replaced(drawn.lines, "LB1", rated_a=amperes(310.0)),
            Line(id="LC1", start="c1", end="c2", circuit="C", rated_a=amperes(110.0)),
        ),
        devices=(
            *drawn.devices,
            Device(id="BRK-C", kind="BREAKER", start="SC", end="c1", circuit="C"),
            Device(id="TIE-C", kind="TIE", start="c2", end="a4", circuit="C", is_open=True),
        ),
    )

    found = impact(drawn, "LA1")

    assert found.restored.customers == 50
    assert {step.restored_by: step.restored.customers for step in found.steps if step.restored.customers} == {
        "B": 30, "C": 20,
    }  # fmt: skip
    spare = impact(replace(drawn, lines=replaced(drawn.lines, "LB1", rated_a=1000.0)), "LA1")
    assert [(step.restored_by, step.restored.customers) for step in spare.steps][-1] == ("B", 50)
    assert spare.unused_ties == {"NOT_NEEDED": 1}


def test_critical_customers_are_taken_up_first_where_a_part_is_divided() -> None:
    """TA3 stands alone at the tie; behind it the part forks to 20 customers and to a hospital."""
    drawn = two_circuits()
    drawn = replace(
        drawn,
        lines=(
            *replaced(drawn.lines, "LB1", rated_a=amperes(410.0)),
            Line(id="LA4", start="a7", end="a8", circuit="A"),
        ),
        devices=(
            *drawn.devices, Device(id="REC-2", kind="RECLOSER", start="a6", end="a7", circuit="A"),
        ),
        units=(
            *drawn.units, Unit(id="TA4", node="a8", circuit="A", load_kva=100.0, customers=1, critical=1),
        ),
    )  # fmt: skip

    found = impact(drawn, supplies=dead("SA"))

    assert (found.restored.customers, found.restored.critical_customers) == (31, 1)
    assert found.critical_customers_out == 1
    assert found.still_out.critical_customers == 0


def test_faults_of_transformers_and_meters_take_nothing_else_along() -> None:
    model = two_circuits().model()
    arrays = model.network.arrays
    failures = Failures(
        transformers=arrays.transformers.positions(["TA2"]),
        meters=arrays.meters.positions(["TA2-0", "TA3-7"]),
    )

    found = summarise(follow(model, failures=failures, params=STEADY))

    assert (found.customers_out, found.meters_out, found.still_out.meters) == (21, 21, 21)
    assert found.steps == ()
    assert [(each.circuit_id, each.out.customers) for each in found.circuits] == [("A", 21)]


def test_what_failed_by_itself_is_not_restored_with_its_circuit() -> None:
    model = two_circuits().model()
    arrays = model.network.arrays
    failures = replace(
        at_section(model, "LA1"),
        transformers=arrays.transformers.positions(["TA2"]),
        meters=arrays.meters.positions(["TA3-0"]),
    )

    found = summarise(follow(model, failures=failures, params=STEADY))

    assert (found.customers_out, found.restored.customers, found.still_out.customers) == (60, 29, 31)


def test_a_fault_that_nothing_parts_from_the_substation_takes_it_along() -> None:
    drawn = two_circuits()
    drawn = replace(drawn, devices=replaced(drawn.devices, "BRK-A", kind="TIE"))

    found = impact(drawn, "LA1")

    assert (found.customers_out, found.restored.customers) == (60, 50)
    assert [step.kind.value for step in found.steps] == ["OPEN", "CLOSE"]


def test_a_loop_is_opened_on_all_sides_and_never_switched_into() -> None:
    """A second way joins a2 and a4: SEC and BY make a ring around LA2's switch SEC."""
    drawn = two_circuits()
    drawn = replace(
        drawn,
        devices=(*drawn.devices, Device(id="BY", kind="RECLOSER", start="a2", end="a4", circuit="A")),
    )

    found = impact(drawn, "LA2")

    trips = [step.switch_id for step in found.steps if step.kind.value == "TRIP"]
    assert {"BY", "SEC"} <= set(trips)
    assert found.still_out.customers == 20
    assert impact(drawn, "LB1").unused_ties == {}


def test_classes_add_up() -> None:
    drawn = two_circuits()
    units = replaced(drawn.units, "TA2", customer_class="COMMERCIAL")
    drawn = replace(drawn, units=replaced(units, "TA1", customer_class=None))

    found = impact(drawn, "LA1")

    assert {
        each.customer_class: (each.customers_out, each.customers_restored, each.customers_still_out)
        for each in found.classes
    } == {"COMMERCIAL": (20, 20, 0), "RESIDENTIAL": (30, 30, 0), "UNKNOWN": (10, 0, 10)}


def test_a_network_of_nothing_has_no_impact() -> None:
    found = impact(Drawn(circuits={}, lines=(), devices=(), units=()), supplies=dead("SA"))

    assert found.customers_out is None
    assert found.mw_unknown == 5.0
    assert impact(Drawn(circuits={}, lines=(), devices=(), units=())).customers_out == 0


def test_the_digest_follows_the_data() -> None:
    first, again = two_circuits().model().digest, two_circuits().model().digest

    assert first == again
    assert with_unit("TA1", load_kva=101.0).model().digest != first
    assert with_line("LA1", r_ohm=0.1).model().digest != first
