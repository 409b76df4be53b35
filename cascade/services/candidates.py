"""Nodes of the distribution network with what hangs under them: where a failure would matter."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from cascade.engine.distribution.hanging import under_nodes, under_switches
from cascade.selectors.vulnerability import SubstationRisk, substation_risks
from flux_site.api.errors import BadInput, NotFound
from grid.selectors.connectivity import (
    LOAD_LAYERS,
    LoadBasis,
    Positions,
    View,
    ask,
    is_among,
    loads_of,
)
from grid.topology import NONE
from grid.topology.arrays import FloatArray, IntArray
from grid.topology.ids import Ids

MOST_FIRST = 250


class CandidateKind(StrEnum):
    """What kind of node."""

    SUBSTATION = "SUBSTATION"
    CIRCUIT = "CIRCUIT"
    SWITCH = "SWITCH"
    LINE = "LINE"
    TRANSFORMER = "TRANSFORMER"


class CandidateOrder(StrEnum):
    """What nodes are ranked by."""

    CUSTOMERS = "CUSTOMERS"
    LEARNED_RISK = "LEARNED_RISK"
    """By how likely the loss of a branch at a substation ends in a cascade, as the present is mapped."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A node and what hangs under it, as far as the user may see that."""

    asset_id: str
    kind: CandidateKind
    switch_kind: str | None
    circuit_id: str | None
    substation_id: str | None
    transformer_count: int
    meter_count: int
    customer_count: int
    critical_customer_count: int
    load_kva: float
    unknown_loads: int
    learned_risk: float | None = None
    learned_risk_basis: str | None = None
    learned_risk_branch_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """A page of candidates, and how many there are."""

    total_count: int
    items: list[Candidate]


def list_candidates(
    *,
    kind: CandidateKind,
    circuit_id: str | None,
    substation_id: str | None,
    first: int,
    offset: int,
    basis: LoadBasis,
    positions: Positions,
    user: Any,
    order: CandidateOrder = CandidateOrder.CUSTOMERS,
) -> Candidates:
    """Return nodes of a kind, the most customers under them first, then the most critical ones.

    Nodes under which nobody is served are left out. By LEARNED_RISK, substations come by the likeliest
    cascade among the losses of the branches at them, as the newest map of the present has it.

    Raises:
        BadInput: naming the field.
        NotFound: naming a circuit or a substation that there is not, or that the user may not see.
    """
    if not 1 <= first <= MOST_FIRST:
        raise BadInput(f"first is {first}; it must be 1 to {MOST_FIRST}.", field="first")
    if offset < 0:
        raise BadInput(f"offset is {offset}; it must not be negative.", field="offset")
    risks: dict[str, SubstationRisk] | None = None
    if order is CandidateOrder.LEARNED_RISK:
        if kind is not CandidateKind.SUBSTATION:
            raise BadInput(
                f"LEARNED_RISK ranks substations, not {kind}: it is about branches of the transmission "
                "network.",
                field="order",
            )
        risks = substation_risks(user)

    def answer(view: View) -> Candidates:
        return _page(view, kind, circuit_id, substation_id, first, offset, basis, risks)

    return ask(
        field="patientZeroCandidates", user=user, positions=positions, answer=answer, layers=LOAD_LAYERS
    )


