"""Statements that PostgreSQL keeps the plan of."""

import numpy as np
import pytest
from django.db import connection

from flux_site.api.prepared import PREPARE_AFTER, fetch, fetch_columns


@pytest.mark.django_db(transaction=True)
def test_a_table_altered_after_its_plan_was_made_is_read_all_the_same() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE altered_later (n integer)")
        cursor.execute("INSERT INTO altered_later VALUES (7)")
    try:
        for _ in range(PREPARE_AFTER + 2):
            assert fetch("SELECT * FROM altered_later WHERE n > %s", (1,)) == [(7,)]
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE altered_later ADD COLUMN name text")

        assert fetch("SELECT * FROM altered_later WHERE n > %s", (1,)) == [(7, None)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE altered_later")


@pytest.mark.django_db
def test_columns_come_as_arrays() -> None:
    keys, numbers = fetch_columns(
        "SELECT k, v FROM (VALUES ('a', 1.5::float8), ('b', 'NaN'), ('c', '-0')) AS rows(k, v)", count=2
    )

    assert keys == ["a", "b", "c"]
    assert isinstance(numbers, np.ndarray)
    np.testing.assert_array_equal(numbers, [1.5, np.nan, -0.0])
    assert np.signbit(numbers[2])


@pytest.mark.django_db
def test_no_rows_are_no_columns() -> None:
    assert fetch_columns("SELECT 'a', 1.5::float8 WHERE false", count=2) == (None, None)
