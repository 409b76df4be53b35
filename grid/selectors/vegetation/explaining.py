"""How each number of a tree's risk comes about, line by line, computed anew by the same formulas."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from grid.selectors.vegetation.pairs import LineOfPair, Neighbourhood, neighbourhood
from grid.selectors.vegetation.params import vegetation_params
from grid.standards.tree_assessment import Assessed, VegetationParams, assess_pairs, level_at
from grid.standards.trimming import basis_text

MOST_LINES = 10
"""The nearest lines that are explained."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One number and where it comes from; ``value`` None: it is unknown, or never."""

    name: str
    value: float | None
    unit: str | None
    text: str


@dataclass(frozen=True, kw_only=True)
class LineExplained:
    """What a tree is to one line."""

    line_id: str
    line_kind: str
    line_class: str
    is_route_approximate: bool
    grow_in_level: str | None
    fall_in_level: str | None
    steps: list[Step]


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What a tree is to the lines near it, the nearest first, and what is assumed throughout."""

    lines: list[LineExplained]
    assumptions: list[str]


def explain_tree(tree_id: str) -> Explanation:
    """Return how the numbers of an assessed tree come about; no lines if none is near, or it is not there."""
    params = vegetation_params()
    around = neighbourhood([tree_id], search_m=params.search_m)
    found = assess_pairs(trees=around.trees, pairs=around.pairs, params=params)
    order = np.argsort(around.pairs.distance_m, kind="stable")[:MOST_LINES]
    return Explanation(
        lines=[_line(around, int(pair), found, params) for pair in order],
        assumptions=_assumptions(params),
    )


def _line(around: Neighbourhood, pair: int, found: Assessed, params: VegetationParams) -> LineExplained:
    line = around.lines[pair]
    grow, fall = level_at(int(found.grow_level[pair])), level_at(int(found.fall_level[pair]))
    return LineExplained(
        line_id=line.line_id,
        line_kind=line.line_kind,
        line_class=line.line_class,
        is_route_approximate=line.is_route_approximate,
        grow_in_level=None if grow is None else str(grow),
        fall_in_level=None if fall is None else str(fall),
        steps=[
            *_place(around, pair, line, params),
            *_growth(around, pair, found),
            *_fall(around, pair, found),
            *_cost(pair, line, found),
            Step(
                name="original_score",
                value=_known(found.original_score[pair]),
                unit=None,
                text="0.7 max(0, 1 - (distance - crown) / (1.1 height + C)) + 0.3 min(1, height / 30), C by "
                "voltage: the composite score of an earlier tool, to compare with.",
            ),
        ],
    )


def _place(around: Neighbourhood, pair: int, line: LineOfPair, params: VegetationParams) -> list[Step]:
    pairs = around.pairs
    route = " The route is a straight line between substations, no real corridor." if line.mvcd_m else ""
    clearance = (
        "Trim distance of this class of line, by setting."
        if line.mvcd_m is None
        else f"MVCD of FAC-003-4 {line.mvcd_m:.2f} m and a margin of {params.margin_m:g} m."
    )
    hangs = (
        "Lowest pole of the section less what is in the ground and the sag, never below NESC rule 232."
        if line.mvcd_m is None
        else "As low as NESC rule 232 allows at this voltage."
    )
    blown = "Sag times the sine of the swing in a wind of 6 lb/ft²."
    return [
        _step("distance_m", pairs.distance_m[pair], "m", f"From the tree's foot to the line.{route}"),
        _step("conductor_m", pairs.lowest_m[pair], "m", hangs),
        _step("blowout_m", pairs.blowout_m[pair], "m", blown),
        _step("clearance_m", pairs.clearance_m[pair], "m", clearance),
    ]


def _growth(around: Neighbourhood, pair: int, found: Assessed) -> list[Step]:
    growth, tree = found.growth, int(around.pairs.tree[pair])
    basis = growth.basis[pair]
    crown, height = around.trees.crown_radius_m[tree], around.trees.height_m[tree]
    source = {"RECORDED": "as recorded", "SPECIES": "by the class of its species"}.get(
        str(basis), "unknown; trees in general 0.3 to 1.0 m"
    )
    never = " It never comes at this growth." if math.isinf(found.grow_in.years[pair]) else ""
    return [
        _step("growth_up_m", growth.up[pair], "m/year", f"Growth in height, {source}."),
        _step(
            "growth_side_m",
            growth.side[pair],
            "m/year",
            f"The crown ({_said(crown)} m) grows as the height ({_said(height)} m) does, in proportion.",
        ),
        _step(
            "clearance_deficit_m",
            found.grow_in.deficit_m[pair],
            "m",
            "The smaller of clearance + blow-out - (distance - crown) and height - (conductor - clearance).",
        ),
        _step(
            "years_to_encroachment",
            found.grow_in.years[pair],
            "years",
            f"The later of the gap beside over sideways growth and the gap below over upward growth.{never}",
        ),
        _step("earliest_years", found.grow_in.earliest_years[pair], "years", "With the fastest growth."),
        _step("latest_years", found.grow_in.latest_years[pair], "years", "With the slowest growth."),
    ]


def _fall(around: Neighbourhood, pair: int, found: Assessed) -> list[Step]:
    strike, tree = found.strikes, int(around.pairs.tree[pair])
    condition = around.trees.condition[tree]
    inspected = (
        "never inspected, so POSSIBLE with a range from IMPROBABLE to PROBABLE"
        if condition is None
        else f"{condition} by its inspection"
    )
    return [
        _step("reach_m", strike.reach_m[pair], "m", "√(distance² + conductor²)."),
        _step("overstrike_m", strike.overstrike_m[pair], "m", "Height - reach; below 0 it cannot strike."),
        _step(
            "direction_frac",
            strike.direction_frac[pair],
            None,
            "Part of the directions of fall that strike: arccos(distance / √(height² - conductor²)) / π"
            + (", weighted by its lean." if around.trees.lean[tree] else "; its lean is not known."),
        ),
        _step(
            "strikes_per_year",
            strike.per_year[pair],
            "1/year",
            f"Failures a year ({inspected}) times that part; wind as usual.",
        ),
        _step("strikes_per_year_low", strike.per_year_low[pair], "1/year", "The least of the range."),
        _step("strikes_per_year_high", strike.per_year_high[pair], "1/year", "The largest of the range."),
    ]


def _cost(pair: int, line: LineOfPair, found: Assessed) -> list[Step]:
    if line.device_id is None:
        who = (
            "Not known: transmission is meshed; a cascade run tells what the loss of the line means."
            if line.mvcd_m is not None
            else "Not known: no switch that opens on a fault feeds this section."
        )
    else:
        who = f"Active accounts behind {line.device_id}, which opens on a fault of this section."
    basis = {"OWN_RESTORATIONS": "mean of this utility's own outages"}.get(
        line.outage_basis or "", "mean of published repair times"
    )
    return [
        _step("customers", line.customers, None, who),
        _step("outage_min", line.outage_min, "min", f"Until they are supplied again: {basis}."),
        _step(
            "customer_minutes_per_year",
            found.customer_minutes[pair],
            "customer-minutes/year",
            "Strikes a year times customers times minutes.",
        ),
    ]


def _assumptions(params: VegetationParams) -> list[str]:
    return [
        f"Lines farther than {params.search_m:g} m from a tree's foot are left out; underground ones too.",
        f"A span is trimmed every {params.risk.cycle_years:g} years.",
        "Ground is taken as level; the line as straight and longer than the tree's reach.",
        "Growth rates are constant, so that a tree comes later rather than sooner.",
        basis_text(params.trim),
    ]


def _step(name: str, value: float | None, unit: str | None, text: str) -> Step:
    return Step(name=name, value=None if value is None else _known(value), unit=unit, text=text)


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _said(value: float) -> str:
    return "unknown" if math.isnan(value) else f"{value:.1f}"
