"""The life of the grid against an oracle: a transformer has supply when every device before it is closed."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import lognorm

from grid.forge.fault_causes import FAULT_CLASSES
from grid.forge.fleet import NONE, Fleet
from grid.forge.hazards import Faults
from grid.forge.outages import Outage
from grid.forge.protection import clear_faults
from grid.forge.restoration import Past, RestorationParams, live_through
from tests.unit.forge.grown import line_faults, no_planned_work, one_switch, tiny_system

WITHOUT_TIES = RestorationParams(tie_margin=-100.0)
Spans = dict[int, list[tuple[int, int]]]


def live(
    faults: Faults, *, params: RestorationParams = WITHOUT_TIES, end: int = 10**6, seed: int = 1
) -> Past:
    system = tiny_system()
    return live_through(
        fleet=system.fleet,
        sizes=system.sizes,
        faults=faults,
        clearing=clear_faults(fleet=system.fleet, faults=faults, seed=seed),
        planned=no_planned_work(),
        roster=system.roster,
        weather=system.weather,
        first_hour=-8766,
        end=end,
        seed=seed,
        params=params,
    )


def many_faults(seed: int, count: int = 400) -> Faults:
    """Return faults close upon each other at random switches and transformers."""
    rng = np.random.default_rng(seed)
    fleet = tiny_system().fleet
    closed = np.flatnonzero(~fleet.switches.is_open)
    of_line = rng.random(count) < 0.7
    kinds = [each.kind for each in FAULT_CLASSES]
    return Faults(
        minute=np.sort(rng.integers(-60 * 8000, -60 * 7750, count)),
        fault_class=np.where(of_line, kinds.index("OVERHEAD"), kinds.index("POLE_TRANSFORMER")).astype(
            np.int8
        ),
        switch=np.where(of_line, rng.choice(closed, count), NONE),
        transformer=np.where(of_line, NONE, rng.integers(0, len(fleet.transformers.node), count)),
        is_temporary=rng.random(count) < 0.3,
        ends_unit=np.zeros(count, dtype=np.bool_),
    )


def behind(fleet: Fleet, outage: Outage) -> range:
    if outage.switch == NONE:
        return range(outage.transformer, outage.transformer + 1)
    return range(
        int(fleet.switches.transformer_lo[outage.switch]), int(fleet.switches.transformer_hi[outage.switch])
    )


def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the union of spans of time."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def by_devices(fleet: Fleet, outages: list[Outage]) -> Spans:
    """Return when each transformer is out, by when the devices before it are open."""
    spans: Spans = {}
    for outage in outages:
        for transformer in behind(fleet, outage):
            spans.setdefault(transformer, []).append((outage.start, outage.repaired))
    return {transformer: merged(found) for transformer, found in spans.items()}


def by_pieces(outages: list[Outage]) -> Spans:
    """Return the same by what the outages say they interrupt."""
    spans: Spans = {}
    for outage in outages:
        for piece in outage.pieces:
            for transformer in range(piece.lo, piece.hi):
                spans.setdefault(transformer, []).append((outage.start, piece.end))
    return spans


@pytest.mark.parametrize("seed", range(5))
def test_without_ties_supply_is_back_when_every_device_is_closed(seed: int) -> None:
    fleet = tiny_system().fleet

    outages = live(many_faults(seed)).outages

    found = by_pieces(outages)
    assert len(outages) > 100
    assert {transformer: merged(spans) for transformer, spans in found.items()} == by_devices(fleet, outages)
    for spans in found.values():  # and nobody is counted out twice at a time
        spans.sort()
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    nested = sum(len(outage.pieces) > 1 or outage.restored > outage.repaired for outage in outages)
    assert nested >= 2


@pytest.mark.parametrize("seed", range(5))
def test_ties_only_shorten_what_is_behind_the_next_device(seed: int) -> None:
    fleet = tiny_system().fleet
    params = RestorationParams(tie_margin=100.0, switching_minutes=(25, 26))

    outages = live(many_faults(seed), params=params).outages

    devices = by_devices(fleet, outages)
    assert all(
        any(first <= start and end <= last for first, last in devices[transformer])
        for transformer, spans in by_pieces(outages).items()
        for start, end in spans
    )
    beyond = {"BREAKER": "RECLOSER", "RECLOSER": "SECTIONALIZER"}
    seen = 0
    for outage in outages:
        early = {(piece.lo, piece.hi) for piece in outage.pieces if piece.end == outage.start + 25}
        if not early or outage.repaired == outage.start + 25:
            continue
        kind = beyond[str(fleet.switches.kind[outage.switch])]
        same = (fleet.switches.circuit == outage.circuit) & (fleet.switches.kind == kind)
        (device,) = np.flatnonzero(same)
        lo, hi = int(fleet.switches.transformer_lo[device]), int(fleet.switches.transformer_hi[device])
        # All of it that the outage interrupts; what was out before belongs to other outages.
        assert early == {(p.lo, p.hi) for p in outage.pieces if lo <= p.lo and p.hi <= hi}
        seen += 1
    assert seen


def test_a_crew_is_at_one_outage_at_a_time_and_large_ones_come_first() -> None:
    outages = live(many_faults(11, count=600)).outages
    by_crew: dict[int, list[Outage]] = {}
    for outage in outages:
        by_crew.setdefault(outage.crew, []).append(outage)

    assert set(by_crew) - {NONE}
    for crew, mine in by_crew.items():
        mine.sort(key=lambda outage: outage.assigned)
        for before, after in itertools.pairwise(mine):
            assert crew == NONE or before.repaired <= after.assigned
    overhead = [outage for outage in outages if outage.kind in {"OVERHEAD", "POLE_TRANSFORMER"}]
    waited = [outage for outage in overhead if outage.assigned > outage.confirmed]
    assert len(waited) > 50
    for outage in waited:
        passed_over = [
            other
            for other in overhead
            if other.confirmed < outage.assigned < other.assigned and other.customers > outage.customers
        ]
        assert not passed_over


def test_steps_of_one_outage_are_in_order() -> None:
    for outage in live(many_faults(12)).outages:
        assert outage.start <= outage.confirmed <= outage.assigned <= outage.arrived < outage.repaired
        assert outage.restored >= min(outage.repaired, max(piece.end for piece in outage.pieces))
        assert outage.estimate <= outage.estimate_p80


def test_nobody_works_aloft_in_a_gale() -> None:
    system = tiny_system()
    gale = np.zeros_like(system.weather.wind_mps)
    gale[:, 100:106] = 20.0  # six hours
    breaker = int(np.flatnonzero(system.fleet.switches.kind == "BREAKER")[0])
    minute = (-8766 + 101) * 60
    faults = line_faults((minute, breaker, False))
    past = live_through(
        fleet=system.fleet,
        sizes=system.sizes,
        faults=faults,
        clearing=clear_faults(fleet=system.fleet, faults=faults, seed=1),
        planned=no_planned_work(),
        roster=system.roster,
        weather=replace(system.weather, wind_mps=gale),
        first_hour=-8766,
        end=0,
        seed=1,
        params=WITHOUT_TIES,
    )
    assert past.outages[0].arrived == (-8766 + 106) * 60


def test_the_estimate_of_overdue_work_allows_for_what_it_has_lasted() -> None:
    breaker = int(np.flatnonzero(tiny_system().fleet.switches.kind == "BREAKER")[0])
    first = live(line_faults((-6000, breaker, False))).outages[0]
    now = first.repaired - 1

    outage = live(line_faults((-6000, breaker, False)), end=now).outages[0]

    work = lognorm(s=outage.spread, scale=outage.median_minutes)
    lasted = now - outage.arrived
    for share, estimate in ((0.5, outage.estimate), (0.8, outage.estimate_p80)):
        below = work.cdf(lasted)
        expected = outage.arrived + work.ppf(below + share * (1.0 - below))
        assert now < estimate
        assert expected <= estimate <= expected + 16  # up to the next quarter of an hour


def test_a_blink_is_seen_by_who_has_supply_and_keeps_it() -> None:
    """A lasting fault behind a fuse: the recloser's customers blink, those behind the fuse are out."""
    fleet = tiny_system().fleet
    fuse = one_switch(fleet, "FUSE", behind="RECLOSER")
    past = live(line_faults((-6000, fuse, False)))
    (outage,), (blink,) = past.outages, past.momentaries
    per_transformer = np.bincount(fleet.meters.transformer, fleet.meters.tenants)
    lo, hi = fleet.switches.transformer_lo, fleet.switches.transformer_hi
    whole = per_transformer[int(lo[blink.switch]) : int(hi[blink.switch])].sum()

    assert outage.switch == fuse
    assert blink.customers + outage.customers == whole
    assert blink.start_s // 60 == outage.start
