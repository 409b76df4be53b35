"""Every fault in the transmission data files is reported with file, line and reason."""

from pathlib import Path

import pytest

from grid.forge import ForgeDataError
from grid.forge.transmission import import_transmission
from tests.unit.forge.small_source import edit, write_source


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_source(tmp_path)


def fault(source: Path) -> ForgeDataError:
    with pytest.raises(ForgeDataError) as caught:
        import_transmission(interconnects=("Texas",), data_dir=source)
    return caught.value


@pytest.mark.parametrize(
    ("name", "line", "old", "new", "said"),
    [
        ("sub.csv", 3, "29.5", "nan", "lat is 'nan', not a finite number"),
        ("sub.csv", 3, "29.5", "north", "lat is 'north', not a number"),
        ("sub.csv", 3, "29.5", "", "lat is '', not a number"),
        ("sub.csv", 2, "30.0", "91", "lat is 91.0, outside ±90 degrees"),
        ("sub.csv", 3, "11,", "10,", "sub_id 10 occurs twice"),
        ("sub.csv", 2, "NORTH", " ", "column name is blank"),
        ("sub.csv", 2, "Texas", "Narnia", "interconnect is 'Narnia'"),
        ("bus.csv", 4, "102,", "101,", "bus_id 101 occurs twice"),
        ("bus.csv", 3, "101,", "177,", "bus_id 177 has no substation in bus2sub.csv"),
        ("bus.csv", 3, "60", "sixty", "Pd is 'sixty', not a number"),
        ("bus.csv", 3, "307", "308", "zone_id 308 is no known load zone"),
        ("bus.csv", 3, "138", "0", "baseKV is 0.0, must be > 0"),
        ("bus2sub.csv", 4, "11", "99", "sub_id 99 is no known substation"),
        ("branch.csv", 3, "101,102", "101,555", "to_bus_id 555 is no known bus"),
        ("branch.csv", 3, "101,102", "900,102", "from_bus_id 900 is no known bus"),
        ("branch.csv", 3, "101,102", "102,102", "both ends are bus 102"),
        ("branch.csv", 3, "0.1", "0", "column x is 0"),
        ("branch.csv", 3, "35", "-35", "rateA is -35.0, must be >= 0"),
        ("branch.csv", 3, "Line", "Pipe", "branch_device_type is 'Pipe'"),
        ("branch.csv", 4, "3,", "3.5,", "branch_id is 3.5, not a whole number"),
        ("plant.csv", 2, "7,100", "7,555", "bus_id 555 is no known bus"),
        ("plant.csv", 3, ",0,coal", ",2,coal", "status is 2, must be 0 or 1"),
        ("gencost.csv", 2, "7,2,0", "7,1,0", "column type is 1, must be 2"),
        ("gencost.csv", 2, "0,3,0.002", "0,2,0.002", "column n is 2, must be 3"),
        ("gencost.csv", 3, "0.001", "-0.001", "column c2 is -0.001, must be >= 0"),
    ],
)
def test_a_bad_value_is_reported_with_file_line_and_reason(
    source: Path, name: str, line: int, old: str, new: str, said: str
) -> None:
    edit(source, name, line, old, new)

    error = fault(source)

    assert (error.file, error.row) == (name, line)
    assert said in error.problem


@pytest.mark.parametrize(
    "name", ["zone.csv", "sub.csv", "bus2sub.csv", "bus.csv", "branch.csv", "plant.csv", "gencost.csv"]
)
def test_a_missing_file_is_reported(source: Path, name: str) -> None:
    (source / name).unlink()

    error = fault(source)

    assert error.file == name
    assert "is missing" in error.problem


def test_a_missing_column_is_named(source: Path) -> None:
    edit(source, "branch.csv", 1, "rateA", "rate_A")

    error = fault(source)

    assert (error.file, error.row) == ("branch.csv", 1)
    assert "rateA" in error.problem


def test_a_file_cut_short_is_reported_at_the_broken_line(source: Path) -> None:
    text = (source / "bus.csv").read_text()
    (source / "bus.csv").write_text(text[: text.index("307,138,Texas\n103") + 4])

    error = fault(source)

    assert (error.file, error.row) == ("bus.csv", 4)


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe garbage"])
def test_a_file_that_is_no_table_is_reported(source: Path, content: bytes) -> None:
    (source / "sub.csv").write_bytes(content)

    assert fault(source).file == "sub.csv"


def test_an_interconnection_without_rows_is_reported(source: Path) -> None:
    with pytest.raises(ForgeDataError, match="has no row of Western"):
        import_transmission(interconnects=("Western",), data_dir=source)


def test_a_substation_without_bus_is_reported(source: Path) -> None:
    with (source / "sub.csv").open("a") as file:
        file.write("14,EMPTY,9,31.0,-95.0,Texas\n")

    error = fault(source)

    assert error.file == "sub.csv"
    assert "sub_id 14 has no bus" in error.problem


def test_branches_that_cancel_have_no_base_case(source: Path) -> None:
    with (source / "branch.csv").open("a") as file:
        file.write("5,101,102,0.01,-0.1,0,0,0,1,Line,Texas\n")

    error = fault(source)

    assert error.file == "branch.csv"
    assert "no DC base case" in error.problem
