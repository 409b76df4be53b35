"""Feeders as columns: the same feeders as the lists say, for whoever may see them, from either store."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grid import models
from grid.schema.feeders import kept_columns
from grid.schema.kept_columns import KeptColumns
from grid.selectors.feeders import great_circle_km
from tests.clients import Api
from tests.factories import grid as factories

COLUMNS = "count id circuitId substationId fromLat fromLon toLat toLon ratedKva loadingPct distanceKm"
QUERY = f"""query ($substation: String, $circuit: String) {{
    feederColumns(substationId: $substation, circuitId: $circuit) {{ {COLUMNS} }} }}"""
ONE_BY_ONE = """{ transformers(first: 50) { edges { node { assetId ratedKva lat lon latestLoad { loadingPct }
    circuit { assetId substation { assetId lat lon } } } } } }"""


@pytest.fixture
def grid(synced: None) -> list[models.Transformer]:
    transformers = []
    for zone in (factories.make_zone(), factories.make_zone()):
        for _ in range(2):
            circuit = factories.make_circuit(substation=factories.make_substation(zone=zone))
            transformers += [factories.make_transformer(circuit=circuit) for _ in range(2)]
    factories.make_transformer_load(transformer=transformers[0])
    return transformers


def feeders_of(answer: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Return the feeders by transformer, checking that all columns are of one length."""
    columns = dict(answer["feederColumns"])
    count = columns.pop("count")
    assert all(len(column) == count for column in columns.values())
    return {row[0]: row[1:] for row in zip(*columns.values(), strict=True)}


def haversine_km(lat_1: float, lon_1: float, lat_2: float, lon_2: float) -> float:
    """Return the distance by the spherical law of cosines, another formula than the one under test."""
    a, b, c = math.radians(lat_1), math.radians(lat_2), math.radians(lon_2 - lon_1)
    return 6371.0088 * math.acos(
        min(1.0, math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(c))
    )


def test_the_columns_say_what_the_list_says(viewer_api: Api, grid: list[models.Transformer]) -> None:
    feeders = feeders_of(viewer_api.data(QUERY))

    edges = viewer_api.data(ONE_BY_ONE)["transformers"]["edges"]
    assert len(feeders) == len(edges) == len(grid)
    for node in (edge["node"] for edge in edges):
        substation = node["circuit"]["substation"]
        load = node["latestLoad"]
        *same, distance_km = feeders[node["assetId"]]
        assert same == [
            node["circuit"]["assetId"],
            substation["assetId"],
            substation["lat"],
            substation["lon"],
            node["lat"],
            node["lon"],
            node["ratedKva"],
            None if load is None else load["loadingPct"],
        ]
        expected = haversine_km(substation["lat"], substation["lon"], node["lat"], node["lon"])
        assert distance_km == pytest.approx(expected, abs=1e-3)
    assert [load for *_, load, _ in feeders.values()].count(None) == len(grid) - 1


def test_a_quarter_of_the_equator_is_a_quarter_of_the_circumference() -> None:
    import numpy as np

    zero, quarter = np.array([0.0]), np.array([90.0])

    assert great_circle_km(zero, zero, zero, quarter)[0] == pytest.approx(math.pi / 2 * 6371.0088)
    assert great_circle_km(zero, zero, quarter, zero)[0] == pytest.approx(math.pi / 2 * 6371.0088)


def test_feeders_of_one_substation_or_circuit(viewer_api: Api, grid: list[models.Transformer]) -> None:
    first = grid[0]
    siblings = {each.pk for each in grid if each.circuit_id == first.circuit_id}

    assert set(feeders_of(viewer_api.data(QUERY, circuit=first.circuit_id))) == siblings
    assert set(feeders_of(viewer_api.data(QUERY, substation=first.substation_id))) == siblings
    assert feeders_of(viewer_api.data(QUERY, circuit="CKT-unknown")) == {}


def test_a_user_limited_to_a_zone_sees_its_feeders(
    make_user: Callable[..., Any], grid: list[models.Transformer]
) -> None:
    user = make_user(roles=("viewer",))
    factories.grant_zone(user=user, zone=grid[0].zone)

    feeders = feeders_of(Api(user).data(QUERY))

    assert set(feeders) == {each.pk for each in grid if each.zone_id == grid[0].zone_id}


def test_a_feeder_whose_circuit_lies_in_another_zone_is_not_shown(
    make_user: Callable[..., Any], grid: list[models.Transformer]
) -> None:
    user = make_user(roles=("viewer",))
    factories.grant_zone(user=user, zone=grid[0].zone)
    models.Circuit.objects.filter(pk=grid[0].circuit_id).update(zone=grid[-1].zone)

    feeders = feeders_of(Api(user).data(QUERY))

    gone = {each.pk for each in grid if each.circuit_id == grid[0].circuit_id}
    assert set(feeders) == {each.pk for each in grid if each.zone_id == grid[0].zone_id} - gone


