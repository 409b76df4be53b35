"""The layers of the cache: for each, the warehouse query and the table it fills."""

from grid.layers.definition import (
    AlertReason,
    Edits,
    FallbackReason,
    Layer,
    LayerStatus,
    RunStatus,
    Schedule,
    SyncMode,
    Watermark,
)
from grid.layers.derived import DERIVED, Derived
from grid.layers.locks import lock_key
from grid.layers.registry import DEPENDS_ON, LAYERS, dependants, in_order, scheduled

__all__ = [
    "DEPENDS_ON",
    "DERIVED",
    "LAYERS",
    "AlertReason",
    "Derived",
    "Edits",
    "FallbackReason",
    "Layer",
    "LayerStatus",
    "RunStatus",
    "Schedule",
    "SyncMode",
    "Watermark",
    "dependants",
    "in_order",
    "lock_key",
    "scheduled",
]
