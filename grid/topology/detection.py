"""Which devices failed, judged by what the meters of one circuit said.

Every meter that was heard, and every one that was not, speaks for or against each device above it. With
d the share of last gasps that arrive, f the probability of a gasp from a meter with supply and g that of a
sign of life from a meter without, one meter adds to the logarithm of the odds that its supply is out

    ln(d / f)            if its last gasp was heard,
    ln((1 - d) / (1 - f)) if nothing was heard of it,
    ln(g / (1 - g))      if it showed a sign of life since,

and a failed device adds ln(p), p being its prior probability to fail at that moment. The failed devices are
the set, none behind another, whose sum is largest: a maximum a posteriori estimate. On a tree it is found
exactly in one pass from the meters to the head of the circuit: at each device the better of "this one
failed" and the best sets of the branches behind it (Sevlian, Zhao, Rajagopal, Goldsmith and Poor, "Outage
Detection Using Load and Line Flow Measurements in Power Distribution Systems", IEEE Trans. Power Systems
33(2), 2018, who decide the same way on flows). Where two are equal the deeper one is named.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from grid.topology.arrays import NONE, BoolArray, FloatArray
from grid.topology.circuit_scope import CircuitScope
from grid.topology.devices import DeviceKind, DeviceRef
from grid.topology.evidence import NEVER, Evidence
from grid.topology.network import Network


@dataclass(frozen=True, kw_only=True)
class DetectionParams:
    """Hold the constants of the method; docs/outage-detection.md says where each comes from.

    Attributes:
        gasp_received_frac: share of last gasps that arrive at all.
        arrival_s: time within which those that arrive have done so; silence speaks in full only then.
        false_gasp_frac: probability of a gasp within an episode from a meter that keeps its supply.
        false_life_frac: probability of a sign of life from a meter without supply.
        meter_prior: probability that a meter's service fails at the moment others do.
        transformer_prior: likewise of a transformer.
        switch_prior: likewise that an isolating switch opens.
        episode_s: gasps further apart than this belong to different faults; twice ``skew_s``, since clocks
            may be wrong either way.
        settle_s: for so long after its start the device of an outage nobody confirmed is inferred anew.
        group_gasps: so many gasps behind one device are believed at once.
        single_wait_s: fewer are believed if nothing contradicts them for so long.
        skew_s: how far the clocks of meters may be off.
    """

    gasp_received_frac: float = 0.7
    arrival_s: float = 20.0
    false_gasp_frac: float = 5e-4
    false_life_frac: float = 1e-3
    meter_prior: float = 1e-3
    transformer_prior: float = 1e-3
    switch_prior: float = 1e-3
    episode_s: float = 120.0
    settle_s: float = 300.0
    group_gasps: int = 3
    single_wait_s: float = 60.0
    skew_s: float = 60.0

    def __post_init__(self) -> None:
        """Check every field."""
        for name in (
            "gasp_received_frac",
            "false_gasp_frac",
            "false_life_frac",
            "meter_prior",
            "transformer_prior",
            "switch_prior",
        ):
            if not 0.0 < getattr(self, name) < 1.0:
                raise ValueError(f"{name} must be between 0 and 1, not {getattr(self, name)!r}")
        if self.false_gasp_frac >= self.gasp_received_frac:
            raise ValueError("false_gasp_frac must be below gasp_received_frac")
        for name in ("arrival_s", "episode_s", "settle_s"):
            if not getattr(self, name) > 0.0:
                raise ValueError(f"{name} must be above 0, not {getattr(self, name)!r}")
        if self.group_gasps < 1 or self.single_wait_s < 0.0 or self.skew_s < 0.0:
            raise ValueError("group_gasps must be at least 1, single_wait_s and skew_s not negative")


_EQUAL = 1e-9
"""Sums of log odds no further apart than this are equal; they differ by rounding only."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Finding:
    """Name a device believed to have failed.

    Attributes:
        device: the device.
        units: range of the transformers behind it, as numbers within the circuit; a meter's is its own.
        onset_s: when: the median of its meters' gasps, which a few wrong clocks do not move.
        log_odds: of this device having failed against none behind it.
        gasps: meters behind it whose gasp was heard.
        meters: meters behind it.
        believed_from_s: when it may be acted upon: at once for a group of gasps, later for fewer.
    """

    device: DeviceRef
    units: range
    onset_s: float
    log_odds: float
    gasps: int
    meters: int
    believed_from_s: float


