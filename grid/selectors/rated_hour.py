"""Circuits in one hour: what they may carry in its weather, against what they carry then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import numpy as np

from grid.pipeline import PipelineParams
from grid.standards.circuit_rating import (
    LineRatings,
    LinesToRate,
    Margin,
    NoRating,
    Observations,
    WeatherRatingParams,
    current_a,
    margin_of,
    rate_lines,
)
from grid.standards.line_rating import mva

PARAMS = WeatherRatingParams()
POWER_FACTOR = PipelineParams(time_zone="UTC").power_factor
"""The one that the loads of transformers are computed with."""

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class CircuitLoad:
    """What a circuit carried in an hour; ``coverage_pct`` is None where it is not known."""

    load_kva: float
    coverage_pct: float | None


@dataclass(frozen=True, kw_only=True)
class LineRating:
    """The ratings of one line in an hour; None where unknown, and then ``reason`` says why.

    ``at`` is the start of the hour, None if no hour is known.
    """

    at: datetime | None
    conductor_type: str
    rated_a: float
    weather_rated_a: float | None
    wind_rated_a: float | None
    limited_by: str | None
    station: str | None
    station_distance_km: float | None
    ambient_c: float | None
    sun_w_per_m2: float | None
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class CircuitRating(LineRating):
    """The ratings of a circuit's backbone and its load; None where unknown."""

    circuit_id: str
    name: str
    substation_id: str
    rated_mva: float
    weather_rated_mva: float | None
    load_a: float | None
    load_mva: float | None
    coverage_pct: float | None
    loading_pct: float | None
    weather_loading_pct: float | None
    margin_pct: float | None


@dataclass(frozen=True, kw_only=True)
class RatedHour:
    """Circuits, loads and weather of one hour: what ratings are made of."""

    at: datetime | None
    circuits: Sequence[Row]
    loads: dict[str, CircuitLoad]
    observations: Sequence[Row]

    @cached_property
    def ratings(self) -> dict[str, CircuitRating]:
        """The rating of every circuit by its id."""
        return {each.circuit_id: each for each in _rated(self)}

    @property
    def margin(self) -> Margin:
        """The margin of all of them together, without making the rating of each."""
        loads = [self.loads.get(row["circuit_id"]) for row in self.circuits]
        kv = _floats(row["voltage_kv"] for row in self.circuits)
        found = None if self.at is None or not loads else _rate(self, self.at, self.circuits)
        return margin_of(
            load_mva=_floats(None if load is None else load.load_kva / 1000.0 for load in loads),
            rated_mva=np.full(len(kv), np.nan) if found is None else mva(kv, found.weather_rated_a),
        )

    def of_line(self, *, circuit_id: str, conductor_type: str, rated_a: float) -> LineRating | None:
        """Return the ratings of a section of a circuit; None if the circuit is not known.

        A section is rated by itself: what else is in series with it is no part of its rating.
        """
        place = self._places.get(circuit_id)
        if place is None:
            return None
        line = {"conductor_type": conductor_type, "rated_a": rated_a, "other_limit_a": None, **place}
        return LineRating(**_ratings_of(self, [line])[0])

    @cached_property
    def _places(self) -> dict[str, dict[str, float]]:
        return {row["circuit_id"]: {"lon": row["lon"], "lat": row["lat"]} for row in self.circuits}


def circuit_load(load_kva: float, coverage_pct: float | None) -> CircuitLoad:
    """Return a sum rounded to the millivoltampere: databases add up in orders of their own."""
    return CircuitLoad(
        load_kva=round(load_kva, 6), coverage_pct=None if coverage_pct is None else round(coverage_pct, 6)
    )


