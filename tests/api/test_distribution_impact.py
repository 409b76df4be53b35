"""patientZero, distributionImpact and patientZeroCandidates: two circuits by hand, and who may ask."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.gis.geos import Point

from grid import models
from grid.models import SwitchKind
from tests.clients import Api
from tests.factories.grid import (
    grant_zone,
    make_branch,
    make_bus,
    make_circuit,
    make_customer,
    make_line_section,
    make_meter,
    make_plant,
    make_pole,
    make_substation,
    make_switch,
    make_transformer,
    make_transformer_load,
    make_zone,
)

TALLY = "{ transformers meters customers criticalCustomers loadKva unknownLoads }"
IMPACT = f"""query($ids: [String!], $area: AreaInput, $classes: [PlacedClass!],
    $unserved: [UnservedSubstationInput!], $switching: SwitchingInput, $seed: Int! = 0) {{
    distributionImpact(ids: $ids, area: $area, classes: $classes, unserved: $unserved,
    switching: $switching, seed: $seed) {{
    customersOut metersOut criticalCustomersOut customersLow customersExpected customersHigh
    out {TALLY} momentary {TALLY} restored {TALLY} stillOut {TALLY}
    mwLost mwUnknown coverageFrac circuitCount
    circuits {{ circuitId substationId lostMw expectedShedCustomers stillOut {TALLY} }}
    classes {{ customerClass customersOut customersRestored customersStillOut }}
    sheds {{ substationId servedShare fewestCustomers mostCustomers rotatingCircuitIds }}
    stepCount steps {{ atS kind switchId switchKind isByHand restoredBy restored {{ customers }} }}
    unusedTies {{ reason count }} withoutPlace meterIds stillOutMeters: meterIds(stillOut: true)
    dataDigest }} }}"""
CUSTOMERS = """query($first: Int! = 50, $offset: Int! = 0, $still: Boolean! = false,
    $critical: Boolean! = false) {
    distributionImpact(ids: ["L1"]) { customers(first: $first, offset: $offset, stillOut: $still,
    criticalOnly: $critical) { assetId fullName meter { assetId } } } }"""
ZERO = """query($ids: [String!], $area: AreaInput, $classes: [PlacedClass!]) {
    patientZero(ids: $ids, area: $area, classes: $classes) { groups { kind count ids } outageCount outageIds
    failedCount failedIds loadMw generationCapacityMw } }"""
CANDIDATES = """query($kind: CandidateKind!, $circuit: String, $first: Int! = 50, $offset: Int! = 0) {
    patientZeroCandidates(kind: $kind, circuitId: $circuit, first: $first, offset: $offset) {
    totalCount items { assetId switchKind circuitId substationId transformerCount meterCount customerCount
    criticalCustomerCount loadKva unknownLoads } } }"""


@pytest.fixture
def ring(synced: None) -> SimpleNamespace:
    """Return circuits A and B with an open tie between their ends; A has a sectionalizer amid.

    A: BRK-A, L1 with T1, SEC, L2 with T2, which serves two customers, one of them a hospital. B: BRK-B, L3
    with T3. SUB-A demands 8 MW in the base case.
    """
    zone = make_zone(id="ZONE-R")
    near = make_substation(id="SUB-A", zone=zone, load_mw=8.0, generation_capacity_mw=0.0)
    far = make_substation(id="SUB-B", zone=zone, load_mw=4.0, capacity_mva=50.0)
    a, b = (
        make_circuit(id=f"CKT-{key}", substation=at, rated_mva=10.0) for key, at in (("A", near), ("B", far))
    )
    make_switch(id="BRK-A", circuit=a, from_node="SUB-A", to_node="a1")
    first = make_line_section(id="L1", circuit=a, from_node="a1", to_node="a2")
    make_switch(id="SEC", circuit=a, kind=SwitchKind.SECTIONALIZER, from_node="a2", to_node="a3")
    second = make_line_section(id="L2", circuit=a, from_node="a3", to_node="a4")
    make_switch(id="BRK-B", circuit=b, from_node="SUB-B", to_node="b1")
    third = make_line_section(id="L3", circuit=b, from_node="b1", to_node="b2")
    make_switch(id="TIE", circuit=b, kind=SwitchKind.TIE, from_node="b2", to_node="a4", is_normally_open=True)
    pole = make_pole(id="POLE-1", circuit=a, line=second, location=Point(-95.0, 29.0, srid=4326))
    make_pole(id="POLE-2", circuit=a, location=Point(-80.0, 40.0, srid=4326))
    units = {}
    for key, line, node, kva in (
        ("T1", first, "a2", 40.0), ("T2", second, "a4", 60.0), ("T3", third, "b2", 30.0),
    ):  # fmt: skip
        units[key] = make_transformer(
            id=key, line=line, node=node, peak_load_kva=2.0 * kva, pole=pole if key == "T2" else None
        )
        make_transformer_load(transformer=units[key], load_kva=kva)
        meter = make_meter(id=f"M-{key}", transformer=units[key])
        make_customer(id=f"CUST-{key}", meter=meter, full_name="Ada Lovelace")
        if key == "T2":
            make_customer(id="CUST-H", meter=meter, critical_kind="HOSPITAL", full_name="Mercy General")
    return SimpleNamespace(zone=zone, near=near, far=far, a=a, b=b, units=units)


def impact(api: Api, **asked: Any) -> dict[str, Any]:
    return api.data(IMPACT, **asked)["distributionImpact"]


def steps(found: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(s["atS"], s["kind"], s["switchId"], s["restored"]["customers"]) for s in found["steps"]]


def test_a_fault_is_followed_from_the_trip_to_who_waits(ring: SimpleNamespace, viewer_api: Api) -> None:
    found = impact(viewer_api, ids=["L1"])

    assert (found["customersOut"], found["metersOut"], found["criticalCustomersOut"]) == (3, 2, 1)
    assert steps(found) == [
        (0.0, "TRIP", "BRK-A", 0), (90.0, "OPEN", "SEC", 0), (120.0, "CLOSE", "TIE", 2),
    ]  # fmt: skip
    assert found["steps"][-1]["restoredBy"] == "CKT-B"
    assert (found["out"]["loadKva"], found["momentary"]["customers"]) == (100.0, 2)
    assert (found["stillOut"]["customers"], found["stillOutMeters"]) == (1, ["M-T1"])
    assert found["meterIds"] == ["M-T1", "M-T2"]
    assert (found["mwLost"], found["coverageFrac"]) == (0.0, None)


@pytest.mark.parametrize(
    ("asset_id", "out", "still_out"),
    [
        ("BRK-A", 3, 1),
        ("SEC", 3, 3),
        ("CKT-A", 3, 1),
        ("T2", 2, 2),
        ("M-T2", 2, 2),
        ("POLE-1", 2, 2),
        ("SUB-A", 3, 0),
        ("TIE", 3, 3),
    ],
)
def test_patient_zero_may_be_anything(
    ring: SimpleNamespace, viewer_api: Api, asset_id: str, out: int, still_out: int
) -> None:
    """A switch at fault takes both of its sides along: SEC both of A's sections, TIE the ends of A and B."""
    found = impact(viewer_api, ids=[asset_id])

    assert (found["customersOut"], found["stillOut"]["customers"]) == (out, still_out)


