"""Values brought to the type of their column, against Python's own reading of the same text."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from grid.intake.converting import convert
from grid.intake.errors import IntakeError


def converted(kind: Any, *values: Any, given_type: Any = None, factor: float = 1.0) -> list[Any]:
    """Return the values, the word BAD in place of those that do not fit."""
    column = sa.Column("x", kind)
    result = convert(pa.array(values, given_type), column, factor=factor)
    pairs = zip(result.values.to_pylist(), result.is_bad.to_pylist(), strict=True)
    return ["BAD" if bad else value for value, bad in pairs]


def test_numbers_are_read_from_text() -> None:
    texts = (
        "1",
        " -2.5 ",
        "+.5",
        "1e3",
        "1E-2",
        "",
        "  ",
        None,
        "1,5",
        "0x10",
        "1_000",
        "ten",
        "1.2.3",
        "--1",
    )
    assert converted(sa.Double(), *texts) == [
        1.0, -2.5, 0.5, 1000.0, 0.01, None, None, None, *["BAD"] * 6
    ]  # fmt: skip
    nan, infinite = converted(sa.Double(), "NaN", "-inf")
    assert math.isnan(nan)
    assert infinite == -math.inf
    assert converted(sa.Double(), "10", factor=0.3048) == [3.048]


def test_whole_numbers_are_whole() -> None:
    fitting = ("7", "+7", "7.0", "7.", "2147483647")
    assert converted(sa.Integer(), *fitting) == [7, 7, 7, 7, 2147483647]
    assert converted(sa.Integer(), "7.5", "x", "2147483648", "9" * 30) == ["BAD"] * 4
    assert converted(sa.Integer(), 7.0, 7.5, math.nan, math.inf, 1e300) == [7, "BAD", None, "BAD", "BAD"]


def test_truth_values_dates_and_texts() -> None:
    assert converted(sa.Boolean(), "TRUE", "f", "1", "0", "yes", "N", "maybe", "") == [
        True, False, True, False, True, False, "BAD", None
    ]  # fmt: skip
    assert converted(sa.Boolean(), 1, 0, 2) == [True, False, "BAD"]
    leap = ("2024-02-29", "2024/02/29", "2024-02-29T10:00:00Z")
    assert converted(sa.Date(), *leap) == [date(2024, 2, 29)] * 3
    assert converted(sa.Date(), "2023-02-29", "29.02.2024") == ["BAD"] * 2
    assert converted(sa.String(9), " a ", "", None) == ["a", None, None]
    assert converted(sa.String(9), 12.0, 12.5, None) == ["12", "12.5", None]
    assert converted(sa.String(9), 7, 8) == ["7", "8"]


def test_a_column_that_can_never_fit_is_refused_whole() -> None:
    with pytest.raises(IntakeError, match="must hold numbers") as caught:
        converted(sa.Double(), True, False)
    assert caught.value.code == "WRONG_TYPE"


@given(st.text(alphabet="0123456789+-.eE xn", max_size=8))
def test_a_number_is_read_as_python_reads_it_or_refused(text: str) -> None:
    found = converted(sa.Double(), text)[0]

    try:
        expected: Any = float(text)
    except ValueError:
        expected = "BAD" if text.strip() else None
    assert found == expected or (isinstance(found, float) and math.isinf(found))


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(-1e3, 1e3, allow_nan=False))
def test_numbers_written_by_python_read_back_exactly(number: float, times: float) -> None:
    assert converted(sa.Double(), repr(number)) == [number]
    assert converted(sa.Double(), repr(number), factor=times) == [number * times]
