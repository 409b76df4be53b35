"""The statements that compute the state of circuits and substations; every value is bound.

The warehouse's counterpart is ``grid.warehouse.queries.status``: a test compares the two.
"""

_SUPPLY = """CASE WHEN customers_out > 0 AND customers_out >= customers THEN 'OUTAGE'
             WHEN customers_out > 0 OR active_outages > 0 THEN 'PARTIAL_OUTAGE' ELSE 'ENERGIZED' END"""

_CLASS = """CASE WHEN {loading} IS NULL THEN 'UNKNOWN' WHEN {loading} > %(critical_pct)s THEN 'CRITICAL'
             WHEN {loading} >= %(warning_pct)s THEN 'WARNING' ELSE 'NORMAL' END"""

_SHARED = (
    "status",
    "load_class",
    "active_outages",
    "customers",
    "customers_out",
    "outage_started_at",
    "estimated_restoration_at",
    "load_hour",
    "load_mw",
    "load_mva",
    "loading_pct",
    "load_coverage_pct",
    "meter_count",
    "transformer_count",
    "transformers_with_load",
    "overloaded_transformers",
)
_OF_CIRCUIT = ("zone_id", "substation_id", *_SHARED, "worst_transformer_id", "worst_loading_pct")
_OF_SUBSTATION = (
    "zone_id",
    *_SHARED,
    "circuit_count",
    "circuits_out",
    "warning_circuits",
    "critical_circuits",
    "worst_circuit_id",
    "worst_loading_pct",
)


def _statement(state: str, *, loading: str, table: str, about: str, columns: tuple[str, ...]) -> str:
    """Return the statement that computes ``state`` and writes into a table those rows that differ."""
    names = ", ".join(columns)
    new = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns)
    old = ", ".join(f"t.{name}" for name in columns)
    excluded = ", ".join(f"EXCLUDED.{name}" for name in columns)
    written = f"""
INSERT INTO {table} AS t (id, {about}, {names}, updated_at)
SELECT id, id, {names}, now() FROM state ORDER BY id
ON CONFLICT (id) DO UPDATE SET {new}, updated_at = EXCLUDED.updated_at
WHERE ({old}) IS DISTINCT FROM ({excluded})
RETURNING id"""  # noqa: S608 - names of this module only
    computed = state.replace("{supply}", _SUPPLY).replace("{class}", _CLASS.replace("{loading}", loading))
    return computed + written


_CIRCUITS = """
WITH wanted AS MATERIALIZED (
    SELECT id, zone_id, substation_id, rated_mva FROM grid_circuit
    WHERE %(circuits)s::text[] IS NULL OR id = ANY(%(circuits)s::text[])
), units AS (
    SELECT t.circuit_id, count(*) AS transformer_count, max(l.load_hour) AS load_hour,
        round((sum(l.energy_kwh) / 1000)::numeric, 6)::float8 AS load_mw,
        round((sum(l.load_kva) / 1000)::numeric, 6)::float8 AS load_mva,
        count(l.id) AS transformers_with_load,
        count(*) FILTER (WHERE l.loading_pct > %(overloaded_pct)s) AS overloaded_transformers,
        CASE WHEN count(l.id) > 0 AND count(l.id) = count(l.coverage_pct)
             THEN sum(l.coverage_pct * l.meter_count) END AS metered,
        (array_agg(t.id ORDER BY l.loading_pct DESC NULLS LAST, t.id)
            FILTER (WHERE l.id IS NOT NULL))[1] AS worst_transformer_id,
        max(l.loading_pct) AS worst_loading_pct
    FROM wanted w JOIN grid_transformer t ON t.circuit_id = w.id
    LEFT JOIN grid_transformerload l ON l.transformer_id = t.id
        AND l.load_hour = (SELECT max(load_hour) FROM grid_transformerload)
    GROUP BY t.circuit_id
), services AS (
    SELECT m.circuit_id, count(DISTINCT m.id) AS meter_count,
        count(*) FILTER (WHERE c.account_status = 'ACTIVE') AS customers
    FROM wanted w JOIN grid_meter m ON m.circuit_id = w.id LEFT JOIN grid_customer c ON c.meter_id = m.id
    GROUP BY m.circuit_id
), out_rows AS (
    SELECT i.circuit_id, i.transformer_id, i.meter_id, max(i.customers) AS customers
    FROM wanted w JOIN grid_outageinterruption i ON i.circuit_id = w.id
    JOIN grid_outage o ON o.id = i.outage_id
    WHERE i.restored_at IS NULL AND o.status = ANY(%(active)s::text[])
    GROUP BY i.circuit_id, i.transformer_id, i.meter_id
), out_now AS (
    SELECT r.circuit_id, sum(r.customers) AS customers_out FROM out_rows r
    WHERE r.meter_id IS NULL OR NOT EXISTS (
        SELECT FROM out_rows whole WHERE whole.transformer_id = r.transformer_id AND whole.meter_id IS NULL)
    GROUP BY r.circuit_id
), outages AS (
    SELECT o.circuit_id, count(*) AS active_outages, min(o.started_at) AS outage_started_at,
        max(o.estimated_restoration_at) AS estimated_restoration_at
    FROM wanted w JOIN grid_outage o ON o.circuit_id = w.id
    WHERE o.status = ANY(%(active)s::text[])
    GROUP BY o.circuit_id
), counted AS (
    SELECT w.id, w.zone_id, w.substation_id,
        coalesce(o.active_outages, 0) AS active_outages, coalesce(s.customers, 0) AS customers,
        coalesce(n.customers_out, 0) AS customers_out, o.outage_started_at, o.estimated_restoration_at,
        u.load_hour, u.load_mw, u.load_mva,
        round((100 * u.load_mva / nullif(w.rated_mva, 0))::numeric, 6)::float8 AS loading_pct,
        round((u.metered / nullif(s.meter_count, 0))::numeric, 6)::float8 AS load_coverage_pct,
        coalesce(s.meter_count, 0) AS meter_count,
        coalesce(u.transformer_count, 0) AS transformer_count,
        coalesce(u.transformers_with_load, 0) AS transformers_with_load,
        coalesce(u.overloaded_transformers, 0) AS overloaded_transformers,
        u.worst_transformer_id, u.worst_loading_pct
    FROM wanted w LEFT JOIN units u ON u.circuit_id = w.id LEFT JOIN services s ON s.circuit_id = w.id
    LEFT JOIN out_now n ON n.circuit_id = w.id LEFT JOIN outages o ON o.circuit_id = w.id
), state AS (
    SELECT counted.*,
        {supply} AS status,
        {class} AS load_class
    FROM counted
)"""

