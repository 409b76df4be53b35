"""A dry run: the mapping, the first rows as they would be written, and what would be refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from flux_site.api.errors import FluxError
from grid import models
from grid.intake.checking import ROW, Refused
from grid.intake.sources import ReadOptions, Source
from grid.services.imports.errors import as_refusals
from grid.services.imports.layers import find_layer
from grid.services.imports.plans import chosen_mapping, make_plan, opened, parse_mode

ROWS_LOOKED_AT = 5_000
ROWS_SHOWN = 10
REFUSED_SHOWN = 100


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What an import would do with the first rows of a file.

    Attributes:
        columns: of the file.
        has_geometry: whether the file has a geometry of its own.
        crs: the reference system the file states.
        mapping: as it is stored; the one that names suggest if none was given.
        problem: why the import cannot start like this; None if it can.
        rows_looked_at: how many rows were read; the file may have more.
        rows: the first ones as they would be written.
        rows_refused: how many of those looked at.
        refused: the first of them.
    """

    columns: tuple[str, ...]
    has_geometry: bool
    crs: str | None
    mapping: dict[str, Any]
    problem: FluxError | None = None
    rows_looked_at: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    rows_refused: int = 0
    refused: list[Refused] = field(default_factory=list)


def preview(
    *,
    file: models.ImportFile,
    layer: str,
    mapping: Any | None,
    options: ReadOptions,
    mode: str,
    row_limit: int | None = ROWS_LOOKED_AT,
) -> Preview:
    """Return what an import would do with the first ``row_limit`` rows (None: with all); writes nothing.

    Rows that only the whole file can refuse (keys that stand twice) are not among those refused.

    Raises:
        BadInput: if the layer, the mode or an option is unknown.
        ImportRefused: if the file cannot be read or the mapping does not fit it.
    """
    wanted = parse_mode(mode)
    found = find_layer(layer)
    with opened(file, options) as (source, _folder):
        chosen = chosen_mapping(layer=found, source=source, mapping=mapping)
        facts: dict[str, Any] = {
            "columns": source.columns,
            "has_geometry": source.has_geometry,
            "crs": source.crs,
            "mapping": chosen.as_json(),
        }
        try:
            plan = make_plan(
                layer=layer, source=source, mapping=chosen.as_json(), options=options, mode=wanted
            )
        except FluxError as error:
            return Preview(**facts, problem=error)
        rows: list[dict[str, Any]] = []
        refused: list[Refused] = []
        looked_at = refused_count = 0
        with as_refusals():
            for batch in _first(source, row_limit):
                checked = plan.checker.check(batch, first_row=looked_at + 1)
                looked_at += batch.num_rows
                refused_count += len(checked.refused)
                refused += checked.refused[: REFUSED_SHOWN - len(refused)]
                if len(rows) < ROWS_SHOWN:
                    rows += checked.rows.slice(0, ROWS_SHOWN - len(rows)).to_pylist()
    for row in rows:
        del row[ROW]
    return Preview(**facts, rows_looked_at=looked_at, rows=rows, rows_refused=refused_count, refused=refused)


def _first(source: Source, row_limit: int | None) -> list[pa.RecordBatch] | Any:
    """Return the batches of the first rows, or all of them."""
    if row_limit is None:
        return source.batches()
    batches: list[pa.RecordBatch] = []
    left = row_limit
    stream = source.batches()
    for batch in stream:
        batches.append(batch.slice(0, left))
        left -= batches[-1].num_rows
        if left <= 0:
            break
    if hasattr(stream, "close"):
        stream.close()
    return batches
