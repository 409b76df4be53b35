"""trace, isolation, backfeed, switchingEffect, islands and loops: two circuits by hand, and who may ask."""

from types import SimpleNamespace
from typing import Any

import pytest

from grid.models import SwitchEvidence, SwitchKind
from tests.clients import Api
from tests.factories.grid import (
    MOMENT,
    grant_zone,
    make_circuit,
    make_customer,
    make_line_section,
    make_meter,
    make_outage,
    make_pole,
    make_substation,
    make_switch,
    make_transformer,
    make_transformer_load,
    make_zone,
)

ASSETS = """{ sectionCount switchCount transformerCount meterCount customerCount criticalCustomerCount
    sectionIds switchIds transformerIds meterIds }"""
TRACE = f"""query($id: String!, $kind: TraceKind!, $positions: SwitchPositions! = PRESENT) {{
    trace(assetId: $id, kind: $kind, positions: $positions) {{ assetId assetKind kind positions
    switchesOffNormal isFed assets {ASSETS} steps {{ assetId kind switchKind }}
    openSwitches {{ assetId kind circuitId }} substationIds geometry }} }}"""
TIES = """ties { switch { assetId kind circuitId } circuitId substationId verdict doubts loadKva unknownLoads
    marginKva binding { kind assetId loadKva ratedKva marginKva loadingPct unknownLoads }
    overloaded { kind assetId loadKva ratedKva } }"""
ISOLATION = f"""query($id: String!) {{ isolation(assetId: $id) {{ assetKind isPossible loadBasis loadHour
    opens {{ assetId }} separates {{ assetId }} recloses {{ assetId }}
    zone {{ sectionIds transformerIds customerCount }} lost {{ transformerIds customerCount }}
    staysOut {{ transformerIds }} parts {{ assets {{ transformerIds }} {TIES} }} geometry }} }}"""
BACKFEED = f"""query($id: String!, $basis: LoadBasis! = NEWEST) {{
    backfeed(assetId: $id, loadBasis: $basis) {{ assetKind loadHour loadBasis lost {{ transformerIds }}
    parts {{ assets {{ transformerIds }} {TIES} }} }} }}"""
EFFECT = """query($opened: [String!], $closed: [String!]) {
    switchingEffect(opened: $opened, closed: $closed) { loadHour loses { transformerIds customerCount }
    gains { transformerIds } moves { transformerIds } newLoops { sectionIds switchIds }
    circuits { circuitId ratedMva before { transformerCount loadKva loadingPct }
    after { transformerCount loadKva loadingPct inLoop worstAssetId worstLoadingPct overloadedCount } } } }"""
TIE_IDS = """query($id: String!) { backfeed(assetId: $id) { parts { ties {
    switch { assetId circuitId } circuitId substationId marginKva binding { assetId } } } } }"""
ISLANDS = """{ islands { totalCount items { assets { sectionIds transformerIds } openSwitches { assetId }
    geometry } } }"""
LOOPS = """{ loops { totalCount items { kind closedBy substationIds circuitIds
    assets { sectionIds switchIds } } } }"""


