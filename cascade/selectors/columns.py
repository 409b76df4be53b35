"""The result of a run as Arrow columns for the map."""

import pyarrow as pa

from cascade import models


def branch_columns(run: models.CascadeRun) -> pa.Table:
    """Return one row per branch: the wave it went out in (null: in service), its final and its trip flow."""
    trip_flow = dict(run.trips.values_list("branch_id", "flow_mw"))
    ids = run.branch_ids or []
    flows, ratings = run.final_flow_mw or [], run.final_rating_mva or []
    loading = [
        None if rating is None else abs(flow) / rating * 100.0
        for flow, rating in zip(flows, ratings, strict=True)
    ]
    return pa.table(
        {
            "id": pa.array(ids, pa.string()),
            "trip_wave": pa.array(run.trip_wave or [], pa.int32()),
            "flow_mw": pa.array(flows, pa.float64()),
            "loading_pct": pa.array(loading, pa.float64()),
            "trip_flow_mw": pa.array([trip_flow.get(branch_id) for branch_id in ids], pa.float64()),
        }
    )


def substation_columns(run: models.CascadeRun) -> pa.Table:
    """Return one row per substation that lost load or had a bus go dead."""
    losses = run.substation_loss or []
    return pa.table(
        {
            "id": pa.array([loss["substation_id"] for loss in losses], pa.string()),
            "lost_mw": pa.array([loss["lost_mw"] for loss in losses], pa.float64()),
            "wave": pa.array([loss["wave"] for loss in losses], pa.int32()),
            "is_dead": pa.array([loss["is_dead"] for loss in losses], pa.bool_()),
        }
    )
