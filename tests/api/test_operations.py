"""Map layers, search, sync layers, the site and the health of the services."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import GEOSGeometry, Point
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from flux_site.jobs.models import Job
from grid import models
from grid.layers import LAYERS as SYNC_LAYERS
from grid.warehouse import Warehouse
from tests.clients import Api
from tests.factories import grid as factories
from tests.factories.surroundings import make_building, make_water_body
from tests.factories.sync import make_sync_layer, make_sync_run

START = """mutation ($input: StartSyncInput!) { startSync(input: $input) { __typename
    ... on Job { jobId kind status title inputs owner } ... on OperationInfo { code field message } } }"""
PAUSE = """mutation ($input: PauseSyncLayerInput!) { pauseSyncLayer(input: $input) { __typename
    ... on SyncLayer { key isPaused status } ... on OperationInfo { code field } } }"""


def test_map_layers_say_where_their_rows_are_and_how_fresh(viewer_api: Api) -> None:
    make_sync_layer(key="substations", row_count=1234, synced_at="2026-06-01T12:00:00Z", source_version="abc")

    layers = viewer_api.data(
        """{ mapLayers { key title geometryKind minZoom maxZoom columnsUrl url rowCount
             syncedAt status dataVersion
             permission legend { label color minimum value } } }"""
    )["mapLayers"]

    assert [layer["key"] for layer in layers] == [
        "substations", "branches", "plants", "buses",
        "circuits", "lines", "switches", "transformers", "poles", "meters", "customers",
        "outages", "work_orders", "crews", "service_areas", "weather_stations",
        "vegetation", "vegetation_risk", "buildings", "water_bodies", "flood_zones",
    ]  # fmt: skip
    first, second = layers[0], layers[1]
    assert len(first.pop("legend")) == 7
    assert first == {
        "key": "substations",
        "title": "Substations",
        "geometryKind": "POINT",
        "minZoom": 0.0,
        "maxZoom": 24.0,
        "columnsUrl": "/columns/substations",
        "url": "/columns/substations",
        "rowCount": 1234,
        "syncedAt": "2026-06-01T12:00:00+00:00",
        "status": "STALE",
        "dataVersion": "abc",
        "permission": "grid.view_substation",
    }
    assert (second["rowCount"], second["syncedAt"], second["status"]) == (None, None, "NEVER_SYNCED")
    with_columns = [layer for layer in layers if layer["columnsUrl"] is not None]
    assert len(with_columns) == 8
    for layer in with_columns:
        is_filled = layer["key"] == "substations"
        assert viewer_api.get(layer["columnsUrl"]).status_code == (200 if is_filled else 503)


def test_map_layers_leave_out_what_the_user_may_not_see(make_user: Callable[..., User]) -> None:
    api = Api(make_user("grid.view_pole", "grid.view_outage"))

    layers = api.data("{ mapLayers { key } }")["mapLayers"]

    assert [layer["key"] for layer in layers] == ["poles", "outages"]


@pytest.mark.usefixtures("synced")
def test_search_finds_ids_by_their_start_and_names_by_any_part(viewer_api: Api) -> None:
    substation = factories.make_substation(
        id="SUB-77001", name="Willow Creek", location="SRID=4326;POINT(-95.5 29.25)"
    )
    circuit = factories.make_circuit(id="CKT-77002", name="Willow 12", substation=substation)
    factories.make_substation(id="SUB-99", name="Oak")
    query = "query ($t: String!) { search(text: $t) { assetId kind title lon lat } }"

    found = viewer_api.data(query, t="  willow ")["search"]

    place = {"lon": -95.5, "lat": 29.25}
    assert found == [
        {"assetId": "SUB-77001", "kind": "Substation", "title": "Willow Creek", **place},
        {"assetId": circuit.pk, "kind": "Circuit", "title": "Willow 12", **place},
    ]
    assert [hit["assetId"] for hit in viewer_api.data(query, t="sub-770")["search"]] == ["SUB-77001"]
    assert viewer_api.data(query, t="77001") == {"search": []}


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (factories.make_substation, "Substation"),
        (factories.make_circuit, "Circuit"),
        (factories.make_transformer, "Transformer"),
        (factories.make_branch, "Branch"),
        (factories.make_meter, "Meter"),
        (factories.make_switch, "Switch"),
        (make_water_body, "WaterBody"),
        (make_building, "Building"),
    ],
)
@pytest.mark.usefixtures("synced")
def test_search_finds_each_kind_by_its_id(viewer_api: Api, make: Callable[..., Any], kind: str) -> None:
    row = make(id="FIND-ME")

    (hit,) = viewer_api.data('{ search(text: "find-me") { assetId kind title subtitle lon lat } }')["search"]

    assert (hit["assetId"], hit["kind"]) == (row.pk, kind)
    assert hit["title"]
    assert hit["subtitle"]
    assert -180 <= hit["lon"] <= 180
    assert -90 <= hit["lat"] <= 90


@pytest.mark.usefixtures("synced")
def test_search_finds_water_by_its_name_at_a_point_of_it(viewer_api: Api) -> None:
    ring = "POLYGON((-95.5 29.5, -95.4 29.5, -95.4 29.6, -95.5 29.6, -95.5 29.5))"
    make_water_body(id="WATER-1", name="Lake Alder", outline=f"SRID=4326;{ring}")

    (hit,) = viewer_api.data('{ search(text: "alder") { assetId kind title lon lat } }')["search"]

    assert (hit["assetId"], hit["kind"], hit["title"]) == ("WATER-1", "WaterBody", "Lake Alder")
    assert -95.5 < hit["lon"] < -95.4
    assert 29.5 < hit["lat"] < 29.6


@pytest.mark.usefixtures("synced")
def test_search_finds_a_building_by_its_id_at_a_point_of_it(
    viewer_api: Api, make_user: Callable[..., User]
) -> None:
    corner = (
        "POLYGON((-95.5 29.5, -95.4 29.5, -95.4 29.51, -95.49 29.51, -95.49 29.6, -95.5 29.6, -95.5 29.5))"
    )
    outline = GEOSGeometry(corner, srid=4326)  # L-shaped: its centroid lies outside
    make_building(id="BLDG-42-7", building_use=None, footprint_m2=1234.4, outline=outline)
    make_building(id="BLDG-43-1")
    query = "query ($t: String!) { search(text: $t) { assetId kind title subtitle lon lat } }"

    for text in ("BLDG-42", "bldg-42-7"):
        (hit,) = viewer_api.data(query, t=text)["search"]
        assert (hit["assetId"], hit["kind"], hit["title"]) == ("BLDG-42-7", "Building", "BLDG-42-7")
        assert hit["subtitle"] == "Use unknown, 1,234 m²"
        assert outline.contains(Point(hit["lon"], hit["lat"], srid=4326))
    assert len(viewer_api.data(query, t="BLDG-")["search"]) == 2
    assert viewer_api.data(query, t="42-7") == {"search": []}
    assert Api(make_user("grid.view_pole")).data(query, t="BLDG-") == {"search": []}


@pytest.mark.usefixtures("synced")
def test_buildings_come_after_everything_else(viewer_api: Api) -> None:
    make_building(id="CKT-IN")
    circuit = factories.make_circuit(id="CKT-OUT")
    query = 'query ($n: Int!) { search(text: "CKT-", first: $n) { assetId } }'

    assert [hit["assetId"] for hit in viewer_api.data(query, n=2)["search"]] == [circuit.pk, "CKT-IN"]
    assert [hit["assetId"] for hit in viewer_api.data(query, n=1)["search"]] == [circuit.pk]


@pytest.mark.usefixtures("synced")
def test_search_leaves_out_what_the_user_may_not_see(make_user: Callable[..., User]) -> None:
    factories.make_substation(name="Willow")
    factories.make_circuit(name="Willow")
    api = Api(make_user("grid.view_circuit"))

    assert [hit["kind"] for hit in api.data('{ search(text: "Willow") { kind } }')["search"]] == ["Circuit"]


@pytest.mark.usefixtures("synced")
def test_search_reads_signs_as_they_are(viewer_api: Api) -> None:
    factories.make_substation(name="100% _Oak_ \\ Street")
    query = "query ($t: String!) { search(text: $t) { title } }"

    for text in ("0% _", "_Oak_", "\\ St"):
        assert len(viewer_api.data(query, t=text)["search"]) == 1
    assert viewer_api.data(query, t="%%") == {"search": []}
    assert viewer_api.data(query, t="__") == {"search": []}


@pytest.mark.usefixtures("synced")
def test_search_returns_as_many_as_asked(viewer_api: Api) -> None:
    for _ in range(3):
        factories.make_substation(name="Willow")
    query = 'query ($n: Int!) { search(text: "Willow", first: $n) { assetId } }'

    assert [len(viewer_api.data(query, n=n)["search"]) for n in (1, 2, 3, 50)] == [1, 2, 3, 3]


@pytest.mark.parametrize(
    ("variables", "field"),
    [
        ({"t": ""}, "text"),
        ({"t": " a "}, "text"),
        ({"t": "ab", "n": 0}, "first"),
        ({"t": "ab", "n": -1}, "first"),
        ({"t": "ab", "n": 51}, "first"),
    ],
)
def test_a_bad_search_names_its_field(viewer_api: Api, variables: dict[str, Any], field: str) -> None:
    query = "query ($t: String!, $n: Int! = 10) { search(text: $t, first: $n) { assetId } }"

    assert viewer_api.error(query, **variables)["extensions"] == {"code": "BAD_INPUT", "field": field}


@pytest.mark.usefixtures("synced")
def test_a_search_for_a_null_character_is_bad_input(viewer_api: Api) -> None:
    code = viewer_api.code("query ($t: String!) { search(text: $t) { assetId } }", t="ab\x00")

    assert code == "BAD_INPUT"


def test_sync_layers_show_the_state_of_each(viewer_api: Api, warehouse: Warehouse) -> None:
    make_sync_layer(
        key="substations", row_count=5, reject_count=2, synced_at=timezone.now() - timedelta(minutes=10)
    )
    make_sync_run(layer=models.SyncLayer.objects.get(pk="substations"))
    make_sync_layer(key="buses", is_paused=True)
    failed = make_sync_layer(key="branches", synced_at=None, row_count=None, reject_count=None)
    make_sync_run(layer=failed, status="FAILED", error_message="The source has no rows.")

    layers = viewer_api.data(
        """{ syncLayers { key title status rowCount rejectCount syncedAt ageS lastRunAt lastError isPaused
             sourceVersion } }"""
    )["syncLayers"]

    assert [layer["key"] for layer in layers] == list(SYNC_LAYERS)
    found = {layer["key"]: layer for layer in layers}
    assert (found["substations"]["rowCount"], found["substations"]["rejectCount"]) == (5, 2)
    assert found["substations"]["ageS"] == pytest.approx(600, abs=60)
    assert found["substations"]["lastError"] is None
    assert (found["buses"]["status"], found["buses"]["isPaused"]) == ("PAUSED", True)
    assert (found["branches"]["status"], found["branches"]["lastError"]) == (
        "FAILED",
        "The source has no rows.",
    )
    assert (found["plants"]["status"], found["plants"]["rowCount"], found["plants"]["ageS"]) == (
        "NEVER_SYNCED",
        None,
        None,
    )


def test_sync_layers_tell_how_changed_rows_are_found_and_why_all_were_read(
    viewer_api: Api, warehouse: Warehouse
) -> None:
    moment = timezone.now()
    outages = make_sync_layer(key="outages", watermark_at=moment)
    make_sync_run(layer=outages, mode="FULL", fallback_reason="PROOF_FAILED")
    make_sync_run(layer=make_sync_layer(key="meters"), mode="CHANGES")
    every_minute = IntervalSchedule.objects.create(every=1, period="minutes")
    PeriodicTask.objects.create(
        name="a schedule",
        task="grid.sync_scheduled",
        interval=every_minute,
        kwargs='{"layers": ["meters", "buses"]}',
        last_run_at=moment,
    )
    make_sync_layer(key="buses", is_paused=True)

    layers = viewer_api.data(
        "{ syncLayers { key mode lastRunMode lastFallbackReason watermarkAt nextRunAt } }"
    )["syncLayers"]

    found = {layer.pop("key"): layer for layer in layers}
    next_run_at = datetime.fromisoformat(found["meters"].pop("nextRunAt"))
    assert abs(next_run_at - moment - timedelta(minutes=1)) < timedelta(seconds=20)
    assert found["meters"] == {
        "mode": "CHANGES",
        "lastRunMode": "CHANGES",
        "lastFallbackReason": None,
        "watermarkAt": None,
    }
    assert found["outages"] == {
        "mode": "WATERMARK",
        "lastRunMode": "FULL",
        "lastFallbackReason": "PROOF_FAILED",
        "watermarkAt": moment.isoformat(),
        "nextRunAt": None,
    }
    assert (found["zones"]["mode"], found["zones"]["lastRunMode"]) == ("FULL", None)
    assert found["buses"]["nextRunAt"] is None


@pytest.mark.parametrize("asset", ["substations", "circuits", "weather", "workOrders"])
def test_a_list_whose_layer_was_never_synced_says_so_and_is_not_empty(viewer_api: Api, asset: str) -> None:
    error = viewer_api.error(f"{{ {asset} {{ totalCount }} }}")

    assert error["extensions"] == {"code": "NEVER_SYNCED"}
    assert "sync" in error["message"]


def test_every_list_of_assets_knows_its_layer(viewer_api: Api) -> None:
    from tests.api.asset_classes import ASSET_CLASSES

    for asset_class in ASSET_CLASSES:
        assert viewer_api.code(f"{{ {asset_class.root} {{ totalCount }} }}") == "NEVER_SYNCED"
        make_sync_layer(key=asset_class.layer)
        assert viewer_api.data(f"{{ {asset_class.root} {{ totalCount }} }}")
        models.SyncLayer.objects.all().delete()


def test_a_list_records_the_backend_that_answered(viewer_api: Api, synced: None) -> None:
    answer = viewer_api.run("{ substations { totalCount } buses { totalCount } }")

    uses = answer["extensions"]["backends"]
    assert [(use["field"], use["backend"]) for use in uses] == [
        ("substations", "postgis"),
        ("buses", "postgis"),
    ]
    assert all(use["ms"] > 0 for use in uses)


def test_starting_a_sync_queues_a_job_once_committed(
    operator_api: Api, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as sent:
        answer = operator_api.data(START, input={"layers": ["buses", "substations"], "force": True})[
            "startSync"
        ]

    job = Job.objects.get()
    assert answer == {
        "__typename": "Job",
        "jobId": str(job.pk),
        "kind": "grid.sync",
        "status": "QUEUED",
        "title": "Sync of substations, buses",
        "inputs": {"layers": ["substations", "buses"], "force": True, "only_stale": False},
        "owner": "omar",
    }
    assert len(sent) == 1


def test_without_names_every_layer_is_synced(operator_api: Api) -> None:
    answer = operator_api.data(START, input={})["startSync"]

    assert answer["inputs"]["layers"] == list(SYNC_LAYERS)


@pytest.mark.parametrize("layers", [["volcanoes"], ["substations", "volcanoes"], [], [""]])
def test_an_unknown_layer_starts_nothing(operator_api: Api, layers: list[str]) -> None:
    answer = operator_api.data(START, input={"layers": layers})["startSync"]

    assert (answer["__typename"], answer["code"], answer["field"]) == ("OperationInfo", "BAD_INPUT", "layers")
    assert Job.objects.count() == 0


def test_a_layer_is_paused_and_resumed(operator_api: Api) -> None:
    for is_paused in (True, False):
        answer = operator_api.data(PAUSE, input={"layer": "buses", "isPaused": is_paused})["pauseSyncLayer"]

        status = "PAUSED" if is_paused else "NEVER_SYNCED"
        assert answer == {"__typename": "SyncLayer", "key": "buses", "isPaused": is_paused, "status": status}
        assert models.SyncLayer.objects.get(pk="buses").is_paused is is_paused


def test_pausing_an_unknown_layer_writes_nothing(operator_api: Api) -> None:
    answer = operator_api.data(PAUSE, input={"layer": "volcanoes", "isPaused": True})["pauseSyncLayer"]

    assert answer == {"__typename": "OperationInfo", "code": "BAD_INPUT", "field": "layer"}
    assert models.SyncLayer.objects.count() == 0


def test_the_site_tells_what_a_map_needs(viewer_api: Api, settings: Any) -> None:
    settings.TERRITORY_NAME, settings.TERRITORY_BBOX = "Denver", (-105.5, 39.0, -104.0, 40.5)
    settings.IS_TERRITORY_GIVEN = True
    settings.TIME_ZONE, settings.MAP_STYLE_URL = "America/Denver", "https://maps.example/style.json"

    asked = "{ site { territoryName territoryBbox isTerritoryGiven timeZone mapStyleUrl } }"
    assert viewer_api.data(asked)["site"] == {
        "territoryName": "Denver",
        "territoryBbox": [-105.5, 39.0, -104.0, 40.5],
        "isTerritoryGiven": True,
        "timeZone": "America/Denver",
        "mapStyleUrl": "https://maps.example/style.json",
    }


def test_health_is_degraded_without_a_warehouse(anonymous_api: Api) -> None:
    health = anonymous_api.data("{ health { status services { name isUp latencyMs } } }")["health"]

    found = {each["name"]: each for each in health["services"]}
    assert health["status"] == "DEGRADED"
    assert (found["postgis"]["isUp"], found["redis"]["isUp"], found["warehouse"]["isUp"]) == (
        True,
        True,
        False,
    )
    assert found["warehouse"]["latencyMs"] is None
    assert found["postgis"]["latencyMs"] > 0


def test_the_probe_of_load_balancers_asks_the_vital_services(
    anonymous_api: Api, warehouse: Warehouse
) -> None:
    response = anonymous_api.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {
        "status": "OK",
        "services": {"postgis": True, "redis": True, "warehouse": True},
    }
