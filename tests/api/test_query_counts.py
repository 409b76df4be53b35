"""The number of database queries does not grow with the number of rows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grid import models
from tests.api.asset_classes import ASSET_CLASSES, LOOKED_UP, AssetClass, name_of
from tests.api.selections import select_everything
from tests.clients import Api
from tests.factories import computed, surroundings
from tests.factories import grid as factories
from tests.factories.cascade import make_finished_run, make_scenario
from tests.factories.jobs import make_job

pytestmark = pytest.mark.usefixtures("synced")


def count_queries(api: Api, query: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        api.data(query)
    return len(queries)


def make_tree() -> None:
    """Create a substation with something in each of its nested lists."""
    zone = factories.make_zone()
    substation = factories.make_substation(zone=zone)
    other = factories.make_substation(zone=zone)
    buses = [factories.make_bus(substation=each) for each in (substation, other)]
    factories.make_branch(from_bus=buses[0], to_bus=buses[1])
    factories.make_plant(bus=buses[0])
    circuit = factories.make_circuit(substation=substation)
    line = factories.make_line_section(circuit=circuit)
    switch = factories.make_switch(
        circuit=circuit, line=line, other_circuit=factories.make_circuit(substation=other)
    )
    pole = factories.make_pole(circuit=circuit, line=line)
    transformer = factories.make_transformer(line=line, pole=pole)
    factories.make_transformer_load(transformer=transformer)
    for asset in (
        {"transformer": transformer},
        {"pole": pole},
        {"circuit": circuit},
        {"substation": substation},
    ):
        computed.make_asset_health(**asset)
    meter = factories.make_meter(transformer=transformer, pole=pole)
    factories.make_customer(meter=meter)
    outage = factories.make_outage(circuit=circuit, switch=switch, transformer=transformer)
    factories.make_work_order(circuit=circuit, outage=outage)
    factories.make_weather()
    surroundings.make_tree(zone=zone)
    surroundings.make_building(zone=zone)
    surroundings.make_water_body()
    surroundings.make_flood_zone()


@pytest.mark.parametrize("asset_class", ASSET_CLASSES, ids=name_of)
def test_everything_about_each_class_takes_the_same_queries_for_one_row_and_for_many(
    viewer_api: Api, synced: None, asset_class: AssetClass
) -> None:
    everything = select_everything(asset_class.type_name)
    query = f"{{ {asset_class.root} {{ totalCount edges {{ node {everything} }} }} }}"
    make_tree()
    viewer_api.data(query)  # fills the caches of the process
    one = count_queries(viewer_api, query)

    for _ in range(3):
        make_tree()

    assert count_queries(viewer_api, query) == one


def test_three_levels_of_lists_take_one_query_each(viewer_api: Api, synced: None) -> None:
    query = """{ substations(first: 5) { edges { node { assetId circuits(first: 5) { edges { node { assetId
        transformers(first: 5) { edges { node { assetId meters(first: 5) { edges { node { assetId } } } } } }
    } } } } } } }"""
    make_tree()
    viewer_api.data(query)
    one = count_queries(viewer_api, query)
    for _ in range(3):
        make_tree()

    many = count_queries(viewer_api, query)

    assert many == one
    plain = count_queries(viewer_api, "{ substations(first: 5) { edges { node { assetId } } } }")
    assert many == plain + 3


def test_a_page_of_one_class_takes_one_query_beside_the_access_checks(viewer_api: Api, synced: None) -> None:
    for _ in range(3):
        factories.make_transformer()
    query = "{ transformers(first: 20) { edges { node { assetId name ratedKva lon lat } } } }"
    viewer_api.data(query)

    with CaptureQueriesContext(connection) as queries:
        viewer_api.data(query)

    assert len([each for each in queries if 'FROM "grid_transformer"' in each["sql"]]) == 1
    assert len(queries) <= 8


@pytest.mark.parametrize(
    ("query", "make"),
    [
        (f"{{ jobs {{ totalCount edges {{ node {select_everything('Job', 0)} }} }} }}", make_job),
        ("{ scenarios { totalCount edges { node { name } } } }", make_scenario),
        ("{ cascadeRuns { edges { node { name job { owner } scenario { name } waves { shedMw } } } } }",
         make_finished_run),
    ],
    ids=["jobs", "scenarios", "cascadeRuns"],
)  # fmt: skip
def test_jobs_scenarios_and_runs_take_the_same_queries_for_one_row_and_for_many(
    planner_api: Api, query: str, make: Callable[[], object]
) -> None:
    make()
    planner_api.data(query)
    one = count_queries(planner_api, query)

    for _ in range(3):
        make()

    assert count_queries(planner_api, query) == one


@pytest.mark.parametrize("asset_class", LOOKED_UP, ids=name_of)
def test_a_lookup_takes_the_same_queries_however_many_children_there_are(
    viewer_api: Api, asset_class: AssetClass
) -> None:
    make_tree()
    row = asset_class.make().__class__.objects.order_by("pk")[0]
    query = f'{{ {asset_class.one}(assetId: "{row.pk}") {select_everything(asset_class.type_name)} }}'
    viewer_api.data(query)
    one = count_queries(viewer_api, query)

    for _ in range(3):
        grow(row)

    assert count_queries(viewer_api, query) == one


def grow(row: Any) -> None:
    """Give a row one more of each of the children that it may have."""
    match row:
        case models.Substation():
            factories.make_bus(substation=row)
            factories.make_circuit(substation=row)
        case models.Bus():
            factories.make_plant(bus=row)
        case models.Circuit():
            factories.make_line_section(circuit=row)
            factories.make_switch(circuit=row)
            factories.make_outage(circuit=row)
        case models.Transformer():
            factories.make_meter(transformer=row)
        case models.Meter():
            factories.make_customer(meter=row)
        case models.Outage():
            factories.make_work_order(circuit=row.circuit, outage=row)
