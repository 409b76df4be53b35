"""The rows of heatmaps and clusters as arrays, kept as long as the tables they come from do not change.

They are kept in the process and, for all processes, in Redis, under the versions of the tables (see
``grid.selectors.data_versions``), so that a change, whoever makes it, is in the next answer. Every question
is answered from them, whatever its area, its resolution and who asks; the cell of a row is worked out once.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.db.models import F, FloatField, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from flux_site.api.prepared import fetch_columns
from grid.models.base import granted_zone_ids
from grid.selectors.data_versions import data_versions
from grid.selectors.keeping import keep, kept
from grid.selectors.spatial.measuring import Region, coordinate
from grid.selectors.spatial.policy import planned_rows
from grid.selectors.spatial.reach import within_region

MAX_KEPT_BYTES = 192 * 1024 * 1024
KEPT_S = 24 * 3600
SCHEME = 1
"""Rises when what is kept is written in another way."""

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]
Cells = npt.NDArray[np.uint64]

NUMBERS = ("lon", "lat", "value", "weight")
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


@dataclass(frozen=True, eq=False, kw_only=True)
class PlacedRows:
    """The rows of a source, all of them.

    Attributes:
        key: of a row; None unless the source has keys.
        lon: degrees.
        value: what a row contributes, NaN where it is not known.
        weight: of it in a ratio.
        zone: of a row, as a position in ``zones``.
    """

    lon: Floats
    lat: Floats
    value: Floats
    weight: Floats
    zone: npt.NDArray[np.int32]
    zones: list[str | None]
    key: pa.StringArray | None
    _cells: dict[int, Cells] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.lon)

    @property
    def size_bytes(self) -> int:
        """What they take up."""
        arrays = (*(getattr(self, name) for name in NUMBERS), self.zone, *list(self._cells.values()))
        keys = 0 if self.key is None else int(self.key.nbytes)
        return keys + sum(each.nbytes if any(each.strides) else each.itemsize for each in arrays)

    def visible_to(self, user: Any) -> Positions | None:
        """Return where the rows are that a user may see; None for all."""
        granted = set(granted_zone_ids(user))
        if not granted:
            return None
        seen = np.array([zone in granted for zone in self.zones], dtype=bool)
        return np.flatnonzero(seen[self.zone]) if len(seen) else np.empty(0, dtype=np.int64)

    def cells(self, resolution: int, at: Positions | None) -> Cells:
        """Return the cells of H3 that hold some rows, or all; each is worked out when first asked for."""
        import h3.api.numpy_int as h3

        known = self._cells.setdefault(resolution, np.zeros(len(self), dtype=np.uint64))  # 0 is no cell
        wanted = known if at is None else known[at]
        missing = np.flatnonzero(wanted == 0)
        if missing.size:
            rows = missing if at is None else at[missing]
            places = zip(self.lat[rows].tolist(), self.lon[rows].tolist(), strict=True)
            known[rows] = [h3.latlng_to_cell(lat, lon, resolution) for lat, lon in places]
            wanted = known if at is None else known[at]
        return wanted


class _Kept:
    """Rows by source; the one longest not asked for goes first."""

    def __init__(self) -> None:
        self._rows: OrderedDict[str, tuple[str, PlacedRows]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, source: str, name: str) -> PlacedRows | None:
        with self._lock:
            entry = self._rows.get(source)
            if entry is None or entry[0] != name:
                return None
            self._rows.move_to_end(source)
            return entry[1]

    def put(self, source: str, name: str, rows: PlacedRows) -> None:
        with self._lock:
            self._rows.pop(source, None)
            self._rows[source] = (name, rows)
            while len(self._rows) > 1 and self._size_bytes() > MAX_KEPT_BYTES:
                self._rows.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._rows.clear()

    def _size_bytes(self) -> int:
        return sum(rows.size_bytes for _, rows in self._rows.values())


_kept = _Kept()
forget_rows = _kept.clear


def placed_rows(source: Source, *, most: int) -> PlacedRows | None:
    """Return the rows of a source as they are now; None if they are more than ``most``."""
    name = _name(source)
    if name is None:
        return None
    found = _kept.get(source.name, name)
    if found is None:
        found = _from_redis(name)
        if found is None:
            found = _read(source, name, most=most)
        if found is not None:
            _kept.put(source.name, name, found)
    return found


def make_ready(sources: Iterable[Source], changed_layers: Collection[str], *, most: int) -> list[str]:
    """Read the rows of the sources that rest on some layers, so that no question has to; return which."""
    ready = []
    for source in sources:
        if set(source.layers).isdisjoint(changed_layers):
            continue
        name = _name(source)
        if name is not None and kept(name) is None and _read(source, name, most=most) is not None:
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


def _name(source: Source) -> str | None:
    """Return the name under which the rows of now are kept; None if a table has no version."""
    versions = data_versions(tables_of(source))
    if versions is None:
        return None
    told = f"{SCHEME}|{source.name}|{versions}|{timezone.localdate().year}"  # ages change with the year
    return f"placed:{source.name}:{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def _read(source: Source, name: str, *, most: int) -> PlacedRows | None:
    rows = source.rows()
    if planned_rows(rows) > most:
        return None
    sql, params = points_query(source, rows, is_whole=True).query.sql_with_params()
    *numbers, zones, keys = fetch_columns(sql, params, count=6)
    columns: dict[str, Any] = {
        column: np.empty(0) if each is None else each for column, each in zip(NUMBERS, numbers, strict=True)
    }
    columns["zone"] = pa.array(zones or [], pa.string()).dictionary_encode()
    if source.has_keys:
        columns["key"] = pa.array(keys or [], pa.string())
    table = pa.table(columns)
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    keep(name, sink.getvalue().to_pybytes(), seconds=KEPT_S)
    return _as_rows(table)


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
    lon, lat, value, weight = (_thin(table[name].to_numpy()) for name in NUMBERS)
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


def _thin(values: Floats) -> Floats:
    """Return values that are all the same as one that stands for all."""
    if len(values) > 1 and (values == values[0]).all():
        return np.broadcast_to(values[:1].copy(), values.shape)
    return values


def chosen(rows: PlacedRows, region: Region | None, user: Any) -> Positions | None:
    """Return where the rows are that a user may see and that are in a region; None for all."""
    seen = rows.visible_to(user)
    if region is None:
        return seen
    lon, lat = (rows.lon, rows.lat) if seen is None else (rows.lon[seen], rows.lat[seen])
    inside = within_region(region, lon, lat)
    return inside if seen is None else seen[inside]
