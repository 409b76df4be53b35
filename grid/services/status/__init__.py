"""The state of circuits and substations, kept up with their outages and loads."""

from grid.services.status.refreshing import refresh_status, refresh_status_on_commit

__all__ = ["refresh_status", "refresh_status_on_commit"]
