"""What growth has in store: when trees will encroach, and what a trimming cycle means."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db import connection

from flux_site.api.errors import BadInput
from grid.models.base import granted_zone_ids
from grid.selectors.vegetation.pairs import floats
from grid.selectors.vegetation.params import vegetation_params
from grid.standards.tree_assessment import INSULATED
from grid.standards.tree_growth import growth_of
from grid.standards.trimming import TrimParams, basis_text
from grid.standards.trimming_cycle import (
    CycleAssumptions,
    CycleOutcome,
    CycleTrees,
    cycle_outcomes,
    is_known,
)

EDGES_YEARS = (1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0)
"""Where the spans of years end that trees are counted by; the last is open."""

MOST_GROUPS = 200
MOST_CYCLES = 12
CYCLE_YEARS = (0.5, 30.0)
MOST_ROOM_M = 10.0
MOST_USD = 1e6
MOST_FAULTS = 1e3

_OVERDUE, _FIRST, _NEVER, _UNKNOWN = -1, 0, 100, 101


class OutlookGroup(StrEnum):
    """What trees are counted by."""

    CIRCUIT = "CIRCUIT"
    SPECIES = "SPECIES"
    LINE_CLASS = "LINE_CLASS"


@dataclass(frozen=True, kw_only=True)
class GroupOutlook:
    """How many trees of a group encroach when. ``due_counts``: by the edges, and after the last."""

    key: str | None
    label: str | None
    tree_count: int
    overdue_count: int
    due_counts: list[int]
    never_count: int
    unknown_count: int


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """When trees encroach: all of them, and by group, those with most overdue first."""

    edges_years: list[float]
    total: GroupOutlook
    groups: list[GroupOutlook]
    group_count: int


@dataclass(frozen=True, kw_only=True)
class CycleStudy:
    """What some cycles mean, and what does not depend on them."""

    outcomes: list[CycleOutcome]
    tree_count: int
    span_count: int
    unknown_tree_count: int
    strikes_per_year: float | None
    strike_customer_minutes_per_year: float | None
    current_cycle_years: float
    assumptions: list[str]


_GROUPS = {
    OutlookGroup.CIRCUIT: ("l.circuit_id", "c.name"),
    OutlookGroup.SPECIES: ("r.species", "r.common_name"),
    OutlookGroup.LINE_CLASS: ("l.line_class", "NULL::text"),
}

_OUTLOOK = """
SELECT {key}, max({label}), CASE
    WHEN r.clearance_deficit_m >= 0 THEN {overdue}
    WHEN r.years_to_encroachment IS NOT NULL
        THEN width_bucket(r.years_to_encroachment, %(edges)s::float8[])
    WHEN r.grow_in_level = 'NONE' THEN {never} ELSE {unknown} END AS due, count(*)
FROM grid_treerisk r LEFT JOIN grid_vegetationline l ON l.id = r.grow_in_line_id
LEFT JOIN grid_circuit c ON c.id = l.circuit_id
WHERE r.nearest_line_id IS NOT NULL {where} GROUP BY 1, 3"""

_TREES = """
SELECT l.id, r.grow_in_distance_m, r.crown_radius_m, r.height_m, l.lowest_m, l.blowout_m, l.clearance_m,
    r.growth_m_per_year, r.species, l.customers, l.outage_min
