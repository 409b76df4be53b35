"""The golden questions: read, asked, compared with rows that hand-written SQL finds in the same data."""

from __future__ import annotations

import hashlib
import itertools
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import duckdb
import yaml
from deltalake import DeltaTable

from agent.semantic.analyst import Analyst, Answer
from agent.semantic.parser import Refused

FOLDER = Path(__file__).with_name("questions")
TUNE, HELD_OUT, UNSEEN = "tune", "held out", "unseen"
# Files of questions that were written after the parser and asked once before anybody tuned on them.
ASKED_ONCE = {
    "unseen": UNSEEN,
    "unseen_a": "unseen A",
    "unseen_b": "unseen B",
    "unseen_c": "unseen C",
    "unseen_d": "unseen D",
}
PARTS = (TUNE, HELD_OUT, *ASKED_ONCE.values())

WORDS_OF_SQL = Path(__file__).with_name("words.sql")


class Verdict(StrEnum):
    """How a question came out."""

    RIGHT = "right"
    ASKED = "asked back"
    WRONG = "wrong"


@dataclass(frozen=True)
class Golden:
    """A question and what is expected: rows of hand-written SQL, or that there is no answer."""

    kind: str
    ask: str
    sql: tuple[str, ...] = ()
    outcome: str = "answer"
    may_ask: bool = False
    ordered: bool = False
    after: tuple[str, ...] = ()
    asked_once: str = ""

    @property
    def half(self) -> str:
        """Return which part a question is of: by a hash of its words, or written last of all."""
        if self.asked_once:
            return self.asked_once
        digest = hashlib.sha256("|".join([*self.after, self.ask]).encode()).digest()
        return TUNE if digest[0] % 2 == 0 else HELD_OUT


@dataclass
class Result:
    """What became of a question."""

    golden: Golden
    verdict: Verdict
    said: str = ""
    ms: float = 0.0
    rows: list[Any] = field(default_factory=list)
    expected: list[Any] = field(default_factory=list)


def golden_questions() -> list[Golden]:
    """Return all questions of the folder."""
    files = {
        path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))
    }
    return [
        _golden(kind, item, ASKED_ONCE.get(name, ""))
        for name, file in files.items()
        for kind, items in file.items()
        for item in items
    ]


def _golden(kind: str, item: dict[str, Any], asked_once: str) -> Golden:
    written = item.get("sql", ())
    return Golden(
        asked_once=asked_once,
        kind=kind,
        ask=item["ask"],
        sql=(*((written,) if isinstance(written, str) else written), *_listed(item, "alternative")),
        outcome=item.get("outcome", "answer"),
        may_ask=bool(item.get("also_ask")),
        ordered=bool(item.get("ordered")),
        after=tuple(item.get("after", ())),
    )


def _listed(item: dict[str, Any], name: str) -> tuple[str, ...]:
    return (item[name],) if name in item else ()


def raw_tables(root: Path) -> duckdb.DuckDBPyConnection:
    """Return a database with the tables of a warehouse's folder, and the words for hand-written SQL."""
    database = duckdb.connect(":memory:")
    for log in root.glob("*/*/_delta_log"):
        folder = log.parent
        database.register(folder.name, DeltaTable(folder).to_pyarrow_table())
    database.execute(WORDS_OF_SQL.read_text(encoding="utf-8"))
    return database


def ask(analyst: Analyst, database: duckdb.DuckDBPyConnection, golden: Golden) -> Result:
    """Return how a question comes out."""
    previous = None
    for text in golden.after:
        reply = analyst.ask(text, previous)
        if not isinstance(reply, Answer):
            return Result(golden, Verdict.ASKED, f"before it, {text!r}: {reply}")
        previous = reply.question
    started = time.perf_counter()
    reply = analyst.ask(golden.ask, previous)
    ms = 1000.0 * (time.perf_counter() - started)
    if not isinstance(reply, Answer):
        is_refused = isinstance(reply, Refused)
        declined_well = golden.outcome == "ask" or (golden.outcome == "refuse" and is_refused)
        verdict = Verdict.RIGHT if declined_well or (golden.may_ask and not is_refused) else Verdict.ASKED
        return Result(golden, verdict, str(reply), ms)
    if golden.outcome != "answer":
        return Result(golden, Verdict.WRONG, str(reply.question), ms, reply.rows[:3])
    rows = [tuple(row.values()) for row in reply.rows]
    expected: list[tuple[Any, ...]] = []
    for sql in golden.sql:
        expected = database.execute(sql).fetchall()
        if same_rows(rows, expected, ordered=golden.ordered):
            return Result(golden, Verdict.RIGHT, str(reply.question), ms)
    return Result(golden, Verdict.WRONG, str(reply.question), ms, rows[:5], expected[:5])


def same_rows(rows: Sequence[tuple[Any, ...]], expected: Sequence[tuple[Any, ...]], *, ordered: bool) -> bool:
    """Return whether every expected column is one of the rows, row for row; others may be beside them."""
    if len(rows) != len(expected):
        return False
    if not rows:
        return True
    got = [[plain(value) for value in row] for row in rows]
    wanted = [[plain(value) for value in row] for row in expected]
    for places in itertools.permutations(range(len(got[0])), len(wanted[0])):
        chosen = [[row[place] for place in places] for row in got]
        if _equal(chosen, wanted) if ordered else _equal(_sorted(chosen), _sorted(wanted)):
            return True
    return False


def plain(value: Any) -> Any:
    """Return a value so that equal ones of several types are equal."""
    match value:
        case bool() | None:
            return value
        case int() | float() | Decimal():
            return float(value)
        case datetime():
            return value.isoformat()
        case date():
            return datetime(value.year, value.month, value.day).isoformat()
        case _:
            return str(value)


def _sorted(rows: list[list[Any]]) -> list[list[Any]]:
    return sorted(
        rows,
        key=lambda row: [
            (value is None, f"{value:.6g}" if isinstance(value, float) else str(value)) for value in row
        ],
    )


def _equal(rows: list[list[Any]], expected: list[list[Any]]) -> bool:
    return all(
        _same(left, right)
        for row, other in zip(rows, expected, strict=True)
        for left, right in zip(row, other, strict=True)
    )


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
    return bool(left == right)
