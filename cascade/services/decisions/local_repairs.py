"""The damage of a run to the distribution network as repairs of its restoration plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cascade.engine.decisions.kinds import RepairKind
from cascade.engine.decisions.outage_tree import RepairJob
from cascade.engine.decisions.restoration_jobs import GridJobs
from cascade.engine.distribution.impact import StepKind, SwitchingStep
from cascade.engine.distribution.model import DistributionModel
from cascade.engine.distribution.repairs import Broken, LocalJob, LocalRepairs, local_repairs
from cascade.engine.distribution.summary import summarise
from cascade.services.decisions.repeated import Repeated
from cascade.services.distribution import consequence_of_cascade
from flux_site.api.errors import BadInput
from grid.selectors import initiators
from grid.selectors.element_places import element_places, underground_lines, units_of_poles
from grid.selectors.initiators import InitiatorKind, Initiators
from grid.topology import NONE

MAX_JOBS = 20_000
MAX_SWITCHING_STEPS = 2_000
KW_PER_MW = 1000.0
SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, kw_only=True)
class LocalPlan:
    """Hold what the distribution network adds to a restoration plan.

    Attributes:
        repairs: what is to be repaired.
        steps: trips and switching, in the order of time, which come before the repairs.
        restored_customers: customers whom switching brings back.
        places: longitude and latitude of what is repaired, where they are on record.
        without_place: elements of the run that have no place in the network, so that no repair follows.
        power_factor: of all loads.
    """

    repairs: LocalRepairs = field(default_factory=LocalRepairs)
    steps: tuple[SwitchingStep, ...] = ()
    restored_customers: int = 0
    places: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    without_place: tuple[str, ...] = ()
    power_factor: float = 1.0

    @property
    def switching_h(self) -> float:
        """Return when the last step is done, hours after the failure."""
        return max((step.at_s for step in self.steps), default=0.0) / SECONDS_PER_HOUR

    def load_mw(self, job: LocalJob) -> float:
        """Return the load that a job brings back, as far as it is known."""
        return job.load_kva * self.power_factor / KW_PER_MW


def local_plan(found: Repeated) -> LocalPlan:
    """Return the repairs and the switching that the damage of a run to the distribution network leads to.

    Raises:
        BadInput: if there are more repairs than a plan takes.
    """
    ids = found.failed_elements
    if len(ids) > MAX_JOBS:
        raise BadInput(
            f"{len(ids):,} elements of the distribution network failed; a plan takes {MAX_JOBS:,}.",
            field="runId",
        )
    consequence, loose = consequence_of_cascade(
        network=found.network,
        result=found.result,
        failed_ids=ids,
        seed=found.params.seed % 2**32,
    )
    named, _ = initiators.known(ids)
    impact = summarise(consequence)
    return LocalPlan(
        repairs=local_repairs(consequence, broken_parts(consequence.model, named)),
        steps=impact.steps,
        restored_customers=impact.restored.customers,
        places=element_places(named),
        without_place=tuple(loose),
        power_factor=consequence.params.power_factor,
    )


def repair_jobs(
    plan: LocalPlan,
    grid: GridJobs,
    *,
    unit: str,
    mean_h: Mapping[str, float],
    last: int,
    is_critical_first: bool,
) -> list[RepairJob]:
    """Return the repairs as jobs beside those of the transmission network, in the same unit.

    Args:
        plan: the repairs.
        grid: the jobs of the transmission network; a repair under a dead substation hangs on the one that
            brings back most of it.
        unit: CUSTOMERS or MW.
        mean_h: working time by kind.
        last: rank of what is not critical.
        is_critical_first: whether critical customers go first.
    """
    supply: dict[str, tuple[float, str]] = {}
    for job in grid.jobs:
        for name, mw in job.substations.items():
            supply[name] = max(supply.get(name, (0.0, job.id)), (mw, job.id))
    return [
        RepairJob(
            id=job.id,
            repair_h=mean_h[job.kind],
            weight=float(job.customers) if unit == "CUSTOMERS" else plan.load_mw(job),
            parent=job.parent or supply.get(job.substation or "", (0.0, None))[1],
            rank=0 if is_critical_first and job.critical else last,
            section=job.section,
        )
        for job in plan.repairs.jobs
    ]


def switching_report(plan: LocalPlan) -> dict[str, Any]:
    """Return the switching as a plan shows it."""
    return {
        "done_h": plan.switching_h,
        "restored_customers": plan.restored_customers,
        "step_count": len(plan.steps),
        "steps": [
            {
                "at_h": step.at_s / SECONDS_PER_HOUR,
                "kind": StepKind(step.kind).value,
                "switch_id": step.switch_id,
                "switch_kind": step.switch_kind,
                "circuit_id": step.circuit_id,
                "is_by_hand": step.is_by_hand,
                "restored_customers": step.restored.customers,
                "restored_by": step.restored_by,
            }
            for step in plan.steps[:MAX_SWITCHING_STEPS]
        ],
    }


def broken_parts(model: DistributionModel, found: Initiators) -> list[Broken]:
    """Return what failed, by position; what has no place in the network is left out."""
    arrays = model.network.arrays
    units_on = units_of_poles(found.of(InitiatorKind.POLE))
    single = set(found.of(InitiatorKind.TRANSFORMER))
    buried = underground_lines(found.of(InitiatorKind.LINE))
    parts: list[Broken] = []

    def add(key: str, kind: RepairKind, **where: Any) -> None:
        if any(each not in {NONE, ()} for each in where.values()):
            parts.append(Broken(id=key, kind=kind.value, **where))

    def units(keys: Sequence[str]) -> tuple[int, ...]:
        at = arrays.transformers.positions(list(keys)).tolist() if keys else []
        return tuple(each for each in at if each != NONE)

    for key in found.of(InitiatorKind.CIRCUIT):
        add(key, RepairKind.OVERHEAD_SPAN, circuit=arrays.circuits.position(key))
    for key in found.of(InitiatorKind.SWITCH):
        add(key, RepairKind.SWITCH, switch=arrays.switches.position(key))
    for key in found.of(InitiatorKind.LINE):
        kind = RepairKind.UNDERGROUND_CABLE if key in buried else RepairKind.OVERHEAD_SPAN
        add(key, kind, section=arrays.sections.position(key))
    for key in found.of(InitiatorKind.POLE):
        line = found.pole_lines.get(key)
        on_it = units([unit for unit in units_on.get(key, ()) if unit not in single])
        at = NONE if line is None else arrays.sections.position(line)
        add(key, RepairKind.POLE, section=at, units=on_it)
    for key in found.of(InitiatorKind.TRANSFORMER):
        add(key, RepairKind.POLE_TRANSFORMER, units=units([key]))
    for key in found.of(InitiatorKind.METER):
        add(key, RepairKind.FUSE_OR_SERVICE, meter=arrays.meters.position(key))
    return parts
