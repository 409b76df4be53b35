"""Ratings of circuits and lines by the weather, from either store, against the pure functions."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from grid import models
from grid.selectors import line_ratings
from grid.standards.conductors import CATALOGUE
from grid.standards.line_rating import RatingParams, ampacity_a
from grid.warehouse import Warehouse
from tests.api.rated_circuits import ACSR, NIGHT, fill_cache, fill_warehouse
from tests.clients import Api
from tests.factories.grid import (
    grant_zone,
    make_circuit,
    make_line_section,
    make_transformer,
    make_transformer_load,
    make_zone,
)

QUERY = """query($at: DateTime, $ids: [String!], $min: Float, $limit: Int! = 100) {
  circuitRatings(at: $at, circuitIds: $ids, minLoadingPct: $min, limit: $limit) {
    at marginPct capacityLeftMva circuitCount over85Count over100Count
    ratings { circuitId name substationId at conductorType ratedA weatherRatedA windRatedA limitedBy station
      stationDistanceKm ambientC sunWPerM2 reason ratedMva weatherRatedMva loadA loadMva coveragePct
      loadingPct weatherLoadingPct marginPct } } }"""


def rated_a(ambient_c: float) -> float:
    return float(ampacity_a(CATALOGUE[ACSR], ambient_c=ambient_c, sun_w_per_m2=0.0, params=RatingParams()))


def by_id(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["circuitId"]: each for each in answer["circuitRatings"]["ratings"]}


def test_a_circuit_is_rated_in_the_weather_of_its_newest_load(viewer_api: Api, synced: None) -> None:
    fill_cache()

    answer = viewer_api.data(QUERY)

    a = by_id(answer)["CKT-A"]
    assert a["weatherRatedA"] == pytest.approx(rated_a(30.0))
    # 6000 kVA at 12.47 kV: 6000 / (1.7320508 * 12.47) = 277.79 A.
    assert a["loadA"] == pytest.approx(277.79, abs=0.01)
    assert a["loadingPct"] == pytest.approx(100 * 277.79 / 530, abs=0.01)
    assert a["weatherLoadingPct"] == pytest.approx(100 * a["loadA"] / a["weatherRatedA"])
    assert a["marginPct"] == pytest.approx(100 - a["weatherLoadingPct"])
    assert a["windRatedA"] == 630.0  # a breeze of 4 m/s carries more than the breaker
    assert (a["limitedBy"], a["station"], a["ambientC"], a["reason"]) == ("CONDUCTOR", "WX-1", 30.0, None)
    assert (a["at"], a["sunWPerM2"], a["coveragePct"]) == ("2026-06-01T06:00:00+00:00", 0.0, 75.0)
    found = answer["circuitRatings"]
    assert (found["circuitCount"], found["over85Count"], found["over100Count"]) == (1, 0, 0)
    assert found["marginPct"] == pytest.approx(a["marginPct"])
    assert found["capacityLeftMva"] == pytest.approx(a["weatherRatedMva"] - 6.0)


def test_what_is_not_known_is_null_and_says_why(viewer_api: Api, synced: None) -> None:
    fill_cache()

    found = by_id(viewer_api.data(QUERY))

    assert found["CKT-B"]["weatherRatedA"] is None
    assert found["CKT-B"]["loadingPct"] is not None
    assert found["CKT-B"]["reason"] == "The catalogue has no conductor '477 ACSR'."
    assert (found["CKT-C"]["loadA"], found["CKT-C"]["marginPct"]) == (None, None)
    assert found["CKT-C"]["weatherRatedA"] == pytest.approx(rated_a(30.0))
    assert found["CKT-C"]["reason"] == "No load of the circuit is known in that hour."

    models.WeatherObservation.objects.all().delete()
    without = by_id(viewer_api.data(QUERY))["CKT-A"]
    assert without["weatherRatedA"] is None
    assert without["reason"] == "No station within 100 km observed a temperature in that hour."


def test_without_any_load_or_weather_there_is_no_hour(viewer_api: Api, synced: None) -> None:
    make_circuit(conductor_type=ACSR)

    (found,) = viewer_api.data(QUERY)["circuitRatings"]["ratings"]

    assert (found["at"], found["weatherRatedA"]) == (None, None)
    assert found["reason"] == "No hour of load or weather is known."


@pytest.mark.parametrize("missing", ["at", "circuits", "loads", "observations"])
def test_without_one_of_its_parts_an_hour_has_no_margin(synced: None, missing: str) -> None:
    fill_cache()
    whole = line_ratings.hour_from_cache([])
    nothing: dict[str, Any] = {"at": None, "circuits": [], "loads": {}, "observations": []}

    found = replace(whole, **{missing: nothing[missing]})

    assert (whole.margin.circuit_count, found.margin.circuit_count) == (1, 0)
    assert found.margin.margin_pct is None


def test_both_stores_rate_alike(synced: None, warehouse: Warehouse) -> None:
    fill_cache()
    fill_warehouse(warehouse)

    cached, stored = line_ratings.hour_from_cache([]), line_ratings.hour_from_warehouse([])

    assert cached.at == stored.at == NIGHT
    assert cached.ratings == stored.ratings
    assert cached.margin == stored.margin


def test_the_warehouse_answers_for_a_cache_that_was_never_synced(
    viewer_api: Api, synced: None, warehouse: Warehouse
) -> None:
    fill_warehouse(warehouse)
    models.SyncLayer.objects.filter(pk="weather").update(synced_at=None)

    answer = viewer_api.run(QUERY)

    assert by_id(answer["data"])["CKT-A"]["weatherRatedA"] == pytest.approx(rated_a(30.0))
    (use,) = answer["extensions"]["backends"]
    assert (use["field"], use["backend"]) == ("circuitRatings", "warehouse")
    assert use["fallbackReason"] == "never synced: weather"


@pytest.mark.parametrize("asked_twice", [False, True], ids=["asked", "kept"])
def test_a_past_hour_is_rated_in_its_own_weather(
    viewer_api: Api, synced: None, warehouse: Warehouse, asked_twice: bool
) -> None:
    fill_warehouse(warehouse)
    at = (NIGHT - timedelta(hours=23, minutes=20)).isoformat()
    if asked_twice:
        viewer_api.data(QUERY, at=at)

    answer = viewer_api.run(QUERY, at=at)

    a = by_id(answer["data"])["CKT-A"]
    assert a["at"] == "2026-05-31T06:00:00+00:00"
    assert a["weatherRatedA"] == pytest.approx(rated_a(20.0))
    # 2 x 950 kWh over 0.95; two meters metered for 45 minutes each.
    assert (a["loadMva"], a["coveragePct"]) == (pytest.approx(2.0), pytest.approx(75.0))
    assert by_id(answer["data"])["CKT-B"]["loadMva"] is None
    backend = answer["extensions"]["backends"][0]["backend"]
    assert backend == ("result-cache" if asked_twice else "warehouse")


def test_circuits_are_chosen_and_ordered_by_their_loading(viewer_api: Api, synced: None) -> None:
    fill_cache()
    busy = make_circuit(id="CKT-D", substation=models.Substation.objects.get(), conductor_type=ACSR)
    make_transformer_load(
        transformer=make_transformer(line=make_line_section(circuit=busy)),
        load_hour=NIGHT,
        load_kva=13_000.0,
        meter_count=1,
    )

    everything = viewer_api.data(QUERY)["circuitRatings"]
    assert [each["circuitId"] for each in everything["ratings"]] == ["CKT-D", "CKT-A", "CKT-B", "CKT-C"]
    assert (everything["over85Count"], everything["over100Count"]) == (1, 1)
    assert list(by_id(viewer_api.data(QUERY, limit=1))) == ["CKT-D"]
    assert list(by_id(viewer_api.data(QUERY, min=90.0))) == ["CKT-D"]
    named = viewer_api.data(QUERY, ids=["CKT-A", "CKT-C"])
    assert list(by_id(named)) == ["CKT-A", "CKT-C"]
    assert named["circuitRatings"]["circuitCount"] == 2  # the margin is still that of all


def test_a_user_sees_the_circuits_of_their_zones(viewer: User, synced: None, warehouse: Warehouse) -> None:
    fill_cache()
    fill_warehouse(warehouse)
    grant_zone(user=viewer, zone=make_zone(id="ZONE-2"))

    for variables in ({}, {"at": NIGHT.isoformat()}):
        found = Api(viewer).data(QUERY, **variables)["circuitRatings"]
        assert (found["ratings"], found["circuitCount"], found["marginPct"]) == ([], 0, None)


@pytest.mark.parametrize(
    ("variables", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
        ({"ids": ["X"] * 501}, "circuitIds"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at"),
        ({"at": "2026-06-01T06:00:00"}, "at"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    viewer_api: Api, synced: None, variables: dict[str, Any], field: str
) -> None:
    error = viewer_api.error(QUERY, **variables)

    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_INPUT", field)


def test_circuits_and_lines_carry_their_ratings(viewer_api: Api, synced: None) -> None:
    fill_cache()

    answer = viewer_api.data(
        """{ circuits { edges { node { assetId rating { weatherRatedA loadA marginPct } } } }
             line(assetId: "LINE-A") { rating { at ratedA weatherRatedA station reason } } }"""
    )

    circuits = {edge["node"]["assetId"]: edge["node"]["rating"] for edge in answer["circuits"]["edges"]}
    assert circuits["CKT-A"]["weatherRatedA"] == pytest.approx(rated_a(30.0))
    assert circuits["CKT-C"]["marginPct"] is None
    expected = ampacity_a(CATALOGUE["ACSR 2 6/1"], ambient_c=30.0, sun_w_per_m2=0.0, params=RatingParams())
    assert answer["line"]["rating"] == {
        "at": "2026-06-01T06:00:00+00:00",
        "ratedA": 180.0,
        "weatherRatedA": pytest.approx(float(expected)),
        "station": "WX-1",
        "reason": None,
    }
