"""``/columns/{layer}``: Arrow streams equal to the rows, by rectangle, with versions."""

from typing import Any

import pyarrow as pa
import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse

from flux_site.api.tokens import issue
from grid import models
from grid.selectors import map_layers
from grid.selectors.map_layers import COLUMN_LAYERS as LAYERS
from tests.clients import Api
from tests.factories import grid as factories

pytestmark = pytest.mark.usefixtures("synced")

COLUMNS = {
    "substations": "id name lon lat max_kv load_mw generation_mw zone circuit_count",
    "branches": "id from_id to_id from_lon from_lat to_lon to_lat kv rating_mva flow_mw loading_pct "
    "weather_loading_pct",
    "lines": "id circuit_id line_class phases is_underground weather_loading_pct path",
    "transformers": "id circuit_id lon lat rated_kva peak_loading_pct latest_loading_pct customer_count",
    "meters": "id transformer_id lon lat customer_class",
    "poles": "id lon lat",
    "switches": "id circuit_id lon lat kind is_normally_open",
    "outages": "id lon lat status customers_out",
}


def table(response: HttpResponse) -> pa.Table:
    assert response.status_code == 200, response.content
    assert response.headers["Content-Type"] == "application/vnd.apache.arrow.stream"
    return pa.ipc.open_stream(response.content).read_all()


def rows(api: Api, path: str) -> list[dict[str, Any]]:
    return table(api.get(path)).to_pylist()


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.key)
def test_each_layer_has_its_columns_also_without_rows(viewer_api: Api, layer: Any) -> None:
    assert table(viewer_api.get(f"/columns/{layer.key}")).column_names == COLUMNS[layer.key].split()


def test_the_layers_are_those_of_the_contract() -> None:
    assert {layer.key for layer in LAYERS} == COLUMNS.keys()


def test_substations_equal_their_rows(viewer_api: Api) -> None:
    zone = factories.make_zone(name="Coast")
    first = factories.make_substation(
        id="SUB-a", name="Alder", zone=zone, location="SRID=4326;POINT(-95.5 29.25)", load_mw=12.5
    )
    factories.make_substation(
        id="SUB-b", zone=zone, max_kv=None, location="SRID=4326;POINT(-100 31)", name="Birch",
        generation_capacity_mw=55.0,
    )  # fmt: skip
    models.Substation.objects.filter(pk="SUB-b").update(zone=None)
    for _ in range(2):
        factories.make_circuit(substation=first)

    assert rows(viewer_api, "/columns/substations") == [
        {
            "id": "SUB-a",
            "name": "Alder",
            "lon": -95.5,
            "lat": 29.25,
            "max_kv": 345.0,
            "load_mw": 12.5,
            "generation_mw": 0.0,
            "zone": "Coast",
            "circuit_count": 2,
        },
        {
            "id": "SUB-b",
            "name": "Birch",
            "lon": -100.0,
            "lat": 31.0,
            "max_kv": None,
            "load_mw": 80.0,
            "generation_mw": 55.0,
            "zone": None,
            "circuit_count": 0,
        },
    ]


def test_branches_equal_their_rows_and_leave_out_those_inside_a_substation(viewer_api: Api) -> None:
    start = factories.make_substation(id="SUB-a", location="SRID=4326;POINT(-95.5 29.25)")
    end = factories.make_substation(id="SUB-b", location="SRID=4326;POINT(-96 30)")
    buses = [factories.make_bus(substation=each) for each in (start, end, start)]
    factories.make_branch(
        id="BR-1",
        from_bus=buses[0],
        to_bus=buses[1],
        rating_mva=None,
        base_loading_pct=None,
        base_flow_mw=-7.5,
        base_kv=230.0,
        route="SRID=4326;LINESTRING(-95.5 29.25, -96 30)",
    )
    factories.make_branch(from_bus=buses[0], to_bus=buses[2], route=None)

    assert rows(viewer_api, "/columns/branches") == [
        {
            "id": "BR-1",
            "from_id": "SUB-a",
            "to_id": "SUB-b",
            "from_lon": -95.5,
            "from_lat": 29.25,
            "to_lon": -96.0,
            "to_lat": 30.0,
            "kv": 230.0,
            "rating_mva": None,
            "flow_mw": -7.5,
            "loading_pct": None,
            "weather_loading_pct": None,
        }
    ]


