"""Cascade runs against results calculated by hand, see tests/small_network.py."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from cascade.models import CascadeArrays, CascadeRun, CascadeTrip, CascadeWave
from cascade.selectors.columns import branches_of
from cascade.services import runs, storing
from cascade.services.runs import start_run
from flux_site.jobs import context as job_context
from flux_site.jobs.models import Job
from flux_site.jobs.services import run_job
from grid import models as grid
from tests.factories.sync import make_sync_layer
from tests.small_network import SmallNetwork

CarryOut = Callable[..., CascadeRun]
near = pytest.approx


def waves(run: CascadeRun) -> list[tuple[Any, ...]]:
    """Return per wave: number, trips, MW lost in it and so far, MW served, islands alive and dead."""
    fields = (
        "number",
        "tripped_count",
        "shed_mw",
        "cumulative_shed_mw",
        "served_mw",
        "islands_alive",
        "islands_dead",
    )
    return list(run.waves.order_by("number").values_list(*fields))


def column(run: CascadeRun, name: str) -> list[Any]:
    """Return a column of the stored branches of a run."""
    table = branches_of(run)
    assert table is not None
    return table[name].to_pylist()


def test_the_loss_of_a_line_overloads_the_other(small_network: SmallNetwork, carry_out: CarryOut) -> None:
    run = carry_out("BR-9012")

    assert run.job.status == "SUCCEEDED"
    assert waves(run) == [
        (0, 0, near(0.0), near(0.0), near(200.0), 1, 0),
        (1, 1, near(150.0), near(150.0), near(50.0), 1, 1),
    ]
    trip = run.trips.get()
    assert (trip.branch_id, trip.wave.number) == ("BR-9013", 1)
    assert (trip.flow_mw, trip.rating_mva) == (near(200.0), near(150.0))
    assert trip.loading_pct == near(400.0 / 3.0)
    assert {
        "total_load_mw": near(200.0),
        "base_shed_mw": near(0.0),
        "initial_shed_mw": near(0.0),
        "total_shed_mw": near(150.0),
        "served_mw": near(50.0),
        "tripped_count": 1,
        "wave_count": 1,
        "islands_alive": 1,
        "islands_dead": 1,
        "closest_margin_frac": near(1.0 / 3.0),
        "termination_reason": "STABLE",
    } == {
        name: getattr(run, name)
        for name in (
            "total_load_mw", "base_shed_mw", "initial_shed_mw", "total_shed_mw", "served_mw", "tripped_count",
            "wave_count", "islands_alive", "islands_dead", "closest_margin_frac", "termination_reason",
        )
    }  # fmt: skip
    assert run.elapsed_ms > 0
    assert len(run.network_digest) == 64
    assert column(run, "id") == ["BR-9012", "BR-9013", "BR-9014"]
    assert column(run, "out_wave") == [0, 1, None]
    assert column(run, "final_flow_mw") == near([0.0, 0.0, -25.0])
    assert column(run, "rating_mva") == near([150.0, 150.0, 150.0])
    assert run.substation_loss == [
        {"substation_id": "SUB-9001", "lost_mw": near(0.0), "wave": 1, "is_dead": True},
        {"substation_id": "SUB-9002", "lost_mw": near(75.0), "wave": 1, "is_dead": False},
        {"substation_id": "SUB-9003", "lost_mw": near(75.0), "wave": 1, "is_dead": False},
    ]


def test_the_job_tells_what_happened(small_network: SmallNetwork, carry_out: CarryOut) -> None:
    job = carry_out("BR-9012").job

    assert job.counts["waves"] == 1
    assert job.counts["tripped"] == 1
    assert job.counts["shed_mw"] == near(150.0)
    assert job.progress_frac == 1.0
    assert "1 branches tripped in 1 waves; 150.0 MW lost." in job.log
    assert job.inputs["outages"] == ["BR-9012"]
    assert len(job.inputs["network_digest"]) == 64


@pytest.mark.parametrize(
    ("outages", "first_loss_mw", "served_mw"),
    [
        (("SUB-9001",), 150.0, 50.0),
        (("BUS-9001",), 150.0, 50.0),
        (("SUB-9001", "BUS-9001", "BR-9012"), 150.0, 50.0),
        (("SUB-9002",), 100.0, 100.0),
        (("BR-9012", "BR-9013"), 150.0, 50.0),
        (("BR-9014",), 0.0, 200.0),
    ],
)
def test_what_is_lost_with_the_outages_themselves(
    small_network: SmallNetwork,
    carry_out: CarryOut,
    outages: tuple[str, ...],
    first_loss_mw: float,
    served_mw: float,
) -> None:
    run = carry_out(*outages)

    assert run.tripped_count == 0
    assert len(waves(run)) == 1
    assert (run.initial_shed_mw, run.total_shed_mw, run.served_mw) == (
        near(first_loss_mw),
        near(first_loss_mw),
        near(served_mw),
    )


def test_a_blackout_is_one(small_network: SmallNetwork, carry_out: CarryOut) -> None:
    run = carry_out("SUB-9001", "SUB-9003")

    assert (run.served_mw, run.islands_alive, run.termination_reason) == (near(0.0), 0, "BLACKOUT")
    assert run.closest_margin_frac is None


def test_multipliers_change_loads_and_ratings(small_network: SmallNetwork, carry_out: CarryOut) -> None:
    stronger = carry_out("BR-9012", rating_multiplier=1.34)
    assert (stronger.tripped_count, stronger.total_shed_mw) == (0, near(0.0))
    assert column(stronger, "rating_mva") == near([201.0, 201.0, 201.0])

    lighter = carry_out("BR-9012", load_multiplier=0.75)
    assert (lighter.total_load_mw, lighter.tripped_count, lighter.served_mw) == (near(150.0), 0, near(150.0))

    heavier = carry_out("BR-9012", load_multiplier=2.0, rating_multiplier=100.0)
    assert (heavier.total_load_mw, heavier.base_shed_mw) == (near(400.0), near(50.0))
    assert (heavier.total_shed_mw, heavier.served_mw) == (near(0.0), near(350.0))


def test_an_unrated_branch_never_trips(small_network: SmallNetwork, carry_out: CarryOut) -> None:
    grid.Branch.objects.filter(pk="BR-9013").update(rating_mva=None)

    run = carry_out("BR-9012")

    assert run.tripped_count == 0
    assert column(run, "rating_mva") == [150.0, None, 150.0]


def test_branches_and_units_out_of_service_take_no_part(
    small_network: SmallNetwork, carry_out: CarryOut
) -> None:
    grid.Branch.objects.filter(pk="BR-9014").update(in_service=False)
    grid.Plant.objects.filter(pk="PLANT-9003").update(in_service=False)

    run = carry_out("BR-9013")

    assert column(run, "id") == ["BR-9012", "BR-9013"]
    assert run.initial_shed_mw == near(100.0)


def test_the_result_is_the_same_when_the_job_is_run_again(
    small_network: SmallNetwork, carry_out: CarryOut
) -> None:
    first = carry_out("BR-9012")
    before = (waves(first), first.substation_loss, column(first, "final_flow_mw"), first.result_digest)
    Job.objects.filter(pk=first.job_id).update(status="QUEUED")

    run_job(first.job_id)

    again = CascadeRun.objects.get(pk=first.pk)
    assert (
        waves(again),
        again.substation_loss,
        column(again, "final_flow_mw"),
        again.result_digest,
    ) == before
    assert CascadeWave.objects.count() == 2
    assert CascadeTrip.objects.count() == 1
    assert Job.objects.get().attempt == 2


def test_a_cancelled_run_stops_between_two_waves_and_keeps_nothing(
    small_network: SmallNetwork, planner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    original = runs.propagate

    def watched(**arguments: Any) -> Iterator[Any]:
        steps = original(**arguments)
        while True:
            wave = next(steps)
            seen.append(wave.index)
            Job.objects.update(is_cancel_requested=True)
            yield wave

    monkeypatch.setattr(runs, "propagate", watched)
    monkeypatch.setattr(job_context, "WRITE_EVERY_S", 0.0)
    run = start_run(outages=["BR-9012"], user=planner)

    run_job(run.job_id)

    run = CascadeRun.objects.select_related("job").get(pk=run.pk)
    assert run.job.status == "CANCELLED"
    assert seen == [0]
    assert (run.waves.count(), run.total_shed_mw, run.progress) == (0, None, [])
    assert not CascadeArrays.objects.exists()


def test_a_run_is_computed_on_the_network_it_was_queued_with(
    small_network: SmallNetwork, planner: User
) -> None:
    run = start_run(outages=["BR-9012"], user=planner)
    grid.Branch.objects.filter(pk="BR-9013").update(rating_mva=500.0)
    grid.Branch.objects.filter(pk="BR-9012").delete()
    make_sync_layer(key="branches", checksum="1" * 64)

    run_job(run.job_id)

    run = CascadeRun.objects.select_related("job").get(pk=run.pk)
    assert (run.job.status, run.tripped_count) == ("SUCCEEDED", 1)


def test_a_network_without_a_unique_solution_fails_with_a_code(
    small_network: SmallNetwork, planner: User
) -> None:
    from tests.factories.grid import make_branch, make_bus, make_substation

    corner = make_bus(id="BUS-9004", substation=make_substation(zone=small_network.zone), load_mw=1.0)
    for number, x_pu in ((15, 0.1), (16, -0.1)):
        make_branch(id=f"BR-90{number}", from_bus=small_network.buses[0], to_bus=corner, x_pu=x_pu)

    run = start_run(outages=["BR-9014"], user=planner)
    run_job(run.job_id)

    job = Job.objects.get()
    assert (job.status, job.error_code) == ("FAILED", "UNSOLVABLE_NETWORK")
    assert CascadeWave.objects.count() == 0


def test_a_run_that_was_deleted_fails_its_job(small_network: SmallNetwork, planner: User) -> None:
    run = start_run(outages=["BR-9012"], user=planner)
    CascadeRun.objects.all().delete()

    run_job(run.job_id)

    assert Job.objects.get().error_code == "NOT_FOUND"


def test_a_failure_while_storing_leaves_no_half_result(
    small_network: SmallNetwork, planner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(storing, "substation_losses", broken)
    run = start_run(outages=["BR-9012"], user=planner)

    run_job(run.job_id)

    assert Job.objects.get().status == "FAILED"
    assert CascadeWave.objects.count() == 0
    run.refresh_from_db()
    assert run.total_shed_mw is None


def test_every_wave_is_told_before_the_result_is_stored(
    small_network: SmallNetwork, planner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[list[int]] = []
    plain = runs.store

    def watched(run: CascadeRun, **arguments: Any) -> None:
        told.append([wave["number"] for wave in CascadeRun.objects.get(pk=run.pk).progress])
        plain(run, **arguments)

    monkeypatch.setattr(runs, "store", watched)
    run = start_run(outages=["BR-9012"], user=planner)

    run_job(run.job_id)

    run.refresh_from_db()
    assert (told, run.progress, run.total_shed_mw) == ([[0, 1]], [], near(150.0))


def test_the_name_of_a_run_is_its_outages_unless_given(small_network: SmallNetwork, planner: User) -> None:
    assert start_run(outages=["SUB-9002"], user=planner).name == "Corner 2"
    assert start_run(outages=["SUB-9002", "BR-9012"], user=planner).name == "Corner 2 and 1 more"
    assert start_run(outages=["BR-9012"], user=planner).name == "Corner 1 to Corner 2, 138 kV line"
    assert start_run(outages=["BUS-9003"], user=planner).name == "Bus 9003, 138 kV at Corner 3"
    assert start_run(outages=["BUS-9003"], user=planner, name="  Storm ").name == "Storm"
