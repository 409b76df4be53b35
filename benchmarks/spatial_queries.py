"""Spatial questions at the database: our selectors against one hand-written statement for the same question.

What PostgreSQL needs (planning and execution as EXPLAIN ANALYZE reports them, summed over the statements of
one answer) is measured for our statements and for the raw one, in one run and at the same places, chosen at
random near meters. The rows, in the size of a metropolitan grid (600,000 meters, 92,000 transformers, 160,000
line sections, 62,000 poles, 690,000 customers, 600,000 buildings, 49,000 trees, 20,000 outages), are made by
SQL in a database of its own, which stays until it is made anew.

Heatmaps are asked twice: as always, and as the first one after a change of all rows, when nothing is kept; in
operation a sync reads them anew itself. Those of what operators edit are also asked right after an edit of
one row, made in the same breath, against reading all rows.

It also asks for the nearest meters by an index of Web Mercator, as many do, to show what that would gain.

Goal: p95 below 20 ms at the database.
"""

import argparse
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")

from _metro_database import prepare

Statements = list[tuple[str, Any]]
Place = tuple[float, float]
GOAL_MS = 20.0

DISTANCE = "ST_Distance({place}::geography, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography)"
HERE = "ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)"
WITHIN = (
    "{place} && ST_Expand(" + HERE + ", %(reach)s / (96000.0), %(reach)s / 110574.0) "
    "AND ST_DWithin({place}::geography, " + HERE + "::geography, %(reach)s)"
)


def nearest_sql(table: str, place: str, columns: str) -> str:
    """Return the raw statement for the exact 20 nearest: bounded by the nearest by degrees."""
    distance = DISTANCE.format(place=place)
    return f"""WITH near AS MATERIALIZED (SELECT {distance} AS m FROM {table} ORDER BY {place} <->
        {HERE} LIMIT 20),
        bound AS MATERIALIZED (SELECT max(m) AS m FROM near)
        SELECT {columns}, {distance} AS m FROM {table}, bound
        WHERE {place} && ST_Expand({HERE}, bound.m / 96000.0, bound.m / 110574.0) ORDER BY m LIMIT 20"""


def box_sql(table: str, columns: str) -> str:
    """Return the raw statement for a page of what is in a box, and how many there are."""
    inside = "location && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)"
    return f"""(SELECT {columns}, (SELECT count(*) FROM {table} WHERE {inside}) FROM {table} WHERE {inside}
        ORDER BY id LIMIT 51)"""