@dataclass(frozen=True, eq=False)
class Heard:
    """Hold what is known of every meter of a circuit, in seconds; ``NEVER`` where nothing is."""

    dark_at: FloatArray
    restored_at: FloatArray
    lit_at: FloatArray
    is_dark: BoolArray

    @property
    def alive_at(self) -> FloatArray:
        """The last moment each meter is known to have had supply."""
        return np.maximum(self.restored_at, self.lit_at)


def find_outages(
    *,
    network: Network,
    scope: CircuitScope,
    evidence: Evidence,
    now_s: float,
    params: DetectionParams,
    explained_until_s: FloatArray | None = None,
) -> list[Finding]:
    """Return the devices of a circuit that have most likely failed and not come back, the earliest first.

    Gasps are split into episodes where ``params.episode_s`` passes without one. Each episode is judged by
    itself: a meter that was dark before says nothing of it, one that gasped only later had supply then.

    Args:
        network: with its meters.
        scope: the circuit.
        evidence: of its meters; others are passed over.
        now_s: the present.
        params: the constants.
        explained_until_s: per meter of the scope the moment up to which its gasps are accounted for, by an
            outage that is known or over; ``NEVER`` if none is, infinite while it is known to be out.
    """
    until = np.full(len(scope.meters), NEVER) if explained_until_s is None else explained_until_s
    heard = spread(scope, evidence, now_s)
    tells = until < math.inf
    is_new = heard.is_dark & (heard.dark_at > until)
    found: list[Finding] = []
    before = np.zeros(len(scope.meters), dtype=np.bool_)
    for first_s, last_s in _episodes(heard.dark_at[is_new], params.episode_s):
        mine = is_new & (heard.dark_at >= first_s) & (heard.dark_at <= last_s)
        came_later = is_new & (heard.dark_at > last_s)
        has_life = ~mine & ((heard.restored_at >= first_s) | (heard.lit_at > last_s) | came_later)
        elapsed_s = now_s - float(np.median(heard.dark_at[mine]))
        odds = _log_odds(mine, has_life, elapsed_s=elapsed_s, params=params)
        odds[before | ~tells] = 0.0
        newly = _most_likely(network, scope, odds, mine, heard.dark_at, params)
        found += newly
        before |= mine
        for finding in newly:
            if finding.device.kind is not DeviceKind.METER:
                before[scope.meters_of(finding.units.start, finding.units.stop)] = True
    return found


def spread(scope: CircuitScope, evidence: Evidence, now_s: float) -> Heard:
    """Return the evidence over all meters of the circuit; moments of clocks ahead of ours are the present."""
    order = np.argsort(scope.meters, kind="stable")
    at = np.searchsorted(scope.meters[order], evidence.meter)
    at[at == len(scope.meters)] = 0
    is_ours = scope.meters[order][at] == evidence.meter if len(scope.meters) else np.zeros(len(at), np.bool_)
    row = order[at[is_ours]]
    dark_at = np.full(len(scope.meters), NEVER)
    restored_at = np.full(len(scope.meters), NEVER)
    lit_at = np.full(len(scope.meters), NEVER)
    is_dark = np.zeros(len(scope.meters), dtype=np.bool_)
    dark_at[row] = np.minimum(evidence.dark_at[is_ours], now_s)
    restored_at[row] = np.minimum(evidence.restored_at[is_ours], now_s)
    lit_at[row] = np.minimum(evidence.lit_at[is_ours], now_s)
    is_dark[row] = evidence.is_dark[is_ours]
    return Heard(dark_at, restored_at, lit_at, is_dark)


def _episodes(moments: FloatArray, gap_s: float) -> list[tuple[float, float]]:
    """Return first and last moment of each run of moments without a larger gap."""
    if not len(moments):
        return []
    ordered = np.sort(moments)
    cuts = np.flatnonzero(np.diff(ordered) > gap_s)
    return list(
        zip(
            ordered[np.concatenate([[0], cuts + 1])].tolist(),
            ordered[np.concatenate([cuts, [len(ordered) - 1]])].tolist(),
            strict=True,
        )
    )