def test_unserved_substations_give_ranges_and_unknowns(ring: SimpleNamespace, viewer_api: Api) -> None:
    make_substation(id="SUB-X", zone=ring.zone, load_mw=12.0)

    found = impact(
        viewer_api,
        unserved=[{"substationId": "SUB-A", "servedShare": 0.5}, {"substationId": "SUB-X"}],
    )

    assert (found["mwLost"], found["mwUnknown"], found["coverageFrac"]) == (16.0, 12.0, 0.25)
    assert (found["customersOut"], found["customersLow"], found["customersExpected"]) == (0, 2, 1.5)
    assert found["customersHigh"] == 3
    assert found["sheds"][0]["rotatingCircuitIds"] == ["CKT-A"]
    assert [(each["circuitId"], each["lostMw"]) for each in found["circuits"]] == [("CKT-A", 4.0)]
    unknown = impact(viewer_api, unserved=[{"substationId": "SUB-X"}])
    assert (unknown["customersOut"], unknown["customersHigh"]) == (None, None)


def test_settings_change_what_is_done(ring: SimpleNamespace, viewer_api: Api) -> None:
    kept = impact(viewer_api, ids=["L1"], switching={"canSwitch": False})
    slow = impact(viewer_api, ids=["L1"], switching={"locateS": 600.0, "remoteOperationS": 60.0})

    assert (kept["stillOut"]["customers"], kept["stepCount"]) == (3, 1)
    assert [step[0] for step in steps(slow)] == [0.0, 660.0, 720.0]
    assert slow["momentary"]["customers"] == 0


