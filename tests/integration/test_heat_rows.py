"""Heatmaps from the rows that are kept equal those read for one question, cell by cell."""

import math
import random
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flux_site.api.errors import FluxError
from grid import models
from grid.selectors.data_versions import data_versions
from grid.selectors.spatial import heatmap, placed_rows
from grid.selectors.spatial.areas import AreaSpec, Circle, Corridor
from grid.selectors.spatial.clusters import SUBJECTS
from grid.selectors.spatial.measures import MEASURES, HeatMeasure
from grid.selectors.spatial.readiness import make_heatmaps_ready
from tests.factories.grid import grant_zone, make_pole, make_transformer_load
from tests.scattered import CENTRE, SPREAD_DEG, Scattered, scatter

pytestmark = pytest.mark.usefixtures("db", "own_stores", "synced")

WEST, SOUTH = CENTRE[0] - SPREAD_DEG, CENTRE[1] - SPREAD_DEG
SHARE = st.floats(0.0, 1.0)


@pytest.fixture
def scattered() -> Scattered:
    placed_rows.forget_rows()
    made = scatter()
    rng = random.Random(5)
    for unit in made.transformers[::2]:
        make_transformer_load(transformer=unit, load_kva=rng.uniform(1, 90), energy_kwh=rng.uniform(1, 80))
    return made


def place(across: float, up: float) -> tuple[float, float]:
    return WEST + 2 * SPREAD_DEG * across, SOUTH + 2 * SPREAD_DEG * up


@st.composite
def areas(draw: st.DrawFn) -> AreaSpec | None:
    kind = draw(st.sampled_from(["none", "circle", "bbox", "polygon", "corridor"]))
    lon, lat = place(draw(SHARE), draw(SHARE))
    other_lon, other_lat = place(draw(SHARE), draw(SHARE))
    if kind == "circle":
        return AreaSpec(circle=Circle(lon=lon, lat=lat, radius_m=draw(st.floats(1.0, 6_000.0))))
    if kind == "bbox":
        return AreaSpec(
            bbox=[lon, lat, lon + 0.001 + abs(lon - other_lon), lat + 0.001 + abs(lat - other_lat)]
        )
    if kind == "polygon":
        inner = [[lon + dx / 4, lat + dy / 4] for dx, dy in ((0.01, 0.01), (0.02, 0.01), (0.01, 0.02))]
        outer = [[lon, lat], [lon + 0.02, lat], [lon, lat + 0.02], [lon, lat]]
        return AreaSpec(polygon={"type": "Polygon", "coordinates": [outer, [*inner, inner[0]]]})
    if kind == "corridor":
        return AreaSpec(corridor=Corridor(path=[[lon, lat], [other_lon, other_lat + 0.001]], width_m=800.0))
    return None


def read_anew(measure: HeatMeasure, resolution: int, area: AreaSpec | None, user: Any) -> heatmap.Heatmap:
    """Return the heatmap from rows that PostGIS finds for this question."""
    return heatmap.read_anew(measure=measure, resolution=resolution, area=area, limit=5000, user=user)


def assert_same(found: heatmap.Heatmap, expected: heatmap.Heatmap) -> None:
    def by_cell(answer: heatmap.Heatmap) -> dict[str, tuple[int, int]]:
        return {each.cell: (each.row_count, each.known_count) for each in answer.cells}

    assert by_cell(found) == by_cell(expected)
    assert (found.cell_count, found.row_count) == (expected.cell_count, expected.row_count)
    values, others = (
        {each.cell: math.nan if each.value is None else each.value for each in answer.cells}
        for answer in (found, expected)
    )
    # Sums of the same numbers in another order differ in their last digit.
    assert values == pytest.approx(others, rel=1e-12, nan_ok=True)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    area=areas(),
    measure=st.sampled_from(
        [HeatMeasure.METERS, HeatMeasure.CUSTOMERS, HeatMeasure.LOADING, HeatMeasure.PEAK_LOADING]
    ),
    resolution=st.integers(3, 11),
    is_limited=st.booleans(),
)
def test_kept_rows_give_the_heatmap_that_reading_them_gives(
    scattered: Scattered,
    make_user: Callable[..., User],
    area: AreaSpec | None,
    measure: HeatMeasure,
    resolution: int,
    is_limited: bool,
) -> None:
    name = "limited" if is_limited else "free"
    user = User.objects.filter(username=name).first() or make_user(roles=("viewer",), username=name)
    if is_limited and not user.zone_grants.exists():  # type: ignore[attr-defined]
        grant_zone(user=user, zone=scattered.zones[0])
        user = User.objects.get(pk=user.pk)

    try:
        expected = read_anew(measure, resolution, area, user)
    except FluxError as error:
        with pytest.raises(type(error)):
            heatmap.heatmap(measure=measure, resolution=resolution, area=area, limit=5000, user=user)
        return

    found = heatmap.heatmap(measure=measure, resolution=resolution, area=area, limit=5000, user=user)
    assert_same(found, expected)


