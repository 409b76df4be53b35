"""The network with its equipment, customers and zones, in the switches' present positions; and its loads."""

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

import numpy as np
from django.db import DatabaseError
from django.db.models import Count, F, Q

from flux_site.api.outages import database_was_away
from grid import models
from grid.federation import operational
from grid.federation.warehouse_database.router import asking_warehouse
from grid.models.base import granted_zone_ids
from grid.operations import ACTIVE_OUTAGE_STATUSES
from grid.selectors.topology import IS_SERVED, METERED_LAYERS, Kept, _load_metered, columns_of
from grid.topology import NONE, Network, build_network
from grid.topology.arrays import BoolArray, FloatArray, IntArray
from grid.topology.ids import Ids
from grid.topology.inventory import Equipment, EquipmentColumns, aligned, build_equipment

SNAPSHOT_LAYERS = (*METERED_LAYERS, "substations")
LOAD_LAYERS = (*SNAPSHOT_LAYERS, "transformer_load")
ALL_ZONES = -2

T = TypeVar("T")


class Positions(StrEnum):
    """Which positions of the switches a question is about."""

    PRESENT = "PRESENT"
    """As they are by what was last heard: switches that reported, and those behind which an outage is."""
    NORMAL = "NORMAL"


class LoadBasis(StrEnum):
    """Which loads a question is about."""

    NEWEST = "NEWEST"
    """Of the newest hour that most meters have reported."""
    PEAK = "PEAK"
    """Each transformer's own peak; they do not coincide, so that sums are upper bounds."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Zones:
    """Hold the load zone of each asset as a number, by position; ``NONE`` where it is unknown."""

    names: list[str]
    substations: IntArray
    circuits: IntArray
    sections: IntArray
    switches: IntArray
    transformers: IntArray
    meters: IntArray


class Snapshot:
    """Hold the network of some moment, with all that is on record of it."""

    def __init__(
        self,
        *,
        network: Network,
        equipment: Equipment,
        zones: Zones,
        switch_kinds: dict[str, str],
        meter_critical: IntArray,
        peak_kva: FloatArray,
    ) -> None:
        self.network = network
        self.equipment = equipment
        self.zones = zones
        self.switch_kinds = switch_kinds
        self.meter_critical = meter_critical
        self.peak_kva = peak_kva
        self._lock = threading.Lock()
        self._present: tuple[object, Network] = (None, network)

    def switched(self, *, opened: Iterable[str], closed: Iterable[str]) -> Network:
        """Return the network with some switches not in their normal position; the last such one is kept.

        Switches that it does not hold are passed over.
        """
        known = self.network.arrays.switches
        away = tuple(sorted(key for key in opened if known.position(key) != NONE))
        shut = tuple(sorted(key for key in closed if known.position(key) != NONE))
        if not away and not shut:
            return self.network
        with self._lock:
            if self._present[0] != (away, shut):
                self._present = ((away, shut), self.network.with_switches(opened=away, closed=shut))
            return self._present[1]

    def load_kva(self, loads: "Loads") -> FloatArray:
        """Return loads at the positions of the network's transformers; one without meters carries none."""
        found = self.peak_kva if loads.ids is None else aligned(
            self.network.arrays.transformers, loads.ids, loads.load_kva
        )  # fmt: skip
        return np.where(np.isnan(found) & (self.network.meter_counts == 0), 0.0, found)


@dataclass(frozen=True, eq=False, kw_only=True)
class Loads:
    """Hold the loads of transformers; without ids they are the peaks on record."""

    hour: datetime | None
    ids: list[str] | None
    load_kva: list[float | None]


PEAKS = Loads(hour=None, ids=None, load_kva=[])


@dataclass(frozen=True, eq=False, kw_only=True)
class View:
    """Hold what one user may see of a snapshot, in one state of the switches.

    Attributes:
        snapshot: of which.
        network: in that state.
        positions: which state it is: NORMAL too where the present one is not known.
        off_normal: switches not in their normal position.
        granted: numbers of the zones the user is limited to; None: all.
    """

    snapshot: Snapshot
    network: Network
    positions: Positions
    off_normal: list[str]
    granted: IntArray | None

    def visible(self, positions: IntArray, zone: IntArray) -> IntArray:
        """Return those of some assets that the user may see."""
        return positions if self.granted is None else positions[np.isin(zone[positions], self.granted)]

    def sees(self, position: int, zone: IntArray) -> bool:
        """Return whether the user may see an asset."""
        return bool(len(self.visible(np.array([position]), zone)))


def ask(
    *,
    field: str,
    user: Any,
    positions: Positions,
    answer: Callable[[View], T],
    layers: tuple[str, ...] = SNAPSHOT_LAYERS,
) -> T:
    """Return what a question finds on the network of the cache; on the last one known if PostGIS is away.

    The present positions are known to PostGIS alone: while it is away, the normal ones are taken.

    Raises:
        NeverSynced, DatabaseUnavailable: if neither store can answer.
    """
    if not database_was_away():
        with suppress(DatabaseError):  # it takes longer than an answer may; what fails fails again below
            _snapshot.get()

    def from_cache() -> T:
        return answer(_view(_snapshot.get(), user, positions, is_present_known=True))

    def from_warehouse() -> T:
        with asking_warehouse():
            return answer(_view(_snapshot.get_without_postgis(), user, positions, is_present_known=False))

    return operational(field=field, layers=layers, from_cache=from_cache, from_warehouse=from_warehouse)


def loads_of(basis: LoadBasis) -> Loads:
    """Return the loads of transformers: of the newest hour, kept until it changes, or the peaks on record."""
    return PEAKS if basis is LoadBasis.PEAK else _newest_loads.get()