def test_customers_are_named_in_pages_and_masked(
    ring: SimpleNamespace, viewer_api: Api, operator_api: Api
) -> None:
    everybody = viewer_api.data(CUSTOMERS)["distributionImpact"]["customers"]
    pages = [
        viewer_api.data(CUSTOMERS, first=1, offset=n)["distributionImpact"]["customers"] for n in range(4)
    ]
    critical = viewer_api.data(CUSTOMERS, critical=True)["distributionImpact"]["customers"]
    still = viewer_api.data(CUSTOMERS, still=True)["distributionImpact"]["customers"]

    assert [each["assetId"] for each in everybody] == ["CUST-T1", "CUST-H", "CUST-T2"]
    assert [[each["assetId"] for each in page] for page in pages] == [
        ["CUST-T1"],
        ["CUST-H"],
        ["CUST-T2"],
        [],
    ]
    assert [each["assetId"] for each in critical] == ["CUST-H"]
    assert [each["assetId"] for each in still] == ["CUST-T1"]
    assert everybody[0]["fullName"] != "Ada Lovelace"
    assert everybody[1]["meter"] == {"assetId": "M-T2"}


def test_patient_zero_sorts_ids_and_counts_megawatts_once(ring: SimpleNamespace, viewer_api: Api) -> None:
    bus = make_bus(id="BUS-9", substation=ring.near, load_mw=8.0)
    other = make_bus(id="BUS-8", substation=ring.far, load_mw=3.0)
    make_branch(id="BR-9", from_bus=bus, to_bus=other)
    make_plant(id="PLANT-9", bus=other, p_max_mw=70.0)

    found = viewer_api.data(ZERO, ids=["SUB-A", "BUS-9", "BUS-8", "BR-9", "PLANT-9", "L1", "M-T3", "L1"])[
        "patientZero"
    ]

    assert {group["kind"]: group["ids"] for group in found["groups"]} == {
        "SUBSTATION": ["SUB-A"], "BUS": ["BUS-8", "BUS-9"], "BRANCH": ["BR-9"], "PLANT": ["PLANT-9"],
        "LINE": ["L1"], "METER": ["M-T3"],
    }  # fmt: skip
    assert found["outageIds"] == ["SUB-A", "BUS-8", "BUS-9", "BR-9", "PLANT-9"]
    assert (found["outageCount"], found["failedIds"], found["failedCount"]) == (5, ["L1", "M-T3"], 2)
    assert (found["loadMw"], found["generationCapacityMw"]) == (11.0, 70.0)


def test_an_area_takes_all_that_meets_it(ring: SimpleNamespace, viewer_api: Api) -> None:
    area = {"circle": {"lon": -95.0, "lat": 29.0, "radiusM": 500.0}}

    zero = viewer_api.data(ZERO, area=area, classes=["POLE"])["patientZero"]
    found = impact(viewer_api, area=area, classes=["POLE"])

    assert zero["failedIds"] == ["POLE-1"]
    assert (found["customersOut"], found["stillOut"]["customers"]) == (2, 2)


def test_a_pole_without_a_section_is_named_as_such(ring: SimpleNamespace, viewer_api: Api) -> None:
    found = impact(viewer_api, ids=["POLE-2"])

    assert (found["customersOut"], found["withoutPlace"]) == (0, ["POLE-2"])


