"""The warehouse of this process."""

from grid.federation.store import get_warehouse

__all__ = ["get_warehouse"]
