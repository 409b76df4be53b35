"""Parts of a data set made by hand: all of one grid, by state."""

from collections.abc import Sequence

import numpy as np

from cascade.ml.dataset import LabelledState
from cascade.ml.splits import Part, Sample, Split


def parts_of(states: Sequence[LabelledState], *, train: float = 0.6, validation: float = 0.2) -> Split:
    """Return the first states for training, the next for validation, the rest as unseen."""
    every = [Sample(state=each, chosen=np.ones(len(each.lost_mw), dtype=bool)) for each in states]
    first, second = round(train * len(every)), round((train + validation) * len(every))
    parts: Split = {part: [] for part in Part}
    parts[Part.TRAIN] = every[:first]
    parts[Part.VALIDATION] = every[first:second]
    parts[Part.UNSEEN_STATES] = every[second:]
    return parts
