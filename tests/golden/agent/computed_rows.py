"""Rows of what jobs compute and the forge does not: health, trees near lines, cascades, predicted risk."""

from __future__ import annotations

from datetime import datetime

from grid.warehouse import Warehouse
from grid.warehouse import tables as t
from tests.warehouse_rows import fill

AT = datetime(2025, 8, 12, 12)


def fill_computed(warehouse: Warehouse, transformer_ids: list[str], tree_ids: list[str]) -> None:
    """Put computed rows into a forged warehouse."""
    fill(
        warehouse,
        t.asset_health,
        [
            {
                "asset_id": asset,
                "asset_kind": "TRANSFORMER",
                "circuit_id": None,
                "substation_id": "SUB-40687",
                "as_of": AT,
                "health_index": None if place == 7 else 95.0 - 3.7 * place,
                "health_score": 1.0,
                "band": f"HI{1 + place % 4}",
                "confidence_frac": 0.8,
                "failures_per_year": 0.01 * place,
                "contributions": "[]",
            }
            for place, asset in enumerate(transformer_ids[:20])
        ]
        + [
            {
                "asset_id": "POLE-1",
                "asset_kind": "POLE",
                "substation_id": "SUB-40687",
                "as_of": AT,
                "health_index": 3.0,
                "band": "HI5",
                "confidence_frac": 0.9,
                "contributions": "[]",
            }
        ],
    )
    fill(
        warehouse,
        t.vegetation_risk_enhanced,
        [
            {
                "tree_id": tree,
                "distance_to_line_m": 1.5 * place,
                "required_clearance_m": 3.0,
                "clearance_deficit_m": 4.0 - place,
                "years_to_encroachment": float(place),
                "overstrike_m": 2.0 - place,
                "method": "HAND",
                "computed_at": AT,
            }
            for place, tree in enumerate(tree_ids[:12])
        ],
    )
    fill(
        warehouse,
        t.precomputed_cascades,
        [
            {
                "scenario_id": f"SCN-{place:03d}",
                "scenario_name": f"Outage {place}",
                "patient_zero_id": f"BR-{place}",
                "patient_zero_type": "BRANCH",
                "params_json": "{}",
                "graph_version": "1",
                "affected_node_count": 3 + place,
                "lost_load_mw": 17.5 * ((place * 7) % 10),
                "customers_affected": None if place == 3 else 100 * ((place * 3) % 10),
                "wave_count": 1 + place % 3,
                "computed_at": AT,
            }
            for place in range(10)
        ],
    )
    fill(
        warehouse,
        t.gnn_predictions,
        [
            {
                "node_id": f"NODE-{place}",
                "model_name": "risk",
                "model_version": "1",
                "graph_version": "1",
                "cascade_risk": ((place * 37) % 100) / 100.0,
                "risk_rank": place + 1,
                "predicted_at": AT,
            }
            for place in range(30)
        ],
    )
