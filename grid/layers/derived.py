"""Tables that the cache computes from its layers, and the warehouse's query for the same rows.

Sync does not fill them; they are here so that the warehouse can answer in place of the cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from django.db import models as django_models

from grid import models
from grid.layers.zones import zone_of_substation
from grid.operations.status import CRITICAL_ABOVE_PCT, WARNING_FROM_PCT
from grid.warehouse.queries.status import circuit_status, substation_status


@dataclass(frozen=True, kw_only=True, eq=False)
class Derived:
    """A computed table: the layers its rows rest on, and their query."""

    model: type[django_models.Model]
    rests_on: tuple[str, ...]
    source: sa.Select[Any]

    @property
    def table(self) -> str:
        """The table of the cache."""
        return self.model._meta.db_table


def _with_keys(status: sa.Select[Any], key: str, about: str) -> sa.Select[Any]:
    """Return the rows with the keys the cache gives them, and their zone."""
    row = status.subquery("state")
    keys = {key: (row.c[key].label("id"), row.c[key].label(about))}
    columns = [part for each in row.c for part in keys.get(each.name, (each,))]
    return sa.select(*columns, zone_of_substation.c.zone_id).select_from(
        row.outerjoin(zone_of_substation, row.c.substation_id == zone_of_substation.c.substation_id)
    )


_THRESHOLDS = {"warning_pct": WARNING_FROM_PCT, "critical_pct": CRITICAL_ABOVE_PCT}

DERIVED = (
    Derived(
        model=models.CircuitStatus,
        rests_on=("circuits", "outages", "outage_interruptions", "transformer_load"),
        source=_with_keys(circuit_status(**_THRESHOLDS), "circuit_id", "circuit_id"),
    ),
    Derived(
        model=models.SubstationStatus,
        rests_on=("circuits", "outages", "outage_interruptions", "transformer_load"),
        source=_with_keys(substation_status(**_THRESHOLDS), "substation_id", "substation_id"),
    ),
)
