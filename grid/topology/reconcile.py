"""What to do about a circuit's outages, given those that are open and what its meters said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from grid.topology.actions import Action, Fold, Move, OpenOutage, Report, Restore, Units
from grid.topology.arrays import FloatArray
from grid.topology.circuit_scope import CircuitScope
from grid.topology.detection import DetectionParams, Finding, Heard, find_outages, spread
from grid.topology.devices import DeviceKind, DeviceRef
from grid.topology.evidence import Evidence
from grid.topology.network import Network
from grid.topology.switch_reports import SwitchState, follow_switches


@dataclass(frozen=True, kw_only=True)
class Review:
    """What to do now, and when to look again though nothing more is heard; None: no need."""

    actions: tuple[Action, ...]
    due_s: float | None


def review(
    *,
    network: Network,
    scope: CircuitScope,
    evidence: Evidence,
    outages: Sequence[OpenOutage],
    resolved_s: FloatArray,
    now_s: float,
    params: DetectionParams,
    switches: Sequence[SwitchState] = (),
) -> Review:
    """Return what to do about a circuit's outages: restore, move, fold together, report.

    Doing it and asking again, at the same moment, finds nothing more to do.

    Args:
        network: with its meters.
        scope: the circuit.
        evidence: of its meters.
        outages: the open ones.
        resolved_s: per meter of the scope when its last outage ended, ``NEVER`` if none is known.
        now_s: the present.
        params: the constants.
        switches: what switches of the circuit said of themselves; of those that said nothing, none.
    """
    heard = spread(scope, evidence, now_s)
    told, known = follow_switches(
        network=network,
        scope=scope,
        switches=switches,
        outages=outages,
        resolved_s=resolved_s,
        now_s=now_s,
        params=params,
    )
    closed = [action for action in told if isinstance(action, Restore)]
    held = [outage for outage in known if outage.outage_id]  # not those reported just now
    restores = [step for outage in held if (step := _restoration(scope, heard, outage, now_s, params))]
    left = _without_restored(known, restores)
    ended = resolved_s.copy()
    by_id = {outage.outage_id: outage for outage in (*outages, *known)}
    for step in (*closed, *restores):
        _note_end(scope, by_id[step.outage_id], step, ended)
    explained = _explained(scope, left, ended, now_s, params)
    findings = find_outages(
        network=network,
        scope=scope,
        evidence=evidence,
        now_s=now_s,
        params=params,
        explained_until_s=explained,
    )
    actions: list[Action] = [*told, *restores]
    for action in _match(scope, findings, left, now_s, params):
        actions += _less_what_is_back(network, scope, heard, action, left, now_s, params)
    return Review(actions=tuple(actions), due_s=_due(findings, now_s, params))


def _less_what_is_back(
    network: Network,
    scope: CircuitScope,
    heard: Heard,
    action: Action,
    outages: Sequence[OpenOutage],
    now_s: float,
    params: DetectionParams,
) -> list[Action]:
    """Return a report without the transformers that are back already; a move with the step that follows."""
    if isinstance(action, Report):
        made = OpenOutage(
            outage_id="",
            device=action.device,
            started_s=action.started_s,
            is_predicted=True,
            units=action.units if action.units is not None else scope.units_behind(network, action.device),
            meter=scope.meter_number(network, action.device),
        )
        step = _restoration(scope, heard, made, now_s, params)
        if step is None:
            return [action]
        left = made.units - step.units if step.units is not None else Units()
        return [replace(action, units=left)] if left else []
    if isinstance(action, Move):
        (before,) = (outage for outage in outages if outage.outage_id == action.outage_id)
        moved = replace(
            before,
            device=action.device,
            units=action.units if action.units is not None else scope.units_behind(network, action.device),
            meter=scope.meter_number(network, action.device),
        )
        step = _restoration(scope, heard, moved, now_s, params)
        return [action] if step is None else [action, step]
    return [action]


def _restoration(
    scope: CircuitScope, heard: Heard, outage: OpenOutage, now_s: float, params: DetectionParams
) -> Restore | None:
    """Return the step in which transformers of an outage got their supply back.

    A transformer is back when two of the meters that gasped, or one if fewer gasped, showed life since. When
    that is so of all transformers that were heard, the silent ones are taken to be back with them. While the
    device is not settled, a reading of a meter that never gasped says that it never was out.
    """
    is_settling = _is_settling(outage, now_s, params)
    back, waiting = _back(scope, heard, outage, params, is_settling=is_settling)
    if back and is_settling:
        back, waiting = _back(scope, heard, outage, params, is_settling=False)  # its first step settles it
    if not back:
        return None
    is_all = not waiting or len(back) == len(outage.units)
    return Restore(
        outage_id=outage.outage_id,
        restored_s=min(max(back.values()), now_s),
        units=None if is_all else frozenset(back),
    )


def _back(
    scope: CircuitScope, heard: Heard, outage: OpenOutage, params: DetectionParams, *, is_settling: bool
) -> tuple[dict[int, float], int]:
    """Return when transformers of an outage came back, and how many that gasped have not."""
    back: dict[int, float] = {}
    waiting = 0
    for unit in sorted(outage.units):
        rows = scope.meters_of(unit, unit + 1)
        if outage.meter is not None:
            rows = slice(outage.meter, outage.meter + 1)
        dark_at, alive_at = heard.dark_at[rows], heard.alive_at[rows]
        gasped = dark_at >= outage.started_s - params.episode_s
        if is_settling:
            alive_at = np.where(gasped, alive_at, heard.restored_at[rows])
        # A meter's own clock tells whether life came after its gasp; only a silent one is held against ours.
        alive = alive_at[alive_at > np.where(gasped, dark_at, outage.started_s)]
        if len(alive) and len(alive) >= min(2, int(gasped.sum())):
            back[unit] = float(np.median(alive))
        elif gasped.any():
            waiting += 1
    return back, waiting


def _note_end(scope: CircuitScope, outage: OpenOutage, step: Restore, ended_s: FloatArray) -> None:
    """Set when the outage of each meter of a step ended."""
    if outage.meter is not None:
        ended_s[outage.meter] = max(ended_s[outage.meter], step.restored_s)
        return
    for unit in outage.units if step.units is None else step.units:
        rows = scope.meters_of(unit, unit + 1)
        ended_s[rows] = np.maximum(ended_s[rows], step.restored_s)


def _without_restored(outages: Sequence[OpenOutage], restores: Sequence[Restore]) -> list[OpenOutage]:
    steps = {step.outage_id: step for step in restores}
    left: list[OpenOutage] = []
    for outage in outages:
        step = steps.get(outage.outage_id)
        if step is None:
            left.append(outage)
        elif step.units is not None:
            left.append(replace(outage, units=outage.units - step.units, is_partly_restored=True))
    return left


def _is_settling(outage: OpenOutage, now_s: float, params: DetectionParams) -> bool:
    """Return whether the device of an outage may still be inferred anew."""
    since_s = max(outage.started_s, outage.reported_s)
    return outage.is_predicted and not outage.is_partly_restored and now_s - since_s <= params.settle_s


def _explained(
    scope: CircuitScope,
    outages: Sequence[OpenOutage],
    ended_s: FloatArray,
    now_s: float,
    params: DetectionParams,
) -> FloatArray:
    """Return per meter up to when its gasps are accounted for; see :func:`find_outages`."""
    until = ended_s + params.skew_s
    for outage in outages:
        if _is_settling(outage, now_s, params):
            continue
        if outage.meter is not None:
            until[outage.meter] = math.inf
            continue
        for unit in outage.units:
            until[scope.meters_of(unit, unit + 1)] = math.inf
    return until


def _match(
    scope: CircuitScope,
    findings: Sequence[Finding],
    outages: Sequence[OpenOutage],
    now_s: float,
    params: DetectionParams,
) -> list[Action]:
    """Return how to bring the open outages to what was found."""
    believed = [finding for finding in findings if finding.believed_from_s <= now_s]
    settling = [outage for outage in outages if _is_settling(outage, now_s, params)]
    actions: list[Action] = []
    covered: dict[str, Units] = {outage.outage_id: outage.units for outage in outages if outage.meter is None}
    held = {outage.device: outage for outage in outages}
    placed: set[DeviceRef] = set()
    claimed: set[str] = set()

    for finding in findings:
        if (outage := held.get(finding.device)) is not None:
            claimed.add(outage.outage_id)
            placed.add(finding.device)

    # Wider than was thought: the earliest of what it covers becomes it, the others are folded into it.
    for finding in believed:
        if finding.device.kind is DeviceKind.METER:
            continue
        inside = sorted(
            (o for o in settling if o.outage_id not in claimed and o.units <= set(finding.units)),
            key=lambda o: (o.started_s, o.outage_id),
        )
        if inside and finding.device not in placed:
            first = inside.pop(0)
            absorbed = {first.outage_id, *(outage.outage_id for outage in inside)}
            others = [units for outage_id, units in covered.items() if outage_id not in absorbed]
            mine = frozenset(finding.units).difference(*others)
            is_whole = len(mine) == len(finding.units)
            actions.append(
                Move(outage_id=first.outage_id, device=finding.device, units=None if is_whole else mine)
            )
            covered[first.outage_id] = mine
            claimed.add(first.outage_id)
            placed.add(finding.device)
        for outage in inside:
            actions.append(Fold(outage_id=outage.outage_id, into=finding.device))
            covered.pop(outage.outage_id, None)
            claimed.add(outage.outage_id)

    # Narrower than was thought: the outage becomes the part with the most gasps.
    for outage in settling:
        within = [
            finding
            for finding in believed
            if finding.device not in placed and set(finding.units) <= outage.units
        ]
        if outage.outage_id in claimed or outage.meter is not None or not within:
            continue
        part = max(within, key=lambda finding: (finding.gasps, finding.device.id))
        actions.append(Move(outage_id=outage.outage_id, device=part.device))
        covered.pop(outage.outage_id)
        if part.device.kind is not DeviceKind.METER:
            covered[outage.outage_id] = frozenset(part.units)
        claimed.add(outage.outage_id)
        placed.add(part.device)

    for finding in believed:
        taken = frozenset().union(*covered.values()) if covered else frozenset()
        missing = frozenset(finding.units) - taken
        if finding.device in placed or not missing:
            continue
        is_whole = finding.device.kind is DeviceKind.METER or len(missing) == len(finding.units)
        actions.append(
            Report(device=finding.device, started_s=finding.onset_s, units=None if is_whole else missing)
        )
        if finding.device.kind is not DeviceKind.METER:
            covered[f"new {finding.device}"] = missing
    return actions


def _due(findings: Sequence[Finding], now_s: float, params: DetectionParams) -> float | None:
    """Return when silence or the lapse of time says something new."""
    moments = [finding.believed_from_s for finding in findings]
    moments += [finding.onset_s + params.arrival_s for finding in findings]
    return min((moment for moment in moments if moment > now_s), default=None)
