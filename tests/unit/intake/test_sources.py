"""Files of every format: what is damaged, disguised or too large is refused with the reason."""

from __future__ import annotations

import gzip
import json
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from grid.intake.errors import IntakeError
from grid.intake.sources import GEOMETRY, ReadOptions, Source, format_of, open_source
from tests.integration.imports.files import pole, write_csv, write_geoparquet, write_vector

ROWS = [pole(number) for number in range(1, 200)]
LIMIT = 50_000_000


def opened(path: Path, limit: int = LIMIT, **options: str) -> Source:
    work = path.parent / f"{path.name}-work"
    work.mkdir(exist_ok=True)
    return open_source(
        path,
        file_format=format_of(path.name),
        name=path.name,
        options=ReadOptions(**options),
        work=work,
        max_unpacked_bytes=limit,
    )


def rows_of(path: Path, limit: int = LIMIT, **options: str) -> list[dict[str, object]]:
    return [row for batch in opened(path, limit, **options).batches() for row in batch.to_pylist()]


def refusal(path: Path, limit: int = LIMIT, **options: str) -> tuple[str, str]:
    with pytest.raises(IntakeError) as caught:
        rows_of(path, limit, **options)
    return caught.value.code, caught.value.message


def cut(path: Path, share: float = 0.5) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def test_a_csv_file_is_text_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('\ufeffID;NAME;N\n1;"two\nlines; ""quoted""";007\n2;;\n', encoding="utf-8")

    source = opened(path)

    assert (source.columns, source.crs, source.has_geometry) == (("ID", "NAME", "N"), None, False)
    assert rows_of(path) == [
        {"ID": "1", "NAME": 'two\nlines; "quoted"', "N": "007"},
        {"ID": "2", "NAME": "", "N": ""},
    ]
    assert rows_of(path) == rows_of(path)


