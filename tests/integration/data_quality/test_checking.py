"""Records with one thing wrong each, and what the check says of them; and its page in GraphQL."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.gis.geos import LineString, Point

from flux_site.jobs.context import JobContext
from grid import models
from grid.models import SwitchKind
from grid.selectors.topology import forget_networks
from grid.services import data_quality
from grid.services.data_quality import check, checking
from grid.services.data_quality.statements import QualityParams
from tests.clients import Api
from tests.factories import sync
from tests.factories.grid import (
    MOMENT,
    grant_zone,
    make_circuit,
    make_line_section,
    make_meter,
    make_pole,
    make_switch,
    make_transformer,
    make_zone,
)
from tests.factories.jobs import make_job

pytestmark = pytest.mark.integration

QUERY = """query($kinds: [DataQualityKind!], $first: Int! = 100, $offset: Int! = 0, $asset: String) {
    dataQuality(kinds: $kinds, first: $first, offset: $offset, assetId: $asset) {
        checkedAt totalCount counts { kind severity count }
        items { kind severity assetKind assetId otherId explanation value } } }"""
EAST = 1.0 / (111_319.49 * 0.8682)
"""A metre to the east at 29.75° north, degrees; good to a percent."""


@pytest.fixture(autouse=True)
def isolated(db: None, own_stores: None) -> None:
    """Keep the tests apart."""


def line(x0: float, x1: float) -> LineString:
    return LineString((-95.0 + x0 * EAST, 29.75), (-95.0 + x1 * EAST, 29.75), srid=4326)


def at(x: float) -> Point:
    return Point(-95.0 + x * EAST, 29.75, srid=4326)


@pytest.fixture
def sound(synced: None) -> SimpleNamespace:
    """Return a circuit with nothing wrong: a breaker, two sections, a transformer, a meter and a pole."""
    circuit = make_circuit(id="CKT-1", voltage_kv=12.47)
    make_switch(id="BRK", circuit=circuit, from_node=circuit.substation_id, to_node="n0")
    first = make_line_section(
        id="L1", circuit=circuit, from_node="n0", to_node="n1", route=line(0, 300), length_m=300.0
    )
    second = make_line_section(
        id="L2", circuit=circuit, from_node="n1", to_node="n2", route=line(300, 600), length_m=300.0
    )
    unit = make_transformer(id="T1", line=second, node="n2", location=at(600))
    meter = make_meter(id="M1", transformer=unit, location=at(620))
    pole = make_pole(id="P1", circuit=circuit, line=first, location=at(100))
    return SimpleNamespace(circuit=circuit, first=first, second=second, unit=unit, meter=meter, pole=pole)


def findings() -> list[tuple[str, str, str | None]]:
    forget_networks()
    check(lambda frac, step: None, now=MOMENT, params=QualityParams())
    return [(row.kind, row.asset_id, row.other_id) for row in models.DataQualityFinding.objects.all()]


def test_nothing_is_found_where_nothing_is_wrong(sound: SimpleNamespace) -> None:
    assert findings() == []


def spoil_phases(sound: SimpleNamespace) -> None:
    models.LineSection.objects.filter(pk="L1").update(phases="A")
    models.LineSection.objects.filter(pk="L2").update(phases="AC")


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (
            lambda s: models.Transformer.objects.filter(pk="T1").update(node="lost"),
            [("NOT_FED", "T1", None), ("LOOSE_END", "L2", "n2"), ("OFF_SECTION", "T1", "L2")],
        ),
        (spoil_phases, [("PHASE_MISMATCH", "L2", None)]),
        (
            lambda s: (
                models.Transformer.objects.filter(pk="T1").update(phases="B")
                and models.LineSection.objects.filter(pk="L2").update(phases="AC")
            ),
            [("PHASE_MISMATCH", "M1", "T1"), ("PHASE_MISMATCH", "T1", None)],
        ),
        (
            lambda s: models.Transformer.objects.filter(pk="T1").update(primary_kv=19.9),
            [("VOLTAGE_MISMATCH", "T1", "CKT-1")],
        ),
        (
            lambda s: models.Transformer.objects.filter(pk="T1").update(primary_kv=12.47),
            [],
        ),
        (
            lambda s: models.LineSection.objects.filter(pk="L2").update(
                circuit=make_circuit(id="CKT-2", substation=s.circuit.substation, voltage_kv=25.0)
            ),
            [("VOLTAGE_MISMATCH", "L2", "L1")],
        ),
        (
            lambda s: models.LineSection.objects.filter(pk="L2").update(from_node="n2", to_node="n1"),
            [("REVERSED_SECTION", "L2", None)],
        ),
        (
            lambda s: make_line_section(
                id="L3", circuit=s.circuit, from_node="n0", to_node="n2", route=line(0, 600), length_m=600.0
            ),
            [("LOOP", "L2", None)],
        ),
        (
            lambda s: models.Transformer.objects.filter(pk="T1").update(
                circuit=make_circuit(id="CKT-2", substation=s.circuit.substation)
            ),
            [("OTHER_CIRCUIT", "T1", "CKT-1")],
        ),
        (lambda s: models.Meter.objects.filter(pk="M1").update(location=at(950)), [("FAR_AWAY", "M1", "T1")]),
        (lambda s: models.Pole.objects.filter(pk="P1").update(location=at(-80)), [("FAR_AWAY", "P1", "L1")]),
        (lambda s: models.Pole.objects.filter(pk="P1").update(line=None), [("UNUSED_POLE", "P1", None)]),
        (lambda s: s.meter.delete(), [("NO_METER", "T1", None)]),
        (
            lambda s: (
                models.LineSection.objects.filter(pk="L1").update(route=line(0, 0.05), length_m=0.05)
                and models.Pole.objects.filter(pk="P1").update(location=at(0))
            ),
            [("ZERO_LENGTH", "L1", None)],
        ),
        (
            lambda s: models.LineSection.objects.filter(pk="L1").update(length_m=500.0),
            [("WRONG_LENGTH", "L1", None)],
        ),
        (
            lambda s: make_pole(id="t1 ", circuit=s.circuit, line=s.first, location=at(50)),
            [("DUPLICATE_ID", "T1", "t1 ")],
        ),
        (
            lambda s: sync.make_sync_reject(
                run=sync.make_sync_run(layer=models.SyncLayer.objects.get(pk="meters")), row_key="MTR-9"
            ),
            [("REFUSED_BY_SYNC", "MTR-9", "meters")],
        ),
    ],
)
def test_each_fault_is_found_and_nothing_else(
    sound: SimpleNamespace, spoil: Any, expected: list[tuple[str, str, str | None]]
) -> None:
    spoil(sound)

    assert sorted(findings(), key=str) == sorted(expected, key=str)


def test_distances_and_lengths_are_in_metres(sound: SimpleNamespace) -> None:
    models.Meter.objects.filter(pk="M1").update(location=at(1000))
    findings()

    (row,) = models.DataQualityFinding.objects.all()
    assert row.value == pytest.approx(400.0, rel=0.02)
    assert "from its transformer T1" in row.explanation


def test_the_next_check_takes_the_place_of_the_last(sound: SimpleNamespace) -> None:
    models.Pole.objects.filter(pk="P1").update(line=None)
    assert findings() == [("UNUSED_POLE", "P1", None)]

    models.Pole.objects.filter(pk="P1").update(line=sound.first)

    assert findings() == []


def test_all_are_counted_though_not_all_are_kept(sound: SimpleNamespace, monkeypatch: Any) -> None:
    monkeypatch.setattr(checking, "MOST_KEPT", 1)
    for _ in range(3):
        make_pole(circuit=sound.circuit)
    forget_networks()

    counts = check(lambda frac, step: None, now=MOMENT, params=QualityParams())

    assert counts == {"findings": 3, "UNUSED_POLE": 3}
    assert models.DataQualityFinding.objects.count() == 1


def test_the_report_is_paged_filtered_and_limited_to_the_users_zone(
    sound: SimpleNamespace, viewer: Any, viewer_api: Api
) -> None:
    make_switch(id="TIE", circuit=sound.circuit, kind=SwitchKind.TIE, from_node="n2", to_node="n9")
    models.Pole.objects.filter(pk="P1").update(line=None)
    models.Transformer.objects.filter(pk="T1").update(primary_kv=19.9, zone=make_zone(id="ZONE-O"))
    findings()

    report = viewer_api.data(QUERY)["dataQuality"]
    assert [(i["kind"], i["severity"], i["assetId"]) for i in report["items"]] == [
        ("VOLTAGE_MISMATCH", "ERROR", "T1"),
        ("UNUSED_POLE", "INFO", "P1"),
    ]
    assert report["counts"][0] == {"kind": "VOLTAGE_MISMATCH", "severity": "ERROR", "count": 1}
    assert report["checkedAt"] is not None
    second = viewer_api.data(QUERY, first=1, offset=1)["dataQuality"]
    assert ([i["assetId"] for i in second["items"]], second["totalCount"]) == (["P1"], 2)
    assert viewer_api.data(QUERY, kinds=["UNUSED_POLE"])["dataQuality"]["totalCount"] == 1
    assert viewer_api.data(QUERY, asset="T1")["dataQuality"]["totalCount"] == 1
    assert viewer_api.error(QUERY, offset=-1)["extensions"]["field"] == "offset"

    grant_zone(user=viewer, zone=sound.circuit.zone)
    assert [i["assetId"] for i in viewer_api.data(QUERY)["dataQuality"]["items"]] == ["P1"]


def test_the_check_is_a_job(sound: SimpleNamespace, operator_api: Api) -> None:
    started = operator_api.data(
        "mutation { startDataQualityCheck { __typename ... on Job { kind status } } }"
    )["startDataQualityCheck"]

    assert (started["__typename"], started["kind"]) == ("Job", "grid.data_quality")


def test_a_check_that_found_nothing_says_when_it_began(sound: SimpleNamespace, viewer_api: Api) -> None:
    assert viewer_api.data(QUERY)["dataQuality"]["checkedAt"] is None
    job = make_job(kind=data_quality.KIND, status="RUNNING")
    counts = data_quality.carry_out(JobContext(job))
    type(job).objects.filter(pk=job.pk).update(status="SUCCEEDED", counts=counts)

    report = viewer_api.data(QUERY)["dataQuality"]

    assert (report["totalCount"], counts["findings"]) == (0, 0)
    assert report["checkedAt"] == counts["checked_at"]


def test_the_settings_say_what_is_far_away(sound: SimpleNamespace, settings: Any) -> None:
    def far_away() -> int:
        forget_networks()
        found = check(lambda *_: None, now=MOMENT, params=data_quality.quality_params())
        return int(found.get("FAR_AWAY", 0))

    assert far_away() == 0
    settings.DATA_QUALITY_METER_TO_TRANSFORMER_M = 19.0  # the meter is 20 m from its transformer
    assert far_away() == 1


def test_a_schedule_starts_no_check_beside_another(sound: SimpleNamespace) -> None:
    started = data_quality.start_scheduled_check()
    assert started is not None
    assert data_quality.start_scheduled_check() is None
    type(started).objects.filter(pk=started.pk).update(status="SUCCEEDED")
    assert data_quality.start_scheduled_check() is not None