@pytest.fixture
def ring(synced: None) -> SimpleNamespace:
    """Return circuits A and B with an open tie between their ends; A has a sectionalizer amid, B bears 10 A.

    A: BRK-A, L1 with T1, SEC, L2 with T2. B: BRK-B, L3 with T3. T2 has two customers, one of them a hospital.
    """
    zone = make_zone(id="ZONE-R")
    near = make_substation(id="SUB-A", zone=zone)
    far = make_substation(id="SUB-B", zone=zone, capacity_mva=50.0)
    a, b = (
        make_circuit(id=f"CKT-{key}", substation=at, rated_mva=10.0) for key, at in (("A", near), ("B", far))
    )
    make_switch(id="BRK-A", circuit=a, from_node="SUB-A", to_node="a1")
    first = make_line_section(id="L1", circuit=a, from_node="a1", to_node="a2")
    make_switch(id="SEC", circuit=a, kind=SwitchKind.SECTIONALIZER, from_node="a2", to_node="a3")
    second = make_line_section(id="L2", circuit=a, from_node="a3", to_node="a4")
    make_switch(id="BRK-B", circuit=b, from_node="SUB-B", to_node="b1")
    third = make_line_section(id="L3", circuit=b, from_node="b1", to_node="b2", rated_a=10.0)
    make_switch(id="TIE", circuit=b, kind=SwitchKind.TIE, from_node="b2", to_node="a4", is_normally_open=True)
    make_pole(id="POLE-1", circuit=a, line=second)
    make_pole(id="POLE-2", circuit=a)
    units = {}
    for key, line, node, kva in (
        ("T1", first, "a2", 40.0),
        ("T2", second, "a4", 60.0),
        ("T3", third, "b2", 30.0),
    ):
        units[key] = make_transformer(id=key, line=line, node=node, peak_load_kva=2.0 * kva)
        make_transformer_load(transformer=units[key], load_kva=kva)
        meter = make_meter(id=f"M-{key}", transformer=units[key])
        make_customer(meter=meter)
        if key == "T2":
            make_customer(meter=meter, critical_kind="HOSPITAL")
    return SimpleNamespace(zone=zone, a=a, b=b, units=units)


def found(api: Api, asset_id: str, kind: str, **more: Any) -> dict[str, Any]:
    return api.data(TRACE, id=asset_id, kind=kind, **more)["trace"]


@pytest.mark.parametrize("asset_id", ["L2", "SEC", "POLE-1"])
def test_downstream_and_loss_are_counted_with_their_customers(
    ring: SimpleNamespace, viewer_api: Api, asset_id: str
) -> None:
    for kind in ("DOWNSTREAM", "LOST_IF_OPENED"):
        assets = found(viewer_api, asset_id, kind)["assets"]

        assert assets["transformerIds"] == ["T2"]
        assert assets["meterIds"] == ["M-T2"]
        assert (assets["meterCount"], assets["customerCount"], assets["criticalCustomerCount"]) == (1, 2, 1)


def test_the_way_to_the_source_is_told_step_by_step(ring: SimpleNamespace, viewer_api: Api) -> None:
    answer = found(viewer_api, "M-T2", "TO_SOURCE")

    assert [(s["assetId"], s["switchKind"]) for s in answer["steps"]] == [
        ("M-T2", None), ("T2", None), ("L2", None), ("SEC", "SECTIONALIZER"),
        ("L1", None), ("BRK-A", "BREAKER"),
    ]  # fmt: skip
    assert answer["substationIds"] == ["SUB-A"]
    assert answer["isFed"]
    assert answer["geometry"]["type"] == "MultiLineString"
    assert set(found(viewer_api, "T2", "UPSTREAM")["assets"]["sectionIds"]) == {"L1", "L2"}


@pytest.mark.parametrize(
    ("asset_id", "kind", "transformers"),
    [
        ("SUB-A", "LOST_IF_OPENED", ["T1", "T2"]),
        ("CKT-A", "DOWNSTREAM", ["T1", "T2"]),
        ("BRK-A", "LOST_IF_OPENED", ["T1", "T2"]),
        ("T1", "LOST_IF_OPENED", ["T1"]),
        ("TIE", "DOWNSTREAM", []),
        ("L1", "CONNECTED", ["T1", "T2"]),
    ],
)
def test_every_kind_of_asset_can_be_traced(
    ring: SimpleNamespace, viewer_api: Api, asset_id: str, kind: str, transformers: list[str]
) -> None:
    assert found(viewer_api, asset_id, kind)["assets"]["transformerIds"] == transformers


