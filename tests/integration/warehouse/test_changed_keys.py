"""Which rows changed since a version: told by the files of a table, or by Snowflake's change tracking."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid.warehouse import Warehouse, WarehouseCorrupted, snowflake_changes
from grid.warehouse.tables import load_zones
from tests.integration.warehouse.rows import table_of

pytestmark = pytest.mark.integration

COLUMNS = {"zone_id", "zone_name", "state"}
_batches = (f"changes-{number}" for number in itertools.count())


def store(warehouse: Warehouse, rows: dict[str, Any]) -> str:
    """Put zones of these ids and names in place of all; return the version."""
    data = table_of(load_zones, *({"zone_id": key, "zone_name": name} for key, name in rows.items()))
    warehouse.replace(load_zones, data, next(_batches))
    version = warehouse.version(load_zones)
    assert version is not None
    return version


def add(warehouse: Warehouse, **rows: str) -> None:
    data = table_of(load_zones, *({"zone_id": key, "zone_name": name} for key, name in rows.items()))
    warehouse.append(load_zones, data, next(_batches))


def changed(warehouse: Warehouse, since: str, *, columns: set[str] = COLUMNS, limit: int = 100) -> Any:
    found = warehouse.changed_keys(load_zones, since, columns=columns, limit=limit)
    return None if found is None else sorted(found)


def test_added_changed_and_deleted_rows_are_named_once(embedded: Warehouse) -> None:
    since = store(embedded, {"A": "1", "B": "2", "C": "3"})
    assert changed(embedded, since) == []

    store(embedded, {"A": "1", "B": "other", "D": "4"})
    add(embedded, E="5")

    assert changed(embedded, since) == ["B", "C", "D", "E"]
    assert len(changed(embedded, since, limit=2)) == 2


def test_columns_that_do_not_matter_are_left_out(embedded: Warehouse) -> None:
    since = store(embedded, {"A": "1", "B": "2"})
    store(embedded, {"A": "1", "B": "other", "C": "3"})

    assert changed(embedded, since, columns={"state"}) == ["C"]


def test_rows_that_were_only_stored_anew_are_not_named(embedded: Warehouse) -> None:
    since = store(embedded, {"A": "1", "B": "2"})
    store(embedded, {"B": "2", "A": "1"})
    assert changed(embedded, since) == []

    add(embedded, C="3")
    add(embedded, D="4")
    embedded.compact(load_zones)
    assert changed(embedded, since) == ["C", "D"]


def test_copies_of_a_row_are_counted(embedded: Warehouse) -> None:
    since = store(embedded, {"A": "1", "B": "2"})
    add(embedded, A="1")

    assert changed(embedded, since) == ["A"]


def test_rows_that_changed_and_changed_back_are_not_named(embedded: Warehouse) -> None:
    since = store(embedded, {"A": "1"})
    store(embedded, {"A": "2"})
    store(embedded, {"A": "1"})

    assert changed(embedded, since) == []


@pytest.mark.parametrize("since", ["other:1", "nonsense", "", ":", "{id}:99"])
def test_a_version_that_is_not_of_this_table_is_not_known(embedded: Warehouse, since: str) -> None:
    made = store(embedded, {"A": "1"}).partition(":")[0]

    assert changed(embedded, since.replace("{id}", made)) is None


def test_a_table_never_loaded_has_no_history(embedded: Warehouse) -> None:
    assert changed(embedded, "other:1") is None


def test_a_vacuumed_state_is_not_known(embedded: Warehouse) -> None:
    since = store(embedded, {"A": "1"})
    store(embedded, {"A": "2"})
    embedded.compact(load_zones, keep_hours=0)

    assert changed(embedded, since) is None


def test_a_damaged_file_is_named(embedded: Warehouse, root: Any) -> None:
    since = store(embedded, {"A": "1"})
    old = set(root.rglob("*.parquet"))
    store(embedded, {"A": "2"})
    (new,) = set(root.rglob("*.parquet")) - old
    new.write_bytes(new.read_bytes()[:100])

    with pytest.raises(WarehouseCorrupted, match=new.name):
        changed(embedded, since)


STATES = st.lists(
    st.dictionaries(st.sampled_from("ABCDEFG"), st.sampled_from(["1", "2", "3"]), min_size=1),
    min_size=2,
    max_size=5,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=STATES, first=st.integers(0, 4))
def test_any_two_states_differ_in_the_rows_that_a_comparison_in_python_finds(
    embedded: Warehouse, states: list[dict[str, str]], first: int
) -> None:
    versions = [store(embedded, state) for state in states]
    first %= len(states)
    before, now = states[first], states[-1]

    found = changed(embedded, versions[first])

    assert found == sorted(key for key in before | now if before.get(key) != now.get(key))


def test_either_warehouse_says_that_nothing_changed_or_that_it_cannot_tell(warehouse: Warehouse) -> None:
    since = store(warehouse, {"A": "1", "B": "2"})
    assert changed(warehouse, since) == []

    store(warehouse, {"A": "1", "B": "3"})

    # The local server has no change tracking, like a Snowflake table on which it is off.
    assert changed(warehouse, since) in (["B"], None)


def test_snowflake_is_asked_for_the_difference_since_the_table_was_last_written() -> None:
    asked = snowflake_changes.statement(load_zones, "3:8:2025-07-01T05:00:00.123000+00:00", limit=11)

    text = (
        "SELECT DISTINCT zone_id FROM production.load_zones CHANGES (INFORMATION => DEFAULT) "
        "AT (TIMESTAMP => TO_TIMESTAMP_TZ(%(since)s)) WHERE zone_id IS NOT NULL LIMIT 11"
    )
    assert asked == (text, {"since": "2025-07-01T05:00:00.123000+00:00"})


def test_snowflake_statement_is_read_by_a_parser_of_its_dialect() -> None:
    import sqlglot

    asked = snowflake_changes.statement(load_zones, "3:8:2025-07-01T05:00:00", limit=11)
    assert asked is not None
    text, parameters = asked

    parsed = sqlglot.parse_one(text % {"since": f"'{parameters['since']}'"}, dialect="snowflake")

    assert parsed.find(sqlglot.exp.Table).name == "load_zones"  # type: ignore[union-attr]
    assert "2025-07-01T05:00:00.000000+00:00" in parsed.sql(dialect="snowflake")


@pytest.mark.parametrize("since", ["3:8:", "3:8", "", "embedded:4"])
def test_a_version_without_a_moment_of_writing_cannot_be_asked_about(since: str) -> None:
    assert snowflake_changes.statement(load_zones, since, limit=1) is None