@pytest.mark.parametrize(
    ("variables", "code", "field"),
    [
        ({}, "BAD_INPUT", "ids"),
        ({"ids": ["NO-SUCH"]}, "NOT_FOUND", "ids"),
        ({"ids": ["BUS-1"]}, "BAD_INPUT", "ids"),
        ({"ids": ["L1"], "seed": -1}, "BAD_INPUT", "seed"),
        ({"unserved": [{"substationId": "SUB-A", "servedShare": 1.0}]}, "BAD_INPUT", "unserved"),
        ({"unserved": [{"substationId": "L1"}]}, "BAD_INPUT", "unserved"),
        ({"unserved": [{"substationId": "NO-SUCH"}]}, "NOT_FOUND", "unserved"),
        ({"unserved": [{"substationId": "SUB-A"}] * 2}, "BAD_INPUT", "unserved"),
        ({"ids": ["L1"], "switching": {"locateS": -1.0}}, "BAD_INPUT", "locateS"),
        ({"ids": ["L1"], "switching": {"coldLoadPeak": 0.5}}, "BAD_INPUT", "coldLoadPeak"),
        ({"area": {"bbox": [-96, 28, -94, 30]}, "classes": ["BRANCH"]}, "BAD_INPUT", "classes"),
        ({"area": {"bbox": [-96, 28, -94, 30]}, "classes": ["TREE"]}, "BAD_INPUT", "classes"),
        ({"area": {"bbox": [-96, 28, -94, 30]}, "classes": []}, "BAD_INPUT", "classes"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(
    ring: SimpleNamespace, viewer_api: Api, variables: dict[str, Any], code: str, field: str
) -> None:
    bus = make_bus(id="BUS-1", substation=ring.near)
    make_branch(from_bus=bus, to_bus=make_bus(substation=ring.far))

    error = viewer_api.error(IMPACT, **variables)

    assert (error["extensions"]["code"], error["extensions"]["field"]) == (code, field)


def test_candidates_come_with_what_hangs_under_them(ring: SimpleNamespace, viewer_api: Api) -> None:
    def rows(kind: str, **more: Any) -> list[tuple[Any, ...]]:
        found = viewer_api.data(CANDIDATES, kind=kind, **more)["patientZeroCandidates"]
        assert found["totalCount"] >= len(found["items"])
        return [
            (
                c["assetId"],
                c["transformerCount"],
                c["customerCount"],
                c["criticalCustomerCount"],
                c["loadKva"],
            )
            for c in found["items"]
        ]

    assert rows("SUBSTATION") == [("SUB-A", 2, 3, 1, 100.0), ("SUB-B", 1, 1, 0, 30.0)]
    assert rows("CIRCUIT") == [("CKT-A", 2, 3, 1, 100.0), ("CKT-B", 1, 1, 0, 30.0)]
    assert rows("SWITCH") == [
        ("BRK-A", 2, 3, 1, 100.0), ("SEC", 1, 2, 1, 60.0), ("BRK-B", 1, 1, 0, 30.0),
    ]  # fmt: skip
    assert rows("LINE", circuit="CKT-A") == [("L1", 2, 3, 1, 100.0), ("L2", 1, 2, 1, 60.0)]
    assert rows("TRANSFORMER", first=1, offset=1) == [("T1", 1, 1, 0, 40.0)]
    assert viewer_api.error(CANDIDATES, kind="LINE", circuit="NO")["extensions"]["code"] == "NOT_FOUND"
    assert viewer_api.code(CANDIDATES.replace("first: $first", "first: 0"), kind="LINE") == "BAD_INPUT"


def test_a_user_of_one_zone_counts_its_part_alone(
    ring: SimpleNamespace, viewer: Any, viewer_api: Api
) -> None:
    other = make_zone(id="ZONE-O")
    for model, keys in (
        ("Transformer", ["T2"]), ("Meter", ["M-T2"]), ("Customer", ["CUST-T2", "CUST-H"]),
        ("Circuit", ["CKT-B"]), ("Switch", ["SEC", "TIE"]),
    ):  # fmt: skip
        getattr(models, model).objects.filter(pk__in=keys).update(zone=other)
    grant_zone(user=viewer, zone=ring.zone)

    found = impact(viewer_api, ids=["L1"])
    names = viewer_api.data(CUSTOMERS)["distributionImpact"]["customers"]
    under = viewer_api.data(CANDIDATES, kind="SUBSTATION")["patientZeroCandidates"]["items"]

    assert (found["customersOut"], found["restored"]["customers"], found["meterIds"]) == (1, 0, ["M-T1"])
    assert [step[2] for step in steps(found)] == ["BRK-A"]
    assert [each["assetId"] for each in names] == ["CUST-T1"]
    assert [(each["assetId"], each["customerCount"]) for each in under] == [("SUB-A", 1), ("SUB-B", 1)]
    assert viewer_api.error(IMPACT, ids=["T2"])["extensions"]["code"] == "NOT_FOUND"
    assert viewer_api.error(ZERO, ids=["T2"])["extensions"]["code"] == "NOT_FOUND"
