"""The rows a table will hold: those of the file, put in place of all or merged by key.

Checked rows wait in a Parquet file and DuckDB joins them to the rows of the table, so that memory stays
bounded whatever the size of either; what outgrows it is spilled beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import duckdb
import duckdb_sqlalchemy
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from grid.intake.checking import ROW
from grid.intake.computed import INPUTS, METHODS, SQL, Method
from grid.intake.errors import IntakeError, Reason
from grid.intake.mapping import Mapping, RuleKind
from grid.warehouse.arrow import pa_schema

MEMORY_LIMIT = "512MB"
_BATCH_ROWS = 65_536
_DIALECT = duckdb_sqlalchemy.Dialect(dbapi=duckdb_sqlalchemy.DBAPI)


class Mode(StrEnum):
    """What becomes of the rows that are in the table already."""

    REPLACE = "REPLACE"
    MERGE = "MERGE"


@dataclass(frozen=True, kw_only=True)
class LateRefusal:
    """A row that is refused for what other rows hold."""

    row_number: int
    row_key: str
    reason: Reason
    column: str
    problem: str


class Merger:
    """Joins the checked rows of a file to the rows of its table.

    Use: ``write_checked`` and ``write_refused_keys`` while the file is read, ``write_present`` for the rows
    of the table, ``find_late_refusals``, then ``rows``.
    """

    def __init__(self, folder: Path, *, table: sa.Table, mapping: Mapping, mode: Mode) -> None:
        self._folder = folder
        self._table = table
        self._mapping = mapping
        self._mode = mode
        self._key = next(column.name for column in table.primary_key)
        self._database: duckdb.DuckDBPyConnection | None = None

    def write_checked(self, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> int:
        """Keep the checked rows aside; return how many."""
        return self._write("file", batches, schema)

    def write_refused_keys(self, keys: Iterable[str]) -> None:
        """Keep the keys of refused rows aside: their rows of the table stay as they are."""
        schema = pa.schema([(self._key, pa.string())])
        batch = pa.RecordBatch.from_arrays([pa.array(list(keys), pa.string())], schema=schema)
        self._write("refused", [batch], schema)

    def write_present(self, batches: Iterable[pa.RecordBatch]) -> int:
        """Keep the rows of the table aside, in place of those kept before; return how many."""
        self.close()
        return self._write("present", batches, pa_schema(self._table))

    def find_late_refusals(self, *, next_number: int) -> list[LateRefusal]:
        """Return the rows whose key is not theirs alone, and those that cannot be made complete."""
        self._open(next_number)
        found = self._duplicates()
        self._exclude(found)
        incomplete = self._incomplete()
        self._exclude(incomplete)
        return sorted([*found, *incomplete], key=lambda refusal: refusal.row_number)

    def counts(self) -> dict[str, int]:
        """Return how many rows of the file are new, how many change a present row, how many are kept."""
        key = _quoted(self._key)
        known = self._one(f"SELECT count(*) FROM good WHERE {key} IN (SELECT {key} FROM present)")
        total = self._one("SELECT count(*) FROM good")
        kept = self._one(f"SELECT count(*) FROM present o WHERE {self._is_kept()}")
        return {"new": total - known, "known": known, "kept": kept}

    def accepted_among(self, keys: list[str]) -> list[str]:
        """Return those of ``keys`` that rows of the file have and that were taken."""
        if not keys:
            return []
        database = self._connected()
        database.register("asked", pa.table({"asked_key": pa.array(keys, pa.string())}))
        try:
            found = self._all(
                f"SELECT asked_key FROM asked WHERE asked_key IN (SELECT {_quoted(self._key)} FROM good)"
            )
        finally:
            database.unregister("asked")
        return sorted(row[0] for row in found)

    def rows(self) -> Iterator[pa.RecordBatch]:
        """Yield all rows the table will hold."""
        database = self._connected()
        names = ", ".join(_quoted(column.name) for column in self._table.columns)
        query = (
            f"SELECT {names} FROM present o WHERE {self._is_kept()} UNION ALL SELECT {names} FROM finished"
        )
        yield from database.sql(query).to_arrow_reader(_BATCH_ROWS)

    def close(self) -> None:
        """Let go of the database; the files stay."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _write(self, name: str, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> int:
        count = 0
        nullable = pa.schema([pa.field(field.name, field.type) for field in schema])
        with pq.ParquetWriter(self._file(name), nullable, compression="zstd") as writer:
            for batch in batches:
                if batch.num_rows:
                    writer.write_batch(batch.cast(nullable) if batch.schema != nullable else batch)
                count += batch.num_rows
        return count

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.parquet"

    def _open(self, next_number: int) -> None:
        self.close()
        database = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": MEMORY_LIMIT,
                "threads": 2,
                "temp_directory": str(self._folder / "spill"),
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "python_enable_replacements": False,
            },
        )
        self._database = database
        for name in ("file", "refused", "present"):
            database.read_parquet(str(self._file(name))).create_view(name)
        key = _quoted(self._key)
        database.execute(f"CREATE TABLE late (number BIGINT, {key} VARCHAR)")
        database.execute(
            f"CREATE VIEW good AS SELECT * FROM file WHERE {ROW} NOT IN (SELECT number FROM late)"
        )
        # A key that the table holds twice would double the file's row.
        database.execute(f"CREATE VIEW first_present AS SELECT DISTINCT ON ({key}) * FROM present")
        values = self._values(next_number)
        chosen = ", ".join(f"{value} AS {_quoted(name)}" for name, value in values.items())
        database.execute(
            f"CREATE VIEW finished AS SELECT {chosen}, n.{ROW} AS {ROW} "
            f"FROM good n LEFT JOIN first_present o ON n.{key} = o.{key}"
        )

    def _values(self, next_number: int) -> dict[str, str]:
        """Return the SQL of each column of a finished row."""
        values: dict[str, str] = {}
        for column in self._table.columns:
            rule = self._mapping.rule_of(column.name)
            name = _quoted(column.name)
            kind = column.type.compile(dialect=_DIALECT)
            if rule is None and self._mode == Mode.MERGE:
                values[column.name] = f"o.{name}"
            elif rule is None:
                values[column.name] = f"CAST(NULL AS {kind})"
            elif rule.kind != RuleKind.COMPUTED or METHODS[self._table.name, column.name] not in {
                *SQL,
                Method.KEPT_OR_NEXT,
            }:
                values[column.name] = f"n.{name}"
        for column in self._table.columns:
            if column.name in values:
                continue
            method = METHODS[self._table.name, column.name]
            if method == Method.KEPT_OR_NEXT:
                key = _quoted(self._key)
                number = f"row_number() OVER (PARTITION BY o.{key} IS NULL ORDER BY n.{ROW}) - 1"
                values[column.name] = (
                    f"CAST(coalesce(o.{_quoted(column.name)}, {int(next_number)} + {number}) AS INTEGER)"
                )
            else:
                inputs = {name: f"({values[name]})" for name in INPUTS[method]}
                values[column.name] = SQL[method].format(**inputs)
        return {column.name: values[column.name] for column in self._table.columns}

    def _is_kept(self) -> str:
        """Return the condition on a present row ``o`` under which it stays as it is."""
        key = _quoted(self._key)
        absent = f"o.{key} NOT IN (SELECT {key} FROM good)"
        if self._mode == Mode.MERGE:
            return absent
        refused = f"(SELECT {key} FROM refused UNION ALL SELECT {key} FROM late)"
        return f"{absent} AND o.{key} IN {refused}"

    def _duplicates(self) -> list[LateRefusal]:
        key = _quoted(self._key)
        rows = self._all(
            f"SELECT {ROW}, {key}, count(*) OVER (PARTITION BY {key}) AS copies FROM file QUALIFY copies > 1"
        )
        return [
            LateRefusal(
                row_number=number,
                row_key=row_key,
                reason=Reason.DUPLICATE_KEY,
                column=self._key,
                problem=f"stands in {copies} rows",
            )
            for number, row_key, copies in rows
        ]

    def _incomplete(self) -> list[LateRefusal]:
        """Return the rows that lack a required value that neither the file nor the table has."""
        required = [
            column
            for column in self._table.columns
            if not column.nullable
            and not column.primary_key
            and (
                (rule := self._mapping.rule_of(column.name)) is None
                or (rule.kind == RuleKind.COMPUTED and METHODS[self._table.name, column.name] in SQL)
            )
        ]
        if not required:
            return []
        cases = " ".join(f"WHEN {_is_unknown(column)} THEN '{column.name}'" for column in required)
        rows = self._all(
            f"SELECT {ROW}, {_quoted(self._key)}, CASE {cases} END AS lacking FROM finished "
            "WHERE lacking IS NOT NULL"
        )
        return [
            LateRefusal(
                row_number=number,
                row_key=row_key,
                reason=Reason.MISSING_VALUE,
                column=lacking,
                problem="is required, is not in the file and cannot be taken from the table or computed",
            )
            for number, row_key, lacking in rows
        ]

    def _exclude(self, refusals: list[LateRefusal]) -> None:
        if not refusals:
            return
        rows = pa.table(
            {
                "number": pa.array([refusal.row_number for refusal in refusals], pa.int64()),
                "row_key": pa.array([refusal.row_key for refusal in refusals], pa.string()),
            }
        )
        database = self._connected()
        database.register("excluded", rows)
        database.execute("INSERT INTO late SELECT number, row_key FROM excluded")
        database.unregister("excluded")

    def _connected(self) -> duckdb.DuckDBPyConnection:
        if self._database is None:
            raise AssertionError("find_late_refusals comes first")
        return self._database

    def _all(self, query: str) -> list[tuple[Any, ...]]:
        try:
            return self._connected().execute(query).fetchall()
        except duckdb.Error as error:
            raise IntakeError(
                f"The rows could not be joined to the table: {str(error).splitlines()[0]}",
                code="MERGE_FAILED",
            ) from error

    def _one(self, query: str) -> int:
        return int(self._all(query)[0][0])


def _is_unknown(column: sa.Column[Any]) -> str:
    name = _quoted(column.name)
    if isinstance(column.type, sa.Float):
        return f"({name} IS NULL OR NOT isfinite({name}))"
    return f"{name} IS NULL"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
