"""Batches: against single cascades, resumed, cancelled, by several workers, drawn again the same."""

from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User

from cascade.engine.batch.contingencies import from_lists
from cascade.engine.batch.run import run_many
from cascade.engine.cascade import simulate
from cascade.engine.outages import branch_outage
from cascade.engine.params import CascadeParams
from cascade.models import CascadeBatch, CascadeBatchChunk
from cascade.selectors.contingencies import report_of, report_rows
from cascade.services import batches, scenarios
from cascade.services.batches import help_batch, start_batch
from cascade.services.contingencies import BatchKind
from cascade.services.freezing import thaw
from flux_site.api.errors import BadInput
from flux_site.jobs.models import Job, JobStatus
from flux_site.jobs.services import run_job
from grid.powerflow.network import Network
from tests.small_network import SmallNetwork

near = pytest.approx


def small_case() -> Network:
    """Return three buses in a triangle, as tests/small_network.py has them."""
    return Network(
        base_mva=100.0,
        bus_ids=("1", "2", "3"),
        bus_load_mw=np.array([0.0, 100.0, 100.0]),
        bus_substation=np.array([0, 1, 2]),
        substation_ids=("A", "B", "C"),
        branch_ids=("12", "13", "23"),
        branch_from=np.array([0, 0, 1]),
        branch_to=np.array([1, 2, 2]),
        x_pu=np.full(3, 0.1),
        tap=np.ones(3),
        shift_deg=np.zeros(3),
        rate_mva=np.full(3, 150.0),
        unit_ids=("U",),
        unit_bus=np.array([0]),
        unit_p_mw=np.array([200.0]),
        unit_pmax_mw=np.array([300.0]),
    )


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Compile the kernels before a test opens its transaction, which the server would end for idling."""
    network = small_case()
    run_many(network, CascadeParams(), from_lists([[0]]))


@pytest.fixture(autouse=True)
def no_helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Call no other workers: there are none here."""
    monkeypatch.setattr(batches, "_call_helpers", lambda *_: None)
    monkeypatch.setattr(batches, "CHUNK", 1)


def finished(batch: CascadeBatch) -> CascadeBatch:
    run_job(batch.job_id)
    return CascadeBatch.objects.select_related("job", "inputs__network").get(pk=batch.pk)


def rows_of(batch: CascadeBatch) -> list[dict[str, Any]]:
    table = report_of(batch.pk)
    assert table is not None
    return table.to_pylist()


def test_a_batch_is_the_single_cascades_ranked(small_network: SmallNetwork, planner: User) -> None:
    batch = finished(start_batch(kind=BatchKind.N1_BRANCH, user=planner))

    assert batch.job.status == JobStatus.SUCCEEDED, batch.job.log
    thawed = thaw(batch.inputs)
    for row in rows_of(batch):
        single = simulate(
            network=thawed.network,
            outages=branch_outage(thawed.network, row["contingency"]),
            params=thawed.params,
        )
        assert row["shed_mw"] == near(single.shed_mw)
        assert (row["tripped_count"], row["wave_count"]) == (len(single.tripped), single.n_waves)
    ranked = rows_of(batch)
    assert [row["label"] for row in ranked] == ["BR-9012", "BR-9013", "BR-9014"]
    assert [row["shed_mw"] for row in ranked] == [near(150.0), near(150.0), near(0.0)]
    assert ranked[0]["worst_branch_id"] == "BR-9013"
    assert (ranked[0]["worst_loading_pct"], ranked[0]["base_loading_pct"]) == (near(400 / 3), near(200 / 3))
    assert (ranked[0]["delta_pct"], ranked[0]["over_mva"]) == (near(200 / 3), near(50.0))
    assert (batch.losing_count, batch.unsolved_count, batch.worst_shed_mw) == (2, 0, near(150.0))
    assert batch.mean_shed_mw == near(100.0)
    # Two of three losses trip one more branch: 2 children of 3 + 2 - 2 = 3 parents.
    assert batch.statistics["branching_ratio"] == near(2 / 3)
    assert [row["rank"] for row in report_rows(batch.pk, 1, 1)] == [2]


