"""Heatmaps, clusters and the summary of the data, against brute force over every row."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import h3
import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import timezone

from grid import models
from tests.clients import Api
from tests.factories.grid import grant_zone, make_outage, make_transformer_load, make_zone
from tests.geodesics import vincenty_m
from tests.scattered import CENTRE, Scattered, scatter

HEAT = """query($measure: HeatMeasure!, $resolution: Int! = 8, $area: AreaInput, $limit: Int! = 5000) {
    heatmap(measure: $measure, resolution: $resolution, area: $area, limit: $limit) {
    measure { key title unit definition } resolution cellCount rowCount minimum maximum
    cells { cell lon lat corners value rowCount knownCount } } }"""
MEASURES = "{ heatmapMeasures { key title unit definition } }"
CLUSTERS = """query($of: Clustered!, $distance: Float! = 200, $least: Int! = 3, $area: AreaInput,
    $first: Int! = 50) { clusters(of: $of, distanceM: $distance, minPoints: $least, area: $area,
    first: $first) {
    pointCount clusteredCount noiseCount clusterCount
    clusters { number count memberIds lon lat extentM hull } } }"""
SUMMARY = """{ dataSummary { key title rowCount countMethod tableBytes indexBytes extent newestChangeAt
    syncedAt } }"""


@pytest.fixture
def scattered(synced: None) -> Scattered:
    return scatter()


def cells_of(rows: list[Any], resolution: int) -> dict[str, list[Any]]:
    found = defaultdict(list)
    for row in rows:
        found[h3.latlng_to_cell(row.location.y, row.location.x, resolution)].append(row)
    return found


def heat(api: Api, measure: str, **more: Any) -> Any:
    return api.data(HEAT, measure=measure, **more)["heatmap"]


@pytest.mark.parametrize("resolution", [3, 7, 9, 11])
def test_each_meter_counts_in_the_cell_that_holds_it(
    scattered: Scattered, viewer_api: Api, resolution: int
) -> None:
    found = heat(viewer_api, "METERS", resolution=resolution)

    expected = {cell: len(rows) for cell, rows in cells_of(scattered.meters, resolution).items()}
    assert {each["cell"]: each["value"] for each in found["cells"]} == expected
    assert all(each["rowCount"] == each["knownCount"] == each["value"] for each in found["cells"])
    assert (found["cellCount"], found["rowCount"]) == (len(expected), len(scattered.meters))
    assert (found["minimum"], found["maximum"]) == (min(expected.values()), max(expected.values()))
    values = [each["value"] for each in found["cells"]]
    assert values == sorted(values, reverse=True)
    first = found["cells"][0]
    assert (first["lat"], first["lon"]) == pytest.approx(h3.cell_to_latlng(first["cell"]))
    corners = list(zip(first["corners"][1::2], first["corners"][::2], strict=True))
    assert [pytest.approx(corner, abs=1e-6) for corner in corners] == list(h3.cell_to_boundary(first["cell"]))


def test_loading_is_load_over_rating_and_null_where_no_load_is_known(
    scattered: Scattered, viewer_api: Api
) -> None:
    loads = {}
    for n, unit in enumerate(scattered.transformers):
        if n % 3:
            loads[unit.pk] = 10.0 + n
            make_transformer_load(transformer=unit, load_kva=loads[unit.pk], energy_kwh=7.0)

    loading = heat(viewer_api, "LOADING", resolution=7)
    use = heat(viewer_api, "METER_USE", resolution=7)

    unknown = 0
    use_of = {each["cell"]: each["value"] for each in use["cells"]}
    for cell in loading["cells"]:
        units = cells_of(scattered.transformers, 7)[cell["cell"]]
        known = [unit for unit in units if unit.pk in loads]
        unknown += not known
        assert (cell["rowCount"], cell["knownCount"]) == (len(units), len(known))
        if known:
            expected = 100 * sum(loads[unit.pk] for unit in known) / (50.0 * len(known))
            assert cell["value"] == pytest.approx(expected)
            assert use_of[cell["cell"]] == pytest.approx(7.0 * len(known))
        else:
            assert cell["value"] is use_of[cell["cell"]] is None
    assert unknown
    assert loading["cells"][-1]["value"] is None


def test_ages_peaks_customers_and_outages_are_what_they_say(scattered: Scattered, viewer_api: Api) -> None:
    outage = make_outage(location=Point(*CENTRE, srid=4326))
    make_outage(location=Point(*CENTRE, srid=4326), status="RESTORED")
    for n, unit in enumerate(scattered.transformers[:3]):
        models.OutageInterruption.objects.create(
            id=f"INT-{n}",
            outage=outage,
            transformer=unit,
            substation_id=unit.substation_id,
            circuit_id=unit.circuit_id,
            zone_id=unit.zone_id,
            customers=n + 1,
            started_at=timezone.now(),
            restored_at=timezone.now() if n == 2 else None,
        )
    units = cells_of(scattered.transformers, 6)

    ages = {each["cell"]: each for each in heat(viewer_api, "TRANSFORMER_AGE", resolution=6)["cells"]}
    peaks = {each["cell"]: each for each in heat(viewer_api, "PEAK_LOADING", resolution=6)["cells"]}
    customers = heat(viewer_api, "CUSTOMERS", resolution=3)["cells"]
    outages = heat(viewer_api, "OUTAGES", resolution=9)["cells"]
    out = heat(viewer_api, "CUSTOMERS_OUT", resolution=3)["cells"]

    year = timezone.localdate().year
    for cell, rows in units.items():
        known = [year - row.install_year for row in rows if row.install_year is not None]
        assert ages[cell]["value"] == (pytest.approx(sum(known) / len(known)) if known else None)
        assert ages[cell]["knownCount"] == len(known)
        assert peaks[cell]["value"] == max(row.peak_loading_pct for row in rows)
    served = sum(each.account_status == "ACTIVE" for each in scattered.customers)
    assert sum(each["value"] for each in customers) == served
    assert [(each["cell"], each["value"]) for each in outages] == [
        (h3.latlng_to_cell(CENTRE[1], CENTRE[0], 9), 1.0)
    ]
    assert sum(each["value"] for each in out) == 1 + 2


def test_every_measure_answers_and_has_a_unit_and_a_definition(scattered: Scattered, viewer_api: Api) -> None:
    measures = viewer_api.data(MEASURES)["heatmapMeasures"]

    assert len(measures) >= 12
    for measure in measures:
        assert measure["unit"]
        assert measure["definition"].endswith(".")
        assert heat(viewer_api, measure["key"])["measure"] == measure


def test_a_heatmap_is_of_the_area_and_lists_no_more_than_asked(scattered: Scattered, viewer_api: Api) -> None:
    circle = {"circle": {"lon": CENTRE[0], "lat": CENTRE[1], "radiusM": 1000.0}}

    whole = heat(viewer_api, "METERS", resolution=9, limit=3)
    part = heat(viewer_api, "METERS", resolution=9, area=circle)

    near = [
        meter
        for meter in scattered.meters
        if vincenty_m(meter.location.x, meter.location.y, *CENTRE) <= 1000.0
    ]
    assert len(whole["cells"]) == 3 < whole["cellCount"]
    assert part["rowCount"] == len(near)
    assert {each["cell"]: each["value"] for each in part["cells"]} == {
        cell: len(rows) for cell, rows in cells_of(near, 9).items()
    }


def test_a_user_of_one_zone_has_a_heatmap_and_clusters_of_it_alone(
    scattered: Scattered, viewer: User, viewer_api: Api
) -> None:
    grant_zone(user=viewer, zone=scattered.zones[0])
    mine = sum(meter.zone_id == "ZONE-A" for meter in scattered.meters)

    assert heat(viewer_api, "METERS")["rowCount"] == mine
    assert viewer_api.data(CLUSTERS, of="METERS")["clusters"]["pointCount"] == mine


def brute_clusters(rows: list[Any], distance_m: float, least: int) -> tuple[set[frozenset[str]], set[str]]:
    """Return the cores by cluster, and what is near no core, comparing every two."""
    near: dict[str, set[str]] = {row.pk: set() for row in rows}
    for row in rows:
        for other in rows:
            if vincenty_m(*row.location.coords, *other.location.coords) <= distance_m:
                near[row.pk].add(other.pk)
    cores = {key for key, others in near.items() if len(others) >= least}
    groups, left = set(), set(cores)
    while left:
        group, edge = set(), {left.pop()}
        while edge:
            group |= edge
            edge = {other for key in edge for other in near[key] if other in cores} - group
        left -= group
        groups.add(frozenset(group))
    noise = {key for key, others in near.items() if not others & cores}
    return groups, noise


@pytest.mark.parametrize(("distance", "least"), [(150.0, 2), (250.0, 4), (400.0, 8)])
def test_clusters_are_those_of_brute_force(
    scattered: Scattered, viewer_api: Api, distance: float, least: int
) -> None:
    found = viewer_api.data(CLUSTERS, of="METERS", distance=distance, least=least, first=250)["clusters"]

    cores, noise = brute_clusters(scattered.meters, distance, least)
    members = [frozenset(each["memberIds"]) for each in found["clusters"]]
    assert len(cores) > 1
    assert found["clusterCount"] == len(members) == len(cores)
    assert found["pointCount"] == len(scattered.meters)
    assert found["noiseCount"] == len(noise)
    # Each cluster has the cores of one; what lies between two clusters may belong to either.
    every_core = frozenset().union(*cores)
    assert {each & every_core for each in members} == cores
    assert frozenset().union(*members) == {meter.pk for meter in scattered.meters} - noise
    assert [each["count"] for each in found["clusters"]] == sorted(map(len, members), reverse=True)

    places = {meter.pk: meter.location.coords for meter in scattered.meters}
    largest = found["clusters"][0]
    spots = [places[key] for key in largest["memberIds"]]
    widest = max(vincenty_m(*one, *other) for one in spots for other in spots)
    assert largest["extentM"] == pytest.approx(widest, rel=1e-4)
    assert largest["lon"] == pytest.approx(sum(x for x, _ in spots) / len(spots))
    assert largest["hull"]["type"] in {"Polygon", "LineString"}


def test_two_things_at_one_place_are_a_cluster_of_no_extent(synced: None, viewer_api: Api) -> None:
    for key in ("OUT-A", "OUT-B"):
        make_outage(id=key, location=Point(*CENTRE, srid=4326))
    make_outage(location=Point(*CENTRE, srid=4326), status="CANCELLED")

    found = viewer_api.data(CLUSTERS, of="ACTIVE_OUTAGES", least=2)["clusters"]

    (cluster,) = found["clusters"]
    assert (cluster["count"], cluster["memberIds"], cluster["extentM"]) == (2, ["OUT-A", "OUT-B"], 0.0)
    assert cluster["hull"]["type"] == "Point"
    assert viewer_api.data(CLUSTERS, of="TREES")["clusters"]["pointCount"] == 0


@pytest.mark.parametrize(
    "of", ["OPEN_WORK_ORDERS", "OVERLOADED_TRANSFORMERS", "CRITICAL_CUSTOMERS", "TRANSFORMERS"]
)
def test_everything_that_may_be_clustered_answers(scattered: Scattered, viewer_api: Api, of: str) -> None:
    make_transformer_load(transformer=scattered.transformers[0], loading_pct=100.5)
    make_transformer_load(transformer=scattered.transformers[1], loading_pct=100.0)

    count = viewer_api.data(CLUSTERS, of=of)["clusters"]["pointCount"]

    assert (
        count
        == {
            "OPEN_WORK_ORDERS": 0,
            "OVERLOADED_TRANSFORMERS": 1,
            "CRITICAL_CUSTOMERS": sum(
                each.critical_kind is not None and each.account_status == "ACTIVE"
                for each in scattered.customers
            ),
            "TRANSFORMERS": len(scattered.transformers),
        }[of]
    )


def test_small_tables_are_counted_and_large_ones_are_not_read(
    scattered: Scattered, viewer_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grid.selectors.spatial import summary

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE grid_meter, grid_customer, grid_linesection")
    before = {each["key"]: each for each in viewer_api.data(SUMMARY)["dataSummary"]}
    monkeypatch.setattr(summary, "COUNTED_UP_TO", 200)
    models.SyncLayer.objects.filter(pk="customers").update(row_count=None)
    after = {each["key"]: each for each in viewer_api.data(SUMMARY)["dataSummary"]}

    assert (before["meters"]["rowCount"], before["meters"]["countMethod"]) == (300, "COUNTED")
    assert (after["meters"]["rowCount"], after["meters"]["countMethod"]) == (10, "AT_LAST_SYNC")
    assert (after["customers"]["rowCount"], after["customers"]["countMethod"]) == (
        len(scattered.customers),
        "ESTIMATED",
    )
    assert before["meters"]["tableBytes"] >= 300 * 100
    assert before["meters"]["indexBytes"] > 0
    # By the index, which still holds rows deleted lately: all rows lie within.
    west, south, east, north = before["meters"]["extent"]
    places = [meter.location for meter in scattered.meters]
    assert -180.0 <= west <= min(place.x for place in places) + 0.002
    assert max(place.x for place in places) - 0.002 <= east <= 180.0
    assert -90.0 <= south <= min(place.y for place in places) + 0.002
    assert max(place.y for place in places) - 0.002 <= north <= 90.0
    assert before["customers"]["extent"] is None
    assert before["meters"]["syncedAt"] == "2026-06-01T12:00:00+00:00"


def test_the_summary_of_a_zone_counts_its_rows_and_tells_no_sizes_of_others(
    scattered: Scattered, viewer: User, viewer_api: Api
) -> None:
    grant_zone(user=viewer, zone=scattered.zones[0])
    make_zone()

    found = {each["key"]: each for each in viewer_api.data(SUMMARY)["dataSummary"]}

    assert found["meters"]["rowCount"] == sum(meter.zone_id == "ZONE-A" for meter in scattered.meters)
    assert found["zones"]["rowCount"] == 1
    for name in ("tableBytes", "indexBytes", "extent"):
        assert found["meters"][name] is None


def test_the_summary_leaves_out_what_one_may_not_see(synced: None, make_user: Callable[..., User]) -> None:
    api = Api(make_user("grid.view_synclayer", "grid.view_pole"))

    assert [each["key"] for each in api.data(SUMMARY)["dataSummary"]] == ["poles"]


@pytest.mark.parametrize(
    ("query", "variables", "field"),
    [
        (HEAT, {"measure": "METERS", "resolution": 2}, "resolution"),
        (HEAT, {"measure": "METERS", "resolution": 12}, "resolution"),
        (HEAT, {"measure": "METERS", "limit": 0}, "limit"),
        (HEAT, {"measure": "METERS", "area": {"bbox": [1, 0, 0, 1]}}, "area.bbox"),
        (CLUSTERS, {"of": "METERS", "distance": 0}, "distanceM"),
        (CLUSTERS, {"of": "METERS", "distance": 1e7}, "distanceM"),
        (CLUSTERS, {"of": "METERS", "least": 1}, "minPoints"),
        (CLUSTERS, {"of": "METERS", "least": 5000}, "minPoints"),
        (CLUSTERS, {"of": "METERS", "first": 0}, "first"),
    ],
)
def test_what_is_out_of_range_is_refused_by_name(
    synced: None, viewer_api: Api, query: str, variables: dict[str, Any], field: str
) -> None:
    error = viewer_api.error(query, **variables)

    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_INPUT", field)


@pytest.mark.parametrize(
    ("query", "variables"),
    [(HEAT, {"measure": "CUSTOMERS"}), (HEAT, {"measure": "LOADING"}), (CLUSTERS, {"of": "METERS"})],
)
def test_each_measure_and_thing_needs_its_permissions(
    synced: None, make_user: Callable[..., User], query: str, variables: dict[str, Any]
) -> None:
    api = Api(make_user("grid.view_transformer", "grid.view_pole"))

    assert api.code(query, **variables) == "PERMISSION_DENIED"


def test_too_many_rows_are_refused_before_they_are_looked_at(
    scattered: Scattered, viewer_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grid.selectors.spatial import clusters, heatmap

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE grid_meter")
    monkeypatch.setattr(heatmap, "MOST_ROWS", 50)
    monkeypatch.setattr(clusters, "MOST_POINTS", 50)

    assert viewer_api.code(HEAT, measure="METERS") == "LIMIT_EXCEEDED"
    assert viewer_api.code(CLUSTERS, of="METERS") == "LIMIT_EXCEEDED"
