"""Spatial questions: who sees what, what is refused, and which store answers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from grid import models
from tests.api.spatial_questions import (
    CIRCUITS,
    CONNECTED,
    IMPACT,
    INSIDE,
    NEAR,
    NEAREST,
    NEAREST_LINE,
    STAR,
    impact_of,
)
from tests.clients import Api
from tests.factories.grid import grant_zone, make_substation
from tests.scattered import CENTRE, Scattered, scatter


@pytest.fixture
def scattered(synced: None) -> Scattered:
    return scatter()


# Who sees what


@pytest.fixture
def limited_api(viewer: User, scattered: Scattered) -> Api:
    """Return the client of a user who sees the first zone alone."""
    grant_zone(user=viewer, zone=scattered.zones[0])
    return Api(viewer)


def test_a_user_of_one_zone_counts_and_finds_its_rows_alone(scattered: Scattered, limited_api: Api) -> None:
    mine = [m for m in scattered.meters if m.zone_id == "ZONE-A"]
    box = {"bbox": [CENTRE[0] - 0.05, CENTRE[1] - 0.05, CENTRE[0] + 0.05, CENTRE[1] + 0.05]}

    impact = limited_api.data(IMPACT, area=box)["outageImpact"]
    near = limited_api.data(NEAREST, lon=CENTRE[0], lat=CENTRE[1], classes=["METER"], first=250)
    (inside,) = limited_api.data(INSIDE, area=box, classes=["CUSTOMER"])["assetsIn"]["classes"]
    lines = limited_api.data(NEAR, lon=CENTRE[0], lat=CENTRE[1], radius=20_000.0)["linesNear"]

    expected = impact_of(scattered, mine)
    assert {key: impact[key] for key in expected} == expected
    assert [each["circuitId"] for each in impact["circuits"]] == ["CKT-0"]
    assert {each["assetId"] for each in near["nearestAssets"]} == {m.pk for m in mine}
    assert inside["count"] == sum(each.zone_id == "ZONE-A" for each in scattered.customers)
    assert lines["count"] == sum(line.zone_id == "ZONE-A" for line in scattered.lines)


def test_another_zones_devices_and_lines_are_not_there(limited_api: Api) -> None:
    assert limited_api.code(IMPACT, device="CKT-1") == "NOT_FOUND"
    assert limited_api.code(CONNECTED, id="LINE-1") == "NOT_FOUND"


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (NEAREST, {"lon": 0, "lat": 0, "classes": ["POLE", "METER"]}),
        (INSIDE, {"area": {"bbox": [0, 0, 1, 1]}, "classes": ["POLE", "METER"]}),
        (NEAR, {"lon": 0, "lat": 0, "classes": ["LINE", "BRANCH"]}),
        (NEAREST_LINE, {"lon": 0, "lat": 0, "classes": ["BRANCH"]}),
        (IMPACT, {"area": {"bbox": [0, 0, 1, 1]}}),
        (CIRCUITS, {"lon": 0, "lat": 0}),
        (CONNECTED, {"id": "LINE-1"}),
    ],
)
def test_each_class_needs_its_permission(
    synced: None, make_user: Callable[..., User], query: str, variables: dict[str, Any]
) -> None:
    user = make_user("grid.view_pole", "grid.view_customer", "grid.view_servicearea", "grid.view_linesection")

    error = Api(user).error(query, **variables)

    assert error["extensions"]["code"] == "PERMISSION_DENIED"
    assert "grid.view_" in error["message"]


# What is refused

BOW_TIE = [[-95.5, 29.5], [-95.4, 29.6], [-95.4, 29.5], [-95.5, 29.6], [-95.5, 29.5]]


@pytest.mark.parametrize(
    ("query", "variables", "code", "field"),
    [
        (NEAREST, {"lon": 181, "lat": 0, "classes": ["METER"]}, "BAD_INPUT", "lon"),
        (NEAREST, {"lon": 0, "lat": -91, "classes": ["METER"]}, "BAD_INPUT", "lat"),
        (NEAREST, {"lon": 0, "lat": 0, "classes": []}, "BAD_INPUT", "classes"),
        (NEAREST, {"lon": 0, "lat": 0, "classes": ["METER"], "first": 0}, "BAD_INPUT", "first"),
        (NEAREST, {"lon": 0, "lat": 0, "classes": ["METER"], "most": 1e6}, "BAD_INPUT", "maxDistanceM"),
        (NEAREST, {"lon": 0, "lat": 0, "classes": ["METER"], "most": 0}, "BAD_INPUT", "maxDistanceM"),
        (NEAR, {"lon": 0, "lat": 0, "radius": 1e5}, "BAD_INPUT", "radiusM"),
        (NEAR, {"lon": 0, "lat": 0, "radius": -1}, "BAD_INPUT", "radiusM"),
        (NEAR, {"lon": 0, "lat": 0, "classes": ["METER"]}, "BAD_INPUT", "classes"),
        (NEAREST_LINE, {"lon": 0, "lat": 95}, "BAD_INPUT", "lat"),
        (CIRCUITS, {"lon": -200, "lat": 0}, "BAD_INPUT", "lon"),
        (CONNECTED, {"id": "x' OR '1'='1"}, "NOT_FOUND", "lineId"),
        (IMPACT, {}, "BAD_INPUT", "area"),
        (IMPACT, {"area": {"bbox": [0, 0, 1, 1]}, "device": "XFMR-1"}, "BAD_INPUT", "area"),
        (IMPACT, {"device": "'; DROP TABLE grid_meter; --"}, "NOT_FOUND", "deviceId"),
        (IMPACT, {"area": {}}, "BAD_INPUT", "area"),
        (
            IMPACT,
            {"area": {"circle": {"lon": 179.999, "lat": 0, "radiusM": 900}}},
            "BAD_INPUT",
            "area.circle",
        ),
        (
            INSIDE,
            {"area": {"polygon": {"type": "Polygon", "coordinates": [BOW_TIE]}}, "classes": ["METER"]},
            "BAD_INPUT",
            "area.polygon",
        ),
        (
            INSIDE,
            {
                "area": {"polygon": {"type": "Polygon", "coordinates": [STAR], "crs": "EPSG:3857"}},
                "classes": ["METER"],
            },
            "BAD_INPUT",
            "area.polygon.crs",
        ),
        (INSIDE, {"area": {"bbox": [-180, -90, 180, 90]}, "classes": ["METER"]}, "BAD_INPUT", "area.bbox"),
        (
            INSIDE,
            {"area": {"bbox": [0, 0, 1, 1]}, "classes": ["METER", "POLE"], "after": "x"},
            "BAD_INPUT",
            "after",
        ),
    ],
)
def test_hostile_input_is_refused_by_name(
    synced: None, viewer_api: Api, query: str, variables: dict[str, Any], code: str, field: str
) -> None:
    error = viewer_api.error(query, **variables)

    assert (error["extensions"]["code"], error["extensions"]["field"]) == (code, field)
    assert models.Meter.objects.count() == 0


def test_sql_in_a_cursor_is_only_a_text(scattered: Scattered, viewer_api: Api) -> None:
    box = {"bbox": [CENTRE[0] - 0.05, CENTRE[1] - 0.05, CENTRE[0] + 0.05, CENTRE[1] + 0.05]}

    (found,) = viewer_api.data(
        INSIDE, area=box, classes=["METER"], after="Z'; DELETE FROM grid_customer; --"
    )["assetsIn"]["classes"]

    assert (found["count"], found["assets"]) == (len(scattered.meters), [])
    assert models.Customer.objects.count() == len(scattered.customers)


def test_an_area_of_too_many_meters_is_refused_before_it_is_looked_at(
    scattered: Scattered, viewer_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connection

    from grid.selectors.spatial import impact, within

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE grid_meter")
    monkeypatch.setattr(impact, "MOST_METERS", 50)
    monkeypatch.setattr(within, "MOST_ROWS", 50)
    box = {"bbox": [CENTRE[0] - 0.05, CENTRE[1] - 0.05, CENTRE[0] + 0.05, CENTRE[1] + 0.05]}

    for query, variables in ((IMPACT, {"area": box}), (INSIDE, {"area": box, "classes": ["METER"]})):
        error = viewer_api.error(query, **variables)

        assert (error["extensions"]["code"], error["extensions"]["field"]) == ("LIMIT_EXCEEDED", "area")


# Which store answers


def test_the_answer_says_that_postgis_gave_it(scattered: Scattered, viewer_api: Api) -> None:
    answer = viewer_api.run(NEAREST, lon=CENTRE[0], lat=CENTRE[1], classes=["METER"])

    (use,) = answer["extensions"]["backends"]
    assert (use["field"], use["backend"], use["fallbackReason"]) == ("nearestAssets", "postgis", None)


def test_without_postgis_the_question_is_refused_with_the_reason(
    scattered: Scattered, viewer_api: Api
) -> None:
    from grid.federation.breakers import postgis_breaker

    postgis_breaker.open()

    answer: Any = viewer_api.post(NEAREST, {"lon": CENTRE[0], "lat": CENTRE[1], "classes": ["METER"]})
    (error,) = answer.json()["errors"]

    assert answer.status_code == 503
    assert error["extensions"]["code"] == "DATABASE_UNAVAILABLE"
    assert "PostGIS alone" in error["message"]


def test_a_layer_never_synced_is_named(viewer_api: Api) -> None:
    make_substation()

    error = viewer_api.error(NEAREST, lon=CENTRE[0], lat=CENTRE[1], classes=["SUBSTATION"])

    assert error["extensions"]["code"] == "NEVER_SYNCED"
    assert "substations" in error["message"]
