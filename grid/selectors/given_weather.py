"""What one circuit, section or transmission line may carry in weather that is given, or in that of an hour.

What is not given is taken from the hour: the air as observed, the sun of a clear sky, and the usual
conservative wind. So a question about a hot afternoon, and the rating that stands on the map, come out of the
same formulas.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from flux_site.api.errors import NotFound
from grid import models
from grid.federation import from_either_store
from grid.selectors import branch_ratings as branches
from grid.selectors import line_ratings as circuits
from grid.selectors.rated_hour import PARAMS, LineRating, Row
from grid.standards.branch_rating import ambient_multiplier
from grid.standards.circuit_rating import LinesToRate, rate_in_air
from grid.standards.line_rating import mva

CIRCUIT_HAS_NO_LOAD = "No load of the circuit is known in that hour."
SECTION_HAS_NO_LOAD = "A section has no load of its own; see its circuit."
NO_AIR = "The temperature of the air is neither given nor on record."


@dataclass(frozen=True, kw_only=True)
class GivenWeather:
    """Weather as somebody gives it; None: that of the hour.

    Attributes:
        air_c: temperature of the air.
        wind_mps: wind speed.
        wind_angle_deg: between wind and line, 90 is across it.
        sun_w_per_m2: heat of the sun on the line; 0 at night.
    """

    air_c: float | None = None
    wind_mps: float | None = None
    wind_angle_deg: float | None = None
    sun_w_per_m2: float | None = None

    @property
    def is_given(self) -> bool:
        """Whether anything is given."""
        return any(each is not None for each in vars(self).values())


@dataclass(frozen=True, kw_only=True)
class WeatherUsed:
    """The weather that a rating is of; None where unknown.

    Attributes:
        air_c, wind_mps, wind_angle_deg, sun_w_per_m2: as it was reckoned with.
        station: that observed the air; None where it was given.
        station_km: how far away that is.
    """

    air_c: float | None
    wind_mps: float
    wind_angle_deg: float
    sun_w_per_m2: float | None
    station: str | None
    station_km: float | None


@dataclass(frozen=True, kw_only=True)
class RatedLine:
    """What a line may carry in some weather, and what it carries; None where unknown.

    Attributes:
        asset_id, name: the line.
        at: start of the hour of its load and of what is not given of the weather.
        conductor: of a circuit's backbone or a section.
        static_a, static_mva: rating on record; a transmission line has one in MVA, the others in A.
        rated_a, rated_mva: rating in the weather.
        limited_by: what decides it: CONDUCTOR, CABLE or EQUIPMENT.
        weather: the weather.
        load_a, load_mva: what it carries; of a planned flow the megawatts, by the DC power flow.
        is_planned_flow: whether that is the flow of the planning base case and not of the hour.
        coverage_pct: share of its meters behind the load; below 100 the load is a lower bound.
        reason: why the rating or the load is unknown.
    """

    asset_id: str
    name: str
    at: datetime | None
    conductor: str | None
    static_a: float | None
    static_mva: float | None
    rated_a: float | None
    rated_mva: float | None
    limited_by: str | None
    weather: WeatherUsed
    load_a: float | None
    load_mva: float | None
    is_planned_flow: bool
    coverage_pct: float | None
    reason: str | None

    @property
    def loading_pct(self) -> float | None:
        """Load over the static rating."""
        if self.is_planned_flow:
            return _share(self.load_mva, self.static_mva)
        return _share(self.load_a, self.static_a)

    @property
    def weather_loading_pct(self) -> float | None:
        """Load over the rating in the weather."""
        if self.is_planned_flow:
            return _share(self.load_mva, self.rated_mva)
        return _share(self.load_a, self.rated_a)


def rate_circuit(circuit_id: str, *, given: GivenWeather, at: datetime | None, user: Any) -> RatedLine:
    """Return what the backbone of a circuit may carry.

    Args:
        circuit_id: the circuit.
        given: weather that is given.
        at: a moment in the hour wanted; the newest hour whose loads are known if None.
        user: whose zones count.

    Raises:
        NotFound: if there is no such circuit that the user may see.
        BadInput: if the moment is absurd.
        NeverSynced, DatabaseUnavailable, WarehouseUnavailableError: if no store can answer.
    """
    hour = circuits.rated_hour(at=at, user=user)
    row = next((each for each in hour.circuits if each["circuit_id"] == circuit_id), None)
    found = hour.ratings.get(circuit_id)
    if row is None or found is None:
        raise NotFound(f"There is no circuit {circuit_id!r} that you may see.", field="line")
    rated_a, limited_by, weather = _in_weather(row, found, given)
    rated_mva = None if rated_a is None else float(mva(row["voltage_kv"], rated_a))
    return RatedLine(
        asset_id=circuit_id,
        name=found.name,
        at=found.at,
        conductor=found.conductor_type,
        static_a=found.rated_a,
        static_mva=found.rated_mva,
        rated_a=rated_a,
        rated_mva=rated_mva,
        limited_by=limited_by,
        weather=weather,
        load_a=found.load_a,
        load_mva=found.load_mva,
        is_planned_flow=False,
        coverage_pct=found.coverage_pct,
        reason=_why(rated_a, found.load_a, found, CIRCUIT_HAS_NO_LOAD),
    )


def rate_section(line_id: str, *, given: GivenWeather, at: datetime | None, user: Any) -> RatedLine:
    """Return what a section of a circuit may carry; a section has no load of its own.

    Raises:
        NotFound: if there is no such section that the user may see.
        BadInput: if the moment is absurd.
        NeverSynced, DatabaseUnavailable, WarehouseUnavailableError: if no store can answer.
    """

    def ask() -> Row | None:
        rows = models.LineSection.objects.visible_to(user).filter(pk=line_id)
        found = rows.values("circuit_id", "conductor_type", "rated_a").first()
        return None if found is None else dict(found)

    section = from_either_store(field="weatherRating", layers=("lines",), ask=ask)
    hour = circuits.rated_hour(at=at, user=user)
    found = None if section is None else hour.of_line(**section)
    if section is None or found is None:
        raise NotFound(f"There is no line section {line_id!r} that you may see.", field="line")
    place = next(each for each in hour.circuits if each["circuit_id"] == section["circuit_id"])
    row = {**place, **section, "other_limit_a": None}
    rated_a, limited_by, weather = _in_weather(row, found, given)
    return RatedLine(
        asset_id=line_id,
        name=f"Section {line_id} of {place['circuit_name']}",
        at=found.at,
        conductor=found.conductor_type,
        static_a=found.rated_a,
        static_mva=float(mva(place["voltage_kv"], found.rated_a)),
        rated_a=rated_a,
        rated_mva=None if rated_a is None else float(mva(place["voltage_kv"], rated_a)),
        limited_by=limited_by,
        weather=weather,
        load_a=None,
        load_mva=None,
        is_planned_flow=False,
        coverage_pct=None,
        reason=_why(rated_a, None, found, SECTION_HAS_NO_LOAD),
    )


def rate_branch(branch_id: str, *, given: GivenWeather, at: datetime | None, user: Any) -> RatedLine:
    """Return what a transmission line may carry, against its flow in the planning base case.

    Raises:
        NotFound: if there is no such branch in service that the user may see.
        BadInput: if the moment is absurd.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    answer = branches.branch_ratings(
        at=at, branch_ids=[branch_id], substation_id=None, min_loading_pct=None, limit=1, user=user
    )
    (found,) = answer.ratings
    params = branches.PARAMS
    air_c = found.ambient_c if given.air_c is None else given.air_c
    sun = _sun(found.sun_w_per_m2, given)
    weather = _used(found.station, found.station_distance_km, air_c, sun, given)
    multiplier, reason = found.multiplier, found.reason
    is_line = found.kind == models.BranchKind.LINE
    if given.is_given and (found.rating_mva is None or not is_line):
        reason = branches.UNLIMITED if found.rating_mva is None else branches.NOT_A_LINE
    elif given.is_given:
        multiplier, reason = None, NO_AIR
        if air_c is not None and sun is not None:
            reason = None
            multiplier = float(
                ambient_multiplier(
                    air_c,
                    sun,
                    wind_mps=weather.wind_mps,
                    wind_angle_deg=weather.wind_angle_deg,
                    params=params,
                )
            )
    rated = None if multiplier is None or found.rating_mva is None else multiplier * found.rating_mva
    return RatedLine(
        asset_id=branch_id,
        name=branches.name_of(branch_id),
        at=answer.at,
        conductor=None,
        static_a=None,
        static_mva=found.rating_mva,
        rated_a=None,
        rated_mva=rated,
        limited_by=None,
        weather=weather,
        load_a=None,
        load_mva=abs(found.base_flow_mw),
        is_planned_flow=True,
        coverage_pct=None,
        reason=reason,
    )