def test_branches_and_lines_carry_their_load_over_the_rating_in_the_weather(viewer_api: Api) -> None:
    branch, line = factories.make_branch(id="BR-1"), factories.make_line_section(id="LINE-1")
    before = viewer_api.get("/columns/branches")
    for asset_id, kind, loading in (("BR-1", "BRANCH", 88.5), (line.circuit_id, "CIRCUIT", 101.25)):
        models.WeatherRating.objects.create(
            id=asset_id,
            asset_kind=kind,
            zone=branch.zone,
            rated_hour=factories.MOMENT,
            weather_loading_pct=loading,
            updated_at=factories.MOMENT,
        )

    after = viewer_api.get("/columns/branches")

    assert table(before).to_pylist()[0]["weather_loading_pct"] is None
    assert table(after).to_pylist()[0]["weather_loading_pct"] == 88.5
    assert before.headers["ETag"] != after.headers["ETag"]
    assert rows(viewer_api, "/columns/lines")[0]["weather_loading_pct"] == 101.25
    layers = viewer_api.data("{ mapLayers { key colourings { attribute at legend { label minimum } } } }")
    shown = {
        (layer["key"], each["attribute"]): each
        for layer in layers["mapLayers"]
        for each in layer["colourings"]
    }
    assert shown["branches", "weather_loading_pct"]["at"] == factories.MOMENT.isoformat()
    assert shown["branches", "loading_pct"]["at"] is None
    legend = shown["lines", "weather_loading_pct"]["legend"]
    assert [entry["minimum"] for entry in legend] == [0.0, 60.0, 80.0, 100.0, None]
    assert legend[-1]["label"] == "unknown"


def test_lines_carry_their_paths(viewer_api: Api) -> None:
    line = factories.make_line_section(
        id="LINE-1",
        line_class="LATERAL",
        phases="B",
        is_underground=True,
        route="SRID=4326;LINESTRING(-95.5 29.25, -95.25 29.5, -95.125 29.5)",
    )
    factories.make_line_section(id="LINE-2", route="SRID=4326;LINESTRING(0 0, 1 1)")

    found = rows(viewer_api, "/columns/lines")

    assert found[0] == {
        "id": "LINE-1",
        "circuit_id": line.circuit_id,
        "line_class": "LATERAL",
        "phases": "B",
        "is_underground": True,
        "weather_loading_pct": None,
        "path": [-95.5, 29.25, -95.25, 29.5, -95.125, 29.5],
    }
    assert found[1]["path"] == [0.0, 0.0, 1.0, 1.0]


def test_transformers_carry_their_latest_load(viewer_api: Api) -> None:
    loaded = factories.make_transformer(id="XFMR-1", rated_kva=75.0, peak_loading_pct=101.5, customer_count=4)
    factories.make_transformer_load(transformer=loaded, loading_pct=66.5)
    factories.make_transformer(id="XFMR-2")

    found = rows(viewer_api, "/columns/transformers")

    assert found[0] == {
        "id": "XFMR-1",
        "circuit_id": loaded.circuit_id,
        "lon": loaded.location.x,
        "lat": loaded.location.y,
        "rated_kva": 75.0,
        "peak_loading_pct": 101.5,
        "latest_loading_pct": 66.5,
        "customer_count": 4,
    }
    assert found[1]["latest_loading_pct"] is None


