"""The options of a cascade beyond its plain form; each is off unless it is given.

The sources are named in ``docs/cascade-model.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cascade.engine.checks import check_number, check_shares, check_truth


class TripSelection(StrEnum):
    """Say which overloaded branches trip in a wave."""

    ALL = "ALL"
    """Every overloaded branch."""
    MOST_OVERLOADED = "MOST_OVERLOADED"
    """Only the one with the highest loading in the whole network; of equals the first."""


class DispatchRule(StrEnum):
    """Say how the units of an island share a surplus or a shortage."""

    PROPORTIONAL = "PROPORTIONAL"
    """In proportion to the room each has."""
    MERIT_ORDER = "MERIT_ORDER"
    """The cheapest is raised first, the dearest lowered first; of equals the first."""


@dataclass(frozen=True, kw_only=True)
class OverloadRelay:
    """Give branches time-dependent overload protection, and the cascade a time line.

    A branch collects its overload, ∫ max(|f| - F, 0) dt in MW·s with F = rating · trip threshold, and trips
    once that reaches ``overload_frac`` · rating · ``delay_s``. With the defaults a branch at 150 % of its
    rating trips after 5 s, one at 110 % after 25 s. What is collected is kept while the flow is below F.

    Attributes:
        overload_frac: overload the delay is given for, as a fraction of the rating, 0.001 .. 10.
        delay_s: seconds that overload is borne, 0.001 .. 86,400.
        instant_frac: a flow above rating · this trips at once, 1 .. 100; None: nothing does.
        horizon_s: the cascade ends if the next trip would be later than this after the initial outages
            (the operators are then taken to have acted), 0 .. 604,800; None: no end.
    """

    overload_frac: float = 0.5
    delay_s: float = 5.0
    instant_frac: float | None = None
    horizon_s: float | None = None

    def __post_init__(self) -> None:
        """Check every field."""
        check_number("relay.overload_frac", self.overload_frac, lowest=1e-3, highest=10.0)
        check_number("relay.delay_s", self.delay_s, lowest=1e-3, highest=86_400.0)
        if self.instant_frac is not None:
            check_number("relay.instant_frac", self.instant_frac, lowest=1.0, highest=100.0)
        if self.horizon_s is not None:
            check_number("relay.horizon_s", self.horizon_s, lowest=0.0, highest=604_800.0)


@dataclass(frozen=True, kw_only=True)
class RandomTrips:
    """Let chance decide, wave by wave, which loaded branches trip (OPA).

    The cascade ends with the first wave in which none does.

    Attributes:
        overloaded_prob: probability that an overloaded branch trips in a wave, 0 .. 1.
        near_limit_prob: the same for a branch near its limit, 0 .. 1.
        near_limit_frac: a branch is near its limit from this share of its trip threshold on, 0 .. 1.
    """

    overloaded_prob: float = 1.0
    near_limit_prob: float = 0.3
    near_limit_frac: float = 0.99

    def __post_init__(self) -> None:
        """Check every field."""
        for name in ("overloaded_prob", "near_limit_prob", "near_limit_frac"):
            check_number(f"random_trips.{name}", getattr(self, name), lowest=0.0, highest=1.0)


@dataclass(frozen=True, kw_only=True)
class HiddenFailures:
    """Let the protection of some branches have a hidden defect.

    A branch with one trips, whatever it carries, in the wave after a branch at one of its buses went out.
    Which branches have one is drawn once for the whole cascade.

    Attributes:
        defect_prob: probability that a branch has a defect, 0 .. 1.
    """

    defect_prob: float = 0.01

    def __post_init__(self) -> None:
        """Check every field."""
        check_number("hidden_failures.defect_prob", self.defect_prob, lowest=0.0, highest=1.0)


@dataclass(frozen=True, kw_only=True)
class RampLimits:
    """Bound what a unit can be moved by in one wave: rate · window · its capacity, up or down.

    Not applied to the intact network, which was dispatched at leisure. A surplus beyond the reach of the
    units trips units, those with the least output first.

    Attributes:
        frac_per_min: share of a unit's capacity it can move by in a minute, 0 .. 100.
        window_min: minutes it has in a wave, 0 .. 1,440.
    """

    frac_per_min: float = 0.05
    window_min: float = 1.0

    def __post_init__(self) -> None:
        """Check every field."""
        check_number("ramp.frac_per_min", self.frac_per_min, lowest=0.0, highest=100.0)
        check_number("ramp.window_min", self.window_min, lowest=0.0, highest=1_440.0)


@dataclass(frozen=True, kw_only=True)
class UnderFrequencyShedding:
    """Shed load in blocks when an island's units cannot meet it, as under-frequency relays do.

    As many further blocks go as bring the load within reach of the units, each once; then output follows the
    load down. Not applied to the intact network.

    Attributes:
        steps_frac: the blocks in the order they go, each as a share of the island's load before any went;
            each > 0, together <= 1; at most 20.
        collapses: whether an island whose last block was not enough goes dead; if not, what is left is cut
            evenly.
    """

    steps_frac: tuple[float, ...] = (0.05, 0.10, 0.10)
    collapses: bool = True

    def __post_init__(self) -> None:
        """Check every field."""
        object.__setattr__(self, "steps_frac", check_shares("ufls.steps_frac", self.steps_frac, most=20))
        check_truth("ufls.collapses", self.collapses)
