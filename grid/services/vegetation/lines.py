"""Overhead lines as trees are judged against them, and which of them have changed.

A line is told apart by a hash of all its trees depend on: where it runs, how high it hangs, what must stay
free, who is behind its protective device and how long they would be out. Where that changes, the trees near
its old and its new course are marked to be judged again, in the same transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection, transaction

from grid import models
from grid.selectors.restoration import ExpectedOutage, expected_outages
from grid.selectors.topology import network
from grid.selectors.vegetation.pairs import floats
from grid.standards.clearance import (
    ConductorGeometry,
    distribution_geometry,
    mvcd_m,
    transmission_geometry,
)
from grid.standards.tree_assessment import VegetationParams
from grid.topology import NONE, Network

LOCK = 7_340_023
"""Of those who write lines and trees; any number that nothing else locks by."""

TRANSMISSION = "TRANSMISSION"
_COLUMNS = (
    "id",
    "line_kind",
    "line_class",
    "zone_id",
    "circuit_id",
    "voltage_kv",
    "lowest_m",
    "sag_m",
    "blowout_m",
    "mvcd_m",
    "clearance_m",
    "device_id",
    "customers",
    "has_critical",
    "outage_min",
    "outage_basis",
    "fingerprint",
)

_SECTIONS = """
SELECT l.id, l.line_class, l.zone_id, l.circuit_id, c.voltage_kv, l.conductor_type, l.length_m, p.lowest_m,
    md5(ST_AsBinary(l.route))
FROM grid_linesection l JOIN grid_circuit c ON c.id = l.circuit_id
LEFT JOIN (SELECT line_id, min(height_m) AS lowest_m FROM grid_pole GROUP BY line_id) p ON p.line_id = l.id
WHERE NOT l.is_underground ORDER BY l.id"""

_BRANCHES = """
SELECT id, zone_id, base_kv, md5(ST_AsBinary(route)) FROM grid_branch
WHERE kind = 'LINE' AND in_service AND route IS NOT NULL ORDER BY id"""

_BEHIND = """
SELECT m.transformer_id, count(*) FILTER (WHERE c.account_status = 'ACTIVE'),
    bool_or(c.critical_kind IS NOT NULL AND c.account_status = 'ACTIVE')