def test_meters_poles_switches_and_active_outages_equal_their_rows(viewer_api: Api) -> None:
    meter, pole, switch = factories.make_meter(), factories.make_pole(), factories.make_switch(kind="TIE")
    outage = factories.make_outage(customers_out=3)
    factories.make_outage(status="RESTORED", customers_out=0)

    def place(row: Any) -> dict[str, float]:
        return {"lon": row.location.x, "lat": row.location.y}

    assert rows(viewer_api, "/columns/meters") == [
        {
            "id": meter.pk,
            "transformer_id": meter.transformer_id,
            **place(meter),
            "customer_class": "RESIDENTIAL",
        }
    ]
    assert rows(viewer_api, "/columns/poles") == [{"id": pole.pk, **place(pole)}]
    assert rows(viewer_api, "/columns/switches") == [
        {
            "id": switch.pk,
            "circuit_id": switch.circuit_id,
            **place(switch),
            "kind": "TIE",
            "is_normally_open": False,
        }
    ]
    assert rows(viewer_api, "/columns/outages") == [
        {"id": outage.pk, **place(outage), "status": "CONFIRMED", "customers_out": 3}
    ]


@pytest.mark.parametrize(
    ("bbox", "expected"),
    [
        ("-96,29,-95,30", ["SUB-in"]),
        ("-180,-90,180,90", ["SUB-in", "SUB-out"]),
        ("-95.5,29.5,-95.4,29.6", ["SUB-in"]),
        ("10,10,11,11", []),
        ("", ["SUB-in", "SUB-out"]),
        (" -96 , 29 , -95 , 30 ", ["SUB-in"]),
    ],
)
def test_the_rectangle_selects_rows(viewer_api: Api, bbox: str, expected: list[str]) -> None:
    factories.make_substation(id="SUB-in", location="SRID=4326;POINT(-95.5 29.5)")
    factories.make_substation(id="SUB-out", location="SRID=4326;POINT(-100 29.5)")

    found = table(viewer_api.client.get("/columns/substations", {"bbox": bbox}))

    assert found.column("id").to_pylist() == expected


def test_a_line_that_crosses_the_rectangle_is_in_it(viewer_api: Api) -> None:
    factories.make_line_section(id="LINE-1", route="SRID=4326;LINESTRING(-95 29, -94 30)")

    assert [row["id"] for row in rows(viewer_api, "/columns/lines?bbox=-94.6,29.4,-94.4,29.6")] == ["LINE-1"]


@pytest.mark.parametrize(
    "bbox",
    [
        "1,2,3",
        "1,2,3,4,5",
        "a,b,c,d",
        "nan,29,-95,30",
        "-96,nan,-95,30",
        "-96,29,inf,30",
        "-95,29,-96,30",
        "-96,30,-95,29",
        "-96,29,-96,30",
        "-181,29,-95,30",
        "-96,-91,-95,30",
        "-96,29,-95,91",
        "-96;29;-95;30",
        ",,,",
        "-96,29,-95,30); DROP TABLE grid_bus; --",
    ],
)
def test_a_bad_rectangle_is_a_400_that_names_its_field(viewer_api: Api, bbox: str) -> None:
    response = viewer_api.client.get("/columns/substations", {"bbox": bbox})

    assert response.status_code == 400
    error = response.json()["errors"][0]
    assert error["extensions"] == {"code": "BAD_INPUT", "field": "bbox"}
    assert bbox in error["message"]
    assert "west,south,east,north" in error["message"]


def sync(key: str, checksum: str) -> None:
    from tests.factories.sync import make_sync_layer

    make_sync_layer(key=key, checksum=checksum)


def test_a_client_with_the_newest_version_gets_a_304(viewer_api: Api, synced: None) -> None:
    factories.make_substation()
    first = viewer_api.get("/columns/substations")
    etag = first.headers["ETag"]

    again = viewer_api.get("/columns/substations", **{"If-None-Match": etag})

    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["ETag"] == etag
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in first.headers["Vary"]
    assert "Authorization" in first.headers["Vary"]
    assert viewer_api.get("/columns/substations", **{"If-None-Match": '"other"'}).status_code == 200
    listed = {"If-None-Match": f'"other", W/{etag}'}
    assert viewer_api.get("/columns/substations", **listed).status_code == 304