FROM grid_treerisk r JOIN grid_vegetationline l ON l.id = r.grow_in_line_id
WHERE l.line_kind = 'SECTION' AND l.line_class <> %(insulated)s {where} ORDER BY r.id"""

_STRIKES = """
SELECT sum(r.strikes_per_year), sum(r.customer_minutes_per_year)
FROM grid_treerisk r JOIN grid_vegetationline l ON l.id = r.fall_in_line_id
WHERE l.line_kind = 'SECTION' AND l.line_class <> %(insulated)s {where}"""


def encroachment_outlook(
    *, area: GEOSGeometry | None, circuit_id: str | None, user: Any, group_by: OutlookGroup
) -> Outlook:
    """Return when trees encroach on the line on which they do so first.

    Of groups ``MOST_GROUPS`` at most; the total is of all.
    """
    where, values = _chosen(area=area, circuit_id=circuit_id, user=user)
    key, label = _GROUPS[group_by]
    query = _OUTLOOK.format(
        key=key, label=label, overdue=_OVERDUE, never=_NEVER, unknown=_UNKNOWN, where=where
    )
    with connection.cursor() as cursor:
        cursor.execute(query, {**values, "edges": list(EDGES_YEARS)})
        rows = cursor.fetchall()
    counts: dict[str | None, dict[int, int]] = {}
    labels: dict[str | None, str | None] = {}
    for group, name, due, count in rows:
        counts.setdefault(group, {})[due] = count
        labels[group] = labels.get(group) or name
    whole: dict[int, int] = {}
    for found in counts.values():
        for due, count in found.items():
            whole[due] = whole.get(due, 0) + count
    groups = [_group(group, labels[group], found) for group, found in counts.items()]
    groups.sort(
        key=lambda each: (-each.overdue_count, [-count for count in each.due_counts], each.key or "~")
    )
    return Outlook(
        edges_years=list(EDGES_YEARS),
        total=_group(None, None, whole),
        groups=groups[:MOST_GROUPS],
        group_count=len(groups),
    )


def trimming_cycles(
    *,
    area: GEOSGeometry | None,
    circuit_id: str | None,
    user: Any,
    cycles_years: Sequence[float],
    assumed: CycleAssumptions,
) -> CycleStudy:
    """Return what cycles mean for the bare spans of distribution.

    Raises:
        BadInput: naming the value that is out of range.
    """
    _check(cycles_years, assumed)
    params = vegetation_params()
    where, values = _chosen(area=area, circuit_id=circuit_id, user=user)
    values["insulated"] = INSULATED
    with connection.cursor() as cursor:
        cursor.execute(_TREES.format(where=where), values)
        columns: list[Sequence[Any]] = list(zip(*cursor.fetchall(), strict=True)) or [()] * 11
        cursor.execute(_STRIKES.format(where=where), values)
        strikes, lost = cursor.fetchone()
    numbers = {line: number for number, line in enumerate(dict.fromkeys(columns[0]))}
    height, crown = floats(columns[3]), floats(columns[2])
    trees = CycleTrees(
        distance_m=floats(columns[1]),
        crown_radius_m=crown,
        height_m=height,
        lowest_m=floats(columns[4]),
        blowout_m=floats(columns[5]),
        clearance_m=floats(columns[6]),
        growth=growth_of(
            recorded_m_per_year=floats(columns[7]),
            species=columns[8],
            height_m=height,
            crown_radius_m=crown,
            params=params.growth,
        ),
        line=floats([numbers[line] for line in columns[0]]).astype("int64"),
        customers=floats(columns[9]),
        outage_min=floats(columns[10]),
    )
    return CycleStudy(
        outcomes=cycle_outcomes(trees, cycles_years, assumed, params.trim),
        tree_count=len(columns[0]),
        span_count=len(numbers),
        unknown_tree_count=int((~is_known(trees)).sum()),
        strikes_per_year=strikes,
        strike_customer_minutes_per_year=lost,
        current_cycle_years=params.risk.cycle_years,
        assumptions=_assumptions(assumed, params.trim),
    )


def _assumptions(assumed: CycleAssumptions, trim: TrimParams) -> list[str]:
    visit = (
        "Every bare span of distribution is visited once in a cycle; a visit cuts back what is nearer than"
    )
    left_out = "Service drops and transmission lines are left out."
    return [
        f"{visit} the clearance and {assumed.room_m:g} m.",
        "Trees grow on as they do today; their number and the rest of their shape stay.",
        f"Each tree counts at the line on which it encroaches first. {left_out}",
        "Trees that fall do so whatever the cycle is: trimming does not make them sound.",
        basis_text(trim),
    ]


def _chosen(*, area: GEOSGeometry | None, circuit_id: str | None, user: Any) -> tuple[str, dict[str, Any]]:
    """Return the condition on trees ``r`` and lines ``l``, and its values."""
    where = ""
    values: dict[str, Any] = {}
    zones = granted_zone_ids(user)
    if zones:
        where, values["zones"] = where + " AND r.zone_id = ANY(%(zones)s)", zones
    if circuit_id is not None:
        where, values["circuit"] = where + " AND l.circuit_id = %(circuit)s", circuit_id
    if area is not None:
        where += " AND ST_Intersects(r.location, ST_GeomFromEWKB(%(area)s))"
        values["area"] = bytes(area.ewkb)
    return where, values


def _group(key: str | None, label: str | None, found: dict[int, int]) -> GroupOutlook:
    return GroupOutlook(
        key=key,
        label=label,
        tree_count=sum(found.values()),
        overdue_count=found.get(_OVERDUE, 0),
        due_counts=[found.get(_FIRST + place, 0) for place in range(len(EDGES_YEARS) + 1)],
        never_count=found.get(_NEVER, 0),
        unknown_count=found.get(_UNKNOWN, 0),
    )


def _check(cycles_years: Sequence[float], assumed: CycleAssumptions) -> None:
    if not 1 <= len(cycles_years) <= MOST_CYCLES:
        raise BadInput(f"Name 1 to {MOST_CYCLES} cycles.", field="cyclesYears")
    least, most = CYCLE_YEARS
    for years in cycles_years:
        if not least <= years <= most:
            raise BadInput(
                f"A cycle of {years:g} years; it must be {least:g} to {most:g}.", field="cyclesYears"
            )
    limits = {
        "roomM": (assumed.room_m, MOST_ROOM_M),
        "faultsPerContactYear": (assumed.faults_per_contact_year, MOST_FAULTS),
        "usdPerCrewH": (assumed.usd_per_crew_h, MOST_USD),
        "usdPerCustomerMinute": (assumed.usd_per_customer_minute, MOST_USD),
    }
    for name, (value, highest) in limits.items():
        if value is not None and not (math.isfinite(value) and 0.0 <= value <= highest):
            raise BadInput(f"{name} is {value}; it must be 0 to {highest:g}.", field=name)
