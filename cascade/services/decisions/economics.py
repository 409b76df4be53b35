"""What a run cost: three ledgers with their ranges, by class and area, and how severe it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

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
from cascade.engine.decisions.local_loss import (
    OutPart,
    SubstationLoss,
    floor_of,
    local_mw,
    local_unserved_mwh,
    out_parts,
    unknown_loads_reason,
)
from cascade.engine.decisions.ranges import InvalidDecisionInput, Range, total
from cascade.engine.decisions.severity import Severity, assess
from cascade.services.decisions.assumptions import Assumptions, current
from cascade.services.decisions.local_losses import OutageTimes, local_loss
from cascade.services.decisions.repeated import repeat
from flux_site.api.errors import BadInput
from grid.selectors.substation_customers import substation_places

NO_AREA = "Not in a zone"
NOT_COVERED = "part of the load lost has no customers on record: its damage is unknown"


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
    lost_mw, intact_mw = found.lost_mw(), found.intact_mw
    times = OutageTimes(given=durations, plan=plan or {})
    local = local_loss(found, times)
    substations = {
        name: SubstationLoss(share_frac=min(1.0, mw / intact_mw[name]), durations=times.substation(name))
        for name, mw in lost_mw.items()
    }
    parts = out_parts(local, substations, {name: each.by_class for name, each in found.customers.items()})
    customers_out, coverage_frac = found.customers_out()
    if local.customer_count:
        customers_out = sum(part.customers for part in parts)
    elif local.gaps and not customers_out:
        customers_out = None
    known_local_mw, unknown_loads = local_mw(local, substations)
    load_gaps = [local.gap_reason, unknown_loads_reason(unknown_loads) if unknown_loads else ""]
    energy = floor_of(
        total([
            *(each.durations.each(lambda hours, mw=lost_mw[name]: mw * hours)  # type: ignore[misc]
              for name, each in substations.items()),
            local_unserved_mwh(local, substations),
        ]),
        [local.gap_reason],
    )  # fmt: skip
    is_covered = coverage_frac is None or coverage_frac > 1.0 - 1e-9
    customer_gaps = _told("" if is_covered else NOT_COVERED, local.gap_reason)
    try:
        shares = cost_shares(
            _groups(parts), table=assumptions.table, voll_usd_per_mwh=assumptions.voll_usd_per_mwh
        )
        severity = assess(
            assumptions.tiers, customers=customers_out, lost_mw=sum(lost_mw.values()) + known_local_mw
        )
    except InvalidDecisionInput as error:
        raise BadInput(str(error), field=error.field) from error
    reasons = _told(severity.reason, *customer_gaps, *load_gaps)
    return Economics(
        lost_mw=sum(lost_mw.values()),
        local_lost_mw=None if any(load_gaps) else known_local_mw,
        local_lost_mw_reason="; ".join(_told(*load_gaps)),
        customers_out=customers_out,
        coverage_frac=coverage_frac,
        unserved_mwh=energy,
        shares=shares,
        customer=customer_ledger(
            shares, voll_usd=energy.times(assumptions.voll_usd_per_mwh), gaps=customer_gaps
        ),
        utility=utility_ledger(
            crew_hours=_crew_hours(plan),
            repairs={} if plan is None else plan["repairs"],
            unserved_mwh=energy,
            rates=assumptions.rates,
        ),
        regulatory=regulatory_ledger(regulatory),
        severity=replace(severity, reason="; ".join(reasons)),
        assumptions=assumptions,
        durations_from="GIVEN" if plan is None else "RESTORATION_STUDY",
    )


def _told(*reasons: str) -> list[str]:
    return list(dict.fromkeys(reason for reason in reasons if reason))


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


def _groups(parts: Sequence[OutPart]) -> list[CustomerGroup]:
    """Return customers out as the cost takes them; an area is the zone of the substation on their record."""
    places = substation_places({part.substation for part in parts if part.substation is not None})
    zones = {name: place.zone for name, place in places.items()}
    return [
        CustomerGroup(
            cost_class=COST_CLASS_OF_BILLING[part.billing_class],
            area=(zones.get(part.substation) if part.substation is not None else None) or NO_AREA,
            customers=part.customers,
            durations=part.durations,
        )
        for part in parts
    ]