def test_a_point_on_the_edge_of_a_circle_is_where_postgis_has_it(scattered: Scattered, viewer: User) -> None:
    meter = scattered.meters[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_Distance(location::geography, ST_SetSRID(ST_MakePoint(%s, %s), 4326)::geography) "
            "FROM grid_meter WHERE id = %s",
            [*CENTRE, meter.pk],
        )
        (distance_m,) = cursor.fetchone()

    for radius_m in (distance_m - 1e-3, distance_m, distance_m + 1e-3):
        area = AreaSpec(circle=Circle(lon=CENTRE[0], lat=CENTRE[1], radius_m=radius_m))
        found = heatmap.heatmap(measure=HeatMeasure.METERS, resolution=11, area=area, limit=5000, user=viewer)
        assert_same(found, read_anew(HeatMeasure.METERS, 11, area, viewer))


def ask(measure: HeatMeasure, user: User) -> tuple[heatmap.Heatmap, list[str]]:
    """Return the heatmap and the statements that read it."""
    statements: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        found = heatmap.heatmap(measure=measure, resolution=7, area=None, limit=5000, user=user)
    return found, statements


def test_the_second_question_reads_no_row_and_a_change_is_in_the_next(
    scattered: Scattered, viewer: User
) -> None:
    ask(HeatMeasure.LOADING, viewer)
    again, statements = ask(HeatMeasure.LOADING, viewer)
    assert not [sql for sql in statements if 'FROM "grid_transformer"' in sql]

    models.TransformerLoad.objects.update(load_kva=75.0)
    after, _ = ask(HeatMeasure.LOADING, viewer)

    assert again.maximum != after.maximum
    assert after.maximum == after.minimum == pytest.approx(100 * 75.0 / 50.0)


def test_another_process_takes_the_rows_from_redis(scattered: Scattered, viewer: User) -> None:
    first, _ = ask(HeatMeasure.CUSTOMERS, viewer)
    placed_rows.forget_rows()

    second, statements = ask(HeatMeasure.CUSTOMERS, viewer)

    assert not [sql for sql in statements if 'FROM "grid_customer"' in sql]
    assert second == first


def test_what_a_sync_changed_is_made_ready(scattered: Scattered, viewer: User) -> None:
    ready = make_heatmaps_ready({"customers", "zones"})

    assert ready == ["measure-CUSTOMERS", "clustered-CRITICAL_CUSTOMERS"]
    assert make_heatmaps_ready({"customers"}) == []
    _, statements = ask(HeatMeasure.CUSTOMERS, viewer)
    assert not [sql for sql in statements if 'FROM "grid_customer"' in sql]


def test_too_many_rows_are_not_kept(
    scattered: Scattered, viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_pole()
    monkeypatch.setattr(placed_rows, "planned_rows", lambda _: heatmap.MOST_ROWS + 1)

    found, statements = ask(HeatMeasure.METERS, viewer)

    assert [sql for sql in statements if 'FROM "grid_meter"' in sql]
    assert found.row_count == len(scattered.meters)


def test_every_table_that_is_read_is_watched(db: None) -> None:
    for source in (*MEASURES.values(), *SUBJECTS.values()):
        tables = placed_rows.tables_of(source)
        assert {each._meta.db_table for each in source.models} <= set(tables)
        assert data_versions(tables) is not None, source.name
    assert placed_rows.tables_of(MEASURES[HeatMeasure.CUSTOMERS_OUT]) == (
        "grid_outage",
        "grid_outageinterruption",
        "grid_transformer",
    )


def test_no_more_is_kept_in_a_process_than_there_is_room_for(
    scattered: Scattered, viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placed_rows, "MAX_KEPT_BYTES", 1)

    for measure in (HeatMeasure.METERS, HeatMeasure.CUSTOMERS):
        ask(measure, viewer)

    assert list(placed_rows._kept._rows) == ["measure-CUSTOMERS"]
