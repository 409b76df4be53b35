"""Vector tiles of every layer at every zoom: bytes and the CPU time of PostgreSQL, against two peers.

A database of its own is filled with random rows of metro size. Per layer and zoom the tile with the most
transformers and some random ones around other transformers are drawn by our path, and the densest also

- by ST_AsMVT called raw on the base table, which leaves nothing out and folds nothing;
- by tipg, a public tile server, if ``--tipg`` names the Python of an environment that has it. It stops at
  10,000 features a tile and says nothing of the rest.

CPU is what the kernel counted for the server's processes, which other work on the machine does not lengthen.
Goals: every tile below 500 kB and p95 below 100 ms.
"""

import argparse
import contextlib
import math
import os
import random
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")
NAME = "flux_tiles_benchmark"
URL = os.environ["FLUX_DATABASE_URL"]
os.environ["FLUX_DATABASE_URL"] = urlsplit(URL)._replace(path=f"/{NAME}").geturl()

import django  # noqa: E402 - the database of the benchmark must be named first

django.setup()

import psycopg  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks._peer_servers import family, free_port  # noqa: E402
from grid.layers import LAYERS as SYNC_LAYERS  # noqa: E402
from grid.selectors.map_layers import LAYERS, MAX_TILE_ZOOM, MapLayer  # noqa: E402
from grid.selectors.tiles import TileAddress  # noqa: E402
from grid.selectors.tiles.drawing import draw_tile  # noqa: E402
from grid.selectors.tiles.version import TileVersion  # noqa: E402
from grid.services.tiles import refresh_layer  # noqa: E402

READY = TileVersion(sources="", built="", text="")
RAW_TIMEOUT_S = 20
TABLES = {
    "transformers": ("grid_transformer", "location"),
    "meters": ("grid_meter", "location"),
    "lines": ("grid_linesection", "route"),
    "buildings": ("grid_building", "outline"),
}


def prepare(transformers: int, meters: int, buildings: int) -> None:
    """Create the database, fill it and make the cells and shapes."""
    with psycopg.connect(URL, autocommit=True) as owner:
        owner.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        owner.execute(f"CREATE DATABASE {NAME}")
    call_command("migrate", verbosity=0)
    text = (ROOT / "benchmarks" / "_tile_rows.sql").read_text()
    keys = ", ".join(f"'{key}'" for key in SYNC_LAYERS)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for statement in text.format(
            transformers=transformers, meters=meters, buildings=buildings, layers=keys
        ).split(";\n"):
            if statement.strip():
                cursor.execute(statement)
    print("| layer | cells | shapes | s |\n|---|---|---|---|")
    for layer in LAYERS:
        made = refresh_layer(layer)
        if made is not None:
            print(f"| {made.layer} | {made.cells:,} | {made.shapes:,} | {made.duration_s:.1f} |")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE grid_tilecell")
        cursor.execute("VACUUM ANALYZE grid_tileshape")


def tile_at(lon: float, lat: float, z: int) -> TileAddress:
    """Return the tile of a zoom in which a point lies."""
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return TileAddress(z=z, x=int((lon + 180) / 360 * 2**z), y=int(y * 2**z))


def chosen_tiles(points: list[tuple[float, float]], z: int, count: int) -> list[TileAddress]:
    """Return the tile with the most points, and some around random ones."""
    held: dict[TileAddress, int] = defaultdict(int)
    for lon, lat in points:
        held[tile_at(lon, lat, z)] += 1
    densest = max(held, key=lambda tile: held[tile])
    others = {tile_at(*point, z) for point in random.Random(z).sample(points, count)} - {densest}
    return [densest, *sorted(others, key=str)]


def cpu_ms(pids: list[int]) -> float:
    """Return how long the kernel has run some processes, ms."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            total += int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
    return total / 1e6


def backends() -> list[int]:
    """Return the processes of PostgreSQL that serve the benchmark's database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return [pid for (pid,) in cursor.fetchall()]


def measured(draw: Callable[[], bytes], processes: Callable[[], list[int]]) -> tuple[int, float]:
    """Return the bytes of a tile and the CPU time of its second drawing, ms."""
    draw()
    pids = processes()
    before = cpu_ms(pids)
    body = draw()
    return len(body), cpu_ms(pids) - before


