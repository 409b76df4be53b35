"""What is on record of feeders beyond connectivity: impedances, kinds of switches, classes of meters."""

import threading
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from grid import models
from grid.selectors.connectivity import Snapshot
from grid.selectors.topology import columns_of
from grid.standards.conductors import CATALOGUE
from grid.topology import NONE
from grid.topology.arrays import FloatArray, IntArray
from grid.topology.inventory import aligned


@dataclass(frozen=True, eq=False, kw_only=True)
class FeederDetails:
    """Hold the details, by position in the network of a snapshot.

    Attributes:
        edge_r_ohm: resistance of each section and switch, ohm; NaN where the conductor is not in the
            catalogue, 0 of switches.
        edge_x_ohm: reactance likewise.
        switch_kinds: per switch.
        meter_class: per meter the number of its class; ``NONE`` if unknown.
        class_names: the classes.
    """

    edge_r_ohm: FloatArray
    edge_x_ohm: FloatArray
    switch_kinds: tuple[str | None, ...]
    meter_class: IntArray
    class_names: tuple[str, ...]


def details_of(snapshot: Snapshot) -> FeederDetails:
    """Return the details of a snapshot, read once for as long as it is kept."""
    with _lock:
        found = _kept.get(snapshot)
        if found is None:
            found = _kept[snapshot] = _load(snapshot)
        return found


def _load(snapshot: Snapshot) -> FeederDetails:
    arrays = snapshot.network.arrays
    line, conductor, length = columns_of(models.LineSection.objects.all(), "pk", "conductor_type", "length_m")
    meter, customer_class = columns_of(models.Meter.objects.all(), "pk", "customer_class")
    names = sorted({each for each in customer_class if each})
    number = {name: at for at, name in enumerate(names)}
    known = aligned(arrays.meters, meter, [number.get(each) for each in customer_class])
    switches = np.zeros(len(arrays.switches))
    switch_ids = arrays.switches.keys()

    def impedance(per_km: dict[str, float]) -> FloatArray:
        ohm = [
            None if kind not in per_km or metres is None else per_km[kind] * metres / 1000.0
            for kind, metres in zip(conductor, length, strict=True)
        ]
        return np.concatenate([aligned(arrays.sections, line, ohm), switches])

    return FeederDetails(
        edge_r_ohm=impedance({name: each.r_ohm_per_km for name, each in CATALOGUE.items()}),
        edge_x_ohm=impedance({name: each.x_ohm_per_km for name, each in CATALOGUE.items()}),
        switch_kinds=tuple(snapshot.switch_kinds.get(key) for key in switch_ids),
        meter_class=np.where(np.isnan(known), NONE, known).astype(np.int64),
        class_names=tuple(names),
    )


_lock = threading.Lock()
_kept: WeakKeyDictionary[Snapshot, FeederDetails] = WeakKeyDictionary()
