"""The settings of a cascade, stored with every run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from cascade.engine.checks import InvalidParams, check_number, check_whole
from cascade.engine.options import (
    DispatchRule,
    HiddenFailures,
    OverloadRelay,
    RampLimits,
    RandomTrips,
    TripSelection,
    UnderFrequencyShedding,
)

__all__ = ["CascadeParams", "InvalidParams"]

MIN_MULTIPLIER = 1e-6
MAX_MULTIPLIER = 1e6
SCHEMA_VERSION = 1
"""Version of :meth:`CascadeParams.to_dict`; raised when the meaning of a stored field changes."""
_GROUPS: dict[str, type] = {
    "relay": OverloadRelay,
    "random_trips": RandomTrips,
    "hidden_failures": HiddenFailures,
    "ramp": RampLimits,
    "ufls": UnderFrequencyShedding,
}
_CHOICES: dict[str, type[TripSelection | DispatchRule]] = {
    "trip_selection": TripSelection,
    "dispatch": DispatchRule,
}
_BASIC = ("load_multiplier", "rating_multiplier", "overload_tolerance_frac", "max_waves", "seed")


@dataclass(frozen=True, kw_only=True)
class CascadeParams:
    """Hold the settings of a cascade. With the defaults it is the plain, deterministic overload cascade.

    Attributes:
        load_multiplier: factor on every load, 1e-6 .. 1e6. Zero is refused: without load every island is dead
            by definition and there is nothing to compute.
        rating_multiplier: factor on every rating, 1e-6 .. 1e6. Zero is refused: a rating of 0 means
            unlimited, the opposite of what a factor of zero would ask for.
        overload_tolerance_frac: a branch is overloaded when |flow| > rate · trip threshold · (1 + this),
            0 .. 1; keeps a flow that equals its limit but for rounding from tripping.
        max_waves: stop after this many waves following the initial outages, even if branches are still
            overloaded (the result then says WAVE_LIMIT); None, the default, runs to the end. A cascade always
            ends, since every wave but the last takes at least one branch.
        trip_threshold_frac: share of its rating from which a branch is overloaded, 0.01 .. 100; 1.15 stands
            for the emergency rating of many utilities.
        trip_selection: which of the overloaded branches trip.
        relay: time-dependent overload protection; None: overloaded branches trip at once.
        random_trips: chance decides which loaded branches trip; None: it does not.
        hidden_failures: defects of protection; None: there are none.
        dispatch: how units share a surplus or shortage. Merit order needs costs, see
            :class:`cascade.engine.conditions.Conditions`.
        ramp: how far units can be moved in a wave; None: as far as their capacity.
        ufls: under-frequency load shedding in blocks; None: load is shed evenly, no more than is short.
        seed: what chance is drawn from, 0 .. 2^63 - 1. The same seed draws the same on every machine.

    At most one of MOST_OVERLOADED, ``relay`` and ``random_trips`` may be set: each is a way to choose from
    the overloaded branches.

    Raises:
        InvalidParams: naming the field.
    """

    load_multiplier: float = 1.0
    rating_multiplier: float = 1.0
    overload_tolerance_frac: float = 1e-6
    max_waves: int | None = None
    trip_threshold_frac: float = 1.0
    trip_selection: TripSelection = TripSelection.ALL
    relay: OverloadRelay | None = None
    random_trips: RandomTrips | None = None
    hidden_failures: HiddenFailures | None = None
    dispatch: DispatchRule = DispatchRule.PROPORTIONAL
    ramp: RampLimits | None = None
    ufls: UnderFrequencyShedding | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Check every field."""
        for field in ("load_multiplier", "rating_multiplier"):
            check_number(field, getattr(self, field), lowest=MIN_MULTIPLIER, highest=MAX_MULTIPLIER)
        check_number("overload_tolerance_frac", self.overload_tolerance_frac, lowest=0.0, highest=1.0)
        check_number("trip_threshold_frac", self.trip_threshold_frac, lowest=0.01, highest=100.0)
        check_whole("seed", self.seed, lowest=0, highest=2**63 - 1)
        waves: object = self.max_waves
        if waves is not None and (isinstance(waves, bool) or not isinstance(waves, int) or waves < 0):
            raise InvalidParams(
                field="max_waves", message=f"is {waves!r}; allowed: a whole number >= 0, or none"
            )
        for field, choice in _CHOICES.items():
            object.__setattr__(self, field, _chosen(field, getattr(self, field), choice))
        for field, group in _GROUPS.items():
            value: object = getattr(self, field)
            if value is not None and not isinstance(value, group):
                raise InvalidParams(
                    field=field, message=f"is {value!r}; allowed: {group.__name__} settings, or none"
                )
        choosing = [field for field in ("relay", "random_trips") if getattr(self, field) is not None]
        if self.trip_selection is not TripSelection.ALL:
            choosing.insert(0, "trip_selection")
        if len(choosing) > 1:
            raise InvalidParams(
                field=choosing[1],
                message=f"cannot be set together with {choosing[0]}: each chooses among the overloaded",
            )

    @property
    def options(self) -> tuple[str, ...]:
        """Return the names of the fields that make this other than the plain cascade.

        Multipliers, tolerance, the bound on waves and the seed are not among them.
        """
        plain = CascadeParams()
        return tuple(
            field.name
            for field in fields(self)
            if field.name not in _BASIC and getattr(self, field.name) != getattr(plain, field.name)
        )

    @property
    def draws_by_chance(self) -> bool:
        """Return whether the seed matters."""
        return self.random_trips is not None or self.hidden_failures is not None

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON values, with the version of their form.

        Every field is written, also where it has its default: a stored run must not change with the defaults.
        """
        values = asdict(self)
        if self.ufls is not None:
            values["ufls"]["steps_frac"] = list(self.ufls.steps_frac)
        for field in _CHOICES:
            values[field] = str(values[field])
        return {"version": SCHEMA_VERSION, **values}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> CascadeParams:
        """Return the settings that :meth:`to_dict` made the values from.

        Fields left out have their defaults; unknown ones are refused, so that no setting is lost unseen.

        Raises:
            InvalidParams: naming the field.
        """
        if not isinstance(values, Mapping):
            raise InvalidParams(field="params", message=f"is {values!r}; allowed: an object of settings")
        given = dict(values)
        version: object = given.pop("version", SCHEMA_VERSION)
        if isinstance(version, bool) or version != SCHEMA_VERSION:
            raise InvalidParams(field="version", message=f"is {version!r}; allowed: {SCHEMA_VERSION}")
        _refuse_unknown("", given, cls)
        for field, group in _GROUPS.items():
            value = given.get(field)
            if value is None:
                continue
            if not isinstance(value, Mapping):
                raise InvalidParams(
                    field=field, message=f"is {value!r}; allowed: an object of settings, or none"
                )
            _refuse_unknown(f"{field}.", value, group)
            given[field] = group(**value)
        return cls(**given)


def _chosen(field: str, value: Any, choice: type[TripSelection | DispatchRule]) -> object:
    try:
        return choice(value)
    except ValueError as error:
        allowed = ", ".join(choice)
        raise InvalidParams(field=field, message=f"is {value!r}; allowed: {allowed}") from error


def _refuse_unknown(prefix: str, given: Mapping[str, Any], settings: type) -> None:
    known = [field.name for field in fields(settings)]
    unknown = [str(name) for name in given if name not in known]
    if unknown:
        raise InvalidParams(
            field=f"{prefix}{unknown[0]}", message=f"is no setting; allowed: {', '.join(known)}"
        )
