"""Says in words what a cascade did and what would have stopped it, from its result and from simulating again.

Every sentence carries the figures it is made of, so that nothing is said that cannot be checked. What would
have stopped it is no opinion: each answer is a cascade simulated again with one thing changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from cascade.engine.cascade import simulate
from cascade.engine.conditions import Conditions
from cascade.engine.outages import Outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared, prepare
from cascade.engine.result import CascadeResult, Termination
from cascade.engine.trip import Trip, TripCause

LEAST_LOAD_PCT = 50
COARSE_STEP_PCT = 5
EMERGENCY_PCT = (105, 110, 115, 120, 130, 150)
"""Trip thresholds tried, % of the ratings in force."""
NARROW_MARGIN_FRAC = 0.01

Fact = str | int | float | None
Progress = Callable[[float, str], None]

ENDINGS = {
    Termination.STABLE: "It ended when no branch was overloaded any more.",
    Termination.BLACKOUT: "It ended when no part of the grid had both load and generation left.",
    Termination.WAVE_LIMIT: "It was stopped at the largest number of waves, with branches still overloaded.",
    Termination.TIME_LIMIT: "It was stopped at its time limit: the next relay would have tripped later.",
    Termination.SPARED: "It ended because chance spared the branches that were still overloaded.",
}
CAUSES = {
    TripCause.OVERLOAD: "overloaded",
    TripCause.RELAY_TIMER: "its overload relay ran out",
    TripCause.SHORT_TIME_RATING: "above its short-time rating",
    TripCause.RANDOM_OVERLOAD: "overloaded, and tripped by chance",
    TripCause.RANDOM_NEAR_LIMIT: "near its limit, and tripped by chance",
    TripCause.HIDDEN_FAILURE: "by a defect of its protection when a neighbour went out",
}


class Topic(StrEnum):
    """What a sentence is about."""

    OUTAGES = "OUTAGES"
    OUTCOME = "OUTCOME"
    FIRST_TRIP = "FIRST_TRIP"
    SPREAD = "SPREAD"
    WORST_WAVE = "WORST_WAVE"
    ISLANDS = "ISLANDS"
    PREVENTION = "PREVENTION"
    CAUTION = "CAUTION"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """Hold one sentence or two, and the figures they say.

    Attributes:
        topic: what it is about.
        text: the sentences.
        facts: each figure and id in them by name; units are in the names.
    """

    topic: Topic
    text: str
    facts: Mapping[str, Fact]


def explain(
    *,
    prepared: Prepared,
    outages: Outages,
    params: CascadeParams,
    conditions: Conditions,
    result: CascadeResult,
    names: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> tuple[Statement, ...]:
    """Return what a cascade did, in the order in which one would ask.

    Args:
        prepared: the network it ran on.
        outages: what went out first.
        params: its settings.
        conditions: its ratings and costs of the hour.
        result: what came of it, with the parents of trips.
        names: of assets by id; ids stand for those that have none.
        progress: called with the share done and what is done; to stop, raise from it.
    """
    called = names or {}

    def name(asset_id: str) -> str:
        return called.get(asset_id, asset_id)

    said = [_outages(prepared, outages, result, name), _outcome(result)]
    trips = [trip for wave in result.waves for trip in wave.trips]
    if trips:
        said += [_first_trip(result.waves[1].trips, name), *_spread(result, trips, name), _worst_wave(result)]
    said.append(_islands(result))
    if trips:
        again = _Again(prepared, outages, params, conditions, progress or (lambda _share, _step: None))
        said += [_held(result, again, name), _less_load(again), _longer_ratings(params, again)]
    said += _cautions(params, result)
    return tuple(said)


class _Again:
    """Simulate the cascade again with one thing changed."""

    def __init__(
        self,
        prepared: Prepared,
        outages: Outages,
        params: CascadeParams,
        conditions: Conditions,
        progress: Progress,
    ) -> None:
        self.prepared, self.outages, self.params = prepared, outages, params
        self.conditions, self.progress = conditions, progress

    def with_params(self, **changes: object) -> CascadeResult:
        changed = replace(self.params, **changes)  # type: ignore[arg-type]
        return self._run(self.prepared, changed)

    def without_trips_of(self, branches: list[int]) -> CascadeResult:
        """Return the cascade in which some branches never trip by their load."""
        rate = self.prepared.source.rate_mva.copy()
        rate[branches] = 0.0  # unlimited
        return self._run(prepare(replace(self.prepared.source, rate_mva=rate)), self.params)

    def _run(self, prepared: Prepared, params: CascadeParams) -> CascadeResult:
        return simulate(
            network=prepared,
            outages=self.outages,
            params=params,
            conditions=self.conditions,
            parents=False,
        )


def _outages(
    prepared: Prepared, outages: Outages, result: CascadeResult, name: Callable[[str], str]
) -> Statement:
    network = prepared.source
    buses = [network.bus_ids[bus] for bus in result.outage_buses.tolist()]
    alone = [network.branch_ids[branch] for branch in np.flatnonzero(outages.branch_out).tolist()]
    units = [network.unit_ids[unit] for unit in result.outage_units.tolist()]
    parts = [
        f"{_count(len(ids), one, many)}{_listed(ids, name)}"
        for ids, one, many in (
            (buses, "bus", "buses"),
            (alone, "branch", "branches"),
            (units, "unit", "units"),
        )
        if ids
    ]
    with_them = len(result.outage_branches) - len(alone)
    more = (
        f" With the buses {_count(with_them, 'more branch', 'more branches')} went." if with_them > 0 else ""
    )
    return Statement(
        topic=Topic.OUTAGES,
        text=f"First out: {'; '.join(parts)}.{more}",
        facts={"buses": len(buses), "branches": len(result.outage_branches), "units": len(units)},
    )


def _outcome(result: CascadeResult) -> Statement:
    lost, before = result.shed_mw, result.base_served_mw
    at_once = result.waves[0].shed_mw
    share = 100.0 * lost / before if before > 0.0 else 0.0
    trips = len(result.tripped)
    text = f"Of {_mw(before)} served before, {_mw(lost)} were lost ({share:.1f} %)"
    if trips:
        text += (
            f": {_mw(at_once)} with the outages themselves and {_mw(lost - at_once)} in "
            f"{_count(result.n_waves, 'wave', 'waves')} of {_count(trips, 'trip', 'trips')}. "
            f"{ENDINGS[result.termination]}"
        )
    else:
        text += ", all of it with the outages themselves; no branch tripped."
    if result.base_shed_mw > 0.0:
        text += f" Another {_mw(result.base_shed_mw)} could not be served before anything was lost."
    return Statement(
        topic=Topic.OUTCOME,
        text=text,
        facts={
            "served_before_mw": before,
            "lost_mw": lost,
            "lost_pct": share,
            "lost_at_once_mw": at_once,
            "waves": result.n_waves,
            "trips": trips,
            "termination": str(result.termination),
            "base_shed_mw": result.base_shed_mw,
        },
    )


def _first_trip(trips: tuple[Trip, ...], name: Callable[[str], str]) -> Statement:
    first = max(trips, key=lambda trip: abs(trip.flow_mw) / trip.rate_mva if trip.rate_mva > 0.0 else 0.0)
    loading = 100.0 * abs(first.flow_mw) / first.rate_mva if first.rate_mva > 0.0 else None
    text = f"{name(first.branch_id)} tripped first: {CAUSES[first.cause]}"
    if loading is not None:
        text += f", it carried {loading:.0f} % of its rating of {first.rate_mva:,.0f} MVA"
    text += "."
    if first.parent_id is not None:
        text += f" The loss of {name(first.parent_id)} led to it"
        text += f": it added {_mw(first.parent_rise_mw)}." if first.parent_rise_mw is not None else "."
    if len(trips) > 1:
        text += f" {_count(len(trips) - 1, 'other branch', 'other branches')} tripped with it."
    return Statement(
        topic=Topic.FIRST_TRIP,
        text=text,
        facts={
            "branch_id": first.branch_id,
            "cause": str(first.cause),
            "loading_pct": loading,
            "rating_mva": first.rate_mva or None,
            "parent_id": first.parent_id,
            "parent_rise_mw": first.parent_rise_mw,
            "tripped_with_it": len(trips) - 1,
        },
    )


def _spread(result: CascadeResult, trips: list[Trip], name: Callable[[str], str]) -> list[Statement]:
    """Say which trip led to most others; the outages themselves led to all and say nothing."""
    tripped = {trip.branch_id for trip in trips}
    counts = {key: count for key, count in result.propagation().spread().items() if key in tripped}
    if not counts:
        return []
    worst = next(iter(counts))
    return [
        Statement(
            topic=Topic.SPREAD,
            text=f"Of the trips, that of {name(worst)} led to most others: {counts[worst]} of {len(trips)}, "
            "directly or through others.",
            facts={"branch_id": worst, "led_to": counts[worst], "trips": len(trips)},
        )
    ]


def _worst_wave(result: CascadeResult) -> Statement:
    worst = max(result.waves[1:], key=lambda wave: wave.shed_increment_mw)
    return Statement(
        topic=Topic.WORST_WAVE,
        text=f"The costliest wave was number {worst.index}: {_count(len(worst.tripped), 'trip', 'trips')}, "
        f"{_mw(worst.shed_increment_mw)} lost.",
        facts={
            "wave": worst.index,
            "trips": len(worst.tripped),
            "lost_mw": worst.shed_increment_mw,
        },
    )


def _islands(result: CascadeResult) -> Statement:
    last = result.waves[-1]
    dead_buses = int(np.count_nonzero(result.bus_dead))
    return Statement(
        topic=Topic.ISLANDS,
        text=f"In the end {_count(last.islands_alive, 'island was', 'islands were')} alive, "
        f"{_count(dead_buses, 'bus', 'buses')} without supply.",
        facts={"islands_alive": last.islands_alive, "dead_buses": dead_buses},
    )


def _held(result: CascadeResult, again: _Again, name: Callable[[str], str]) -> Statement:
    again.progress(0.0, "Simulating again without the first trips")
    first = result.waves[1]
    held = again.without_trips_of(first.tripped.tolist())
    what = (
        name(first.tripped_ids[0])
        if len(first.tripped_ids) == 1
        else f"the {len(first.tripped_ids)} branches of the first wave"
    )
    saved = result.shed_mw - held.shed_mw
    text = f"Had {what} not tripped, {_mw(held.shed_mw)} would have been lost"
    text += f", {_mw(abs(saved))} {'less' if saved >= 0.0 else 'more'} (simulated again)."
    return Statement(
        topic=Topic.PREVENTION,
        text=text,
        facts={"held": len(first.tripped_ids), "lost_mw": held.shed_mw, "saved_mw": saved},
    )


def _less_load(again: _Again) -> Statement:
    """Say at which share of the load nothing would have tripped, the greatest found going down."""
    at = again.params.load_multiplier

    def trips(pct: int) -> int:
        again.progress(
            0.2 + 0.6 * (100 - pct) / (100 - LEAST_LOAD_PCT), f"Simulating again at {pct} % of the load"
        )
        return len(again.with_params(load_multiplier=at * pct / 100.0).tripped)

    found = next(
        (pct for pct in range(100 - COARSE_STEP_PCT, LEAST_LOAD_PCT - 1, -COARSE_STEP_PCT) if not trips(pct)),
        None,
    )
    if found is not None:
        finer = (pct for pct in range(found + COARSE_STEP_PCT - 1, found, -1) if not trips(pct))
        found = next(finer, found)
        text = f"At {found} % of the load nothing would have tripped (simulated again)."
    else:
        text = f"Even at {LEAST_LOAD_PCT} % of the load branches would have tripped (simulated again)."
    return Statement(
        topic=Topic.PREVENTION, text=text, facts={"load_pct": found, "least_tried_pct": LEAST_LOAD_PCT}
    )


def _longer_ratings(params: CascadeParams, again: _Again) -> Statement:
    for number, pct in enumerate(EMERGENCY_PCT):
        again.progress(0.8 + 0.2 * number / len(EMERGENCY_PCT), f"Simulating again at {pct} % of the ratings")
        changed = again.with_params(trip_threshold_frac=params.trip_threshold_frac * pct / 100.0)
        if not len(changed.tripped):
            return Statement(
                topic=Topic.PREVENTION,
                text=f"If branches could have carried {pct} % of the limit they tripped at, nothing "
                "would have tripped (simulated again).",
                facts={"threshold_pct": pct},
            )
    return Statement(
        topic=Topic.PREVENTION,
        text=f"Even if branches could have carried {EMERGENCY_PCT[-1]} % of the limit they tripped at, "
        "some would have tripped (simulated again).",
        facts={"threshold_pct": None},
    )


def _cautions(params: CascadeParams, result: CascadeResult) -> list[Statement]:
    said = []
    margin = result.closest_margin
    if margin < NARROW_MARGIN_FRAC:  # false for NaN
        said.append(
            Statement(
                topic=Topic.CAUTION,
                text=f"One flow lay within {100.0 * margin:.2g} % of its limit: with a slightly other load "
                "or rating it may go otherwise.",
                facts={"closest_margin_frac": margin},
            )
        )
    if params.random_trips is not None or params.hidden_failures is not None:
        said.append(
            Statement(
                topic=Topic.CAUTION,
                text=f"Chance had a part in it: this is one draw, of seed {params.seed}; "
                "other seeds go otherwise.",
                facts={"seed": params.seed},
            )
        )
    return said


def _mw(value: float) -> str:
    return f"{value:,.0f} MW" if abs(value) >= 10.0 else f"{value:.1f} MW"


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _listed(ids: list[str], name: Callable[[str], str]) -> str:
    shown = ", ".join(name(asset_id) for asset_id in ids[:3])
    return f" ({shown}{f' and {len(ids) - 3} more' if len(ids) > 3 else ''})"
