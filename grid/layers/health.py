"""The layer of assets' health, which is assessed daily."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from grid import models
from grid.layers.definition import Layer
from grid.layers.zones import with_zone_by_substation, zone_id
from grid.warehouse import tables

_health = tables.asset_health.c


def _of_kind(kind: str, column: str) -> sa.Label[Any]:
    return sa.case((_health.asset_kind == kind, _health.asset_id)).label(column)


asset_health = Layer(
    key="asset_health",
    title="Asset health",
    model=models.AssetHealth,
    source=with_zone_by_substation(
        sa.select(
            _health.asset_id.label("id"),
            zone_id,
            _health.asset_kind,
            _of_kind("TRANSFORMER", "transformer_id"),
            _of_kind("POLE", "pole_id"),
            _of_kind("CIRCUIT", "circuit_id"),
            _of_kind("SUBSTATION", "substation_id"),
            _health.circuit_id.label("on_circuit_id"),
            _health.substation_id.label("in_substation_id"),
            _health.as_of,
            _health.health_index,
            _health.health_score,
            _health.band,
            _health.confidence_frac,
            _health.failures_per_year,
            _health.contributions,
            _health.reason,
        ),
        tables.asset_health,
    ),
)
