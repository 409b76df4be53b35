"""Batches over the API: started with their choices, read in full, downloaded, published."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.contrib.auth.models import User

from cascade.models import CascadeBatch
from cascade.services import batch_job
from cascade.services.batches import start_batch
from cascade.services.contingencies import BatchKind
from flux_site.jobs.services import run_job
from grid.models import OutboxEvent
from tests.clients import Api
from tests.factories.cascade import make_batch
from tests.factories.jobs import make_job
from tests.small_network import SmallNetwork

START = """mutation ($input: StartCascadeBatchInput!) { startCascadeBatch(input: $input) { __typename
    ... on CascadeBatch { batchId kind choice contingencyCount chunkCount seed
        screening { pairCount } initiators { branchId } influence { followed } }
    ... on OperationInfo { code field message } } }"""
READ = """query ($id: ID!) { cascadeBatch(id: $id) { kind contingencyCount losingCount worstShedMw statistics
    screening { pairCount removedCount overloadingCount onlyTogetherCount undecidedCount }
    initiators(first: 1) { branchId name cascades shedMw }
    spreaders { branchId name losses spread followers }
    chokePoints { branchId name losses laterTrips avoidedTrips avoidedFrac }
    influence { fromBranchId toBranchId fromLosses followed shared probability }
    into: influence(branchId: "BR-9013", direction: IN) { fromBranchId }
    contingencies(first: 1) { label shedMw firstShedMw seed }
    csv: exportUrl trips: exportUrl(part: TRIPS, format: PARQUET) } }"""
PUBLISH = """mutation ($input: PublishCascadeBatchInput!) { publishCascadeBatch(input: $input) { __typename
    ... on CascadeBatch { batchId } ... on OperationInfo { code field } } }"""
near = pytest.approx


@pytest.fixture(autouse=True)
def no_helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_job, "_call_helpers", lambda *_: None)


def finished(user: User, kind: BatchKind = BatchKind.N1_BRANCH, **options: Any) -> CascadeBatch:
    batch = start_batch(kind=kind, user=user, **options)
    run_job(batch.job_id)
    return CascadeBatch.objects.select_related("job").get(pk=batch.pk)


@pytest.fixture
def batch(small_network: SmallNetwork, planner: User) -> CascadeBatch:
    """Return the loss of every branch, see ``tests/small_network.py``."""
    return finished(planner)


def test_a_batch_is_started_with_its_choices(small_network: SmallNetwork, planner_api: Api) -> None:
    found = planner_api.data(
        START,
        input={"kind": "N1_1", "firstLosses": ["BR-9012", "PLANT-9001"], "adjustment": "SHARE_HEADROOM"},
    )["startCascadeBatch"]

    assert found.pop("batchId")
    assert found == {
        "__typename": "CascadeBatch",
        "kind": "N1_1",
        "choice": {
            "first_losses": ["BR-9012", "PLANT-9001"],
            "adjustment": "SHARE_HEADROOM",
            "branches": [],
        },
        "contingencyCount": 2,
        "chunkCount": 2,
        "seed": "0",
        "screening": None,
        "initiators": None,
        "influence": [],
    }
    pairs = planner_api.data(START, input={"kind": "N2_SCREENED"})["startCascadeBatch"]
    assert (pairs["contingencyCount"], pairs["chunkCount"]) == (None, None)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "N1_BUS", "branches": ["BR-9012"]}, "branches"),
        ({"kind": "N1_1", "firstLosses": ["BR-1"]}, "firstLosses"),
        ({"kind": "N2_SCREENED", "branches": ["SUB-9001", "BR-9012"]}, "branches"),
        ({"kind": "N2_SCREENED", "options": {"hidden_failures": {}}}, "hidden_failures"),
        ({"kind": "N2_RANDOM", "seed": "-1", "count": 3}, "seed"),
    ],
)
def test_a_wrong_choice_is_named(
    small_network: SmallNetwork, planner_api: Api, given: dict[str, Any], field: str
) -> None:
    answer = planner_api.data(START, input=given)["startCascadeBatch"]

    assert (answer["__typename"], answer["field"]) == ("OperationInfo", field)
    assert not CascadeBatch.objects.exists()


def test_what_came_of_a_batch_is_told(planner_api: Api, batch: CascadeBatch) -> None:
    found = planner_api.data(READ, id=str(batch.pk))["cascadeBatch"]

    assert found["initiators"] == [
        {
            "branchId": "BR-9012",
            "name": "Corner 1 to Corner 2, 138 kV line",
            "cascades": 1,
            "shedMw": near(150.0),
        }
    ]
    assert [(each["branchId"], each["losses"], each["spread"]) for each in found["spreaders"]] == [
        ("BR-9012", 2, 1),
        ("BR-9013", 2, 1),
    ]
    assert found["chokePoints"][0]["avoidedFrac"] == near(0.75)
    assert found["influence"][0] == {
        "fromBranchId": "BR-9012",
        "toBranchId": "BR-9013",
        "fromLosses": 2,
        "followed": 1,
        "shared": 1.0,
        "probability": 0.5,
    }
    assert found["into"] == [{"fromBranchId": "BR-9012"}]
    assert found["screening"] is None
    assert found["contingencies"] == [
        {"label": "BR-9012", "shedMw": near(150.0), "firstShedMw": None, "seed": None}
    ]


def test_the_screening_is_told(small_network: SmallNetwork, planner: User, planner_api: Api) -> None:
    batch = finished(planner, BatchKind.N2_SCREENED)

    found = planner_api.data(READ, id=str(batch.pk))["cascadeBatch"]["screening"]

    assert found["pairCount"] == 3
    assert found["removedCount"] + found["overloadingCount"] + found["undecidedCount"] == 3


def test_a_batch_is_downloaded_in_every_format(planner_api: Api, batch: CascadeBatch, tmp_path: Path) -> None:
    urls = planner_api.data(READ, id=str(batch.pk))["cascadeBatch"]
    assert urls["csv"] == f"/exports/cascade-batches/{batch.pk}/contingencies.csv"
    rows = list(csv.DictReader(io.StringIO(planner_api.get(urls["csv"]).content.decode())))
    assert [row["label"] for row in rows] == ["BR-9012", "BR-9013", "BR-9014"]
    assert float(rows[0]["shed_mw"]) == near(150.0)
    (tmp_path / "trips.parquet").write_bytes(planner_api.get(urls["trips"]).content)
    with duckdb.connect() as session:
        trips = session.execute(f"SELECT * FROM '{tmp_path}/trips.parquet'").fetchall()
    assert [(row, wave, branch) for row, wave, branch, _ in trips] == [(0, 1, "BR-9013"), (1, 1, "BR-9012")]
    assert [abs(flow) for *_, flow in trips] == [near(200.0), near(200.0)]
    response = planner_api.get(f"/exports/cascade-batches/{batch.pk}/statistics.json")
    statistics = json.loads(response.content)
    assert (statistics["kind"], statistics["statistics"]["branching_ratio"]) == ("N1_BRANCH", near(0.4))
    influence = planner_api.get(f"/exports/cascade-batches/{batch.pk}/influence.json")
    assert len(json.loads(influence.content)) == 2
    again = planner_api.get(
        f"/exports/cascade-batches/{batch.pk}/statistics.json", if_none_match=response.headers["ETag"]
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("name", "status"),
    [("waves.csv", 404), ("trips.xlsx", 400), ("statistics.csv", 400), ("trips", 400)],
)
def test_what_a_batch_does_not_have_is_refused(
    planner_api: Api, batch: CascadeBatch, name: str, status: int
) -> None:
    assert planner_api.get(f"/exports/cascade-batches/{batch.pk}/{name}").status_code == status


def test_others_batches_and_unfinished_ones_are_not_downloaded(
    planner_api: Api, anonymous_api: Api, batch: CascadeBatch
) -> None:
    waiting = make_batch()

    assert anonymous_api.get(f"/exports/cascade-batches/{batch.pk}/trips.csv").status_code == 401
    assert planner_api.get(f"/exports/cascade-batches/{waiting.pk}/trips.csv").status_code == 404
    for unknown in ("999999", "x", "1" * 30):
        assert planner_api.get(f"/exports/cascade-batches/{unknown}/trips.csv").status_code == 404


def test_the_worst_of_a_batch_are_written_down_for_the_warehouse(
    planner_api: Api, batch: CascadeBatch
) -> None:
    answer = planner_api.data(PUBLISH, input={"batchId": str(batch.pk), "worst": 1})

    assert answer["publishCascadeBatch"] == {"__typename": "CascadeBatch", "batchId": str(batch.pk)}
    events = {event.kind: event for event in OutboxEvent.objects.filter(kind__startswith="cascade.pre")}
    assert len(events) == 2
    cascade = events["cascade.precomputed"]
    assert cascade.key == f"{batch.job_id}/0"
    assert (cascade.payload["patient_zero_id"], cascade.payload["lost_load_mw"]) == ("BR-9012", near(150.0))
    rows = events["cascade.precomputed_failures"].payload["rows"]
    assert [(row["node_id"], row["wave_number"]) for row in rows] == [("BR-9012", 0), ("BR-9013", 1)]


def test_second_losses_are_written_down_after_the_cascade_of_the_first(
    small_network: SmallNetwork, planner: User, planner_api: Api
) -> None:
    """Without 1-3 all goes over 1-2, which trips: 150 MW are lost. Then 2-3 is lost, with the 25 MW of bus 2.

    Without 2-3 nothing trips; then 1-2 is lost, with the 100 MW of bus 2, or 1-3, with those of bus 3 less
    the 50 MW of its own unit.
    """
    batch = finished(planner, BatchKind.N1_1)
    planner_api.data(PUBLISH, input={"batchId": str(batch.pk)})

    events = OutboxEvent.objects.filter(kind__startswith="cascade.pre")
    cascades = {each.key: each.payload for each in events if each.kind == "cascade.precomputed"}
    failures = {
        each.key: [(row["node_id"], row["wave_number"]) for row in each.payload["rows"]]
        for each in events
        if each.kind == "cascade.precomputed_failures"
    }
    told = sorted(
        (each["patient_zero_id"], failures[key], each["wave_count"], round(each["lost_load_mw"], 3))
        for key, each in cascades.items()
    )
    assert told == [
        ("BR-9012", [("BR-9012", 0), ("BR-9013", 1), ("BR-9014", 2)], 2, 175.0),
        ("BR-9013", [("BR-9013", 0), ("BR-9012", 1), ("BR-9014", 2)], 2, 175.0),
        ("BR-9014", [("BR-9014", 0), ("BR-9012", 1)], 1, 100.0),
        ("BR-9014", [("BR-9014", 0), ("BR-9013", 1)], 1, 50.0),
    ]
    assert {each["affected_node_count"] for each in cascades.values()} == {2, 3}


def test_what_cannot_be_published_is_refused(
    small_network: SmallNetwork, planner: User, planner_api: Api, batch: CascadeBatch
) -> None:
    second = finished(planner, BatchKind.N1_1)

    def answer(**given: Any) -> tuple[str, str]:
        found = planner_api.data(PUBLISH, input=given)["publishCascadeBatch"]
        return found["code"], found["field"]

    assert answer(batchId=str(second.pk), worst=51) == ("BAD_INPUT", "worst")
    assert answer(batchId=str(batch.pk), worst=0) == ("BAD_INPUT", "worst")
    assert answer(batchId=str(make_batch(job=make_job(kind="cascade.batch")).pk)) == ("NOT_FOUND", "batchId")
    assert not OutboxEvent.objects.filter(kind__startswith="cascade.pre").exists()
