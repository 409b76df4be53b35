"""The distribution network as the cache holds it, ready to be traced."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from django.db.models import Count, Q

from flux_site.api.errors import NotFound
from grid import models
from grid.topology import (
    NONE,
    Circuits,
    DeviceKind,
    DeviceRef,
    Meters,
    Network,
    NetworkColumns,
    Sections,
    Switches,
    Transformers,
    build_network,
)

CONNECTIVITY_LAYERS = ("circuits", "lines", "switches", "transformers")
METERED_LAYERS = (*CONNECTIVITY_LAYERS, "meters", "customers")
CHECK_EVERY_S = 1.0
"""A change of the data is seen after so long at most."""

_ROWS_AT_ONCE = 20_000

T = TypeVar("T")

IS_SERVED = Q(account_status="ACTIVE")
"""Which accounts count as customers."""


class Kept(Generic[T]):
    """Keep in this process what was made of some layers, until one of them changes."""

    everything: ClassVar[list["Kept[Any]"]] = []

    def __init__(self, layers: Sequence[str], make: Callable[[], T]) -> None:
        self._layers = layers
        self._make = make
        self._lock = threading.Lock()
        self.forget()
        self.everything.append(self)

    def forget(self) -> None:
        """Make it anew when it is asked for next."""
        self._last: T | None = None
        self._version: object = None
        self._looked_at = -CHECK_EVERY_S

    def get(self) -> T:
        """Return it; while one thread makes a newer one, the others go on with the last."""
        last = self._last
        if last is not None and time.monotonic() - self._looked_at < CHECK_EVERY_S:
            return last
        if last is None:
            self._lock.acquire()
        elif not self._lock.acquire(blocking=False):
            return last
        try:
            version = _version_of(self._layers)
            if self._last is None or version != self._version:
                self._last, self._version = self._make(), version
            self._looked_at = time.monotonic()
            return self._last
        finally:
            self._lock.release()

    def get_without_postgis(self) -> T:
        """Return the last one, or one made of whatever store answers querysets now, which is not kept."""
        return self._last or self._make()


def network() -> Network:
    """Return the network in its normal state, without meters."""
    return _connectivity.get()


def network_without_postgis() -> Network:
    """Return the network while PostGIS does not answer: as it was last seen, else from the warehouse."""
    return _connectivity.get_without_postgis()


def metered_network() -> Network:
    """Return the network with its meters and their active accounts; larger, for whoever follows meters."""
    return _metered.get()


def forget_networks() -> None:
    """Read the networks, and all that is kept of the layers, anew when they are asked for next."""
    for each in Kept.everything:
        each.forget()


def transformers_behind(device: DeviceRef) -> list[str]:
    """Return the transformers that lose their supply with a device, in feeding order; a meter's is its own.

    A circuit's are those that belong to it by their record.

    Raises:
        NotFound: if there is no such device.
    """
    if device.kind is DeviceKind.METER:
        found = models.Meter.objects.filter(pk=device.id).values_list("transformer_id", flat=True).first()
        if found is None:
            raise _unknown(device)
        return [found]
    traced = network()
    arrays = traced.arrays
    ids = {
        DeviceKind.TRANSFORMER: arrays.transformers,
        DeviceKind.SWITCH: arrays.switches,
        DeviceKind.CIRCUIT: arrays.circuits,
    }[device.kind]
    position = ids.position(device.id)
    if position == NONE:
        raise _unknown(device)
    if device.kind is DeviceKind.TRANSFORMER:
        return [device.id]
    if device.kind is DeviceKind.SWITCH:
        return arrays.transformers.keys(traced.behind_switch(position))
    return arrays.transformers.keys(traced.of_circuit(position))


def customers_of(transformer_ids: Iterable[str]) -> dict[str, int]:
    """Return the active accounts behind each transformer; 0 for one that serves none or is not there."""
    wanted = list(dict.fromkeys(transformer_ids))
    counted = dict.fromkeys(wanted, 0)
    served = models.Customer.objects.filter(IS_SERVED, meter__transformer_id__in=wanted)
    counted.update(served.order_by().values_list("meter__transformer_id").annotate(Count("pk")))
    return counted


def _unknown(device: DeviceRef) -> NotFound:
    return NotFound(f"There is no {device.kind.lower()} {device.id!r}.", field="device")


def _version_of(layers: Sequence[str]) -> tuple[object, ...]:
    rows = models.SyncLayer.objects.filter(pk__in=layers).order_by("pk")
    return tuple(rows.values_list("pk", "checksum"))


def columns_of(rows: Any, *names: str) -> list[list[Any]]:
    """Return columns of a queryset as lists, read in parts."""
    columns: list[list[Any]] = [[] for _ in names]
    for row in rows.order_by().values_list(*names).iterator(chunk_size=_ROWS_AT_ONCE):
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    return columns


def _load_connectivity() -> NetworkColumns:
    circuit, substation = columns_of(models.Circuit.objects.all(), "pk", "substation_id")
    line, line_from, line_to = columns_of(models.LineSection.objects.all(), "pk", "from_node", "to_node")
    switch, kind, of_circuit, switch_from, switch_to, is_open = columns_of(
        models.Switch.objects.all(), "pk", "kind", "circuit_id", "from_node", "to_node", "is_normally_open"
    )
    transformer, fed_by, node = columns_of(models.Transformer.objects.all(), "pk", "circuit_id", "node")
    return NetworkColumns(
        circuits=Circuits(id=circuit, substation_id=substation),
        sections=Sections(id=line, from_node=line_from, to_node=line_to),
        switches=Switches(
            id=switch,
            kind=kind,
            circuit_id=of_circuit,
            from_node=switch_from,
            to_node=switch_to,
            is_open=is_open,
        ),
        transformers=Transformers(id=transformer, circuit_id=fed_by, node=node),
    )


def _load_metered() -> NetworkColumns:
    connectivity = _load_connectivity()
    meter, transformer = columns_of(models.Meter.objects.all(), "pk", "transformer_id")
    accounts = models.Customer.objects.filter(IS_SERVED).order_by().values_list("meter_id")
    count = dict(accounts.annotate(Count("pk")))
    return NetworkColumns(
        circuits=connectivity.circuits,
        sections=connectivity.sections,
        switches=connectivity.switches,
        transformers=connectivity.transformers,
        meters=Meters(
            id=meter, transformer_id=transformer, customer_count=[count.get(key, 0) for key in meter]
        ),
    )


_connectivity = Kept(CONNECTIVITY_LAYERS, lambda: build_network(_load_connectivity()))
_metered = Kept(METERED_LAYERS, lambda: build_network(_load_metered()))
