"""How many features each layer of the map has."""

from django.db import connection

from grid import models
from grid.selectors.map_layers.cached import from_cache_or
from grid.selectors.map_layers.registry import LAYERS

_LIVE = " UNION ALL ".join(
    f"SELECT '{layer.key}', count(*) FROM {layer.sources} WHERE {layer.filter_sql}"  # noqa: S608 - registry
    for layer in LAYERS
    if layer.tiles.is_live
)


def feature_counts() -> dict[str, int]:
    """Return the number of features by layer: as of the last making of its tiles, or now for what is live.

    A layer whose number is not known is left out: its tiles were never made, or PostgreSQL does not answer.
    """
    return from_cache_or({}, _counted)


def _counted() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_LIVE)
        counts = dict(cursor.fetchall())
    return counts | dict(models.TileBuild.objects.values_list("layer", "row_count"))