def _page(
    view: View,
    kind: CandidateKind,
    circuit_id: str | None,
    substation_id: str | None,
    first: int,
    offset: int,
    basis: LoadBasis,
    risks: dict[str, SubstationRisk] | None,
) -> Candidates:
    network, snapshot = view.network, view.snapshot
    arrays, zones, equipment = network.arrays, snapshot.zones, snapshot.equipment
    sections = len(arrays.sections)
    ids, zone, circuit, substation = {
        CandidateKind.SUBSTATION: (
            arrays.substations,
            zones.substations,
            np.full(len(arrays.substations), NONE),
            np.arange(len(arrays.substations)),
        ),
        CandidateKind.CIRCUIT: (
            arrays.circuits,
            zones.circuits,
            np.arange(len(arrays.circuits)),
            arrays.circuit_substation,
        ),
        CandidateKind.SWITCH: (arrays.switches, zones.switches, arrays.switch_circuit, None),
        CandidateKind.LINE: (arrays.sections, zones.sections, equipment.edge_circuit[:sections], None),
        CandidateKind.TRANSFORMER: (
            arrays.transformers,
            zones.transformers,
            arrays.transformer_circuit,
            None,
        ),
    }[kind]
    if substation is None:
        substation = np.append(arrays.circuit_substation, NONE)[circuit]
    wanted = view.visible(np.arange(len(ids)), zone)
    if circuit_id is not None:
        at = _known(view, arrays.circuits, zones.circuits, circuit_id, "circuitId")
        wanted = wanted[circuit[wanted] == at]
    if substation_id is not None:
        at = _known(view, arrays.substations, zones.substations, substation_id, "substationId")
        wanted = wanted[substation[wanted] == at]
    sums = [_under(view, kind, values) for values in _per_unit(view, snapshot.load_kva(loads_of(basis)))]
    units, meters, customers, critical, load, unknown = sums
    wanted = wanted[customers[wanted] > 0.0]
    order = wanted[np.lexsort((wanted, -critical[wanted], -customers[wanted]))]
    found = {} if risks is None else {at: risks.get(ids.key(at)) for at in order.tolist()}
    if risks is not None:
        risk_of = [found[at] for at in order.tolist()]
        likelihood = np.array([-1.0 if each is None else each.likelihood for each in risk_of])
        order = order[np.argsort(-likelihood, kind="stable")]

    def seen(at: int, ids: Ids, zone: IntArray) -> str | None:
        return ids.key(at) if at != NONE and view.sees(at, zone) else None

    rows = []
    for at in order[offset : offset + first].tolist():
        key, risk = ids.key(at), found.get(at)
        rows.append(
            Candidate(
                asset_id=key,
                kind=kind,
                switch_kind=snapshot.switch_kinds.get(key) if kind is CandidateKind.SWITCH else None,
                circuit_id=seen(int(circuit[at]), arrays.circuits, zones.circuits),
                substation_id=seen(int(substation[at]), arrays.substations, zones.substations),
                transformer_count=int(units[at]),
                meter_count=int(meters[at]),
                customer_count=int(customers[at]),
                critical_customer_count=int(critical[at]),
                load_kva=float(load[at]),
                unknown_loads=int(unknown[at]),
                learned_risk=None if risk is None else risk.likelihood,
                learned_risk_basis=None if risk is None else risk.basis,
                learned_risk_branch_id=None if risk is None else risk.branch_id,
            )
        )
    return Candidates(total_count=len(order), items=rows)


def _known(view: View, ids: Ids, zone: IntArray, key: str, field: str) -> int:
    at = ids.position(key)
    if at == NONE or not view.sees(at, zone):
        raise NotFound(f"There is no {field.removesuffix('Id')} {key!r} that you may see.", field=field)
    return at


def _per_unit(view: View, load_kva: FloatArray) -> list[FloatArray]:
    """Return per transformer: itself, meters, customers, critical ones, load, unknown loads; if seen."""
    arrays, zones = view.network.arrays, view.snapshot.zones
    count = len(arrays.transformers)
    is_seen = is_among(count, view.visible(np.arange(count), zones.transformers))
    meters = view.visible(np.flatnonzero(arrays.meter_transformer != NONE), zones.meters)
    at = arrays.meter_transformer[meters]

    def total(values: IntArray) -> FloatArray:
        return np.bincount(at, weights=values[meters], minlength=count).astype(np.float64)

    return [
        is_seen.astype(np.float64),
        total(np.ones(len(arrays.meters), dtype=np.int64)),
        total(arrays.meter_customers),
        total(view.snapshot.meter_critical),
        np.where(is_seen, np.nan_to_num(load_kva), 0.0),
        (is_seen & np.isnan(load_kva)).astype(np.float64),
    ]


def _under(view: View, kind: CandidateKind, values: FloatArray) -> FloatArray:
    """Return per node of a kind the sum of what hangs under it; of a circuit by the transformers' record."""
    network, arrays = view.network, view.network.arrays
    if kind is CandidateKind.TRANSFORMER:
        return values
    if kind is CandidateKind.CIRCUIT:
        known = arrays.transformer_circuit != NONE
        return np.bincount(
            arrays.transformer_circuit[known], weights=values[known], minlength=len(arrays.circuits)
        ).astype(np.float64)
    if kind is CandidateKind.SWITCH:
        return under_switches(network, values)
    at_node = under_nodes(network, values)
    if kind is CandidateKind.SUBSTATION:
        return at_node[arrays.nodes.positions(arrays.substations.keys())] if len(at_node) else np.zeros(0)
    far = network.tree.far_end[: len(arrays.sections)]
    return np.where(far == NONE, 0.0, at_node[far]) if len(far) else np.zeros(0)
