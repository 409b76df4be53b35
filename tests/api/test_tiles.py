"""``/tiles``: who may see what, versions, refusals, limits, and what TileJSON says."""

import base64
import gzip
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from flux_site.api.errors import BadInput
from flux_site.api.tokens import issue
from grid import models
from grid.federation.breakers import postgis_breaker
from grid.selectors.map_layers import LAYERS, find_layer
from grid.selectors.tiles import limits, parse_address
from grid.services.synced import after_sync
from grid.services.tiles import refresh_layer, refresh_tiles
from tests.api.test_zones import make_territory
from tests.clients import Api
from tests.factories import grid as factories
from tests.factories.computed import make_tree_risk
from tests.tiles import decode, features, get_features, tile_of

pytestmark = pytest.mark.usefixtures("synced")

AT = (-95.5, 29.25)
WITHOUT_ROWS = {"crews", "service_areas", "water_bodies", "flood_zones"}


def refresh(key: str) -> None:
    layer = find_layer(key)
    assert layer is not None
    refresh_layer(layer)


@pytest.fixture
def everything_api(make_user: Callable[..., User]) -> Api:
    return Api(make_user(*{layer.permission for layer in LAYERS}))


@pytest.fixture
def substation() -> models.Substation:
    row = factories.make_substation(id="SUB-1", name="Alder", location=f"SRID=4326;POINT({AT[0]} {AT[1]})")
    refresh("substations")
    return row


def path_at(zoom: int, layer: str = "substations") -> str:
    x, y = tile_of(*AT, zoom)
    return f"/tiles/{layer}/{zoom}/{x}/{y}.mvt"


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.key)
def test_each_layer_has_a_tile_at_every_zoom_and_says_what_is_in_it(everything_api: Api, layer: Any) -> None:
    make_territory()
    factories.make_weather()
    make_tree_risk()
    refresh_tiles()

    described = everything_api.get(f"/tiles/{layer.key}.json").json()
    (vector_layer,) = described["vector_layers"]
    west, south, east, north = described["bounds"]
    met = 0
    for zoom in range(17):
        lon, lat = (west + east) / 2, (south + north) / 2
        for feature in get_features(everything_api, layer.key, zoom, *tile_of(lon, lat, zoom)):
            met += 1
            assert set(feature.properties) <= set(vector_layer["fields"])

    assert vector_layer["id"] == layer.key
    assert bool(met) != (layer.key in WITHOUT_ROWS)


def test_the_tile_shows_the_row_with_its_properties(viewer_api: Api, substation: models.Substation) -> None:
    (feature,) = get_features(viewer_api, "substations", 8, *tile_of(*AT, 8))

    assert feature.kind == "Point"
    assert feature.properties == {
        "id": "SUB-1",
        "name": "Alder",
        "max_kv": 345.0,
        "load_mw": 80.0,
        "generation_mw": 0.0,
        "zone": substation.zone.name,
        "status": "OPERATIONAL",
        "circuit_count": 0,
    }


