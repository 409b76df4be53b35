"""A question as data: the parser or a language model fills it in, the builder makes SQL of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

Choice = TypeVar("Choice", bound=StrEnum)


class QuestionInvalid(Exception):
    """The form does not say what it should, or names what the model does not know.

    Attributes:
        field: the field of the form that is wrong.
    """

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


class Operator(StrEnum):
    """How a number is compared."""

    ABOVE = "ABOVE"
    AT_LEAST = "AT_LEAST"
    BELOW = "BELOW"
    AT_MOST = "AT_MOST"
    EQUAL = "EQUAL"
    BETWEEN = "BETWEEN"


class Grain(StrEnum):
    """Into what pieces time is cut."""

    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"


@dataclass(frozen=True)
class Filter:
    """The values that a dimension must have, or must not; ``dimension`` is ``table.name``."""

    dimension: str
    values: tuple[str, ...]
    is_excluded: bool = False


@dataclass(frozen=True)
class Condition:
    """How a number must compare: of a row (``table.name``), or a metric (its name)."""

    of: str
    operator: Operator
    value: float
    upper: float | None = None


@dataclass(frozen=True)
class Period:
    """A time on the local clock, ``end`` excluded, and how it was said."""

    start: datetime | None
    end: datetime | None
    words: str = ""

    @property
    def is_whole_days(self) -> bool:
        """Return whether it begins and ends at midnight."""
        return all(
            at is None or (at.hour, at.minute, at.second) == (0, 0, 0) for at in (self.start, self.end)
        )


@dataclass(frozen=True)
class Order:
    """What answers are ranked by: a metric, ``table.name`` of a fact, or ``time``."""

    by: str
    is_descending: bool = True


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        metrics: the numbers wanted; without any, the rows of ``subject`` are.
        columns: of ``subject``'s rows, beside their key: ``table.name`` of dimensions and facts.
        groups: dimensions that the numbers are split by, ``table.name``.
        grain: the pieces of time that they are split by.
        conditions: on rows; ``having``: on the numbers.
        periods: one limits the time; several are compared.
        time: the dimension that the periods and the grain are about, where it is not the one of its table.
        share: the part of which the numbers are wanted, in per cent of the whole.
    """

    metrics: tuple[str, ...] = ()
    subject: str | None = None
    columns: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    grain: Grain | None = None
    filters: tuple[Filter, ...] = ()
    conditions: tuple[Condition, ...] = ()
    having: tuple[Condition, ...] = ()
    periods: tuple[Period, ...] = ()
    time: str | None = None
    share: tuple[Filter, ...] = ()
    order: Order | None = None
    limit: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the form as JSON values; ``question_from_json`` reads them."""
        return {key: _plain(value) for key, value in asdict(self).items()}


def question_from_json(data: Mapping[str, Any]) -> Question:
    """Return the form that ``data`` holds.

    Raises:
        QuestionInvalid: if a field is unknown or holds something else than it should.
    """
    unknown = sorted(set(data) - set(Question.__dataclass_fields__))
    if unknown:
        raise QuestionInvalid(f"{unknown[0]} is no field of a question", unknown[0])
    order = data.get("order")
    return Question(
        metrics=_texts(data, "metrics"),
        subject=_text(data, "subject"),
        columns=_texts(data, "columns"),
        groups=_texts(data, "groups"),
        grain=None if data.get("grain") is None else _choice(data["grain"], Grain, "grain"),
        filters=tuple(_filter(item, "filters") for item in _list(data, "filters")),
        conditions=tuple(_condition(item, "conditions") for item in _list(data, "conditions")),
        having=tuple(_condition(item, "having") for item in _list(data, "having")),
        periods=tuple(_period(item) for item in _list(data, "periods")),
        time=_text(data, "time"),
        share=tuple(_filter(item, "share") for item in _list(data, "share")),
        order=None
        if order is None
        else Order(_in(order, "by", str, "order"), bool(order.get("is_descending", True))),
        limit=_limit(data.get("limit")),
    )


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case list() | tuple():
            return [_plain(item) for item in value]
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case _:
            return value


def _list(data: Mapping[str, Any], name: str) -> list[Any]:
    value = data.get(name) or []
    if not isinstance(value, list):
        raise QuestionInvalid(f"{name} must be a list", name)
    return value


def _texts(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    items = _list(data, name)
    if not all(isinstance(item, str) for item in items):
        raise QuestionInvalid(f"{name} must be a list of texts", name)
    return tuple(items)


def _text(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    if value is not None and not isinstance(value, str):
        raise QuestionInvalid(f"{name} must be a text", name)
    return value


def _in(item: Any, name: str, kind: type[Any], field: str) -> Any:
    if not isinstance(item, Mapping) or not isinstance(item.get(name), kind):
        raise QuestionInvalid(f"each of {field} needs {name}", field)
    return item[name]


def _choice(value: Any, kind: type[Choice], field: str) -> Choice:
    try:
        return kind(value)
    except ValueError:
        raise QuestionInvalid(f"{field} must be one of {', '.join(kind)}, not {value!r}", field) from None


def _filter(item: Any, field: str) -> Filter:
    dimension = _in(item, "dimension", str, field)
    return Filter(dimension, _texts(item, "values"), bool(item.get("is_excluded", False)))


def _condition(item: Any, field: str) -> Condition:
    operator = _choice(_in(item, "operator", str, field), Operator, field)
    upper = item.get("upper")
    if isinstance(item.get("value"), bool) or not isinstance(item.get("value"), int | float):
        raise QuestionInvalid(f"each of {field} needs value, a number", field)
    if operator is Operator.BETWEEN and not isinstance(upper, int | float):
        raise QuestionInvalid(f"BETWEEN in {field} needs upper, a number", field)
    return Condition(
        _in(item, "of", str, field), operator, float(item["value"]), None if upper is None else float(upper)
    )


def _period(item: Any) -> Period:
    if not isinstance(item, Mapping):
        raise QuestionInvalid("each of periods has start and end", "periods")
    return Period(_moment(item.get("start")), _moment(item.get("end")), str(item.get("words", "")))


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise QuestionInvalid(f"periods need ISO moments, not {value!r}", "periods") from None
    if at.tzinfo is not None:
        raise QuestionInvalid("periods are on the local clock, without an offset", "periods")
    return at


def _limit(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise QuestionInvalid("limit must be a whole number above 0", "limit")
    return value
