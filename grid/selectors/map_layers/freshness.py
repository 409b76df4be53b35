"""How fresh the rows of the map layers are, whichever store gives them."""

from dataclasses import dataclass
from datetime import datetime

from flux_site.api.errors import WarehouseUnavailableError
from grid.federation import operational
from grid.selectors import sync
from grid.selectors.data_versions import table_versions
from grid.selectors.map_layers.cached import from_cache_or
from grid.selectors.map_layers.registry import COLUMN_LAYERS, LAYERS

FROM_WAREHOUSE = "FROM_WAREHOUSE"
"""The status of a layer whose rows come from the warehouse, since the cache does not answer."""


@dataclass(frozen=True, kw_only=True)
class LayerFreshness:
    """What is known of a layer's rows; what only the cache knows is None while it does not answer."""

    status: str
    data_version: str | None
    row_count: int | None = None
    synced_at: datetime | None = None
    confirmed_at: datetime | None = None
    is_too_old: bool | None = None


def freshness() -> dict[str, LayerFreshness]:
    """Return the freshness of the sync layers behind the map, by sync layer.

    Raises:
        DatabaseUnavailable: if neither store answers.
    """
    return operational(field="mapLayers", layers=(), from_cache=_in_cache, from_warehouse=_in_warehouse)


def edit_versions() -> dict[str, int]:
    """Return the versions of the tables behind columns whose rows change without a sync, by table."""
    tables = sorted({table for layer in COLUMN_LAYERS for table in layer.changing_tables})
    return from_cache_or({}, lambda: table_versions(tables))


def _in_cache() -> dict[str, LayerFreshness]:
    return {
        state.key: LayerFreshness(
            status=state.status,
            data_version=state.source_version,
            row_count=state.row_count,
            synced_at=state.synced_at,
            confirmed_at=state.confirmed_at,
            is_too_old=state.is_too_old,
        )
        for state in sync.list_layers()
    }


def _in_warehouse() -> dict[str, LayerFreshness]:
    versions = sync.source_versions()
    shown = {layer.sync_layer for layer in LAYERS}
    if not any(versions[key] for key in shown):
        raise WarehouseUnavailableError("No layer of the map is in the warehouse.")
    return {key: LayerFreshness(status=FROM_WAREHOUSE, data_version=versions[key]) for key in shown}
