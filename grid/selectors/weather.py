"""Weather between the stations: a grid of an hour, and which hours there are."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import numpy as np
from django.conf import settings

from flux_site.api.errors import BadInput
from grid.selectors.ami_scope import asked
from grid.selectors.hours import hour_of, span
from grid.standards.weather_field import Raster, interpolate
from grid.warehouse import queries

MAX_RESOLUTION = 200
MAX_DAYS = 92
MAX_DISTANCE_KM = 50.0
METHOD = "inverse distance weighting, power 2 (Shepard)"


class WeatherMeasure(StrEnum):
    """What stations observe."""

    TEMPERATURE = "TEMPERATURE"
    HUMIDITY = "HUMIDITY"
    WIND_SPEED = "WIND_SPEED"
    PRECIPITATION = "PRECIPITATION"


COLUMNS = {
    WeatherMeasure.TEMPERATURE: ("temperature_c", "°C"),
    WeatherMeasure.HUMIDITY: ("humidity_pct", "%"),
    WeatherMeasure.WIND_SPEED: ("wind_speed_mps", "m/s"),
    WeatherMeasure.PRECIPITATION: ("precipitation_mm", "mm"),
}


@dataclass(frozen=True, kw_only=True)
class WeatherField:
    """One measure at the cells of a grid; None where unknown, and if it is everywhere ``reason`` says why."""

    measure: WeatherMeasure
    unit: str
    values: list[float | None]
    minimum: float | None
    maximum: float | None
    station_count: int
    leave_one_out_rmse: float | None
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class WeatherGrid:
    """The weather of an hour on a regular grid, row by row from the north-west."""

    at: datetime
    bbox: list[float]
    column_count: int
    row_count: int
    method: str
    max_distance_km: float
    nearest_station_km: list[float | None]
    fields: list[WeatherField]


@dataclass(frozen=True, kw_only=True)
class WeatherHour:
    """An hour with weather, and how many stations observed it."""

    at: datetime
    station_count: int


def weather_grid(
    *,
    at: datetime,
    bbox: Sequence[float] | None,
    measures: Sequence[WeatherMeasure],
    resolution: int,
) -> WeatherGrid:
    """Return the weather of the hour of ``at`` on a grid.

    Args:
        at: a moment in the hour.
        bbox: west, south, east, north in degrees; the territory's if None.
        measures: what is wanted, at least one.
        resolution: cells along the longer side of the box; the other side has as many as keep cells square
            on the ground.

    Raises:
        BadInput: naming the field.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    raster = _raster(settings.TERRITORY_BBOX if bbox is None else bbox, resolution)
    if not measures:
        raise BadInput("measures is empty; name at least one.", field="measures")
    hour = hour_of(at, field="at")
    wanted = list(dict.fromkeys(measures))
    return asked(
        field="weatherGrid",
        question={"hour": hour, "raster": asdict(raster), "measures": wanted},
        queries={"observations": queries.observations_at([hour])},
        build=lambda rows: _grid(rows["observations"], hour, raster, wanted),
        encode=asdict,
        decode=lambda kept: WeatherGrid(
            **(kept | {"fields": [WeatherField(**each) for each in kept["fields"]]})
        ),
    )


def weather_hours(*, start: datetime | None, end: datetime | None) -> list[WeatherHour]:
    """Return the hours with weather from ``start`` to before ``end``, oldest first.

    By default those of the last 31 days on record.

    Raises:
        BadInput: naming the field.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    if (start is None) != (end is None):
        raise BadInput("Name start and end, or neither.", field="end" if end is None else "start")
    since = until = None
    if start is not None and end is not None:
        since, until = span(start, end, most_days=MAX_DAYS, what="the list of hours")
    return asked(
        field="weatherHours",
        question={"since": since, "until": until},
        queries={"hours": queries.weather_hours(since, until)},
        build=lambda rows: [
            WeatherHour(at=row["at"].replace(tzinfo=UTC), station_count=int(row["station_count"]))
            for row in rows["hours"]
        ],
        encode=lambda answer: [asdict(each) for each in answer],
        decode=lambda kept: [WeatherHour(**each) for each in kept],
    )


def _raster(bbox: Sequence[float], resolution: int) -> Raster:
    if len(bbox) != 4:
        raise BadInput("bbox has west, south, east and north.", field="bbox")
    west, south, east, north = bbox
    if not (-180.0 <= west < east <= 180.0 and -90.0 <= south < north <= 90.0):
        raise BadInput(
            "bbox must be west < east within -180 to 180 and south < north within -90 to 90.", field="bbox"
        )
    if not 1 <= resolution <= MAX_RESOLUTION:
        raise BadInput(f"resolution is {resolution}; it must be 1 to {MAX_RESOLUTION}.", field="resolution")
    width = (east - west) * float(np.cos(np.radians((south + north) / 2.0)))
    height = north - south
    longer = max(width, height)
    return Raster(
        west=west,
        south=south,
        east=east,
        north=north,
        column_count=max(1, round(resolution * width / longer)),
        row_count=max(1, round(resolution * height / longer)),
    )


def _grid(
    rows: Sequence[dict[str, Any]], hour: datetime, raster: Raster, measures: Sequence[WeatherMeasure]
) -> WeatherGrid:
    lon, lat = raster.centres()
    places = {"station_lon": _floats(rows, "lon"), "station_lat": _floats(rows, "lat")}
    fields = []
    nearest: Any = np.full(lon.shape, np.nan)
    for measure in measures:
        column, unit = COLUMNS[measure]
        found = interpolate(
            lon=lon, lat=lat, **places, observed=_floats(rows, column), max_distance_km=MAX_DISTANCE_KM
        )
        nearest = np.fmin(nearest, found.nearest_km)
        known = found.values[~np.isnan(found.values)]
        fields.append(
            WeatherField(
                measure=measure,
                unit=unit,
                values=_rounded(found.values, 3),
                minimum=float(known.min()) if known.size else None,
                maximum=float(known.max()) if known.size else None,
                station_count=found.station_count,
                leave_one_out_rmse=found.leave_one_out_rmse,
                reason=None
                if known.size
                else "No station observed it in that hour."
                if not found.station_count
                else f"No station that observed it is within {MAX_DISTANCE_KM:g} km of the box.",
            )
        )
    return WeatherGrid(
        at=hour.replace(tzinfo=UTC),
        bbox=[raster.west, raster.south, raster.east, raster.north],
        column_count=raster.column_count,
        row_count=raster.row_count,
        method=METHOD,
        max_distance_km=MAX_DISTANCE_KM,
        nearest_station_km=_rounded(nearest, 1),
        fields=fields,
    )


def _floats(rows: Sequence[dict[str, Any]], column: str) -> Any:
    return np.array([np.nan if row[column] is None else row[column] for row in rows], dtype=np.float64)


def _rounded(values: Any, digits: int) -> list[float | None]:
    return [None if each != each else each for each in np.round(values, digits).tolist()]
