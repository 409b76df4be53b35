"""The layers that files can be imported into, and what their tables allow."""

from __future__ import annotations

import sqlalchemy as sa

from flux_site.api.errors import BadInput
from grid.layers import LAYERS, Layer
from grid.services.sync.columns import columns_of

IMPORTABLE = (
    "zones",
    "substations",
    "buses",
    "branches",
    "plants",
    "circuits",
    "lines",
    "switches",
    "poles",
    "transformers",
    "meters",
    "customers",
    "trees",
    "buildings",
    "water_bodies",
    "flood_zones",
)
"""The static layers; the others are time series and operations, which have feeds of their own."""


def find_layer(key: str) -> Layer:
    """Return an importable layer.

    Raises:
        BadInput: if there is none of that key.
    """
    if key not in IMPORTABLE:
        raise BadInput(
            f"Files cannot be imported into {key!r}. Layers are {', '.join(IMPORTABLE)}.", field="layer"
        )
    return LAYERS[key]


def choices_of(layer: Layer) -> dict[str, tuple[str, ...]]:
    """Return the values allowed, by column of the warehouse table, where only some are."""
    allowed = {column.name: column.choices for column in columns_of(layer.model) if column.choices}
    found = {}
    for selected in layer.source.selected_columns:
        column = selected.element if isinstance(selected, sa.Label) else selected
        if isinstance(column, sa.Column) and column.table is layer.counted_table and selected.name in allowed:
            found[column.name] = allowed[selected.name]
    return found