@pytest.mark.usefixtures("substation")
def test_a_tile_is_compressed_for_who_takes_it(viewer_api: Api) -> None:
    plain = viewer_api.get(path_at(6))
    packed = viewer_api.get(path_at(6), **{"Accept-Encoding": "br, gzip"})
    refused = viewer_api.get(path_at(6), **{"Accept-Encoding": "gzip;q=0, br"})

    assert plain.headers["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content == refused.content
    assert len(decode(plain.content, "substations")) == 1
    assert "Accept-Encoding" in plain.headers["Vary"]


@pytest.mark.usefixtures("substation")
def test_an_empty_tile_has_no_content(viewer_api: Api) -> None:
    response = viewer_api.get("/tiles/substations/6/0/0.mvt")

    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["ETag"]


@pytest.mark.usefixtures("substation")
def test_a_client_that_has_the_tile_gets_304_until_a_sync_changes_it(viewer_api: Api) -> None:
    first = viewer_api.get(path_at(6))
    etag = first.headers["ETag"]

    again = viewer_api.get(path_at(6), **{"If-None-Match": etag})
    models.Substation.objects.filter(pk="SUB-1").update(name="Birch")
    models.SyncLayer.objects.filter(pk="substations").update(checksum="1" * 64)
    changed = viewer_api.get(path_at(6), **{"If-None-Match": etag})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == etag
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag
    assert features(changed, "substations")[0].properties["name"] == "Birch"


def test_an_edit_of_an_outage_is_in_the_next_tile(viewer_api: Api) -> None:
    outage = factories.make_outage(customers_out=5, location=f"SRID=4326;POINT({AT[0]} {AT[1]})")
    before = viewer_api.get(path_at(6, "outages"))

    models.Outage.objects.filter(pk=outage.pk).update(customers_out=3, version=2)
    after = viewer_api.get(path_at(6, "outages"), **{"If-None-Match": before.headers["ETag"]})

    assert features(before, "outages")[0].properties["customers_out"] == 5
    assert features(after, "outages")[0].properties["customers_out"] == 3


@pytest.mark.usefixtures("substation")
def test_a_kept_tile_is_not_drawn_again(viewer_api: Api) -> None:
    first = viewer_api.get(path_at(6))

    with CaptureQueriesContext(
        connection,
    ) as queries:
        second = viewer_api.get(path_at(6))

    assert second.content == first.content
    assert not [each for each in queries if "ST_AsMVT" in each["sql"]]


def test_a_user_of_one_zone_sees_and_caches_that_zone_alone(make_user: Callable[..., User]) -> None:
    here, there = make_territory(), make_territory()
    for n, territory in enumerate((here, there)):
        models.Substation.objects.filter(zone=territory.zone).update(
            location=f"SRID=4326;POINT({AT[0] + n / 1e4} {AT[1]})"
        )
    refresh_tiles()
    limited = make_user(roles=("viewer",))
    factories.grant_zone(user=limited, zone=here.zone)
    free = make_user(roles=("viewer",))

    answers = {name: Api(user).get(path_at(6)) for name, user in (("free", free), ("limited", limited))}

    seen = {
        name: {each.properties["zone"] for each in features(answer, "substations")}
        for name, answer in answers.items()
    }
    assert seen == {"free": {here.zone.name, there.zone.name}, "limited": {here.zone.name}}
    assert answers["free"].headers["ETag"] != answers["limited"].headers["ETag"]


@pytest.mark.usefixtures("substation")
def test_only_who_may_see_the_layer_gets_tiles(
    anonymous_api: Api, make_user: Callable[..., User], nobody_api: Api
) -> None:
    for path in (path_at(6), "/tiles/substations.json"):
        assert anonymous_api.get(path).status_code == 401
        assert nobody_api.get(path).status_code == 403
        assert Api(make_user("grid.view_pole")).get(path).status_code == 403
        assert Api(make_user("grid.view_substation")).get(path).status_code == 200


@pytest.mark.usefixtures("substation")
def test_a_token_opens_tiles_as_bearer_or_as_the_password_of_basic(viewer: User) -> None:
    _, secret = issue(user=viewer, name="QGIS", expires_in_days=1)

    def status(header: str, path: str = path_at(6)) -> int:
        return Api().get(path, Authorization=header).status_code

    def basic(password: str) -> str:
        return "Basic " + base64.b64encode(f"anyone:{password}".encode()).decode()

    assert status(f"Bearer {secret}") == 200
    assert status(basic(secret)) == 200
    assert status(basic(secret), "/tiles/substations.json") == 200
    assert status(basic(f"{secret}x")) == 401
    assert status(basic("correct horse battery staple")) == 401
    assert status("Basic %%%") == 401
    assert status(basic(secret), "/columns/substations") == 401


def test_basic_logs_nobody_in_where_something_can_be_changed(viewer: User) -> None:
    _, secret = issue(user=viewer, name="QGIS", expires_in_days=1)
    api = Api(token="x")
    api.headers = {"Authorization": "Basic " + base64.b64encode(f"a:{secret}".encode()).decode()}

    response = api.post("{ me { username } }")

    assert response.status_code in {401, 403} or response.json().get("errors")


HOSTILE = [
    ("17/0/0.mvt", 400, "z"),
    ("-1/0/0.mvt", 400, "z"),
    ("99999999999999999999/0/0.mvt", 400, "z"),
    ("1e3/0/0.mvt", 400, "z"),
    ("٣/0/0.mvt", 400, "z"),
    ("NaN/0/0.mvt", 400, "z"),
    ("3/8/0.mvt", 400, "x"),
    ("3/-1/0.mvt", 400, "x"),
    ("3/0 OR 1=1/0.mvt", 400, "x"),
    ("3/0/8.mvt", 400, "y"),
    ("3/0/1;DROP TABLE grid_pole.mvt", 400, "y"),
    ("3/0/%00.mvt", 400, "y"),
    ("3/0/0.png", 404, "path"),
    ("3/0/0/0.mvt", 404, "path"),
    ("3/0.mvt", 404, "path"),
]


@pytest.mark.usefixtures("substation")
@pytest.mark.parametrize(("rest", "status", "field"), HOSTILE)
def test_a_wrong_address_is_refused_by_the_name_of_what_is_wrong(
    viewer_api: Api, rest: str, status: int, field: str
) -> None:
    response = viewer_api.get(f"/tiles/substations/{rest}")

    assert response.status_code == status
    assert response.json()["errors"][0]["extensions"]["field"] == field


@pytest.mark.parametrize("key", ["volcanoes", "grid_pole", "poles'--", "%00", "x" * 3000])
def test_an_unknown_layer_is_a_404_that_lists_the_layers(viewer_api: Api, key: str) -> None:
    for response in (viewer_api.get(f"/tiles/{key}/0/0/0.mvt"), viewer_api.get(f"/tiles/{key}.json")):
        assert response.status_code == 404
        error = response.json()["errors"][0]
        assert error["extensions"] == {"code": "NOT_FOUND", "field": "layer"}
        assert "transformers" in error["message"]
        assert len(error["message"]) < 500


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_any_text_is_a_tile_of_the_scheme_or_refused(z: str, x: str, y: str) -> None:
    try:
        tile = parse_address(z, x, y)
    except BadInput as error:
        field = error.field
        tile = None

    if tile is None:
        assert field in {"z", "x", "y"}
    else:
        assert 0 <= tile.z <= 16
        assert 0 <= tile.x < 2**tile.z
        assert 0 <= tile.y < 2**tile.z


@given(
    st.integers(0, 16),
    st.floats(-179.9, 179.9),
    st.floats(-85, 85),
)
def test_a_tile_holds_the_points_that_lie_in_it(zoom: int, lon: float, lat: float) -> None:
    x, y = tile_of(lon, lat, zoom)

    west, south, east, north = parse_address(str(zoom), str(x), str(y)).box_deg()

    assert west - 1e-9 <= lon <= east + 1e-9
    assert south - 1e-9 <= lat <= north + 1e-9


@pytest.mark.usefixtures("substation")
def test_without_postgis_a_kept_tile_says_its_age_and_another_is_unavailable(viewer_api: Api) -> None:
    kept = viewer_api.get(path_at(6))
    postgis_breaker.open()

    stale = viewer_api.get(path_at(6))
    known = viewer_api.get(path_at(6), **{"If-None-Match": kept.headers["ETag"]})
    missing = viewer_api.get(path_at(7))

    assert stale.status_code == 200
    assert stale.content == kept.content
    assert stale.headers["Warning"].startswith("110 ")
    assert 0 <= int(stale.headers["Flux-Age"]) < 600
    assert "Warning" not in kept.headers
    assert known.status_code == 304
    assert missing.status_code == 503
    assert missing.headers["Retry-After"] == "5"
    assert missing.json()["errors"][0]["extensions"]["code"] == "DATABASE_UNAVAILABLE"


def test_a_layer_never_synced_or_not_made_yet_is_unavailable(viewer_api: Api) -> None:
    not_made = viewer_api.get("/tiles/transformers/3/1/3.mvt")
    models.SyncLayer.objects.filter(pk="transformers").delete()
    never = viewer_api.get("/tiles/transformers/14/1/3.mvt")

    assert (not_made.status_code, never.status_code) == (503, 503)
    codes = [each.json()["errors"][0]["extensions"]["code"] for each in (not_made, never)]
    assert codes == ["TILES_NOT_READY", "NEVER_SYNCED"]


@pytest.mark.usefixtures("substation")
def test_a_user_is_drawn_so_many_tiles_a_minute(viewer_api: Api, planner_api: Api, settings: Any) -> None:
    settings.TILES_PER_MINUTE = 2
    cache.clear()

    answers = [viewer_api.get(path_at(zoom)).status_code for zoom in (5, 6, 7, 8)]
    refused = viewer_api.get(path_at(9))

    assert answers == [200, 200, 429, 429]
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "60"
    assert refused.json()["errors"][0]["extensions"] == {"code": "TOO_MANY_REQUESTS"}
    assert viewer_api.get(path_at(5)).status_code == 200  # kept
    assert planner_api.get(path_at(9)).status_code == 200


@pytest.mark.usefixtures("substation")
def test_so_many_tiles_are_drawn_at_once(viewer_api: Api, settings: Any) -> None:
    settings.TILE_SLOT_WAIT_S = 0.01
    held = [limits._slots.acquire(blocking=False) for _ in range(settings.TILES_AT_ONCE)]
    try:
        response = viewer_api.get(path_at(9))
    finally:
        limits._slots.release(len(held))

    assert all(held)
    assert response.status_code == 503
    assert response.json()["errors"][0]["extensions"]["code"] == "TILES_BUSY"


def test_tilejson_says_where_the_tiles_are_and_what_is_in_them(
    viewer_api: Api, substation: models.Substation
) -> None:
    response = viewer_api.get("/tiles/substations.json")
    described = response.json()
    again = viewer_api.get("/tiles/substations.json", **{"If-None-Match": response.headers["ETag"]})

    assert described["tilejson"] == "3.0.0"
    assert described["tiles"] == ["http://testserver/tiles/substations/{z}/{x}/{y}.mvt"]
    assert (described["minzoom"], described["maxzoom"]) == (0, 16)
    west, south, east, north = described["bounds"]
    assert west <= AT[0] <= east
    assert south <= AT[1] <= north
    assert east - west <= 360 / 2**9 + 1e-6
    (layer,) = described["vector_layers"]
    assert layer["id"] == "substations"
    assert layer["fields"]["load_mw"] == "Demand in the base case, MW"
    assert layer["fields"]["circuit_count"] == "Circuits, from zoom 8"
    assert again.status_code == 304


def test_what_rests_on_a_sync_is_made_anew_after_it_and_nothing_else() -> None:
    factories.make_substation()
    said: list[str] = []

    after_sync({"substations"}, report=said.append)
    built = dict(models.TileBuild.objects.values_list("layer", "built_at"))
    models.SyncLayer.objects.filter(pk="poles").update(checksum="2" * 64)
    after_sync({"poles"}, report=said.append)
    renewed = dict(models.TileBuild.objects.values_list("layer", "built_at"))

    assert set(built) == {layer.key for layer in LAYERS if not layer.tiles.is_live}
    assert {key for key in built if built[key] != renewed[key]} == {"poles"}
    assert any(line.startswith("Tiles of substations: ") for line in said)


def test_map_layers_say_where_tiles_are_and_what_is_in_them(everything_api: Api) -> None:
    factories.make_outage()
    refresh("poles")

    listed = everything_api.data(
        """{ mapLayers { key columnsUrl tilesUrl tileJsonUrl tilesMaxZoom featureCount
             attributes { name title unit kind minZoom isOfAggregates } } }"""
    )["mapLayers"]
    by_key = {layer["key"]: layer for layer in listed}

    assert list(by_key) == [layer.key for layer in LAYERS]
    assert by_key["customers"]["columnsUrl"] is None
    assert by_key["poles"]["columnsUrl"] == "/columns/poles"
    assert by_key["poles"]["tilesUrl"] == "/tiles/poles/{z}/{x}/{y}.mvt"
    assert by_key["poles"]["tilesMaxZoom"] == 16
    assert everything_api.get(by_key["poles"]["tileJsonUrl"]).status_code == 200
    counts = {key: layer["featureCount"] for key, layer in by_key.items()}
    assert (counts["poles"], counts["outages"], counts["meters"]) == (0, 1, None)
    assert by_key["poles"]["attributes"][4] == {
        "name": "height_m",
        "title": "Height",
        "unit": "m",
        "kind": "NUMBER",
        "minZoom": 15,
        "isOfAggregates": False,
    }
    assert [each["name"] for each in by_key["meters"]["attributes"] if each["isOfAggregates"]] == [
        "industrial",
        "commercial",
    ]


def test_tiles_of_customers_hold_no_personal_data(viewer_api: Api) -> None:
    make_territory()
    models.Customer.objects.update(full_name="Secret Name", service_address="Hidden Lane 1", phone="555")
    refresh("customers")
    place = models.Meter.objects.get().location

    body = viewer_api.get("/tiles/customers/16/{}/{}.mvt".format(*tile_of(place.x, place.y, 16))).content

    assert decode(body, "customers")
    for private in (b"Secret", b"Hidden", b"555"):
        assert private not in body
