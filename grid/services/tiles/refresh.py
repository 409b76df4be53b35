"""Makes the cells and shapes of tiles anew when what they rest on has changed."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone

from flux_site.api.live import announce
from grid import models
from grid.federation.policy import NeverSynced
from grid.selectors.map_layers import LAYERS, MapLayer
from grid.selectors.map_layers.definition import ShapeKind
from grid.selectors.tiles.version import sources_version
from grid.services.tiles.cells import make_cells
from grid.services.tiles.shapes import make_shapes

logger = logging.getLogger(__name__)

LOCK = 7_340_023
LONGEST_STATEMENT_S = 900


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """What was made for a layer, and how long it took."""

    layer: str
    cells: int
    shapes: int
    duration_s: float


def refresh_tiles() -> list[Rebuilt]:
    """Make anew what is out of date, layer by layer; readers see the old until the new is there."""
    rebuilt = [found for layer in LAYERS if (found := refresh_layer(layer)) is not None]
    if rebuilt:
        announce("layers", [each.layer for each in rebuilt])
    return rebuilt


@transaction.atomic
def refresh_layer(layer: MapLayer) -> Rebuilt | None:
    """Make the cells and shapes of a layer anew, unless they are up to date, live, or never synced."""
    if layer.tiles.is_live:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [LOCK, layer.key])
        if not cursor.fetchone()[0]:
            return None  # another job is making them
        try:
            version = sources_version(layer)
        except NeverSynced:
            return None
        if models.TileBuild.objects.filter(pk=layer.key, version=version).exists():
            return None
        cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST_STATEMENT_S}s'")
        began = time.perf_counter()
        models.TileCell.objects.filter(layer=layer.key).delete()
        models.TileShape.objects.filter(layer=layer.key).delete()
        shapes = make_shapes(layer)
        cells = 0 if layer.tiles.shapes is ShapeKind.GROUPS else make_cells(layer)
        cursor.execute(
            f"SELECT count(*) FROM {layer.sources} WHERE {layer.filter_sql}"  # noqa: S608 - from the registry
        )
        (row_count,) = cursor.fetchone()
        duration_s = time.perf_counter() - began
        models.TileBuild.objects.update_or_create(
            layer=layer.key,
            defaults={
                "version": version,
                "built_at": timezone.now(),
                "duration_s": duration_s,
                "row_count": row_count,
                "cell_count": cells,
                "shape_count": shapes,
            },
        )
    logger.info("Tiles of %s: %d cells, %d shapes in %.1f s", layer.key, cells, shapes, duration_s)
    return Rebuilt(layer=layer.key, cells=cells, shapes=shapes, duration_s=duration_s)