def test_a_meter_loses_itself_alone(ring: SimpleNamespace, viewer_api: Api) -> None:
    make_meter(id="M-T2-b", transformer=ring.units["T2"])

    assets = found(viewer_api, "M-T2", "LOST_IF_OPENED")["assets"]

    assert (assets["meterIds"], assets["transformerIds"], assets["customerCount"]) == (["M-T2"], [], 2)


def test_open_points_are_found_from_either_side(ring: SimpleNamespace, viewer_api: Api) -> None:
    for asset_id in ("L1", "L3", "CKT-A"):
        answer = found(viewer_api, asset_id, "TO_OPEN_POINTS")
        assert [each["assetId"] for each in answer["openSwitches"]] == ["TIE"]
    assert found(viewer_api, "TIE", "UPSTREAM")["substationIds"] == ["SUB-A", "SUB-B"]


def test_a_switch_that_reported_is_where_it_said(ring: SimpleNamespace, viewer_api: Api) -> None:
    SwitchEvidence.objects.create(switch_id="SEC", circuit_id="CKT-A", opened_at=MOMENT)
    SwitchEvidence.objects.create(switch_id="TIE", circuit_id="CKT-B", closed_at=MOMENT)
    SwitchEvidence.objects.create(switch_id="GONE", circuit_id="CKT-B", closed_at=MOMENT)

    now = found(viewer_api, "L2", "TO_SOURCE")
    normal = found(viewer_api, "L2", "TO_SOURCE", positions="NORMAL")

    assert now["substationIds"] == ["SUB-B"]
    assert now["switchesOffNormal"] == ["SEC", "TIE"]
    assert normal["substationIds"] == ["SUB-A"]
    assert normal["switchesOffNormal"] == []


def test_a_switch_behind_which_an_outage_is_confirmed_is_open(ring: SimpleNamespace, viewer_api: Api) -> None:
    from grid.models import Switch

    make_outage(circuit=ring.a, switch=Switch.objects.get(pk="SEC"))

    answer = found(viewer_api, "T2", "TO_SOURCE")

    assert not answer["isFed"]
    assert answer["assets"]["sectionIds"] == []
    (island,) = viewer_api.data(ISLANDS)["islands"]["items"]
    assert island["assets"] == {"sectionIds": ["L2"], "transformerIds": ["T2"]}
    assert [each["assetId"] for each in island["openSwitches"]] == ["SEC", "TIE"]
    assert island["geometry"]["type"] == "MultiLineString"


def test_a_fault_is_isolated_and_the_rest_fed_over_the_tie_if_it_carries(
    ring: SimpleNamespace, viewer_api: Api
) -> None:
    answer = viewer_api.data(ISOLATION, id="L1")["isolation"]

    assert [each["assetId"] for each in answer["opens"]] == ["BRK-A"]
    assert [each["assetId"] for each in answer["separates"]] == ["SEC"]
    assert answer["recloses"] == []
    assert answer["zone"] == {"sectionIds": ["L1"], "transformerIds": ["T1"], "customerCount": 1}
    assert answer["lost"] == {"transformerIds": ["T1", "T2"], "customerCount": 3}
    assert answer["staysOut"]["transformerIds"] == ["T1"]
    assert answer["geometry"]["type"] == "MultiLineString"
    (part,) = answer["parts"]
    (tie,) = part["ties"]
    assert part["assets"]["transformerIds"] == ["T2"]
    # L3 carries T3 and T2: 90 kVA of √3 · 12.47 kV · 10 A = 216.0 kVA
    assert (tie["verdict"], tie["doubts"], tie["overloaded"]) == ("FEASIBLE", [], [])
    assert tie["binding"]["assetId"] == "L3"
    assert tie["binding"]["loadKva"] == pytest.approx(90.0)
    assert tie["marginKva"] == pytest.approx(12.47 * 3**0.5 * 10.0 - 90.0)
    assert (tie["circuitId"], tie["substationId"]) == ("CKT-B", "SUB-B")


