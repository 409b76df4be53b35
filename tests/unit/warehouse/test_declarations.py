"""Every schema, table and view that a Flux warehouse is known for is there, and each has one definition."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from grid.warehouse import pa_schema
from grid.warehouse.arrow import result_fields
from grid.warehouse.statements import tables_read
from grid.warehouse.tables import DERIVED_TABLES, WRITTEN_INSTEAD, metadata, sync_log
from grid.warehouse.views import VIEWS
from grid.warehouse.views.base import view

KNOWN = {
    "production": """
        substations transformer_metadata circuit_metadata meter_infrastructure grid_poles_infrastructure
        ami_interval_readings ami_monthly_usage transformer_hourly_load customers_master_data
        houston_weather_hourly outage_restoration_tracker outage_restoration_steps work_orders
        technical_manuals_pdf_chunks
        ami_readings_final ami_readings_enriched ami_metadata_searchable grid_power_lines
        transformer_thermal_stress_materialized
        houston_buildings_clean houston_water_bodies vegetation_power_line_risk energy_prices_hourly
    """,
    "applications": """
        flux_ops_center_kpis flux_ops_center_topology flux_ops_center_topology_metro
        flux_ops_center_topology_feeders flux_ops_center_topology_nodes flux_ops_center_service_areas_mv
        circuit_status_realtime vegetation_risk_computed vegetation_risk_enhanced operator_edits
    """,
    "ml_demo": """
        grid_nodes grid_edges grid_nodes_extended grid_edges_extended t_transformer_temporal_training
        v_transformer_ml_inference v_transformer_ml_features t_transformer_ml_training
        v_transformer_current_risk t_transformer_risk_predictions v_model_performance_daily
        t_scaler_parameters compliance_docs
    """,
    "cascade_analysis": """
        node_centrality_features node_centrality_features_v2 node_centrality_features_extended
        gnn_predictions gnn_predictions_extended precomputed_cascades real_time_cascade_predictions
        high_risk_patient_zeros
    """,
    "raw": """
        ami_readings_raw ami_readings_history houston_buildings_footprints building_footprints trees
        water_bodies flood_zones
    """,
    "postgres_sync": """
        postgres_connection_config sync_log sync_status v_postgres_host v_recent_sync_operations
        v_sync_summary v_backend_status v_backend_connection_status v_sync_status
    """,
}


@pytest.mark.parametrize("schema", KNOWN)
def test_every_known_table_or_view_has_one_definition(schema: str) -> None:
    for name in KNOWN[schema].split():
        fullname = f"{schema}.{name}"
        assert (fullname in metadata.tables) + (fullname in VIEWS) == 1, fullname


def test_no_name_is_both_table_and_view() -> None:
    assert metadata.tables.keys() & VIEWS.keys() == set()


def test_every_table_and_view_says_what_it_is() -> None:
    assert [table.fullname for table in metadata.tables.values() if not table.comment] == []
    assert [declared.fullname for declared in VIEWS.values() if not declared.comment] == []


def test_every_table_can_be_stored_and_every_view_answered() -> None:
    for table in metadata.tables.values():
        assert len(pa_schema(table)) == len(table.columns)
    for declared in VIEWS.values():
        assert tables_read(select(declared.source)), declared.fullname
        assert all(kind is not None for _, kind in result_fields(select(declared.source))), declared.fullname


def test_no_column_has_its_value_twice() -> None:
    doubled = {"rated_kva", "capacity_kva"}, {"latitude", "lat"}, {"meter_id", "primary_meter_id"}
    for table in metadata.tables.values():
        names = set(table.columns.keys())
        assert not any(pair <= names for pair in doubled), table.fullname


def test_a_view_cannot_be_declared_twice() -> None:
    with pytest.raises(ValueError, match=r"view postgres_sync\.sync_status is declared twice"):
        view("postgres_sync", "sync_status", "Again.", select(sync_log))


def test_what_is_written_instead_has_the_same_columns() -> None:
    for table, other in WRITTEN_INSTEAD.items():
        assert table in DERIVED_TABLES
        assert pa_schema(table) == pa_schema(other)
        assert table.info["partition_by"] == other.info["partition_by"]