_SUBSTATIONS = """
WITH wanted AS MATERIALIZED (
    SELECT id, zone_id, capacity_mva FROM grid_substation WHERE %(changed)s::text[] IS NULL
    OR id IN (SELECT substation_id FROM grid_circuitstatus WHERE id = ANY(%(changed)s::text[]))
), counted AS (
    SELECT w.id, min(w.zone_id) AS zone_id, min(w.capacity_mva) AS capacity_mva,
        sum(c.active_outages) AS active_outages, sum(c.customers) AS customers,
        sum(c.customers_out) AS customers_out, min(c.outage_started_at) AS outage_started_at,
        max(c.estimated_restoration_at) AS estimated_restoration_at, max(c.load_hour) AS load_hour,
        round(sum(c.load_mw)::numeric, 6)::float8 AS load_mw,
        round(sum(c.load_mva)::numeric, 6)::float8 AS load_mva,
        sum(c.meter_count) AS meter_count,
        sum(c.transformer_count) AS transformer_count,
        sum(c.transformers_with_load) AS transformers_with_load,
        sum(c.overloaded_transformers) AS overloaded_transformers,
        CASE WHEN count(c.load_hour) > 0 AND count(c.load_coverage_pct) = count(c.load_hour) THEN
            round((sum(c.load_coverage_pct * c.meter_count) / nullif(sum(c.meter_count), 0))::numeric, 6)
            END::float8 AS load_coverage_pct,
        count(*) AS circuit_count, count(*) FILTER (WHERE c.status <> 'ENERGIZED') AS circuits_out,
        count(*) FILTER (WHERE c.load_class = 'WARNING') AS warning_circuits,
        count(*) FILTER (WHERE c.load_class = 'CRITICAL') AS critical_circuits,
        (array_agg(c.id ORDER BY c.loading_pct DESC NULLS LAST, c.id)
            FILTER (WHERE c.loading_pct IS NOT NULL))[1] AS worst_circuit_id,
        max(c.loading_pct) AS worst_loading_pct
    FROM wanted w JOIN grid_circuitstatus c ON c.substation_id = w.id GROUP BY w.id
), loaded AS (
    SELECT counted.*, round((100 * load_mva / nullif(capacity_mva, 0))::numeric, 6)::float8 AS loading_pct
    FROM counted
), state AS (
    SELECT loaded.*,
        {supply} AS status,
        {class} AS load_class
    FROM loaded
)"""

DELETE_ORPHANS = """
WITH gone AS (
    DELETE FROM grid_circuitstatus s
    WHERE NOT EXISTS (SELECT FROM grid_circuit c WHERE c.id = s.id) RETURNING id
), gone_substations AS (
    DELETE FROM grid_substationstatus s
    WHERE NOT EXISTS (SELECT FROM grid_circuit c WHERE c.substation_id = s.id)
)
SELECT id FROM gone"""

CIRCUITS = _statement(
    _CIRCUITS, loading="loading_pct", table="grid_circuitstatus", about="circuit_id", columns=_OF_CIRCUIT
)
SUBSTATIONS = _statement(
    _SUBSTATIONS,
    loading="worst_loading_pct",
    table="grid_substationstatus",
    about="substation_id",
    columns=_OF_SUBSTATION,
)
