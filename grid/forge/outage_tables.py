"""Outages and their restoration steps as warehouse tables: what was known at the end of the period."""

from __future__ import annotations

import pyarrow as pa

from grid.forge.clock import Period
from grid.forge.fleet import NONE, Fleet
from grid.forge.ids import FleetIds
from grid.forge.outages import Outage
from grid.forge.work_orders import outage_asset
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import outage_restoration_steps, outage_restoration_tracker

ACTIVE, RESTORED = "ACTIVE", "RESTORED"


def outage_keys(outages: list[Outage]) -> list[str]:
    """Return the keys of the outages."""
    return [f"OUT-{number:06d}" for number in range(1, len(outages) + 1)]


def outage_tables(
    *, fleet: Fleet, ids: FleetIds, outages: list[Outage], period: Period
) -> dict[str, pa.Table]:
    """Return outages and steps by table name. Steps beyond the end of the period have not happened yet.

    Args:
        fleet: the grown system.
        ids: its keys.
        outages: all outages, by time.
        period: the metering period.
    """
    end = period.intervals * 15
    rows, steps = [], []
    for key, outage in zip(outage_keys(outages), outages, strict=True):
        _, _, lon, lat = outage_asset(fleet, ids, outage)
        done = [(minute, customers) for minute, customers in outage.steps if minute <= end]
        is_over = outage.restored <= end
        fault = outage.fault
        rows.append(
            {
                "outage_id": key,
                "substation_id": fleet.sites[int(fleet.circuits.site[outage.circuit])].substation_id,
                "circuit_id": ids.circuits[outage.circuit],
                "switch_id": None if fault.switch == NONE else ids.switches[fault.switch],
                "transformer_id": None if fault.transformer == NONE else ids.transformers[fault.transformer],
                "status": RESTORED if is_over else ACTIVE,
                "cause_code": outage.cause,
                "started_at": period.moment(outage.start),
                "restored_at": period.moment(outage.restored) if is_over else None,
                "estimated_restoration_at": period.moment(outage.estimate),
                "customers_interrupted": outage.customers,
                "customers_out": outage.customers - sum(customers for _, customers in done),
                "latitude": lat,
                "longitude": lon,
                "updated_at": period.moment(max([outage.start, *(minute for minute, _ in done)])),
            }
        )
        for number, (minute, customers) in enumerate(done, start=1):
            steps.append(
                {
                    "step_id": f"STEP-{key.removeprefix('OUT-')}-{number}",
                    "outage_id": key,
                    "step_number": number,
                    "restored_at": period.moment(minute),
                    "customers_restored": customers,
                }
            )
    return {
        "outage_restoration_tracker": pa.Table.from_pylist(
            rows, schema=pa_schema(outage_restoration_tracker)
        ),
        "outage_restoration_steps": pa.Table.from_pylist(steps, schema=pa_schema(outage_restoration_steps)),
    }
