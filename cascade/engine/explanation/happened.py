"""What happened in a cascade, each sentence from its result alone."""

from __future__ import annotations

import numpy as np

from cascade.engine.explanation.wording import (
    CAUSES,
    ENDINGS,
    LEAST_MW,
    LISTED,
    Name,
    Statement,
    Topic,
    count,
    listed,
    mw,
)
from cascade.engine.outages import Outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared
from cascade.engine.result import CascadeResult, Wave
from cascade.engine.trip import Trip

NARROW_MARGIN_FRAC = 0.01
WAVES_TOLD = 10
"""Waves that are told one by one; the others together."""


def first_out(
    prepared: Prepared, outages: Outages, result: CascadeResult, elements: int, name: Name
) -> Statement:
    """Return what failed first: whole substations, other buses, branches, units and local elements."""
    network = prepared.source
    whole, buses = _substations(prepared, result)
    alone = [network.branch_ids[branch] for branch in np.flatnonzero(outages.branch_out).tolist()]
    units = [network.unit_ids[unit] for unit in result.outage_units.tolist()]
    kinds = (
        (whole, "substation", "substations"),
        (buses, "bus", "buses"),
        (alone, "branch", "branches"),
        (units, "unit", "units"),
    )
    parts = [f"{count(len(ids), one, many)}{listed(ids, name)}" for ids, one, many in kinds if ids]
    if elements:
        parts.append(count(elements, "element", "elements") + " of the distribution network")
    with_them = len(result.outage_branches) - len(alone)
    text = f"First out: {'; '.join(parts)}." if parts else "Nothing failed first."
    if with_them > 0:
        text += f" With the buses {count(with_them, 'more branch', 'more branches')} went."
    return Statement(
        topic=Topic.OUTAGES,
        text=text,
        facts={
            "substations": len(whole),
            "other_buses": len(buses),
            "buses": len(result.outage_buses),
            "branches_alone": len(alone),
            "branches_with_buses": with_them,
            "branches": len(result.outage_branches),
            "units": len(units),
            "elements": elements,
        },
    )


def _substations(prepared: Prepared, result: CascadeResult) -> tuple[list[str], list[str]]:
    """Return the substations all of whose buses were taken out, and the other buses that were."""
    network = prepared.source
    out = np.zeros(network.n_buses, dtype=np.bool_)
    out[result.outage_buses] = True
    at = network.bus_substation
    standing = np.zeros(len(network.substation_ids), dtype=np.bool_)
    standing[at[(at >= 0) & ~out]] = True
    is_whole = np.array([at[bus] >= 0 and not standing[at[bus]] for bus in result.outage_buses], dtype=bool)
    places = np.unique(at[result.outage_buses[is_whole]])
    return (
        [network.substation_ids[place] for place in places.tolist()],
        [network.bus_ids[bus] for bus in result.outage_buses[~is_whole].tolist()],
    )


def before_it_failed(prepared: Prepared, result: CascadeResult, name: Name) -> list[Statement]:
    """Say what the parts that failed first did before, and what was overloaded right after."""
    network = prepared.source
    if not (len(result.outage_branches) or len(result.outage_buses) or len(result.outage_units)):
        return []
    load_mw = float(result.bus_base_served_mw[result.outage_buses].sum())
    lost_units = np.isin(network.unit_bus, result.outage_buses)
    lost_units[result.outage_units] = True
    capacity_mw = float(np.maximum(network.unit_pmax_mw[lost_units], 0.0).sum())
    overloads = result.waves[0].n_overloads
    said = [
        f"{verb} {mw(value)}"
        for verb, value in (("served", load_mw), ("could generate", capacity_mw))
        if value >= LEAST_MW
    ]
    text = f"Before, it {' and '.join(said)}. " if said else ""
    facts: dict[str, str | int | float | None] = {
        "load_mw": load_mw,
        "capacity_mw": capacity_mw,
        "branch_id": None,
        "flow_mw": None,
        "loading_pct": None,
        "overloads": overloads,
    }
    if result.base_flow_mw is not None and len(result.outage_branches):
        flow_mw = np.abs(result.base_flow_mw[result.outage_branches])
        most = int(result.outage_branches[np.argmax(flow_mw)])
        rate_mva, carried_mw = float(result.rate_mva[most]), float(flow_mw.max())
        loading = 100.0 * carried_mw / rate_mva if rate_mva > 0.0 else None
        branch_id = network.branch_ids[most]
        facts |= {"branch_id": branch_id, "flow_mw": carried_mw, "loading_pct": loading}
        text += f"Of the branches that went, {name(branch_id)} carried most before: {mw(carried_mw)}"
        text += f", {loading:,.0f} % of its rating. " if loading is not None else ". "
    text += f"Right after, {count(overloads, 'branch was', 'branches were')} overloaded."
    return [Statement(topic=Topic.PATIENT_ZERO, text=text, facts=facts)]


def outcome(result: CascadeResult) -> Statement:
    """Return what was lost, and how it ended."""
    lost, before = result.shed_mw, result.base_served_mw
    at_once = result.waves[0].shed_mw
    share = 100.0 * lost / before if before > 0.0 else 0.0
    trips = len(result.tripped)
    text = f"Of {mw(before)} served before, {mw(lost)} were lost ({share:.1f} %)"
    if trips:
        text += (
            f": {mw(at_once)} with the outages themselves and {mw(lost - at_once)} in "
            f"{count(result.n_waves, 'wave', 'waves')} of {count(trips, 'trip', 'trips')}. "
            f"{ENDINGS[result.termination]}"
        )
    elif lost >= LEAST_MW:
        text += ", all of it with the outages themselves; no branch tripped."
    else:
        text += "; no branch tripped."
    if result.base_shed_mw > 0.0:
        text += f" Another {mw(result.base_shed_mw)} could not be served before anything was lost."
    return Statement(
        topic=Topic.OUTCOME,
        text=text,
        facts={
            "served_before_mw": before,
            "lost_mw": lost,
            "lost_pct": share,
            "lost_at_once_mw": at_once,
            "lost_by_trips_mw": lost - at_once,
            "waves": result.n_waves,
            "trips": trips,
            "termination": str(result.termination),
            "base_shed_mw": result.base_shed_mw,
        },
    )


