"""Load zones that a user may see."""

from __future__ import annotations

from typing import Any

from grid import models
from grid.federation import from_either_store
from grid.models.base import granted_zone_ids


def zone_names(user: Any) -> dict[str, str]:
    """Return the names of the load zones that a user may see, by id.

    Raises:
        NeverSynced, DatabaseUnavailable, WarehouseUnavailableError: if no store can answer.
    """

    def ask() -> dict[str, str]:
        return dict(models.Zone.objects.visible_to(user).values_list("pk", "name"))

    return from_either_store(field="zones", layers=("zones",), ask=ask)


def is_limited(user: Any) -> bool:
    """Return whether a user may see some zones only."""
    return bool(granted_zone_ids(user))
