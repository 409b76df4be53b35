"""What came of a batch: its ranked contingency report and the statistics of its cascades."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pyarrow as pa

from cascade.engine.arrays import pack, unpack
from cascade.engine.batch.contingencies import Contingencies
from cascade.engine.batch.result import BatchResult, merge
from cascade.engine.conditions import AS_STORED, Conditions
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared
from cascade.engine.state import CascadeState
from cascade.engine.statistics import Tally
from cascade.engine.trips.chance import row_seed
from cascade.services.batch_labels import SecondLoss, label_of
from cascade.services.batch_statistics import LEAST_MW, influence_table, statistics_of
from grid.powerflow.dcflow import SingularIsland

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
    """The outcome of a batch.

    Attributes:
        contingency_count: rows it has.
        base_shed_mw: load that the intact network cannot serve.
        unsolved_count: rows without a unique power flow.
        losing_count: rows that lose load.
        worst_shed_mw: largest loss; None if none was solved.
        mean_shed_mw: mean loss of those solved.
        statistics: distribution of losses, how failures multiply, which branches trip, begin and spread.
        table: one row per contingency, the most severe first.
        influence: which branch's trips followed which branch's loss, the most frequent first.
    """

    contingency_count: int
    base_shed_mw: float
    unsolved_count: int
    losing_count: int
    worst_shed_mw: float | None
    mean_shed_mw: float | None
    statistics: dict[str, Any]
    table: pa.Table
    influence: pa.Table


@dataclass(frozen=True, kw_only=True, eq=False)
class Chunk:
    """A finished part of a batch: its rows, and of N1_1 what each was the second loss after."""

    result: BatchResult
    second: SecondLoss | None = None


def chunk_bytes(chunk: Chunk) -> bytes:
    """Return a chunk as bytes; loads per bus are not among it."""
    result, second = chunk.result, chunk.second
    parts = {
        "head": pa.table({name: [getattr(result, name)] for name in _HEAD}),
        "rows": pa.table({name: pa.array(getattr(result, name)) for name in _ROWS}),
        "starts": pa.table({"trip_start": pa.array(result.trip_start)}),
        "trips": pa.table({name: pa.array(getattr(result, name)) for name in _TRIPS}),
    }
    if second is not None:
        parts["second"] = pa.table(
            {field.name: pa.array(getattr(second, field.name)) for field in fields(second)}
        )
    return pack(parts)


def chunk_of(data: bytes | memoryview, params: CascadeParams) -> Chunk:
    """Return the chunk of :func:`chunk_bytes`."""
    parts = unpack(data)
    values: dict[str, Any] = {name: parts["head"][name][0].as_py() for name in _HEAD}
    for part in ("rows", "starts", "trips"):
        values |= _columns(parts[part])
    return Chunk(
        result=BatchResult(params=params, bus_served_mw=None, **values),
        second=SecondLoss(**_columns(parts["second"])) if "second" in parts else None,
    )


def _columns(table: pa.Table) -> Mapping[str, Any]:
    return {name: table[name].to_numpy() for name in table.column_names}


def report(
    chunks: Iterable[Chunk],
    *,
    contingencies: Contingencies,
    prepared: Prepared,
    params: CascadeParams,
    kind: str,
    conditions: Conditions = AS_STORED,
) -> BatchReport:
    """Return the report of all chunks of a batch, in order.

    Contingencies are ranked by the load they lose, then by the worst loading right after them. Beside that
    loading stands what the same branch carried before, from the balanced intact network. No more than one
    chunk's trips are in memory.
    """
    tally = Tally(prepared.source)
    rows: list[BatchResult] = []
    seconds: list[SecondLoss] = []
    done = 0
    for chunk in chunks:
        result = chunk.result
        if chunk.second is None:
            tally.add(contingencies.part(done, done + len(result)), result)
        else:
            tally.add(chunk.second.contingencies(), result)
            seconds.append(chunk.second)
        rows.append(_without_trips(result))
        done += len(result)
    whole = merge(rows)
    second = SecondLoss.together(seconds) if seconds else None
    solved = whole.solved
    lost = whole.shed_mw[solved]

    def label(row: int) -> str:
        return label_of(contingencies, row, prepared.source, kind, second)

    order = _order(whole)
    return BatchReport(
        contingency_count=len(whole),
        base_shed_mw=float(whole.base_shed_mw),
        unsolved_count=int((~solved).sum()),
        losing_count=int((lost > LEAST_MW).sum()),
        worst_shed_mw=float(lost.max()) if len(lost) else None,
        mean_shed_mw=float(lost.mean()) if len(lost) else None,
        statistics=statistics_of(whole, tally, order, prepared.source, label),
        table=_table(
            whole,
            order,
            [label(row) for row in order.tolist()],
            second,
            CascadeState(prepared=prepared, params=params, conditions=conditions),
            prepared.source.branch_ids,
        ),
        influence=influence_table(tally.graph, prepared.source),
    )


def _without_trips(result: BatchResult) -> BatchResult:
    none = np.empty(0, dtype=np.int64)
    return replace(
        result,
        trip_start=np.zeros(len(result) + 1, dtype=np.int64),
        trip_wave=none,
        trip_branch=none,
        trip_flow_mw=np.empty(0),
    )


def _order(result: BatchResult) -> np.ndarray:
    """Return the rows by severity; unsolved ones come first: somebody must look at them."""
    shed = np.where(np.isnan(result.shed_mw), np.inf, result.shed_mw)
    loading = np.nan_to_num(result.first_loading_frac, nan=-1.0)
    return np.lexsort((np.arange(len(result)), -loading, -np.round(shed, 6)))


def _table(
    result: BatchResult,
    order: np.ndarray,
    labels: list[str],
    second: SecondLoss | None,
    state: CascadeState,
    branch_ids: tuple[str, ...],
) -> pa.Table:
    branch = result.first_loaded_branch[order]
    at = np.maximum(branch, 0)
    base = _base_flow(state)
    rate = state.rate_mva[at] if len(state.rate_mva) else np.zeros(len(order))
    known = (branch >= 0) & (rate > 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        base_pct = np.full(len(order), np.nan) if base is None else np.abs(base[at]) / rate * 100.0
    after_pct = result.first_loading_frac[order] * 100.0
    over_mva = np.maximum(after_pct / 100.0 - 1.0, 0.0) * rate

    def number(values: np.ndarray, is_known: np.ndarray) -> pa.Array:
        return pa.array(values, pa.float64(), mask=~is_known | np.isnan(values))

    everywhere = np.ones(len(order), dtype=np.bool_)
    solved = result.solved[order]
    first_shed = np.full(len(order), np.nan) if second is None else second.first_shed_mw[order]
    seeds: list[str | None] = [None] * len(order)
    if result.params.draws_by_chance and second is None:
        seeds = [str(row_seed(result.params.seed, row)) for row in order.tolist()]
    return pa.table(
        {
            "rank": pa.array(np.arange(1, len(order) + 1), pa.int32()),
            "contingency": pa.array(order, pa.int32()),
            "label": pa.array(labels, pa.string()),
            "is_solved": pa.array(solved),
            "shed_mw": number(result.shed_mw[order], everywhere),
            "first_shed_mw": number(first_shed, everywhere),
            "tripped_count": pa.array(result.n_tripped[order], pa.int32(), mask=~solved),
            "wave_count": pa.array(result.n_waves[order], pa.int32(), mask=~solved),
            "worst_branch_id": pa.array(
                [branch_ids[index] if index >= 0 else None for index in branch.tolist()], pa.string()
            ),
            "worst_loading_pct": number(after_pct, known),
            "base_loading_pct": number(base_pct, known),
            "delta_pct": number(after_pct - base_pct, known),
            "over_mva": number(over_mva, known),
            "closest_margin_frac": number(result.closest_margin[order], everywhere),
            "seed": pa.array(seeds, pa.string()),
        }
    )


def _base_flow(state: CascadeState) -> np.ndarray | None:
    """Return the flows of the balanced intact network; None if they have no unique solution."""
    try:
        state.settle()
    except SingularIsland:
        return None
    return state.flow_mw
