"""Where a device stands, and whom it supplies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import Point

from flux_site.api.errors import BadInput, NotFound
from grid import models
from grid.selectors import topology
from grid.topology import DeviceKind, DeviceRef


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a device belongs and stands."""

    device: DeviceRef
    substation_id: str
    circuit_id: str
    zone_id: str | None
    location: Point
    switch_id: str | None = None
    transformer_id: str | None = None
    meter_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Supplied:
    """The customers of a transformer, or of one of its meters."""

    transformer_id: str
    meter_id: str | None
    substation_id: str
    circuit_id: str
    zone_id: str | None
    customers: int


def find_place(device: DeviceRef, *, actor: Any | None) -> Place:
    """Return where a device is.

    Raises:
        NotFound: if there is none that the actor may see.
    """

    def visible(model: Any) -> Any:
        rows = model.objects.all() if actor is None else model.objects.visible_to(actor)
        return rows.filter(pk=device.id)

    match device.kind:
        case DeviceKind.SWITCH:
            row = visible(models.Switch).select_related("circuit").first()
            _check(row, device)
            return Place(
                device=device,
                substation_id=row.circuit.substation_id,
                circuit_id=row.circuit_id,
                zone_id=row.zone_id,
                location=row.location,
                switch_id=row.pk,
            )
        case DeviceKind.CIRCUIT:
            row = visible(models.Circuit).select_related("substation").first()
            _check(row, device)
            breaker = models.Switch.objects.filter(circuit=row, kind=models.SwitchKind.BREAKER).first()
            return Place(
                device=device,
                substation_id=row.substation_id,
                circuit_id=row.pk,
                zone_id=row.zone_id,
                location=(breaker or row.substation).location,
            )
        case DeviceKind.TRANSFORMER | DeviceKind.METER:
            is_meter = device.kind is DeviceKind.METER
            row = visible(models.Meter if is_meter else models.Transformer).first()
            _check(row, device)
            return Place(
                device=device,
                substation_id=row.substation_id,
                circuit_id=row.circuit_id,
                zone_id=row.zone_id,
                location=row.location,
                transformer_id=row.transformer_id if is_meter else row.pk,
                meter_id=row.pk if is_meter else None,
            )


def device_of(outage: models.Outage) -> DeviceRef:
    """Return the device an outage lies behind: the deepest that is known."""
    if outage.meter_id is not None:
        return DeviceRef(DeviceKind.METER, outage.meter_id)
    if outage.transformer_id is not None:
        return DeviceRef(DeviceKind.TRANSFORMER, outage.transformer_id)
    if outage.switch_id is not None:
        return DeviceRef(DeviceKind.SWITCH, outage.switch_id)
    return DeviceRef(DeviceKind.CIRCUIT, outage.circuit_id)


def supplied_through(device: DeviceRef, transformer_ids: Sequence[str] | None) -> list[Supplied]:
    """Return whom a device supplies, or of them those of some transformers.

    Raises:
        NotFound: if there is no such device.
        BadInput: if nothing is supplied through it, or a transformer named is not behind it.
    """
    behind = topology.transformers_behind(device)
    if not behind:
        raise BadInput(f"Nothing is supplied through {device}.", field="device")
    if transformer_ids is not None:
        foreign = sorted(set(transformer_ids) - set(behind))
        if foreign or not transformer_ids:
            named = f"{', '.join(foreign[:5])} of them not" if foreign else "none named"
            raise BadInput(
                f"transformerIds must be behind {device}, which supplies {len(behind)}: {named}.",
                field="transformerIds",
            )
        behind = list(dict.fromkeys(transformer_ids))
    if device.kind is DeviceKind.METER:
        served = models.Customer.objects.filter(topology.IS_SERVED, meter_id=device.id).count()
        return _supplied(behind, {behind[0]: served}, meter_id=device.id)
    return _supplied(behind, topology.customers_of(behind), meter_id=None)


def _supplied(behind: Iterable[str], customers: dict[str, int], *, meter_id: str | None) -> list[Supplied]:
    rows = models.Transformer.objects.filter(pk__in=list(behind)).order_by("pk")
    return [
        Supplied(
            transformer_id=key,
            meter_id=meter_id,
            substation_id=substation,
            circuit_id=circuit,
            zone_id=zone,
            customers=customers[key],
        )
        for key, substation, circuit, zone in rows.values_list("pk", "substation_id", "circuit_id", "zone_id")
    ]


def _check(row: Any, device: DeviceRef) -> None:
    if row is None:
        raise NotFound(f"There is no {device.kind.lower()} {device.id!r} that you may see.", field="device")
