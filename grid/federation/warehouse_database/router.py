"""Sends the reads of a resolver to the warehouse while it answers in place of the cache."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models

from grid.layers import DERIVED, LAYERS

WAREHOUSE = "warehouse"
_LAYER_MODELS = frozenset(layer.model for layer in LAYERS.values()) | {each.model for each in DERIVED}
_is_asked: ContextVar[bool] = ContextVar("warehouse_is_asked", default=False)


@contextmanager
def asking_warehouse() -> Iterator[None]:
    """Let querysets over the layers read from the warehouse inside the block."""
    token = _is_asked.set(True)
    try:
        yield
    finally:
        _is_asked.reset(token)


def is_asking_warehouse() -> bool:
    """Return whether querysets over the layers read from the warehouse now."""
    return _is_asked.get()


class StoreRouter:
    """Django's database router: rows stay in the store they came from, and the warehouse is never written."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str | None:
        """Return the warehouse for a layer's model inside ``asking_warehouse``; else leave it to Django."""
        instance = hints.get("instance")
        if instance is not None and instance._state.db:
            return None  # the relations of a row are read from where the row came from
        return WAREHOUSE if _is_asked.get() and model in _LAYER_MODELS else None

    def allow_relation(self, first: models.Model, second: models.Model, **_: Any) -> bool | None:
        """Leave it to Django."""
        return None

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool | None:
        """Return False for the warehouse, whose tables are declared elsewhere."""
        return False if db == WAREHOUSE else None