def _log_odds(
    gasped: BoolArray, has_life: BoolArray, *, elapsed_s: float, params: DetectionParams
) -> FloatArray:
    """Return what each meter adds to the log odds that its supply is out.

    So shortly after the onset that few gasps can have arrived, silence says nothing yet.
    """
    arrived = params.gasp_received_frac * min(max(elapsed_s, 0.0) / params.arrival_s, 1.0)
    silence = min(math.log((1.0 - arrived) / (1.0 - params.false_gasp_frac)), 0.0)
    odds = np.full(len(gasped), silence)
    odds[gasped] = math.log(params.gasp_received_frac / params.false_gasp_frac)
    odds[has_life] = math.log(params.false_life_frac / (1.0 - params.false_life_frac))
    return odds


def _most_likely(
    network: Network,
    scope: CircuitScope,
    odds: FloatArray,
    gasped: BoolArray,
    dark_at: FloatArray,
    params: DetectionParams,
) -> list[Finding]:
    """Return the set of devices with the largest sum of log odds, none behind another."""
    meter_value = np.where(gasped, np.maximum(math.log(params.meter_prior) + odds, 0.0), 0.0)
    by_meters = _sums(meter_value, scope)
    unit_odds = _sums(odds, scope)
    as_unit = math.log(params.transformer_prior) + unit_odds
    unit_fails = as_unit > by_meters + _EQUAL
    unit_value = np.where(unit_fails, as_unit, by_meters)

    as_switch = math.log(params.switch_prior) + _range_sums(unit_odds, scope)
    behind = np.zeros(len(scope.switches))
    direct = scope.unit_above != NONE
    np.add.at(behind, scope.unit_above[direct], unit_value[direct])
    switch_fails = np.zeros(len(scope.switches), dtype=np.bool_)
    for number in range(len(scope.switches) - 1, -1, -1):
        switch_fails[number] = as_switch[number] > behind[number] + _EQUAL
        if (above := scope.above[number]) != NONE:
            behind[above] += max(as_switch[number], behind[number])

    def finding(kind: DeviceKind, key: str, units: range, meters: slice, log_odds: float) -> Finding:
        gasps = np.sort(dark_at[meters][gasped[meters]])
        count = meters.stop - meters.start
        is_group = len(gasps) >= params.group_gasps or len(gasps) == count > 1
        return Finding(
            device=DeviceRef(kind, key),
            units=units,
            onset_s=float(gasps[(len(gasps) - 1) // 2]),
            log_odds=log_odds,
            gasps=len(gasps),
            meters=count,
            believed_from_s=float(gasps[0]) + (0.0 if is_group else params.single_wait_s),
        )

    found: list[Finding] = []
    taken = np.zeros(len(scope.transformers), dtype=np.bool_)
    for number in np.flatnonzero(switch_fails).tolist():
        lo, hi = int(scope.lo[number]), int(scope.hi[number])
        if not taken[lo]:
            taken[lo:hi] = True
            key = network.arrays.switches.key(int(scope.switches[number]))
            meters = scope.meters_of(lo, hi)
            found.append(finding(DeviceKind.SWITCH, key, range(lo, hi), meters, float(as_switch[number])))
    for unit in np.flatnonzero(~taken & (unit_value > 0.0)).tolist():
        meters = scope.meters_of(unit, unit + 1)
        if unit_fails[unit]:
            key = network.arrays.transformers.key(int(scope.transformers[unit]))
            found.append(
                finding(DeviceKind.TRANSFORMER, key, range(unit, unit + 1), meters, float(as_unit[unit]))
            )
            continue
        for meter in (meters.start + np.flatnonzero(meter_value[meters] > 0.0)).tolist():
            key = network.arrays.meters.key(int(scope.meters[meter]))
            found.append(
                finding(
                    DeviceKind.METER,
                    key,
                    range(unit, unit + 1),
                    slice(meter, meter + 1),
                    float(meter_value[meter]),
                )
            )
    return found


def _sums(values: FloatArray, scope: CircuitScope) -> FloatArray:
    """Return the sum over the meters of each transformer."""
    sums = np.zeros(len(scope.transformers))
    np.add.at(sums, scope.meter_unit, values)
    return sums


def _range_sums(values: FloatArray, scope: CircuitScope) -> FloatArray:
    """Return the sum over the transformers behind each switch."""
    before = np.concatenate([[0.0], np.cumsum(values)])
    sums: FloatArray = before[scope.hi] - before[scope.lo]
    return sums
