"""Sync: how data reaches the cache from the warehouse, layer by layer."""

from grid.services.sync.errors import (
    AllRowsRejected,
    CacheConflict,
    LayerBusy,
    SourceIncomplete,
    SourceMismatch,
    SuspiciousDelete,
    SyncError,
    VerificationFailed,
)
from grid.services.sync.freshness import AlertChanges, check_freshness
from grid.services.sync.rejects import MAX_STORED_PER_RUN, Reason
from grid.services.sync.requests import (
    create_foreground_job,
    find_layers,
    replay_rejects,
    set_paused,
    start_scheduled_sync,
    start_sync,
)
from grid.services.sync.running import LayerOutcome, run_layer
from grid.services.sync.schedules import ensure_schedules

__all__ = [
    "MAX_STORED_PER_RUN",
    "AlertChanges",
    "AllRowsRejected",
    "CacheConflict",
    "LayerBusy",
    "LayerOutcome",
    "Reason",
    "SourceIncomplete",
    "SourceMismatch",
    "SuspiciousDelete",
    "SyncError",
    "VerificationFailed",
    "check_freshness",
    "create_foreground_job",
    "ensure_schedules",
    "find_layers",
    "replay_rejects",
    "run_layer",
    "set_paused",
    "start_scheduled_sync",
    "start_sync",
]
