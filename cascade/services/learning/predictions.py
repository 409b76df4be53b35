"""Writing the map of the present to the warehouse's tables of the graph network, through the outbox."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cascade import models
from cascade.models import VulnerabilityBasis as Basis
from grid.services import outbox
from grid.services.outbox import Action, Edit

PREDICTIONS, TRAINING_RUN = "cascade.gnn_predictions", "ml.gnn_training_run"
WRITTEN = (Basis.PREDICTED, Basis.SIMULATED)


def publish_map(
    wanted: models.VulnerabilityMap,
    model: models.LearnedModel,
    entries: Sequence[models.VulnerabilityEntry],
) -> int:
    """Record what a map of the present says, in the transaction that stores it; return how many rows.

    The rows take the place of those of the earlier map of the same network. Outages that overload nothing are
    left out. Where an outage was simulated, the row says so and holds what was simulated.

    Args:
        wanted: the map, as stored.
        model: what predicted.
        entries: its entries by rank.
    """
    key = f"PRESENT/{wanted.interconnect}"
    chosen = [entry for entry in entries if entry.basis in WRITTEN]
    rows = [_row(key, rank, entry, wanted, model) for rank, entry in enumerate(chosen, start=1)]
    edits = [Edit(kind=PREDICTIONS, key=key, action=Action.UPDATE, payload={"rows": rows})]
    run = _training_run(model)
    if run is not None:
        version = str(run["model_version"])
        edits.append(Edit(kind=TRAINING_RUN, key=version, action=Action.UPDATE, payload=run))
    outbox.record_all(edits, actor=None)
    return len(rows)


def _row(
    key: str,
    rank: int,
    entry: models.VulnerabilityEntry,
    wanted: models.VulnerabilityMap,
    model: models.LearnedModel,
) -> dict[str, Any]:
    assert wanted.computed_at is not None  # noqa: S101 - stored just now
    risk = entry.probability if entry.is_cascade is None else float(entry.is_cascade)
    return {
        "node_id": entry.branch_id,
        "model_name": model.task,
        "model_version": model.weights_id,
        "graph_version": wanted.state_digest,
        "cascade_risk": risk,
        "risk_rank": rank,
        "predicted_at": wanted.computed_at.isoformat(),
        "state_key": key,
        "basis": str(entry.basis),
        "risk_tier": entry.tier,
        "lost_load_mw": entry.predicted_lost_mw if entry.lost_mw is None else entry.lost_mw,
        "customers_affected": entry.customers,
        "factors_json": json.dumps(entry.factors, sort_keys=True) if entry.factors else None,
        "latency_ms": sum(wanted.latency_ms.values()),
    }


def _training_run(model: models.LearnedModel) -> dict[str, Any] | None:
    """Return the row of the training that made a model; None where its numbers are not on record."""
    counts = {} if model.dataset is None else model.dataset.counts
    net = (model.manifest.get("params") or {}).get("net") or {}
    epochs, job = net.get("n_passes"), model.job
    if model.dataset is None or job is None or None in (epochs, model.seed, job.started_at):
        return None
    return {
        "model_name": model.task,
        "model_version": model.weights_id,
        "graph_version": model.dataset.digest,
        "node_count": counts.get("TRAIN", {}).get("cases"),
        "edge_count": None,
        "epoch_count": epochs,
        "seed": model.seed,
        "started_at": job.started_at.isoformat(),
        "finished_at": None if job.finished_at is None else job.finished_at.isoformat(),
    }
