"""Which store answers a field: the cache, the warehouse, or the last answer; and saying so."""

from grid.federation.policy import from_either_store, operational
from grid.federation.results import analytical
from grid.federation.trace import BackendsExtension, record

__all__ = ["BackendsExtension", "analytical", "from_either_store", "operational", "record"]
