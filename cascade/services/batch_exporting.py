"""The result of a batch as a file: JSON, CSV or Parquet."""

import pyarrow as pa

from cascade import models
from cascade.selectors.contingencies import report_of
from cascade.selectors.influence import influence_of
from cascade.services.batch_trips import results_of
from cascade.services.exporting import CONTENT_TYPES, as_file
from cascade.services.freezing import thaw
from flux_site.api.errors import BadInput, NotFound

PARTS = ("contingencies", "trips", "influence", "statistics")
MAX_TRIPS = 20_000_000


def export_batch(batch: models.CascadeBatch, *, part: str, file_format: str) -> tuple[bytes, str]:
    """Return a part of a finished batch as the bytes of a file, and its content type.

    Raises:
        NotFound: if there is no such part, or the batch does not hold it.
        BadInput: if there is no such format, the part does not come in it, or it would be too long.
    """
    if file_format not in CONTENT_TYPES:
        raise BadInput(
            f"There is no format {file_format!r}; there are: {', '.join(CONTENT_TYPES)}.", field="format"
        )
    if part not in PARTS:
        raise NotFound(f"A batch has no {part!r}; it has: {', '.join(PARTS)}.", field="part")
    if part == "statistics":
        if file_format != "json":
            raise BadInput("The statistics of a batch come as JSON.", field="format")
        return as_file(_statistics(batch), file_format)
    if part == "trips":
        return as_file(_trips(batch), file_format)
    table = report_of(batch.pk) if part == "contingencies" else influence_of(batch.pk)
    if table is None:
        raise NotFound(f"Batch {batch.pk} holds no {part}; it is of before they were kept.", field="part")
    return as_file(table, file_format)


def _trips(batch: models.CascadeBatch) -> pa.Table:
    """Return one row per trip: contingency, wave, branch and the flow that tripped it."""
    ids = pa.array(thaw(batch.inputs).network.branch_ids, pa.string())
    schema = pa.schema(
        [
            ("contingency", pa.int32()),
            ("wave", pa.int32()),
            ("branch_id", pa.string()),
            ("flow_mw", pa.float64()),
        ]
    )
    parts, count = [schema.empty_table()], 0
    for first, result in results_of(batch):
        count += len(result.trip_branch)
        if count > MAX_TRIPS:
            raise BadInput(
                f"The batch has more than {MAX_TRIPS:,} trips; download its contingencies.", field="part"
            )
        parts.append(
            pa.table(
                {
                    "contingency": pa.array(first + result.trip_contingency, pa.int32()),
                    "wave": pa.array(result.trip_wave, pa.int32()),
                    "branch_id": ids.take(pa.array(result.trip_branch, pa.int64())),
                    "flow_mw": pa.array(result.trip_flow_mw, pa.float64()),
                },
                schema=schema,
            )
        )
    return pa.concat_tables(parts)


def _statistics(batch: models.CascadeBatch) -> dict[str, object]:
    """Return the totals, the settings and the statistics."""
    names = ("name", "kind", "interconnect", "contingency_count", "base_shed_mw", "unsolved_count")
    more = ("losing_count", "worst_shed_mw", "mean_shed_mw", "screening", "choice", "statistics")
    return {
        "batch_id": batch.pk,
        "created_at": batch.created_at.isoformat(),
        "seed": str(batch.seed),
        **{name: getattr(batch, name) for name in (*names, *more)},
        "inputs": {
            "digest": batch.inputs.pk,
            "network_digest": batch.inputs.network_id,
            "params": batch.inputs.params,
            "summary": batch.inputs.summary,
        },
    }
