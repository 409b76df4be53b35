"""A reader sees a layer before or after a run, never empty and never half."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest
from django.db import connection

from grid.layers import LAYERS
from grid.services.sync import run_layer
from grid.warehouse import Warehouse
from tests.integration.sync.conftest import RunAll
from tests.integration.sync.sample import Sample, load

pytestmark = pytest.mark.integration

OLD, NEW = 3_000, 4_000


class Reader(threading.Thread):
    """Counts the poles by material, over and over, on a connection of its own."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        super().__init__(daemon=True)
        self.parameters = parameters
        self.ended = threading.Event()
        self.seen: list[dict[str, int]] = []

    def run(self) -> None:
        with psycopg.connect(**self.parameters, autocommit=True) as session:
            while not self.ended.is_set():
                found = session.execute("SELECT material, count(*) FROM grid_pole GROUP BY material")
                self.seen.append(dict(found.fetchall()))


def test_readers_see_the_old_or_the_new_layer(loaded: Warehouse, run_all: RunAll, sample: Sample) -> None:
    run_all(loaded, "zones", "substations", "circuits", "lines")
    first = sample["grid_poles_infrastructure"][0]
    old = [first | {"pole_id": f"OLD-{n}", "pole_material": "WOOD"} for n in range(OLD)]
    new = [first | {"pole_id": f"NEW-{n}", "pole_material": "STEEL"} for n in range(NEW)]
    load(loaded, {"grid_poles_infrastructure": old})
    run_all(loaded, "poles")
    reader = Reader(connection.get_connection_params())
    reader.start()

    for rows in (new, old):
        load(loaded, {"grid_poles_infrastructure": rows})
        run_layer(layer=LAYERS["poles"], warehouse=loaded, force=True)
    reader.ended.set()
    reader.join()

    states = [seen for index, seen in enumerate(reader.seen) if index == 0 or seen != reader.seen[index - 1]]
    assert states == [{"WOOD": OLD}, {"STEEL": NEW}, {"WOOD": OLD}]
