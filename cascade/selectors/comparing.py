"""What differs between two runs."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cascade import models
from cascade.selectors.columns import branches_of

MEASURES = (
    "total_load_mw",
    "base_shed_mw",
    "initial_shed_mw",
    "total_shed_mw",
    "served_mw",
    "tripped_count",
    "wave_count",
    "islands_alive",
    "islands_dead",
    "customers_out",
)
LEAST_MW = 1e-6


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A total of both runs; None where a run does not know it."""

    name: str
    first: float | None
    second: float | None
    change: float | None


@dataclass(frozen=True, kw_only=True)
class FlowChange:
    """A branch whose final flow differs."""

    branch_id: str
    first_mw: float
    second_mw: float
    change_mw: float


@dataclass(frozen=True, kw_only=True)
class LossChange:
    """A substation whose loss differs."""

    substation_id: str
    first_mw: float
    second_mw: float
    change_mw: float


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two runs beside each other; ``*_count`` count all of what the lists show the first of."""

    first_id: int
    second_id: int
    is_same_result: bool
    is_same_network: bool
    measures: list[Measure]
    tripped_in_both_count: int
    only_first_count: int
    only_second_count: int
    only_first: list[str]
    only_second: list[str]
    earlier_or_later_count: int
    flow_change_count: int
    flow_changes: list[FlowChange]
    losses: list[LossChange]


def compare(first: models.CascadeRun, second: models.CascadeRun, *, limit: int) -> Comparison:
    """Return what differs between two finished runs; each list has the ``limit`` largest differences."""
    waves = [
        dict(run.trips.order_by("branch_id").values_list("branch_id", "wave__number"))
        for run in (first, second)
    ]
    both = waves[0].keys() & waves[1].keys()
    only = [sorted(waves[0].keys() - both), sorted(waves[1].keys() - both)]
    flows = _flow_changes(first, second)
    return Comparison(
        first_id=first.pk,
        second_id=second.pk,
        is_same_result=bool(first.result_digest) and first.result_digest == second.result_digest,
        is_same_network=first.network_digest == second.network_digest,
        measures=[_measure(name, getattr(first, name), getattr(second, name)) for name in MEASURES],
        tripped_in_both_count=len(both),
        only_first_count=len(only[0]),
        only_second_count=len(only[1]),
        only_first=only[0][:limit],
        only_second=only[1][:limit],
        earlier_or_later_count=sum(waves[0][key] != waves[1][key] for key in both),
        flow_change_count=len(flows),
        flow_changes=flows[:limit],
        losses=_loss_changes(first, second)[:limit],
    )


def _measure(name: str, first: Any, second: Any) -> Measure:
    is_known = first is not None and second is not None
    return Measure(name=name, first=first, second=second, change=second - first if is_known else None)


def _flow_changes(first: models.CascadeRun, second: models.CascadeRun) -> list[FlowChange]:
    """Return the branches of both networks whose final flow differs, the largest difference first."""
    tables = [branches_of(run) for run in (first, second)]
    flows: list[dict[str, float]] = [
        dict(zip(table["id"].to_pylist(), table["final_flow_mw"].to_pylist(), strict=True)) if table else {}
        for table in tables
    ]
    shared = [key for key in flows[0] if key in flows[1]]
    before = np.array([flows[0][key] for key in shared], dtype=np.float64)
    after = np.array([flows[1][key] for key in shared], dtype=np.float64)
    change = after - before
    order = np.argsort(-np.abs(change), kind="stable")
    return [
        FlowChange(
            branch_id=shared[index],
            first_mw=float(before[index]),
            second_mw=float(after[index]),
            change_mw=float(change[index]),
        )
        for index in order.tolist()
        if abs(change[index]) > LEAST_MW
    ]


def _loss_changes(first: models.CascadeRun, second: models.CascadeRun) -> list[LossChange]:
    losses = [
        {loss["substation_id"]: loss["lost_mw"] for loss in run.substation_loss or []}
        for run in (first, second)
    ]
    found = [
        LossChange(
            substation_id=key,
            first_mw=losses[0].get(key, 0.0),
            second_mw=losses[1].get(key, 0.0),
            change_mw=losses[1].get(key, 0.0) - losses[0].get(key, 0.0),
        )
        for key in losses[0].keys() | losses[1].keys()
    ]
    found = [each for each in found if abs(each.change_mw) > LEAST_MW]
    return sorted(found, key=lambda each: (-abs(each.change_mw), each.substation_id))
