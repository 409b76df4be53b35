"""The tool ``weather_rating``: what a line may carry in some weather, against what it carries (IEEE 738)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from pydantic import AwareDatetime, Field, field_validator
from pydantic_core import PydanticCustomError

from agent.backends.requests import ToolOutcome, ToolRefused
from agent.events import Assets, ColumnType, Event
from agent.tools import telling
from agent.tools.periods import read_moment
from agent.tools.resolving import Found, resolve
from agent.tools.spec import Caller, Input, ToolSpec
from flux_site.api.errors import BadInput
from grid.selectors.given_weather import (
    GivenWeather,
    RatedLine,
    WeatherUsed,
    rate_branch,
    rate_circuit,
    rate_section,
)

KINDS = ("CKT", "LINE", "BR")
LIMITS = {
    "CONDUCTOR": "the conductor",
    "CABLE": "a buried cable, which does not follow the air",
    "EQUIPMENT": "equipment in series, which does not follow the air",
}
_PERMISSIONS = {"CKT": "grid.view_circuit", "LINE": "grid.view_linesection", "BR": "grid.view_branch"}


class WeatherRatingInput(Input):
    """Which line, and in which weather."""

    line: str = Field(
        min_length=1,
        max_length=200,
        description="A circuit, a line section or a transmission line, by id or name.",
    )
    at: AwareDatetime | Annotated[str, Field(max_length=80)] | None = Field(
        default=None,
        union_mode="left_to_right",
        description="A moment in the hour wanted, ISO 8601 with time zone, or in words: 'yesterday at 3 pm'; "
        "words are counted from the newest hour on record. Without it that hour.",
    )
    air_temp_c: float | None = Field(
        default=None, ge=-50.0, le=60.0, description="Temperature of the air, °C; without it as observed."
    )
    wind_speed_m_s: float | None = Field(
        default=None, ge=0.0, le=50.0, description="Wind speed, m/s; without it the conservative 0.61 m/s."
    )
    wind_angle_deg: float | None = Field(
        default=None,
        ge=0.0,
        le=90.0,
        description="Angle between wind and line, degrees: 90 is across it. Without it 45 for a wind that is "
        "given, 90 for the conservative one.",
    )
    sun_w_per_m2: float | None = Field(
        default=None,
        ge=0.0,
        le=1400.0,
        description="Heat of the sun on the line, W/m², 0 at night; without it the clear sky of the hour.",
    )

    @field_validator("at")
    @classmethod
    def with_time_zone(cls, at: datetime | str | None) -> datetime | str | None:
        """Refuse a moment in ISO 8601 that lacks its time zone: it is no words."""
        if isinstance(at, str) and at[:4].isdigit():
            raise PydanticCustomError("timezone_aware", "Input should have timezone info")
        return at


def run(caller: Caller, asked: WeatherRatingInput) -> ToolOutcome:
    """Return what a line may carry.

    Raises:
        ToolRefused: if the user may not see lines of this kind.
        BadInput, NotFound: naming the field.
        NeverSynced, DatabaseUnavailable, WarehouseUnavailableError: if no store can answer.
    """
    line = resolve(asked.line, caller.user, KINDS, asking="How much current can {} carry in this weather?")
    permission = _PERMISSIONS[line.kind]
    if not caller.user.has_perm(permission):
        raise ToolRefused(f"You may not see the rating of {line.asset_id}: you need {permission}.")
    given = GivenWeather(
        air_c=asked.air_temp_c,
        wind_mps=asked.wind_speed_m_s,
        wind_angle_deg=asked.wind_angle_deg,
        sun_w_per_m2=asked.sun_w_per_m2,
    )
    rate = {"CKT": rate_circuit, "LINE": rate_section, "BR": rate_branch}[line.kind]
    at = asked.at
    if isinstance(at, str):
        newest = rate(line.asset_id, given=given, at=None, user=caller.user).at
        if newest is None:
            raise BadInput("No hour of weather is on record to count words from; give ISO 8601.", field="at")
        at = read_moment(at, now=newest, zone=ZoneInfo(settings.TIME_ZONE), field="at")
    found = rate(line.asset_id, given=given, at=at, user=caller.user)
    return ToolOutcome(
        content=_content(found, line),
        events=tuple(_events(found, line)),
        summary=_summary(found, line, given, at),
    )


def _content(found: RatedLine, line: Found) -> dict[str, Any]:
    weather = found.weather
    return {
        "line_id": line.asset_id,
        "name": found.name,
        "kind": line.noun,
        "hour": telling.iso(found.at),
        "conductor": found.conductor,
        "static_rating_a": found.static_a,
        "static_rating_mva": found.static_mva,
        "weather_rating_a": found.rated_a,
        "weather_rating_mva": found.rated_mva,
        "limited_by": found.limited_by,
        "air_temp_c": weather.air_c,
        "wind_speed_m_s": weather.wind_mps,
        "wind_angle_deg": weather.wind_angle_deg,
        "sun_w_per_m2": weather.sun_w_per_m2,
        "station": weather.station,
        "station_distance_km": weather.station_km,
        "load_a": found.load_a,
        "load_mva": None if found.is_planned_flow else found.load_mva,
        "planned_flow_mw": found.load_mva if found.is_planned_flow else None,
        "load_coverage_pct": found.coverage_pct,
        "loading_of_static_pct": found.loading_pct,
        "loading_of_weather_rating_pct": found.weather_loading_pct,
        "margin_pct": _margin(found),
        "reason_unknown": found.reason,
    }


def _margin(found: RatedLine) -> float | None:
    return None if found.weather_loading_pct is None else 100.0 - found.weather_loading_pct


def _events(found: RatedLine, line: Found) -> list[Event]:
    weather = found.weather
    rows = [
        ("Static rating", found.static_a, "A"),
        ("Rating in this weather", found.rated_a, "A"),
        ("Load", found.load_a, "A"),
        ("Static rating", found.static_mva, "MVA"),
        ("Rating in this weather", found.rated_mva, "MVA"),
        ("Flow in the planning base case", found.load_mva, "MW")
        if found.is_planned_flow
        else ("Load", found.load_mva, "MVA"),
        ("Loading of the static rating", found.loading_pct, "%"),
        ("Loading of the rating in this weather", found.weather_loading_pct, "%"),
        ("Air", weather.air_c, "°C"),
        ("Wind", weather.wind_mps, "m/s"),
        ("Angle of the wind to the line", weather.wind_angle_deg, "°"),
        ("Sun", weather.sun_w_per_m2, "W/m²"),
    ]
    if found.is_planned_flow:
        rows = [row for row in rows if row[2] != "A"]
    columns = [
        telling.column("figure", "Figure"),
        telling.column("value", "Value", ColumnType.REAL),
        telling.column("unit", "Unit"),
    ]
    return [telling.table(f"Rating of {found.name}", columns, rows), Assets(assets=(line.ref,))]


def _summary(found: RatedLine, line: Found, given: GivenWeather, at: datetime | None) -> str:
    name = telling.plain(found.name if line.asset_id in found.name else f"{found.name} ({line.asset_id})")
    lines = []
    if found.rated_mva is None:
        lines.append(f"What **{name}** may carry in this weather is not known. {telling.plain(found.reason)}")
        lines.append(f"Its static rating is {_both(found.static_a, found.static_mva)}.")
    elif found.rated_mva == 0.0:
        lines.append(
            f"**{name}** may carry **no current** in this weather: air and sun alone heat it to its highest "
            f"temperature. Its static rating is {_both(found.static_a, found.static_mva)}."
        )
    else:
        limit = f", limited by {LIMITS[found.limited_by]}" if found.limited_by else ""
        lines.append(
            f"**{name}** may carry **{_both(found.rated_a, found.rated_mva)}** in this weather{limit}; its "
            f"static rating is {_both(found.static_a, found.static_mva)}."
        )
    lines += ["", _weather_words(found.weather, given, found.at), *_load_words(found)]
    lines.append(_basis(found))
    if line.note:
        lines.append(line.note)
    return "\n".join(lines)


def _both(amperes: float | None, mva: float | None) -> str:
    if amperes is None:
        return telling.number(mva, "MVA")
    return f"{telling.number(round(amperes, 1), 'A')} ({telling.number(mva, 'MVA')})"


def _weather_words(weather: WeatherUsed, given: GivenWeather, at: datetime | None) -> str:
    air = telling.number(weather.air_c, "°C")
    if given.air_c is not None:
        air += " as given"
    elif weather.station is not None:
        away = telling.number(weather.station_km, "km")
        air += f" as observed at {telling.plain(weather.station)}, {away} away"
    angle = f"at {telling.number(weather.wind_angle_deg, '°')} to the line"
    wind = f"{telling.number(weather.wind_mps, 'm/s')} {angle}"
    wind += " as given" if given.wind_mps is not None else ", the usual conservative one"
    sun = telling.number(weather.sun_w_per_m2, "W/m²")
    if given.sun_w_per_m2 is not None:
        sun += " as given"
    elif weather.sun_w_per_m2 is not None:
        sun += (
            " of a clear sky"
            if at is not None
            else ", the full sun of static ratings, as no hour is on record"
        )
    hour = f"; hour of {telling.moment(at)}" if at is not None else ""
    return f"Weather: air {air}; wind {wind}; sun {sun}{hour}."


def _load_words(found: RatedLine) -> list[str]:
    loading = found.weather_loading_pct
    if found.load_mva is None:
        return [] if found.rated_mva is None else [f"Its load is not known. {found.reason or ''}".strip()]
    if found.is_planned_flow:
        load = f"Its flow in the planning base case is {telling.number(found.load_mva, 'MW')}"
    else:
        load = f"Its load in that hour is {_both(found.load_a, found.load_mva)}"
    if loading is None:
        return [f"{load}, {telling.pct(found.loading_pct)} of the static rating."]
    margin = 100.0 - loading
    left = (
        f"{telling.pct(margin)} are left"
        if margin >= 0.0
        else f"that is **{telling.pct(-margin)} above the rating**"
    )
    words = [f"{load}, **{telling.pct(loading)}** of the rating in this weather: {left}."]
    if found.coverage_pct is not None and found.coverage_pct < 100.0:
        words.append(
            f"Only {telling.pct(found.coverage_pct)} of its meters have reported, so the load is a lower "
            "bound."
        )
    return words


def _basis(found: RatedLine) -> str:
    if found.is_planned_flow:
        return (
            "IEEE Std 738-2012: the static rating times the ratio of a reference conductor (795 kcmil ACSR "
            "at 100 °C) in this weather over one in air of 40 °C and full sun."
        )
    return "IEEE Std 738-2012, steady state, conductor at 75 °C, weathered surface, sea level."


SPEC = ToolSpec(
    name="weather_rating",
    description="What a circuit, line section or transmission line may carry (ampacity) by IEEE 738, in the "
    "weather of an hour on record or in weather that is given, and the margin to its load. Not for "
    "transformers.",
    input=WeatherRatingInput,
    permissions=("grid.view_circuit",),
    run=run,
)
