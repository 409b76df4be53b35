"""Who is limited to load zones gets the answers that they would get if there were nothing else."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from agent.semantic.analyst import Analyst, Answer
from agent.semantic.builder import Builder
from agent.semantic.form import Filter, Grain, Question, QuestionInvalid
from agent.semantic.guard import allowed_columns, check
from agent.semantic.loading import semantic_model
from agent.semantic.model import Aggregate, DimensionKind, MetricKind, ZoneBy
from agent.semantic.parser import AskBack, Refused
from agent.semantic.visibility import EVERYTHING, NotVisible, Viewer
from grid.ddl.sql import select_text
from grid.warehouse import Warehouse
from tests.golden.agent.golden import golden_questions
from tests.golden.agent.zones import PARTS, left_for, opened, spread_over_zones

MODEL = semantic_model()
VIEWERS = [Viewer(zone_ids=frozenset(part)) for part in PARTS]
OF_ZONES = [table for table in MODEL.tables.values() if table.zone.by is not ZoneBy.UNKNOWN]
HIDDEN = [table for table in MODEL.tables.values() if table.zone.by is ZoneBy.UNKNOWN]
GROUPED = {DimensionKind.TEXT, DimensionKind.ID, DimensionKind.BOOLEAN, DimensionKind.YEAR}
ALL = 1_000_000
NOT_SLOW = settings(suppress_health_check=list(HealthCheck), max_examples=60)


@pytest.fixture(scope="session")
def zoned(forged_root: Path, forged_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("zoned") / "warehouse"
    spread_over_zones(forged_root, root).close()
    return root


@pytest.fixture(scope="session")
def whole(zoned: Path) -> Analyst:
    return Analyst(MODEL, opened(zoned), ZoneInfo("America/Chicago"))


@pytest.fixture(scope="session")
def parts(zoned: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Warehouse]:
    folder = tmp_path_factory.mktemp("parts")
    return [left_for(zoned, folder / str(at), zones) for at, zones in enumerate(PARTS)]


@pytest.fixture(scope="session")
def values(whole: Analyst) -> dict[str, list[str]]:
    """Return some values of every dimension, of all zones."""
    found = {}
    for name, dimension in MODEL.dimensions.items():
        column = MODEL.tables[dimension.table].columns_of.c[dimension.column]
        query = select(column.label("value")).where(column.is_not(None)).distinct().order_by(column).limit(40)
        try:
            rows = whole._warehouse.select_rows(query)
        except Exception:  # noqa: BLE001 - a table that nothing was loaded into
            continue
        if dimension.kind in GROUPED and rows:
            found[name] = [
                str(row["value"]).lower() if row["value"] in (True, False) else str(row["value"])
                for row in rows
            ]
    return found


def rows_of(warehouse: Warehouse, analyst: Analyst, question: Question, viewer: Viewer) -> list[Any]:
    built = Builder(MODEL, analyst.clock, ALL, viewer).build(question)
    check(select_text(built.query), allowed_columns(MODEL))
    found = [tuple(row.values()) for row in warehouse.select_rows(built.query)]
    return sorted(found, key=lambda row: [(value is None, _key(value)) for value in row])


def _key(value: Any) -> Any:
    return f"{value:.6e}" if isinstance(value, float) else str(value)


def same(rows: list[Any], expected: list[Any]) -> bool:
    return len(rows) == len(expected) and all(
        _same(left, right)
        for row, other in zip(rows, expected, strict=True)
        for left, right in zip(row, other, strict=True)
    )


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
    return bool(left == right)


@st.composite
def questions(draw: Any, values: dict[str, list[str]], *, is_additive: bool = False) -> Question:
    """Return a form: numbers by group, or rows, with a filter here and there."""
    table = draw(st.sampled_from(OF_ZONES))
    reach = (
        [table]
        if is_additive
        else [other for other in OF_ZONES if MODEL.path(table.name, other.name) is not None]
    )
    dimensions = [
        f"{item.table}.{item.name}"
        for other in reach
        for item in other.dimensions.values()
        if f"{item.table}.{item.name}" in values
    ]
    filters = []
    if dimensions and draw(st.booleans()):
        name = draw(st.sampled_from(dimensions))
        chosen = draw(st.lists(st.sampled_from(values[name]), min_size=1, max_size=3, unique=True))
        filters.append(Filter(name, tuple(chosen), draw(st.booleans())))
    metrics = [
        metric.name
        for metric in table.metrics.values()
        if not is_additive
        or metric.aggregate is Aggregate.SUM
        or (metric.kind is MetricKind.COUNT and metric.distinct == table.key)
    ]
    if is_additive:
        return Question(metrics=(draw(st.sampled_from(metrics)),), filters=tuple(filters))
    if draw(st.booleans()) or not metrics:
        columns = draw(st.lists(st.sampled_from(dimensions), max_size=3, unique=True)) if dimensions else []
        return Question(subject=table.name, columns=tuple(columns), filters=tuple(filters))
    groups = draw(st.lists(st.sampled_from(dimensions), max_size=2, unique=True)) if dimensions else []
    grain = draw(st.sampled_from([None, Grain.MONTH])) if table.time is not None else None
    metric = draw(st.sampled_from(metrics))
    return Question(metrics=(metric,), groups=tuple(groups), grain=grain, filters=tuple(filters))


@NOT_SLOW
@given(data=st.data())
def test_a_limited_answer_is_the_answer_of_a_grid_of_those_zones(
    data: Any, whole: Analyst, parts: list[Warehouse], values: dict[str, list[str]]
) -> None:
    question = data.draw(questions(values))
    at = data.draw(st.sampled_from(range(len(PARTS))))
    try:
        limited = rows_of(whole._warehouse, whole, question, VIEWERS[at])
    except QuestionInvalid:
        assume(False)

    alone = rows_of(parts[at], whole, question, EVERYTHING)

    assert same(limited, alone), (question, limited[:3], alone[:3])


@NOT_SLOW
@given(data=st.data())
def test_the_zones_together_add_up_to_everything(
    data: Any, whole: Analyst, values: dict[str, list[str]]
) -> None:
    question = data.draw(questions(values, is_additive=True))
    assume(MODEL.tables[MODEL.metrics[question.metrics[0]].table].zone.by is not ZoneBy.PUBLIC)

    ((total,),) = rows_of(whole._warehouse, whole, question, EVERYTHING)
    each = [rows_of(whole._warehouse, whole, question, viewer)[0][0] for viewer in VIEWERS]

    assert math.isclose(sum(value or 0.0 for value in each), total or 0.0, rel_tol=1e-9, abs_tol=1e-9), (
        question
    )


@pytest.mark.parametrize("at", range(len(PARTS)))
def test_each_zone_has_something_that_the_others_have_not(whole: Analyst, at: int) -> None:
    """Answers that are all nothing would agree with anything."""
    for name in ("meters", "customers", "outages", "xfmr_load", "poles", "switches", "trees", "work"):
        question = Question(metrics=(MODEL.tables[name].count.name,))
        ((mine,),) = rows_of(whole._warehouse, whole, question, VIEWERS[at])
        ((total,),) = rows_of(whole._warehouse, whole, question, EVERYTHING)

        assert 0 < mine < total, name


@pytest.mark.parametrize("table", HIDDEN, ids=lambda table: table.name)
def test_what_belongs_to_no_zone_is_refused_to_who_is_limited(whole: Analyst, table: Any) -> None:
    question = Question(metrics=(table.count.name,))

    with pytest.raises(NotVisible, match="Only somebody who sees all zones"):
        Builder(MODEL, whole.clock, viewer=VIEWERS[0]).build(question)
    reply = whole.seen_by(VIEWERS[0]).answer(question)
    assert isinstance(reply, Refused)
    assert reply.is_forbidden
    assert not isinstance(whole.answer(question), Refused)


def test_nothing_of_other_zones_is_told_whatever_is_asked(whole: Analyst) -> None:
    """No id and no name of another zone stands in any reply to the golden questions."""
    limited = whole.seen_by(VIEWERS[0])
    stations, zones = (MODEL.tables[name].columns_of for name in ("stations", "zones"))
    others = whole._warehouse.select_rows(
        select(stations.c.substation_id, stations.c.substation_name).where(
            stations.c.zone_id.not_in(PARTS[0])
        )
    ) + whole._warehouse.select_rows(select(zones.c.zone_name).where(zones.c.zone_id.not_in(PARTS[0])))
    own = {
        row["substation_name"]
        for row in whole._warehouse.select_rows(
            select(stations.c.substation_name).where(stations.c.zone_id.in_(PARTS[0]))
        )
    }
    hidden = {str(value) for row in others for value in row.values()} - own
    for golden in golden_questions()[::4]:
        reply = limited.ask(golden.ask)
        if isinstance(reply, Answer):
            told = {str(value) for row in reply.rows for value in row.values()}
        elif isinstance(reply, AskBack):
            said = {
                value
                for choice in reply.choices
                if choice.question
                for item in choice.question.filters
                for value in item.values
            }
            told = said | {choice.label for choice in reply.choices if choice.question}
        else:
            told = {reply.reason}

        assert not told & hidden, (golden.ask, told & hidden)


def test_an_id_or_a_name_of_another_zone_is_as_unknown_as_one_that_is_not_there(whole: Analyst) -> None:
    limited = whole.seen_by(VIEWERS[0])
    stations = MODEL.tables["stations"].columns_of
    other = whole._warehouse.select_rows(
        select(stations.c.substation_id, stations.c.substation_name)
        .where(stations.c.zone_id.in_(PARTS[1]))
        .limit(1)
    )[0]

    def said(name: str) -> str:
        reply = limited.ask(f"Outages on {name}")
        assert isinstance(reply, AskBack), reply
        return reply.text.replace(name, "…")

    assert said(other["substation_id"]) == said("SUB-9999999") == "There is no … that you may see."
    assert other["substation_name"] not in str(limited.parse(f"Load of {other['substation_name'][:-1]}x"))


def test_a_choice_that_may_not_be_seen_is_not_offered(whole: Analyst) -> None:
    asked = "Highest affected customers"
    offered = whole.parse(asked)
    assert isinstance(offered, AskBack)
    assert [choice.question.metrics for choice in offered.choices if choice.question] == [
        ("highest_customers_interrupted",),
        ("highest_cascade_customers",),
    ]

    left = whole.seen_by(VIEWERS[0]).ask(asked)

    assert isinstance(left, Answer)
    assert left.question.metrics == ("highest_customers_interrupted",)
