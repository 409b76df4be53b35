"""Scenarios, runs and their results for tests."""

from typing import Any

from django.utils import timezone

from cascade import models
from cascade.engine.risk_now.parts import RiskPart
from tests.factories.grid import MOMENT, make_zone
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


def make_centrality_run(**fields: Any) -> models.CentralityRun:
    """Create a finished measurement of one bus."""
    job = make_job(kind="cascade.centrality", title="Centralities", inputs={}, status="SUCCEEDED")
    correlation = {"measure": "degree", "rho": 0.25, "low": 0.1, "high": 0.4, "n_nodes": 12}
    defaults = {
        "job": job,
        "scope": "TRANSMISSION",
        "interconnect": "Texas",
        "computed_at": timezone.now(),
        "node_count": 12,
        "edge_count": 11,
        "simulated_count": 12,
        "correlations": [correlation | {"top_decile_share": 0.2, "best_share": 0.7}],
    }
    return models.CentralityRun.objects.create(**{**defaults, **fields})


def make_node_centrality(**fields: Any) -> models.NodeCentrality:
    """Create the values of a bus."""
    run = fields.pop("run", None) or make_centrality_run()
    measures = ("degree", "betweenness", "closeness", "eigenvector", "pagerank", "clustering")
    defaults = {
        "run": run,
        "node_id": "BUS-1",
        "node_kind": "BUS",
        **dict.fromkeys(measures, 0.5),
        "neighbours_2_hops": 3,
        "downstream_nodes": 0,
    }
    return models.NodeCentrality.objects.create(**{**defaults, **fields})


def make_study(**fields: Any) -> models.DecisionStudy:
    """Create a queued restoration study of a finished run."""
    owner = fields.pop("owner", None)
    run = fields.pop("run", None) or make_finished_run(owner=owner)
    job = fields.pop("job", None) or make_job(kind="cascade.decide", title="Study", inputs={}, owner=owner)
    defaults = {"job": job, "run": run, "kind": "RESTORATION", "name": "Back again", "inputs": {"crews": 2}}
    return models.DecisionStudy.objects.create(**{**defaults, **fields})


def make_decision_data() -> list[Any]:
    """Create what decisions rest on, as a new installation has it, and return a row of each kind."""
    from cascade.services.decisions.assumptions import ensure_defaults

    ensure_defaults()
    kinds = (models.DamageTable, models.CostAssumptions, models.RepairTime, models.SeverityThreshold)
    return [kind.objects.first() for kind in kinds]


def make_version(**fields: Any) -> models.ScenarioVersion:
    """Create a version of a scenario."""
    scenario = fields.pop("scenario", None) or make_scenario()
    defaults = {"scenario": scenario, "number": 1, "name": scenario.name, "spec": {}, "digest": "a" * 64}
    return models.ScenarioVersion.objects.create(**{**defaults, **fields})


def make_frozen_inputs(**fields: Any) -> models.FrozenInputs:
    """Create frozen inputs; their arrays and network hold nothing."""
    network, _ = models.FrozenNetwork.objects.get_or_create(
        digest="b" * 64, defaults={"interconnect": "Texas", "data": b""}
    )
    defaults = {"network": network, "params": {}, "outages": {}, "arrays": b"", "summary": {}}
    return models.FrozenInputs.objects.get_or_create(
        digest=fields.pop("digest", "c" * 64), defaults={**defaults, **fields}
    )[0]


def make_batch(**fields: Any) -> models.CascadeBatch:
    """Create a queued batch with its job."""
    owner = fields.pop("owner", None)
    defaults = {
        "job": make_job(kind="cascade.batch", title="Batch", inputs={}, owner=owner),
        "inputs": make_frozen_inputs(),
        "name": "Every branch",
        "interconnect": "Texas",
        "kind": "N1_BRANCH",
        "contingencies": b"",
        "contingency_count": 3,
        "chunk_count": 1,
    }
    return models.CascadeBatch.objects.create(**{**defaults, **fields})


def make_risk_sample(**fields: Any) -> models.RiskSample:
    """Create a sample of the risk of a zone: 60 customer-hours, three ordinary days."""
    zone = fields.pop("zone", None) or make_zone()
    defaults = {
        "at": MOMENT,
        "zone_id": zone.pk,
        "customers": 100,
        "outages_h": 30.0,
        "equipment_h": 1.0,
        "weather_h": 2.0,
        "contingencies_h": 3.0,
        "vegetation_h": 4.0,
        "background_h": 20.0,
        "ordinary_day_h": 20.0,
        "coverage": {part.value: [8, 10] for part in RiskPart},
    }
    return models.RiskSample.objects.create(**{**defaults, **fields})


def make_risk_contribution(**fields: Any) -> models.RiskContribution:
    """Create what an outage adds to the risk of a zone."""
    zone = fields.pop("zone", None) or make_zone()
    defaults = {
        "at": MOMENT,
        "part": "OUTAGES",
        "zone_id": zone.pk,
        "kind": "OUTAGE",
        "asset_id": "OUT-1",
        "customer_hours": 30.0,
        "details": {"customers_out": 10.0, "p50_h": 3.0, "p80_h": None},
    }
    return models.RiskContribution.objects.create(**{**defaults, **fields})