def normal_snapshot() -> Snapshot:
    """Return the network with every switch in its normal position, and all that is on record of it."""
    return _snapshot.get()


def _view(snapshot: Snapshot, user: Any, positions: Positions, *, is_present_known: bool) -> View:
    opened, closed = off_normal() if positions is Positions.PRESENT and is_present_known else ([], [])
    network = snapshot.switched(opened=opened, closed=closed)
    differ = np.flatnonzero(network.is_open != network.arrays.is_normally_open)
    granted = granted_zone_ids(user)
    numbers = [snapshot.zones.names.index(zone) for zone in granted if zone in snapshot.zones.names]
    return View(
        snapshot=snapshot,
        network=network,
        positions=positions if is_present_known else Positions.NORMAL,
        off_normal=network.arrays.switches.keys(differ),
        granted=np.array(numbers, dtype=np.int64) if granted else None,
    )


def off_normal() -> tuple[list[str], list[str]]:
    """Return the switches that are open, and those that are closed, by what was last heard of them.

    A switch that reported is in the position it reported last. One that an active, confirmed outage is behind
    is open unless it reported since that it closed.
    """
    said = models.SwitchEvidence.objects.order_by()
    is_closed = Q(closed_at__isnull=False) & (Q(opened_at__isnull=True) | Q(closed_at__gte=F("opened_at")))
    closed = list(said.filter(is_closed).values_list("pk", flat=True))
    opened = set(said.filter(opened_at__isnull=False).exclude(is_closed).values_list("pk", flat=True))
    behind = models.Outage.objects.filter(status__in=ACTIVE_OUTAGE_STATUSES, switch__isnull=False)
    failed = behind.exclude(status="PREDICTED").order_by().values_list("switch_id", flat=True)
    return sorted(opened | (set(failed) - set(closed))), closed


def _load_snapshot() -> Snapshot:
    network = build_network(_load_metered())
    arrays = network.arrays
    circuit, kv, mva, circuit_zone = columns_of(
        models.Circuit.objects.all(), "pk", "voltage_kv", "rated_mva", "zone_id"
    )
    substation, substation_mva, substation_zone = columns_of(
        models.Substation.objects.all(), "pk", "capacity_mva", "zone_id"
    )
    line, of_circuit, phases, rated, line_zone = columns_of(
        models.LineSection.objects.all(), "pk", "circuit_id", "phases", "rated_a", "zone_id"
    )
    switch, kind, switch_rated, switch_zone = columns_of(
        models.Switch.objects.all(), "pk", "kind", "rated_a", "zone_id"
    )
    unit, unit_phases, peak, unit_zone = columns_of(
        models.Transformer.objects.all(), "pk", "phases", "peak_load_kva", "zone_id"
    )
    meter, meter_zone = columns_of(models.Meter.objects.all(), "pk", "zone_id")
    served = models.Customer.objects.filter(IS_SERVED, critical_kind__isnull=False)
    critical = dict(served.order_by().values_list("meter_id").annotate(Count("pk")))
    equipment = build_equipment(
        arrays,
        EquipmentColumns(
            section_id=line,
            section_circuit=of_circuit,
            section_phases=phases,
            section_rated_a=rated,
            switch_id=switch,
            switch_rated_a=switch_rated,
            circuit_id=circuit,
            circuit_kv=kv,
            circuit_rated_mva=mva,
            substation_id=substation,
            substation_rated_mva=substation_mva,
            transformer_id=unit,
            transformer_phases=unit_phases,
        ),
    )
    names = sorted(
        {z for zones in (circuit_zone, substation_zone, line_zone, switch_zone, unit_zone, meter_zone)
         for z in zones if z is not None}
    )  # fmt: skip
    number = {name: at for at, name in enumerate(names)}

    def zone_of(ids: Ids, keys: list[str], zones: list[str | None]) -> IntArray:
        found = aligned(ids, keys, [NONE if zone is None else number[zone] for zone in zones])
        return np.where(np.isnan(found), NONE, found).astype(np.int64)

    return Snapshot(
        network=network,
        equipment=equipment,
        zones=Zones(
            names=names,
            substations=zone_of(arrays.substations, substation, substation_zone),
            circuits=zone_of(arrays.circuits, circuit, circuit_zone),
            sections=zone_of(arrays.sections, line, line_zone),
            switches=zone_of(arrays.switches, switch, switch_zone),
            transformers=zone_of(arrays.transformers, unit, unit_zone),
            meters=zone_of(arrays.meters, meter, meter_zone),
        ),
        switch_kinds=dict(zip(switch, kind, strict=True)),
        meter_critical=_counts(arrays.meters, critical),
        peak_kva=aligned(arrays.transformers, unit, peak),
    )


def _counts(ids: Ids, found: dict[str, int]) -> IntArray:
    values = aligned(ids, list(found), list(found.values()))
    return np.where(np.isnan(values), 0, values).astype(np.int64)


def _load_newest() -> Loads:
    rows = models.TransformerLoad.objects.order_by("-load_hour")
    hour = rows.values_list("load_hour", flat=True).first()
    if hour is None:
        return Loads(hour=None, ids=[], load_kva=[])
    ids, kva = columns_of(models.TransformerLoad.objects.filter(load_hour=hour), "transformer_id", "load_kva")
    return Loads(hour=hour, ids=ids, load_kva=kva)


def is_among(count: int, positions: IntArray) -> BoolArray:
    """Return which of so many positions are among some."""
    found = np.zeros(count, dtype=np.bool_)
    found[positions] = True
    return found


_snapshot = Kept(SNAPSHOT_LAYERS, _load_snapshot)
_newest_loads = Kept(("transformer_load",), _load_newest)
