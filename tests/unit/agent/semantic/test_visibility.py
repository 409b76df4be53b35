"""Every table says who may see it; one that does not is refused, and so is a question about it."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from agent.semantic.builder import Builder
from agent.semantic.expressions import Clock
from agent.semantic.form import Condition, Filter, Operator, Order, Question
from agent.semantic.loading import PATH, SemanticModelInvalid, read_model, semantic_model
from agent.semantic.visibility import EVERYTHING, NotVisible, Viewer
from grid.ddl.sql import select_text

MODEL = semantic_model()
DATA: dict[str, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
CLOCK = Clock(datetime(2025, 8, 12, 16, 45), ZoneInfo("America/Chicago"))
ALL_BUT_CUSTOMERS = Viewer(permissions=MODEL.permissions - {"grid.view_customer"})
ONE_ZONE = Viewer(zone_ids=frozenset({"ZONE-1"}))


def sql(question: Question, viewer: Viewer = EVERYTHING) -> str:
    return select_text(Builder(MODEL, CLOCK, viewer=viewer).build(question).query)


def without(table: str, key: str) -> dict[str, Any]:
    data = copy.deepcopy(DATA)
    next(item for item in data["tables"] if item["name"] == table).pop(key)
    return data


def changed(table: str, **changes: Any) -> dict[str, Any]:
    data = copy.deepcopy(DATA)
    next(item for item in data["tables"] if item["name"] == table).update(changes)
    return data


@pytest.mark.parametrize("table", [item["name"] for item in DATA["tables"]])
@pytest.mark.parametrize("key", ["seen_with", "zone_by"])
def test_a_table_without_a_rule_is_not_loaded(table: str, key: str) -> None:
    with pytest.raises(SemanticModelInvalid, match=f"table {table} needs {key}"):
        read_model(without(table, key))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"zone_by": "zone"}, "has no column zone"),
        ({"zone_by": {"zone": "stations"}}, "has no column zone"),
        ({"zone_by": {"meter_id": "nothing"}}, "is that of nothing, which has no key"),
        ({"zone_by": {"meter_id": "ami"}}, "is that of ami, which has no key"),
        ({"zone_by": {"meter_id": "weather"}}, "is that of weather, which has no key"),
        ({"zone_by": {"customer_id": "served"}}, "leads to none"),
        ({"zone_by": {"customer_id": "cascades"}}, "leads to none"),
        ({"zone_by": ["meter_id"]}, "needs zone_by"),
        ({"zone_by": {"meter_id": "meters", "customer_id": "served"}}, "needs zone_by"),
        ({"seen_with": "view_customer"}, "needs seen_with"),
        ({"seen_with": "auth.view_user"}, "needs seen_with"),
    ],
)
def test_a_rule_that_leads_to_no_zone_is_not_loaded(changes: dict[str, Any], said: str) -> None:
    table = "customers"
    data = changed(table, **changes)
    if changes == {"zone_by": {"customer_id": "served"}}:  # a circle
        next(item for item in data["tables"] if item["name"] == "served")["zone_by"] = {
            "customer_id": "customers"
        }

    with pytest.raises(SemanticModelInvalid, match=said):
        read_model(data)


@pytest.mark.parametrize(
    "question",
    [
        Question(metrics=("customers_count",)),
        Question(subject="customers"),
        Question(metrics=("customers_count", "outages_count")),
        Question(subject="customers", columns=("customers.city",)),
        Question(metrics=("customers_count",), share=(Filter("customers.city", ("KATY",)),)),
    ],
)
def test_a_table_that_a_user_may_not_see_is_refused_wherever_it_is_named(question: Question) -> None:
    with pytest.raises(NotVisible, match=r"needs the permission grid\.view_customer"):
        sql(question, ALL_BUT_CUSTOMERS)
    assert sql(question)


@pytest.mark.parametrize(
    "question",
    [
        Question(metrics=("xfmr_count",), groups=("circuits.circuit_id",)),
        Question(metrics=("xfmr_count",), filters=(Filter("circuits.circuit_id", ("CKT-1",)),)),
        Question(metrics=("xfmr_count",), share=(Filter("circuits.circuit_id", ("CKT-1",)),)),
        Question(metrics=("xfmr_count",), conditions=(Condition("circuits.length_km", Operator.ABOVE, 1),)),
        Question(subject="xfmr", columns=("circuits.length_km",)),
        Question(subject="xfmr", order=Order("circuits.length_km")),
        # The same after the table was joined on the way to another one.
        Question(subject="xfmr", columns=("stations.load_mw", "circuits.length_km")),
        Question(metrics=("saifi",), groups=("circuits.circuit_id",)),
    ],
)
def test_a_joined_table_is_refused_too(question: Question) -> None:
    viewer = Viewer(permissions=MODEL.permissions - {"grid.view_circuit"})

    with pytest.raises(NotVisible, match=r"needs the permission grid\.view_circuit"):
        sql(question, viewer)
    assert sql(question)


def test_a_table_on_the_way_to_another_needs_no_permission() -> None:
    viewer = Viewer(permissions=MODEL.permissions - {"grid.view_circuit"})

    assert "circuit_metadata" in sql(
        Question(metrics=("xfmr_count",), groups=("stations.substation_id",)), viewer
    )


def test_each_part_of_a_ratio_is_limited() -> None:
    text = sql(Question(metrics=("saidi_minutes",)), ONE_ZONE)

    assert text.count("zone_id IN ('ZONE-1')") == 2  # of minutes, and of customers


@pytest.mark.parametrize("table", [table.name for table in MODEL.tables.values()])
def test_no_table_is_read_whole_for_who_is_limited(table: str) -> None:
    """Every way to a table has the zone in it, but where rows are public or nobody who is limited may ask."""
    question = Question(metrics=(MODEL.tables[table].count.name,))
    by = MODEL.tables[table].zone.by.value
    if by == "UNKNOWN":
        with pytest.raises(NotVisible):
            sql(question, ONE_ZONE)
        return

    assert ("zone_id IN ('ZONE-1')" in sql(question, ONE_ZONE)) is (by != "PUBLIC")
    assert "zone_id IN" not in sql(question)
