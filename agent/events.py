"""What a conversation emits, whichever back end answers: typed events, and JSON both ways.

Every back end (embedded, Cortex, OpenAI-compatible) emits these and nothing else, so that storing, streaming
and drawing an answer are written once. An answer is a sequence of events that ends with exactly one ``Done``.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, TypeAdapter, ValidationError

Cell = str | int | float | bool | None


class BadEvent(ValueError):
    """Raised when a document is no event; the message names the field and what was wrong with it."""


class EventKind(StrEnum):
    """The kinds of events."""

    STATUS = "STATUS"
    THINKING = "THINKING"
    TEXT = "TEXT"
    TOOL_USE = "TOOL_USE"
    TOOL_RESULT = "TOOL_RESULT"
    SQL = "SQL"
    TABLE = "TABLE"
    CHART = "CHART"
    CITATION = "CITATION"
    CHOICES = "CHOICES"
    ASSETS = "ASSETS"
    WARNING = "WARNING"
    ERROR = "ERROR"
    DONE = "DONE"


class ColumnType(StrEnum):
    """What the cells of a table's column are."""

    TEXT = "TEXT"
    INTEGER = "INTEGER"
    REAL = "REAL"
    BOOLEAN = "BOOLEAN"
    DATE = "DATE"
    TIMESTAMP = "TIMESTAMP"


class ChoicesReason(StrEnum):
    """Why choices are offered."""

    AMBIGUOUS = "AMBIGUOUS"
    UNKNOWN_WORDS = "UNKNOWN_WORDS"
    FOLLOW_UP = "FOLLOW_UP"


class DoneReason(StrEnum):
    """How an answer ended."""

    ANSWERED = "ANSWERED"
    ASKED_BACK = "ASKED_BACK"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    REFUSED = "REFUSED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


@dataclass(frozen=True, kw_only=True)
class Status:
    """What is being done, for somebody who waits."""

    status: str
    message: str
    kind: Literal[EventKind.STATUS] = EventKind.STATUS


@dataclass(frozen=True, kw_only=True)
class Thinking:
    """A piece of the reasoning, to be joined to the pieces before it of the same block."""

    delta: str
    block: int = 0
    kind: Literal[EventKind.THINKING] = EventKind.THINKING


@dataclass(frozen=True, kw_only=True)
class Text:
    """A piece of the answer (Markdown), to be joined to the pieces before it of the same block."""

    delta: str
    block: int = 0
    is_question: bool = False
    kind: Literal[EventKind.TEXT] = EventKind.TEXT


@dataclass(frozen=True, kw_only=True)
class ToolUse:
    """A tool is called."""

    tool_use_id: str
    name: str
    input: dict[str, Any]
    kind: Literal[EventKind.TOOL_USE] = EventKind.TOOL_USE


@dataclass(frozen=True, kw_only=True)
class ToolResult:
    """What a tool answered; ``content`` is plain JSON."""

    tool_use_id: str
    name: str
    is_ok: bool
    content: Any = None
    message: str | None = None
    duration_ms: float | None = None
    kind: Literal[EventKind.TOOL_RESULT] = EventKind.TOOL_RESULT


