"""Files of rows as others send them: CSV (plain or gzip) or Parquet, with agreed columns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

SUFFIXES = (".csv", ".csv.gz", ".parquet")
_BATCH_ROWS = 65_536


class ReceivedFileError(Exception):
    """A file cannot be taken; nothing of it was."""


@dataclass(frozen=True)
class FileForm:
    """Say which columns a kind of file has.

    Attributes:
        columns: name and type of every column; a timestamp with a zone must be given with one.
        optional: columns that may be missing.
        error: raised when a file does not have this form.
    """

    columns: dict[str, pa.DataType]
    optional: tuple[str, ...] = ()
    error: type[ReceivedFileError] = ReceivedFileError

    def digest(self, path: Path) -> str:
        """Return a hash of a file's content.

        Raises:
            ReceivedFileError: if the name has no known ending or the file cannot be read.
        """
        if not path.name.endswith(SUFFIXES):
            raise self.error(f"{path.name} is none of {', '.join(SUFFIXES)}")
        try:
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise self.error(f"{path} cannot be read: {error.strerror}") from error

    def batches(self, path: Path) -> Iterator[pa.RecordBatch]:
        """Yield a file's rows with all columns, in order and of their types.

        Raises:
            ReceivedFileError: naming the file and what is wrong with it.
        """
        try:
            for batch in self._read(path):
                yield self._typed(path, batch)
        except (pa.ArrowException, OSError) as error:
            raise self.error(f"{path.name} cannot be read: {str(error).splitlines()[0]}") from error

    def _read(self, path: Path) -> Iterator[pa.RecordBatch]:
        if path.name.endswith(".parquet"):
            with pq.ParquetFile(path) as file:
                self._check(path, file.schema_arrow.names)
                yield from file.iter_batches(_BATCH_ROWS)
            return
        options = pacsv.ConvertOptions(column_types=self.columns, strings_can_be_null=True)
        with pacsv.open_csv(pa.input_stream(path, compression="detect"), convert_options=options) as reader:
            self._check(path, reader.schema.names)
            yield from reader

    def _check(self, path: Path, names: list[str]) -> None:
        missing = [name for name in self.columns if name not in names and name not in self.optional]
        if missing:
            raise self.error(f"{path.name} has no column {', '.join(missing)}")
        unknown = [name for name in names if name not in self.columns]
        if unknown:
            allowed = ", ".join(self.columns)
            raise self.error(f"{path.name} has a column {unknown[0]}; columns are {allowed}")

    def _typed(self, path: Path, batch: pa.RecordBatch) -> pa.RecordBatch:
        arrays = []
        for name, kind in self.columns.items():
            if name not in batch.schema.names:
                arrays.append(pa.nulls(batch.num_rows, kind))
                continue
            array = batch.column(name)
            is_zoned = pa.types.is_timestamp(array.type) and array.type.tz
            if pa.types.is_timestamp(kind) and kind.tz and not is_zoned:
                raise self.error(f"{path.name}: {name} has no time zone")
            try:
                arrays.append(array.cast(kind))
            except pa.ArrowException as error:
                raise self.error(f"{path.name}: {name}: {str(error).splitlines()[0]}") from error
        return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(list(self.columns.items())))
