"""The warehouse of this process."""

from grid.federation.store import ask_warehouse, get_warehouse, warehouse_within

__all__ = ["ask_warehouse", "get_warehouse", "warehouse_within"]
