"""Traces, isolation, back-feed and what-if switching, as a user may see them."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from flux_site.api.errors import BadInput, NotFound
from grid.selectors.connectivity import (
    LOAD_LAYERS,
    SNAPSHOT_LAYERS,
    LoadBasis,
    Loads,
    Positions,
    View,
    ask,
    loads_of,
)
from grid.selectors.places import Affected, Place, find_place
from grid.selectors.switching_answers import (
    BackfeedResult,
    CircuitEffect,
    CircuitState,
    IslandResult,
    IsolationResult,
    Limit,
    LoopResult,
    PartResult,
    SwitchingResult,
    SwitchRef,
    TieOption,
    TraceResult,
)
from grid.selectors.tracing import PathStep
from grid.topology import NONE
from grid.topology.arrays import IntArray
from grid.topology.backfeed import Check, LimitKind, compare_ties
from grid.topology.isolation import DeadPart, dead_parts, isolate
from grid.topology.loops import islands_of, loops_of
from grid.topology.supply import NOTHING, is_fed
from grid.topology.switching import CircuitLoad, effect_of
from grid.topology.tracing import TraceKind, trace

TRACE_LAYERS = (*SNAPSHOT_LAYERS, "poles")
MOST_SWITCHED = 50
"""Switches that one what-if question may name."""


def trace_asset(*, asset_id: str, kind: TraceKind, positions: Positions, user: Any) -> TraceResult:
    """Return what a trace from an asset finds.

    Raises:
        NotFound: if there is no such asset that the user may see.
        BadInput: if it is of no kind that can be traced.
    """

    def answer(view: View) -> TraceResult:
        network = view.network
        place = find_place(view, asset_id, user)
        traced = trace(network, place.start, kind)
        own = kind in {TraceKind.DOWNSTREAM, TraceKind.LOST_IF_OPENED} and place.meter != NONE
        found = Affected(
            view,
            edges=traced.edges,
            transformers=NOTHING if own else traced.transformers,
            meters=np.array([place.meter]) if own else None,
        )
        steps = _steps(view, place, traced.edges) if kind is TraceKind.TO_SOURCE else []
        return TraceResult(
            asset_id=asset_id,
            asset_kind=place.kind,
            kind=kind,
            positions=view.positions,
            off_normal=_seen_switches(view, view.off_normal),
            is_fed=_is_fed(view, place),
            found=found,
            steps=steps,
            open_switches=_switches(view, traced.open_switches),
            substation_ids=_substations(view, traced.sources),
        )

    return ask(field="trace", user=user, positions=positions, answer=answer, layers=TRACE_LAYERS)


def isolate_asset(*, asset_id: str, basis: LoadBasis, positions: Positions, user: Any) -> IsolationResult:
    """Return how an asset at fault is isolated, who stays out, and what ties can do for the rest.

    Raises:
        NotFound: if there is no such asset that the user may see.
        BadInput: if it has no place in the network.
    """

    def answer(view: View) -> IsolationResult:
        place = find_place(view, asset_id, user)
        nodes, failed = _at_fault(view, place)
        found = isolate(view.network, nodes, failed)
        loads = loads_of(basis)
        sections = len(view.network.arrays.sections)
        held_open = _boundary(view, nodes)
        zone = Affected(view, edges=found.zone_edges, transformers=found.zone_transformers)
        return IsolationResult(
            asset_id=asset_id,
            asset_kind=place.kind,
            positions=view.positions,
            basis=basis,
            load_hour=loads.hour,
            is_possible=found.is_possible,
            opens=_switches(view, found.opens),
            separates=_switches(view, found.separates),
            recloses=_switches(view, found.recloses),
            zone=zone,
            lost=Affected(view, transformers=found.lost),
            stays_out=Affected(view, transformers=found.stays_out if found.is_possible else NOTHING),
            parts=_parts(view, found.parts, loads, opened=sections + held_open, failed=failed),
        )

    return ask(
        field="isolation", user=user, positions=positions, answer=answer, layers=(*LOAD_LAYERS, "poles")
    )


def backfeed_asset(*, asset_id: str, basis: LoadBasis, positions: Positions, user: Any) -> BackfeedResult:
    """Return which parts lose supply if a switch, section or circuit opens, and what ties can do for them.

    Raises:
        NotFound: if there is no such asset that the user may see.
        BadInput: if it is a transformer or meter: no tie feeds what is behind it.
    """

    def answer(view: View) -> BackfeedResult:
        place = find_place(view, asset_id, user)
        if len(place.start.transformers) or place.kind == "Meter":
            raise BadInput(
                f"{asset_id} is a {place.kind.lower()}: no tie feeds what is behind it. Ask about a switch, "
                "line, pole, circuit or substation.",
                field="assetId",
            )
        opened, failed = place.start.edges, place.start.nodes
        if len(failed):  # its circuits are cut off from the failed bus by their breakers
            arrays = view.network.arrays
            touches = np.isin(arrays.edge_start, failed) | np.isin(arrays.edge_end, failed)
            opened = np.flatnonzero(view.network.is_closed & touches)
        loads = loads_of(basis)
        parts = dead_parts(view.network, opened, failed)
        units = [part.transformers for part in parts]
        return BackfeedResult(
            asset_id=asset_id,
            asset_kind=place.kind,
            positions=view.positions,
            basis=basis,
            load_hour=loads.hour,
            lost=Affected(view, transformers=np.concatenate([NOTHING, *units])),
            parts=_parts(
                view, [p for p in parts if len(p.transformers)], loads, opened=opened, failed=failed
            ),
        )

    return ask(
        field="backfeed", user=user, positions=positions, answer=answer, layers=(*LOAD_LAYERS, "poles")
    )


def switching_effect(
    *, opened: Sequence[str], closed: Sequence[str], basis: LoadBasis, positions: Positions, user: Any
) -> SwitchingResult:
    """Return what would change if switches opened and closed.

    Raises:
        BadInput: if none or too many are named, or one twice.
        NotFound: naming a switch that there is not, or that the user may not see.
    """
    named = [*opened, *closed]
    if not 1 <= len(named) <= MOST_SWITCHED:
        raise BadInput(f"{len(named)} switches are named; name 1 to {MOST_SWITCHED}.", field="opened")
    if len(set(named)) < len(named):
        raise BadInput("A switch is named twice.", field="closed")

    def answer(view: View) -> SwitchingResult:
        arrays, equipment = view.network.arrays, view.snapshot.equipment
        opening = _known_switches(view, opened, "opened")
        closing = _known_switches(view, closed, "closed")
        loads = loads_of(basis)
        effect = effect_of(
            view.network,
            opened=opening,
            closed=closing,
            equipment=equipment,
            load_kva=view.snapshot.load_kva(loads),
        )

        def state(circuit: int, load: CircuitLoad) -> CircuitState:
            rated = np.nan if circuit == NONE else 1000.0 * equipment.circuit_rated_mva[circuit]
            is_known = not load.unknown_loads and not load.in_loop and rated > 0.0
            return CircuitState(
                transformer_count=load.transformers,
                load_kva=load.load_kva,
                unknown_loads=load.unknown_loads,
                loading_pct=float(100.0 * load.load_kva / rated) if is_known else None,
                in_loop=load.in_loop,
                worst_asset_id=None if load.worst_edge == NONE else _seen_edge(view, load.worst_edge),
                worst_loading_pct=load.worst_loading_pct,
                overloaded_count=load.overloaded_edges,
            )

        seen = [
            c
            for c in effect.circuits
            if c.circuit == NONE or view.sees(c.circuit, view.snapshot.zones.circuits)
        ]
        return SwitchingResult(
            positions=view.positions,
            basis=basis,
            load_hour=loads.hour,
            loses=Affected(view, transformers=effect.loses),
            gains=Affected(view, transformers=effect.gains),
            moves=Affected(view, transformers=effect.moves),
            new_loops=Affected(view, edges=effect.new_loops),
            circuits=[
                CircuitEffect(
                    circuit_id=None if each.circuit == NONE else arrays.circuits.key(each.circuit),
                    rated_mva=None
                    if each.circuit == NONE
                    else _known(equipment.circuit_rated_mva[each.circuit]),
                    before=state(each.circuit, each.before),
                    after=state(each.circuit, each.after),
                )
                for each in seen
            ],
        )

    return ask(field="switchingEffect", user=user, positions=positions, answer=answer, layers=LOAD_LAYERS)


def list_islands(*, positions: Positions, user: Any) -> list[IslandResult]:
    """Return the parts without a source of which the user may see anything, the largest first."""

    def answer(view: View) -> list[IslandResult]:
        found = (
            IslandResult(
                found=Affected(view, edges=island.edges, transformers=island.transformers),
                open_switches=_switches(view, island.open_switches),
            )
            for island in islands_of(view.network)
        )
        return [each for each in found if _has_any(each.found)]

    return ask(field="islands", user=user, positions=positions, answer=answer)


def list_loops(*, positions: Positions, user: Any) -> list[LoopResult]:
    """Return the rings of closed edges of which the user may see anything."""

    def answer(view: View) -> list[LoopResult]:
        circuit_of, arrays = view.snapshot.equipment.edge_circuit, view.network.arrays
        results = []
        for loop in loops_of(view.network):
            circuits = np.unique(circuit_of[loop.edges])
            circuits = view.visible(circuits[circuits != NONE], view.snapshot.zones.circuits)
            results.append(
                LoopResult(
                    kind=loop.kind,
                    closed_by=_seen_edge(view, loop.edge),
                    substation_ids=_substations(view, loop.sources),
                    circuit_ids=arrays.circuits.keys(circuits),
                    found=Affected(view, edges=loop.edges),
                )
            )
        return [each for each in results if _has_any(each.found)]

    return ask(field="loops", user=user, positions=positions, answer=answer)


def _has_any(found: Affected) -> bool:
    return bool(len(found.sections) or len(found.switches) or len(found.transformers))


def _is_fed(view: View, place: Place) -> bool:
    arrays, fed = view.network.arrays, is_fed(view.network)
    edges = place.start.edges
    nodes = np.concatenate([place.start.nodes, arrays.edge_start[edges], arrays.edge_end[edges]])
    return bool(fed[nodes].any())


def _at_fault(view: View, place: Place) -> tuple[IntArray, IntArray]:
    """Return the nodes at fault, and the sources that fail with them.

    Raises:
        BadInput: if the asset has no place in the network.
    """
    arrays = view.network.arrays
    edges = place.start.edges
    nodes = np.concatenate([place.start.nodes, arrays.edge_start[edges], arrays.edge_end[edges]])
    if place.kind in {"Switch", "Circuit"}:  # a head's other end is the substation, which is not at fault
        nodes = nodes[~np.isin(nodes, arrays.sources)]
    if not len(nodes):
        raise BadInput(f"{place.asset_id} is joined to nothing.", field="assetId")
    return np.unique(nodes), place.start.nodes if place.kind == "Substation" else NOTHING


def _boundary(view: View, nodes: IntArray) -> IntArray:
    """Return the closed switches around the zones of some nodes."""
    network, arrays = view.network, view.network.arrays
    in_zone = np.isin(network.zone, np.unique(network.zone[nodes]))
    crosses = in_zone[arrays.edge_start] != in_zone[arrays.edge_end]
    return np.flatnonzero(network.is_closed & crosses) - len(arrays.sections)


def _parts(
    view: View, parts: Iterable[DeadPart], loads: Loads, *, opened: IntArray, failed: IntArray
) -> list[PartResult]:
    load_kva = view.snapshot.load_kva(loads)
    results = []
    for part in parts:
        options = compare_ties(
            view.network,
            part,
            equipment=view.snapshot.equipment,
            load_kva=load_kva,
            opened=opened,
            failed=failed,
        )
        ties = [
            TieOption(
                switch=_switch(view, option.switch),
                circuit_id=_seen_circuit(view, option.circuit),
                substation_id=_seen_substation(view, option.source),
                verdict=option.verdict,
                doubts=option.doubts,
                load_kva=option.load_kva,
                unknown_loads=option.unknown_loads,
                margin_kva=option.margin_kva,
                binding=None if option.binding is None else _limit(view, option.binding),
                overloaded=[_limit(view, check) for check in option.overloaded],
            )
            for option in options
            if view.sees(option.switch, view.snapshot.zones.switches)
        ]
        results.append(PartResult(found=Affected(view, transformers=part.transformers), ties=ties))
    return [each for each in results if len(each.found.transformers)]


def _limit(view: View, check: Check) -> Limit:
    sections = len(view.network.arrays.sections)
    match check.kind:
        case LimitKind.SECTION:
            asset_id = _seen_edge(view, check.position)
        case LimitKind.SWITCH:
            asset_id = _seen_edge(view, sections + check.position)
        case LimitKind.CIRCUIT:
            asset_id = _seen_circuit(view, check.position)
        case LimitKind.SUBSTATION:
            asset_id = _seen_substation(view, check.position)
    return Limit(
        kind=check.kind,
        asset_id=asset_id,
        load_kva=check.load_kva,
        unknown_loads=check.unknown_loads,
        rated_kva=check.rated_kva,
        margin_kva=check.margin_kva,
        loading_pct=100.0 * check.load_kva / check.rated_kva if check.rated_kva else None,
    )


def _known_switches(view: View, ids: Sequence[str], field: str) -> IntArray:
    """Return the positions of switches.

    Raises:
        NotFound: naming one that there is not, or that the user may not see.
    """
    positions = view.network.arrays.switches.positions(list(ids)) if ids else NOTHING
    for key, at in zip(ids, positions.tolist(), strict=True):
        if at == NONE or not view.sees(at, view.snapshot.zones.switches):
            raise NotFound(f"There is no switch {key!r} that you may see.", field=field)
    return positions


def _steps(view: View, place: Place, edges: IntArray) -> list[PathStep]:
    """Return the way to the source as steps, the asset itself first, less what the user may not see."""
    arrays, sections = view.network.arrays, len(view.network.arrays.sections)
    steps = []
    if place.kind in {"Meter", "Transformer"}:
        steps.append(PathStep(asset_id=place.asset_id, kind=place.kind))
        if place.kind == "Meter":
            steps += [
                PathStep(asset_id=key, kind="Transformer")
                for key in arrays.transformers.keys(place.start.transformers)
            ]
    for edge in edges.tolist():
        if edge < sections and view.sees(edge, view.snapshot.zones.sections):
            steps.append(PathStep(asset_id=arrays.sections.key(edge), kind="LineSection"))
        elif edge >= sections and view.sees(edge - sections, view.snapshot.zones.switches):
            switch = _switch(view, edge - sections)
            steps.append(PathStep(asset_id=switch.asset_id, kind="Switch", switch_kind=switch.kind))
    return steps


def _seen_edge(view: View, edge: int) -> str | None:
    """Return the id of a section or switch; None for one that the user may not see."""
    arrays, sections = view.network.arrays, len(view.network.arrays.sections)
    if edge < sections:
        return arrays.sections.key(edge) if view.sees(edge, view.snapshot.zones.sections) else None
    switch = edge - sections
    return arrays.switches.key(switch) if view.sees(switch, view.snapshot.zones.switches) else None


def _seen_circuit(view: View, circuit: int) -> str | None:
    """Return the id of a circuit; None for none, or one that the user may not see."""
    if circuit == NONE or not view.sees(circuit, view.snapshot.zones.circuits):
        return None
    return view.network.arrays.circuits.key(circuit)


def _seen_substation(view: View, node: int) -> str | None:
    """Return the id of the substation that is a node; None for one that the user may not see."""
    return next(iter(_substations(view, np.array([node]))), None)


def _switch(view: View, position: int) -> SwitchRef:
    arrays = view.network.arrays
    key = arrays.switches.key(position)
    return SwitchRef(
        asset_id=key,
        kind=view.snapshot.switch_kinds.get(key),
        circuit_id=_seen_circuit(view, int(arrays.switch_circuit[position])),
    )


def _switches(view: View, positions: IntArray) -> list[SwitchRef]:
    return [_switch(view, at) for at in view.visible(positions, view.snapshot.zones.switches).tolist()]


def _seen_switches(view: View, ids: list[str]) -> list[str]:
    switches = view.network.arrays.switches
    if not ids:
        return []
    return switches.keys(view.visible(switches.positions(ids), view.snapshot.zones.switches))


def _substations(view: View, nodes: IntArray) -> list[str]:
    arrays = view.network.arrays
    found = arrays.substations.positions(arrays.nodes.keys(nodes)) if len(nodes) else NOTHING
    return arrays.substations.keys(view.visible(found[found != NONE], view.snapshot.zones.substations))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
