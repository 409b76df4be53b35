"""``/ogc/``: OGC API Features over the layers, for those who may see them, against hostile input."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse

from flux_site.api.tokens import issue
from grid import models
from grid.selectors import exchange
from grid.selectors.map_layers import LAYERS
from tests.clients import Api
from tests.factories import grid as factories

pytestmark = pytest.mark.usefixtures("synced")

ITEMS = "/ogc/collections/{}/items"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def asked(api: Api, path: str, status: int = 200) -> dict[str, Any]:
    response: HttpResponse = api.get(path)
    assert response.status_code == status, response.content
    return json.loads(response.content)


def ids(page: dict[str, Any]) -> list[str]:
    return [each["id"] for each in page["features"]]


def next_of(page: dict[str, Any]) -> str | None:
    found = [each["href"] for each in page["links"] if each["rel"] == "next"]
    if not found:
        return None
    parts = urlsplit(found[0])
    return f"{parts.path}?{parts.query}"


def test_the_landing_page_leads_to_everything(viewer_api: Api) -> None:
    links = {each["rel"]: each["href"] for each in asked(viewer_api, "/ogc/")["links"]}

    assert set(links) == {"self", "service-desc", "conformance", "data"}
    for href in links.values():
        asked(viewer_api, urlsplit(href).path)
    core = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"
    assert core in asked(viewer_api, "/ogc/conformance")["conformsTo"]


def test_every_layer_is_a_collection_with_readable_items(viewer_api: Api) -> None:
    found = asked(viewer_api, "/ogc/collections")["collections"]

    assert [each["id"] for each in found] == [layer.key for layer in LAYERS]
    for each in found:
        assert asked(viewer_api, f"/ogc/collections/{each['id']}")["id"] == each["id"]
        assert asked(viewer_api, ITEMS.format(each["id"]))["features"] == []


def test_the_definition_is_openapi_and_names_the_items(viewer_api: Api) -> None:
    document = asked(viewer_api, "/ogc/api")

    assert document["openapi"].startswith("3.0")
    parameters = document["paths"]["/collections/poles/items"]["get"]["parameters"]
    assert {"limit", "bbox", "datetime", "pole_class"} <= {each["name"] for each in parameters}
    named = document["paths"]["/collections/customers/items"]["get"]["parameters"]
    assert not {"full_name", "phone"} & {each["name"] for each in named}


def test_a_feature_equals_its_row(viewer_api: Api) -> None:
    circuit = factories.make_circuit()
    pole = factories.make_pole(
        id="POLE-1", circuit=circuit, location="SRID=4326;POINT(-95.123456789 29.5)", height_m=12.5, line=None
    )

    feature = asked(viewer_api, ITEMS.format("poles") + "/POLE-1")

    links = feature.pop("links")
    assert [each["rel"] for each in links] == ["self", "collection"]
    assert feature == {
        "type": "Feature",
        "id": "POLE-1",
        "geometry": {"type": "Point", "coordinates": [-95.123456789, 29.5]},
        "properties": {
            "pole_id": "POLE-1",
            "zone_id": pole.zone_id,
            "circuit_id": circuit.pk,
            "substation_id": circuit.substation_id,
            "line_id": None,
            "pole_height_m": 12.5,
            "pole_class": pole.pole_class,
            "pole_material": pole.material,
            "install_year": pole.install_year,
        },
    }


def test_pages_hold_every_row_once_while_rows_come_and_go(viewer_api: Api) -> None:
    circuit = factories.make_circuit()
    for number in range(7):
        factories.make_pole(id=f"POLE-{number}", circuit=circuit)
    page = asked(viewer_api, ITEMS.format("poles") + "?limit=3")
    assert (page["numberReturned"], page["numberMatched"]) == (3, 7)
    found = ids(page)

    factories.make_pole(id="POLE-05", circuit=circuit)  # before the next page: it shifts nothing
    models.Pole.objects.filter(pk="POLE-1").delete()
    while (following := next_of(page)) is not None:
        page = asked(viewer_api, following)
        found += ids(page)

    assert found == [f"POLE-{number}" for number in range(7)]


def test_a_rectangle_chooses_what_meets_it(viewer_api: Api) -> None:
    circuit = factories.make_circuit()
    for lon in (-96, -95, -94):
        factories.make_pole(id=f"POLE{lon}", circuit=circuit, location=f"SRID=4326;POINT({lon} 30)")

    assert ids(asked(viewer_api, ITEMS.format("poles") + "?bbox=-95.5,29,-94.5,31")) == ["POLE-95"]
    six = asked(viewer_api, ITEMS.format("poles") + "?bbox=-95.5,29,0,-93,31,9")
    assert ids(six) == ["POLE-94", "POLE-95"]
    assert asked(viewer_api, "/ogc/collections/poles")["extent"]["spatial"]["bbox"] == [[-96, 30, -94, 30]]


def test_a_time_chooses_outages_that_held_then(viewer_api: Api) -> None:
    for day, restored in ((1, 3), (5, None), (9, None)):
        factories.make_outage(
            id=f"OUT-{day}",
            started_at=datetime(2026, 5, day, tzinfo=UTC),
            restored_at=restored and datetime(2026, 5, restored, tzinfo=UTC),
            status="CONFIRMED",
        )
    outages = ITEMS.format("outages")

    assert ids(asked(viewer_api, f"{outages}?datetime=2026-05-02T00:00:00Z")) == ["OUT-1"]
    assert ids(asked(viewer_api, f"{outages}?datetime=2026-05-04T00:00:00Z/2026-05-08T00:00:00Z")) == [
        "OUT-5"
    ]
    assert ids(asked(viewer_api, f"{outages}?datetime=2026-05-08T00:00:00Z/..")) == ["OUT-5", "OUT-9"]
    assert ids(asked(viewer_api, f"{outages}?datetime=../2026-05-06T00:00:00Z")) == ["OUT-1", "OUT-5"]
    assert ids(asked(viewer_api, ITEMS.format("poles") + "?datetime=2026-05-02T00:00:00Z")) == []


def test_an_attribute_chooses_rows(viewer_api: Api) -> None:
    circuit = factories.make_circuit()
    factories.make_pole(id="POLE-a", circuit=circuit, material="WOOD", install_year=1990)
    factories.make_pole(id="POLE-b", circuit=circuit, material="STEEL", install_year=1990)

    poles = ITEMS.format("poles")
    assert ids(asked(viewer_api, f"{poles}?install_year=1990&pole_material=STEEL")) == ["POLE-b"]
    injected = asked(viewer_api, f"{poles}?pole_material=STEEL'%20OR%20'1'='1")
    assert ids(injected) == []


def test_customers_are_masked_even_for_those_who_may_see_them(make_user: Any) -> None:
    factories.make_customer(full_name="Ana Ruiz", phone="713-555-0123", service_address="12 Elm St")
    api = Api(make_user(roles=("viewer", "pii")))

    properties = asked(api, ITEMS.format("customers"))["features"][0]["properties"]

    assert properties["full_name"] == "A. R."
    assert properties["phone"] == "••••••23"
    assert properties["service_address"] == "••• Elm St"
    asked(api, ITEMS.format("customers") + "?full_name=Ana%20Ruiz", 400)


def test_users_limited_to_zones_see_their_zones_only(make_user: Any) -> None:
    here, there = factories.make_zone(), factories.make_zone()
    for name, zone in (("a", here), ("b", there)):
        factories.make_substation(
            id=f"SUB-{name}", zone=zone, location=f"SRID=4326;POINT(-95 {ord(name) - 60})"
        )
    user = make_user(roles=("viewer",))
    models.ZoneGrant.objects.create(user=user, zone=here)
    api = Api(user)

    assert ids(asked(api, ITEMS.format("substations"))) == ["SUB-a"]
    asked(api, ITEMS.format("substations") + "/SUB-b", 404)
    assert asked(api, "/ogc/collections/substations")["extent"]["spatial"]["bbox"] == [[-95, 37, -95, 37]]


def test_nobody_without_a_login_and_nobody_without_the_permission(anonymous_api: Api, make_user: Any) -> None:
    refused = anonymous_api.get("/ogc/collections")
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, 'Bearer realm="flux"')
    api = Api(make_user("grid.view_pole"))

    assert [each["id"] for each in asked(api, "/ogc/collections")["collections"]] == ["poles"]
    assert asked(api, ITEMS.format("meters"), 403)["code"] == "PERMISSION_DENIED"
    assert asked(api, "/ogc/collections/meters", 403)["code"] == "PERMISSION_DENIED"


def test_a_token_is_enough(make_user: Any) -> None:
    user: User = make_user(roles=("viewer",))
    _, secret = issue(user=user, name="QGIS", expires_in_days=30)

    assert asked(Api(token=secret), "/ogc/collections")["collections"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=1.5", "limit"),
        ("limit=%C2%B2", "limit"),
        ("limit=1&limit=2", "limit"),
        ("bbox=", "bbox"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=NaN,0,1,1", "bbox"),
        ("bbox=-inf,0,1,1", "bbox"),
        ("bbox=170,-10,-170,10", "bbox"),
        ("bbox=0,0,1,91", "bbox"),
        ("bbox=a,b,c,d", "bbox"),
        ("crs=http://www.opengis.net/def/crs/EPSG/0/3857", "crs"),
        ("bbox=0,0,1,1&bbox-crs=EPSG:3857", "bbox-crs"),
        ("datetime=yesterday", "datetime"),
        ("datetime=2026-05-01T00:00:00", "datetime"),
        ("datetime=../..", "datetime"),
        ("datetime=2026-05-02T00:00:00Z/2026-05-01T00:00:00Z", "datetime"),
        ("after=a%00b", "after"),
        ("after=", "after"),
        ("f=html", "f"),
        ("install_year=new", "install_year"),
        ("install_year=99999999999999999999999", "install_year"),
        ("pole_height_m=nan", "pole_height_m"),
        ("pole_class=%00", "pole_class"),
        ("id=1;DROP TABLE grid_pole", "id"),
        ("unknown=1", "unknown"),
    ],
)
def test_bad_parameters_are_refused_by_name(viewer_api: Api, query: str, field: str) -> None:
    refused = asked(viewer_api, f"{ITEMS.format('poles')}?{query}", 400)

    assert (refused["code"], refused["field"]) == ("BAD_INPUT", field)
    assert refused["description"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/ogc/collections/grid_pole%20t", 404),
        ("/ogc/collections/none/items", 404),
        ("/ogc/collections/poles/items/none", 404),
        ("/ogc/collections/poles/items/a%00b", 400),
        ("/ogc/collections/poles/items/" + "x" * 300, 400),
        ("/ogc/collections/poles/items/x'%20OR%201=1--", 404),
        ("/ogc/?limit=1", 400),
        ("/ogc/nothing", 404),
    ],
)
def test_bad_addresses_are_refused(viewer_api: Api, path: str, status: int) -> None:
    assert viewer_api.get(path).status_code == status


def test_a_limit_above_the_most_is_the_most(viewer_api: Api) -> None:
    assert asked(viewer_api, ITEMS.format("poles") + "?limit=999999")["numberReturned"] == 0


def test_a_layer_never_synced_says_so(viewer_api: Api) -> None:
    models.SyncLayer.objects.filter(pk="poles").delete()

    assert asked(viewer_api, ITEMS.format("poles"), 503)["code"] == "NEVER_SYNCED"
    assert "extent" not in asked(viewer_api, "/ogc/collections/poles")


def test_personal_attributes_are_known_by_the_warehouse() -> None:
    customers = exchange.find_collection("customers")
    assert customers is not None
    assert set(customers.personal_names) >= {"full_name", "service_address", "phone", "email"}
