"""What the length of the trimming cycle means: what encroaches between two trims, and what trimming takes.

Every span is visited once in a cycle of L years. A visit cuts back each tree that has come nearer than the
clearance and some room beyond it, on the side or at the top, whichever is the smaller cut; it has that room
again then, and grows as :mod:`grid.standards.tree_growth` says. A tree farther off is let be. So with the gap
``g(t) = max(beside - g_side t, below - g_up t)`` to the clearance, t years after a visit, a tree is

    cut at the next visit   if g(L) < room
    within the clearance    from g(t) = 0 on: a part max(0, 1 - t / L) of the time
    at the conductor        from g(t) = -clearance on, likewise

Of each tree only the line on which it encroaches first counts. Trees keep the size of today apart from that.
A longer cycle never has fewer encroachments; what it takes a year may rise or fall, since fewer visits meet
more and deeper trees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grid.standards.tree_growth import Growth
from grid.standards.trimming import TrimParams, trim_hours

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class CycleAssumptions:
    """Hold what is assumed of all cycles.

    Attributes:
        room_m: what a visit leaves free beyond the clearance: 1.5 m, so that with a clearance of 10 ft trees
            are cut back to 15 ft, the upper end of usual practice.
        faults_per_contact_year: sustained faults a year of a tree that touches a bare conductor all the year;
            None: not known, and neither is what follows from it.
        usd_per_crew_h: what an hour of a crew costs; None: not known.
        usd_per_customer_minute: what a customer-minute without supply costs; None: not known.
    """

    room_m: float = 1.5
    faults_per_contact_year: float | None = None
    usd_per_crew_h: float | None = None
    usd_per_customer_minute: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class CycleTrees:
    """Hold trees and the bare line that each encroaches on first, one entry a tree; NaN where unknown.

    Attributes:
        distance_m: from its foot to the line.
        crown_radius_m: of the tree.
        height_m: of the tree.
        lowest_m: height of the conductor at its largest sag.
        blowout_m: how far the wind moves it.
        clearance_m: what must stay free around it.
        growth: of the tree.
        line: number of its line.
        customers: behind the device that clears a fault of the line.
        outage_min: expected minutes without supply.
    """

    distance_m: FloatArray
    crown_radius_m: FloatArray
    height_m: FloatArray
    lowest_m: FloatArray
    blowout_m: FloatArray
    clearance_m: FloatArray
    growth: Growth
    line: IntArray
    customers: FloatArray
    outage_min: FloatArray


@dataclass(frozen=True, kw_only=True)
class CycleOutcome:
    """Hold what a cycle means in its long run. None: not known.

    Attributes:
        cycle_years: between two visits of a span.
        trimmed_trees: cut at a visit; ``trimmed_spans``: the spans they stand at.
        encroaching_trees: within the clearance before the next visit; ``encroaching_spans``: likewise.
        encroaching_spans_low: with the slowest growth, of trees whose growth is known.
        encroaching_spans_high: with the fastest, of all trees.
        touching_trees: at the conductor before the next visit.
        touching_trees_of_unknown_harm: those of them behind whose line customers or minutes are not known.
        encroaching_tree_years: trees within the clearance in the mean of the time.
        contact_tree_years: trees at the conductor in the mean of the time.
        crew_h_per_year: hours of crews.
        grow_in_faults_per_year: faults by trees at the conductor.
        grow_in_customer_minutes_per_year: what they cost customers, where the customers are known.
        trim_usd_per_year: cost of the crews.
        outage_usd_per_year: cost of those customer-minutes.
        total_usd_per_year: of both.
    """

    cycle_years: float
    trimmed_trees: int
    trimmed_spans: int
    encroaching_trees: int
    encroaching_spans: int
    encroaching_spans_low: int
    encroaching_spans_high: int
    touching_trees: int
    touching_trees_of_unknown_harm: int
    encroaching_tree_years: float
    contact_tree_years: float
    crew_h_per_year: float
    grow_in_faults_per_year: float | None
    grow_in_customer_minutes_per_year: float | None
    trim_usd_per_year: float | None
    outage_usd_per_year: float | None
    total_usd_per_year: float | None


def is_known(trees: CycleTrees) -> BoolArray:
    """Return of which trees it can be said when they encroach; the others count in the upper range alone."""
    beside, below = _gaps(trees)
    return np.asarray(~np.isnan(beside + below + trees.growth.up + trees.growth.side))


def cycle_outcomes(
    trees: CycleTrees, cycles_years: Sequence[float], assumed: CycleAssumptions, trim: TrimParams
) -> list[CycleOutcome]:
    """Return what each of some cycles means."""
    beside, below = _after_visit(trees, assumed.room_m)
    return [_outcome(trees, beside, below, float(years), assumed, trim) for years in cycles_years]


def _gaps(trees: CycleTrees) -> tuple[FloatArray, FloatArray]:
    """Return how far trees are from the clearance today, sideways and upwards."""
    beside = trees.distance_m - trees.crown_radius_m - trees.blowout_m - trees.clearance_m
    below = trees.lowest_m - trees.clearance_m - trees.height_m
    return np.asarray(beside), np.asarray(below)


def _after_visit(trees: CycleTrees, room_m: float) -> tuple[FloatArray, FloatArray]:
    """Return the same gaps after a visit: the wider of both is opened to the room, if it is not so wide."""
    beside, below = _gaps(trees)
    is_cut = np.maximum(beside, below) < room_m
    at_side = beside >= below
    return (
        np.where(is_cut & at_side, room_m, beside),
        np.where(is_cut & ~at_side, room_m, below),
    )


def _outcome(
    trees: CycleTrees,
    beside: FloatArray,
    below: FloatArray,
    years: float,
    assumed: CycleAssumptions,
    trim: TrimParams,
) -> CycleOutcome:
    growth = trees.growth
    gap = _gap_at(beside, below, growth.side, growth.up, years)
    slow = _gap_at(beside, below, growth.side_slow, growth.up_slow, years)
    fast = _gap_at(beside, below, growth.side_fast, growth.up_fast, years)
    is_cut, is_inside, is_touching = gap < assumed.room_m, gap < 0.0, gap < -trees.clearance_m
    inside = _part_of_time(beside, below, growth, years)
    contact = _part_of_time(beside + trees.clearance_m, below + trees.clearance_m, growth, years)
    cut_spans = _spans(trees, is_cut)
    hours = trim_hours(trees.height_m[is_cut], -gap[is_cut], trim).sum() + trim.set_up_h * cut_spans
    faults, lost = _harm(trees, contact, assumed.faults_per_contact_year)
    trim_usd = _times(float(hours) / years, assumed.usd_per_crew_h)
    outage_usd = _times(lost, assumed.usd_per_customer_minute)
    return CycleOutcome(
        cycle_years=years,
        trimmed_trees=int(is_cut.sum()),
        trimmed_spans=cut_spans,
        encroaching_trees=int(is_inside.sum()),
        encroaching_spans=_spans(trees, is_inside),
        encroaching_spans_low=_spans(trees, (slow < 0.0) & is_known(trees)),
        encroaching_spans_high=_spans(trees, fast < 0.0),
        touching_trees=int(is_touching.sum()),
        touching_trees_of_unknown_harm=int(
            (is_touching & np.isnan(trees.customers * trees.outage_min)).sum()
        ),
        encroaching_tree_years=float(inside.sum()),
        contact_tree_years=float(contact.sum()),
        crew_h_per_year=float(hours) / years,
        grow_in_faults_per_year=faults,
        grow_in_customer_minutes_per_year=lost,
        trim_usd_per_year=trim_usd,
        outage_usd_per_year=outage_usd,
        total_usd_per_year=None if trim_usd is None or outage_usd is None else trim_usd + outage_usd,
    )


def _gap_at(
    beside: FloatArray, below: FloatArray, side: FloatArray, up: FloatArray, years: float
) -> FloatArray:
    return np.asarray(np.maximum(beside - side * years, below - up * years))


def _part_of_time(beside: FloatArray, below: FloatArray, growth: Growth, years: float) -> FloatArray:
    """Return the part of a cycle after both gaps have closed; 0 where that is not known."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        closed = [
            np.where(gap <= 0.0, 0.0, np.where(rate > 0.0, gap / rate, np.inf))
            for gap, rate in ((beside, growth.side), (below, growth.up))
        ]
    part = np.maximum(1.0 - np.maximum(*closed) / years, 0.0)
    is_sure = ~np.isnan(beside + below + growth.side + growth.up)
    return np.asarray(np.where(is_sure, part, 0.0))


def _spans(trees: CycleTrees, chosen: BoolArray) -> int:
    return len(np.unique(trees.line[chosen]))


def _harm(
    trees: CycleTrees, contact: FloatArray, per_contact_year: float | None
) -> tuple[float | None, float | None]:
    """Return faults and customer-minutes a year; the latter None if of no tree in contact they are known."""
    if per_contact_year is None:
        return None, None
    each = trees.customers * trees.outage_min
    is_touching = contact > 0.0
    if is_touching.any() and np.isnan(each[is_touching]).all():
        return per_contact_year * float(contact.sum()), None
    return per_contact_year * float(contact.sum()), per_contact_year * float(np.nansum(contact * each))


def _times(amount: float | None, usd: float | None) -> float | None:
    return None if amount is None or usd is None else amount * usd
