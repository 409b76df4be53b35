"""The load zones whose rows a user may see."""

from grid.models.base import granted_zone_ids

__all__ = ["granted_zone_ids"]