def test_an_encoding_is_told_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("ID,NAME\n1,Nuñez\n".encode("cp1252"))

    assert refusal(path)[0] == "FILE_ENCODING"
    assert rows_of(path, encoding="cp1252") == [{"ID": "1", "NAME": "Nuñez"}]
    assert refusal(path, encoding="klingon")[0] == "BAD_OPTION"


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("", "FILE_DAMAGED", "empty"),
        ("\n1,2\n", "FILE_DAMAGED", "no header"),
        ("ID,ID\n1,2\n", "FILE_DAMAGED", "two columns ID"),
        ("ID,\n1,2\n", "FILE_DAMAGED", "no name"),
        ("ID,B,C\n1,2,3\n4,5\n", "FILE_DAMAGED", "Expected 3 columns, got 2"),
        ("PK\x03\x04", "FILE_FORMAT_UNKNOWN", "no CSV"),
    ],
)
def test_a_csv_file_that_is_none_is_refused(tmp_path: Path, text: str, code: str, said: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")

    found, message = refusal(path)

    assert found == code
    assert said in message


def test_a_cut_gzip_is_refused(tmp_path: Path) -> None:
    path = cut(write_csv(tmp_path / "a.csv.gz", ROWS))

    assert refusal(path)[0] == "FILE_DAMAGED"


def test_what_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "a.csv.gz"
    bomb.write_bytes(gzip.compress(b"ID\n" + b"1" * 30_000_000 + b"\n"))
    assert bomb.stat().st_size < 100_000
    assert refusal(bomb, limit=1_000_000)[0] == "FILE_TOO_LARGE"

    write_vector(tmp_path / "b.zip", ROWS)
    assert refusal(tmp_path / "b.zip", limit=1_000)[0] == "FILE_TOO_LARGE"

    pq.write_table(pa.table({"ID": ["x" * 100] * 100_000}), tmp_path / "c.parquet")
    assert refusal(tmp_path / "c.parquet", limit=1_000)[0] == "FILE_TOO_LARGE"


def test_gzip_and_name_must_agree(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.csv.gz", tmp_path / "b.csv"
    plain.write_text("ID\n1\n")
    packed.write_bytes(gzip.compress(b"ID\n1\n"))

    assert refusal(plain)[0] == refusal(packed)[0] == "FILE_FORMAT_UNKNOWN"


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.zip", "a.parquet"])
def test_a_file_cut_in_half_is_refused(tmp_path: Path, name: str) -> None:
    write = write_geoparquet if name.endswith("parquet") else write_vector

    assert refusal(cut(write(tmp_path / name, ROWS)))[0] == "FILE_DAMAGED"


@pytest.mark.parametrize("suffix", [".shp", ".shx", ".dbf"])
def test_a_shapefile_with_a_cut_part_is_refused(tmp_path: Path, suffix: str) -> None:
    write_vector(tmp_path / "a.zip", ROWS)
    cut(tmp_path / f"a{suffix}", 0.7)
    zipped(tmp_path)

    code, message = refusal(tmp_path / "b.zip")

    assert code == "FILE_DAMAGED"
    assert suffix in message


@pytest.mark.parametrize("suffix", [".shx", ".dbf"])
def test_a_shapefile_without_a_part_is_refused(tmp_path: Path, suffix: str) -> None:
    write_vector(tmp_path / "a.zip", ROWS)
    (tmp_path / f"a{suffix}").unlink()
    zipped(tmp_path)

    assert refusal(tmp_path / "b.zip") == ("FILE_DAMAGED", f"b.zip lacks the {suffix} part.")


def zipped(folder: Path) -> None:
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        for part in folder.glob("a.*"):
            if part.suffix != ".zip":
                archive.write(part, part.name)


def test_names_in_a_zip_lead_nowhere(tmp_path: Path) -> None:
    write_vector(tmp_path / "a.zip", ROWS)
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        for part in tmp_path.glob("a.*"):
            if part.suffix != ".zip":
                archive.write(part, f"../../../escaped/{part.name}")

    assert len(rows_of(tmp_path / "b.zip")) == len(ROWS)
    assert {each.name for each in (tmp_path / "b.zip-work").iterdir()} == {
        f"layer{suffix}" for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg")
    }


def test_a_program_in_the_guise_of_geojson_is_not_run(tmp_path: Path) -> None:
    secret = write_vector(tmp_path / "secret.gpkg", ROWS)
    guises = {
        "a.geojson": json.dumps(
            {
                "type": "gdal_streamed_alg",
                "command_line": f"gdal vector pipeline ! read {secret} ! write --of=stream streamed",
            }
        ),
        "b.geojson": f"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>{secret}</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>",
        "c.gpkg": f"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>{secret}</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>",
    }
    for name, text in guises.items():
        (tmp_path / name).write_text(text)
        assert refusal(tmp_path / name)[0] in {"FILE_DAMAGED", "FILE_FORMAT_UNKNOWN"}, name


def test_a_vector_file_states_its_system(tmp_path: Path) -> None:
    assert opened(write_vector(tmp_path / "a.gpkg", ROWS, crs="EPSG:2278")).crs == "EPSG:2278"
    assert opened(write_vector(tmp_path / "b.gpkg", ROWS, crs=None)).crs is None
    assert opened(write_geoparquet(tmp_path / "c.parquet", ROWS)).crs == "OGC:CRS84"


def test_a_geometry_comes_as_wkb(tmp_path: Path) -> None:
    first = rows_of(write_vector(tmp_path / "a.gpkg", ROWS))[0]

    assert first[GEOMETRY] == struct.pack("<BIdd", 1, 1, ROWS[0]["LONGITUDE"], ROWS[0]["LATITUDE"])


def test_an_unknown_ending_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(IntakeError, match=r"\.csv\.gz, \.csv, \.gpkg") as caught:
        format_of("poles.xls")
    assert caught.value.code == "FILE_FORMAT_UNKNOWN"


def test_memory_stays_bounded_by_the_batch(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w") as file:
        file.write("ID,TEXT\n")
        file.writelines(f"{number},{'x' * 90}\n" for number in range(300_000))

    batches: Iterator[pa.RecordBatch] = opened(path).batches()
    sizes = [batch.nbytes for batch in batches]

    assert sum(sizes) > 25_000_000
    assert max(sizes) < 10_000_000
