"""What jobs compute about cascades: centralities of the nodes, predictions, and whole cascades."""

from sqlalchemy import Column, DateTime, Double, Integer, String, Table, Text

from grid.warehouse.tables.base import CASCADE_ANALYSIS, key, metadata, ref

node_centrality_features = Table(
    "node_centrality_features",
    metadata,
    key("node_id"),
    Column("node_type", String(16), nullable=False),
    ref("graph_version"),
    Column("degree_centrality", Double, comment="neighbours / (nodes - 1)"),
    Column("betweenness_centrality", Double, comment="share of the shortest paths through it, 0 to 1"),
    Column("closeness_centrality", Double, comment="0 to 1"),
    Column("eigenvector_centrality", Double, comment="0 to 1"),
    Column("pagerank", Double, comment="all sum to 1"),
    Column("clustering_coefficient", Double, comment="0 to 1"),
    Column("downstream_node_count", Integer, comment="nodes that lose supply without it"),
    Column("downstream_customers", Integer, comment="customers that lose supply without it"),
    Column("cascade_risk_score", Double, comment="0 to 1; the largest of the graph is 1"),
    Column("computed_at", DateTime, nullable=False, comment="UTC"),
    schema=CASCADE_ANALYSIS,
    comment="Centralities of the nodes of the grid's graph.",
)

gnn_predictions = Table(
    "gnn_predictions",
    metadata,
    Column("node_id", String(64), primary_key=True, nullable=False),
    Column("model_name", String(64), primary_key=True, nullable=False),
    Column("model_version", String(64), primary_key=True, nullable=False),
    ref("graph_version"),
    Column("cascade_risk", Double, nullable=False, comment="0 to 1"),
    Column("risk_rank", Integer, nullable=False, comment="1 is the riskiest of this model"),
    Column("predicted_at", DateTime, nullable=False, comment="UTC"),
    Column("state_key", String(64), comment="which state it is about, such as PRESENT/Texas"),
    Column("basis", String(16), comment="PREDICTED, or SIMULATED: the risk is then 1 or 0, for certain"),
    Column("risk_tier", String(16), comment="LOW, MODERATE, HIGH or CRITICAL"),
    Column("lost_load_mw", Double, comment="load lost in the end; typically, where predicted"),
    Column("customers_affected", Integer, comment="customers on record that lose supply; null: not known"),
    Column("factors_json", Text, comment="what contributes most to a prediction, as JSON"),
    Column("latency_ms", Double, comment="time that the whole map took"),
    schema=CASCADE_ANALYSIS,
    comment="Risk of each node to start a cascade, by the model in service or by simulation.",
)

precomputed_cascades = Table(
    "precomputed_cascades",
    metadata,
    key("scenario_id"),
    Column("scenario_name", String(128), nullable=False),
    ref("patient_zero_id"),
    Column("patient_zero_type", String(16), nullable=False),
    Column("patient_zero_name", String(128)),
    Column("params_json", Text, nullable=False, comment="parameters of the simulation, as JSON"),
    ref("graph_version"),
    Column("affected_node_count", Integer, nullable=False, comment="the patient zero included"),
    Column("lost_load_mw", Double),
    Column("customers_affected", Integer),
    Column("wave_count", Integer, nullable=False, comment="waves after the patient zero"),
    Column("computed_at", DateTime, nullable=False, comment="UTC"),
    schema=CASCADE_ANALYSIS,
    comment="Cascades computed beforehand, one per patient zero and parameters.",
)

precomputed_cascade_failures = Table(
    "precomputed_cascade_failures",
    metadata,
    Column("scenario_id", String(64), primary_key=True, nullable=False),
    Column("node_id", String(64), primary_key=True, nullable=False),
    Column("node_type", String(16), nullable=False),
    Column("wave_number", Integer, nullable=False, comment="0 is the patient zero"),
    ref("cause_node_id", nullable=True),
    Column("failure_probability", Double, comment="0 to 1"),
    Column("lost_load_mw", Double),
    Column("customers_affected", Integer),
    schema=CASCADE_ANALYSIS,
    comment="Which node fails in which wave of a cascade.",
)
