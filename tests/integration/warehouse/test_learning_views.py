"""Views of the graph, of training, cascades and syncs, on both backends, against rows computed by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import CTE, func, select

from grid.warehouse import Warehouse, tables, views
from tests.integration.warehouse.rows import table_of
from tests.integration.warehouse.view_rows import KM_PER_DEGREE, NOON, load_for, rows_of

pytestmark = pytest.mark.integration


def test_graph_nodes_count_what_hangs_on_them(viewed: Warehouse) -> None:
    columns = (
        "node_id",
        "capacity_kva",
        "parent_node_id",
        "downstream_transformers",
        "downstream_capacity_kva",
        "downstream_customers",
    )
    assert rows_of(viewed, views.grid_nodes, *columns) == [
        ("SUB-1", 20_000.0, None, 2, 75.0, 3),
        ("SUB-2", None, None, 0, 0.0, 0),
        ("XFMR-1", 50.0, "SUB-1", 0, 0.0, 2),
        ("XFMR-2", 25.0, "SUB-1", 0, 0.0, 1),
    ]


def test_graph_edges_are_branches_in_service_and_feeders(viewed: Warehouse) -> None:
    columns = ("edge_id", "edge_type", "distance_km", "reactance_pu", "rating_mva")
    assert rows_of(viewed, views.grid_edges, *columns) == [
        ("LINE-1", "TRANSMISSION", 111.0, 0.1, 100.0),
        ("SUB-1>XFMR-1", "DISTRIBUTION", pytest.approx(KM_PER_DEGREE), None, 0.05),
        ("SUB-1>XFMR-2", "DISTRIBUTION", pytest.approx(3.0 * KM_PER_DEGREE), None, 0.025),
    ]


def test_extended_nodes_form_a_tree_down_to_the_meters(viewed: Warehouse) -> None:
    assert rows_of(
        viewed, views.grid_nodes_extended, "hierarchy_level", "node_id", "parent_node_id", "node_type"
    ) == [
        (1, "SUB-1", None, "SUBSTATION"),
        (1, "SUB-2", None, "SUBSTATION"),
        (2, "POLE-1", "SUB-1", "POLE"),
        (3, "XFMR-1", "POLE-1", "TRANSFORMER"),
        (3, "XFMR-2", "SUB-1", "TRANSFORMER"),
        (4, "MTR-1", "XFMR-1", "METER"),
        (4, "MTR-2", "XFMR-1", "METER"),
        (4, "MTR-3", "XFMR-2", "METER"),
    ]


def test_extended_edges_join_each_node_to_its_parent(viewed: Warehouse) -> None:
    found = rows_of(
        viewed, views.grid_edges_extended, "from_node_id", "to_node_id", "edge_type", "distance_km"
    )

    assert found == [
        ("POLE-1", "XFMR-1", "DISTRIBUTION", pytest.approx(0.5 * KM_PER_DEGREE)),
        ("SUB-1", "POLE-1", "DISTRIBUTION", pytest.approx(0.5 * KM_PER_DEGREE)),
        ("SUB-1", "SUB-2", "TRANSMISSION", 111.0),
        ("SUB-1", "XFMR-2", "DISTRIBUTION", pytest.approx(3.0 * KM_PER_DEGREE)),
        ("XFMR-1", "MTR-1", "SERVICE", 0.0),
        ("XFMR-1", "MTR-2", "SERVICE", 0.0),
        ("XFMR-2", "MTR-3", "SERVICE", pytest.approx(2.0 * KM_PER_DEGREE)),
    ]


def test_features_are_those_of_eight_in_the_morning_and_earlier_days(viewed: Warehouse) -> None:
    columns = (
        "transformer_id",
        "prediction_date",
        "age_years",
        "morning_loading_pct",
        "kwh_per_meter",
        "morning_stress",
        "earlier_mornings_loading_pct",
        "load_trend_ratio",
        "earlier_stressed_hours",
    )
    first = date(2024, 7, 1)
    assert rows_of(viewed, views.v_transformer_ml_features, *columns) == [
        ("XFMR-1", first, 10, 50.0, 10.0, "LOW", None, None, None),
        ("XFMR-1", date(2024, 7, 2), 10, 60.0, 12.0, "LOW", 50.0, pytest.approx(1.2), 0),
        ("XFMR-1", date(2024, 7, 3), 10, 75.0, 15.0, None, 55.0, pytest.approx(75.0 / 55.0), 6),
        ("XFMR-2", date(2024, 7, 3), None, 25.0, 5.0, None, None, None, None),
    ]


@pytest.mark.parametrize(
    "view", [views.t_transformer_temporal_training, views.t_transformer_ml_training], ids=lambda v: v.name
)
def test_training_rows_have_the_outcome_of_the_afternoon(viewed: Warehouse, view: CTE) -> None:
    columns = (
        "transformer_id",
        "prediction_date",
        "afternoon_peak_loading_pct",
        "afternoon_peak_hot_spot_c",
        "target_high_risk",
    )
    # One day of each class, so the balanced rows are all of them; the third day has no afternoon.
    assert rows_of(viewed, view, *columns) == [
        ("XFMR-1", date(2024, 7, 1), 95.0, 115.0, False),
        ("XFMR-1", date(2024, 7, 2), 95.0, 125.0, True),
    ]


def test_balanced_training_rows_are_as_many_of_each_class(warehouse: Warehouse) -> None:
    load_for(warehouse, views.t_transformer_ml_training)
    calm = [
        {
            "transformer_id": "XFMR-2",
            "load_hour": hour,
            "load_date": hour.date(),
            "loading_pct": 20.0,
            "hot_spot_c": 60.0,
            "thermal_stress": "LOW",
        }
        for day in range(5)
        for hour in [datetime(2024, 6, 1, 13) + timedelta(days=day, hours=n) for n in (0, 5, 6, 7, 8, 9, 10)]
    ]
    warehouse.append(tables.transformer_hourly_load, table_of(tables.transformer_hourly_load, *calm), "calm")

    target = views.t_transformer_ml_training.c.target_high_risk
    counts = warehouse.select_rows(select(target, func.count().label("n")).group_by(target))
    assert sorted(counts, key=str) == [
        {"target_high_risk": False, "n": 1},
        {"target_high_risk": True, "n": 1},
    ]
    assert len(rows_of(warehouse, views.t_transformer_temporal_training)) == 7


def test_inference_is_from_the_newest_morning(viewed: Warehouse) -> None:
    assert rows_of(
        viewed,
        views.v_transformer_ml_inference,
        "transformer_id",
        "prediction_date",
        "morning_loading_pct",
    ) == [("XFMR-1", date(2024, 7, 3), 75.0), ("XFMR-2", date(2024, 7, 3), 25.0)]


def test_current_risk_is_the_newest_prediction(viewed: Warehouse) -> None:
    assert rows_of(
        viewed,
        views.v_transformer_current_risk,
        "transformer_id",
        "circuit_id",
        "prediction_date",
        "high_risk_probability",
        "is_high_risk",
    ) == [("XFMR-1", "CKT-1", date(2024, 7, 2), 0.75, True)]


def test_performance_compares_predictions_with_what_was_observed(viewed: Warehouse) -> None:
    columns = (
        "prediction_date",
        "true_positives",
        "false_positives",
        "false_negatives",
        "true_negatives",
        "accuracy_frac",
        "precision_frac",
        "recall_frac",
    )
    # Both days were predicted high; the first was not. No high day was there to recall on the first.
    assert rows_of(viewed, views.v_model_performance_daily, *columns) == [
        (date(2024, 7, 1), 0, 1, 0, 0, 0.0, 0.0, None),
        (date(2024, 7, 2), 1, 0, 0, 0, 1.0, 1.0, 1.0),
    ]


def test_centralities_and_predictions_say_where_their_node_is(viewed: Warehouse) -> None:
    assert rows_of(viewed, views.node_centrality_features_v2, "node_id", "cascade_risk_score") == [
        ("SUB-1", 1.0)
    ]
    assert rows_of(
        viewed,
        views.node_centrality_features_extended,
        "node_id",
        "cascade_risk_score",
        "hierarchy_level",
        "voltage_kv",
    ) == [("SUB-1", 1.0, 1, 138.0)]
    assert rows_of(
        viewed, views.gnn_predictions_extended, "node_id", "cascade_risk", "parent_node_id", "longitude"
    ) == [("XFMR-1", 0.5, "POLE-1", 1.0)]


def test_patient_zeros_are_ranked_by_their_worst_cascade(viewed: Warehouse) -> None:
    assert rows_of(
        viewed,
        views.high_risk_patient_zeros,
        "risk_rank",
        "patient_zero_id",
        "scenario_id",
        "customers_affected",
    ) == [(1, "XFMR-1", "CAS-2", 5), (2, "SUB-2", "CAS-3", None)]


def test_cascades_of_what_is_out_now(viewed: Warehouse) -> None:
    assert rows_of(
        viewed, views.real_time_cascade_predictions, "outage_id", "scenario_id", "patient_zero_id"
    ) == [("OUT-1", "CAS-1", "XFMR-1"), ("OUT-1", "CAS-2", "XFMR-1")]


def test_syncs_by_layer_and_in_sum(viewed: Warehouse) -> None:
    assert rows_of(viewed, views.sync_status, "layer_name", "sync_id", "status") == [
        ("meters", "S-4", "FAILED"),
        ("outages", "S-3", "SUCCEEDED"),
    ]
    # S-1 is ten days older than the newest
    assert rows_of(
        viewed,
        views.v_sync_summary,
        "layer_name",
        "runs",
        "failed_runs",
        "rows_synced",
        "rows_rejected",
        "mean_duration_s",
    ) == [("meters", 1, 1, 10, 1, 5.0), ("outages", 2, 1, 20, 2, 2.0)]
    for view in (views.v_sync_status, views.v_recent_sync_operations):
        assert rows_of(viewed, view, "sync_id") == [("S-1",), ("S-2",), ("S-3",), ("S-4",)]
    for view in (views.v_backend_status, views.v_backend_connection_status):
        assert rows_of(viewed, view) == [(2, 1, NOON - timedelta(days=1), NOON)]
    assert rows_of(viewed, views.v_postgres_host) == [("db.example", NOON)]
