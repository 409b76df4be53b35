"""The health of assets through the API, and the job that assesses it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from flux_site.jobs.models import Job, JobStatus
from flux_site.jobs.services import run_job
from grid import models
from grid.services import asset_health
from grid.warehouse import Warehouse, tables
from tests.clients import Api
from tests.factories.computed import make_asset_health
from tests.factories.grid import (
    grant_zone,
    make_circuit,
    make_pole,
    make_substation,
    make_transformer,
    make_zone,
)
from tests.warehouse_rows import fill, filled

ONE = """query($id: String!) { assetHealth(assetId: $id) {
  assetId assetKind asOf healthIndex healthScore band confidenceFrac failuresPerYear reason
  transformer { assetId } pole { assetId } onCircuit { assetId } inSubstation { assetId }
  contributions { evidence points isKnown value unit } } }"""
START = """mutation { startHealthAssessment { __typename ... on Job { jobId kind status }
  ... on OperationInfo { code } } }"""


def test_the_health_of_an_asset_lists_what_it_rests_on(viewer_api: Api, synced: None) -> None:
    unit = make_transformer()
    make_asset_health(transformer=unit)

    found = viewer_api.data(ONE, id=unit.pk)["assetHealth"]

    assert (found["assetId"], found["assetKind"]) == (unit.pk, "TRANSFORMER")
    assert (found["transformer"], found["pole"]) == ({"assetId": unit.pk}, None)
    assert found["onCircuit"] == {"assetId": unit.circuit_id}
    assert (found["healthIndex"], found["band"], found["reason"]) == (75.0, "HI1", None)
    assert found["contributions"] == [
        {"evidence": "AGE", "points": -25.0, "isKnown": True, "value": 31.5, "unit": "years"},
        {
            "evidence": "INSPECTION",
            "points": 0.0,
            "isKnown": False,
            "value": None,
            "unit": "condition code, 1 as new to 5 failed",
        },
    ]


def test_assets_carry_their_health(viewer_api: Api, synced: None) -> None:
    circuit = make_circuit()
    pole, unit = make_pole(circuit=circuit), make_transformer(circuit=circuit)
    for number, asset in enumerate(
        ({"circuit": circuit}, {"pole": pole}, {"substation": circuit.substation})
    ):
        make_asset_health(**asset, health_index=10.0 + number)

    found = viewer_api.data(
        """query($circuit: String!, $pole: String!, $unit: String!, $station: String!) {
             circuit(assetId: $circuit) { health { healthIndex } }
             pole(assetId: $pole) { health { healthIndex } }
             transformer(assetId: $unit) { health { healthIndex } }
             substation(assetId: $station) { health { healthIndex } } }""",
        circuit=circuit.pk,
        pole=pole.pk,
        unit=unit.pk,
        station=circuit.substation_id,
    )

    assert found == {
        "circuit": {"health": {"healthIndex": 10.0}},
        "pole": {"health": {"healthIndex": 11.0}},
        "transformer": {"health": None},
        "substation": {"health": {"healthIndex": 12.0}},
    }


def test_the_worst_come_first_and_the_unknown_last(viewer_api: Api, synced: None) -> None:
    circuit = make_circuit()
    for index in (80.0, None, 20.0, 50.0):
        make_asset_health(pole=make_pole(circuit=circuit), health_index=index)
    make_asset_health(circuit=circuit, health_index=1.0)

    found = viewer_api.data(
        """query($circuit: String!) { assetHealths(filters: {assetKind: {exact: "POLE"},
             onCircuitId: {exact: $circuit}}) { totalCount edges { node { healthIndex } } } }""",
        circuit=circuit.pk,
    )["assetHealths"]

    assert found["totalCount"] == 4
    assert [edge["node"]["healthIndex"] for edge in found["edges"]] == [20.0, 50.0, 80.0, None]


def test_a_user_sees_the_health_of_their_zones(viewer: User, synced: None) -> None:
    zone = make_zone()
    mine = make_asset_health(pole=make_pole(circuit=make_circuit(substation=make_substation(zone=zone))))
    other = make_asset_health(pole=make_pole())
    grant_zone(user=viewer, zone=zone)

    api = Api(viewer)

    assert [
        edge["node"]["assetId"]
        for edge in api.data("{ assetHealths { edges { node { assetId } } } }")["assetHealths"]["edges"]
    ] == [mine.pk]
    assert api.data(ONE, id=other.pk) == {"assetHealth": None}


def fill_poles(warehouse: Warehouse) -> None:
    poles = [
        {"pole_id": f"POLE-{year}", "circuit_id": "CKT-1", "substation_id": "SUB-1", "install_year": year}
        for year in (1970, 2020)
    ]
    table = tables.grid_poles_infrastructure
    fill(warehouse, table, [filled(table, row) for row in poles])


def test_an_assessment_is_a_job_that_ends_in_the_cache(
    operator: User, synced: None, warehouse: Warehouse
) -> None:
    fill_poles(warehouse)

    started = Api(operator).data(START)["startHealthAssessment"]
    run_job(Job.objects.get(pk=started["jobId"]).pk)

    job = Job.objects.get(pk=started["jobId"])
    assert (job.kind, job.status, job.owner) == (asset_health.KIND, JobStatus.SUCCEEDED, operator)
    assert (job.counts["assets"], job.counts["assets_known"]) == (2, 2)
    rows = warehouse.select_rows(tables.asset_health.select())
    assert {row["asset_id"]: row["band"] for row in rows} == {"POLE-1970": "HI3", "POLE-2020": "HI1"}
    (sync,) = Job.objects.filter(kind="grid.sync")
    assert (sync.inputs["layers"], sync.owner) == (["asset_health"], operator)


def run_scheduled() -> Job | None:
    job = asset_health.start_scheduled_assessment()
    if job is not None:
        run_job(job.pk)
    return job


def test_the_schedule_assesses_what_changed_and_every_day(
    synced: None, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_scheduled() is None  # no asset on record

    fill_poles(warehouse)
    assert run_scheduled() is not None
    assert run_scheduled() is None

    fill_poles(warehouse)
    assert run_scheduled() is not None
    assert run_scheduled() is None

    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: tomorrow)
    assert run_scheduled() is not None


def test_the_schedule_waits_for_an_assessment_that_has_not_ended(synced: None, warehouse: Warehouse) -> None:
    fill_poles(warehouse)
    asset_health.start_assessment(user=None)

    assert asset_health.start_scheduled_assessment() is None


def test_the_last_assessment_stays_if_one_fails(
    synced: None, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_poles(warehouse)
    run_scheduled()

    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(asset_health, "assess_assets", broken)
    job = asset_health.start_assessment(user=None)
    run_job(job.pk)

    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert len(warehouse.select_rows(tables.asset_health.select())) == 2


def test_assessing_twice_gives_the_same_rows(synced: None, warehouse: Warehouse) -> None:
    fill_poles(warehouse)
    now = datetime(2025, 7, 2, 12, tzinfo=timezone.get_current_timezone())

    def rows() -> list[dict[str, Any]]:
        asset_health.assess(lambda _frac, _step: None, now=now)
        return warehouse.select_rows(tables.asset_health.select().order_by(tables.asset_health.c.asset_id))

    assert rows() == rows()
    assert models.AssetHealth.objects.count() == 0  # the cache is filled by sync alone
