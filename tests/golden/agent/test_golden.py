"""How often the assistant is right, asks back, or is wrong: each half of the golden questions by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from agent.semantic.analyst import Analyst
from tests.golden.agent.golden import (
    HELD_OUT,
    PARTS,
    TUNE,
    Golden,
    Result,
    Verdict,
    ask,
    golden_questions,
    raw_tables,
)

MOST_WRONG_FRAC = 0.02
FEWEST_RIGHT_FRAC = 0.9
NEVER_ANSWERED = {"hostile", "out of scope", "must be asked back or declined"}
QUESTIONS = golden_questions()


@pytest.fixture(scope="module")
def database(forged_root: Path, analyst: Analyst) -> Iterator[duckdb.DuckDBPyConnection]:
    opened = raw_tables(forged_root)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def results(analyst: Analyst, database: duckdb.DuckDBPyConnection) -> list[Result]:
    return [ask(analyst, database, golden) for golden in QUESTIONS]


def test_there_are_enough_of_each_half_and_none_twice() -> None:
    asked = [(golden.half, golden.after, golden.ask) for golden in QUESTIONS]

    assert len(asked) == len(set(asked)) >= 150
    assert all(Counter(golden.half for golden in QUESTIONS)[half] > 100 for half in (TUNE, HELD_OUT))


@pytest.mark.parametrize("half", PARTS)
def test_wrong_answers_are_rare_and_right_ones_are_the_rule(results: list[Result], half: str) -> None:
    found = Counter(result.verdict for result in results if result.golden.half == half)
    total = found.total()

    assert found[Verdict.WRONG] <= MOST_WRONG_FRAC * total, found
    assert found[Verdict.RIGHT] >= FEWEST_RIGHT_FRAC * total, found


def test_nothing_hostile_and_nothing_out_of_scope_is_answered(results: list[Result]) -> None:
    answered = [
        result.golden.ask
        for result in results
        if result.golden.kind in NEVER_ANSWERED and result.verdict is Verdict.WRONG
    ]

    assert answered == []


def test_expected_rows_tell_one_answer_from_another(database: duckdb.DuckDBPyConnection) -> None:
    """A question whose expected answer is nothing could be answered right by accident."""
    empty = [golden.ask for golden in QUESTIONS if golden.sql and not _says_something(database, golden)]

    assert len(empty) <= 0.08 * len(QUESTIONS), empty


def _says_something(database: duckdb.DuckDBPyConnection, golden: Golden) -> bool:
    rows = database.execute(golden.sql[0]).fetchall()
    return bool(rows) and rows not in ([(0,)], [(None,)])
