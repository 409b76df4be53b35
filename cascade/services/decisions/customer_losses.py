"""What customers lose in a run, for given times of restoration: two methods, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cascade.engine.decisions.customer_cost import CostShare, CustomerGroup, cost_shares
from cascade.engine.decisions.damage_functions import COST_CLASS_OF_BILLING, DamageTable
from cascade.engine.decisions.ledgers import Ledger, customer_ledger
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
from cascade.services.decisions.local_losses import LocalDamage, OutageTimes, local_loss
from cascade.services.decisions.repeated import Repeated
from flux_site.api.errors import BadInput
from grid.selectors.substation_customers import substation_places

NO_AREA = "Not in a zone"
NOT_COVERED = "part of the load lost has no customers on record: its damage is unknown"


@dataclass(frozen=True, kw_only=True)
class CustomerLoss:
    """Hold what customers lose.

    Attributes:
        lost_mw: load that substations lost.
        known_local_mw: load lost beside it through failed elements, as far as it is known.
        load_gaps: why part of that is not known; none if all is.
        customers_out: customers without supply, as far as they are on record; None if none are.
        coverage_frac: share of the load lost whose customers are on record; None if nothing was lost.
        customer_gaps: why not all customers are known; none if they are.
        unserved_mwh: energy not served.
        shares: cost by class and area, by damage functions.
        ledger: the customers' ledger, a line a method.
    """

    lost_mw: float
    known_local_mw: float
    load_gaps: tuple[str, ...]
    customers_out: float | None
    coverage_frac: float | None
    customer_gaps: tuple[str, ...]
    unserved_mwh: Range
    shares: list[CostShare]
    ledger: Ledger


def customer_loss(
    found: Repeated,
    damage: LocalDamage,
    times: OutageTimes,
    *,
    table: DamageTable,
    voll_usd_per_mwh: float,
) -> CustomerLoss:
    """Return what customers lose.

    Args:
        found: the run, computed once more.
        damage: what its failed elements left without supply.
        times: how long losses last.
        table: damage functions.
        voll_usd_per_mwh: value of lost load.

    Raises:
        BadInput: if a plan does not tell the times of local repairs, or the table lacks a class.
    """
    lost_mw, intact_mw = found.lost_mw(), found.intact_mw
    local = local_loss(damage, times)
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
    load_gaps = told(local.gap_reason, unknown_loads_reason(unknown_loads) if unknown_loads else "")
    energy = floor_of(
        total([
            *(each.durations.each(lambda hours, mw=lost_mw[name]: mw * hours)  # type: ignore[misc]
              for name, each in substations.items()),
            local_unserved_mwh(local, substations),
        ]),
        [local.gap_reason],
    )  # fmt: skip
    is_covered = coverage_frac is None or coverage_frac > 1.0 - 1e-9
    customer_gaps = told("" if is_covered else NOT_COVERED, local.gap_reason)
    try:
        shares = cost_shares(_groups(parts), table=table, voll_usd_per_mwh=voll_usd_per_mwh)
    except InvalidDecisionInput as error:
        raise BadInput(str(error), field=error.field) from error
    return CustomerLoss(
        lost_mw=sum(lost_mw.values()),
        known_local_mw=known_local_mw,
        load_gaps=tuple(load_gaps),
        customers_out=customers_out,
        coverage_frac=coverage_frac,
        customer_gaps=tuple(customer_gaps),
        unserved_mwh=energy,
        shares=shares,
        ledger=customer_ledger(shares, voll_usd=energy.times(voll_usd_per_mwh), gaps=customer_gaps),
    )


def told(*reasons: str) -> list[str]:
    """Return reasons, each once, without empty ones."""
    return list(dict.fromkeys(reason for reason in reasons if reason))


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
