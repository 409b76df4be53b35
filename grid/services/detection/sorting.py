"""Events and readings sorted by circuit, each meter's reduced to its newest moments."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from grid.streaming import DeviceEvent, DeviceKind, EventKind, Reading
from grid.topology import NONE, Network
from grid.topology.arrays import FloatArray

logger = logging.getLogger(__name__)

LIVE_VOLTAGE_V = 60.0
"""Half of the lowest nominal voltage of a service, 120 V; a meter that reads less has no supply."""

_METER_MOMENTS = {EventKind.LAST_GASP: "dark_at", EventKind.POWER_RESTORED: "restored_at"}
_SWITCH_MOMENTS = {EventKind.OPENED: "opened_at", EventKind.CLOSED: "closed_at"}
_OTHER = {
    "dark_at": "restored_at",
    "restored_at": "dark_at",
    "opened_at": "closed_at",
    "closed_at": "opened_at",
}


@dataclass
class Said:
    """What the devices of one circuit said: per device the newest moment of each kind."""

    meters: dict[str, dict[str, datetime]] = field(default_factory=dict)
    switches: dict[str, dict[str, datetime]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, kw_only=True)
class Watch:
    """Hold whose readings matter.

    Attributes:
        network: the network.
        unit_since_s: per transformer the moment since which readings of its meters are looked at; infinite if
            they are not.
    """

    network: Network
    unit_since_s: FloatArray


def by_circuit(
    network: Network, events: Iterable[DeviceEvent], *, now: datetime, skew: timedelta
) -> dict[str, Said]:
    """Return what events say, by circuit.

    A transformer that lost its supply speaks for all its meters. Other events say nothing of the supply, and
    devices that the network does not know are passed over. A moment further ahead of now than ``skew``
    cannot be believed: it is noted as over as soon as it began, so that a replay changes nothing later.
    """
    said: dict[str, Said] = {}
    unknown = 0
    for event in events:
        switch_moment = event.device_kind is DeviceKind.SWITCH
        name = (_SWITCH_MOMENTS if switch_moment else _METER_MOMENTS).get(event.kind)
        if name is None:
            continue
        circuit, devices = _devices_of(network, event)
        if circuit is None:
            unknown += 1
            continue
        of_circuit = said.setdefault(circuit, Said())
        rows = of_circuit.switches if switch_moment else of_circuit.meters
        names = [name]
        if event.occurred_at - now > skew:
            logger.warning("%s of %s is ahead of the clock; passed over", event.kind, event.device_id)
            names.append(_OTHER[name])
        for device_id in devices:
            moments = rows.setdefault(device_id, {})
            for each in names:
                moments[each] = max(moments.get(each, event.occurred_at), event.occurred_at)
    if unknown:
        logger.warning("%d events are of devices that the network does not know", unknown)
    return said


def signs_of_life(watch: Watch, readings: Sequence[Reading]) -> dict[str, Said]:
    """Return what readings say of the supply, where that matters: those with voltage, since they began.

    A meter had supply at some moment of the interval; that it began after the gasp is what matters.
    """
    arrays = watch.network.arrays
    if not len(arrays.meters) or not len(arrays.transformers):
        return {}
    meters = arrays.meters.positions([reading.meter_id for reading in readings])
    units = np.where(meters == NONE, NONE, arrays.meter_transformer[meters])
    since_s = np.where(units == NONE, np.inf, watch.unit_since_s[units])
    said: dict[str, Said] = {}
    for row in np.flatnonzero(since_s < np.inf).tolist():
        reading = readings[row]
        if reading.voltage_v is None or reading.voltage_v < LIVE_VOLTAGE_V:
            continue
        if reading.reading_at.timestamp() < since_s[row]:
            continue
        circuit = arrays.circuits.key(int(arrays.transformer_circuit[units[row]]))
        moments = said.setdefault(circuit, Said()).meters.setdefault(reading.meter_id, {})
        moments["lit_at"] = max(moments.get("lit_at", reading.reading_at), reading.reading_at)
    return said


def _devices_of(network: Network, event: DeviceEvent) -> tuple[str | None, list[str]]:
    """Return the circuit of an event's device, None if it is not known, and the devices it speaks for."""
    arrays = network.arrays
    devices = [event.device_id]
    if event.device_kind is DeviceKind.SWITCH:
        position = arrays.switches.position(event.device_id)
        circuit = NONE if position == NONE else int(arrays.switch_circuit[position])
    else:
        unit = arrays.transformers.position(event.device_id)
        if event.device_kind is DeviceKind.METER:
            position = arrays.meters.position(event.device_id)
            unit = NONE if position == NONE else int(arrays.meter_transformer[position])
        elif unit != NONE:
            devices = arrays.meters.keys(network.meters_of(np.array([unit])))
        circuit = NONE if unit == NONE else int(arrays.transformer_circuit[unit])
    return (None if circuit == NONE else arrays.circuits.key(circuit)), devices
