"""GeoPackage, GeoJSON and Shapefile, read by GDAL.

GDAL guesses a format from the content and knows formats that read other files or the network. So the
content is checked here first, and GeoJSON is opened by the name of its driver.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from grid.intake.errors import IntakeError, damaged, too_large
from grid.intake.sources import BATCH_ROWS, GEOMETRY, FileFormat, ReadOptions, Source, check_names

SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_MUST_HAVE = (".shp", ".shx", ".dbf")
_MAX_MEMBERS = 1000
_CHUNK_BYTES = 1024 * 1024
_FAULTS = (pa.ArrowException, OSError, RuntimeError, ValueError)  # pyogrio's own errors are RuntimeErrors


def open_vector(
    path: Path,
    *,
    file_format: FileFormat,
    name: str,
    options: ReadOptions,
    work: Path,
    max_unpacked_bytes: int,
) -> Source:
    """Return a vector file as a source.

    Raises:
        IntakeError: FILE_DAMAGED, FILE_TOO_LARGE, FILE_FORMAT_UNKNOWN, BAD_OPTION.
    """
    import pyogrio.raw  # loads GDAL

    match file_format:
        case FileFormat.SHAPEFILE:
            place = str(_unpacked(path, name=name, work=work, max_unpacked_bytes=max_unpacked_bytes))
        case FileFormat.GEOPACKAGE:
            _check_geopackage(path, name)
            place = _plain_name(path, work, ".gpkg")
        case _:
            place = "GeoJSON:" + _plain_name(path, work, ".geojson")
    layer = _layer(place, name=name, wanted=options.layer)
    given: dict[str, Any] = {"layer": layer, "batch_size": BATCH_ROWS, "use_pyarrow": True}
    if file_format == FileFormat.SHAPEFILE and options.encoding:
        given["encoding"] = options.encoding
    try:
        with pyogrio.raw.open_arrow(place, **given) as (meta, reader):
            geometry = _geometry_column(meta, reader.schema)
            columns = check_names(name, [str(column) for column in meta["fields"]])
            crs = meta["crs"]
    except (*_FAULTS, LookupError) as error:
        raise damaged(name, error) from error

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            with pyogrio.raw.open_arrow(place, **given) as (_meta, reader):
                for batch in reader:
                    yield _renamed(batch, columns, geometry)
        except (*_FAULTS, UnicodeDecodeError) as error:
            raise damaged(name, error) from error

    return Source(name=name, columns=columns, has_geometry=geometry is not None, crs=crs, batches=batches)


def _plain_name(path: Path, work: Path, suffix: str) -> str:
    """Return the place of a file under a name of our own, since GDAL reads meaning into names."""
    plain = work / f"file{suffix}"
    if not plain.exists():
        plain.symlink_to(path.resolve())
    return str(plain)


def _layer(place: str, *, name: str, wanted: str | None) -> str | None:
    import pyogrio

    try:
        layers = [str(row[0]) for row in pyogrio.list_layers(place)]
    except _FAULTS as error:
        raise damaged(name, error) from error
    if wanted is not None and wanted not in layers:
        raise IntakeError(
            f"{name} has no layer {wanted!r}. It has {', '.join(layers)}.", code="BAD_OPTION", field="layer"
        )
    if wanted is None and len(layers) != 1:
        problem = f"has {len(layers)} layers ({', '.join(layers)}); name one" if layers else "has no layer"
        raise IntakeError(f"{name} {problem}.", code="BAD_OPTION", field="layer")
    return wanted or layers[0]


def _geometry_column(meta: dict[str, Any], schema: pa.Schema) -> str | None:
    names = [column for column in schema.names if column not in set(meta["fields"])]
    found = [column for column in names if pa.types.is_binary(schema.field(column).type)]
    return found[0] if meta["geometry_type"] and found else None


def _renamed(batch: pa.RecordBatch, columns: tuple[str, ...], geometry: str | None) -> pa.RecordBatch:
    arrays = [batch.column(name) for name in columns]
    names = list(columns)
    if geometry is not None:
        shapes = batch.column(geometry)
        arrays.append(shapes.storage if isinstance(shapes.type, pa.BaseExtensionType) else shapes)
        names.append(GEOMETRY)
    return pa.RecordBatch.from_arrays(arrays, names=names)


def _check_geopackage(path: Path, name: str) -> None:
    with path.open("rb") as file:
        head = file.read(100)
    if not head.startswith(b"SQLite format 3\0") or head[68:72] not in {b"GPKG", b"GP10", b"GP11"}:
        raise IntakeError(f"{name} is no GeoPackage.", code="FILE_FORMAT_UNKNOWN", field="file")


def _unpacked(path: Path, *, name: str, work: Path, max_unpacked_bytes: int) -> Path:
    """Unpack the one shapefile of a zip under a name of our own and return its place."""
    if not zipfile.is_zipfile(path):
        raise damaged(name, "it is no zip file")
    target = work / "layer.shp"
    try:
        with zipfile.ZipFile(path) as archive:
            parts = _parts(archive, name)
            left = max_unpacked_bytes
            for suffix, member in parts.items():
                left -= _extract(archive, member, target.with_suffix(suffix), limit=left)
                if left < 0:
                    raise too_large(name, max_unpacked_bytes)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise damaged(name, error) from error
    _check_shapefile(target, name)
    return target


def _parts(archive: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    members = [info for info in archive.infolist() if not info.is_dir()]
    if len(members) > _MAX_MEMBERS:
        raise IntakeError(f"{name} holds over {_MAX_MEMBERS} files.", code="FILE_TOO_LARGE", field="file")
    members = [info for info in members if not info.filename.startswith("__MACOSX/")]
    shapes = [info for info in members if info.filename.lower().endswith(".shp")]
    if len(shapes) != 1:
        raise IntakeError(
            f"{name} must hold one .shp file with its parts; it holds {len(shapes)}.",
            code="FILE_FORMAT_UNKNOWN",
            field="file",
        )
    stem = shapes[0].filename[:-4].lower()
    by_name = {info.filename.lower(): info for info in members}
    parts = {suffix: by_name[stem + suffix] for suffix in SHAPEFILE_PARTS if stem + suffix in by_name}
    missing = [suffix for suffix in _MUST_HAVE if suffix not in parts]
    if missing:
        raise IntakeError(f"{name} lacks the {missing[0]} part.", code="FILE_DAMAGED", field="file")
    return parts


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, *, limit: int) -> int:
    """Write a member and return its size; stops soon after ``limit``, whatever the zip says of the size."""
    written = 0
    with archive.open(member) as packed, target.open("wb") as file:
        while chunk := packed.read(_CHUNK_BYTES):
            written += len(chunk)
            if written > limit:
                break
            file.write(chunk)
    return written


def _check_shapefile(path: Path, name: str) -> None:
    """Check the sizes that its parts state of themselves: GDAL reads a cut-off one as a shorter one."""
    for suffix in (".shp", ".shx"):
        part = path.with_suffix(suffix)
        head = part.read_bytes()[:100] if part.stat().st_size < 4096 else _start(part, 100)
        if len(head) < 100 or head[:4] != b"\x00\x00\x27\x0a":
            raise damaged(name, f"its {suffix} part is no shapefile")
        if int.from_bytes(head[24:28], "big") * 2 > part.stat().st_size:
            raise damaged(name, f"its {suffix} part is shorter than it says")
    table = path.with_suffix(".dbf")
    head = _start(table, 32)
    if len(head) < 32:
        raise damaged(name, "its .dbf part is cut off")
    rows = int.from_bytes(head[4:8], "little")
    size = int.from_bytes(head[8:10], "little") + rows * int.from_bytes(head[10:12], "little")
    if size > table.stat().st_size:
        raise damaged(name, "its .dbf part is shorter than it says")
    shapes = (path.with_suffix(".shx").stat().st_size - 100) // 8
    if rows != shapes:
        raise damaged(name, f"it has {shapes} shapes and {rows} rows")


def _start(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)
