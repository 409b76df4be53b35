"""What is trained on and what is tested on, told apart by ids.

S1 unseen states of a known grid; S2 the same states, but initiators in a region whose outages were never
trained on; S3 a grid of which nothing was seen. A random split of one graph measures memory: it is not here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from cascade.ml.dataset import LabelledState
from cascade.ml.errors import InvalidTrainingData
from cascade.ml.study_grids import GridName, load_study_grid
from grid.powerflow.arrays import BoolArray


class Part(StrEnum):
    """Name the parts of a data set."""

    TRAIN = "TRAIN"
    VALIDATION = "VALIDATION"
    """Unseen states of the known grid: thresholds, calibration."""
    HELD_OUT_GRID = "HELD_OUT_GRID"
    """A grid that is neither trained on nor tested on: when to stop training."""
    UNSEEN_STATES = "S1"
    UNSEEN_REGION = "S2"
    UNSEEN_GRID = "S3"


TESTS = (Part.UNSEEN_STATES, Part.UNSEEN_REGION, Part.UNSEEN_GRID)


@dataclass(frozen=True, kw_only=True)
class SplitPlan:
    """Say what is tested on.

    Attributes:
        home: the grid of S1 and S2.
        home_seed: seed of its states that are split; those of other seeds are trained on.
        train_share: share of these states, from the first on, that is trained on.
        validation_share: share that follows; the rest is S1 and S2.
        region: zone of the home grid whose initiators are never trained on.
        unseen_grid: the grid of S3.
        held_out_grid: the grid that decides when training stops; None: the validation states alone do.
    """

    home: GridName = GridName.TEXAS
    home_seed: int = 1
    train_share: float = 0.6
    validation_share: float = 0.1
    region: str = "South"
    unseen_grid: GridName = GridName.POLAND_2383
    held_out_grid: GridName | None = GridName.FRANCE_1951


@dataclass(frozen=True, eq=False, kw_only=True)
class Sample:
    """Hold a state and which of its candidates belong to a part.

    Attributes:
        state: the state.
        chosen: per candidate, whether it belongs to the part.
    """

    state: LabelledState
    chosen: BoolArray


Split = dict[Part, list[Sample]]


def split(states: Sequence[LabelledState], plan: SplitPlan) -> Split:
    """Split states into parts, and prove that none is in two.

    Raises:
        InvalidTrainingData: if a part to train or test on is empty, or a region is not known.
    """
    home_key = f"{plan.home}-{plan.home_seed}"
    inside = region_branches(plan)
    size = 1 + max((each.index for each in states if each.plan_key == home_key), default=-1)
    train_end, validation_end = home_ranges(plan, size)
    parts: Split = {part: [] for part in Part}
    for each in states:
        every = np.ones(len(each.lost_mw), dtype=np.bool_)
        if each.grid == plan.unseen_grid:
            parts[Part.UNSEEN_GRID].append(Sample(state=each, chosen=every))
        elif each.grid == plan.held_out_grid:
            parts[Part.HELD_OUT_GRID].append(Sample(state=each, chosen=every))
        elif each.grid != plan.home:
            parts[Part.TRAIN].append(Sample(state=each, chosen=every))
        else:
            in_region = inside[each.candidate_branch]
            outside = Sample(state=each, chosen=~in_region)
            if each.plan_key != home_key or each.index < train_end:
                parts[Part.TRAIN].append(outside)
            elif each.index < validation_end:
                parts[Part.VALIDATION].append(outside)
            else:
                parts[Part.UNSEEN_STATES].append(outside)
                parts[Part.UNSEEN_REGION].append(Sample(state=each, chosen=in_region))
    for part in (Part.TRAIN, Part.VALIDATION, *TESTS):
        if not any(sample.chosen.any() for sample in parts[part]):
            raise InvalidTrainingData(field=part, message="holds no sample")
    assert_apart(parts, plan)
    return parts


def assert_apart(parts: Split, plan: SplitPlan) -> None:
    """Check on ids that nothing tested on was trained on or used to choose.

    Raises:
        InvalidTrainingData: naming the part and what it shares.
    """
    seen = [*parts[Part.TRAIN], *parts[Part.VALIDATION], *parts[Part.HELD_OUT_GRID]]
    seen_states = {(sample.state.plan_key, sample.state.index) for sample in seen}
    seen_initiators = {
        (sample.state.grid, int(branch))
        for sample in seen
        for branch in sample.state.candidate_branch[sample.chosen]
    }
    seen_grids = {sample.state.grid for sample in seen}
    trained = {(sample.state.plan_key, sample.state.index) for sample in parts[Part.TRAIN]}
    chosen_on = {
        (sample.state.plan_key, sample.state.index)
        for part in (Part.VALIDATION, Part.HELD_OUT_GRID)
        for sample in parts[part]
    }
    if trained & chosen_on:
        raise InvalidTrainingData(field=Part.VALIDATION, message="shares states with training")
    for part in TESTS:
        for sample in parts[part]:
            key = (sample.state.plan_key, sample.state.index)
            if key in seen_states:
                raise InvalidTrainingData(field=part, message=f"shares state {key} with training")
    for sample in parts[Part.UNSEEN_REGION]:
        for branch in sample.state.candidate_branch[sample.chosen].tolist():
            if (sample.state.grid, branch) in seen_initiators:
                raise InvalidTrainingData(
                    field=Part.UNSEEN_REGION, message=f"shares initiator {branch} with training"
                )
    if plan.unseen_grid in seen_grids:
        raise InvalidTrainingData(field=Part.UNSEEN_GRID, message="is a grid of training")


def home_ranges(plan: SplitPlan, n_states: int) -> tuple[int, int]:
    """Return where training ends and where validation ends among the states of the home grid."""
    train_end = round(plan.train_share * n_states)
    return train_end, train_end + round(plan.validation_share * n_states)


def region_branches(plan: SplitPlan) -> BoolArray:
    """Return the branches with an end in the region that is not trained on.

    Raises:
        InvalidTrainingData: if the region is not known.
    """
    grid = load_study_grid(plan.home)
    if plan.region not in grid.zone_names:
        raise InvalidTrainingData(
            field="region", message=f"is {plan.region!r}; allowed: {', '.join(grid.zone_names)}"
        )
    return grid.branches_at(grid.zone_names.index(plan.region))
