"""The result of a run as a file: JSON, CSV or Parquet."""

import io
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from cascade import models
from cascade.selectors.columns import branches_of, buses_of, islands_of, substation_columns
from cascade.selectors.paths import paths_of
from flux_site.api.errors import BadInput, NotFound

CONTENT_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
_RUN_FIELDS = (
    "name",
    "interconnect",
    "outages",
    "area",
    "element_count",
    "load_multiplier",
    "rating_multiplier",
    "network_digest",
    "result_digest",
    "total_load_mw",
    "base_shed_mw",
    "initial_shed_mw",
    "total_shed_mw",
    "served_mw",
    "tripped_count",
    "wave_count",
    "islands_alive",
    "islands_dead",
    "closest_margin_frac",
    "termination_reason",
    "elapsed_ms",
    "customers_out",
    "impact",
)
_WAVE_COLUMNS = {
    "number": pa.int32(),
    "tripped_count": pa.int32(),
    "shed_mw": pa.float64(),
    "cumulative_shed_mw": pa.float64(),
    "served_mw": pa.float64(),
    "islands_alive": pa.int32(),
    "islands_dead": pa.int32(),
    "dead_bus_count": pa.int32(),
    "customers_out": pa.int32(),
    "customers_expected": pa.float64(),
    "time_s": pa.float64(),
}
_TRIP_COLUMNS = {
    "wave": pa.int32(),
    "branch_id": pa.string(),
    "flow_mw": pa.float64(),
    "rating_mva": pa.float64(),
    "cause": pa.string(),
    "parent_id": pa.string(),
    "parent_wave": pa.int32(),
    "parent_rise_mw": pa.float64(),
}


def export_run(run: models.CascadeRun, *, part: str, file_format: str) -> tuple[bytes, str]:
    """Return a part of a finished run as the bytes of a file, and its content type.

    Raises:
        NotFound: if there is no such part, or the run does not hold it.
        BadInput: if there is no such format, or the whole is asked for in another one than JSON.
    """
    if file_format not in CONTENT_TYPES:
        raise BadInput(
            f"There is no format {file_format!r}; there are: {', '.join(CONTENT_TYPES)}.", field="format"
        )
    if part == "all":
        if file_format != "json":
            raise BadInput("A run in one file comes as JSON; its parts also otherwise.", field="format")
        return _json(_whole(run)), CONTENT_TYPES[file_format]
    if part not in PARTS:
        raise NotFound(f"A run has no {part!r}; it has: all, {', '.join(PARTS)}.", field="part")
    table = PARTS[part](run)
    if table is None:
        raise NotFound(f"Run {run.pk} holds no {part}: it was restored without them.", field="part")
    return as_file(table, file_format)


def as_file(content: Any, file_format: str) -> tuple[bytes, str]:
    """Return a table, or as JSON anything else too, as the bytes of a file, and its content type."""
    if file_format == "json":
        rows = content.to_pylist() if isinstance(content, pa.Table) else content
        return _json(rows), CONTENT_TYPES[file_format]
    sink = io.BytesIO()
    if file_format == "csv":
        pa.csv.write_csv(content, sink)
    else:
        pa.parquet.write_table(content, sink, compression="zstd")
    return sink.getvalue(), CONTENT_TYPES[file_format]


def _json(value: Any) -> bytes:
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def _waves(run: models.CascadeRun) -> pa.Table:
    rows = list(run.waves.order_by("number").values(*_WAVE_COLUMNS))
    return pa.Table.from_pylist(rows, schema=pa.schema(list(_WAVE_COLUMNS.items())))


def _trips(run: models.CascadeRun) -> pa.Table:
    names = ["wave__number", *list(_TRIP_COLUMNS)[1:]]
    rows = [
        {name: None if value == "" else value for name, value in zip(_TRIP_COLUMNS, values, strict=True)}
        for values in run.trips.order_by("wave__number", "branch_id").values_list(*names)
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(list(_TRIP_COLUMNS.items())))


PARTS: dict[str, Callable[[models.CascadeRun], pa.Table | None]] = {
    "waves": _waves,
    "trips": _trips,
    "branches": branches_of,
    "buses": buses_of,
    "substations": substation_columns,
}


def _whole(run: models.CascadeRun) -> dict[str, Any]:
    """Return everything but the tables of branches and buses, which are a part each."""
    found: dict[str, Any] = {"run_id": run.pk, "created_at": run.created_at.isoformat()}
    found |= {name: getattr(run, name) for name in _RUN_FIELDS}
    inputs, version = run.inputs, run.version
    found["inputs"] = None
    if inputs is not None:
        found["inputs"] = {
            "digest": inputs.pk,
            "network_digest": inputs.network_id,
            "params": inputs.params,
            "outages": inputs.outages,
            "summary": inputs.summary,
        }
    found["scenario_version"] = None
    if version is not None:
        found["scenario_version"] = {"number": version.number, "name": version.name, "spec": version.spec}
    for name in ("waves", "trips", "substations"):
        table = PARTS[name](run)
        found[name] = [] if table is None else table.to_pylist()
    found["paths"] = paths_of(run.pk)
    found["islands"] = islands_of(run)
    return found