@pytest.mark.parametrize(
    ("layer", "synced_layer", "changes"),
    [
        ("substations", "substations", True),
        ("substations", "circuits", True),
        ("substations", "zones", True),
        ("substations", "meters", False),
        ("branches", "branches", True),
        ("branches", "substations", True),
        ("transformers", "transformers", True),
        ("transformers", "transformer_load", True),
        ("outages", "outages", True),
        ("meters", "meters", True),
        ("meters", "outages", False),
    ],
)
def test_the_version_changes_with_each_sync_that_the_layer_shows(
    viewer_api: Api, synced: None, layer: str, synced_layer: str, changes: bool
) -> None:
    before = viewer_api.get(f"/columns/{layer}").headers["ETag"]

    sync(synced_layer, "1" * 64)

    assert (viewer_api.get(f"/columns/{layer}").headers["ETag"] != before) is changes


def test_a_changed_outage_changes_the_version_at_once(viewer_api: Api, synced: None) -> None:
    outage = factories.make_outage(customers_out=6)
    first = viewer_api.get("/columns/outages")
    known = {"If-None-Match": first.headers["ETag"]}
    meters = viewer_api.get("/columns/meters").headers["ETag"]
    assert viewer_api.get("/columns/outages", **known).status_code == 304

    models.Outage.objects.filter(pk=outage.pk).update(customers_out=2)

    second = viewer_api.get("/columns/outages", **known)
    assert table(second)["customers_out"].to_pylist() == [2]
    assert viewer_api.get("/columns/meters").headers["ETag"] == meters


def test_the_version_depends_on_the_rectangle_and_on_what_the_user_may_see(
    viewer: User, viewer_api: Api, synced: None
) -> None:
    zone = factories.make_zone()
    whole = viewer_api.get("/columns/substations").headers["ETag"]
    part = viewer_api.get("/columns/substations?bbox=-96,29,-95,30").headers["ETag"]

    factories.grant_zone(user=viewer, zone=zone)

    limited = viewer_api.get("/columns/substations").headers["ETag"]
    assert len({whole, part, limited}) == 3


def test_an_anonymous_user_gets_a_401(anonymous_api: Api) -> None:
    response = anonymous_api.get("/columns/substations")

    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.key)
def test_a_user_without_the_permission_gets_a_403(nobody_api: Api, layer: Any) -> None:
    response = nobody_api.get(f"/columns/{layer.key}")

    assert response.status_code == 403
    error = response.json()["errors"][0]
    assert error["extensions"] == {"code": "PERMISSION_DENIED"}
    assert layer.permission in error["message"]


def test_an_unknown_layer_is_a_404_that_lists_the_layers(viewer_api: Api) -> None:
    response = viewer_api.get("/columns/volcanoes")

    assert response.status_code == 404
    error = response.json()["errors"][0]
    assert error["extensions"] == {"code": "NOT_FOUND", "field": "layer"}
    assert "substations" in error["message"]


def test_an_anonymous_user_learns_nothing_about_layers(anonymous_api: Api) -> None:
    assert anonymous_api.get("/columns/volcanoes").status_code == 401


def test_a_token_opens_the_columns(viewer: User) -> None:
    factories.make_substation(id="SUB-1")
    _, secret = issue(user=viewer, name="script", expires_in_days=1)

    assert [row["id"] for row in rows(Api(token=secret), "/columns/substations")] == ["SUB-1"]


def test_other_methods_are_refused(viewer_api: Api) -> None:
    assert viewer_api.client.delete("/columns/substations").status_code in {403, 405}
    assert viewer_api.client.head("/columns/substations").status_code == 200


def test_a_rectangle_with_too_many_rows_is_refused(viewer_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_layers.columns, "MAX_ROWS", 2)
    for _ in range(3):
        factories.make_substation()

    response = viewer_api.get("/columns/substations")

    assert response.status_code == 413
    assert response.json()["errors"][0]["extensions"] == {"code": "LIMIT_EXCEEDED", "field": "bbox"}


def test_a_pole_layer_of_many_rows_takes_one_query_for_the_rows(
    viewer_api: Api, django_assert_max_num_queries: Any
) -> None:
    circuit = factories.make_circuit()
    for _ in range(5):
        factories.make_pole(circuit=circuit)
    viewer_api.get("/columns/poles")

    with django_assert_max_num_queries(7):
        assert len(rows(viewer_api, "/columns/poles")) == 5
