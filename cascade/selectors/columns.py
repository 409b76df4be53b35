"""The result of a run as Arrow columns for the map."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cascade import models
from cascade.engine.arrays import from_ipc


def branches_of(run: models.CascadeRun) -> pa.Table | None:
    """Return a run's branches, see ``cascade.engine.arrays.branch_table``; None if nothing was stored.

    A run from before arrays were kept apart lacks some of the columns.
    """
    data = models.CascadeArrays.objects.filter(run_id=run.pk).values_list("branches", flat=True).first()
    return None if data is None else from_ipc(data)


def buses_of(run: models.CascadeRun) -> pa.Table | None:
    """Return a run's buses, see ``cascade.engine.arrays.bus_table``; None if nothing was stored."""
    data = models.CascadeArrays.objects.filter(run_id=run.pk).values_list("buses", flat=True).first()
    return None if data is None else from_ipc(data)


def branch_columns(run: models.CascadeRun) -> pa.Table:
    """Return one row per branch: the wave it went out in (null: in service), flows before and after."""
    stored = branches_of(run)
    if stored is None:
        stored = pa.table(
            {
                "id": pa.array([], pa.string()),
                "final_flow_mw": pa.array([], pa.float64()),
                "rating_mva": pa.array([], pa.float64()),
                "out_wave": pa.array([], pa.int32()),
            }
        )
    trip_flow = dict(run.trips.values_list("branch_id", "flow_mw"))
    ids = stored["id"].to_pylist()
    loading = pc.multiply(pc.divide(pc.abs(stored["final_flow_mw"]), stored["rating_mva"]), 100.0)
    base = (
        stored["base_flow_mw"] if "base_flow_mw" in stored.column_names else pa.nulls(len(ids), pa.float64())
    )
    return pa.table(
        {
            "id": stored["id"],
            "trip_wave": stored["out_wave"],
            "flow_mw": stored["final_flow_mw"],
            "loading_pct": loading,
            "trip_flow_mw": pa.array([trip_flow.get(branch_id) for branch_id in ids], pa.float64()),
            "base_flow_mw": base,
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


def islands_of(run: models.CascadeRun) -> list[dict[str, object]]:
    """Return the islands the network ended in, the one with the most load served first."""
    buses = buses_of(run)
    if buses is None or "island" not in buses.column_names:
        return []
    kept = buses.filter(pc.is_valid(buses["island"]))
    label = kept["island"].to_numpy()
    count = int(label.max()) + 1 if len(label) else 0
    sizes = np.bincount(label, minlength=count)
    served = np.bincount(label, weights=kept["served_mw"].to_numpy(), minlength=count)
    before = np.bincount(label, weights=kept["base_served_mw"].to_numpy(), minlength=count)
    dead = np.bincount(
        label, weights=pc.is_valid(kept["dead_wave"]).to_numpy().astype(float), minlength=count
    )
    rows: list[dict[str, object]] = [
        {
            "number": number,
            "bus_count": int(sizes[number]),
            "is_alive": bool(dead[number] == 0),
            "base_served_mw": float(before[number]),
            "served_mw": float(served[number]),
        }
        for number in np.flatnonzero(sizes).tolist()
    ]
    return sorted(rows, key=lambda row: (-row["served_mw"], -row["bus_count"]))  # type: ignore[operator]