def make_risk_network(**fields: Any) -> models.RiskNetwork:
    """Create a network of which one branch is overloaded and one costs load when lost."""
    place = ["SUB-1", 0.5, 40.0]
    defaults = {
        "interconnect": "Texas",
        "digest": "a" * 64,
        "computed_at": MOMENT,
        "load_multiplier": 0.8,
        "load_hour": MOMENT,
        "rated_hour": MOMENT,
        "branch_count": 3,
        "rated_count": 2,
        "secured_count": 1,
        "unsolved_count": 0,
        "is_relievable": True,
        "overloads": [["BR-1", 160.0, 150.0]],
        "relief": {"branch": None, "shed_mw": 5.0, "tripped": 0, "at": [["SUB-1", 0.0625, 5.0]]},
        "losses": [{"branch": "BR-2", "shed_mw": 40.0, "tripped": 1, "at": [place]}],
        "elapsed_ms": 12.5,
    }
    return models.RiskNetwork.objects.create(**{**defaults, **fields})


def make_risk_assumption() -> models.RiskAssumption:
    """Create what the risk rests on, as a new installation has it, and return one of it."""
    from cascade.services.risk_now import ensure_assumptions

    ensure_assumptions()
    return models.RiskAssumption.objects.get(pk="TRANSFORMER")


def make_vulnerability_map(**fields: Any) -> models.VulnerabilityMap:
    """Create a finished map of the present: one outage of each basis of four branches."""
    owner = fields.pop("owner", None)
    job = fields.pop("job", None) or make_job(
        kind="cascade.learn_predict", title="Map", inputs={}, owner=owner, status="SUCCEEDED"
    )
    defaults = {
        "job": job,
        "state": "PRESENT",
        "interconnect": "Texas",
        "name": "Present state of Texas",
        "trip_threshold_frac": 1.15,
        "top": 20,
        "with_recall_set": True,
        "computed_at": MOMENT,
        "state_digest": "e" * 64,
        "load_multiplier": 0.8,
        "load_hour": MOMENT,
        "demand_mw": 1000.0,
        "lost_share": 0.01,
        "branch_count": 4,
        "secured_count": 0,
        "screened_count": 1,
        "simulated_count": 1,
        "predicted_count": 1,
        "unsolved_count": 1,
        "cascade_count": 1,
        "expected_cascades": 0.6,
        "is_unfamiliar": False,
        "agreement": {
            "compared": 1,
            "cascades": 1,
            "expected_cascades": 0.9,
            "brier": 0.01,
            "mean_error_mw": 12.0,
        },
        "notes": ["2 of 4 branches have a rating by the weather of the hour."],
        "latency_ms": {"features": 25.0, "simulation": 65.0},
        "customers_on_record": 500,
    }
    return models.VulnerabilityMap.objects.create(**{**defaults, **fields})


def make_vulnerability_entry(**fields: Any) -> models.VulnerabilityEntry:
    """Create what is predicted of a branch."""
    defaults = {
        "branch_id": "BR-1",
        "rank": 2,
        "basis": "PREDICTED",
        "tier": "HIGH",
        "probability": 0.6,
        "predicted_lost_mw": 120.0,
        "predicted_customers": 60.0,
        "factors": [{"feature": "wave1_worst_loading", "value": 1.4, "log_odds": 1.1}],
    }
    found = fields.pop("map", None) or make_vulnerability_map()
    return models.VulnerabilityEntry.objects.create(**{**defaults, "map": found, **fields})


def make_run_forecast(**fields: Any) -> models.RunForecast:
    """Create a finished forecast of a run: one of two branches was said to trip, and did."""
    run = fields.pop("run", None) or make_finished_run()
    job = make_job(
        kind="cascade.learn_forecast",
        title="Forecast",
        inputs={},
        owner=run.job.owner,
        status="SUCCEEDED",
        progress_frac=1.0,
    )
    defaults = {
        "computed_at": MOMENT,
        "threshold": 0.3,
        "is_unfamiliar": False,
        "out_count": 1,
        "first_count": 1,
        "first_agrees": True,
        "open_count": 2,
        "tripped_count": 1,
        "expected_count": 0.9,
        "said_count": 1,
        "hit_count": 1,
        "average_precision": 1.0,
        "roc_auc": 1.0,
        "brier": 0.05,
        "notes": ["The loss of a bus was taken as that of its branches."],
        "latency_ms": {"prediction": 40.0},
    }
    return models.RunForecast.objects.create(**{**defaults, "job": job, "run": run, **fields})


def make_forecast_branch(**fields: Any) -> models.ForecastBranch:
    """Create a branch that was said to trip, and did."""
    run = fields.pop("run", None)
    found = fields.pop("forecast", None) or make_run_forecast(**({} if run is None else {"run": run}))
    defaults = {"branch_id": "BR-1", "rank": 1, "probability": 0.8, "trip_wave": 2, "outcome": "HIT"}
    return models.ForecastBranch.objects.create(**{**defaults, "forecast": found, **fields})
