"""Columns written as JSON, kept in the process as long as the tables they come from do not change."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from grid.selectors.data_versions import Versions, data_versions

MAX_KEPT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class WrittenColumns:
    """Columns as they stand in a response, each a JSON array, and how long they are."""

    count: int
    texts: Mapping[str, bytes]

    @property
    def size_bytes(self) -> int:
        """Their length altogether."""
        return sum(map(len, self.texts.values()))


def written(columns: Mapping[str, Any]) -> WrittenColumns:
    """Return columns as JSON; NaN, which stands for an unknown value, is null."""
    return WrittenColumns(
        count=len(next(iter(columns.values()), ())),
        texts={
            name: orjson.dumps(
                np.ascontiguousarray(values) if isinstance(values, np.ndarray) else values,
                option=orjson.OPT_SERIALIZE_NUMPY,
            )
            for name, values in columns.items()
        },
    )


class KeptColumns:
    """What was written of some tables, by question; the one longest not asked for goes first."""

    def __init__(self, tables: Sequence[str], *, max_bytes: int = MAX_KEPT_BYTES) -> None:
        self._tables = tables
        self._max_bytes = max_bytes
        self._kept: OrderedDict[Hashable, tuple[Versions, WrittenColumns]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, question: Hashable, read: Callable[[], Mapping[str, Any]]) -> WrittenColumns:
        """Return the columns as they are now: those kept if no table has changed, else what is read."""
        versions = data_versions(self._tables)
        with self._lock:
            entry = self._kept.get(question)
            if entry is not None and entry[0] == versions:
                self._kept.move_to_end(question)
                return entry[1]
        found = written(read())
        if versions is not None:
            self._keep(question, versions, found)
        return found

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()

    def _keep(self, question: Hashable, versions: Versions, found: WrittenColumns) -> None:
        with self._lock:
            self._kept.pop(question, None)
            self._kept[question] = (versions, found)
            while sum(columns.size_bytes for _, columns in self._kept.values()) > self._max_bytes:
                self._kept.popitem(last=False)
