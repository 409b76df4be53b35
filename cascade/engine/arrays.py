"""Networks, inputs and results as Arrow IPC streams, and back, bit for bit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import pyarrow as pa

from cascade.engine.result import CascadeResult
from grid.powerflow.network import Network

_OF_BUS = ("bus_ids", "bus_load_mw", "bus_substation")
_OF_BRANCH = ("branch_ids", "branch_from", "branch_to", "x_pu", "tap", "shift_deg", "rate_mva")
_OF_UNIT = ("unit_ids", "unit_bus", "unit_p_mw", "unit_pmax_mw")


def to_ipc(table: pa.Table) -> bytes:
    """Return a table as a zstd-compressed Arrow IPC stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def from_ipc(data: bytes | memoryview) -> pa.Table:
    """Return the table of an Arrow IPC stream."""
    return pa.ipc.open_stream(pa.py_buffer(data)).read_all()


def pack(parts: Mapping[str, pa.Table]) -> bytes:
    """Return several tables as one stream: a table of a name and an IPC stream each."""
    streams = [to_ipc(table) for table in parts.values()]
    return to_ipc(pa.table({"part": list(parts), "data": pa.array(streams, pa.large_binary())}))


def unpack(data: bytes | memoryview) -> dict[str, pa.Table]:
    """Return the tables of :func:`pack`."""
    rows = from_ipc(data).to_pydict()
    return {name: from_ipc(stream) for name, stream in zip(rows["part"], rows["data"], strict=True)}


def network_to_bytes(network: Network) -> bytes:
    """Return a network as bytes, see :func:`network_from_bytes`."""

    def table(names: tuple[str, ...]) -> pa.Table:
        return pa.table({name: pa.array(getattr(network, name)) for name in names})

    head = pa.table({"base_mva": pa.array([network.base_mva], pa.float64())})
    return pack(
        {
            "head": head,
            "substations": pa.table({"substation_ids": pa.array(network.substation_ids, pa.string())}),
            "buses": table(_OF_BUS),
            "branches": table(_OF_BRANCH),
            "units": table(_OF_UNIT),
        }
    )


def network_from_bytes(data: bytes | memoryview) -> Network:
    """Return the network of :func:`network_to_bytes`; its digest is that of the one it was made of."""
    parts = unpack(data)
    values: dict[str, Any] = {"base_mva": float(parts["head"]["base_mva"][0].as_py())}
    for part in ("substations", "buses", "branches", "units"):
        for name in parts[part].column_names:
            column = parts[part][name]
            values[name] = (
                tuple(column.to_pylist()) if name.endswith("_ids") else column.to_numpy(zero_copy_only=False)
            )
    return Network(**{field.name: values[field.name] for field in fields(Network) if field.init})


def branch_table(network: Network, result: CascadeResult) -> pa.Table:
    """Return one row per branch.

    Columns: id, from_bus_id, to_bus_id, base_flow_mw (null if unknown), final_flow_mw, rating_mva (null:
    unlimited), out_wave (null: in service; 0: the initial outages), trip_flow_mw, cause, parent_id.
    """
    n = network.n_branches
    out_wave: list[int | None] = [None] * n
    trip_flow: list[float | None] = [None] * n
    cause: list[str | None] = [None] * n
    parent: list[str | None] = [None] * n
    for index in result.outage_branches.tolist():
        out_wave[index], cause[index] = 0, "OUTAGE"
    for wave in result.waves:
        for index, flow in zip(wave.tripped.tolist(), wave.tripped_flow_mw.tolist(), strict=True):
            out_wave[index], trip_flow[index], cause[index] = wave.index, flow, "OVERLOAD"
        for trip in wave.trips:
            cause[trip.branch], parent[trip.branch] = str(trip.cause), trip.parent_id
    base = result.base_flow_mw
    return pa.table(
        {
            "id": pa.array(network.branch_ids, pa.string()),
            "from_bus_id": pa.array([network.bus_ids[bus] for bus in network.branch_from], pa.string()),
            "to_bus_id": pa.array([network.bus_ids[bus] for bus in network.branch_to], pa.string()),
            "base_flow_mw": pa.nulls(n, pa.float64()) if base is None else pa.array(base, pa.float64()),
            "final_flow_mw": pa.array(result.flow_mw, pa.float64()),
            "rating_mva": pa.array(result.rate_mva, pa.float64(), mask=result.rate_mva <= 0.0),
            "out_wave": pa.array(out_wave, pa.int32()),
            "trip_flow_mw": pa.array(trip_flow, pa.float64()),
            "cause": pa.array(cause, pa.string()),
            "parent_id": pa.array(parent, pa.string()),
        }
    )


def bus_table(network: Network, result: CascadeResult, island: np.ndarray) -> pa.Table:
    """Return one row per bus.

    Columns: id, substation_id, base_served_mw, served_mw, dead_wave (null: alive), island (number of its
    final island; null if the bus was taken out).
    """
    dead_wave: list[int | None] = [None] * network.n_buses
    for index in np.flatnonzero(result.bus_dead).tolist():
        dead_wave[index] = 0  # a bus that was dead before anything failed
    for wave in result.waves:
        for index in wave.dead_buses.tolist():
            dead_wave[index] = wave.index
    out = np.zeros(network.n_buses, dtype=np.bool_)
    out[result.outage_buses] = True
    substations = [None if at < 0 else network.substation_ids[at] for at in network.bus_substation.tolist()]
    return pa.table(
        {
            "id": pa.array(network.bus_ids, pa.string()),
            "substation_id": pa.array(substations, pa.string()),
            "base_served_mw": pa.array(result.bus_base_served_mw, pa.float64()),
            "served_mw": pa.array(result.bus_served_mw, pa.float64()),
            "dead_wave": pa.array(dead_wave, pa.int32()),
            "island": pa.array(island.astype(np.int32), pa.int32(), mask=out),
        }
    )
