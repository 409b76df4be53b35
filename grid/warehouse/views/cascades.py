"""Views of what was computed about cascades, beside the nodes that it is about."""

from __future__ import annotations

from sqlalchemy import Integer, cast, func, select

from grid.warehouse.tables import (
    CASCADE_ANALYSIS,
    gnn_predictions,
    node_centrality_features,
    precomputed_cascades,
)
from grid.warehouse.views.base import view
from grid.warehouse.views.graph import grid_nodes_extended
from grid.warehouse.views.outages import active_outages

_central = node_centrality_features.c
_node = grid_nodes_extended.c
_risk = gnn_predictions.c
_cascade = precomputed_cascades.c
_out = active_outages.c

node_centrality_features_v2 = view(
    CASCADE_ANALYSIS,
    "node_centrality_features_v2",
    "Another name of node_centrality_features.",
    select(*_central),
)

node_centrality_features_extended = view(
    CASCADE_ANALYSIS,
    "node_centrality_features_extended",
    "Centralities beside where a node is and what supplies it.",
    select(
        *_central,
        _node.hierarchy_level,
        _node.parent_node_id,
        _node.substation_id,
        _node.circuit_id,
        _node.latitude,
        _node.longitude,
        _node.voltage_kv,
        _node.capacity_kva,
    ).join_from(node_centrality_features, grid_nodes_extended, _node.node_id == _central.node_id),
)

gnn_predictions_extended = view(
    CASCADE_ANALYSIS,
    "gnn_predictions_extended",
    "Predictions beside where a node is and what supplies it.",
    select(
        *_risk,
        _node.node_type,
        _node.hierarchy_level,
        _node.parent_node_id,
        _node.substation_id,
        _node.circuit_id,
        _node.latitude,
        _node.longitude,
    ).join_from(gnn_predictions, grid_nodes_extended, _node.node_id == _risk.node_id),
)

_worst = select(
    *_cascade,
    func.row_number()
    .over(
        partition_by=_cascade.patient_zero_id,
        order_by=(
            _cascade.customers_affected.desc().nulls_last(),
            _cascade.affected_node_count.desc(),
            _cascade.scenario_id,
        ),
    )
    .label("place"),
).subquery("worst")
high_risk_patient_zeros = view(
    CASCADE_ANALYSIS,
    "high_risk_patient_zeros",
    "Nodes by the worst cascade computed for them, 1 being the worst by customers, then by nodes.",
    select(
        cast(
            func.row_number().over(
                order_by=(
                    _worst.c.customers_affected.desc().nulls_last(),
                    _worst.c.affected_node_count.desc(),
                    _worst.c.patient_zero_id,
                )
            ),
            Integer,
        ).label("risk_rank"),
        _worst.c.patient_zero_id,
        _worst.c.patient_zero_type,
        _worst.c.patient_zero_name,
        _worst.c.scenario_id,
        _worst.c.customers_affected,
        _worst.c.affected_node_count,
        _worst.c.lost_load_mw,
        _worst.c.wave_count,
        _worst.c.computed_at,
    ).where(_worst.c.place == 1),
)

real_time_cascade_predictions = view(
    CASCADE_ANALYSIS,
    "real_time_cascade_predictions",
    "Cascades computed beforehand whose patient zero is out now.",
    select(
        _out.outage_id,
        _out.started_at,
        _out.customers_out,
        _cascade.scenario_id,
        _cascade.scenario_name,
        _cascade.patient_zero_id,
        _cascade.patient_zero_type,
        _cascade.affected_node_count,
        _cascade.lost_load_mw,
        _cascade.customers_affected,
        _cascade.wave_count,
        _cascade.computed_at,
    ).join_from(precomputed_cascades, active_outages, _out.failed_asset_id == _cascade.patient_zero_id),
)
