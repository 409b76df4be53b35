"""What a run cost: three ledgers with their ranges, by class and area, and how severe it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cascade import models
from cascade.engine.decisions.customer_cost import CostShare, Durations
from cascade.engine.decisions.kinds import StudyKind
from cascade.engine.decisions.ledgers import Ledger, RegulatoryItem, regulatory_ledger, utility_ledger
from cascade.engine.decisions.ranges import InvalidDecisionInput, Range
from cascade.engine.decisions.severity import Severity, assess
from cascade.services.decisions.assumptions import Assumptions, current
from cascade.services.decisions.customer_losses import customer_loss, told
from cascade.services.decisions.local_losses import OutageTimes, local_damage
from cascade.services.decisions.repeated import repeat
from flux_site.api.errors import BadInput


@dataclass(frozen=True, kw_only=True)
class Economics:
    """Hold what a run cost.

    Attributes:
        lost_mw: load that substations lost.
        local_lost_mw: load lost beside it through failed elements of the distribution network; None where the
            load of a transformer out is not known.
        local_lost_mw_reason: why that is so; empty if it is known.
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
    local_lost_mw: float | None
    local_lost_mw_reason: str
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
    loss = customer_loss(
        found,
        local_damage(found, has_plan=plan is not None),
        OutageTimes(given=durations, plan=plan or {}),
        table=assumptions.table,
        voll_usd_per_mwh=assumptions.voll_usd_per_mwh,
    )
    try:
        severity = assess(
            assumptions.tiers, customers=loss.customers_out, lost_mw=loss.lost_mw + loss.known_local_mw
        )
    except InvalidDecisionInput as error:
        raise BadInput(str(error), field=error.field) from error
    return Economics(
        lost_mw=loss.lost_mw,
        local_lost_mw=None if loss.load_gaps else loss.known_local_mw,
        local_lost_mw_reason="; ".join(loss.load_gaps),
        customers_out=loss.customers_out,
        coverage_frac=loss.coverage_frac,
        unserved_mwh=loss.unserved_mwh,
        shares=loss.shares,
        customer=loss.ledger,
        utility=utility_ledger(
            crew_hours=_crew_hours(plan),
            repairs={} if plan is None else plan["repairs"],
            unserved_mwh=loss.unserved_mwh,
            rates=assumptions.rates,
        ),
        regulatory=regulatory_ledger(regulatory),
        severity=replace(
            severity, reason="; ".join(told(severity.reason, *loss.customer_gaps, *loss.load_gaps))
        ),
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


def _crew_hours(plan) -> Range:  # type: ignore[no-untyped-def]
    if plan is None:
        return Range.unknown("hours of crews come from a restoration study; none was given")
    low, mid, high = plan["crew_hours"]
    return Range(low=low, mid=mid, high=high)
