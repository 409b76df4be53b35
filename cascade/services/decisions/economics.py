"""What a run cost: three ledgers with their ranges, by class and area, and how severe it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cascade import models
from cascade.engine.decisions.customer_cost import CostShare, CustomerGroup, Durations, cost_shares
from cascade.engine.decisions.damage_functions import COST_CLASS_OF_BILLING
from cascade.engine.decisions.kinds import StudyKind
from cascade.engine.decisions.ledgers import (
    Ledger,
    RegulatoryItem,
    customer_ledger,
    regulatory_ledger,
    utility_ledger,
)
from cascade.engine.decisions.ranges import InvalidDecisionInput, Range, total
from cascade.engine.decisions.severity import Severity, assess
from cascade.services.decisions.assumptions import Assumptions, current
from cascade.services.decisions.repeated import Repeated, repeat
from flux_site.api.errors import BadInput
from grid.selectors.substation_customers import substation_places

NO_AREA = "Not in a zone"


@dataclass(frozen=True, kw_only=True)
class Economics:
    """Hold what a run cost.

    Attributes:
        lost_mw: load lost.
        customers_out: customers without supply, as far as they are on record; None if none are.
        coverage_frac: share of the load lost whose customers are on record; None if nothing was lost.
        unserved_mwh: energy not served.
        shares: customer cost by class and area.
        customer: the customers' ledger.
        utility: the utility's.
        regulatory: the regulator's.
        severity: the tier reached.
        assumptions: which versions it rests on.
        durations_from: GIVEN or RESTORATION_STUDY.
    """

    lost_mw: float
    customers_out: float | None
    coverage_frac: float | None
    unserved_mwh: Range
    shares: list[CostShare]
    customer: Ledger
    utility: Ledger
    regulatory: Ledger
    severity: Severity
    assumptions: Assumptions
    durations_from: str


def economics(
    *,
    run: models.CascadeRun,
    durations: Durations | None,
    study: models.DecisionStudy | None,
    regulatory: Sequence[RegulatoryItem] = (),
) -> Economics:
    """Return what a run cost.

    Args:
        run: the run.
        durations: how long its losses lasted, or
        study: a finished restoration study of the run, whose P20, P50 and P80 say so for each substation.
        regulatory: exposures entered by the user; none by default.

    Raises:
        BadInput: if neither or both of durations and study are given, or the study is of another kind or run.
        RunNotRepeatable: if the run cannot be computed once more.
        AssumptionsMissing: if there are no current assumptions.
    """
    if (durations is None) == (study is None):
        raise BadInput("Give either the three durations or a restoration study.", field="durationMidH")
    plan = _plan(run, study)
    found = repeat(run)
    assumptions = current()
    lost_mw = found.lost_mw()
    times = {name: _duration(name, durations, plan) for name in lost_mw}
    energy = total(times[name].each(lambda hours, mw=mw: mw * hours) for name, mw in lost_mw.items())  # type: ignore[misc]
    try:
        shares = cost_shares(
            _groups(found, times), table=assumptions.table, voll_usd_per_mwh=assumptions.voll_usd_per_mwh
        )
        customers_out, coverage_frac = found.customers_out()
        severity = assess(assumptions.tiers, customers=customers_out, lost_mw=sum(lost_mw.values()))
    except InvalidDecisionInput as error:
        raise BadInput(str(error), field=error.field) from error
    is_complete = coverage_frac is None or coverage_frac > 1.0 - 1e-9
    return Economics(
        lost_mw=sum(lost_mw.values()),
        customers_out=customers_out,
        coverage_frac=coverage_frac,
        unserved_mwh=energy,
        shares=shares,
        customer=customer_ledger(
            shares, voll_usd=energy.times(assumptions.voll_usd_per_mwh), is_complete=is_complete
        ),
        utility=utility_ledger(
            crew_hours=_crew_hours(plan),
            repairs={} if plan is None else plan["repairs"],
            unserved_mwh=energy,
            rates=assumptions.rates,
        ),
        regulatory=regulatory_ledger(regulatory),
        severity=severity,
        assumptions=assumptions,
        durations_from="GIVEN" if plan is None else "RESTORATION_STUDY",
    )


def _plan(run: models.CascadeRun, study: models.DecisionStudy | None):  # type: ignore[no-untyped-def]
    if study is None:
        return None
    if study.kind != StudyKind.RESTORATION or study.run_id != run.pk or study.result is None:
        raise BadInput(
            f"Study {study.pk} is no finished restoration study of run {run.pk}.", field="restorationStudyId"
        )
    return study.result


def _duration(name: str, durations: Durations | None, plan) -> Durations:  # type: ignore[no-untyped-def]
    """Return how long a substation is without supply; what no job brings back waits for the last job."""
    if durations is not None:
        return durations
    low_h, mid_h, high_h = plan["substation_hours"].get(name, plan["all_hours"])
    return Durations(low_h=low_h, mid_h=mid_h, high_h=high_h)


def _crew_hours(plan) -> Range:  # type: ignore[no-untyped-def]
    if plan is None:
        return Range.unknown("hours of crews come from a restoration study; none was given")
    low, mid, high = plan["crew_hours"]
    return Range(low=low, mid=mid, high=high)


def _groups(found: Repeated, times: dict[str, Durations]) -> list[CustomerGroup]:
    """Return the customers out by class; a substation that lost part of its load counts with that share."""
    places = substation_places(times)
    intact_mw = found.intact_mw
    groups = []
    for name, mw in found.lost_mw().items():
        if name not in found.customers:
            continue
        zone = places[name].zone if name in places else None
        groups += [
            CustomerGroup(
                cost_class=COST_CLASS_OF_BILLING[billing],
                area=zone or NO_AREA,
                customers=count * mw / intact_mw[name],
                durations=times[name],
            )
            for billing, count in sorted(found.customers[name].by_class.items())
        ]
    return groups