def _in_weather(
    row: Row, found: LineRating, given: GivenWeather
) -> tuple[float | None, str | None, WeatherUsed]:
    """Return the rating of a circuit or section in weather given, else as it was found for the hour."""
    air_c = found.ambient_c if given.air_c is None else given.air_c
    sun = _sun(found.sun_w_per_m2, given)
    weather = _used(found.station, found.station_distance_km, air_c, sun, given)
    if not given.is_given:
        return found.weather_rated_a, found.limited_by, weather
    other = row["other_limit_a"]
    rated = rate_in_air(
        LinesToRate(
            conductor=[row["conductor_type"]],
            rated_a=np.array([row["rated_a"]], dtype=np.float64),
            other_limit_a=np.array([np.nan if other is None else other], dtype=np.float64),
            lon=np.array([row["lon"]]),
            lat=np.array([row["lat"]]),
        ),
        ambient_c=np.array([np.nan if air_c is None else air_c]),
        sun_w_per_m2=np.array([np.nan if sun is None else sun]),
        wind_mps=np.array([weather.wind_mps]),
        wind_angle_deg=np.array([weather.wind_angle_deg]),
        params=PARAMS.line,
    )
    amperes = float(rated.rated_a[0])
    return (amperes if np.isfinite(amperes) else None), rated.limited_by[0], weather