def customers(out: int | None, expected: float | None, lost_mw: float) -> list[Statement]:
    """Say how many customers are without supply; nothing where nothing was lost and nobody is."""
    facts: dict[str, str | int | float | None] = {"customers_out": out, "customers_expected": expected}
    if out is None:
        if lost_mw < LEAST_MW:
            return []
        text = "How many customers that is, is not known."
    elif not out and not (expected or 0.0) >= 0.5:
        return []
    else:
        text = f"{count(out, 'customer is', 'customers are')} without supply for certain"
        if expected is not None and round(expected) > out:
            text += f", {expected:,.0f} with those that substations served in part shed on average"
        text += "."
    return [Statement(topic=Topic.CUSTOMERS, text=text, facts=facts)]


def first_trip(trips: tuple[Trip, ...], name: Name) -> Statement:
    """Return which branch tripped first, the most loaded of them, and what led to it."""
    first = max(trips, key=lambda trip: abs(trip.flow_mw) / trip.rate_mva if trip.rate_mva > 0.0 else 0.0)
    loading = 100.0 * abs(first.flow_mw) / first.rate_mva if first.rate_mva > 0.0 else None
    text = f"{name(first.branch_id)} tripped first: {CAUSES[first.cause]}"
    if loading is not None:
        text += f", it carried {loading:,.0f} % of its rating of {first.rate_mva:,.0f} MVA"
    text += "."
    if first.parent_id is not None:
        text += f" The loss of {name(first.parent_id)} led to it"
        text += f": it added {mw(first.parent_rise_mw)}." if first.parent_rise_mw is not None else "."
    if len(trips) > 1:
        text += f" {count(len(trips) - 1, 'other branch', 'other branches')} tripped with it."
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


def waves(result: CascadeResult, name: Name) -> list[Statement]:
    """Return each wave of trips; from the eleventh on all together."""
    said = [_wave(wave, name) for wave in result.waves[1 : 1 + WAVES_TOLD]]
    if rest := result.waves[1 + WAVES_TOLD :]:
        trips = sum(len(wave.tripped) for wave in rest)
        lost_mw = sum(wave.shed_increment_mw for wave in rest)
        said.append(
            Statement(
                topic=Topic.WAVE,
                text=f"Waves {rest[0].index} to {rest[-1].index} together: {count(trips, 'trip', 'trips')}, "
                f"{mw(lost_mw)} lost.",
                facts={
                    "wave": rest[0].index,
                    "last_wave": rest[-1].index,
                    "trips": trips,
                    "lost_mw": lost_mw,
                },
            )
        )
    return said


def _wave(wave: Wave, name: Name) -> Statement:
    time = "" if wave.time_s is None else f" after {wave.time_s:,.1f} s"
    return Statement(
        topic=Topic.WAVE,
        text=f"Wave {wave.index}{time}: {count(len(wave.tripped), 'trip', 'trips')}"
        f"{listed(wave.tripped_ids, name)}, {mw(wave.shed_increment_mw)} lost.",
        facts={
            "wave": wave.index,
            "time_s": wave.time_s,
            "trips": len(wave.tripped),
            "first_listed": ", ".join(wave.tripped_ids[:LISTED]),
            "not_listed": max(0, len(wave.tripped) - LISTED),
            "lost_mw": wave.shed_increment_mw,
        },
    )


def spread(result: CascadeResult, trips: list[Trip], name: Name) -> list[Statement]:
    """Say which trip led to most others; the outages themselves led to all and say nothing."""
    tripped = {trip.branch_id for trip in trips}
    counts = {key: count for key, count in result.propagation().spread().items() if key in tripped}
    if not counts:
        return []
    worst = next(iter(counts))
    return [
        Statement(
            topic=Topic.SPREAD,
            text=f"Of the trips, that of {name(worst)} led to most others: {counts[worst]:,} of "
            f"{len(trips):,}, directly or through others.",
            facts={"branch_id": worst, "led_to": counts[worst], "trips": len(trips)},
        )
    ]


def worst_wave(result: CascadeResult) -> list[Statement]:
    """Say which wave cost most, if any cost something."""
    worst = max(result.waves[1:], key=lambda wave: wave.shed_increment_mw)
    if worst.shed_increment_mw < LEAST_MW:
        return []
    said = Statement(
        topic=Topic.WORST_WAVE,
        text=f"The costliest wave was number {worst.index}: {count(len(worst.tripped), 'trip', 'trips')}, "
        f"{mw(worst.shed_increment_mw)} lost.",
        facts={
            "wave": worst.index,
            "trips": len(worst.tripped),
            "lost_mw": worst.shed_increment_mw,
        },
    )
    return [said]


def islands(result: CascadeResult) -> Statement:
    """Return what held together in the end."""
    last = result.waves[-1]
    dead_buses = int(np.count_nonzero(result.bus_dead))
    return Statement(
        topic=Topic.ISLANDS,
        text=f"In the end {count(last.islands_alive, 'island was', 'islands were')} alive, "
        f"{count(dead_buses, 'bus', 'buses')} without supply.",
        facts={"islands_alive": last.islands_alive, "dead_buses": dead_buses},
    )


def cautions(params: CascadeParams, result: CascadeResult) -> list[Statement]:
    """Say what the outcome hangs on."""
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
