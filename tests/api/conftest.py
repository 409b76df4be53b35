"""Every API test has a database, cache keys and a warehouse folder of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grid.warehouse import PartitionedWarehouse, Warehouse, open_warehouse
from tests.ami_sample import UNITS, Sample, load_and_roll_up, make_sample


@pytest.fixture(autouse=True)
def isolated(db: None, own_stores: None) -> None:
    """Keep the tests apart from each other and from whatever else uses the services."""


@pytest.fixture(scope="session")
def sample() -> Sample:
    return make_sample(seed=2)


@pytest.fixture(scope="session")
def rolled_up(tmp_path_factory: pytest.TempPathFactory, sample: Sample) -> Path:
    """The folder of a warehouse with the sample and what is rolled up from it."""
    folder = tmp_path_factory.mktemp("ami") / "warehouse"
    opened = open_warehouse(f"embedded://{folder}?threads=2&memory_limit=500MB")
    assert isinstance(opened, PartitionedWarehouse)
    load_and_roll_up(opened, sample)
    opened.close()
    return folder


@pytest.fixture
def loaded(rolled_up: Path, own_stores: None, tmp_path: Path) -> Iterator[Warehouse]:
    """The test's own warehouse with the sample, and a cache that knows its assets."""
    from grid.selectors.warehouse import get_warehouse
    from tests.factories.grid import make_circuit, make_meter, make_substation, make_transformer, make_zone

    shutil.copytree(rolled_up, tmp_path / "warehouse")
    zones: dict[str, Any] = {}
    stations: dict[str, Any] = {}
    circuits: dict[str, Any] = {}
    for unit, (circuit, station, zone, *_) in UNITS.items():
        if zone not in zones:
            zones[zone] = make_zone(id=zone)
        if station not in stations:
            stations[station] = make_substation(id=station, zone=zones[zone])
        if circuit not in circuits:
            circuits[circuit] = make_circuit(id=circuit, substation=stations[station])
        transformer = make_transformer(id=unit, circuit=circuits[circuit])
        for meter in make_sample(seed=2).meters:
            if meter.transformer == unit:
                make_meter(id=meter.id, transformer=transformer)
    opened = get_warehouse()
    yield opened
    opened.close()
