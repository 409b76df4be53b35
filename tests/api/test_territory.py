"""The ground that circuits serve: how much, where, and of whose circuits."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import MultiPolygon, Polygon

from flux_site.settings.environment import read_environment
from tests.clients import Api
from tests.factories.computed import make_service_area
from tests.factories.grid import grant_zone, make_circuit

QUESTION = "{ serviceTerritory { areaKm2 bbox circuitCount reason } }"


def square(west: float, south: float, side: float) -> MultiPolygon:
    return MultiPolygon(Polygon.from_bbox((west, south, west + side, south + side)), srid=4326)


def test_the_territory_is_all_areas_that_one_may_see(viewer_api: Api) -> None:
    nothing = viewer_api.data(QUESTION)["serviceTerritory"]
    assert (nothing["areaKm2"], nothing["bbox"], nothing["circuitCount"]) == (None, None, 0)
    assert "sync" in nothing["reason"]

    make_service_area(circuit=make_circuit(), area_km2=1.25, boundary=square(-96.0, 29.5, 0.25))
    make_service_area(circuit=make_circuit(), area_km2=2.5, boundary=square(-95.5, 29.0, 0.5))

    assert viewer_api.data(QUESTION)["serviceTerritory"] == {
        "areaKm2": 3.75,
        "bbox": [-96.0, 29.0, -95.0, 29.75],
        "circuitCount": 2,
        "reason": None,
    }


def test_areas_of_other_zones_do_not_widen_it(viewer_api: Api, viewer: User) -> None:
    seen = make_circuit()
    make_service_area(circuit=seen, boundary=square(-96.0, 29.5, 0.25))
    make_service_area(circuit=make_circuit(), boundary=square(-90.0, 40.0, 1.0))
    grant_zone(user=viewer, zone=seen.zone)

    assert viewer_api.data(QUESTION)["serviceTerritory"]["bbox"] == [-96.0, 29.5, -95.75, 29.75]


def test_those_who_may_not_see_areas_learn_of_no_bounds(nobody_api: Api) -> None:
    assert nobody_api.code(QUESTION) == "PERMISSION_DENIED"


@pytest.mark.parametrize("text", [None, "", "10,59,12,61"])
def test_an_unset_territory_is_the_default_and_known_as_such(text: str | None) -> None:
    variables = {
        "FLUX_SECRET_KEY": "key",
        "FLUX_DATABASE_URL": "postgresql://flux:word@localhost/flux",
        "FLUX_REDIS_URL": "redis://:word@localhost/0",
        "FLUX_WAREHOUSE_URL": "embedded:///tmp/w",
    }
    given = {} if text is None else {"FLUX_TERRITORY_BBOX": text}

    found = read_environment({**variables, **given})

    assert found.is_territory_given == bool(text)
    assert found.territory_bbox == ((10.0, 59.0, 12.0, 61.0) if text else (-96.2, 29.0, -94.5, 30.5))