def _rated(hour: RatedHour) -> list[CircuitRating]:
    if not hour.circuits:
        return []
    loads = [hour.loads.get(row["circuit_id"]) for row in hour.circuits]
    kv = np.array([row["voltage_kv"] for row in hour.circuits], dtype=np.float64)
    kva = _floats(None if load is None else load.load_kva for load in loads)
    amperes = current_a(kva, kv)
    made = []
    for index, (row, load, line) in enumerate(
        zip(hour.circuits, loads, _ratings_of(hour, hour.circuits), strict=True)
    ):
        rated_a, weather_a = line["rated_a"], line["weather_rated_a"]
        load_a = _known(amperes[index])
        weather_loading = 100.0 * load_a / weather_a if load_a is not None and weather_a else None
        made.append(
            CircuitRating(
                **line | {"reason": line["reason"] or _no_load(hour, row["circuit_id"])},
                circuit_id=row["circuit_id"],
                name=row["circuit_name"],
                substation_id=row["substation_id"],
                rated_mva=float(mva(kv[index], rated_a)),
                weather_rated_mva=None if weather_a is None else float(mva(kv[index], weather_a)),
                load_a=load_a,
                load_mva=None if load is None else load.load_kva / 1000.0,
                coverage_pct=None if load is None else load.coverage_pct,
                loading_pct=100.0 * load_a / rated_a if load_a is not None and rated_a else None,
                weather_loading_pct=weather_loading,
                margin_pct=None if weather_loading is None else 100.0 - weather_loading,
            )
        )
    return made


def _ratings_of(hour: RatedHour, lines: Sequence[Row]) -> list[Row]:
    """Return what the fields of ``LineRating`` are, for each line."""
    if hour.at is None:
        return [_unrated(line) for line in lines]
    seen = hour.observations
    found = _rate(hour, hour.at, lines)
    return [
        {
            "at": hour.at,
            "conductor_type": row["conductor_type"],
            "rated_a": row["rated_a"],
            "weather_rated_a": _known(found.weather_rated_a[n]),
            "wind_rated_a": _known(found.wind_rated_a[n]),
            "limited_by": found.limited_by[n],
            "station": seen[found.station[n]]["station_id"] if found.station[n] >= 0 else None,
            "station_distance_km": _known(found.station_km[n]),
            "ambient_c": _known(found.ambient_c[n]),
            "sun_w_per_m2": _known(found.sun_w_per_m2[n]),
            "reason": _no_rating(found.missing[n], row["conductor_type"]),
        }
        for n, row in enumerate(lines)
    ]


def _rate(hour: RatedHour, at: datetime, lines: Sequence[Row]) -> LineRatings:
    seen = hour.observations
    return rate_lines(
        LinesToRate(
            conductor=[row["conductor_type"] for row in lines],
            rated_a=_floats(row["rated_a"] for row in lines),
            other_limit_a=_floats(row["other_limit_a"] for row in lines),
            lon=_floats(row["lon"] for row in lines),
            lat=_floats(row["lat"] for row in lines),
        ),
        hour=at,
        observations=Observations(
            station_id=[row["station_id"] for row in seen],
            lon=_floats(row["lon"] for row in seen),
            lat=_floats(row["lat"] for row in seen),
            temperature_c=_floats(row["temperature_c"] for row in seen),
            wind_mps=_floats(row["wind_speed_mps"] for row in seen),
        ),
        params=PARAMS,
    )


def _unrated(line: Row) -> Row:
    nothing = dict.fromkeys(
        (
            "at",
            "weather_rated_a",
            "wind_rated_a",
            "limited_by",
            "station",
            "station_distance_km",
            "ambient_c",
            "sun_w_per_m2",
        )
    )
    return {
        **nothing,
        "conductor_type": line["conductor_type"],
        "rated_a": line["rated_a"],
        "reason": "No hour of load or weather is known.",
    }


def _no_rating(missing: NoRating | None, conductor_type: str) -> str | None:
    match missing:
        case None:
            return None
        case NoRating.UNKNOWN_CONDUCTOR:
            return f"The catalogue has no conductor {conductor_type!r}."
        case NoRating.NO_WEATHER:
            return f"No station within {PARAMS.max_station_km:g} km observed a temperature in that hour."


def _no_load(hour: RatedHour, circuit_id: str) -> str | None:
    return None if circuit_id in hour.loads else "No load of the circuit is known in that hour."


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _floats(values: Any) -> Any:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def as_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)
