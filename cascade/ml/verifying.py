"""Show the figures of a model again on states that are drawn and simulated afresh.

The states that a model was tested on follow from the plan of its data set: they are drawn, dispatched and
simulated anew, and the model must reach what its manifest says. Another version of the solver may dispatch a
state a little otherwise, which is why the figures need not be the same to the last digit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cascade.ml.dataset import GridPlan, label_state
from cascade.ml.errors import BadModelFile
from cascade.ml.metrics import average_precision, roc_auc
from cascade.ml.risk_model import RiskModel, labels
from cascade.ml.splits import TESTS, Part, Sample, SplitPlan, home_ranges, region_branches

TOLERANCE = 0.01
"""How far a figure may be from that of the manifest."""
MEASURES = ("roc_auc", "average_precision")


@dataclass(frozen=True, kw_only=True)
class Verified:
    """Hold one figure as the manifest says it and as it is found.

    Attributes:
        part: the test.
        measure: the figure.
        told: what the manifest says.
        found: what is found.
    """

    part: Part
    measure: str
    told: float
    found: float

    @property
    def holds(self) -> bool:
        """Return whether both agree."""
        return abs(self.told - self.found) <= TOLERANCE


def verify(
    model: RiskModel,
    plans: Sequence[GridPlan],
    split_plan: SplitPlan,
    progress: Callable[[int, int], None] | None = None,
) -> list[Verified]:
    """Draw and simulate the states of the tests, and compare what the model reaches with its manifest.

    Args:
        model: the model.
        plans: the data set it was trained and tested on.
        split_plan: how that was split.
        progress: called with the states done and their number.

    Raises:
        BadModelFile: if the manifest holds no figures.
    """
    told = model.about.get("figures")
    if not isinstance(told, Mapping):
        raise BadModelFile(field="figures", message="is missing from the manifest: nothing to compare with")
    wanted = [(plan, index) for plan in plans for index in _tested(plan, split_plan)]
    parts: dict[Part, list[Sample]] = {part: [] for part in TESTS}
    inside = region_branches(split_plan)
    for done, (plan, index) in enumerate(wanted, start=1):
        state = label_state(plan, index)
        if plan.grid == split_plan.unseen_grid:
            every = np.ones(len(state.lost_mw), dtype=np.bool_)
            parts[Part.UNSEEN_GRID].append(Sample(state=state, chosen=every))
        else:
            in_region = inside[state.candidate_branch]
            parts[Part.UNSEEN_STATES].append(Sample(state=state, chosen=~in_region))
            parts[Part.UNSEEN_REGION].append(Sample(state=state, chosen=in_region))
        if progress is not None:
            progress(done, len(wanted))
    return [one for part in TESTS for one in _compare(model, part, parts[part], told)]


def _tested(plan: GridPlan, split_plan: SplitPlan) -> range:
    if plan.grid == split_plan.unseen_grid:
        return range(plan.n_states)
    if plan.grid == split_plan.home and plan.seed == split_plan.home_seed:
        return range(home_ranges(split_plan, plan.n_states)[1], plan.n_states)
    return range(0)


def _compare(
    model: RiskModel, part: Part, samples: Sequence[Sample], told: Mapping[str, Any]
) -> list[Verified]:
    truth = labels(samples, model.params.lost_share)
    score = np.concatenate([model.predict(each.state.features).rank_score[each.chosen] for each in samples])
    found = (roc_auc(truth, score), average_precision(truth, score))
    return [
        Verified(part=part, measure=name, told=float(told[part][name]), found=value)
        for name, value in zip(MEASURES, found, strict=True)
    ]
