"""A run of a layer while it lasts, and what it did."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
import sqlalchemy as sa

from grid import models
from grid.layers import FallbackReason, Layer, SyncMode
from grid.services.sync.columns import Column
from grid.services.sync.edits import NONE_SEEN, EditsSeen
from grid.services.sync.reporting import Report
from grid.warehouse import Warehouse

EXTRACTED, CHECKED, APPLIED = 0.55, 0.65, 0.9  # shares of a run's time, for progress


@dataclass(frozen=True, kw_only=True)
class LayerOutcome:
    """What a good run of a layer did. Rejects include rows gone from the source but still referenced."""

    layer: str
    run_id: int
    mode: SyncMode
    fallback_reason: FallbackReason | None
    source_version: str
    rows_read: int
    rows_inserted: int
    rows_updated: int
    rows_deleted: int
    rows_rejected: int
    row_count: int
    checksum: str
    duration_s: float
    still_referenced: tuple[str, ...] = ()
    edits_seen: EditsSeen = NONE_SEEN


@dataclass(frozen=True, kw_only=True)
class Source:
    """The source of a layer as a run found it.

    ``looked_at`` is the moment before the versions were read: a later commit then shows as stale. So is
    ``edits_seen``.
    """

    looked_at: datetime
    versions: Mapping[str, str | None]
    version: str
    query: sa.Select[Any]
    edits_seen: EditsSeen = NONE_SEEN


@dataclass(kw_only=True)
class Run:
    """A run in progress."""

    layer: Layer
    warehouse: Warehouse
    session: psycopg.Connection
    row: models.SyncRun
    report: Report
    force: bool
    columns: tuple[Column, ...]
    began: float = field(default_factory=time.monotonic)
    mode: SyncMode = SyncMode.FULL
    fallback_reason: FallbackReason | None = None
    counts: dict[str, int | None] = field(default_factory=lambda: {"rows_read": None, "rows_rejected": None})

    def progress(self, frac: float, doing: str) -> None:
        """Report how far the run is; raises JobCancelled to stop it."""
        self.report.progress(frac, f"{self.layer.title}: {doing}")
