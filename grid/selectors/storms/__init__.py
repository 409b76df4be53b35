"""Past storms, and replays of them, from what the warehouse has on record."""

from grid.selectors.storms.listing import PastStorms, Storm, storms
from grid.selectors.storms.replaying import (
    CustomersAt,
    Replay,
    ReplayedOutage,
    WeatherOfHour,
    cached_outages,
    replay,
    weather_between,
)
from grid.selectors.storms.rule import StormRule

__all__ = [
    "CustomersAt",
    "PastStorms",
    "Replay",
    "ReplayedOutage",
    "Storm",
    "StormRule",
    "WeatherOfHour",
    "cached_outages",
    "replay",
    "storms",
    "weather_between",
]
