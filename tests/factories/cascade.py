"""Scenarios, runs and their results for tests."""

from typing import Any

from cascade import models
from tests.factories.jobs import make_job


def make_scenario(**fields: Any) -> models.Scenario:
    """Create a scenario; its outages name assets that need not exist."""
    defaults = {"name": "Loss of one substation", "outages": ["SUB-1"]}
    return models.Scenario.objects.create(**{**defaults, **fields})


def make_run(**fields: Any) -> models.CascadeRun:
    """Create a queued run with its job."""
    owner = fields.pop("owner", None)
    job = fields.pop("job", None) or make_job(kind="cascade.run", title="Cascade", inputs={}, owner=owner)
    defaults = {
        "job": job,
        "name": "Loss of one substation",
        "interconnect": "Texas",
        "outages": ["SUB-1"],
        "load_multiplier": 1.0,
        "rating_multiplier": 1.0,
    }
    return models.CascadeRun.objects.create(**{**defaults, **fields})


def make_wave(**fields: Any) -> models.CascadeWave:
    """Create a wave of a run; by default wave 0 without trips."""
    run = fields.pop("run", None) or make_run()
    defaults = {
        "run": run,
        "number": 0,
        "tripped_count": 0,
        "shed_mw": 80.0,
        "cumulative_shed_mw": 80.0,
        "served_mw": 920.0,
        "islands_alive": 1,
        "islands_dead": 0,
    }
    return models.CascadeWave.objects.create(**{**defaults, **fields})


def make_trip(**fields: Any) -> models.CascadeTrip:
    """Create a trip at 120 % of the rating."""
    wave = fields.pop("wave", None) or make_wave()
    defaults = {"run": wave.run, "wave": wave, "branch_id": "BR-1", "flow_mw": -180.0, "rating_mva": 150.0}
    return models.CascadeTrip.objects.create(**{**defaults, **fields})


def make_finished_run(**fields: Any) -> models.CascadeRun:
    """Create a finished run: wave 0 with the outages, then wave 1 in which ``branch_id`` trips."""
    branch_id = fields.pop("branch_id", "BR-1")
    owner = fields.pop("owner", None)
    job = make_job(
        kind="cascade.run", title="Cascade", inputs={}, owner=owner, status="SUCCEEDED", progress_frac=1.0
    )
    result = {
        "network_digest": "d" * 64,
        "total_load_mw": 1000.0,
        "base_shed_mw": 0.0,
        "initial_shed_mw": 80.0,
        "total_shed_mw": 100.0,
        "served_mw": 900.0,
        "tripped_count": 1,
        "wave_count": 1,
        "islands_alive": 2,
        "islands_dead": 1,
        "closest_margin_frac": 0.031,
        "termination_reason": "STABLE",
        "elapsed_ms": 12.5,
    }
    run = make_run(job=job, **{**result, **fields})
    make_wave(run=run, number=0)
    second = make_wave(
        run=run,
        number=1,
        tripped_count=1,
        shed_mw=20.0,
        cumulative_shed_mw=100.0,
        served_mw=900.0,
        islands_alive=2,
        islands_dead=1,
    )
    make_trip(wave=second, branch_id=branch_id)
    return run