RAW = {
    "20 nearest meters": nearest_sql("grid_meter", "location", "id, transformer_id, circuit_id"),
    "20 nearest customers": """WITH near AS MATERIALIZED (SELECT """
    + DISTANCE.format(place="m.location")
    + f""" AS m FROM grid_meter m JOIN grid_customer c ON c.meter_id = m.id ORDER BY m.location <->
        {HERE} LIMIT 20),
        bound AS MATERIALIZED (SELECT max(m) AS m FROM near)
        SELECT c.id, c.full_name, {DISTANCE.format(place="m.location")} AS d FROM bound, grid_meter m
        JOIN grid_customer c ON c.meter_id = m.id
        WHERE m.location && ST_Expand({HERE}, bound.m / 96000.0, bound.m / 110574.0) ORDER BY d LIMIT 20""",
    "20 nearest buildings": nearest_sql("grid_building", "outline", "id, footprint_m2"),
    "nearest line": nearest_sql("grid_linesection", "route", "id, length_m").replace("LIMIT 20", "LIMIT 1"),
    "lines within 1 km, 50 of them, count and length": f"""SELECT id, length_m,
        {DISTANCE.format(place="route")} AS m,
        count(*) OVER (), sum(length_m) OVER () FROM grid_linesection WHERE {WITHIN.format(place="route")}
        ORDER BY m LIMIT 50""",
    "meters, transformers, poles in 1 km²: counts, 50 each": " UNION ALL ".join(
        [
            box_sql("grid_meter", "id, location"),
            box_sql("grid_transformer", "id, location"),
            box_sql("grid_pole", "id, location"),
        ]
    ),
    "outage impact within 500 m, with buildings": f"""WITH inside AS MATERIALIZED (SELECT id,
        transformer_id,
        circuit_id, location FROM grid_meter WHERE {WITHIN.format(place="location")})
        SELECT (SELECT count(*) FROM inside), (SELECT count(*) FROM inside i JOIN grid_customer c
        ON c.meter_id = i.id AND c.account_status = 'ACTIVE'), (SELECT count(DISTINCT circuit_id)
        FROM inside),
        (SELECT count(DISTINCT b.id) FROM inside i JOIN grid_building b
        ON b.outline && ST_Expand(i.location, 2 / 96000.0, 2 / 110574.0)
        AND ST_DWithin(b.outline::geography, i.location::geography, 2)),
        (SELECT sum(l.energy_kwh * i.n / m.n) FROM (SELECT transformer_id, count(*) AS n FROM
        inside GROUP BY 1) i
        JOIN (SELECT transformer_id, count(*) AS n FROM grid_meter WHERE transformer_id IN (SELECT
        transformer_id
        FROM inside) GROUP BY 1) m USING (transformer_id)
        JOIN grid_transformerload l ON l.transformer_id = i.transformer_id)""",
    "outage impact of a breaker, about 745 customers": """SELECT (SELECT count(*) FROM grid_meter
        WHERE circuit_id = %(circuit)s), (SELECT count(*) FROM grid_meter m JOIN grid_customer c
        ON c.meter_id = m.id AND c.account_status = 'ACTIVE' WHERE m.circuit_id = %(circuit)s),
        (SELECT sum(l.energy_kwh) FROM grid_transformer t JOIN grid_transformerload l ON
        l.transformer_id = t.id
        WHERE t.circuit_id = %(circuit)s)""",
    "circuits at a place": f"""SELECT a.circuit_id, c.name, (SELECT count(*) FROM grid_meter m
        WHERE m.circuit_id = c.id) FROM grid_servicearea a JOIN grid_circuit c ON c.id = a.circuit_id
        WHERE ST_Intersects(a.boundary, {HERE})""",
    "heatmap of loading, 92,000 transformers": """SELECT array_agg(ST_X(t.location)),
        array_agg(ST_Y(t.location)),
        array_agg(l.load_kva), array_agg(t.rated_kva) FROM grid_transformer t
        LEFT JOIN grid_transformerload l ON l.transformer_id = t.id""",
    "heatmap of meters within 3 km": f"""SELECT array_agg(ST_X(location)),
        array_agg(ST_Y(location)) FROM grid_meter
        WHERE {WITHIN.format(place="location")}""",
    "clusters of transformers within 5 km, 100 m": f"""SELECT id,
        ST_ClusterDBSCAN(ST_Transform(location, 32615), 100, 3)
        OVER () FROM grid_transformer WHERE {WITHIN.format(place="location")}""",
    "search for a building by its id": """SELECT id FROM grid_building WHERE id LIKE %(building)s
        ORDER BY id LIMIT 10""",
    "summary of all layers": """SELECT relname, reltuples, pg_table_size(oid), pg_indexes_size(oid)
        FROM pg_class
        WHERE relname LIKE 'grid\\_%%' AND relkind = 'r'""",
}
HEAT_FIRST = "heatmap of loading, first after a change"
EDITED_TREE = "heatmap of tree_risk, first after an edit"
EDITED_OUTAGE = "heatmap of customers_out, first after an edit"
BUILDING = "search for a building by its id"
CLUSTERS_METERS = "clusters of meters within 2 km, 50 m"
CLUSTERS_ALL = "clusters of 92,000 transformers, 100 m"
RAW |= {
    HEAT_FIRST: RAW["heatmap of loading, 92,000 transformers"],
    CLUSTERS_METERS: RAW["clusters of transformers within 5 km, 100 m"]
    .replace("grid_transformer", "grid_meter")
    .replace(" 100, 3)", " 50, 5)"),
    CLUSTERS_ALL: """SELECT id, ST_ClusterDBSCAN(ST_Transform(location, 32615), 100, 3) OVER ()
        FROM grid_transformer""",
}
REACH_M = {
    CLUSTERS_METERS: 2000.0,
    "lines within 1 km, 50 of them, count and length": 1000.0,
    "outage impact within 500 m, with buildings": 500.0,
    "heatmap of meters within 3 km": 3000.0,
    "clusters of transformers within 5 km, 100 m": 5000.0,
}


