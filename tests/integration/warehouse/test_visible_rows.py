"""What the assistant reads for who is limited to load zones, on each backend."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agent.semantic.analyst import Analyst, Answer
from agent.semantic.builder import Builder
from agent.semantic.expressions import Clock
from agent.semantic.form import Grain, Question
from agent.semantic.loading import semantic_model
from agent.semantic.model import ZoneBy
from agent.semantic.visibility import EVERYTHING, Viewer
from grid.warehouse import Warehouse
from grid.warehouse.errors import TableNotLoaded
from tests.integration.assistant_tools.small_warehouse import NEWEST, ZONES, fill_small

MODEL = semantic_model()
CHICAGO = ZoneInfo("America/Chicago")
NORTH = Viewer(zone_ids=frozenset({"ZONE-1"}))
OF_ZONES = [table.name for table in MODEL.tables.values() if table.zone.by is not ZoneBy.UNKNOWN]


def rows_of(analyst: Analyst, question: Question) -> list[Any]:
    reply = analyst.answer(question)
    assert isinstance(reply, Answer), reply
    return [tuple(row.values()) for row in reply.rows]


@pytest.mark.integration
def test_rows_of_other_zones_are_left_out(warehouse: Warehouse) -> None:
    fill_small(warehouse)
    whole = Analyst(MODEL, warehouse, CHICAGO)
    limited = whole.seen_by(NORTH)
    by_zone = Question(metrics=("outages_count",), groups=("zones.zone_name",), grain=Grain.DAY)

    assert whole.clock.anchor == limited.clock.anchor == NEWEST
    assert [row[1:] for row in rows_of(whole, by_zone)] == [("North", 3.0), ("South", 5.0)]
    assert [row[1:] for row in rows_of(limited, by_zone)] == [("North", 3.0)]
    assert [row[0] for row in rows_of(limited, Question(subject="stations"))] == ["SUB-1"]
    assert len(rows_of(whole, Question(subject="stations"))) == len(ZONES)


@pytest.mark.integration
@pytest.mark.parametrize("table", OF_ZONES)
def test_every_table_can_be_read_for_who_is_limited(viewed: Warehouse, table: str) -> None:
    """The select of each table runs on the backend, and finds no more than there is."""
    clock = Clock(NEWEST, CHICAGO)
    question = Question(metrics=(MODEL.tables[table].count.name,))
    counts = []
    for viewer in (EVERYTHING, NORTH, Viewer(zone_ids=frozenset({"ZONE-NOWHERE"}))):
        try:
            (row,) = viewed.select_rows(Builder(MODEL, clock, viewer=viewer).build(question).query)
        except TableNotLoaded:
            pytest.skip(f"nothing is loaded of {table}")
        counts.append(next(iter(row.values())))

    assert counts[0] >= counts[1] >= counts[2]
    assert counts[2] == (counts[0] if MODEL.tables[table].zone.by is ZoneBy.PUBLIC else 0)
