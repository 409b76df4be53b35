"""Explains a finished run in words, with what would have stopped it simulated again."""

from __future__ import annotations

from typing import Any

from cascade import models
from cascade.engine.conditions import Conditions
from cascade.engine.decisions.kinds import StudyKind
from cascade.engine.explanation import explain
from cascade.services.decisions.repeated import find_run, repeat, require_finished
from cascade.services.decisions.studies import start_study
from flux_site.jobs.context import JobContext
from grid.selectors.network import name_assets


def start_explanation(*, run_id: int, user: Any) -> models.DecisionStudy:
    """Queue an explanation of a finished run.

    Raises:
        NotFound: if there is no such run.
        BadInput: if it has not succeeded.
        AssumptionsMissing: if there are no current assumptions, which every study freezes.
    """
    run = find_run(run_id, user)
    require_finished(run)
    return start_study(kind=StudyKind.EXPLANATION, run=run, name=run.name, inputs={}, user=user)


def explain_run(study: models.DecisionStudy, context: JobContext) -> dict[str, Any]:
    """Return the sentences of a study.

    Raises:
        RunNotRepeatable: if the run cannot be computed once more.
    """
    assert study.run is not None  # noqa: S101 - start_explanation gives it one
    context.progress(0.05, "Computing the run once more")
    found = repeat(study.run)
    network, result = found.network, found.result
    ids = {
        network.branch_ids[branch] for branch in (*found.named_branches.tolist(), *result.tripped.tolist())
    }
    ids |= {network.bus_ids[bus] for bus in result.outage_buses.tolist()}
    said = explain(
        prepared=found.prepared,
        outages=found.outages,
        params=found.params,
        conditions=Conditions(),
        result=result,
        names={asset.asset_id: asset.name for asset in name_assets(sorted(ids))},
        progress=lambda share, step: context.progress(0.1 + 0.85 * share, step),
    )
    return {
        "counts": {"statements": len(said)},
        "statements": [
            {"topic": each.topic.value, "text": each.text, "facts": dict(each.facts)} for each in said
        ],
    }
