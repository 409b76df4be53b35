"""The data files of the public synthetic US grid, read and checked column by column.

Every fault is reported with the file, the line number and what is wrong; nothing is repaired silently.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from grid.forge.arrays import BoolArray, FloatArray, IntArray
from grid.forge.errors import ForgeDataError

PACKAGE = "powersimdata"
DATA_FOLDER = ("network", "usa_tamu", "data")
FIRST_DATA_ROW = 2
"""Line number of the first record: the header is line 1."""


def default_data_dir() -> Path:
    """Return the data folder of the installed data package, found without importing it.

    Raises:
        ForgeDataError: if the package is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    locations = list(spec.submodule_search_locations or []) if spec is not None else []
    if not locations:
        raise ForgeDataError(file=PACKAGE, problem="the data package is not installed")
    return Path(locations[0]).joinpath(*DATA_FOLDER)


def digest_files(data_dir: Path, names: Sequence[str]) -> str:
    """Return a hash of the content of files.

    Raises:
        ForgeDataError: if one cannot be read.
    """
    hasher = hashlib.sha256()
    for name in names:
        try:
            content = (data_dir / name).read_bytes()
        except OSError as error:
            raise ForgeDataError(
                file=name, problem=f"cannot be read from {data_dir}: {error.strerror}"
            ) from error
        hasher.update(f"{name}:{len(content)}:".encode())
        hasher.update(content)
    return hasher.hexdigest()


class SourceTable:
    """Give typed, checked access to the columns of one CSV file."""

    def __init__(self, data_dir: Path, name: str, columns: Sequence[str]) -> None:
        """Read the named columns as text.

        Raises:
            ForgeDataError: if the file is missing, empty or cut short, or a column is missing.
        """
        self.name = name
        self._table = self._read(data_dir / name, columns)
        self.line: IntArray = np.arange(FIRST_DATA_ROW, FIRST_DATA_ROW + self._table.num_rows, dtype=np.int64)

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def keep(self, wanted: BoolArray) -> None:
        """Drop the rows that are not wanted; line numbers stay those of the file."""
        self._table = self._table.filter(pa.array(wanted))
        self.line = self.line[wanted]

    def text(self, column: str) -> list[str]:
        """Return a column as text.

        Raises:
            ForgeDataError: if a value is blank.
        """
        values = self._table[column]
        self.refuse(
            np.asarray(pc.equal(pc.utf8_trim_whitespace(values), "")), lambda i: f"column {column} is blank"
        )
        return list(values.to_pylist())

    def numbers(self, column: str) -> FloatArray:
        """Return a column as finite numbers.

        Raises:
            ForgeDataError: if a value is no number, NaN or infinite.
        """
        texts = self._table[column]
        try:
            values = np.asarray(pc.cast(texts, pa.float64()).to_numpy(), dtype=np.float64)
        except pa.ArrowInvalid:
            bad = np.array([not _is_number(text) for text in texts.to_pylist()])
            self.refuse(bad, lambda i: f"column {column} is {texts[i].as_py()!r}, not a number")
            raise ForgeDataError(file=self.name, problem=f"column {column} is not numeric") from None
        self.refuse(
            ~np.isfinite(values), lambda i: f"column {column} is {texts[i].as_py()!r}, not a finite number"
        )
        return values

    def integers(self, column: str) -> IntArray:
        """Return a column as whole numbers.

        Raises:
            ForgeDataError: if a value is no whole number.
        """
        values = self.numbers(column)
        fractional = (values != np.floor(values)) | (np.abs(values) > 2**31 - 1)
        self.refuse(fractional, lambda i: f"column {column} is {values[i]}, not a whole number")
        return values.astype(np.int64)

    def unique_ids(self, column: str) -> IntArray:
        """Return a column of whole numbers that must all differ.

        Raises:
            ForgeDataError: if a value is no whole number or occurs twice.
        """
        values = self.integers(column)
        order = np.argsort(values, kind="stable")
        again = np.zeros(len(values), dtype=np.bool_)
        again[order[1:]] = values[order[1:]] == values[order[:-1]]
        self.refuse(again, lambda i: f"{column} {values[i]} occurs twice")
        return values

    def positions(self, column: str, ids: IntArray, *, of: str) -> IntArray:
        """Return where each id of a column stands in ``ids``.

        Raises:
            ForgeDataError: if an id is not in ``ids``; ``of`` says what they are.
        """
        values = self.integers(column)
        return self._locate(values, ids, lambda i: f"{column} {values[i]} is no known {of}")

    def refuse(self, bad: BoolArray, problem: Callable[[int], str]) -> None:
        """Raise for the first bad row, if there is one.

        Raises:
            ForgeDataError: with the row's line number and ``problem(index)``.
        """
        if bad.any():
            index = int(np.argmax(bad))
            raise ForgeDataError(file=self.name, row=int(self.line[index]), problem=problem(index))

    def _locate(self, values: IntArray, ids: IntArray, problem: Callable[[int], str]) -> IntArray:
        if not len(ids):
            self.refuse(np.ones(len(values), dtype=np.bool_), problem)
            return np.zeros(0, dtype=np.int64)
        order = np.argsort(ids, kind="stable")
        slot = np.minimum(np.searchsorted(ids[order], values), len(ids) - 1)
        found = order[slot]
        self.refuse(ids[found] != values, problem)
        return found.astype(np.int64)

    def _read(self, path: Path, columns: Sequence[str]) -> pa.Table:
        options = pacsv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()),
            include_columns=list(columns),
            strings_can_be_null=False,
        )
        try:
            return pacsv.read_csv(
                path, read_options=pacsv.ReadOptions(use_threads=False), convert_options=options
            )
        except FileNotFoundError as error:
            raise ForgeDataError(file=self.name, problem=f"is missing from {path.parent}") from error
        except OSError as error:
            raise ForgeDataError(file=self.name, problem=f"cannot be read: {error}") from error
        except pa.ArrowKeyError as error:
            header = path.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0].strip().split(",")
            missing = [column for column in columns if column not in header]
            raise ForgeDataError(
                file=self.name, row=1, problem=f"column {', '.join(missing)} is missing from the header"
            ) from error
        except pa.ArrowInvalid as error:
            raise ForgeDataError(
                file=self.name, row=_damaged_row(path), problem=f"is damaged: {_first_line(error)}"
            ) from error


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return bool(text.strip())


def _damaged_row(path: Path) -> int | None:
    """Return the first line with another number of fields than the header, if any."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        width: int | None = None
        for number, line in enumerate(lines, start=1):
            fields = line.rstrip("\r\n").count(",") + 1
            if width is None:
                width = fields
            elif fields != width and line.strip():
                return number
    return None


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0]