def _used(
    station: str | None,
    station_km: float | None,
    air_c: float | None,
    sun: float | None,
    given: GivenWeather,
) -> WeatherUsed:
    angle = given.wind_angle_deg
    if angle is None:
        # An observed wind blows at any angle; the conservative one is taken across the line.
        is_given = given.wind_mps is not None
        angle = PARAMS.observed_wind_angle_deg if is_given else PARAMS.line.wind_angle_deg
    is_observed = given.air_c is None
    return WeatherUsed(
        air_c=air_c,
        wind_mps=PARAMS.line.wind_mps if given.wind_mps is None else given.wind_mps,
        wind_angle_deg=angle,
        sun_w_per_m2=sun,
        station=station if is_observed else None,
        station_km=station_km if is_observed else None,
    )


def _why(rated_a: float | None, load_a: float | None, found: LineRating, no_load: str) -> str | None:
    """Return what is not known: the rating, else the load."""
    if rated_a is None:
        return found.reason or NO_AIR
    return no_load if load_a is None else None


def _sun(seen: float | None, given: GivenWeather) -> float | None:
    """Return the sun given, that of the hour, or the full sun of static ratings where no hour is known."""
    if given.sun_w_per_m2 is not None or seen is not None:
        return seen if given.sun_w_per_m2 is None else given.sun_w_per_m2
    return branches.PARAMS.static_sun_w_per_m2 if given.is_given else None


def _share(part: float | None, whole: float | None) -> float | None:
    return 100.0 * part / whole if part is not None and whole else None
