"""Who is out through the failed elements of a run, and for how long: given, or by a restoration study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cascade.engine.decisions.customer_cost import Durations
from cascade.engine.decisions.local_loss import LocalLoss
from cascade.engine.distribution.consequence import Consequence, LostSupply, lose_supply
from cascade.engine.distribution.repairs import LocalRepairs, local_repairs
from cascade.services.decisions.local_repairs import broken_parts
from cascade.services.decisions.repeated import Repeated
from cascade.services.distribution import consequence_of_cascade, failures_named
from flux_site.api.errors import BadInput
from grid.selectors import initiators
from grid.selectors.substation_customers import MeterCustomers, meter_customers
from grid.topology import NONE

KW_PER_MW = 1000.0
SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, kw_only=True)
class OutageTimes:
    """Say how long whoever is out stays out.

    Attributes:
        given: the same time for all; None if a plan says it.
        plan: result of a finished restoration study. Its hours begin when its switching is done.
    """

    given: Durations | None = None
    plan: Mapping[str, Any] = field(default_factory=dict)

    def substation(self, name: str) -> Durations:
        """Return how long a substation is without supply; what no job brings back waits for the last job."""
        if self.given is not None:
            return self.given
        return self._planned(self.plan["substation_hours"].get(name, self.plan["all_hours"]))

    def repair(self, job_id: str | None, substation: str | None) -> Durations:
        """Return how long someone waits for a repair; without one, for the supply of his substation.

        Raises:
            BadInput: if the plan is of a time when plans did not say so.
        """
        if self.given is not None:
            return self.given
        if "local_hours" not in self.plan:
            raise BadInput(
                "The study does not tell the times of local repairs; start it again.",
                field="restorationStudyId",
            )
        hours = self.plan["local_hours"].get(job_id) if job_id is not None else None
        if hours is not None:
            return self._planned(hours)
        return self.substation(substation or "")

    def switching(self, at_s: float) -> Durations:
        """Return how long someone is out whom switching brings back: never longer than what is given."""
        hours = at_s / SECONDS_PER_HOUR
        if self.given is None:
            return Durations.exactly(hours)
        low_h, mid_h, high_h = (
            min(hours, each) for each in (self.given.low_h, self.given.mid_h, self.given.high_h)
        )
        return Durations(low_h=low_h, mid_h=mid_h, high_h=high_h)

    def _planned(self, hours: list[float]) -> Durations:
        switching_h = self.plan.get("switching", {}).get("done_h", 0.0)
        low_h, mid_h, high_h = (switching_h + each for each in hours)
        return Durations(low_h=low_h, mid_h=mid_h, high_h=high_h)


@dataclass(frozen=True, eq=False, kw_only=True)
class LocalDamage:
    """Hold what the failed elements of a run left without supply, whatever its substations lost.

    Attributes:
        consequence: protection and switching; None if nothing local failed.
        loss: who is out at first.
        gaps: failed elements of which nobody knows what hangs on them.
        repairs: which repair brings back whom.
        meters: who is on the meters out.
    """

    consequence: Consequence | None = None
    loss: LostSupply | None = None
    gaps: int = 0
    repairs: LocalRepairs = field(default_factory=LocalRepairs)
    meters: Sequence[MeterCustomers] = ()


def local_damage(found: Repeated, *, has_plan: bool) -> LocalDamage:
    """Return what the failed elements of a run left without supply.

    By the rules of the impact at the end of a run: protection, switches in their normal positions, peaks
    times the run's load multiplier.

    Args:
        found: the run, computed once more.
        has_plan: whether a plan says when repairs are done, so that it matters who waits for which.
    """
    ids = found.failed_elements
    if not ids:
        return LocalDamage()
    consequence, loose = consequence_of_cascade(
        network=found.network, result=found.result, failed_ids=ids, seed=found.params.seed % 2**32
    )
    model = consequence.model
    loss = lose_supply(model, failures=failures_named(model, ids)[0])
    repairs = LocalRepairs()
    if has_plan:
        repairs = local_repairs(consequence, broken_parts(model, initiators.known(ids)[0]))
    return LocalDamage(
        consequence=consequence,
        loss=loss,
        gaps=len(loose),
        repairs=repairs,
        meters=list(meter_customers(_meter_keys(consequence, loss))),
    )


def local_loss(damage: LocalDamage, times: OutageTimes) -> LocalLoss:
    """Return who is out through the failed elements of a run, and for how long.

    The load of a meter that failed by itself is not known.

    Raises:
        BadInput: if a plan does not tell the times of local repairs.
    """
    consequence, local, repairs = damage.consequence, damage.loss, damage.repairs
    if consequence is None or local is None:
        return LocalLoss()
    model, arrays = consequence.model, consequence.model.network.arrays
    known: dict[tuple[float, int, str | None], Durations] = {}

    def lasts(restored_s: float, job: int, substation: str | None) -> Durations:
        key = (restored_s, job, substation)
        if key not in known:
            job_id = None if job == NONE else repairs.jobs[job].id
            known[key] = (
                times.switching(restored_s) if np.isfinite(restored_s) else times.repair(job_id, substation)
            )
        return known[key]

    customers: Counter[tuple[str | None, str, Durations]] = Counter()
    meters = np.flatnonzero(local.meter_out)
    at = dict(zip(_meter_keys(consequence, local), meters.tolist(), strict=True))
    for row in damage.meters:
        meter = at[row.meter_id]
        job = repairs.job_of_meter.get(meter)
        if job is None:
            job = repairs.job_of_unit.get(int(arrays.meter_transformer[meter]), NONE)
        durations = lasts(float(consequence.meter_restored_s[meter]), job, row.substation_id)
        customers[row.substation_id, row.customer_class, durations] += row.count

    load_mw: dict[tuple[str | None, Durations], float] = {}
    unknown: Counter[tuple[str | None, Durations]] = Counter()

    def substation_of(unit: int) -> str | None:
        circuit = NONE if unit == NONE else int(arrays.transformer_circuit[unit])
        node = NONE if circuit == NONE else int(arrays.circuit_substation[circuit])
        return None if node == NONE else arrays.substations.key(node)

    for unit in np.flatnonzero(local.unit_out).tolist():
        name = substation_of(unit)
        job = repairs.job_of_unit.get(unit, NONE)
        where = (name, lasts(float(consequence.unit_restored_s[unit]), job, name))
        load_kva = float(model.load_kva[unit])
        if np.isnan(load_kva):
            unknown[where] += 1
        else:
            mw = load_kva * consequence.params.power_factor / KW_PER_MW
            load_mw[where] = load_mw.get(where, 0.0) + mw
    for meter in meters[~local.unit_out[arrays.meter_transformer[meters]]].tolist():
        name = substation_of(int(arrays.meter_transformer[meter]))
        unknown[name, lasts(np.inf, repairs.job_of_meter.get(meter, NONE), name)] += 1
    return LocalLoss(customers=customers, load_mw=load_mw, unknown_loads=unknown, gaps=damage.gaps)


def _meter_keys(consequence: Consequence, loss: LostSupply) -> list[str]:
    return consequence.model.network.arrays.meters.keys(np.flatnonzero(loss.meter_out))
