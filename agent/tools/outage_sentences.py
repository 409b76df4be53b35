"""Outages in sentences and rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from agent.events import AssetRef, Column, ColumnType, Table, make_table
from agent.tools.wording import UNKNOWN, counted, iso, lasting, listed, lower, moment, plain
from grid.selectors.outage_facts import OutageDetail, OutageFacts

COLUMNS = (
    Column(name="outage_id", label="Outage", type=ColumnType.TEXT),
    Column(name="status", label="Status", type=ColumnType.TEXT),
    Column(name="customers_out", label="Customers out", type=ColumnType.INTEGER),
    Column(name="customers_interrupted", label="Interrupted", type=ColumnType.INTEGER),
    Column(name="circuit_id", label="Circuit", type=ColumnType.TEXT),
    Column(name="substation", label="Substation", type=ColumnType.TEXT),
    Column(name="cause", label="Cause", type=ColumnType.TEXT),
    Column(name="crew", label="Crew", type=ColumnType.TEXT),
    Column(name="started_at", label="Began", type=ColumnType.TIMESTAMP),
    Column(name="restored_by_p50_at", label="Restored by, P50", type=ColumnType.TIMESTAMP),
    Column(name="restored_by_p80_at", label="Restored by, P80", type=ColumnType.TIMESTAMP),
    Column(name="restored_at", label="Restored", type=ColumnType.TIMESTAMP),
)


def outage_table(title: str, outages: Sequence[OutageFacts], total: int) -> Table:
    """Return outages as rows."""
    rows = [
        (
            each.asset_id,
            each.status,
            each.customers_out,
            each.customers_interrupted,
            each.circuit_id,
            each.substation_name,
            each.cause,
            each.crew_name,
            each.started_at,
            each.restored_by_p50_at,
            each.restored_by_p80_at,
            each.restored_at,
        )
        for each in outages
    ]
    return make_table(
        title=title, columns=COLUMNS, rows=rows, is_truncated=total > len(rows), row_count=total
    )


def outage_refs(outages: Sequence[OutageFacts]) -> tuple[AssetRef, ...]:
    """Return outages as places on the map."""
    return tuple(
        AssetRef(asset_id=each.asset_id, label=f"Outage {each.asset_id}", lon=each.lon, lat=each.lat)
        for each in outages
    )


def outage_line(outage: OutageFacts) -> str:
    """Return an outage in one line of a list."""
    parts = [
        f"**{plain(outage.asset_id)}** {lower(outage.status)}",
        f"{outage.customers_out:,} of {counted(outage.customers_interrupted, 'customer')} out"
        if outage.is_active
        else f"{counted(outage.customers_interrupted, 'customer')} interrupted",
        f"circuit {plain(outage.circuit_name)} ({plain(outage.circuit_id)})",
        f"since {moment(outage.started_at)}" if outage.is_active else _course(outage),
        f"cause: {_cause(outage)}",
    ]
    if outage.is_active:
        parts += [_crew(outage), _estimate(outage)]
    return ", ".join(parts)


def outage_sentences(found: OutageDetail) -> str:
    """Return all of one outage."""
    outage = found.outage
    planned = "a planned" if outage.is_planned else "an"
    head = (
        f"**{plain(outage.asset_id)}** is {planned} outage of circuit {plain(outage.circuit_name)} "
        f"({plain(outage.circuit_id)}), substation {plain(outage.substation_name)} "
        f"({plain(outage.substation_id)})"
    )
    zone = f", zone {plain(outage.zone)}" if outage.zone else ""
    device = (
        f"behind {outage.device_kind} {plain(outage.device_id)}"
        if outage.device_id
        else "the device it lies behind is not known"
    )
    lines = [
        f"Status: {lower(outage.status)}; known by: {lower(outage.source)}; {device}.",
        f"Began {moment(outage.started_at)}; confirmed {moment(outage.confirmed_at)}."
        if outage.is_active
        else f"{_course(outage)[0].upper()}{_course(outage)[1:]}.",
        f"Cause: {_cause(outage)}.",
        f"Customers: {outage.customers_out:,} out of {outage.customers_interrupted:,} interrupted are still "
        f"without supply, behind {found.transformers_out:,} of {counted(found.transformers, 'transformer')}."
        if outage.is_active
        else f"Customers interrupted: {outage.customers_interrupted:,}, behind "
        f"{counted(found.transformers, 'transformer')}.",
    ]
    if found.critical_out:
        kinds = listed(f"{count:,} {lower(kind)}" for kind, count in sorted(found.critical_out.items()))
        lines.append(f"Critical customers still out: {kinds}.")
    if outage.is_active:
        lines.append(f"{_crew(outage)[0].upper()}{_crew(outage)[1:]}.")
        lines.append(f"{_estimate(outage)[0].upper()}{_estimate(outage)[1:]}.")
    if found.work_orders:
        orders = listed(f"{plain(key)} ({lower(status)})" for key, status in found.work_orders)
        lines.append(f"Open work: {orders}.")
    if outage.notes:
        lines.append(f"Note on record: “{plain(outage.notes)}”")
    if outage.updated_at is not None:
        lines.append(f"As of the change of {moment(outage.updated_at)}.")
    return f"{head}{zone}.\n\n" + "\n".join(f"- {line}" for line in lines)


def outage_document(outage: OutageFacts) -> dict[str, Any]:
    """Return an outage for a model."""
    document: dict[str, Any] = {}
    for name, value in vars(outage).items():
        document[name] = iso(value) if name.endswith("_at") else value
    document["outage_id"] = document.pop("asset_id")
    return document


def _cause(outage: OutageFacts) -> str:
    if outage.cause_code == "UNKNOWN":
        return "looked for, not found"
    return UNKNOWN if outage.cause is None else plain(outage.cause).lower()


def _crew(outage: OutageFacts) -> str:
    if outage.crew_id is None:
        return "no crew on it that you may see"
    return f"crew {plain(outage.crew_name)} ({plain(outage.crew_id)}) {lower(outage.crew_status)}"


def _estimate(outage: OutageFacts) -> str:
    if outage.restored_by_p50_at is None:
        return "no estimate of restoration on record"
    late = ", which is past" if outage.restored_by_p50_at < timezone.now() else ""
    said = f"estimated back by {moment(outage.restored_by_p50_at)} (P50){late}"
    if outage.restored_by_p80_at is not None:
        said += f", by {moment(outage.restored_by_p80_at)} (P80)"
    return said


def _course(outage: OutageFacts) -> str:
    if outage.restored_at is None:
        return f"began {moment(outage.started_at)}"
    took = lasting(outage.restored_at - outage.started_at)
    return f"from {moment(outage.started_at)} to {moment(outage.restored_at)} ({took})"
