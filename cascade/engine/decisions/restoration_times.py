"""When customers may be told to expect power: quantiles over uncertain repair times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cascade.engine.decisions.crew_order import energised_at
from cascade.engine.decisions.crew_schedule import Travel, give_out, milestones
from cascade.engine.decisions.outage_tree import OutageTree
from cascade.engine.decisions.ranges import InvalidDecisionInput
from cascade.engine.decisions.repair_times import RepairTime, sample_h
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray

MAX_SAMPLES = 20_000


@dataclass(frozen=True, eq=False, kw_only=True)
class RestorationTimes:
    """Hold quantiles of when things come back.

    Attributes:
        probabilities: the quantiles asked for.
        job_h: per job (row) and probability (column), when its customers are back.
        milestone_h: per share of the weight (row) and probability; NaN if nothing is to be brought back.
        weighted_hours: Σ w E per probability.
        mean_weighted_hours: its mean.
        sample_hours: Σ w E of each sample; the same seed draws the same times for any number of crews.
        crew_hours: hours of all crews per probability, travel included.
    """

    probabilities: tuple[float, ...]
    job_h: FloatArray
    milestone_h: FloatArray
    weighted_hours: FloatArray
    mean_weighted_hours: float
    sample_hours: FloatArray
    crew_hours: FloatArray


def restoration_times(
    tree: OutageTree,
    times: list[RepairTime],
    *,
    order: IntArray,
    crews: int,
    travel: Travel | None,
    can_do: BoolArray | None = None,
    samples: int,
    rng: np.random.Generator,
    shares: tuple[float, ...],
    probabilities: tuple[float, ...] = (0.5, 0.8),
) -> RestorationTimes:
    """Return the quantiles over samples of all repair times, the order of jobs staying as it is.

    Times of different repairs are independent. In each sample a job goes to the crew that can finish it first
    there, as dispatchers would: nobody knows the times beforehand.

    Args:
        tree: the jobs.
        times: the repair time of each job.
        order: positions of the jobs, in the order they are given out.
        crews: how many crews.
        travel: travelling times, or none.
        can_do: per crew (row) and job (column), whether the crew is equipped for it; None: for all.
        samples: 1 to 20,000.
        rng: where chance comes from.
        shares: milestones, shares of the weight.
        probabilities: the quantiles.

    Raises:
        InvalidDecisionInput: naming the field.
    """
    if not 1 <= samples <= MAX_SAMPLES:
        raise InvalidDecisionInput(field="samples", message=f"is {samples}; allowed: 1 to {MAX_SAMPLES}")
    if len(times) != len(tree.jobs):
        raise InvalidDecisionInput(field="times", message="give one repair time for each job")
    drawn = sample_h(times, samples=samples, rng=rng)
    _, leaves_h, _, finished_h = give_out(order, drawn, crews=crews, travel=travel, can_do=can_do)
    energised_h = energised_at(tree, finished_h) if len(times) else finished_h
    weight = np.array([job.weight for job in tree.jobs])
    weighted = weight @ energised_h if len(times) else np.zeros(samples)
    reached = np.array(
        [
            [np.nan if hour is None else hour for hour in milestones(tree, energised_h[:, sample], shares)]
            for sample in range(samples)
        ]
    ).reshape(samples, len(shares))
    levels = list(probabilities)
    return RestorationTimes(
        probabilities=probabilities,
        job_h=np.quantile(energised_h, levels, axis=1).T,
        milestone_h=np.quantile(reached, levels, axis=0).T,
        weighted_hours=np.quantile(weighted, levels),
        mean_weighted_hours=float(weighted.mean()),
        sample_hours=weighted,
        crew_hours=np.quantile((finished_h - leaves_h).sum(axis=0), levels),
    )
