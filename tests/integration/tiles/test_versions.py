"""The version of tiles follows rows that change without a sync."""

from typing import Any

import pytest

from grid import models
from grid.selectors.map_layers import COLUMN_LAYERS, LAYERS, find_layer, layer_version
from grid.selectors.map_layers.definition import MapLayer
from grid.selectors.tiles.version import sources_version, tile_version
from grid.services.status import refresh_status
from tests.factories import grid as factories
from tests.factories.computed import make_tree_risk

pytestmark = pytest.mark.usefixtures("db", "own_stores", "synced")

CHANGES: dict[str, Any] = {
    "outages": lambda: models.Outage.objects.update(customers_out=1),
    "work_orders": lambda: models.WorkOrder.objects.update(status="ON_HOLD"),
    "crews": lambda: models.Crew.objects.update(status="OFF_DUTY"),
    "circuits": lambda: models.CircuitStatus.objects.update(customers_out=17),
    "service_areas": lambda: models.CircuitStatus.objects.update(customers_out=17),
    "vegetation_risk": lambda: models.TreeRisk.objects.update(level="HIGH"),
}


def layer_of(key: str) -> MapLayer:
    layer = find_layer(key)
    assert layer is not None
    return layer


@pytest.fixture
def rows() -> None:
    factories.make_outage()
    factories.make_work_order()
    factories.make_crew()
    make_tree_risk()
    refresh_status()


@pytest.mark.parametrize("key", CHANGES)
def test_a_change_without_a_sync_changes_what_clients_are_told(key: str, rows: None, viewer: Any) -> None:
    layer = layer_of(key)
    before = tile_version(layer, viewer), layer_version(layer=layer, user=viewer)
    again = tile_version(layer, viewer), layer_version(layer=layer, user=viewer)

    CHANGES[key]()

    after = tile_version(layer, viewer), layer_version(layer=layer, user=viewer)
    assert before == again
    assert after[0].text != before[0].text
    assert after[1] != before[1]


@pytest.mark.parametrize("key", ["circuits", "service_areas"])
def test_the_cells_of_circuits_do_not_follow_their_state(key: str, rows: None) -> None:
    layer = layer_of(key)
    before = sources_version(layer)

    CHANGES[key]()

    assert sources_version(layer) == before


def test_a_state_computed_anew_without_a_change_keeps_the_version(rows: None, viewer: Any) -> None:
    layer = layer_of("circuits")
    before = tile_version(layer, viewer).text

    refresh_status()

    assert tile_version(layer, viewer).text == before


def test_every_live_layer_whose_rows_operators_or_jobs_change_is_watched() -> None:
    changing = {layer.key for layer in LAYERS if layer.changing_tables}

    assert changing == CHANGES.keys()
    unwatched = {layer.key for layer in LAYERS if layer.tiles.is_live} - changing
    assert unwatched == {"weather_stations"}, "weather changes by syncs alone"
    assert {layer.key for layer in COLUMN_LAYERS if layer.tiles.is_live} == {"outages"}
