"""CSV files, plain or gzip, read as text: what a value must be is decided by the column it fills."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.csv as pa_csv

from grid.intake.errors import IntakeError, damaged, too_large
from grid.intake.sources import ReadOptions, Source, check_names

DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8", "iso8859-1", "cp1252", "iso8859-15")
_BLOCK_BYTES = 4 * 1024 * 1024
_HEADER_BYTES = 256 * 1024
_FAULTS = (pa.ArrowException, OSError, EOFError, zlib.error, UnicodeDecodeError, ValueError)


class _Metered(io.RawIOBase):
    """Passes a stream on until more than ``limit`` bytes have come out of it."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream = stream
        self._left = limit
        self.is_exceeded = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            self.is_exceeded = True
            raise OSError("too large")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def open_csv(
    path: Path, *, name: str, options: ReadOptions, is_gzip: bool, max_unpacked_bytes: int
) -> Source:
    """Return a CSV file with a header line as a source; every column is text.

    Raises:
        IntakeError: FILE_DAMAGED, FILE_ENCODING, FILE_TOO_LARGE, BAD_OPTION.
    """
    encoding = _encoding(options.encoding)
    _check_magic(path, name=name, is_gzip=is_gzip)
    if options.delimiter is not None and options.delimiter not in DELIMITERS:
        raise IntakeError(
            f"The delimiter {options.delimiter!r} is none of comma, semicolon, tab and |.",
            code="BAD_OPTION",
            field="delimiter",
        )

    def stream() -> _Metered:
        opened = gzip.open(path) if is_gzip else path.open("rb")  # noqa: SIM115 - _Metered closes it
        return _Metered(cast("BinaryIO", opened), max_unpacked_bytes)

    columns, delimiter = _header(stream(), name=name, encoding=encoding, delimiter=options.delimiter)

    def batches() -> Iterator[pa.RecordBatch]:
        raw = stream()
        try:
            with pa_csv.open_csv(
                pa.PythonFile(io.BufferedReader(raw, _BLOCK_BYTES), mode="r"),
                read_options=pa_csv.ReadOptions(
                    use_threads=False, block_size=_BLOCK_BYTES, encoding=encoding
                ),
                parse_options=pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(columns, pa.string()),
                    strings_can_be_null=False,
                    check_utf8=True,
                ),
            ) as reader:
                yield from reader
        except _FAULTS as error:
            if raw.is_exceeded:
                raise too_large(name, max_unpacked_bytes) from error
            raise _explained(name, error, encoding) from error

    return Source(name=name, columns=columns, has_geometry=False, crs=None, batches=batches)


def _encoding(wanted: str | None) -> str:
    try:
        found = codecs.lookup(wanted or "utf-8").name
    except LookupError:
        found = ""
    if found not in ENCODINGS:
        raise IntakeError(
            f"The encoding {wanted!r} is not read. Encodings are {', '.join(ENCODINGS)}.",
            code="BAD_OPTION",
            field="encoding",
        )
    return found


def _check_magic(path: Path, *, name: str, is_gzip: bool) -> None:
    with path.open("rb") as file:
        start = file.read(4)
    if is_gzip != start.startswith(b"\x1f\x8b"):
        problem = "is not gzip, though its name says so" if is_gzip else "is gzip; name it .csv.gz"
        raise IntakeError(f"{name} {problem}.", code="FILE_FORMAT_UNKNOWN", field="file")
    if start.startswith((b"PK\x03\x04", b"PAR1", b"SQLi")):
        raise IntakeError(f"{name} is no CSV file.", code="FILE_FORMAT_UNKNOWN", field="file")


def _header(raw: _Metered, *, name: str, encoding: str, delimiter: str | None) -> tuple[tuple[str, ...], str]:
    try:
        with raw:
            head = raw.read(_HEADER_BYTES) or b""
        line = head.splitlines()[0] if head else b""
        text = line.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise _explained(name, error, encoding) from error
    except (OSError, EOFError, zlib.error) as error:
        raise too_large(name, 0) if raw.is_exceeded else damaged(name, error) from error
    if not text.strip():
        raise IntakeError(f"{name} has no header line.", code="FILE_DAMAGED", field="file")
    chosen = delimiter or max(DELIMITERS, key=text.count)
    names = next(csv.reader([text], delimiter=chosen))
    return check_names(name, names), chosen


def _explained(name: str, error: Exception, encoding: str) -> IntakeError:
    text = str(error)
    if isinstance(error, UnicodeDecodeError) or "UTF8" in text or "utf8" in text or "UTF-8" in text:
        return IntakeError(
            f"{name} holds text that is not {encoding}. State its encoding: {', '.join(ENCODINGS)}.",
            code="FILE_ENCODING",
            field="encoding",
        )
    return damaged(name, text)
