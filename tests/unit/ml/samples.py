"""Parts of a data set made by hand: all of one grid, by state."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cascade.ml.dataset import LabelledState
from cascade.ml.splits import Part, Sample, Split
from cascade.ml.study_grids import GridName, StudyGrid, load_study_grid


def parts_of(states: Sequence[LabelledState], *, train: float = 0.6, validation: float = 0.2) -> Split:
    """Return the first states for training, the next for validation, the rest as unseen."""
    every = [Sample(state=each, chosen=np.ones(len(each.lost_mw), dtype=bool)) for each in states]
    first, second = round(train * len(every)), round((train + validation) * len(every))
    parts: Split = {part: [] for part in Part}
    parts[Part.TRAIN] = every[:first]
    parts[Part.VALIDATION] = every[first:second]
    parts[Part.UNSEEN_STATES] = every[second:]
    return parts


def two_zones(name: GridName) -> StudyGrid:
    """Return a grid with its buses in two zones, the first half and the rest."""
    grid = load_study_grid(name)
    half = np.arange(grid.network.n_buses) >= grid.network.n_buses // 2
    return replace(grid, bus_zone=half.astype(np.int64), zone_names=("low", "high"))