@pytest.mark.parametrize("missing", ["transformer", "circuit", "substation"])
def test_each_permission_is_needed(make_user: Callable[..., Any], grid: Any, missing: str) -> None:
    kinds = {"transformer", "circuit", "substation"} - {missing}
    api = Api(make_user(*(f"grid.view_{kind}" for kind in kinds)))

    assert api.code(QUERY) == "PERMISSION_DENIED"


def test_nothing_is_an_empty_column(viewer_api: Api, synced: None) -> None:
    assert feeders_of(viewer_api.data(QUERY)) == {}


def test_the_loads_matter_only_if_they_are_selected(viewer_api: Api, grid: Any) -> None:
    models.SyncLayer.objects.filter(pk="transformer_load").update(synced_at=None)

    plain = viewer_api.run("{ feederColumns { id ratedKva } }")["extensions"]["backends"]
    loaded = viewer_api.run("{ feederColumns { id loadingPct } }")["extensions"]["backends"]

    assert plain[0]["fallbackReason"] is None
    assert "never synced: transformer_load" in loaded[0]["fallbackReason"]


def rows_of(api: Api) -> dict[str, tuple[Any, ...]]:
    return feeders_of(api.data(QUERY))


CHANGES: dict[str, Callable[[list[models.Transformer]], Any]] = {
    "rating": lambda rows: models.Transformer.objects.filter(pk=rows[0].pk).update(rated_kva=999.0),
    "new": lambda rows: factories.make_transformer(circuit=rows[0].circuit),
    "deleted": lambda rows: models.Transformer.objects.filter(pk=rows[-1].pk).delete(),
    "load": lambda rows: models.TransformerLoad.objects.update(loading_pct=12.5),
    "no load": lambda rows: models.TransformerLoad.objects.all().delete(),
    "a first load": lambda rows: factories.make_transformer_load(transformer=rows[1]),
    "place of the substation": lambda rows: models.Substation.objects.filter(pk=rows[0].substation_id).update(
        location=rows[0].location
    ),
    "zone of a circuit": lambda rows: models.Circuit.objects.filter(pk=rows[0].circuit_id).update(
        zone=rows[-1].zone
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_columns_that_are_kept_are_read_anew_after_any_change(
    viewer: Any,
    viewer_api: Api,
    grid: list[models.Transformer],
    change: Callable[[list[models.Transformer]], Any],
) -> None:
    factories.grant_zone(user=viewer, zone=grid[0].zone)
    before = rows_of(viewer_api)
    assert rows_of(viewer_api) == before

    change(grid)

    after = rows_of(viewer_api)
    kept_columns.clear()
    assert after == rows_of(viewer_api)
    assert after != before or change is CHANGES["deleted"]


def test_columns_that_are_kept_are_not_read_again(viewer_api: Api, grid: list[models.Transformer]) -> None:
    rows_of(viewer_api)

    with CaptureQueriesContext(connection) as queries:
        rows_of(viewer_api)

    assert not [each["sql"] for each in queries if "array_agg" in each["sql"]]


def test_columns_are_kept_by_zones(
    make_user: Callable[..., Any], viewer_api: Api, grid: list[models.Transformer]
) -> None:
    limited = make_user(roles=("viewer",))
    factories.grant_zone(user=limited, zone=grid[0].zone)

    assert rows_of(viewer_api).keys() == {row.pk for row in grid}
    assert rows_of(Api(limited)).keys() == {row.pk for row in grid if row.zone_id == grid[0].zone_id}
    assert rows_of(viewer_api).keys() == {row.pk for row in grid}


def test_no_more_columns_are_kept_than_there_is_room_for(grid: list[models.Transformer]) -> None:
    kept = KeptColumns(("grid_transformer",), max_bytes=30)
    read: list[str] = []

    def ask(question: str) -> bytes:
        def columns() -> dict[str, Any]:
            read.append(question)
            return {"id": [question * 10]}

        return kept.get(question, columns).texts["id"]

    assert [ask("a"), ask("a"), ask("b"), ask("a"), ask("c"), ask("a"), ask("b")][0] == b'["aaaaaaaaaa"]'
    assert read == ["a", "b", "c", "b"]


def test_a_table_without_a_version_is_read_each_time(grid: list[models.Transformer]) -> None:
    kept = KeptColumns(("grid_transformer", "grid_zone"))
    answers = iter(([1.0, math.nan], [2.0]))

    assert kept.get("x", lambda: {"y": np.array(next(answers))}).texts == {"y": b"[1.0,null]"}
    assert kept.get("x", lambda: {"y": np.array(next(answers))}).texts == {"y": b"[2.0]"}
