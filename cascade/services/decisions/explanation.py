"""Explains a finished run in words, with what would have stopped it simulated again."""

from __future__ import annotations

from typing import Any

from cascade import models
from cascade.engine.decisions.kinds import StudyKind
from cascade.engine.explanation import Consequence, explain
from cascade.services.decisions.repeated import Repeated, find_run, repeat, require_finished
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
    run = study.run
    said = explain(
        prepared=found.prepared,
        outages=found.outages,
        params=found.params,
        conditions=found.conditions,
        result=found.result,
        consequence=Consequence(
            elements=run.element_count or 0,
            customers_out=run.customers_out,
            customers_expected=_expected(run),
        ),
        names=_names(found),
        progress=lambda share, step: context.progress(0.1 + 0.85 * share, step),
    )
    return {
        "counts": {"statements": len(said)},
        "statements": [
            {"topic": each.topic.value, "text": each.text, "facts": dict(each.facts)} for each in said
        ],
    }


def _expected(run: models.CascadeRun) -> float | None:
    last = run.waves.order_by("-number").values_list("customers_expected", flat=True).first()
    return None if last is None else float(last)


def _names(found: Repeated) -> dict[str, str]:
    """Return what the assets are called that may be spoken of."""
    network, result = found.network, found.result
    branches = {*result.outage_branches.tolist(), *result.tripped.tolist()}
    places = network.bus_substation[result.outage_buses]
    ids = {network.branch_ids[branch] for branch in branches}
    ids |= {network.bus_ids[bus] for bus in result.outage_buses.tolist()}
    ids |= {network.substation_ids[place] for place in places[places >= 0].tolist()}
    ids |= {network.unit_ids[unit] for unit in result.outage_units.tolist()}
    return {asset.asset_id: asset.name for asset in name_assets(sorted(ids))}
