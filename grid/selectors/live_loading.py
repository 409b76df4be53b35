"""Which transformers have another loading than a follower was told.

Found by comparing, so nothing is told twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grid import models

LAYERS = frozenset({"transformers", "transformer_load"})
"""Sync layers whose news may mean other loadings."""

MAX_ROWS = 10_000
"""Loadings of one message. More are read faster as columns of the layer ``transformers``."""


@dataclass(frozen=True, kw_only=True)
class LoadingChange:
    """Loadings that differ from those told before.

    Attributes:
        keys: ids of transformers.
        loading_pct: their loading in the newest hour, % of the rating; None: unknown.
        is_complete: False if the columns of the layer must be read instead: it is the first look, or more
            than ``MAX_ROWS`` differ.
    """

    keys: tuple[str, ...]
    loading_pct: tuple[float | None, ...]
    is_complete: bool


class FollowedLoadings:
    """The loadings that one follower knows: those of all transformers that a user may see."""

    def __init__(self, user: Any) -> None:
        self._user = user
        self._known: dict[str, float | None] | None = None

    def look(self) -> LoadingChange:
        """Return what has changed since the last look. Transformers that are gone are not told."""
        rows: Any = models.Transformer.objects.visible_to(self._user)
        now = dict(rows.order_by("pk").values_list("pk", "latest_load__loading_pct"))
        known, self._known = self._known, now
        if known is None:
            return LoadingChange(keys=(), loading_pct=(), is_complete=False)
        differing = [key for key, value in now.items() if known.get(key) != value]
        if len(differing) > MAX_ROWS:
            return LoadingChange(keys=(), loading_pct=(), is_complete=False)
        values = tuple(now[key] for key in differing)
        return LoadingChange(keys=tuple(differing), loading_pct=values, is_complete=True)
