"""Measure the assessment of trees at the metro scale: 49,000 trees, 160,000 lines.

    python benchmarks/vegetation.py [--trees 49000] [--sections 160000]

Lines stand on a grid of streets, trees along them as the forge plants them; all in one transaction of the
database of FLUX_DATABASE_URL, which is rolled back at the end, so that nothing is kept. Printed: the seconds
of each step, of a second pass with nothing to do and of one after a line changed; and of a peer in the same
run, which finds the same pairs in memory by a k-d tree over points along the lines (scipy) with plain numpy,
on a plane. Their pairs are compared.
plane. Their pairs are compared.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")

import django

django.setup()

from django.db import connection, transaction  # noqa: E402 - Django must be set up first
from django.utils import timezone  # noqa: E402
from scipy.spatial import cKDTree  # noqa: E402

from grid.selectors.topology import forget_networks  # noqa: E402
from grid.selectors.vegetation.params import vegetation_params  # noqa: E402
from grid.services.vegetation.assessing import assess_next  # noqa: E402
from grid.services.vegetation.lines import bring_up_lines  # noqa: E402
from grid.services.vegetation.packages import put_together  # noqa: E402
from grid.services.vegetation.trees import bring_up_trees  # noqa: E402

LON, LAT = -95.37, 29.76
EAST_M, NORTH_M = 96_575.0, 110_848.0
SPAN_M = 80.0


class _RollBack(Exception):
    """Ends the transaction without keeping anything."""


def make_world(sections: int, trees: int) -> tuple[Any, Any, Any]:
    """Write sections on a grid and trees along them; return ends of the sections and feet of the trees, m."""
    rng = np.random.default_rng(20260601)
    side = int(np.ceil(np.sqrt(sections / 2)))
    column, row = np.meshgrid(np.arange(side), np.arange(side))
    start = np.stack([column.ravel(), row.ravel()], axis=1) * SPAN_M
    start = np.concatenate([start, start])[:sections]
    is_east = (np.arange(len(start)) < side * side)[:, None]
    end = start + np.where(is_east, [SPAN_M, 0.0], [0.0, SPAN_M])
    line = rng.integers(0, sections, trees)
    share = rng.random((trees, 1))
    gap = (1.5 + rng.gamma(2.0, 6.0, trees)) * rng.choice([-1.0, 1.0], trees)
    along = (end - start)[line] / SPAN_M
    feet = start[line] + share * (end - start)[line] + gap[:, None] * along[:, ::-1] * [1.0, -1.0]
    height, crown = rng.uniform(3, 30, trees), rng.uniform(1, 8, trees)

    def lonlat(points: Any) -> Any:
        return np.stack([LON + points[:, 0] / EAST_M, LAT + points[:, 1] / NORTH_M], axis=1)

    a, b, t = lonlat(start), lonlat(end), lonlat(feet)
    with connection.cursor() as cursor:
        for table in ("treerisk", "vegetationline", "vegetationworkpackage", "tree"):
            cursor.execute(f"DELETE FROM grid_{table}")  # rolled back
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(
            "INSERT INTO grid_substation (id, name, location, interconnect, load_mw, generation_capacity_mw, "
            "status) VALUES ('SUB-BENCH', 'x', ST_SetSRID(ST_Point(0, 0), 4326), 'x', 0, 0, 'x')"
        )
        cursor.execute(
            "INSERT INTO grid_circuit (id, name, substation_id, voltage_kv, conductor_type, rated_a, "
            "rated_mva, length_km, peak_load_mw, transformer_count, customer_count, status) "
            "SELECT 'CKT-BENCH-' || n, 'x', 'SUB-BENCH', 12.47, 'x', 1, 1, 1, 1, 1, 1, 'x' "
            "FROM generate_series(0, 999) n"
        )
        with cursor.copy(
            "COPY grid_linesection (id, circuit_id, from_node, to_node, line_class, phases, conductor_type, "
            "rated_a, length_m, is_underground, route) FROM STDIN"
        ) as copy:
            for n in range(sections):
                route = f"SRID=4326;LINESTRING({a[n, 0]} {a[n, 1]},{b[n, 0]} {b[n, 1]})"
                copy.write_row(
                    (
                        *(f"LINE-BENCH-{n:06}", f"CKT-BENCH-{n % 1000}", f"A{n}", f"B{n}", "LATERAL", "A"),
                        *("ACSR 1/0 6/1", 230.0, SPAN_M, False, route),
                    )
                )
        with cursor.copy(
            "COPY grid_tree (id, species, height_m, crown_radius_m, growth_m_per_year, location) FROM STDIN"
        ) as copy:
            for n in range(trees):
                place = f"SRID=4326;POINT({t[n, 0]} {t[n, 1]})"
                copy.write_row((f"TREE-{n:06}", "Quercus nigra", height[n], crown[n], 0.5, place))
        cursor.execute("ANALYZE grid_linesection, grid_tree")
    return start, end, feet


def peer_pairs(start: Any, end: Any, feet: Any, search_m: float) -> int:
    """Return how many pairs are within the distance, by a k-d tree over points each 10 m of the lines."""
    steps = np.linspace(0.0, 1.0, int(SPAN_M / 10.0) + 1)
    points = (start[:, None, :] + steps[None, :, None] * (end - start)[:, None, :]).reshape(-1, 2)
    found = cKDTree(points).query_ball_point(feet, search_m + 5.0, return_sorted=False)
    tree = np.repeat(np.arange(len(feet)), [len(each) for each in found])
    line = np.concatenate([np.asarray(each, dtype=np.int64) for each in found]) // len(steps)
    pairs = np.unique(tree.astype(np.int64) * len(start) + line)
    tree, line = pairs // len(start), pairs % len(start)
    along = (end - start)[line]
    share = np.clip(((feet[tree] - start[line]) * along).sum(axis=1) / (along**2).sum(axis=1), 0.0, 1.0)
    away = np.linalg.norm(feet[tree] - start[line] - share[:, None] * along, axis=1)
    return int((away <= search_m).sum())


def timed(name: str, work: Callable[[], Any]) -> Any:
    """Do something and print how long it took."""
    began = time.perf_counter()
    result = work()
    print(f"{name:<44}{time.perf_counter() - began:8.2f} s   {result}", flush=True)
    return result


def assess_all(params: Any) -> int:
    """Assess all trees that are marked; return how many."""
    now, total = timezone.now(), 0
    while done := assess_next(params, now=now):
        total += done
    return total


def run(sections: int, trees: int) -> None:
    """Measure in a transaction that is rolled back."""
    params = vegetation_params()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    try:
        with transaction.atomic():
            start, end, feet = make_world(sections, trees)
            forget_networks()
            timed("trees compared", lambda: bring_up_trees(params))
            timed("lines compared (all new)", lambda: bring_up_lines(params))
            timed("trees assessed", lambda: assess_all(params))
            timed("work packages", lambda: put_together(params, now=timezone.now()))
            timed("second pass: trees compared", lambda: bring_up_trees(params))
            timed("second pass: lines compared", lambda: bring_up_lines(params))
            with connection.cursor() as cursor:
                cursor.execute("UPDATE grid_linesection SET length_m = 70 WHERE id = 'LINE-BENCH-000500'")
            timed("one line changed: lines compared", lambda: bring_up_lines(params))
            timed("one line changed: trees assessed", lambda: assess_all(params))

            def ours() -> int:
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT count(*), sum(ST_Distance(l.route, t.location::geography)) "
                        "FROM grid_treerisk t "
                        "JOIN grid_vegetationline l ON l.line_kind = 'SECTION' "
                        "AND ST_DWithin(l.route, t.location::geography, %s)",
                        [params.search_m],
                    )
                    return int(cursor.fetchone()[0])

            began = time.perf_counter()
            mine = timed("pairs: PostGIS, geography", ours)
            middle = time.perf_counter()
            theirs = timed(
                "pairs: k-d tree and numpy, on a plane", lambda: peer_pairs(start, end, feet, 60.0)
            )
            last = time.perf_counter()
            print(
                f"PostGIS took {(middle - began) / (last - middle):.2f} times the peer's time; "
                f"pairs differ by {abs(mine - theirs) / theirs:.4%}"
            )
            raise _RollBack
    except _RollBack:
        forget_networks()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--trees", type=int, default=49_000)
    parser.add_argument("--sections", type=int, default=160_000)
    given = parser.parse_args()
    run(given.sections, given.trees)
