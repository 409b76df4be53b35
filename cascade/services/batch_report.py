"""What came of a batch: its ranked contingency report and the statistics of its cascades."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa

from cascade.engine.arrays import pack, unpack
from cascade.engine.batch.contingencies import Contingencies
from cascade.engine.batch.result import BatchResult, merge
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared
from cascade.engine.state import CascadeState
from cascade.services.contingencies import label_of
from grid.powerflow.dcflow import SingularIsland

MOST_NAMED = 50
QUANTILES = (0.5, 0.9, 0.95, 0.99, 0.999, 1.0)
LEAST_MW = 1e-6
_HEAD = ("network_digest", "demand_mw", "base_shed_mw")
_ROWS = (
    "shed_mw",
    "n_waves",
    "n_tripped",
    "ending",
    "closest_margin",
    "first_loading_frac",
    "first_loaded_branch",
    "by_reference",
)
_TRIPS = ("trip_wave", "trip_branch", "trip_flow_mw")


@dataclass(frozen=True, kw_only=True, eq=False)
class BatchReport:
    """The outcome of a batch; ``table`` has one row per contingency, the most severe first."""

    base_shed_mw: float
    unsolved_count: int
    losing_count: int
    worst_shed_mw: float | None
    mean_shed_mw: float | None
    statistics: dict[str, Any]
    table: pa.Table


def chunk_bytes(result: BatchResult) -> bytes:
    """Return the result of a chunk as bytes; loads per bus are not among it."""
    return pack(
        {
            "head": pa.table({name: [getattr(result, name)] for name in _HEAD}),
            "rows": pa.table({name: pa.array(getattr(result, name)) for name in _ROWS}),
            "starts": pa.table({"trip_start": pa.array(result.trip_start)}),
            "trips": pa.table({name: pa.array(getattr(result, name)) for name in _TRIPS}),
        }
    )


def chunk_result(data: bytes, params: CascadeParams) -> BatchResult:
    """Return the result of :func:`chunk_bytes`."""
    parts = unpack(data)
    values: dict[str, Any] = {name: parts["head"][name][0].as_py() for name in _HEAD}
    for part in ("rows", "starts", "trips"):
        for name in parts[part].column_names:
            values[name] = parts[part][name].to_numpy()
    known = {field.name for field in fields(BatchResult)}
    return BatchResult(
        params=params, bus_served_mw=None, **{name: value for name, value in values.items() if name in known}
    )


def report(
    chunks: Sequence[bytes],
    *,
    contingencies: Contingencies,
    prepared: Prepared,
    params: CascadeParams,
    kind: str,
) -> BatchReport:
    """Return the report of all chunks of a batch, in order.

    Contingencies are ranked by the load they lose, then by the worst loading right after them. Beside that
    loading stands what the same branch carried before, from the balanced intact network.
    """
    result = merge([chunk_result(chunk, params) for chunk in chunks])
    # Unsolved ones come first: somebody must look at them.
    shed = np.where(np.isnan(result.shed_mw), np.inf, result.shed_mw)
    loading = np.nan_to_num(result.first_loading_frac, nan=-1.0)
    order = np.lexsort((np.arange(len(result)), -loading, -np.round(shed, 6)))
    solved = result.solved
    lost = result.shed_mw[solved]
    return BatchReport(
        base_shed_mw=float(result.base_shed_mw),
        unsolved_count=int((~solved).sum()),
        losing_count=int((lost > LEAST_MW).sum()),
        worst_shed_mw=float(lost.max()) if len(lost) else None,
        mean_shed_mw=float(lost.mean()) if len(lost) else None,
        statistics=_statistics(result, prepared, lost, contingencies, kind),
        table=_table(result, order, contingencies, prepared, params, kind),
    )


def _table(
    result: BatchResult,
    order: np.ndarray,
    contingencies: Contingencies,
    prepared: Prepared,
    params: CascadeParams,
    kind: str,
) -> pa.Table:
    network = prepared.source
    branch = result.first_loaded_branch[order]
    at = np.maximum(branch, 0)
    rate = network.rate_mva[at] * params.rating_multiplier
    base = _base_flow(prepared, params)
    known = (branch >= 0) & (rate > 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        base_pct = np.full(len(order), np.nan) if base is None else np.abs(base[at]) / rate * 100.0
    after_pct = result.first_loading_frac[order] * 100.0
    over_mva = np.maximum(after_pct / 100.0 - 1.0, 0.0) * rate

    def number(values: np.ndarray, is_known: np.ndarray) -> pa.Array:
        return pa.array(values, pa.float64(), mask=~is_known | np.isnan(values))

    everywhere = np.ones(len(order), dtype=np.bool_)
    solved = result.solved[order]
    ids = [network.branch_ids[index] if index >= 0 else None for index in branch.tolist()]
    return pa.table(
        {
            "rank": pa.array(np.arange(1, len(order) + 1), pa.int32()),
            "contingency": pa.array(order, pa.int32()),
            "label": [label_of(contingencies, row, network, kind) for row in order.tolist()],
            "is_solved": pa.array(solved),
            "shed_mw": number(result.shed_mw[order], everywhere),
            "tripped_count": pa.array(result.n_tripped[order], pa.int32(), mask=~solved),
            "wave_count": pa.array(result.n_waves[order], pa.int32(), mask=~solved),
            "worst_branch_id": pa.array(ids, pa.string()),
            "worst_loading_pct": number(after_pct, known),
            "base_loading_pct": number(base_pct, known),
            "delta_pct": number(after_pct - base_pct, known),
            "over_mva": number(over_mva, known),
            "closest_margin_frac": number(result.closest_margin[order], everywhere),
        }
    )


def _base_flow(prepared: Prepared, params: CascadeParams) -> np.ndarray | None:
    """Return the flows of the balanced intact network; None if they have no unique solution."""
    state = CascadeState(prepared=prepared, params=params)
    try:
        state.settle()
    except SingularIsland:
        return None
    return state.flow_mw


def _statistics(
    result: BatchResult, prepared: Prepared, lost: np.ndarray, contingencies: Contingencies, kind: str
) -> dict[str, Any]:
    """Return the distribution of losses, how failures multiply, and which branches trip and start most.

    The branching ratio is Dobson's estimator: failures of all generations but the first over those of all
    but the last, summed over the cascades; the first generation is what is taken out.
    """
    ids = prepared.source.branch_ids
    outed = np.diff(contingencies.branch_start) + np.diff(contingencies.bus_start)
    children = parents = 0
    for row in np.flatnonzero(result.solved).tolist():
        waves = [int(outed[row]), *(len(wave) for wave in result.waves(row))]
        children += sum(waves[1:])
        parents += sum(waves[:-1]) if len(waves) > 1 else waves[0]
    trips = Counter(result.trip_branch.tolist())
    worst = np.argsort(-np.nan_to_num(result.shed_mw, nan=-1.0), kind="stable")[:MOST_NAMED]
    return {
        "loss_quantiles_mw": {f"{share:g}": float(np.quantile(lost, share)) for share in QUANTILES}
        if len(lost)
        else {},
        "loss_exceedance": _exceedance(lost),
        "branching_ratio": children / parents if parents else None,
        "most_tripped": [
            {"branch_id": ids[branch], "cascades": count} for branch, count in trips.most_common(MOST_NAMED)
        ],
        "worst_initiators": [
            {
                "label": label_of(contingencies, row, prepared.source, kind),
                "shed_mw": float(result.shed_mw[row]),
            }
            for row in worst.tolist()
            if result.shed_mw[row] > LEAST_MW
        ],
        "engine_path": str(result.path),
        "by_reference_count": int(result.by_reference.sum()),
    }


def _exceedance(lost: np.ndarray) -> list[dict[str, float]]:
    """Return P(loss >= x) at each power of two MW up to the largest loss."""
    found: list[dict[str, float]] = []
    at_mw = 1.0
    while len(lost) and at_mw <= lost.max():
        found.append({"at_least_mw": at_mw, "probability": float((lost >= at_mw).mean())})
        at_mw *= 2.0
    return found
