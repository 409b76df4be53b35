"""The weather between the stations, worked by hand."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from grid.warehouse import Warehouse, tables
from tests.clients import Api
from tests.warehouse_rows import fill, filled

HOUR = datetime(2025, 7, 1, 12)
AT = "2025-07-01T12:40:00Z"
GRID = """query($at: DateTime!, $bbox: [Float!], $measures: [WeatherMeasure!], $resolution: Int! = 2) {
  weatherGrid(at: $at, bbox: $bbox, measures: $measures, resolution: $resolution) {
    at bbox columnCount rowCount method maxDistanceKm nearestStationKm
    fields { measure unit values minimum maximum stationCount leaveOneOutRmse reason } } }"""
HOURS = """query($start: DateTime, $end: DateTime) {
  weatherHours(start: $start, end: $end) { at stationCount } }"""


@pytest.fixture
def observed(warehouse: Warehouse) -> Warehouse:
    """Two stations on the equator, 0.4° apart, in the hour; one of them an hour later and 40 days before."""
    rows = [
        ("WX-A", 0.1, 0, 20.0, 50.0),
        ("WX-B", 0.5, 0, 30.0, None),
        ("WX-A", 0.1, 1, 21.0, 50.0),
        ("WX-A", 0.1, -40 * 24, 5.0, 50.0),
    ]
    fill(
        warehouse,
        tables.weather_hourly,
        [
            filled(
                tables.weather_hourly,
                {
                    "station_id": station,
                    "observed_at": HOUR + timedelta(hours=hours),
                    "longitude": lon,
                    "latitude": 0.0,
                    "temperature_c": temperature_c,
                    "humidity_pct": humidity_pct,
                },
            )
            for station, lon, hours, temperature_c, humidity_pct in rows
        ],
    )
    return warehouse


def test_a_grid_lies_between_the_stations(viewer_api: Api, observed: Warehouse) -> None:
    # Cells of 0.2° along the equator: the first is centred on the first station.
    found = viewer_api.data(
        GRID, at=AT, bbox=[0.0, -0.1, 1.4, 0.1], resolution=7, measures=["TEMPERATURE", "HUMIDITY"]
    )["weatherGrid"]

    assert (found["columnCount"], found["rowCount"]) == (7, 1)
    assert (found["at"], found["bbox"]) == ("2025-07-01T12:00:00+00:00", [0.0, -0.1, 1.4, 0.1])
    assert found["method"] == "inverse distance weighting, power 2 (Shepard)"
    temperature, humidity = found["fields"]
    # At a station; half way; at the other; 0.2° from it and 0.6° from the first; 0.4° and 0.8°; too far.
    assert temperature["values"] == [20.0, 25.0, 30.0, 29.0, pytest.approx(28.0, abs=1e-3), None, None]
    assert found["nearestStationKm"] == [0.0, 22.2, 0.0, 22.2, 44.5, 66.7, 89.0]
    assert (temperature["unit"], temperature["minimum"], temperature["maximum"]) == ("°C", 20.0, 30.0)
    assert temperature["stationCount"] == 2
    assert temperature["leaveOneOutRmse"] == pytest.approx(10.0)
    assert humidity["values"] == [50.0, 50.0, 50.0, None, None, None, None]
    assert (humidity["stationCount"], humidity["leaveOneOutRmse"]) == (1, None)


def test_what_nobody_observed_is_unknown_and_says_why(viewer_api: Api, observed: Warehouse) -> None:
    rain = viewer_api.data(GRID, at=AT, bbox=[0.0, -0.1, 0.2, 0.1], measures=["PRECIPITATION"])
    far = viewer_api.data(GRID, at=AT, bbox=[9.0, 0.0, 9.2, 0.2], measures=["TEMPERATURE"])
    early = viewer_api.data(GRID, at="2024-01-01T00:00:00Z", bbox=[0.0, 0.0, 0.2, 0.2])

    assert rain["weatherGrid"]["fields"][0]["reason"] == "No station observed it in that hour."
    field = far["weatherGrid"]["fields"][0]
    assert (set(field["values"]), field["stationCount"]) == ({None}, 2)
    assert field["reason"] == "No station that observed it is within 50 km of the box."
    fields = early["weatherGrid"]["fields"]
    assert [each["measure"] for each in fields] == ["TEMPERATURE", "HUMIDITY", "WIND_SPEED", "PRECIPITATION"]
    assert {each["reason"] for each in fields} == {"No station observed it in that hour."}
    assert set(early["weatherGrid"]["nearestStationKm"]) == {None}


def test_the_territory_is_the_default_box_and_cells_are_square(
    viewer_api: Api, observed: Warehouse, settings: Any
) -> None:
    settings.TERRITORY_BBOX = (10.0, 59.0, 12.0, 61.0)

    found = viewer_api.data(GRID, at=AT, resolution=40)["weatherGrid"]

    # At 60° north a degree of longitude is half as long as one of latitude.
    assert (found["bbox"], found["columnCount"], found["rowCount"]) == ([10.0, 59.0, 12.0, 61.0], 20, 40)
    assert len(found["fields"][0]["values"]) == 800


def test_an_answer_is_kept(viewer_api: Api, observed: Warehouse) -> None:
    first = viewer_api.run(GRID, at=AT, bbox=[0.0, -0.1, 1.4, 0.1])
    second = viewer_api.run(GRID, at=AT, bbox=[0.0, -0.1, 1.4, 0.1])

    assert first["data"] == second["data"]
    assert [use["backend"] for use in second["extensions"]["backends"]] == ["result-cache"]


@pytest.mark.parametrize(
    ("variables", "field"),
    [
        ({"bbox": [0.0, 0.0, 1.0]}, "bbox"),
        ({"bbox": [1.0, 0.0, 0.0, 1.0]}, "bbox"),
        ({"bbox": [0.0, -91.0, 1.0, 1.0]}, "bbox"),
        ({"resolution": 0}, "resolution"),
        ({"resolution": 201}, "resolution"),
        ({"measures": []}, "measures"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    viewer_api: Api, observed: Warehouse, variables: dict[str, Any], field: str
) -> None:
    error = viewer_api.error(GRID, at=AT, **variables)

    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_INPUT", field)


def test_hours_are_those_observed(viewer_api: Api, observed: Warehouse) -> None:
    recent = viewer_api.data(HOURS)["weatherHours"]
    old = viewer_api.data(HOURS, start="2025-05-01T00:00:00Z", end="2025-07-01T12:30:00Z")["weatherHours"]

    assert recent == [
        {"at": "2025-07-01T12:00:00+00:00", "stationCount": 2},
        {"at": "2025-07-01T13:00:00+00:00", "stationCount": 1},
    ]
    assert [each["at"] for each in old] == ["2025-05-22T12:00:00+00:00", "2025-07-01T12:00:00+00:00"]


@pytest.mark.parametrize(
    ("variables", "field"),
    [
        ({"start": "2025-01-01T00:00:00Z"}, "end"),
        ({"end": "2025-01-01T00:00:00Z"}, "start"),
        ({"start": "2025-01-02T00:00:00Z", "end": "2025-01-01T00:00:00Z"}, "end"),
        ({"start": "2025-01-01T00:00:00Z", "end": "2025-06-01T00:00:00Z"}, "end"),
    ],
)
def test_hours_that_cannot_be_asked_are_refused(
    viewer_api: Api, observed: Warehouse, variables: dict[str, Any], field: str
) -> None:
    error = viewer_api.error(HOURS, **variables)

    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_INPUT", field)