FROM grid_customer c JOIN grid_meter m ON m.id = c.meter_id GROUP BY m.transformer_id"""

_STAGE = f"""
CREATE TEMP TABLE line_now ON COMMIT DROP AS
SELECT {", ".join(_COLUMNS)} FROM grid_vegetationline WHERE false"""  # noqa: S608 - names of this module only

_CHANGED = """
CREATE TEMP TABLE line_changed ON COMMIT DROP AS
SELECT coalesce(n.id, o.id) AS id, o.route AS old_route, n.id IS NOT NULL AS is_there
FROM line_now n FULL JOIN grid_vegetationline o ON o.id = n.id
WHERE n.fingerprint IS DISTINCT FROM o.fingerprint"""

_DELETE = "DELETE FROM grid_vegetationline WHERE id IN (SELECT id FROM line_changed)"

_INSERT = f"""
INSERT INTO grid_vegetationline ({", ".join(_COLUMNS)}, route)
SELECT {", ".join(f"n.{name}" for name in _COLUMNS)}, coalesce(s.route, b.route)::geography
FROM line_now n JOIN line_changed USING (id)
LEFT JOIN grid_linesection s ON n.line_kind = 'SECTION' AND s.id = n.id
LEFT JOIN grid_branch b ON n.line_kind = 'BRANCH' AND b.id = n.id"""  # noqa: S608 - names of this module only

_MARK_ALL = "UPDATE grid_treerisk SET is_stale = true WHERE NOT is_stale"

_MARK_NEAR = """
WITH course AS (
    SELECT old_route AS route FROM line_changed WHERE old_route IS NOT NULL
    UNION ALL SELECT l.route FROM grid_vegetationline l JOIN line_changed USING (id)
), box AS (
    SELECT route, ST_Expand(g, %(search_m)s / (111319.4 * cos(radians(least(
        greatest(abs(ST_YMin(g)), abs(ST_YMax(g))) + 0.1, 89)))), %(search_m)s / 110574.0) AS around
    FROM (SELECT route, route::geometry AS g FROM course) c
)
UPDATE grid_treerisk t SET is_stale = true WHERE NOT t.is_stale AND t.id IN (
    SELECT n.id FROM box b JOIN grid_treerisk n
    ON n.location && b.around AND ST_DWithin(b.route, n.location::geography, %(search_m)s))"""

MANY_FRAC = 0.2
"""Where a larger part of the lines has changed, all trees are judged again: quicker than to look for them."""


@dataclass(frozen=True, kw_only=True)
class LinesBroughtUp:
    """How many overhead lines there are, and how many of them changed."""

    total: int
    changed: int


@dataclass(frozen=True, kw_only=True)
class _Protection:
    """Which switch opens on a fault, and what that means."""

    device_id: str | None = None
    customers: int | None = None
    has_critical: bool | None = None
    outage: ExpectedOutage | None = None


def bring_up_lines(params: VegetationParams) -> LinesBroughtUp:
    """Make the table of lines equal to the cache's overhead lines; mark the trees near those that changed."""
    rows = [*_section_rows(params), *_branch_rows(params)]
    names = ", ".join(_COLUMNS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(_STAGE)
        with cursor.copy(f"COPY line_now ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute("ANALYZE line_now")
        cursor.execute(_CHANGED)
        changed = cursor.rowcount
        if changed:
            cursor.execute("ANALYZE line_changed")
            cursor.execute(_DELETE)
            cursor.execute(_INSERT)
            if changed > MANY_FRAC * len(rows):
                cursor.execute(_MARK_ALL)
            else:
                cursor.execute(_MARK_NEAR, {"search_m": params.search_m})
        cursor.execute("DROP TABLE line_now, line_changed")
    if changed > MANY_FRAC * len(rows):
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE grid_vegetationline")
    return LinesBroughtUp(total=len(rows), changed=changed)


def _section_rows(params: VegetationParams) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_SECTIONS)
        rows = cursor.fetchall()
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * 9
    geometry = distribution_geometry(
        line_class=columns[1],
        length_m=floats(columns[6]),
        pole_m=floats(columns[7]),
        conductor_type=columns[5],
        params=params.conductors,
    )
    clearance = dict(params.clearance_m)
    widest = max(clearance.values())
    protection = _protection(columns[0])
    for row, (lowest, sag, blowout) in zip(rows, _numbers(geometry), strict=True):
        guard = protection[row[0]]
        outage = guard.outage
        values = (
            *(row[0], models.VegetationLine.SECTION, row[1], row[2], row[3], row[4]),
            *(lowest, sag, blowout, None, clearance.get(row[1], widest)),
            *(guard.device_id, guard.customers, guard.has_critical),
            *((None, None) if outage is None else (round(outage.minutes, 1), outage.basis)),
        )
        yield (*values, _hash(*values, row[8]))


def _branch_rows(params: VegetationParams) -> Iterator[tuple[Any, ...]]:
    """Return transmission lines. The system is meshed, so that who is behind one cannot be said."""
    with connection.cursor() as cursor:
        cursor.execute(_BRANCHES)
        rows = cursor.fetchall()
    kv = floats([row[2] for row in rows])
    geometry = transmission_geometry(nominal_kv=kv, params=params.conductors)
    for row, (lowest, sag, blowout), least in zip(rows, _numbers(geometry), mvcd_m(kv).tolist(), strict=True):
        values = (
            *(row[0], models.VegetationLine.BRANCH, TRANSMISSION, row[1], None, row[2]),
            *(lowest, sag, blowout, round(least, 4), round(least + params.margin_m, 4)),
            *(None, None, None, None, None),
        )
        yield (*values, _hash(*values, row[3]))


def _protection(section_ids: Sequence[str]) -> dict[str, _Protection]:
    """Return per section the switch that clears a fault of it: the nearest upstream that opens by itself."""
    traced = network()
    arrays, known = traced.arrays, _Protection()
    outages, kinds = expected_outages(), dict(models.Switch.objects.order_by().values_list("pk", "kind"))
    behind = _behind(traced)
    found: dict[str, _Protection] = {}
    of_device: dict[int, _Protection] = {}
    for section_id in section_ids:
        position = arrays.sections.position(section_id)
        node = NONE if position == NONE else int(traced.tree.far_end[position])
        device = NONE if node == NONE else int(traced.node_device[node])
        if device == NONE:
            found[section_id] = known
            continue
        if device not in of_device:
            key = arrays.switches.key(device)
            transformers = traced.behind_switch(device)
            of_device[device] = _Protection(
                device_id=key,
                customers=int(behind[0][transformers].sum()),
                has_critical=bool(behind[1][transformers].any()),
                outage=outages.get(kinds.get(key, "")),
            )
        found[section_id] = of_device[device]
    return found


def _behind(traced: Network) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return per transformer of the network its active accounts, and whether one of them is critical."""
    ids = traced.arrays.transformers
    customers, critical = np.zeros(len(ids), dtype=np.int64), np.zeros(len(ids), dtype=np.bool_)
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND)
        for transformer_id, count, has_critical in cursor.fetchall():
            position = ids.position(transformer_id)
            if position != NONE:
                customers[position], critical[position] = count, has_critical
    return customers, critical


def _numbers(geometry: ConductorGeometry) -> Iterator[tuple[float, float, float]]:
    """Return the heights of each line to the millimetre, so that arithmetic's dust is no change."""
    columns = (geometry.lowest_m, geometry.sag_m, geometry.blowout_m)
    return zip(*(np.round(column, 3).tolist() for column in columns), strict=True)


def _hash(*values: Any) -> str:
    return hashlib.md5(repr(values).encode(), usedforsecurity=False).hexdigest()
