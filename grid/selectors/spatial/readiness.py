"""Keeps what heatmaps and clusters are made of at hand."""

from collections.abc import Collection

from grid.selectors.spatial.clusters import SUBJECTS
from grid.selectors.spatial.heatmap import MOST_ROWS
from grid.selectors.spatial.measures import MEASURES
from grid.selectors.spatial.placed_rows import make_ready


def make_heatmaps_ready(changed_layers: Collection[str]) -> list[str]:
    """Read what heatmaps and clusters of some layers are made of, so that no question has to."""
    return make_ready((*MEASURES.values(), *SUBJECTS.values()), changed_layers, most=MOST_ROWS)
