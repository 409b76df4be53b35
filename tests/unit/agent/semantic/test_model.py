"""The model says nothing that the tables do not hold; what is generated of it is current."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import sqlglot
import yaml
from sqlglot import exp

from agent.semantic.loading import PATH, SemanticModelInvalid, read_model, semantic_model
from agent.semantic.publish import outdated, view_file

MODEL = semantic_model()
DATA: dict[str, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
ORIGINAL = {
    "facts": {"usage_kwh", "voltage_v", "loading_pct", "load_kva", "rated_kva", "age_years", "health_index"},
    "dimensions": {
        "meter_id",
        "reading_at",
        "customer_id",
        "city",
        "zip_code",
        "customer_segment",
        "transformer_id",
        "substation_id",
        "circuit_id",
        "thermal_stress",
        "load_hour",
    },
    "metrics": {
        "total_usage_kwh",
        "average_usage_kwh",
        "meters_count",
        "average_voltage_v",
        "customers_count",
        "xfmr_count",
        "average_age_years",
        "average_health_index",
        "average_loading_pct",
        "highest_loading_pct",
    },
}


def changed(name: str, **changes: Any) -> dict[str, Any]:
    data = copy.deepcopy(DATA)
    next(item for item in data["tables"] if item["name"] == name).update(changes)
    return data


def test_what_other_semantic_views_of_utilities_hold_is_there() -> None:
    assert ORIGINAL["facts"] <= {fact.name for fact in MODEL.facts.values()}
    assert ORIGINAL["dimensions"] <= {dimension.name for dimension in MODEL.dimensions.values()}
    assert ORIGINAL["metrics"] <= set(MODEL.metrics)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (changed("outages", table="production.nothing"), "no declared table"),
        (changed("outages", key=["nothing"]), "no column nothing"),
        (changed("outages", time="nothing"), "no dimension nothing"),
        (changed("outages", colour="red"), "means nothing"),
        (changed("customers", label="full_name", dimensions=[{"name": "full_name"}]), "personal data"),
        (changed("usage", metrics=[{"name": "x", "ratio": ["nothing", "usage_count"]}]), "nothing"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(data: dict[str, Any], message: str) -> None:
    with pytest.raises((SemanticModelInvalid, KeyError), match=message):
        read_model(data)


def test_a_path_has_the_fewest_steps_and_none_leads_backwards() -> None:
    path = MODEL.path("customers", "stations")

    assert path is not None
    assert [relation.refers_to for relation in path] == ["meters", "xfmr", "circuits", "stations"]
    assert MODEL.path("stations", "customers") is None


def test_generated_files_are_current() -> None:
    assert outdated(MODEL) == [], "run python -m agent.semantic --write"


def test_the_expressions_of_the_semantic_view_parse_and_name_what_is_declared() -> None:
    body = view_file(MODEL).statements[3]
    declared = {f"{fact.table}.{fact.name}" for fact in MODEL.facts.values()} | set(MODEL.dimensions)
    declared |= {f"{metric.table}.{name}" for name, metric in MODEL.metrics.items()}
    declared |= {
        f"{table.name}.{column.name}"
        for table in MODEL.tables.values()
        for column in table.columns_of.columns
    }
    lines = body.split("METRICS (\n")[1].split("\n)\nCOMMENT")[0].split(",\n")

    assert len(lines) == len(MODEL.metrics)
    for line in lines:
        expression = (
            line.strip().partition(" AS ")[2].partition(" WITH SYNONYMS")[0].partition(" COMMENT = ")[0]
        )
        parsed = sqlglot.parse_one(expression, read="snowflake")
        used = {f"{found.table}.{found.name}" for found in parsed.find_all(exp.Column)}
        assert used, line
        assert used <= declared, line


def test_names_are_one_of_a_kind_within_their_table() -> None:
    for table in MODEL.tables.values():
        names = [*table.dimensions, *table.facts, *table.metrics]
        assert len(names) == len(set(names)), table.name