def questions(user: Any) -> dict[str, Callable[[Place], Any]]:
    """Return the questions as our selectors answer them."""
    from django.db import connection

    from grid.selectors.search import search_assets
    from grid.selectors.spatial import circuits, clusters, heatmap, impact, lines, nearest, summary, within
    from grid.selectors.spatial.areas import AreaSpec, Circle
    from grid.selectors.spatial.classes import PlacedClass as Kind

    def near(kind: Kind) -> Callable[[Place], Any]:
        return lambda at: nearest.nearest_assets(
            lon=at[0], lat=at[1], classes=[kind], first=20, max_distance_m=10_000.0, user=user
        )

    def heat_after_edit(measure: heatmap.HeatMeasure, sql: str, key: str) -> heatmap.Heatmap:
        with connection.cursor() as cursor:
            cursor.execute(sql, [key])
        return heatmap.heatmap(measure=measure, resolution=8, area=None, limit=5000, user=user)

    def circle(at: Place, radius_m: float) -> AreaSpec:
        return AreaSpec(circle=Circle(lon=at[0], lat=at[1], radius_m=radius_m))

    def box(at: Place) -> AreaSpec:
        return AreaSpec(bbox=[at[0] - 0.0052, at[1] - 0.0045, at[0] + 0.0052, at[1] + 0.0045])

    return {
        "20 nearest meters": near(Kind.METER),
        "20 nearest customers": near(Kind.CUSTOMER),
        "20 nearest buildings": near(Kind.BUILDING),
        "nearest line": lambda at: lines.nearest_line(
            lon=at[0], lat=at[1], max_distance_m=5_000.0, classes=[Kind.LINE], user=user
        ),
        "lines within 1 km, 50 of them, count and length": lambda at: lines.lines_near(
            lon=at[0], lat=at[1], radius_m=1000.0, classes=[Kind.LINE], first=50, user=user
        ),
        "meters, transformers, poles in 1 km²: counts, 50 each": lambda at: within.assets_in(
            area=box(at), classes=[Kind.METER, Kind.TRANSFORMER, Kind.POLE], first=50, after=None, user=user
        ),
        "outage impact within 500 m, with buildings": lambda at: impact.outage_impact(
            area=circle(at, 500.0), device_id=None, has_buildings=True, user=user
        ),
        "outage impact of a breaker, about 745 customers": lambda at: impact.outage_impact(
            area=None, device_id=f"SW-{circuit_number(at)}", has_buildings=False, user=user
        ),
        "circuits at a place": lambda at: circuits.circuits_at(lon=at[0], lat=at[1], user=user),
        "heatmap of loading, 92,000 transformers": lambda _: heatmap.heatmap(
            measure=heatmap.HeatMeasure.LOADING, resolution=8, area=None, limit=5000, user=user
        ),
        "heatmap of meters within 3 km": lambda at: heatmap.heatmap(
            measure=heatmap.HeatMeasure.METERS, resolution=9, area=circle(at, 3000.0), limit=5000, user=user
        ),
        "clusters of transformers within 5 km, 100 m": lambda at: clusters.clusters(
            of=clusters.Clustered.TRANSFORMERS,
            distance_m=100.0,
            min_points=3,
            area=circle(at, 5000.0),
            first=50,
            user=user,
        ),
        CLUSTERS_METERS: lambda at: clusters.clusters(
            of=clusters.Clustered.METERS,
            distance_m=50.0,
            min_points=5,
            area=circle(at, 2000.0),
            first=50,
            user=user,
        ),
        CLUSTERS_ALL: lambda _: clusters.clusters(
            of=clusters.Clustered.TRANSFORMERS, distance_m=100.0, min_points=3, area=None, first=50, user=user
        ),
        "summary of all layers": lambda _: summary.data_summary(user=user),
        HEAT_FIRST: lambda _: heatmap.read_anew(
            measure=heatmap.HeatMeasure.LOADING, resolution=8, area=None, limit=5000, user=user
        ),
        EDITED_TREE: lambda at: heat_after_edit(
            heatmap.HeatMeasure.TREE_RISK,
            "UPDATE grid_treerisk SET customer_minutes_per_year = 10 * random() WHERE id = %s",
            f"TREE-{circuit_number(at)}",
        ),
        EDITED_OUTAGE: lambda at: heat_after_edit(
            heatmap.HeatMeasure.CUSTOMERS_OUT,
            "UPDATE grid_outage SET version = version + 1 WHERE id = %s",
            f"OUT-{circuit_number(at) % 300 + 1}",
        ),
        BUILDING: lambda at: search_assets(text=building_of(at), first=10, user=user),
        **{
            f"heatmap of {measure.value.lower()}, everywhere": lambda _, measure=measure: heatmap.heatmap(
                measure=measure, resolution=8, area=None, limit=5000, user=user
            )
            for measure in heatmap.HeatMeasure
        },
    }


