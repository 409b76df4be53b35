"""Every warehouse view, declared once as a select over declared tables and other views.

A view is read like a table: ``select(circuit_status_realtime.c.status)``. Its select becomes part of the
query, on every backend; in Snowflake the views exist by name as well, for whoever else asks.
"""

from grid.warehouse.views.base import VIEWS, View
from grid.warehouse.views.cascades import (
    gnn_predictions_extended,
    high_risk_patient_zeros,
    node_centrality_features_extended,
    node_centrality_features_v2,
    real_time_cascade_predictions,
)
from grid.warehouse.views.graph import grid_edges, grid_edges_extended, grid_nodes, grid_nodes_extended
from grid.warehouse.views.operations import (
    circuit_status_realtime,
    flux_ops_center_kpis,
    flux_ops_center_service_areas_mv,
    open_work_orders,
    transformer_latest_load,
)
from grid.warehouse.views.outages import active_outages, customer_interruptions, outage_restoration_steps
from grid.warehouse.views.readings import (
    ami_metadata_searchable,
    ami_readings_enriched,
    ami_readings_final,
    customers_searchable,
    houston_weather_hourly,
    transformer_thermal_stress_materialized,
    transformer_weather_station,
)
from grid.warehouse.views.surroundings import (
    houston_buildings_clean,
    houston_buildings_footprints,
    houston_water_bodies,
    vegetation_power_line_risk,
    vegetation_risk_computed,
)
from grid.warehouse.views.syncs import (
    sync_status,
    v_backend_connection_status,
    v_backend_status,
    v_postgres_host,
    v_recent_sync_operations,
    v_sync_status,
    v_sync_summary,
)
from grid.warehouse.views.topology import (
    flux_ops_center_topology,
    flux_ops_center_topology_feeders,
    flux_ops_center_topology_metro,
    flux_ops_center_topology_nodes,
)
from grid.warehouse.views.training import (
    t_transformer_ml_training,
    t_transformer_temporal_training,
    v_model_performance_daily,
    v_transformer_current_risk,
    v_transformer_ml_features,
    v_transformer_ml_inference,
)

__all__ = [
    "VIEWS",
    "View",
    "active_outages",
    "ami_metadata_searchable",
    "ami_readings_enriched",
    "ami_readings_final",
    "circuit_status_realtime",
    "customer_interruptions",
    "customers_searchable",
    "flux_ops_center_kpis",
    "flux_ops_center_service_areas_mv",
    "flux_ops_center_topology",
    "flux_ops_center_topology_feeders",
    "flux_ops_center_topology_metro",
    "flux_ops_center_topology_nodes",
    "gnn_predictions_extended",
    "grid_edges",
    "grid_edges_extended",
    "grid_nodes",
    "grid_nodes_extended",
    "high_risk_patient_zeros",
    "houston_buildings_clean",
    "houston_buildings_footprints",
    "houston_water_bodies",
    "houston_weather_hourly",
    "node_centrality_features_extended",
    "node_centrality_features_v2",
    "open_work_orders",
    "outage_restoration_steps",
    "real_time_cascade_predictions",
    "sync_status",
    "t_transformer_ml_training",
    "t_transformer_temporal_training",
    "transformer_latest_load",
    "transformer_thermal_stress_materialized",
    "transformer_weather_station",
    "v_backend_connection_status",
    "v_backend_status",
    "v_model_performance_daily",
    "v_postgres_host",
    "v_recent_sync_operations",
    "v_sync_status",
    "v_sync_summary",
    "v_transformer_current_risk",
    "v_transformer_ml_features",
    "v_transformer_ml_inference",
    "vegetation_power_line_risk",
    "vegetation_risk_computed",
]
