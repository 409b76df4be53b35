"""Outages of switches that say themselves that they opened or closed: no inference needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grid.topology.actions import Action, Confirm, Fold, Move, OpenOutage, Report, Restore, Units
from grid.topology.arrays import FloatArray
from grid.topology.circuit_scope import CircuitScope
from grid.topology.detection import DetectionParams
from grid.topology.devices import DeviceKind, DeviceRef
from grid.topology.network import Network


@dataclass(frozen=True, kw_only=True)
class SwitchState:
    """Hold when a switch last said that it opened, and that it closed; ``NEVER`` if it did not."""

    switch_id: str
    opened_s: float
    closed_s: float


def follow_switches(
    *,
    network: Network,
    scope: CircuitScope,
    switches: Sequence[SwitchState],
    outages: Sequence[OpenOutage],
    resolved_s: FloatArray,
    now_s: float,
    params: DetectionParams,
) -> tuple[list[Action], list[OpenOutage]]:
    """Return what follows from what switches said, and the open outages once that is done.

    A switch that opened is a confirmed outage at once, of all behind it that is not out already; a predicted
    outage of the same fault becomes it. One that closed restores all that is left of its own outage. A switch
    that is normally open, or feeds nobody, means nothing.
    """
    actions: list[Action] = []
    open_now = {outage.outage_id: outage for outage in outages}
    for state in sorted(switches, key=lambda state: (state.opened_s, state.switch_id)):
        device = DeviceRef(DeviceKind.SWITCH, state.switch_id)
        behind = scope.units_behind(network, device)
        if state.closed_s >= state.opened_s:
            for outage in [o for o in open_now.values() if o.device == device]:
                if state.closed_s > outage.started_s:
                    moment = min(state.closed_s, now_s)
                    actions.append(Restore(outage_id=outage.outage_id, restored_s=moment, units=None))
                    del open_now[outage.outage_id]
        elif behind:
            actions += _opened(scope, state, device, behind, open_now, resolved_s, now_s, params)
    return actions, list(open_now.values())


def _opened(
    scope: CircuitScope,
    state: SwitchState,
    device: DeviceRef,
    behind: Units,
    open_now: dict[str, OpenOutage],
    resolved_s: FloatArray,
    now_s: float,
    params: DetectionParams,
) -> list[Action]:
    """Return what follows from a switch that is open; ``open_now`` becomes what it leaves."""
    opened_s = min(state.opened_s, now_s)
    own = next((outage for outage in open_now.values() if outage.device == device), None)
    if own is not None:
        if not own.is_predicted:
            return []
        open_now[own.outage_id] = replace(own, is_predicted=False)
        return [Confirm(outage_id=own.outage_id)]
    same_fault = sorted(
        (
            outage
            for outage in open_now.values()
            if outage.is_predicted
            and not outage.is_partly_restored
            and abs(outage.started_s - opened_s) <= params.settle_s
            and (outage.units <= behind or (outage.meter is None and outage.units >= behind))
        ),
        key=lambda outage: (outage.started_s, outage.outage_id),
    )
    kept = {outage.outage_id for outage in same_fault}
    held = [
        outage.units for outage in open_now.values() if outage.outage_id not in kept and outage.meter is None
    ]
    ended = frozenset(unit for unit in behind if _ended(scope, unit, opened_s, resolved_s))
    mine = behind.difference(ended, *held)
    if not mine:
        return []
    units = None if mine == behind else mine
    if not same_fault:
        # Its key is not known yet; what counts here is only that its transformers are accounted for.
        open_now[f"new {device}"] = OpenOutage(
            outage_id="", device=device, started_s=opened_s, is_predicted=False, units=mine
        )
        return [Report(device=device, started_s=opened_s, units=units, is_told=True)]
    first, *others = same_fault
    open_now[first.outage_id] = replace(first, device=device, units=mine, meter=None, is_predicted=False)
    actions: list[Action] = [
        Move(outage_id=first.outage_id, device=device, units=units),
        Confirm(outage_id=first.outage_id),
    ]
    for outage in others:
        if outage.units <= behind:
            actions.append(Fold(outage_id=outage.outage_id, into=device))
            del open_now[outage.outage_id]
    return actions


def _ended(scope: CircuitScope, unit: int, opened_s: float, resolved_s: FloatArray) -> bool:
    """Return whether the transformer got its supply back after the switch opened."""
    ends = resolved_s[scope.meters_of(unit, unit + 1)]
    return bool(len(ends)) and bool(ends.max() >= opened_s)