def raw_statement(name: str, at: Place) -> tuple[str, Any]:
    """Return the hand-written statement of a question; of a heatmap of all the one that reads its rows."""
    if name in RAW:
        return RAW[name], values_for(name, at)
    from grid.selectors.spatial.measures import MEASURES, HeatMeasure
    from grid.selectors.spatial.placed_rows import points_query

    measure = MEASURES[HeatMeasure(name.split()[2].rstrip(",").upper())]
    sql, params = points_query(measure, measure.rows()).query.sql_with_params()
    return sql, params


def issued(ask: Callable[[], Any]) -> Statements:
    """Return the statements over the layers that an answer issues, with their parameters."""
    from django.db import connection

    found: Statements = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "synclayer" not in sql and not sql.startswith("UPDATE"):
            found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        ask()
    return found


def at_database(statements: Statements) -> float:
    """Return the milliseconds that PostgreSQL plans and executes in; of an EXPLAIN all it takes."""
    from django.db import connection

    total_ms = 0.0
    with connection.cursor() as cursor:
        for sql, params in statements:
            if sql.startswith("EXPLAIN"):
                began = time.perf_counter()
                cursor.execute(sql, params)
                total_ms += (time.perf_counter() - began) * 1000.0
                continue
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params)
            (plan,) = cursor.fetchone()[0]
            total_ms += plan["Planning Time"] + plan["Execution Time"]
    return total_ms


def summary_of(samples: list[float]) -> dict[str, float]:
    """Return p50 and p95."""
    return {
        "p50": round(statistics.median(samples), 2),
        "p95": round(statistics.quantiles(samples, n=20)[-1], 2),
    }


def places(count: int) -> list[Place]:
    """Return places within a few hundred metres of meters chosen at random."""
    from django.db import connection

    rng = random.Random(11)
    with connection.cursor() as cursor:
        cursor.execute("SELECT ST_X(location), ST_Y(location) FROM grid_meter ORDER BY id LIMIT 400000")
        rows = rng.sample(cursor.fetchall(), count)
    return [(x + rng.uniform(-0.003, 0.003), y + rng.uniform(-0.003, 0.003)) for x, y in rows]


def circuit_number(at: Place) -> int:
    """Return the number of a circuit, another one at another place."""
    return int(abs(at[0]) * 1e6) % 920 + 1


def building_of(at: Place) -> str:
    """Return the id of a building, another one at another place."""
    return f"BLD-MTR-{int(abs(at[1]) * 1e7) % 500_000 + 100_000}"