def test_at_their_peaks_the_tie_is_overloaded_and_a_load_not_known_is_said(
    ring: SimpleNamespace, viewer_api: Api
) -> None:
    from grid.models import LineSection, TransformerLoad

    LineSection.objects.filter(pk="L3").update(rated_a=8.0)

    (peak,) = viewer_api.data(BACKFEED, id="SEC", basis="PEAK")["backfeed"]["parts"]
    TransformerLoad.objects.filter(pk="T2").delete()
    from grid.selectors.topology import forget_networks

    forget_networks()
    (newest,) = viewer_api.data(BACKFEED, id="SEC")["backfeed"]["parts"]

    assert peak["ties"][0]["verdict"] == "OVERLOADED"  # 180 kVA of 172.8
    assert [each["assetId"] for each in peak["ties"][0]["overloaded"]] == ["L3"]
    assert peak["ties"][0]["marginKva"] == pytest.approx(12.47 * 3**0.5 * 8.0 - 180.0)
    assert (newest["ties"][0]["verdict"], newest["ties"][0]["doubts"]) == ("UNKNOWN", ["LOAD_UNKNOWN"])
    assert newest["ties"][0]["marginKva"] is None
    assert newest["ties"][0]["unknownLoads"] == 1


def test_a_substation_out_of_service_is_fed_over_its_circuits_ties(
    ring: SimpleNamespace, viewer_api: Api
) -> None:
    answer = viewer_api.data(BACKFEED, id="SUB-A")["backfeed"]

    assert answer["lost"]["transformerIds"] == ["T1", "T2"]
    assert answer["parts"][0]["ties"][0]["switch"]["assetId"] == "TIE"
    assert answer["loadHour"] is not None


def test_what_switching_would_change(ring: SimpleNamespace, viewer_api: Api) -> None:
    effect = viewer_api.data(EFFECT, opened=["SEC"], closed=["TIE"])["switchingEffect"]

    assert effect["moves"]["transformerIds"] == ["T2"]
    assert effect["loses"] == {"transformerIds": [], "customerCount": 0}
    by_circuit = {each["circuitId"]: each for each in effect["circuits"]}
    assert by_circuit["CKT-A"]["before"] == {"transformerCount": 2, "loadKva": 100.0, "loadingPct": 1.0}
    after = by_circuit["CKT-B"]["after"]
    assert (after["transformerCount"], after["loadKva"], after["loadingPct"]) == (2, 90.0, 0.9)
    assert after["worstAssetId"] == "L3"
    assert after["worstLoadingPct"] == pytest.approx(100.0 * 90.0 / (12.47 * 3**0.5 * 10.0))
    assert after["overloadedCount"] == 0


def test_closing_a_tie_joins_two_substations(ring: SimpleNamespace, viewer_api: Api) -> None:
    effect = viewer_api.data(EFFECT, closed=["TIE"])["switchingEffect"]
    assert all(each["after"]["inLoop"] for each in effect["circuits"])
    assert viewer_api.data(LOOPS)["loops"]["totalCount"] == 0

    SwitchEvidence.objects.create(switch_id="TIE", circuit_id="CKT-B", closed_at=MOMENT)

    (loop,) = viewer_api.data(LOOPS)["loops"]["items"]
    assert loop["kind"] == "TWO_SOURCES"
    assert loop["substationIds"] == ["SUB-A", "SUB-B"]
    assert loop["circuitIds"] == ["CKT-A", "CKT-B"]
    assert set(loop["assets"]["sectionIds"]) == {"L1", "L2", "L3"}


