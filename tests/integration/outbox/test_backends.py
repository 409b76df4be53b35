"""Delivery, and the import of a file, on Snowflake's own connector against a local server."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from django.db import transaction

from grid import models
from grid.intake.checking import Checker
from grid.intake.guessing import guess_mapping
from grid.intake.merging import Merger, Mode
from grid.intake.sources import ReadOptions, format_of, open_source
from grid.selectors.warehouse import get_warehouse
from grid.services import outbox
from grid.services.outbox import Action
from grid.services.outbox.streams import this_stream
from grid.warehouse import Expected, Warehouse, tables
from grid.warehouse.statements import reading_as_empty
from grid.warehouse.tables import operator_edits
from tests.integration.imports.files import pole, write_csv
from tests.integration.warehouse.conftest import snowflake_server  # noqa: F401 - a fixture
from tests.snowflake_server.process import SnowflakeServer

pytestmark = pytest.mark.integration


@pytest.fixture
def snowflake(settings: Any, snowflake_server: SnowflakeServer) -> Warehouse:  # noqa: F811
    """Return an empty warehouse on the local server, the one of the settings."""
    settings.WAREHOUSE_URL = snowflake_server.url(f"FLUX_{uuid.uuid4().hex[:12].upper()}")
    return get_warehouse()


def test_edits_are_delivered_once_and_read_back(committing: None, snowflake: Warehouse) -> None:
    for key, text in (("1", "a"), ("2", "b"), ("1", "c")):
        with transaction.atomic():
            outbox.record(kind="test.note", key=key, action=Action.UPDATE, payload={"text": text}, actor=None)
    with transaction.atomic():
        outbox.record(kind="test.note", key="2", action=Action.DELETE, payload=None, actor=None)

    assert outbox.deliver() == 4

    models.OutboxEvent.objects.update(delivered_at=None)  # the marks were lost
    assert outbox.deliver() == 4
    assert snowflake.row_count(operator_edits) == 4
    rows = outbox.list_rows(stream_id=this_stream(), kind="test.note")
    assert [(row.key, row.payload) for row in rows] == [("1", {"text": "c"})]
    newest = models.OutboxEvent.objects.get(payload={"text": "c"})
    assert rows[0].recorded_at == newest.recorded_at
    assert outbox.find_stream(None) == this_stream()


@pytest.mark.parametrize("backend", ["embedded", "snowflake"])
def test_a_file_is_merged_into_the_table_of_a_warehouse(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    warehouse: Warehouse = request.getfixturevalue("warehouse" if backend == "embedded" else "snowflake")
    table = tables.grid_poles_infrastructure
    for turn, rows in enumerate(([pole(1), pole(2)], [pole(2, POLE_CLASS="5"), pole(3)])):
        folder = tmp_path / str(turn)
        folder.mkdir()
        path = write_csv(folder / "poles.csv", rows)
        source = open_source(
            path,
            file_format=format_of(path.name),
            name=path.name,
            options=ReadOptions(),
            work=folder,
            max_unpacked_bytes=10**6,
        )
        mapping = guess_mapping(table=table, columns=source.columns, has_geometry=False)
        checker = Checker(table=table, mapping=mapping, choices={})
        merger = Merger(folder, table=table, mapping=mapping, mode=Mode.MERGE)
        checked = (checker.check(batch, first_row=1).rows for batch in source.batches())
        assert merger.write_checked(checked, checker.schema) == 2
        merger.write_refused_keys([])
        expected = Expected(warehouse.version(table))
        merger.write_present(warehouse.select_arrow(reading_as_empty(sa.select(table), table)))
        assert merger.find_late_refusals(next_number=1) == []
        warehouse.replace(table, merger.rows(), f"turn-{turn}", expected=expected)
        merger.close()

    query = sa.select(table.c.pole_id, table.c.pole_class, table.c.pole_height_m).order_by(table.c.pole_id)
    assert [tuple(row.values()) for row in warehouse.select_rows(query)] == [
        ("NEW-1", "H1", pytest.approx(41 * 0.3048)),
        ("NEW-2", "5", pytest.approx(42 * 0.3048)),
        ("NEW-3", "H1", pytest.approx(43 * 0.3048)),
    ]
