"""What models of transformer risk leave behind: predictions, scaling, and how good they were."""

from sqlalchemy import Boolean, Column, Date, DateTime, Double, Integer, String, Table

from grid.warehouse.tables.base import ML_DEMO, metadata, ref

t_transformer_risk_predictions = Table(
    "t_transformer_risk_predictions",
    metadata,
    Column("transformer_id", String(64), primary_key=True, nullable=False),
    Column("prediction_date", Date, primary_key=True, nullable=False, comment="local date predicted"),
    Column("model_name", String(64), primary_key=True, nullable=False),
    Column("model_version", String(64), primary_key=True, nullable=False),
    Column("high_risk_probability", Double, nullable=False, comment="0 to 1"),
    Column("threshold_frac", Double, nullable=False, comment="probability from which it counts as high risk"),
    Column("is_high_risk", Boolean, nullable=False),
    Column("predicted_at", DateTime, nullable=False, comment="UTC"),
    schema=ML_DEMO,
    comment="What models said of the afternoon of each transformer.",
)

t_scaler_parameters = Table(
    "t_scaler_parameters",
    metadata,
    Column("model_name", String(64), primary_key=True, nullable=False),
    Column("model_version", String(64), primary_key=True, nullable=False),
    Column("feature_name", String(64), primary_key=True, nullable=False),
    Column("mean", Double, nullable=False, comment="in the feature's unit"),
    Column("standard_deviation", Double, nullable=False, comment="in the feature's unit"),
    schema=ML_DEMO,
    comment="How the features of a model were scaled in training.",
)

model_performance = Table(
    "model_performance",
    metadata,
    Column("model_name", String(64), primary_key=True, nullable=False),
    Column("model_version", String(64), primary_key=True, nullable=False),
    Column("data_set", String(64), primary_key=True, nullable=False, comment="say VALIDATION or TEST"),
    Column("metric_name", String(64), primary_key=True, nullable=False, comment="say ROC_AUC"),
    Column("metric_value", Double, nullable=False),
    Column("sample_count", Integer, nullable=False),
    Column("evaluated_at", DateTime, nullable=False, comment="UTC"),
    schema=ML_DEMO,
    comment="How good a model was when it was trained.",
)

gnn_training_runs = Table(
    "gnn_training_runs",
    metadata,
    Column("model_name", String(64), primary_key=True, nullable=False),
    Column("model_version", String(64), primary_key=True, nullable=False),
    ref("graph_version"),
    Column("node_count", Integer, comment="branches that it learned from, over all states; null: not known"),
    Column("edge_count", Integer, comment="null: not known"),
    Column("epoch_count", Integer, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("started_at", DateTime, nullable=False, comment="UTC"),
    Column("finished_at", DateTime, comment="UTC; null while it runs"),
    schema=ML_DEMO,
    comment="Training runs of the graph neural network.",
)
