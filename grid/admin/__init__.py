"""The admin of the grid: assets, customers, sync, users and schedules."""

from grid.admin import (
    customers,
    distribution,
    import_rejects,
    imports,
    operations,
    outbox,
    schedules,
    sync_alerts,
    sync_checkpoints,
    sync_layers,
    sync_rejects,
    sync_runs,
    transmission,
    users,
)

__all__ = [
    "customers",
    "distribution",
    "import_rejects",
    "imports",
    "operations",
    "outbox",
    "schedules",
    "sync_alerts",
    "sync_checkpoints",
    "sync_layers",
    "sync_rejects",
    "sync_runs",
    "transmission",
    "users",
]
