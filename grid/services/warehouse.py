"""The warehouse of this process."""

from grid.selectors.warehouse import get_warehouse

__all__ = ["get_warehouse"]