def own_process() -> list[int]:
    """Return the process of PostgreSQL that serves this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return [cursor.fetchone()[0]]


def raw_tile(layer: MapLayer, tile: TileAddress) -> bytes:
    """Return all rows of a tile from the base table, as ST_AsMVT gives them."""
    table, geometry = TABLES[layer.key]
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = '{RAW_TIMEOUT_S}s'")
        cursor.execute(
            f"SELECT ST_AsMVT(q, 'x', 4096, 'geom') FROM (SELECT t.id, ST_AsMVTGeom(ST_Transform({geometry}, "
            f"3857), ST_TileEnvelope(%s, %s, %s)) AS geom FROM {table} t WHERE {geometry} && "
            "ST_Transform(ST_TileEnvelope(%s, %s, %s), 4326)) q",
            [tile.z, tile.x, tile.y] * 2,
        )
        return bytes(cursor.fetchone()[0])


def compare_raw(layer: MapLayer, tile: TileAddress) -> str:
    """Return bytes and time of the raw tile as cells of the table."""
    try:
        size, ms = measured(lambda: raw_tile(layer, tile), own_process)
    except django.db.OperationalError:
        return f"| | over {RAW_TIMEOUT_S:,} s "
    return f"| {size / 1000:,.0f} | {ms:,.1f} "


@contextlib.contextmanager
def tipg_server(python: str | None) -> Iterator[tuple[int, list[int]] | None]:
    """Run tipg on the benchmark's database; None without it."""
    if python is None:
        yield None
        return
    port = free_port()
    options = {"DATABASE_URL": os.environ["FLUX_DATABASE_URL"], "TIPG_DB_SCHEMAS": '["public"]'}
    process = subprocess.Popen(
        [python, "-m", "uvicorn", "tipg.main:app", "--port", str(port), "--log-level", "warning"],
        env={"PATH": os.environ["PATH"], **options},
    )
    try:
        for _ in range(120):
            time.sleep(0.5)
            with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{port}/healthz"):
                break
        yield port, family(process.pid)
    finally:
        process.terminate()
        process.wait()


def compare_tipg(server: tuple[int, list[int]] | None, layer: MapLayer, tile: TileAddress) -> str:
    """Return bytes and time of tipg's tile as cells of the table, the time of both its processes."""
    if server is None:
        return ""
    port, pids = server
    table, _ = TABLES[layer.key]
    url = (
        f"http://127.0.0.1:{port}/collections/public.{table}/tiles/WebMercatorQuad/{tile}"
        "?properties=id&limit=10000"
    )

    def draw() -> bytes:
        with urlopen(Request(url)) as answer:
            return bytes(answer.read())

    try:
        size, ms = measured(draw, lambda: [*pids, *(set(backends()) - set(own_process()))])
    except OSError as error:
        return f"| | {error} "
    return f"| {size / 1000:,.0f} | {ms:,.1f} "


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transformers", type=int, default=92_000)
    parser.add_argument("--meters", type=int, default=7, help="a transformer")
    parser.add_argument("--buildings", type=int, default=29, help="a transformer")
    parser.add_argument("--tiles", type=int, default=5, help="random ones of each layer and zoom")
    parser.add_argument("--tipg", help="the Python of an environment with tipg and uvicorn")
    parser.add_argument("--kept", action="store_true", help="use the database of the last run")
    options = parser.parse_args()
    if not options.kept:
        prepare(options.transformers, options.meters, options.buildings)
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")  # the kernel counts one process
        cursor.execute("SELECT ST_X(location), ST_Y(location) FROM grid_transformer")
        points = cursor.fetchall()
    tiles = {z: chosen_tiles(points, z, options.tiles) for z in range(MAX_TILE_ZOOM + 1)}
    sizes: dict[str, dict[int, list[int]]] = defaultdict(dict)
    times: dict[str, dict[int, list[float]]] = defaultdict(dict)
    for layer in LAYERS:
        for z, chosen in tiles.items():
            found = [
                measured(lambda tile=tile, layer=layer: draw_tile(layer, tile, [], READY), own_process)
                for tile in chosen
            ]
            sizes[layer.key][z] = [size for size, _ in found]
            times[layer.key][z] = [ms for _, ms in found]
    _print_zooms(sizes, times)
    with tipg_server(options.tipg) as server:
        _print_peers(server, tiles, sizes, times)


def _print_zooms(sizes: Any, times: Any) -> None:
    print("\n| zoom | kB p50 | kB largest | of | CPU ms p50 | p95 | longest | of |")
    print("|---|---|---|---|---|---|---|---|")
    every: list[float] = []
    for z in range(MAX_TILE_ZOOM + 1):
        largest = max(sizes, key=lambda key: max(sizes[key][z]))
        slowest = max(times, key=lambda key: max(times[key][z]))
        all_ms = [ms for key in times for ms in times[key][z]]
        every += all_ms
        print(
            f"| {z} | {statistics.median(s for key in sizes for s in sizes[key][z]) / 1000:.1f} "
            f"| {max(sizes[largest][z]) / 1000:.0f} | {largest} | {statistics.median(all_ms):.1f} "
            f"| {_p95(all_ms):.1f} | {max(all_ms):.1f} | {slowest} |"
        )
    print(
        f"\nAll {len(every):,} tiles: p50 {statistics.median(every):.1f} ms, p95 {_p95(every):.1f} ms of CPU."
    )


def _p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


def _print_peers(server: Any, tiles: Any, sizes: Any, times: Any) -> None:
    print("\n| the densest tile | kB | CPU ms | raw kB | raw ms | tipg kB | tipg ms |")
    print("|---|---|---|---|---|---|---|")
    for layer in (each for each in LAYERS if each.key in TABLES):
        for z in (6, 8, 10, 12, 14, 16):
            own = f"| {layer.key} {z} | {sizes[layer.key][z][0] / 1000:,.0f} | {times[layer.key][z][0]:,.1f} "
            print(
                own + compare_raw(layer, tiles[z][0]) + compare_tipg(server, layer, tiles[z][0]) + "|",
                flush=True,
            )


if __name__ == "__main__":
    main()
