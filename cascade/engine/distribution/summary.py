"""Counting a consequence: all of it, or what somebody may see of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cascade.engine.distribution.consequence import Consequence
from cascade.engine.distribution.impact import (
    CircuitImpact,
    ClassImpact,
    DistributionImpact,
    SubstationShed,
    SwitchingStep,
    Tally,
)
from cascade.engine.distribution.model import UNKNOWN_CLASS
from cascade.engine.distribution.shedding import shed_range
from cascade.engine.distribution.supply import LEAST_MW, SubstationSupply
from grid.topology import NONE
from grid.topology.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Seen:
    """Say what may be counted, by position; what may not is as if it were not there."""

    substations: BoolArray
    circuits: BoolArray
    switches: BoolArray
    transformers: BoolArray
    meters: BoolArray


def everything(found: Consequence) -> Seen:
    """Return leave to count all."""
    arrays = found.model.network.arrays
    masks = [
        np.ones(len(ids), dtype=np.bool_)
        for ids in (arrays.substations, arrays.circuits, arrays.switches, arrays.transformers, arrays.meters)
    ]
    return Seen(
        substations=masks[0], circuits=masks[1], switches=masks[2], transformers=masks[3], meters=masks[4]
    )


def summarise(found: Consequence, seen: Seen | None = None) -> DistributionImpact:
    """Return a consequence as plain values.

    Args:
        found: what happens.
        seen: what may be counted; None: all. Lost MW are those of all substations, also of those without
            circuits here: what the transmission network lost is no secret of a zone.
    """
    return _Count(found, seen or everything(found)).impact()


class _Count:
    def __init__(self, found: Consequence, seen: Seen) -> None:
        self._found, self._seen = found, seen
        model, arrays = found.model, found.model.network.arrays
        self._model, self._arrays = model, arrays
        self._unit_back = np.isfinite(found.unit_restored_s) & found.unit_out
        self._meter_back = np.isfinite(found.meter_restored_s) & found.meter_out
        self._meter_circuit = np.full(len(arrays.meters), NONE, dtype=np.int64)
        known = model.meter_transformer_known
        self._meter_circuit[known] = arrays.transformer_circuit[arrays.meter_transformer[known]]
        self._units_of = _Groups(arrays.transformer_circuit, len(arrays.circuits))
        self._meters_of = _Groups(self._meter_circuit, len(arrays.circuits))
        self._shed_share = np.zeros(len(arrays.meters))  # of meters under a substation served in part

    def impact(self) -> DistributionImpact:
        found = self._found
        limit = found.params.momentary_s
        brief = found.unit_restored_s <= limit, found.meter_restored_s <= limit
        every_unit, every_meter = np.arange(len(brief[0])), np.arange(len(brief[1]))
        out, restored, still = self._tallies(every_unit, every_meter)
        momentary = self._tally(
            np.flatnonzero(found.unit_out & brief[0]), np.flatnonzero(found.meter_out & brief[1])
        )
        sheds = self._sheds()
        mw_lost = sum(each.lost_mw for each in found.supplies)
        mw_known = sum(each.lost_mw for each in found.supplies if self._has_circuits(each))
        is_told = mw_lost <= LEAST_MW or mw_known > LEAST_MW or out.meters > 0
        low = out.customers + sum(each.fewest_customers for each in sheds)
        expected = out.customers + sum(each.expected_customers for each in sheds)
        high = out.customers + sum(each.most_customers for each in sheds)
        return DistributionImpact(
            customers_out=out.customers if is_told else None,
            meters_out=out.meters if is_told else None,
            critical_customers_out=out.critical_customers if is_told else None,
            customers_low=low if is_told else None,
            customers_expected=float(expected) if is_told else None,
            customers_high=high if is_told else None,
            out=out,
            momentary=momentary,
            restored=restored,
            still_out=still,
            mw_lost=mw_lost,
            mw_known=mw_known,
            mw_unknown=max(0.0, mw_lost - mw_known),
            coverage_frac=min(1.0, mw_known / mw_lost) if mw_lost > LEAST_MW else None,
            circuits=tuple(self._circuits()),
            classes=tuple(self._classes()),
            sheds=tuple(sheds),
            steps=tuple(self._steps()),
            unused_ties={reason.value: count for reason, count in sorted(found.restoration.unused.items())},
            data_digest=self._model.digest,
        )

    def _tally(self, units: IntArray, meters: IntArray) -> Tally:
        """Count transformers and meters, by position, as far as they may be seen."""
        units, meters = units[self._seen.transformers[units]], meters[self._seen.meters[meters]]
        load = self._model.load_kva[units]
        return Tally(
            transformers=len(units),
            meters=len(meters),
            customers=int(self._arrays.meter_customers[meters].sum()),
            critical_customers=int(self._model.meter_critical[meters].sum()),
            load_kva=float(np.nansum(load)),
            unknown_loads=int(np.isnan(load).sum()),
        )

    def _tallies(self, units: IntArray, meters: IntArray) -> tuple[Tally, Tally, Tally]:
        """Count what of these is out, what of it comes back by switching, and what does not."""
        units, meters = units[self._found.unit_out[units]], meters[self._found.meter_out[meters]]
        unit_back, meter_back = self._unit_back[units], self._meter_back[meters]
        return (
            self._tally(units, meters),
            self._tally(units[unit_back], meters[meter_back]),
            self._tally(units[~unit_back], meters[~meter_back]),
        )

    def _has_circuits(self, supply: SubstationSupply) -> bool:
        at = self._arrays.substations.position(supply.substation_id)
        return at != NONE and len(self._model.network.of_substation(at)) > 0

    # Circuits

    def _circuits(self) -> list[CircuitImpact]:
        arrays, found = self._arrays, self._found
        lost = self._lost_mw()
        of_unit, of_meter = arrays.transformer_circuit, self._meter_circuit
        affected = np.unique(np.concatenate([
            of_unit[found.unit_out], of_meter[found.meter_out], of_meter[self._shed_share > 0.0],
            np.array(sorted(lost), dtype=np.int64),
        ]))  # fmt: skip
        rows = []
        expected = self._shed_share * arrays.meter_customers * self._seen.meters
        for circuit in affected[affected != NONE].tolist():
            if not self._seen.circuits[circuit]:
                continue
            meters = self._meters_of.of(circuit)
            out, restored, still = self._tallies(self._units_of.of(circuit), meters)
            rows.append(
                CircuitImpact(
                    circuit_id=arrays.circuits.key(circuit),
                    substation_id=arrays.substations.key(int(arrays.circuit_substation[circuit])),
                    out=out,
                    restored=restored,
                    still_out=still,
                    expected_shed_customers=float(expected[meters].sum()),
                    lost_mw=lost.get(circuit),
                )
            )
        rows.sort(key=lambda row: (-row.out.customers - row.expected_shed_customers, row.circuit_id))
        return rows

    def _lost_mw(self) -> dict[int, float | None]:
        """Return each circuit's part of its substation's lost MW, by its load; None if a load is unknown."""
        arrays, network = self._arrays, self._model.network
        found: dict[int, float | None] = {}
        for supply in self._found.supplies:
            at = arrays.substations.position(supply.substation_id)
            if at == NONE or supply.lost_mw <= LEAST_MW:
                continue
            circuits = np.flatnonzero(arrays.circuit_substation == at).tolist()
            loads = [float(self._model.load_kva[network.of_circuit(each)].sum()) for each in circuits]
            total = sum(loads)
            for circuit, load in zip(circuits, loads, strict=True):
                known = not math.isnan(total) and total > 0.0
                found[circuit] = supply.lost_mw * load / total if known else None
        return found

    # Partial sheds

    def _sheds(self) -> list[SubstationShed]:
        arrays, network, found = self._arrays, self._model.network, self._found
        rng = np.random.default_rng(found.seed)
        rows = []
        for supply in found.supplies:
            at = arrays.substations.position(supply.substation_id)
            share = 1.0 - supply.served_share
            if at == NONE or supply.is_dead or share <= 0.0:
                continue
            node = arrays.nodes.position(supply.substation_id)
            units = network.behind_node(node)
            units = units[~found.unit_out[units]]
            circuits = np.unique(arrays.transformer_circuit[units])
            circuits = circuits[circuits != NONE]
            if not len(circuits):
                continue
            order = np.searchsorted(circuits, arrays.transformer_circuit[units])
            own = np.zeros(len(arrays.meters), dtype=np.bool_)
            own[network.meters_of(units)] = True
            own &= ~found.meter_out
            load = np.bincount(order, weights=self._model.load_kva[units], minlength=len(circuits)).astype(
                np.float64
            )
            customers = self._by_circuit(arrays.meter_customers, own & self._seen.meters, circuits)
            shed = shed_range(
                load_kva=load,
                customers=customers,
                critical=self._by_circuit(self._model.meter_critical, own, circuits),
                share=share,
                rng=rng,
            )
            self._shed_share[own] = share
            if not self._seen.substations[at]:
                continue
            rows.append(
                SubstationShed(
                    substation_id=supply.substation_id,
                    served_share=supply.served_share,
                    lost_mw=supply.lost_mw,
                    expected_customers=shed.expected,
                    fewest_customers=shed.fewest,
                    most_customers=shed.most,
                    rotating_circuit_ids=tuple(
                        arrays.circuits.key(int(circuits[each]))
                        for each in shed.rotating or ()
                        if self._seen.circuits[circuits[each]]
                    ),
                    rotating_customers=None
                    if shed.rotating is None
                    else int(customers[list(shed.rotating)].sum()),
                )
            )
        return rows

    def _by_circuit(self, values: IntArray, meters: BoolArray, circuits: IntArray) -> IntArray:
        at = np.searchsorted(circuits, self._meter_circuit[meters])
        at = np.minimum(at, len(circuits) - 1)
        return np.bincount(at, weights=values[meters], minlength=len(circuits)).astype(np.int64)

    # Classes

    def _classes(self) -> list[ClassImpact]:
        model, found, arrays = self._model, self._found, self._arrays
        names = (*model.class_names, UNKNOWN_CLASS)
        number = np.where(model.meter_class == NONE, len(model.class_names), model.meter_class)

        def per_class(values: FloatArray | IntArray) -> FloatArray:
            found = np.bincount(number, weights=values * self._seen.meters, minlength=len(names))
            return found.astype(np.float64)

        customers = arrays.meter_customers
        meters = per_class(found.meter_out.astype(np.int64))
        out = per_class(customers * found.meter_out)
        back = per_class(customers * self._meter_back)
        shed = per_class(self._shed_share * customers)
        return [
            ClassImpact(
                customer_class=name,
                meters_out=int(meters[at]),
                customers_out=int(out[at]),
                customers_restored=int(back[at]),
                customers_still_out=int(out[at] - back[at]),
                expected_shed_customers=float(shed[at]),
            )
            for at, name in enumerate(names)
            if meters[at] > 0.0 or shed[at] > 0.0
        ]

    # Steps

    def _steps(self) -> list[SwitchingStep]:
        arrays, found = self._arrays, self._found
        unit_at: dict[int, list[int]] = {}
        for unit in np.flatnonzero(self._unit_back).tolist():
            unit_at.setdefault(int(arrays.transformer_node[unit]), []).append(unit)
        rows = []
        for operation in found.restoration.operations:
            if not self._seen.switches[operation.switch]:
                continue
            units = [unit for node in operation.nodes.tolist() for unit in unit_at.get(node, ())]
            own = np.unique(np.array(units, dtype=np.int64))
            meters = self._model.network.meters_of(own)
            rows.append(
                SwitchingStep(
                    at_s=operation.at_s,
                    kind=operation.kind,
                    switch_id=arrays.switches.key(operation.switch),
                    switch_kind=self._model.switch_kinds[operation.switch],
                    circuit_id=self._circuit_id(int(arrays.switch_circuit[operation.switch])),
                    is_by_hand=operation.is_by_hand,
                    restored=self._tally(own, meters[self._meter_back[meters]]),
                    restored_by=self._circuit_id(operation.circuit) if len(own) else None,
                    least_voltage_pu=_known(operation.least_pu),
                    margin_kva=_known(operation.margin_kva),
                )
            )
        return rows

    def _circuit_id(self, circuit: int) -> str | None:
        is_shown = circuit != NONE and bool(self._seen.circuits[circuit])
        return self._arrays.circuits.key(circuit) if is_shown else None


class _Groups:
    """Positions by the group they belong to, found without looking at all of them for each group."""

    def __init__(self, group: IntArray, count: int) -> None:
        self._order = np.argsort(group, kind="stable")
        self._start = np.searchsorted(group[self._order], np.arange(count + 1))

    def of(self, group: int) -> IntArray:
        """Return the members of a group, ascending."""
        return self._order[self._start[group] : self._start[group + 1]]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
