"""Which store answers a field: the cache, the warehouse, or the last answer; and saying so."""

from grid.federation.policy import analytical, operational
from grid.federation.trace import BackendsExtension, record

__all__ = ["BackendsExtension", "analytical", "operational", "record"]