def values_for(name: str, at: Place) -> dict[str, Any]:
    """Return what the raw statement of a question takes at a place."""
    lon, lat = at
    return {
        "lon": lon,
        "lat": lat,
        "reach": REACH_M.get(name, 0.0),
        "west": lon - 0.0052,
        "south": lat - 0.0045,
        "east": lon + 0.0052,
        "north": lat + 0.0045,
        "circuit": f"CKT-{circuit_number(at)}",
        "building": f"{building_of(at)}%",
    }


def measured(repeats: int, only: str | None) -> list[dict[str, Any]]:
    """Return the measurements of every question, or of those whose name contains a text."""
    from django.db import connection

    user = SimpleNamespace(is_authenticated=True, has_perm=lambda _: True, _granted_zone_ids=[])
    where = places(repeats)
    results = []
    for name, ask in questions(user).items():
        if only is not None and only not in name:
            continue
        ours, raw, wall, count = [], [], [], 0
        for at in where[:3]:
            at_database(issued(lambda at=at, ask=ask: ask(at)))
        for at in where:
            statements = issued(lambda at=at, ask=ask: ask(at))
            count = len(statements)
            ours.append(at_database(statements))
            raw.append(at_database([raw_statement(name, at)]))
            began = time.perf_counter()
            ask(at)
            wall.append((time.perf_counter() - began) * 1000.0)
        results.append(row_of(name, count, ours, raw, wall))
        print_row(results[-1])
    if only is not None:
        return results
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE INDEX IF NOT EXISTS meter_mercator ON grid_meter"
            " USING gist (ST_Transform(location, 3857))"
        )
        cursor.execute("ANALYZE grid_meter")
    mercator = "ST_Transform(location, 3857)"
    sql = f"""SELECT id, {DISTANCE.format(place="location")} AS m FROM (SELECT id, location FROM grid_meter
        ORDER BY {mercator} <-> ST_Transform({HERE}, 3857) LIMIT 20) AS near ORDER BY m"""
    name = "20 nearest meters"
    gained = [at_database([(sql, values_for(name, at))]) for at in where]
    ours = [at_database([(RAW[name], values_for(name, at))]) for at in where]
    results.append(row_of("(raw, degrees bounded; raw: Web Mercator index)", 1, ours, gained, gained))
    print_row(results[-1])
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX meter_mercator")
    return results


def row_of(name: str, count: int, ours: list[float], raw: list[float], wall: list[float]) -> dict[str, Any]:
    """Return the figures of a question."""
    row: dict[str, Any] = {
        "case": name,
        "statements": count,
        "database": summary_of(ours),
        "raw_sql": summary_of(raw),
        "selector": summary_of(wall),
    }
    row["ratio"] = round(row["database"]["p50"] / max(row["raw_sql"]["p50"], 0.01), 2)
    row["is_within_goal"] = row["database"]["p95"] < GOAL_MS
    return row


def print_row(row: dict[str, Any]) -> None:
    """Print the figures of a question."""
    cells = [f"{row[key]['p50']:.1f} / {row[key]['p95']:.1f}" for key in ("database", "raw_sql", "selector")]
    print(
        f"{row['case']:56}{row['statements']:>4}{cells[0]:>17}{cells[1]:>17}{row['ratio']:>7.2f}{cells[2]:>18}"
        f"  {'' if row['is_within_goal'] else 'over its goal'}",
        flush=True,
    )


def mark_synced() -> None:
    """Say that every layer was synced: questions are refused on layers that never were."""
    from django.utils import timezone

    from grid.layers import LAYERS
    from grid.models import SyncLayer

    now = timezone.now()
    for key in LAYERS:
        SyncLayer.objects.update_or_create(pk=key, defaults={"synced_at": now, "confirmed_at": now})


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=60)
    parser.add_argument("--only", help="only questions whose name contains this")
    parser.add_argument("--anew", action="store_true", help="make the database anew")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    prepare(anew=options.anew)

    import django

    django.setup()
    mark_synced()
    print(
        f"{'p50 / p95, ms':56}{'sql':>4}{'database':>17}{'raw SQL':>17}{'ratio':>7}{'selector':>18}",
        flush=True,
    )
    results = measured(options.repeats, options.only)
    if options.json:
        print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
