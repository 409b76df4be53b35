"""Batches: against single cascades, resumed, cancelled, by several workers, drawn again the same."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User

from cascade.engine.batch.adjustment import Adjustment
from cascade.engine.batch.contingencies import from_lists
from cascade.engine.batch.run import run_many
from cascade.engine.cascade import simulate
from cascade.engine.conditions import Conditions
from cascade.engine.outages import branch_outage
from cascade.engine.params import CascadeParams
from cascade.models import CascadeBatch, CascadeBatchChunk
from cascade.selectors.contingencies import report_of, report_rows
from cascade.selectors.influence import Direction, influence_rows
from cascade.services import batch_job, batches, scenarios
from cascade.services.batch_job import help_batch
from cascade.services.batch_packing import unpacked
from cascade.services.batches import start_batch
from cascade.services.contingencies import BatchKind, Choice
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
    monkeypatch.setattr(batch_job, "_call_helpers", lambda *_: None)
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
    # Of five losses, three of them at the start, two bring about one more each.
    assert batch.statistics["branching_ratio"] == near(2 / 5)
    assert batch.statistics["losses_by_generation"] == [3, 2]
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
    original = batch_job._Worker._compute

    def watched(worker: Any, number: int) -> None:
        original(worker, number)
        Job.objects.update(is_cancel_requested=True)

    monkeypatch.setattr(batch_job._Worker, "_compute", watched)
    batch = finished(start_batch(kind=BatchKind.N1_BRANCH, user=planner))

    assert batch.job.status == JobStatus.CANCELLED
    assert (batch.chunks.count(), batch.report) == (1, None)


@pytest.mark.parametrize(
    ("kind", "count", "worst"),
    [
        (BatchKind.N1_BUS, 3, ("BUS-9001", 150.0)),
        (BatchKind.N1_SUBSTATION, 3, ("SUB-9001", 150.0)),
        # Without the unit of 300 MW the one of 50 MW serves what it can.
        (BatchKind.N1_UNIT, 2, ("PLANT-9001", 150.0)),
        (BatchKind.N1_PLANT, 2, ("all units at SUB-9001", 150.0)),
        (BatchKind.N2_RANDOM, 5, None),
        # The loss of 12 or 13 trips the other, so one branch is left; that of 23 leaves two.
        (BatchKind.N1_1, 4, None),
        (BatchKind.N2_SCREENED, 3, ("BR-9012 + BR-9013", 150.0)),
    ],
)
def test_every_kind_has_its_contingencies(
    small_network: SmallNetwork,
    planner: User,
    kind: BatchKind,
    count: int,
    worst: tuple[str, float] | None,
) -> None:
    choice = Choice(count=5, seed=3) if kind == BatchKind.N2_RANDOM else Choice()
    batch = finished(start_batch(kind=kind, choice=choice, user=planner))

    assert batch.job.status == JobStatus.SUCCEEDED, batch.job.log
    rows = rows_of(batch)
    assert (batch.contingency_count, len(rows)) == (count, count)
    assert len({row["contingency"] for row in rows}) == count
    if worst is not None:
        assert (rows[0]["label"], rows[0]["shed_mw"]) == (worst[0], near(worst[1]))


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
        finished(
            start_batch(
                kind=BatchKind.MONTE_CARLO, scenario_id=scenario.pk, choice=Choice(count=20), user=planner
            )
        )
        for _ in range(2)
    )

    assert rows_of(first) == rows_of(again)
    assert first.losing_count > 0


def test_screened_pairs_say_what_was_ruled_out(small_network: SmallNetwork, planner: User) -> None:
    batch = finished(start_batch(kind=BatchKind.N2_SCREENED, user=planner))

    assert batch.screening is not None
    counts = {key: value for key, value in batch.screening.items() if key != "elapsed_ms"}
    # 12+13 leaves the unit of 50 MW alone with 200 MW, over 23; any pair isolates a corner of the triangle.
    assert counts["pair_count"] == 3
    assert counts["pair_count"] == (
        counts["removed_count"] + counts["overloading_count"] + counts["undecided_count"]
    )
    assert batch.contingency_count == counts["overloading_count"] + counts["undecided_count"]
    assert "3 pairs screened" in batch.job.log
    some = start_batch(
        kind=BatchKind.N2_SCREENED, choice=Choice(branches=("BR-9014", "BR-9012")), user=planner
    )
    assert (some.contingency_count, some.chunk_count, some.contingencies) == (None, None, None)
    assert finished(some).screening["pair_count"] == 1  # type: ignore[index]


def test_a_screened_batch_begun_anew_is_not_screened_again(
    small_network: SmallNetwork, planner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = finished(start_batch(kind=BatchKind.N2_SCREENED, user=planner))
    before = batch.screening
    monkeypatch.setattr("cascade.engine.batch.screened.n2_pairs", None)
    Job.objects.filter(pk=batch.job_id).update(status=JobStatus.QUEUED, finished_at=None)

    again = finished(batch)

    assert again.job.status == JobStatus.SUCCEEDED, again.job.log
    assert again.screening == before


def test_second_losses_are_counted_from_the_first(small_network: SmallNetwork, planner: User) -> None:
    batch = finished(
        start_batch(
            kind=BatchKind.N1_1,
            choice=Choice(first_losses=("BR-9014", "SUB-9003"), adjustment=Adjustment.SHARE_HEADROOM),
            user=planner,
        )
    )

    rows = {row["label"]: row for row in rows_of(batch)}
    # Without 23 nothing is lost; then each load hangs on one line. Without corner 3 its load is gone.
    assert {label: (row["first_shed_mw"], row["shed_mw"]) for label, row in rows.items()} == {
        "BR-9014, then BR-9012": (near(0.0), near(100.0)),
        "BR-9014, then BR-9013": (near(0.0), near(50.0)),
        "BUS-9003, then BR-9012": (near(100.0), near(100.0)),
    }
    assert (batch.contingency_count, batch.chunk_count) == (3, 2)


def test_a_scenario_is_drawn_again_and_again_beside_what_it_names(
    small_network: SmallNetwork, planner: User
) -> None:
    scenario = scenarios.create_scenario(
        name="Cold",
        spec={
            "outages": ["BR-9014"],
            "units": [{"available_frac": 0.5, "method": "DRAW"}],
            "seed": 5,
        },
        user=planner,
    )

    batch = finished(
        start_batch(
            kind=BatchKind.MONTE_CARLO, scenario_id=scenario.pk, choice=Choice(count=30), user=planner
        )
    )

    assert batch.job.status == JobStatus.SUCCEEDED, batch.job.log
    drawn = unpacked(batch.contingencies)  # type: ignore[arg-type]
    assert all(drawn.branches_of(row).tolist() == [2] for row in range(30))
    sets = {tuple(drawn.units_of(row).tolist()) for row in range(30)}
    # Half of 350 MW is nearest to the unit of 300 if it comes first, and to both or one of 50 if that does.
    assert len(sets) > 1
    losses = {row["contingency"]: row["shed_mw"] for row in rows_of(batch)}
    for number in range(30):
        assert (losses[number] > 100.0) == (0 in drawn.units_of(number))


def test_what_a_scenario_floods_is_out_in_every_draw(small_network: SmallNetwork, planner: User) -> None:
    place = small_network.substations[2].location
    corners = [(-2e-4, -2e-4), (2e-4, -2e-4), (2e-4, 2e-4), (-2e-4, 2e-4)]
    outline = [{"lat": place.y + north, "lon": place.x + east} for east, north in corners]
    scenario = scenarios.create_scenario(
        name="Flood",
        spec={
            "units": [{"available_frac": 0.5, "method": "DRAW"}],
            "flood": {
                "areas": [{"outline": outline, "depth_m": 2.0}],
                "limits": [{"asset_class": "SUBSTATION", "depth_m": 1.0}],
            },
        },
        user=planner,
    )

    batch = finished(
        start_batch(kind=BatchKind.MONTE_CARLO, scenario_id=scenario.pk, choice=Choice(count=8), user=planner)
    )

    assert batch.job.status == JobStatus.SUCCEEDED, batch.job.log
    drawn = unpacked(batch.contingencies)  # type: ignore[arg-type]
    assert [set(drawn.buses_of(row).tolist()) for row in range(8)] == [{2}] * 8
    assert len({tuple(drawn.units_of(row).tolist()) for row in range(8)}) > 1


def test_rows_drawn_by_chance_name_the_seed_that_repeats_them(
    small_network: SmallNetwork, planner: User
) -> None:
    batch = finished(
        start_batch(
            kind=BatchKind.N2_RANDOM,
            choice=Choice(count=6),
            options={"random_trips": {"overloaded_prob": 0.5}, "seed": 3},
            user=planner,
        )
    )

    thawed, drawn = thaw(batch.inputs), unpacked(batch.contingencies)  # type: ignore[arg-type]
    for row in rows_of(batch):
        single = simulate(
            network=thawed.network,
            outages=drawn.outages(row["contingency"], thawed.network),
            params=replace(thawed.params, seed=int(row["seed"])),
        )
        assert row["tripped_count"] == len(single.tripped)


def test_the_statistics_name_who_begins_and_who_spreads(small_network: SmallNetwork, planner: User) -> None:
    batch = finished(start_batch(kind=BatchKind.N1_BRANCH, user=planner))

    found = batch.statistics
    # The loss of 12 trips 13 and that of 13 trips 12; nothing follows 23.
    assert [(each["branch_id"], each["cascades"]) for each in found["initiators"]] == [
        ("BR-9012", 1),
        ("BR-9013", 1),
    ]
    assert found["initiators"][0]["name"].startswith("Corner 1 to Corner 2")
    assert [(each["branch_id"], each["losses"], each["followers"]) for each in found["spreaders"]] == [
        ("BR-9012", 2, near(1.0)),
        ("BR-9013", 2, near(1.0)),
    ]
    # H: each of the two brings half a trip of the other; blocking one leaves one trip fewer.
    assert [(each["branch_id"], each["avoided_trips"]) for each in found["choke_points"]] == [
        ("BR-9012", near(1.5)),
        ("BR-9013", near(1.5)),
    ]
    assert (found["endings"], found["influence_edge_count"]) == ({"STABLE": 3}, 2)
    assert influence_rows(batch.pk, first=9, offset=0, branch_id=None, direction=Direction.OUT) == [
        {
            "from_branch_id": one,
            "to_branch_id": other,
            "from_losses": 2,
            "followed": 1,
            "shared": 1.0,
            "probability": 0.5,
        }
        for one, other in (("BR-9012", "BR-9013"), ("BR-9013", "BR-9012"))
    ]
    rows = influence_rows(batch.pk, first=9, offset=0, branch_id="BR-9013", direction=Direction.IN)
    assert [row["from_branch_id"] for row in rows] == ["BR-9012"]


def test_the_report_takes_the_ratings_of_the_hour(
    small_network: SmallNetwork, planner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm = Conditions(branch_rating_frac=np.array([0.5, 1.0, 1.0]))
    monkeypatch.setattr(batch_job, "thaw", lambda inputs: replace(thaw(inputs), conditions=warm))

    batch = finished(start_batch(kind=BatchKind.N1_BRANCH, user=planner))

    # 12 is rated 75 MVA: with 100 MW in the base case it trips whatever is lost.
    rows = {row["label"]: row for row in rows_of(batch)}
    assert rows["BR-9014"]["worst_branch_id"] == "BR-9012"
    assert rows["BR-9014"]["worst_loading_pct"] == near(400 / 3)
    assert rows["BR-9014"]["base_loading_pct"] == near(400 / 3)
    assert rows["BR-9014"]["over_mva"] == near(25.0)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": BatchKind.N2_RANDOM}, "count"),
        ({"kind": BatchKind.N2_RANDOM, "choice": Choice(count=0)}, "count"),
        ({"kind": BatchKind.N1_BRANCH, "choice": Choice(branches=("BR-9012",))}, "branches"),
        ({"kind": BatchKind.N1_BRANCH, "choice": Choice(first_losses=("BR-9012",))}, "firstLosses"),
        ({"kind": BatchKind.N1_BUS, "choice": Choice(adjustment=Adjustment.SHARE_HEADROOM)}, "adjustment"),
        ({"kind": BatchKind.N1_1, "choice": Choice(first_losses=("BR-1",))}, "firstLosses"),
        ({"kind": BatchKind.N1_1, "choice": Choice(first_losses=("what?",))}, "firstLosses"),
        ({"kind": BatchKind.N2_SCREENED, "choice": Choice(branches=("BR-9012", "BR-1"))}, "branches"),
        ({"kind": BatchKind.N2_SCREENED, "choice": Choice(branches=("BR-9012",))}, "branches"),
        ({"kind": BatchKind.N2_SCREENED, "options": {"ufls": {}}}, "ufls"),
        ({"kind": BatchKind.N1_BRANCH, "interconnect": "Nowhere"}, "interconnect"),
        ({"kind": BatchKind.N1_BRANCH, "load_multiplier": float("nan")}, "loadMultiplier"),
        ({"kind": BatchKind.N1_BRANCH, "choice": Choice(seed=-1)}, "seed"),
        ({"kind": BatchKind.MONTE_CARLO, "choice": Choice(count=2)}, "scenarioId"),
    ],
)
def test_a_bad_batch_is_refused(
    small_network: SmallNetwork, planner: User, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        start_batch(user=planner, **values)

    assert caught.value.field == field
    assert not CascadeBatch.objects.exists()
