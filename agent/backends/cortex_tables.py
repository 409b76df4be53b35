"""Result sets of Snowflake's REST API ("jsonv2": every cell a text) as tables of ours."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from agent.events import Cell, Column, ColumnType, Table, cell, make_table

_DAYS = re.compile(r"-?\d{1,7}")
_SECONDS = re.compile(r"(-?\d+(?:\.\d+)?)(?: (\d{1,4}))?")
_ZONE_BASE_MIN = 1440  # TIMESTAMP_TZ names its offset in minutes above this
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def read_result_set(
    result_set: Mapping[str, Any],
    *,
    title: str | None = None,
    query_id: str | None = None,
    tool_use_id: str | None = None,
) -> Table:
    """Return a result set as a table. Cells that are not what their column says stay as they came.

    Raises:
        ValueError: if it is no result set.
    """
    meta = result_set.get("resultSetMetaData") or result_set.get("result_set_meta_data")
    data = result_set.get("data")
    if not isinstance(meta, Mapping) or not isinstance(data, list):
        raise ValueError("has no resultSetMetaData or no data")
    row_types = meta.get("rowType") or meta.get("row_type") or []
    kinds = [_kind(each) for each in row_types]
    columns = [
        Column(name=str(each.get("name", "")), label=_label(str(each.get("name", ""))), type=kind)
        for each, kind in zip(row_types, kinds, strict=True)
    ]
    rows = [[_value(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in data]
    count = meta.get("numRows")
    return make_table(
        title=title,
        columns=columns,
        rows=rows,
        row_count=count if isinstance(count, int) else None,
        is_truncated=isinstance(count, int) and count > len(rows),
        query_id=query_id or result_set.get("statementHandle"),
        tool_use_id=tool_use_id,
    )


def _kind(column: Mapping[str, Any]) -> ColumnType:
    name = str(column.get("type", "")).upper()
    if name in {"FIXED", "NUMBER", "DECIMAL", "INTEGER", "BIGINT"}:
        return ColumnType.REAL if (column.get("scale") or 0) > 0 else ColumnType.INTEGER
    if name in {"REAL", "FLOAT", "DOUBLE"}:
        return ColumnType.REAL
    if name == "BOOLEAN":
        return ColumnType.BOOLEAN
    if name == "DATE":
        return ColumnType.DATE
    return ColumnType.TIMESTAMP if name.startswith("TIMESTAMP") else ColumnType.TEXT


def _label(name: str) -> str:
    return name.replace("_", " ").strip().capitalize()


def _value(value: Any, kind: ColumnType) -> Cell:
    if value is None or not isinstance(value, str):
        return cell(value)
    if kind in {ColumnType.INTEGER, ColumnType.REAL}:
        try:
            number = Decimal(value)
        except InvalidOperation:
            return value
        return cell(float(number)) if kind is ColumnType.REAL else cell(number)
    if kind is ColumnType.BOOLEAN:
        return {"true": True, "1": True, "false": False, "0": False}.get(value.lower(), value)
    if kind is ColumnType.DATE and _DAYS.fullmatch(value):
        return (_EPOCH + dt.timedelta(days=int(value))).date().isoformat()
    if kind is ColumnType.TIMESTAMP and (match := _SECONDS.fullmatch(value)):
        moment = _EPOCH + dt.timedelta(microseconds=int(Decimal(match[1]) * 1_000_000))
        if match[2]:
            moment = moment.astimezone(dt.timezone(dt.timedelta(minutes=int(match[2]) - _ZONE_BASE_MIN)))
        return moment.isoformat()
    return value
