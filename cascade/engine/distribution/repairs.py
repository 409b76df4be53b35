"""What has to be repaired in the distribution network, what each repair brings back, and what hangs on what.

Rules (deterministic), all on the network as it was fed before:

- Every broken part is a job. A section, a pole on one, a switch and the head of a circuit lie in a zone: what
  hangs together without any switch. Jobs of one zone are energised together, when the last is done.
- A zone is fed from another through one switch. Its jobs hang on those of the nearest zone upstream that has
  any; where there is none, on the supply of the substation, if that is dead.
- Who is out, and not back by switching, is brought back by the nearest zone upstream with jobs. Of several
  jobs of a zone the first one carries them all.
- A transformer, and a pole on no section, bring back what they serve; a meter its own customers. They hang on
  the nearest zone upstream with jobs, their own among them.
- A broken switch counts with the zone that feeds it. One that was open belongs to one of its two zones; the
  other, if nothing else is broken there, waits for the same job.
- That a tie could feed a repaired part sooner than its own way is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from cascade.engine.distribution.consequence import Consequence
from grid.topology import NONE
from grid.topology.arrays import BoolArray, IntArray
from grid.topology.tracing import circuit_heads


@dataclass(frozen=True, kw_only=True)
class Broken:
    """Hold one broken part, by position; of ``section``, ``switch`` and ``circuit`` at most one is told.

    Attributes:
        id: the asset.
        kind: what kind of repair it is.
        section: its section, or that of a pole.
        switch: the switch.
        circuit: the circuit at whose head it lies.
        units: transformers that fail with it.
        meter: the meter.
    """

    id: str
    kind: str
    section: int = NONE
    switch: int = NONE
    circuit: int = NONE
    units: tuple[int, ...] = ()
    meter: int = NONE


@dataclass(frozen=True, kw_only=True)
class LocalJob:
    """Hold one repair.

    Attributes:
        id: the asset.
        kind: what kind of repair it is.
        parent: id of the job it hangs on; None if it hangs on no other repair here.
        substation: the substation without supply that it hangs on; None if its substation has supply.
        section: jobs of one section are energised together; None for a job by itself.
        customers: customers it brings back, once what it hangs on is energised.
        critical: of those, critical ones.
        load_kva: load of the transformers it brings back, as far as it is known.
        unknown_loads: transformers among them whose load is not known.
    """

    id: str
    kind: str
    parent: str | None
    substation: str | None
    section: str | None
    customers: int
    critical: int
    load_kva: float
    unknown_loads: int


@dataclass(frozen=True, kw_only=True)
class LocalRepairs:
    """Hold the repairs of a consequence.

    Attributes:
        jobs: the repairs, in the order given.
        not_by_supply: per substation, customers without supply whom its supply alone does not bring back, and
            those who are back by switching already.
        unattributed_customers: customers out whom no repair here and no substation's supply brings back.
        job_of_unit: per transformer that a repair brings back, by position, the number of the job.
        job_of_meter: per broken meter, by position, likewise.
    """

    jobs: tuple[LocalJob, ...] = ()
    not_by_supply: dict[str, int] = field(default_factory=dict)
    unattributed_customers: int = 0
    job_of_unit: dict[int, int] = field(default_factory=dict)
    job_of_meter: dict[int, int] = field(default_factory=dict)


def local_repairs(found: Consequence, broken: Sequence[Broken]) -> LocalRepairs:
    """Return the repairs after a consequence.

    Args:
        found: what the failures led to.
        broken: what failed, each part once.
    """
    return _Repairs(found, broken).result()


@dataclass
class _Weight:
    customers: int = 0
    critical: int = 0
    load_kva: float = 0.0
    unknown_loads: int = 0


class _Repairs:
    def __init__(self, found: Consequence, broken: Sequence[Broken]) -> None:
        self._found, self._broken = found, broken
        self._model, self._network = found.model, found.model.network
        self._arrays, self._tree = self._network.arrays, self._network.tree
        self._zone = self._network.zone
        self._root = self._roots()
        self._of_zone: dict[int, list[int]] = {}
        self._zone_of_job = [self._zone_of(each) for each in broken]
        for job, zone in enumerate(self._zone_of_job):
            if zone != NONE:
                self._of_zone.setdefault(zone, []).append(job)
        self._waits_for = self._other_sides()
        self._nearest_of: dict[int, int] = {}
        self._source_of: dict[int, int] = {}
        self._took = self._sources_taken()
        self._weights = [_Weight() for _ in broken]
        self._job_of_unit: dict[int, int] = {}
        self._job_of_meter: dict[int, int] = {}

    def result(self) -> LocalRepairs:
        not_by_supply: dict[str, int] = {}
        unattributed = self._weigh(not_by_supply)
        return LocalRepairs(
            jobs=tuple(self._job(number) for number in range(len(self._broken))),
            not_by_supply=not_by_supply,
            unattributed_customers=unattributed,
            job_of_unit=self._job_of_unit,
            job_of_meter=self._job_of_meter,
        )

    # Zones

    def _roots(self) -> IntArray:
        """Return per zone the node through which it is fed; ``NONE`` of one that is not."""
        root = np.full(int(self._zone.max(initial=-1)) + 1, NONE, dtype=np.int64)
        order = self._tree.order[::-1]  # the first of a zone is written last
        root[self._zone[order]] = order
        return root

    def _zone_of(self, part: Broken) -> int:
        """Return the zone that a part lies in; ``NONE`` of a transformer, a meter, a pole on no section."""
        arrays = self._arrays
        if part.section != NONE:
            return int(self._zone[arrays.edge_start[part.section]])
        if part.switch != NONE:
            edges = np.array([self._model.sections + part.switch])
        elif part.circuit != NONE:
            edges = circuit_heads(self._network, self._model.equipment.edge_circuit, part.circuit)
        else:
            return NONE
        ends = np.concatenate([arrays.edge_start[edges], arrays.edge_end[edges]])
        ends = ends[~np.isin(ends, arrays.sources)]
        if not len(ends):
            return NONE
        at = self._tree.position[ends]
        first = np.argmin(np.where(at == NONE, len(self._tree.order), at))
        return int(self._zone[ends[first]])

    def _other_sides(self) -> dict[int, int]:
        """Return per zone that has a broken switch beside it, and no job, the zone of the switch's job."""
        arrays, found = self._arrays, {}
        for part, zone in zip(self._broken, self._zone_of_job, strict=True):
            if part.switch == NONE or zone == NONE:
                continue
            edge = self._model.sections + part.switch
            for node in (int(arrays.edge_start[edge]), int(arrays.edge_end[edge])):
                other = int(self._zone[node])
                if other not in self._of_zone and node not in arrays.sources:
                    found[other] = zone
        return found

    def _sources_taken(self) -> dict[int, int]:
        """Return per source the zone whose fault no device parted from it, so that it was taken along."""
        taken: dict[int, int] = {}
        for zone in self._of_zone:
            root = int(self._root[zone])
            if root != NONE and int(self._network.node_device[root]) == NONE:
                taken.setdefault(self._source_above(zone), zone)
        return taken

    def _source_above(self, zone: int) -> int:
        """Return the source that a zone is fed from; ``NONE`` if it is not fed."""
        way = []
        while zone not in self._source_of:
            root = int(self._root[zone])
            above = NONE if root == NONE else int(self._tree.parent[root])
            if above == NONE:
                self._source_of[zone] = root
                break
            way.append(zone)
            zone = int(self._zone[above])
        for each in way:
            self._source_of[each] = self._source_of[zone]
        return self._source_of[zone]

    def _nearest(self, zone: int) -> int:
        """Return the nearest zone with jobs on the way to the source, itself first; ``NONE``: none."""
        way = []
        while zone not in self._nearest_of:
            if zone in self._of_zone:
                self._nearest_of[zone] = zone
                break
            if zone in self._waits_for:
                self._nearest_of[zone] = self._waits_for[zone]
                break
            root = int(self._root[zone])
            above = NONE if root == NONE else int(self._tree.parent[root])
            if above == NONE:
                self._nearest_of[zone] = self._took.get(root, NONE)
                break
            way.append(zone)
            zone = int(self._zone[above])
        for each in way:
            self._nearest_of[each] = self._nearest_of[zone]
        return self._nearest_of[zone]

    def _upstream(self, zone: int) -> int:
        """Return the nearest zone with jobs above one that has some; ``NONE`` if there is none.

        A zone beside a broken switch is passed over here: the job lies further up, or beside the way.
        """
        own, seen = zone, {zone}
        while True:
            root = int(self._root[zone])
            above = NONE if root == NONE else int(self._tree.parent[root])
            if above == NONE:
                taken = self._took.get(root, NONE)
                return NONE if taken in seen or taken == own else taken
            zone = int(self._zone[above])
            if zone in self._of_zone:
                return zone
            seen.add(zone)

    # Weights

    def _weigh(self, not_by_supply: dict[str, int]) -> int:
        """Give every transformer and meter that stays out to a job; return the customers left over."""
        found, arrays, model = self._found, self._arrays, self._model
        of_unit = {unit: n for n, part in enumerate(self._broken) for unit in part.units if self._is_alone(n)}
        of_meter = {part.meter: n for n, part in enumerate(self._broken) if part.meter != NONE}
        counts = np.where(self._is_meter_broken(of_meter), 0, arrays.meter_customers)
        critical = np.where(self._is_meter_broken(of_meter), 0, model.meter_critical)
        customers, vital = self._per_unit(counts), self._per_unit(critical)
        back = found.unit_out & np.isfinite(found.unit_restored_s)
        left = 0
        for unit in np.flatnonzero(found.unit_out).tolist():
            zone = int(self._zone[arrays.transformer_node[unit]])
            if back[unit]:
                self._add(not_by_supply, zone, int(customers[unit]))
                continue
            job = of_unit.get(unit, self._job_above(zone))
            if job == NONE:
                left += 0 if self._is_dead(zone) else int(customers[unit])
                continue
            self._add(not_by_supply, zone, int(customers[unit]))
            self._job_of_unit[unit] = job
            self._put(job, int(customers[unit]), int(vital[unit]), float(model.load_kva[unit]))
        for meter, job in of_meter.items():
            if not found.meter_out[meter]:
                continue
            own, unit = int(arrays.meter_customers[meter]), int(arrays.meter_transformer[meter])
            self._job_of_meter[meter] = job
            self._put(job, own, int(model.meter_critical[meter]), 0.0)
            if unit != NONE:
                self._add(not_by_supply, int(self._zone[arrays.transformer_node[unit]]), own)
        return left

    def _is_alone(self, number: int) -> bool:
        """Return whether a part brings back its transformers by itself, not as one of its zone's."""
        return self._zone_of_job[number] == NONE

    def _is_meter_broken(self, of_meter: Iterable[int]) -> BoolArray:
        mask = np.zeros(len(self._arrays.meters), dtype=np.bool_)
        mask[list(of_meter)] = True
        return mask

    def _per_unit(self, values: IntArray) -> IntArray:
        known = self._model.meter_transformer_known
        return np.bincount(
            self._arrays.meter_transformer[known], values[known], minlength=len(self._arrays.transformers)
        ).astype(np.int64)

    def _job_above(self, zone: int) -> int:
        nearest = self._nearest(zone)
        return NONE if nearest == NONE else self._of_zone[nearest][0]

    def _is_dead(self, zone: int) -> bool:
        """Return whether the substation above a zone is without supply."""
        return self._source_above(zone) in self._found.cleared.sources

    def _add(self, counts: dict[str, int], zone: int, customers: int) -> None:
        source = self._source_above(zone)
        if source != NONE and customers:
            key = self._arrays.nodes.key(source)
            counts[key] = counts.get(key, 0) + customers

    def _put(self, job: int, customers: int, critical: int, load_kva: float) -> None:
        weight = self._weights[job]
        weight.customers += customers
        weight.critical += critical
        if np.isnan(load_kva):
            weight.unknown_loads += 1
        else:
            weight.load_kva += load_kva

    # Jobs

    def _job(self, number: int) -> LocalJob:
        part, zone, weight = self._broken[number], self._zone_of_job[number], self._weights[number]
        parent, at = NONE, zone
        if zone != NONE:
            above = self._upstream(zone)
            parent = NONE if above == NONE else self._of_zone[above][0]
        else:
            at = self._zone_under(part)
            parent = NONE if at == NONE else self._job_above(at)
            if part.meter != NONE:
                unit = int(self._arrays.meter_transformer[part.meter])
                owners = (n for n, each in enumerate(self._broken) if unit != NONE and unit in each.units)
                parent = next((n for n in owners if self._is_alone(n)), parent)
        hangs_on_supply = parent == NONE and at != NONE and self._is_dead(at)
        return LocalJob(
            id=part.id,
            kind=part.kind,
            parent=None if parent == NONE else self._broken[parent].id,
            substation=self._arrays.nodes.key(self._source_above(at)) if hangs_on_supply else None,
            section=None if zone == NONE or len(self._of_zone[zone]) == 1 else f"ZONE-{zone}",
            customers=weight.customers,
            critical=weight.critical,
            load_kva=weight.load_kva,
            unknown_loads=weight.unknown_loads,
        )

    def _zone_under(self, part: Broken) -> int:
        """Return the zone that feeds a transformer, a pole on no section, or a meter; ``NONE`` if unknown."""
        units = part.units
        if part.meter != NONE:
            unit = int(self._arrays.meter_transformer[part.meter])
            units = () if unit == NONE else (unit,)
        return int(self._zone[self._arrays.transformer_node[units[0]]]) if units else NONE
