"""What a question names, ready for the tools: assets, a time, a number, weather, and the words beside."""

from __future__ import annotations

from dataclasses import dataclass

from agent.embedded.slots import Weather

STREETS = frozenset(
    ["street", "road", "way", "lane", "drive", "avenue", "court", "boulevard", "place", "trail", "circle"]
)
"""What streets are called."""


@dataclass(frozen=True)
class Named:
    """What a question names, and the words beside it.

    Attributes:
        is_meant: whether it is known from elsewhere that the question is of this kind.
    """

    assets: tuple[str, ...]
    time: str | None
    number: str | None
    factor: float | None
    words: frozenset[str]
    is_bare: bool
    number_after: str = ""
    weather: Weather | None = None
    before: tuple[str, ...] = ()
    after: str = ""
    order: tuple[str, ...] = ()
    is_meant: bool = False

    @property
    def asset(self) -> str:
        """Return the one asset."""
        return self.assets[0]
