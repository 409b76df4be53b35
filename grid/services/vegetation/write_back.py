"""Writes what was found of trees and their nearest lines to the warehouse."""

from __future__ import annotations

import math
import uuid
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from grid.selectors.vegetation.pairs import nearest_lines
from grid.selectors.warehouse import get_warehouse
from grid.standards.tree_assessment import VegetationParams, assess_pairs
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import vegetation_risk_enhanced

METHOD = "grow-in by FAC-003 or trim distance; fall-in by strike geometry"


def write_back(params: VegetationParams, *, now: datetime) -> int:
    """Put the rows of all trees near a line in place of the last ones; return how many.

    Each tree is judged against its nearest line, as the table says. What is unknown, or never, is null.

    Raises:
        WarehouseError: if the warehouse fails; the rows of before stay.
    """
    near = nearest_lines()
    pairs = near.pairs
    found = assess_pairs(trees=near.trees, pairs=pairs, params=params)
    at = now.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    columns: dict[str, Any] = {
        "tree_id": [near.tree_ids[tree] for tree in pairs.tree.tolist()],
        "nearest_line_id": [line.line_id for line in near.lines],
        "nearest_line_kv": [line.voltage_kv for line in near.lines],
        "distance_to_line_m": _known(pairs.distance_m),
        "required_clearance_m": _known(pairs.clearance_m),
        "clearance_deficit_m": _known(found.grow_in.deficit_m),
        "years_to_encroachment": _known(found.grow_in.years),
        "overstrike_m": _known(found.strikes.overstrike_m),
        "method": [METHOD] * len(near.lines),
        "computed_at": [at] * len(near.lines),
    }
    schema = pa_schema(vegetation_risk_enhanced)
    table = pa.Table.from_arrays([pa.array(columns[f.name], type=f.type) for f in schema], schema=schema)
    get_warehouse().replace(vegetation_risk_enhanced, table, f"vegetation/{uuid.uuid4().hex}")
    return table.num_rows


def _known(values: Any) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values.tolist()]
