"""Comparisons of what to build: each measure tried on a set of runs, and the best set under a budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cascade import models
from cascade.engine.decisions.customer_cost import Durations
from cascade.engine.decisions.investment import Measure, MeasureKind, MeasureValue, ScenarioCase, ScenarioSet
from cascade.engine.decisions.kinds import StudyKind
from cascade.engine.decisions.portfolio import (
    Candidate,
    best_portfolio,
    payback_years,
    present_value_factor,
)
from cascade.engine.decisions.ranges import Range
from cascade.engine.errors import CascadeInputError
from cascade.services.decisions.repeated import find_run, repeat, require_finished
from cascade.services.decisions.studies import start_study
from flux_site.api.errors import BadInput
from flux_site.jobs.context import JobContext

MAX_CASES = 50
MAX_MEASURES = 200


@dataclass(frozen=True, kw_only=True)
class RunCase:
    """Hold a run as a scenario of the set.

    Attributes:
        run_id: the run.
        per_year: how often it happens in a year.
        durations: how long its losses last.
    """

    run_id: int
    per_year: float
    durations: Durations


def start_investment(
    *,
    name: str,
    cases: Sequence[RunCase],
    measures: Sequence[Measure],
    budget_usd: float,
    years: float,
    discount_frac: float,
    user: Any,
) -> models.DecisionStudy:
    """Queue a comparison of measures over finished runs of one interconnection.

    Raises:
        NotFound: if a run is not there.
        BadInput: naming the field.
        AssumptionsMissing: if there are no current assumptions.
    """
    title = name.strip()
    if not 1 <= len(title) <= 200:
        raise BadInput("A study has a name of 1 to 200 characters.", field="name")
    for field, count, most in (("cases", len(cases), MAX_CASES), ("measures", len(measures), MAX_MEASURES)):
        if not 1 <= count <= most:
            raise BadInput(f"{count} {field}; allowed: 1 to {most}.", field=field)
    if len({measure.id for measure in measures}) < len(measures):
        raise BadInput("Two measures have the same id.", field="measures")
    if len({case.run_id for case in cases}) < len(cases):
        raise BadInput("A run is in the set twice.", field="cases")
    try:
        present_value_factor(years=years, discount_frac=discount_frac)
        best_portfolio([], budget_usd=budget_usd)
    except CascadeInputError as error:
        raise BadInput(str(error), field=error.field) from error
    interconnects = set()
    for case in cases:
        run = find_run(case.run_id, user)
        require_finished(run)
        interconnects.add(run.interconnect)
    if len(interconnects) > 1:
        raise BadInput(
            f"The runs are of several interconnections: {', '.join(sorted(interconnects))}.", field="cases"
        )
    inputs = {
        "cases": [asdict(case) for case in cases],
        "measures": [asdict(measure) for measure in measures],
        "budget_usd": budget_usd,
        "years": years,
        "discount_frac": discount_frac,
    }
    return start_study(kind=StudyKind.INVESTMENT, run=None, name=title, inputs=inputs, user=user)


def compare_measures(study: models.DecisionStudy, context: JobContext) -> dict[str, Any]:
    """Return the worth of each measure alone, and of the best set tried together.

    Raises:
        CascadeInputError: if a measure names what is not there.
        RunNotRepeatable: if a run cannot be computed once more.
    """
    inputs = study.inputs
    measures = [
        Measure(**{**measure, "kind": MeasureKind(measure["kind"])}) for measure in inputs["measures"]
    ]
    scenarios, lost = _scenarios(inputs, context)
    worth = present_value_factor(years=inputs["years"], discount_frac=inputs["discount_frac"])
    values: dict[str, MeasureValue] = {}
    for index, measure in enumerate(measures):
        context.check_cancelled()
        context.progress(0.2 + 0.6 * index / len(measures), f"Trying {measure.id}")
        values[measure.id] = scenarios.value([measure])
    chosen = {
        bound: _portfolio(measures, values, bound, worth, inputs["budget_usd"])
        for bound in ("low", "mid", "high")
    }
    context.progress(0.9, "Trying the best set together")
    best = [measure for measure in measures if measure.id in chosen["mid"].ids]
    together = scenarios.value(best)
    return {
        "counts": {"measures": len(measures), "chosen": len(best)},
        "present_value_factor": worth,
        "scenarios": lost,
        "measures": [
            _measure(measure, values[measure.id], worth, inputs["budget_usd"], chosen) for measure in measures
        ],
        "portfolio": {
            "measure_ids": [measure.id for measure in best],
            "cost_usd": chosen["mid"].cost_usd,
            "sum_of_benefits_usd": chosen["mid"].benefit_usd,
            "annual_usd": _range(together.annual_usd),
            "benefit_usd": _range(together.annual_usd.times(worth)),
        },
    }


def _scenarios(inputs: dict[str, Any], context: JobContext) -> tuple[ScenarioSet, list[dict[str, Any]]]:
    cases: list[ScenarioCase] = []
    networks: set[str] = set()
    for index, case in enumerate(inputs["cases"]):
        context.check_cancelled()
        context.progress(0.2 * index / len(inputs["cases"]), "Computing the runs once more")
        runs = models.CascadeRun.objects.select_related("job", "inputs__network")
        run = runs.filter(pk=case["run_id"]).first()
        if run is None:
            raise BadInput(f"Run {case['run_id']} was deleted.", field="cases")
        found = repeat(run)
        # Loads, units and ratings may differ, as scenarios do; what they are scaled from may not.
        networks.add(run.inputs.network_id if run.inputs is not None else run.network_digest)
        if len(networks) > 1:
            raise BadInput(f"Run {run.pk} was computed on another network than the others.", field="cases")
        cases.append(
            ScenarioCase(
                id=str(run.pk),
                network=found.network,
                outages=found.outages,
                params=found.params,
                per_year=case["per_year"],
                durations=Durations(**case["durations"]),
                conditions=found.conditions,
            )
        )
    scenarios = ScenarioSet(cases, usd_per_mwh=inputs["assumptions"]["voll_usd_per_mwh"])
    lost = [
        {"run_id": int(case.id), "per_year": case.per_year, "lost_mw": scenarios.lost_mw[case.id]}
        for case in cases
    ]
    return scenarios, lost


def _portfolio(
    measures: Sequence[Measure],
    values: dict[str, MeasureValue],
    bound: str,
    worth: float,
    budget_usd: float,
) -> Any:
    """Return the best set; of measures on one asset of one kind at most one is taken."""
    return best_portfolio(
        [
            Candidate(
                id=measure.id,
                cost_usd=measure.cost_usd,
                benefit_usd=(getattr(values[measure.id].annual_usd, bound) or 0.0) * worth,
                group=f"{'OUTAGES' if measure.kind.avoids_outages else measure.kind}:{measure.asset_id}",
            )
            for measure in measures
        ],
        budget_usd=budget_usd,
    )


def _measure(
    measure: Measure, value: MeasureValue, worth: float, budget_usd: float, chosen: dict[str, Any]
) -> dict[str, Any]:
    annual = value.annual_usd
    years = {
        bound: payback_years(cost_usd=measure.cost_usd, annual_usd=getattr(annual, bound) or 0.0)
        for bound in ("low", "mid", "high")
    }
    return {
        "id": measure.id,
        "kind": measure.kind.value,
        "asset_id": measure.asset_id,
        "cost_usd": measure.cost_usd,
        "annual_usd": _range(annual),
        "annual_mwh": _range(value.annual_mwh),
        "benefit_usd": _range(annual.times(worth)),
        # most saved pays back soonest
        "payback_years": {"low": years["high"], "mid": years["mid"], "high": years["low"], "reasons": []},
        "is_within_budget": measure.cost_usd <= budget_usd,
        "chosen_at": [bound.upper() for bound, found in chosen.items() if measure.id in found.ids],
        "saved_mw": [
            {"run_id": int(run_id), "saved_mw": saved_mw} for run_id, saved_mw in value.saved_mw.items()
        ],
    }


def _range(found: Range) -> dict[str, Any]:
    return {"low": found.low, "mid": found.mid, "high": found.high, "reasons": list(found.reasons)}
