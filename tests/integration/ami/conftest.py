"""The sample, rolled up, in a warehouse of each kind."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from grid.warehouse import PartitionedWarehouse, TableNotLoaded, Warehouse, open_warehouse
from grid.warehouse.tables import metadata
from tests.ami_sample import Sample, load_and_roll_up, make_sample
from tests.snowflake_server.process import SnowflakeServer


@pytest.fixture(scope="session")
def sample() -> Sample:
    return make_sample()


@pytest.fixture(scope="session")
def rolled_up(tmp_path_factory: pytest.TempPathFactory, sample: Sample) -> Iterator[PartitionedWarehouse]:
    """An embedded warehouse with the sample and what is rolled up from it."""
    folder = tmp_path_factory.mktemp("ami")
    opened = open_warehouse(f"embedded://{folder}/warehouse?threads=2&memory_limit=500MB")
    assert isinstance(opened, PartitionedWarehouse)
    load_and_roll_up(opened, sample)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def snowflake(
    tmp_path_factory: pytest.TempPathFactory, rolled_up: PartitionedWarehouse
) -> Iterator[Warehouse]:
    """The same tables behind Snowflake's own connector."""
    with SnowflakeServer(tmp_path_factory.mktemp("snowflake") / "server.log") as server:
        opened = open_warehouse(server.url(f"FLUX_{uuid.uuid4().hex[:12].upper()}"), query_timeout_s=30)
        for table in metadata.sorted_tables:
            try:
                rolled_up.row_count(table)
            except TableNotLoaded:
                continue
            opened.append(table, rolled_up.select_arrow(table.select()), "copy")
        yield opened
        opened.close()


@pytest.fixture(params=["embedded", "snowflake"])
def warehouse(request: pytest.FixtureRequest) -> Warehouse:
    """The sample; a test that uses it runs once on each backend."""
    name = {"embedded": "rolled_up", "snowflake": "snowflake"}[request.param]
    found: Warehouse = request.getfixturevalue(name)
    return found
