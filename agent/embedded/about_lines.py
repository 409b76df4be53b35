"""What a line can carry in the weather of now, or in weather that is supposed."""

from __future__ import annotations

from typing import Any

from agent.embedded.intents import Ask, Call, Heard, Offer, Step
from agent.embedded.slots import asset, weather


def _rating(heard: Heard) -> Step | None:
    line = asset(heard.said, heard.span("line")).text
    given: dict[str, Any] = {"line": line}
    if not heard.has("conditions"):
        return Call("weather_rating", given, "rating of a line")
    return conditions(heard.plain("conditions") + " ", given)


def _plain_rating(heard: Heard) -> Step | None:
    """Return a rating of a line only with weather: without, its rating is one of its facts."""
    return _rating(heard) if heard.has("conditions") else None


def conditions(text: str, given: dict[str, Any]) -> Step | None:
    """Return the rating of a line in the weather that words suppose; asks for a unit that is missing."""
    supposed = weather(text)
    if supposed is None:
        return None
    if supposed.wind_speed_m_s is not None:
        given = {**given, "wind_speed_m_s": supposed.wind_speed_m_s}
    if supposed.wind_angle_deg is not None:
        given = {**given, "wind_angle_deg": supposed.wind_angle_deg}
    if supposed.sun_w_per_m2 is not None:
        given = {**given, "sun_w_per_m2": supposed.sun_w_per_m2}
    if supposed.degrees is not None:
        value = f"{supposed.degrees:g}"
        in_c = {**given, "air_temp_c": supposed.degrees}
        in_f = {**given, "air_temp_c": round((supposed.degrees - 32) * 5 / 9, 4)}
        return Ask(
            f"Is {value} degrees in °C or in °F?",
            (
                Offer(f"{value} °C", f"{value} °C", Call("weather_rating", in_c, "rating of a line")),
                Offer(f"{value} °F", f"{value} °F", Call("weather_rating", in_f, "rating of a line")),
            ),
        )
    if supposed.air_temp_c is not None:
        given = {**given, "air_temp_c": supposed.air_temp_c}
    return Call("weather_rating", given, "rating of a line")


MAKERS = {
    "rating of a line": _rating,
    "rating of a line in weather": _plain_rating,
}
"""What makes the step of each intent."""