@dataclass(frozen=True, kw_only=True)
class Sql:
    """The SQL behind a number, as it was run, with the values bound to it."""

    sql: str
    parameters: dict[str, Cell] | None = None
    dialect: str | None = None
    explanation: str | None = None
    is_verified: bool = False
    query_id: str | None = None
    tool_use_id: str | None = None
    kind: Literal[EventKind.SQL] = EventKind.SQL


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table."""

    name: str
    label: str
    type: ColumnType
    unit: str | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows. Unknown is null; dates and times are ISO 8601 texts; ``row_count`` is null when not known."""

    title: str | None
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    is_truncated: bool = False
    row_count: int | None = None
    query_id: str | None = None
    tool_use_id: str | None = None
    kind: Literal[EventKind.TABLE] = EventKind.TABLE

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise BadEvent(
                    f"rows.{number}: has {len(row)} cells, and there are {len(self.columns)} columns"
                )


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart as a Vega-Lite document with its data in it."""

    spec: dict[str, Any]
    title: str | None = None
    tool_use_id: str | None = None
    kind: Literal[EventKind.CHART] = EventKind.CHART


@dataclass(frozen=True, kw_only=True)
class Citation:
    """A passage that the answer rests on. ``number`` is the one in the text: [1], [2] …"""

    number: int
    document_id: str
    document_title: str
    section: str | None = None
    url: str | None = None
    quote: str | None = None
    block: int | None = None
    kind: Literal[EventKind.CITATION] = EventKind.CITATION


@dataclass(frozen=True, kw_only=True)
class AssetRef:
    """An asset that the answer is about: its key (``SUB-…``), its name, and where it stands, if known."""

    asset_id: str
    label: str
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, kw_only=True)
class Assets:
    """Assets to point at on the map. Each was found in the database by the tool that names it."""

    assets: tuple[AssetRef, ...]
    tool_use_id: str | None = None
    kind: Literal[EventKind.ASSETS] = EventKind.ASSETS


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One choice: what is shown, and the question that is asked when it is taken."""

    label: str
    question: str


@dataclass(frozen=True, kw_only=True)
class Choices:
    """Questions to choose from: what may have been meant, or what could be asked next."""

    reason: ChoicesReason
    choices: tuple[Choice, ...]
    message: str | None = None
    kind: Literal[EventKind.CHOICES] = EventKind.CHOICES


@dataclass(frozen=True, kw_only=True)
class Warn:
    """Something the reader must know about the answer."""

    message: str
    code: str | None = None
    kind: Literal[EventKind.WARNING] = EventKind.WARNING


@dataclass(frozen=True, kw_only=True)
class Error:
    """Why there is no answer, or no more of it."""

    code: str
    message: str
    is_retryable: bool = False
    request_id: str | None = None
    kind: Literal[EventKind.ERROR] = EventKind.ERROR


@dataclass(frozen=True, kw_only=True)
class Done:
    """The last event of every answer. The ids are those of the back end, where it has any.

    ``state`` is what the back end needs to understand a question that follows; it is kept with the answer.
    """

    reason: DoneReason
    thread_id: str | None = None
    message_id: str | None = None
    request_id: str | None = None
    run_id: str | None = None
    tokens: int | None = None
    state: dict[str, Any] | None = None
    kind: Literal[EventKind.DONE] = EventKind.DONE


Event = (
    Status
    | Thinking
    | Text
    | ToolUse
    | ToolResult
    | Sql
    | Table
    | Chart
    | Citation
    | Choices
    | Assets
    | Warn
    | Error
    | Done
)


@functools.cache
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(Annotated[Event, Discriminator("kind")], config=ConfigDict(extra="forbid"))


def write_event(event: Event) -> dict[str, Any]:
    """Return an event as a document of plain JSON; ``read_event`` makes the same event of it again."""
    document: dict[str, Any] = _adapter().dump_python(event, mode="json")
    return document


def read_event(document: Mapping[str, Any]) -> Event:
    """Return the event that a document says.

    Raises:
        BadEvent: if it says none: the message names every field at fault.
    """
    try:
        event: Event = _adapter().validate_python(dict(document))
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, each['loc'])) or 'kind'}: {each['msg']}" for each in error.errors())
        raise BadEvent("; ".join(faults)) from error
    return event


def cell(value: Any) -> Cell:
    """Return a database's value as a cell: dates as ISO 8601, what is no finite number as null."""
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, Decimal):
        value = int(value) if value.is_finite() and value == value.to_integral_value() else float(value)
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if hasattr(value, "item"):  # a number of numpy
        return cell(value.item())
    return str(value)


def make_table(
    *,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    title: str | None = None,
    is_truncated: bool = False,
    row_count: int | None = None,
    query_id: str | None = None,
    tool_use_id: str | None = None,
) -> Table:
    """Return a table of a database's rows.

    Raises:
        BadEvent: if a row has another number of cells than there are columns.
    """
    return Table(
        title=title,
        columns=tuple(columns),
        rows=tuple(tuple(cell(value) for value in row) for row in rows),
        is_truncated=is_truncated,
        row_count=row_count,
        query_id=query_id,
        tool_use_id=tool_use_id,
    )