@pytest.mark.parametrize(
    ("query", "variables", "code", "field"),
    [
        (TRACE, {"id": "NO-SUCH", "kind": "DOWNSTREAM"}, "NOT_FOUND", "assetId"),
        (TRACE, {"id": "POLE-2", "kind": "DOWNSTREAM"}, "BAD_INPUT", "assetId"),
        (TRACE, {"id": "'; DROP TABLE grid_meter; --", "kind": "DOWNSTREAM"}, "NOT_FOUND", "assetId"),
        (ISOLATION, {"id": "NO-SUCH"}, "NOT_FOUND", "assetId"),
        (BACKFEED, {"id": "T2"}, "BAD_INPUT", "assetId"),
        (BACKFEED, {"id": "M-T2"}, "BAD_INPUT", "assetId"),
        (EFFECT, {"opened": [], "closed": []}, "BAD_INPUT", "opened"),
        (EFFECT, {"opened": ["SEC"], "closed": ["SEC"]}, "BAD_INPUT", "closed"),
        (EFFECT, {"opened": ["SEC"], "closed": ["NO-SUCH"]}, "NOT_FOUND", "closed"),
        (EFFECT, {"opened": [f"SW-{n}" for n in range(51)]}, "BAD_INPUT", "opened"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(
    ring: SimpleNamespace, viewer_api: Api, query: str, variables: dict[str, Any], code: str, field: str
) -> None:
    error = viewer_api.error(query, **variables)

    assert (error["extensions"]["code"], error["extensions"]["field"]) == (code, field)


@pytest.mark.parametrize("page", ["first: 5001", "first: -1", "offset: -1"])
def test_a_page_out_of_bounds_is_refused(ring: SimpleNamespace, viewer_api: Api, page: str) -> None:
    nested = f'{{ trace(assetId: "L1", kind: CONNECTED) {{ assets {{ transformerIds({page}) }} }} }}'

    for query in (nested, f"{{ islands({page}) {{ totalCount }} }}", f"{{ loops({page}) {{ totalCount }} }}"):
        assert viewer_api.code(query) in {"BAD_INPUT", "LIMIT_EXCEEDED"}


def test_a_user_of_one_zone_sees_its_part_alone(ring: SimpleNamespace, viewer: Any, viewer_api: Api) -> None:
    other = make_zone(id="ZONE-O")
    for model, key in (("Transformer", "T2"), ("LineSection", "L2"), ("Meter", "M-T2")):
        from grid import models

        getattr(models, model).objects.filter(pk=key).update(zone=other)
    grant_zone(user=viewer, zone=ring.zone)

    assets = found(viewer_api, "CKT-A", "DOWNSTREAM")["assets"]

    assert assets["transformerIds"] == ["T1"]
    assert (assets["sectionIds"], assets["meterIds"], assets["customerCount"]) == (["L1"], ["M-T1"], 1)
    assert viewer_api.error(TRACE, id="T2", kind="UPSTREAM")["extensions"]["code"] == "NOT_FOUND"
    assert viewer_api.data(EFFECT, opened=["BRK-A"])["switchingEffect"]["loses"]["transformerIds"] == ["T1"]


def test_what_lies_in_other_zones_is_not_named(ring: SimpleNamespace, viewer: Any, viewer_api: Api) -> None:
    from grid import models

    other = make_zone(id="ZONE-O")
    for model, keys in (
        ("Substation", ["SUB-B"]),
        ("Circuit", ["CKT-B"]),
        ("LineSection", ["L3"]),
        ("Switch", ["BRK-B"]),
    ):
        getattr(models, model).objects.filter(pk__in=keys).update(zone=other)
    whole = viewer_api.data(TIE_IDS, id="SEC")["backfeed"]["parts"][0]["ties"][0]
    grant_zone(user=viewer, zone=ring.zone)

    limited = viewer_api.data(TIE_IDS, id="SEC")["backfeed"]["parts"][0]["ties"][0]

    assert (whole["circuitId"], whole["substationId"], whole["binding"]["assetId"]) == (
        "CKT-B",
        "SUB-B",
        "L3",
    )
    assert limited["switch"] == {"assetId": "TIE", "circuitId": None}
    assert (limited["circuitId"], limited["substationId"], limited["binding"]["assetId"]) == (None,) * 3
    assert limited["marginKva"] == whole["marginKva"]