def test_a_batch_begun_anew_keeps_what_was_finished(small_network: SmallNetwork, planner: User) -> None:
    whole = finished(start_batch(kind=BatchKind.N1_BRANCH, user=planner))
    batch = start_batch(kind=BatchKind.N1_BRANCH, user=planner)
    assert batch.chunk_count == 3
    done = CascadeBatchChunk.objects.get(batch=whole, number=1)
    CascadeBatchChunk.objects.create(batch=batch, number=1, data=done.data, elapsed_ms=-7.0)

    resumed = finished(batch)

    assert "1 of 3 chunks were finished before." in resumed.job.log
    assert rows_of(resumed) == rows_of(whole)
    assert resumed.chunks.get(number=1).elapsed_ms == -7.0


def test_helpers_compute_what_is_free_and_only_while_the_job_runs(
    small_network: SmallNetwork, planner: User
) -> None:
    batch = start_batch(kind=BatchKind.N1_BRANCH, user=planner)
    assert help_batch(batch.pk) == 0

    Job.objects.filter(pk=batch.job_id).update(status=JobStatus.RUNNING)
    assert help_batch(batch.pk) == 3
    assert help_batch(batch.pk) == 0
    assert help_batch(10**9) == 0


def test_a_cancelled_batch_keeps_its_chunks_and_has_no_report(
    small_network: SmallNetwork, planner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flux_site.jobs import context

    monkeypatch.setattr(context, "WRITE_EVERY_S", 0.0)
    original = batches._Worker._compute

    def watched(worker: Any, number: int) -> None:
        original(worker, number)
        Job.objects.update(is_cancel_requested=True)

    monkeypatch.setattr(batches._Worker, "_compute", watched)
    batch = finished(start_batch(kind=BatchKind.N1_BRANCH, user=planner))

    assert batch.job.status == JobStatus.CANCELLED
    assert (batch.chunks.count(), batch.report) == (1, None)


@pytest.mark.parametrize(
    ("kind", "count"),
    [(BatchKind.N1_BUS, 3), (BatchKind.N1_SUBSTATION, 3), (BatchKind.N2_RANDOM, 5)],
)
def test_every_kind_has_its_contingencies(
    small_network: SmallNetwork, planner: User, kind: BatchKind, count: int
) -> None:
    batch = finished(start_batch(kind=kind, count=5, seed=3, user=planner))

    assert batch.job.status == JobStatus.SUCCEEDED, batch.job.log
    assert (batch.contingency_count, len(rows_of(batch))) == (count, count)


def test_storms_are_drawn_by_the_scenario(small_network: SmallNetwork, planner: User) -> None:
    place = small_network.substations[0].location
    scenario = scenarios.create_scenario(
        name="Wind",
        spec={
            "wind": {"points": [{"lat": place.y, "lon": place.x, "value": 60.0}], "max_distance_km": 2000.0},
            "fragility": [{"asset_class": "LINE", "median_mps": 60.0, "beta": 0.2}],
            "seed": 8,
        },
        user=planner,
    )
    first, again = (
        finished(start_batch(kind=BatchKind.MONTE_CARLO, scenario_id=scenario.pk, count=20, user=planner))
        for _ in range(2)
    )

    assert rows_of(first) == rows_of(again)
    assert first.losing_count > 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": BatchKind.N2_RANDOM}, "count"),
        ({"kind": BatchKind.N2_RANDOM, "count": 0}, "count"),
        ({"kind": BatchKind.N1_BRANCH, "interconnect": "Nowhere"}, "interconnect"),
        ({"kind": BatchKind.N1_BRANCH, "load_multiplier": float("nan")}, "loadMultiplier"),
        ({"kind": BatchKind.N1_BRANCH, "seed": -1}, "seed"),
        ({"kind": BatchKind.MONTE_CARLO, "count": 2}, "scenarioId"),
    ],
)
def test_a_bad_batch_is_refused(
    small_network: SmallNetwork, planner: User, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        start_batch(user=planner, **values)

    assert caught.value.field == field
    assert not CascadeBatch.objects.exists()
