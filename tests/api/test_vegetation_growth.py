"""When trees encroach, and what a trimming cycle means, in GraphQL."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from grid import models
from tests.clients import Api
from tests.factories.computed import make_tree_risk, make_vegetation_line
from tests.factories.grid import grant_zone, make_circuit, make_line_section

pytestmark = pytest.mark.django_db

OUTLOOK = """query ($circuit: String, $by: EncroachmentGrouping!) {
  encroachmentOutlook(circuitId: $circuit, groupBy: $by) { edgesYears groupCount
    total { key treeCount overdueCount dueCounts neverCount unknownCount }
    groups { key label treeCount overdueCount dueCounts } } }"""
CYCLES = """query ($cycles: [Float!]!, $circuit: String, $room: Float! = 1.5, $faults: Float, $crew: Float,
    $minute: Float) {
  trimmingCycles(cyclesYears: $cycles, circuitId: $circuit, roomM: $room, faultsPerContactYear: $faults,
      usdPerCrewH: $crew, usdPerCustomerMinute: $minute) {
    treeCount spanCount unknownTreeCount strikesPerYear strikeCustomerMinutesPerYear
    currentCycleYears assumptions
    outcomes { cycleYears trimmedTrees encroachingSpans encroachingSpansHigh touchingTrees contactTreeYears
      crewHPerYear growInFaultsPerYear growInCustomerMinutesPerYear trimUsdPerYear outageUsdPerYear
      totalUsdPerYear } } }"""


def make_line(circuit: models.Circuit, **fields: Any) -> models.VegetationLine:
    section = make_line_section(circuit=circuit)
    return make_vegetation_line(line=section, **{"line_class": "LATERAL", **fields})


def test_trees_are_counted_by_when_they_encroach(viewer_api: Api) -> None:
    circuit, other = make_circuit(name="Alvin 7"), make_circuit()
    line, far = make_line(circuit), make_line(other)
    for deficit, years, level in (
        (0.5, 0.0, "HIGH"),
        (-0.1, 0.4, "MEDIUM"),
        (-1.0, 1.0, "MEDIUM"),  # on an edge: not before it
        (-9.0, 40.0, "LOW"),
        (-9.0, None, "NONE"),
        (None, None, None),
    ):
        make_tree_risk(
            circuit=circuit,
            grow_in_line_id=line.pk,
            clearance_deficit_m=deficit,
            years_to_encroachment=years,
            grow_in_level=level,
        )
    make_tree_risk(circuit=other, grow_in_line_id=far.pk, species=None, years_to_encroachment=6.0)

    found = viewer_api.data(OUTLOOK, by="CIRCUIT")["encroachmentOutlook"]

    assert found["edgesYears"] == [1, 2, 3, 4, 5, 7, 10]
    total = found["total"]
    assert (total["treeCount"], total["overdueCount"], total["neverCount"], total["unknownCount"]) == (
        7,
        1,
        1,
        1,
    )
    assert total["dueCounts"] == [1, 1, 0, 0, 0, 1, 0, 1]
    assert [(each["key"], each["label"], each["overdueCount"]) for each in found["groups"]] == [
        (circuit.pk, "Alvin 7", 1),
        (other.pk, other.name, 0),
    ]
    species = viewer_api.data(OUTLOOK, by="SPECIES", circuit=other.pk)["encroachmentOutlook"]
    assert [(each["key"], each["treeCount"]) for each in species["groups"]] == [(None, 1)]


def test_cycles_follow_growth_room_and_what_is_assumed(viewer_api: Api) -> None:
    # Beside a conductor at 9 m: 12 - 5.4 - 0.6 - 3.05 = 2.95 m outside; its crown gains 0.6 * 5.4 / 18 =
    # 0.18 m a year. After 4 years it is 2.23 m off, after 8 1.51 m, after 9 1.33 m: nearer than the room.
    circuit = make_circuit()
    line, drop = make_line(circuit), make_line(circuit, line_class="SERVICE")
    for distance, target in ((12.0, line), (2.0, line), (2.0, drop)):
        make_tree_risk(
            circuit=circuit,
            grow_in_line_id=target.pk,
            fall_in_line_id=target.pk,
            grow_in_distance_m=distance,
            strikes_per_year=0.001,
            customer_minutes_per_year=7.0,
        )

    found = viewer_api.data(
        CYCLES, cycles=[4.0, 9.0, 30.0], faults=0.5, crew=200.0, minute=0.2, circuit=circuit.pk
    )["trimmingCycles"]

    assert (found["treeCount"], found["spanCount"], found["unknownTreeCount"]) == (2, 1, 0)
    assert found["strikesPerYear"] == pytest.approx(0.002)
    assert found["strikeCustomerMinutesPerYear"] == pytest.approx(14.0)
    four, nine, thirty = found["outcomes"]
    # The near tree is cut to 1.5 m: within the clearance after 8.3 years, at the conductor after 25.3.
    assert [each["trimmedTrees"] for each in (four, nine, thirty)] == [1, 2, 2]
    assert [each["encroachingSpans"] for each in (four, nine, thirty)] == [0, 1, 1]
    contact = 1 - (1.5 + 3.05) / 0.18 / 30
    assert thirty["contactTreeYears"] == pytest.approx(contact)
    assert thirty["growInFaultsPerYear"] == pytest.approx(0.5 * contact)
    assert thirty["growInCustomerMinutesPerYear"] == pytest.approx(0.5 * contact * 120 * 180)
    assert four["crewHPerYear"] == pytest.approx((0.5 + 1.0) / 4)
    assert four["totalUsdPerYear"] == pytest.approx(1.5 / 4 * 200)
    assert any("1.5 m" in each for each in found["assumptions"])


def test_costs_that_are_not_given_are_not_known(viewer_api: Api) -> None:
    make_tree_risk(grow_in_line_id=make_line(make_circuit()).pk)

    (outcome,) = viewer_api.data(CYCLES, cycles=[4.0])["trimmingCycles"]["outcomes"]

    for name in ("growInFaultsPerYear", "trimUsdPerYear", "outageUsdPerYear", "totalUsdPerYear"):
        assert outcome[name] is None


def test_users_limited_to_a_zone_count_its_trees_only(viewer: User, viewer_api: Api) -> None:
    lines = [make_line(make_circuit()) for _ in range(2)]
    mine, _ = (
        make_tree_risk(circuit=line.circuit, grow_in_line_id=line.pk, fall_in_line_id=line.pk)
        for line in lines
    )
    grant_zone(user=viewer, zone=mine.zone)

    assert viewer_api.data(CYCLES, cycles=[4.0])["trimmingCycles"]["treeCount"] == 1
    found = viewer_api.data(OUTLOOK, by="CIRCUIT")["encroachmentOutlook"]
    assert (found["total"]["treeCount"], found["groupCount"]) == (1, 1)


@pytest.mark.parametrize(
    ("variables", "field"),
    [
        ({"cycles": []}, "cyclesYears"),
        ({"cycles": [0.1]}, "cyclesYears"),
        ({"cycles": [4.0] * 13}, "cyclesYears"),
        ({"cycles": [4.0], "room": -1.0}, "roomM"),
        ({"cycles": [4.0], "crew": -1.0}, "usdPerCrewH"),
        ({"cycles": [4.0], "faults": 2000.0}, "faultsPerContactYear"),
    ],
)
def test_bad_input_is_named(viewer_api: Api, variables: dict[str, Any], field: str) -> None:
    (error,) = viewer_api.run(CYCLES, **variables)["errors"]

    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_INPUT", field)


def test_without_trees_nothing_is_counted(viewer_api: Api) -> None:
    (outcome,) = viewer_api.data(CYCLES, cycles=[4.0], faults=1.0)["trimmingCycles"]["outcomes"]

    assert (outcome["trimmedTrees"], outcome["growInFaultsPerYear"]) == (0, 0)
