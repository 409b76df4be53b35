"""Checks that PostGIS answers: distances, lengths, phases of meters, voltages of transformers, ids.

Each statement returns asset id, the other asset's id, and what was measured.
Distances are on the spheroid, in metres. Ids are taken in their order, so that a limited answer is the same
every time.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from grid.topology.quality import FindingKind


@dataclass(frozen=True, kw_only=True)
class QualityParams:
    """Hold from where on something is wrong. They are habits of records, not standards.

    Attributes:
        meter_to_transformer_m: a service drop is shorter.
        transformer_to_line_m: a transformer hangs on its section.
        pole_to_line_m: a pole carries its section.
        shortest_m: a section is longer.
        length_off_frac: share by which a recorded length may differ from that of its route.
        length_off_m: and this is allowed in any case.
        voltage_off_frac: share by which a transformer's voltage may differ from its circuit's.
    """

    meter_to_transformer_m: float = 300.0
    transformer_to_line_m: float = 50.0
    pole_to_line_m: float = 50.0
    shortest_m: float = 0.1
    length_off_frac: float = 0.2
    length_off_m: float = 20.0
    voltage_off_frac: float = 0.05


@dataclass(frozen=True, kw_only=True)
class Check:
    """Hold one check.

    Attributes:
        kind: what it finds.
        asset_kind: of which kind of asset.
        sql: returns asset id, other id, value.
        explanation: a sentence with ``{other}`` and ``{value}``.
        params: names of the parameters it takes.
    """

    kind: FindingKind
    asset_kind: str
    sql: str
    explanation: str
    params: tuple[str, ...] = field(default=())


def _apart(table: str, other: str, key: str, shape: str, limit: str) -> str:
    """Return the rows farther than a limit from the row they hang on; all names are of this file."""
    return f"""
    SELECT a.id, b.id, ST_Distance(a.location::geography, b.{shape}::geography)
    FROM {table} a JOIN {other} b ON b.id = a.{key}
    WHERE NOT ST_DWithin(a.location::geography, b.{shape}::geography, %({limit})s)
    ORDER BY a.id"""  # noqa: S608 - no value from outside


CHECKS = (
    Check(
        kind=FindingKind.FAR_AWAY,
        asset_kind="Meter",
        sql=_apart("grid_meter", "grid_transformer", "transformer_id", "location", "meter_to_transformer_m"),
        explanation="It is {value:.0f} m from its transformer {other}.",
        params=("meter_to_transformer_m",),
    ),
    Check(
        kind=FindingKind.FAR_AWAY,
        asset_kind="Transformer",
        sql=_apart("grid_transformer", "grid_linesection", "line_id", "route", "transformer_to_line_m"),
        explanation="It is {value:.0f} m from its section {other}.",
        params=("transformer_to_line_m",),
    ),
    Check(
        kind=FindingKind.FAR_AWAY,
        asset_kind="Pole",
        sql=_apart("grid_pole", "grid_linesection", "line_id", "route", "pole_to_line_m"),
        explanation="It is {value:.0f} m from its section {other}.",
        params=("pole_to_line_m",),
    ),
    Check(
        kind=FindingKind.OFF_SECTION,
        asset_kind="Transformer",
        sql="""
    SELECT t.id, l.id, NULL FROM grid_transformer t JOIN grid_linesection l ON l.id = t.line_id
    WHERE t.node NOT IN (l.from_node, l.to_node) ORDER BY t.id""",
        explanation="Its node is at neither end of its section {other}.",
    ),
    Check(
        kind=FindingKind.NO_METER,
        asset_kind="Transformer",
        sql="""
    SELECT t.id, NULL, NULL FROM grid_transformer t
    WHERE NOT EXISTS (SELECT FROM grid_meter m WHERE m.transformer_id = t.id) ORDER BY t.id""",
        explanation="No meter hangs on it.",
    ),
    Check(
        kind=FindingKind.UNUSED_POLE,
        asset_kind="Pole",
        sql="""
    SELECT p.id, NULL, NULL FROM grid_pole p
    WHERE p.line_id IS NULL AND NOT EXISTS (SELECT FROM grid_transformer t WHERE t.pole_id = p.id)
        AND NOT EXISTS (SELECT FROM grid_meter m WHERE m.pole_id = p.id)
    ORDER BY p.id""",
        explanation="It carries no section, no transformer and no service.",
    ),
    Check(
        kind=FindingKind.PHASE_MISMATCH,
        asset_kind="Meter",
        sql="""
    SELECT m.id, t.id, NULL FROM grid_meter m JOIN grid_transformer t ON t.id = m.transformer_id
    WHERE translate(m.phases, t.phases, '') <> '' ORDER BY m.id""",
        explanation="It is on a phase that its transformer {other} does not have.",
    ),
    Check(
        kind=FindingKind.VOLTAGE_MISMATCH,
        asset_kind="Transformer",
        sql="""
    SELECT t.id, c.id, t.primary_kv FROM grid_transformer t JOIN grid_circuit c ON c.id = t.circuit_id
    WHERE abs(t.primary_kv - c.voltage_kv) > %(voltage_off_frac)s * c.voltage_kv
        AND abs(t.primary_kv * sqrt(3) - c.voltage_kv) > %(voltage_off_frac)s * c.voltage_kv
    ORDER BY t.id""",
        explanation="Its primary side is of {value:g} kV, which its circuit {other} has neither between "
        "lines nor to neutral.",
        params=("voltage_off_frac",),
    ),
    Check(
        kind=FindingKind.ZERO_LENGTH,
        asset_kind="LineSection",
        sql="""
    SELECT l.id, NULL, ST_Length(l.route::geography) FROM grid_linesection l
    WHERE ST_Length(l.route::geography) < %(shortest_m)s OR l.length_m < %(shortest_m)s
        OR l.from_node = l.to_node
    ORDER BY l.id""",
        explanation="It has no length: its route is {value:.2f} m long, or it ends where it begins.",
        params=("shortest_m",),
    ),
    Check(
        kind=FindingKind.WRONG_LENGTH,
        asset_kind="LineSection",
        sql="""
    SELECT l.id, NULL, ST_Length(l.route::geography) FROM grid_linesection l
    WHERE abs(l.length_m - ST_Length(l.route::geography)) >
        greatest(%(length_off_m)s, %(length_off_frac)s * l.length_m)
    ORDER BY l.id""",
        explanation="Its route is {value:.0f} m long, its record says otherwise.",
        params=("length_off_m", "length_off_frac"),
    ),
    Check(
        kind=FindingKind.DUPLICATE_ID,
        asset_kind="Asset",
        sql="""
    WITH every AS (
        SELECT id FROM grid_substation UNION ALL SELECT id FROM grid_circuit
        UNION ALL SELECT id FROM grid_linesection UNION ALL SELECT id FROM grid_switch
        UNION ALL SELECT id FROM grid_transformer UNION ALL SELECT id FROM grid_pole
        UNION ALL SELECT id FROM grid_meter
    )
    SELECT min(id), max(id), count(*) FROM every GROUP BY upper(btrim(id)) HAVING count(*) > 1
    ORDER BY min(id)""",
        explanation="{value:.0f} assets have this id, or one that differs by capitals or blanks: {other}.",
    ),
    Check(
        kind=FindingKind.REFUSED_BY_SYNC,
        asset_kind="Row",
        sql="""
    SELECT DISTINCT r.row_key, s.layer_id, NULL::float8
    FROM grid_syncreject r JOIN grid_syncrun s ON s.id = r.run_id
    WHERE r.resolved_at IS NULL AND r.row_key IS NOT NULL ORDER BY r.row_key, s.layer_id""",
        explanation="A sync of the layer {other} refused it: the cache does not hold it.",
    ),
)
