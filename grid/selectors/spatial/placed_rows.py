"""The rows of heatmaps and clusters as arrays, kept as long as the tables they come from do not change.

They are kept in the process and, for all processes, in Redis, under the versions of the tables (see
``grid.selectors.data_versions``), so that a change, whoever makes it, is in the next answer. Every question
is answered from them, whatever its area, its resolution and who asks; the cell of a row is worked out once.
After an edit that tells its rows these alone are read anew (see ``grid.selectors.spatial.row_changes``).
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from django.db.models import F, FloatField, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from flux_site.api.prepared import fetch_columns
from grid.selectors.data_versions import Marks, ToldChanges, Versions, data_marks, told_changes
from grid.selectors.keeping import keep, kept
from grid.selectors.spatial.measuring import Region, coordinate
from grid.selectors.spatial.policy import planned_rows
from grid.selectors.spatial.reach import within_region
from grid.selectors.spatial.row_arrays import NUMBERS, PlacedRows, Positions, thin
from grid.selectors.spatial.row_changes import rows_touched

MAX_KEPT_BYTES = 192 * 1024 * 1024
KEPT_S = 24 * 3600
SCHEME = 2
"""Rises when what is kept is written in another way."""

NAMES = tuple(f"_{name}" for name in NUMBERS)

_TABLES: dict[str, tuple[str, ...]] = {}


class Source(Protocol):
    """What rows are of: a measure, or what is clustered.

    Attributes:
        name: no other source has it.
        layers: the sync layers it rests on.
        place: the column of the place of a row.
        rows: the rows, of every zone.
        value: what a row contributes; null where it is not known.
        weight: of a row in a ratio.
        has_keys: whether the keys of the rows are kept too.
        edited_by: the tables whose changes tell their rows, and the column by which the row of such a table
            has rows of the source; these need keys.
    """

    @property
    def name(self) -> str: ...
    @property
    def layers(self) -> tuple[str, ...]: ...
    @property
    def place(self) -> str: ...
    @property
    def rows(self) -> Callable[[], QuerySet[Any]]: ...
    @property
    def value(self) -> Callable[[], Any]: ...
    @property
    def weight(self) -> Callable[[], Any]: ...
    @property
    def has_keys(self) -> bool: ...
    @property
    def edited_by(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, eq=False)
class _Entry:
    """Rows of a source, and the state of its tables that they are of.

    Attributes:
        told: the rows told as changed until then, by table; a transaction that told some may be rolled back.
            None if they are not known.
    """

    marks: Marks
    year: int
    rows: PlacedRows
    told: Mapping[str, set[str]] | None


class _Kept:
    """Rows by source; the one longest not asked for goes first."""

    def __init__(self) -> None:
        self._rows: OrderedDict[str, _Entry] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, source: str) -> _Entry | None:
        with self._lock:
            entry = self._rows.get(source)
            if entry is not None:
                self._rows.move_to_end(source)
            return entry

    def put(self, source: str, entry: _Entry) -> None:
        with self._lock:
            self._rows.pop(source, None)
            self._rows[source] = entry
            while len(self._rows) > 1 and self._size_bytes() > MAX_KEPT_BYTES:
                self._rows.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._rows.clear()

    def _size_bytes(self) -> int:
        return sum(entry.rows.size_bytes for entry in self._rows.values())


_kept = _Kept()
forget_rows = _kept.clear


def placed_rows(source: Source, *, most: int) -> PlacedRows | None:
    """Return the rows of a source as they are now; None if they are more than ``most``."""
    tables = tables_of(source)
    marks = data_marks(tables)
    if marks is None:
        return None
    year = timezone.localdate().year
    entry = _kept.get(source.name)
    if entry is not None and (entry.marks.versions, entry.year) == (marks.versions, year):
        if entry.marks != marks:  # folded: nothing has changed, and what was told is forgotten
            _kept.put(source.name, replace(entry, marks=marks))
        return entry.rows
    told = told_changes(tables) if source.edited_by else None
    if told is not None:
        marks = told.marks
        if entry is not None and entry.year == year:
            brought_up = _brought_up(source, entry, told, most=most)
            if brought_up is not None:
                _kept.put(source.name, brought_up)
                return brought_up.rows
    name = _name(source, marks.versions)
    found = _from_redis(name)
    if found is None:
        found = _read(source, name, most=most)
    if found is not None:
        _kept.put(source.name, _Entry(marks, year, found, None if told is None else told.row_ids))
    return found


def _brought_up(source: Source, entry: _Entry, told: ToldChanges, *, most: int) -> _Entry | None:
    """Return the rows with those read anew that were told as changed; None if more may have changed."""
    if entry.told is None or told.marks.bases != entry.marks.bases:
        return None
    before = entry.told
    keys = rows_touched(source, {table: ids | before[table] for table, ids in told.row_ids.items()})
    if keys is None:
        return None
    found = entry.rows
    if keys:
        rows = source.rows().filter(pk__in=sorted(keys))
        found = found.with_rows(_as_rows(_table_of(source, rows)), without=keys)
    return _Entry(told.marks, entry.year, found, told.row_ids) if len(found) <= most else None


def make_ready(sources: Iterable[Source], changed_layers: Collection[str], *, most: int) -> list[str]:
    """Read the rows of the sources that rest on some layers, so that no question has to; return which."""
    ready = []
    for source in sources:
        if set(source.layers).isdisjoint(changed_layers):
            continue
        marks = data_marks(tables_of(source))
        if marks is None:
            continue
        name = _name(source, marks.versions)
        if kept(name) is None and _read(source, name, most=most) is not None:
            ready.append(source.name)
    return ready


def points_query(source: Source, rows: QuerySet[Any], *, is_whole: bool = False) -> QuerySet[Any]:
    """Return the query of the places, values and weights of rows; NaN where a value is not known.

    Args:
        is_whole: with the zone of a row and its key.
    """
    nan = Value(float("nan"), output_field=FloatField())
    columns: dict[str, Any] = {
        "_lon": coordinate(source.place, "X", is_point=True),
        "_lat": coordinate(source.place, "Y", is_point=True),
        "_value": Coalesce(Cast(source.value(), FloatField()), nan),
        "_weight": Coalesce(Cast(source.weight(), FloatField()), nan),
    }
    more = {"zone_id": F("zone_id"), "_key": F("pk") if source.has_keys else Value("")} if is_whole else {}
    columns |= {name: each for name, each in more.items() if name.startswith("_")}
    names = [*NAMES, *more]
    return rows.order_by().annotate(**columns).values_list(*names)


def tables_of(source: Source) -> tuple[str, ...]:
    """Return the tables that the rows of a source are read from."""
    if source.name not in _TABLES:
        query = points_query(source, source.rows()).query
        query.sql_with_params()  # names the tables of what is selected too
        tables = {each.table_name for each in query.alias_map.values() if each.table_name}
        _TABLES[source.name] = tuple(sorted(tables))
    return _TABLES[source.name]


def _name(source: Source, versions: Versions) -> str:
    """Return the name under which the rows of some versions of the tables are kept."""
    told = f"{SCHEME}|{source.name}|{versions}|{timezone.localdate().year}"  # ages change with the year
    return f"placed:{source.name}:{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def _read(source: Source, name: str, *, most: int) -> PlacedRows | None:
    rows = source.rows()
    if planned_rows(rows) > most:
        return None
    table = _table_of(source, rows)
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    keep(name, sink.getvalue().to_pybytes(), seconds=KEPT_S)
    return _as_rows(table)


def _table_of(source: Source, rows: QuerySet[Any]) -> pa.Table:
    """Return rows of a source as PostGIS finds them."""
    sql, params = points_query(source, rows, is_whole=True).query.sql_with_params()
    *numbers, zones, keys = fetch_columns(sql, params, count=6)
    columns: dict[str, Any] = {
        column: np.empty(0) if each is None else each for column, each in zip(NUMBERS, numbers, strict=True)
    }
    columns["zone"] = pa.array(zones or [], pa.string()).dictionary_encode()
    if source.has_keys:
        columns["key"] = pa.array(keys or [], pa.string())
    return pa.table(columns)


def _from_redis(name: str) -> PlacedRows | None:
    payload = kept(name)
    if payload is None:
        return None
    with pa.ipc.open_stream(payload) as reader:
        return _as_rows(reader.read_all())


def _as_rows(table: pa.Table) -> PlacedRows:
    zone = _whole(table, "zone")
    key = _whole(table, "key") if "key" in table.column_names else None
    codes = zone.indices.fill_null(len(zone.dictionary)).to_numpy(zero_copy_only=False)
    lon, lat, value, weight = (thin(table[name].to_numpy()) for name in NUMBERS)
    return PlacedRows(
        lon=lon,
        lat=lat,
        value=value,
        weight=weight,
        zone=codes.astype(np.int32),
        zones=[*zone.dictionary.to_pylist(), None],
        key=key,
    )


def _whole(table: pa.Table, name: str) -> Any:
    return pa.concat_arrays(table[name].chunks or [pa.array([], table.schema.field(name).type)])


def chosen(rows: PlacedRows, region: Region | None, user: Any) -> Positions | None:
    """Return where the rows are that a user may see and that are in a region; None for all."""
    seen = rows.visible_to(user)
    if region is None:
        return seen
    lon, lat = (rows.lon, rows.lat) if seen is None else (rows.lon[seen], rows.lat[seen])
    inside = within_region(region, lon, lat)
    return inside if seen is None else seen[inside]
