"""The settings of a cascade, stored with every run."""

from __future__ import annotations

from dataclasses import dataclass

from cascade.engine.errors import CascadeInputError

MIN_MULTIPLIER = 1e-6
MAX_MULTIPLIER = 1e6


class InvalidParams(CascadeInputError):
    """Report a setting outside its range."""

    code = "INVALID_CASCADE_PARAMS"


@dataclass(frozen=True, kw_only=True)
class CascadeParams:
    """Hold the settings of a cascade.

    Attributes:
        load_multiplier: factor on every load, 1e-6 .. 1e6. Zero is refused: without load every island is dead
            by definition and there is nothing to compute.
        rating_multiplier: factor on every rating, 1e-6 .. 1e6. Zero is refused: a rating of 0 means
            unlimited, the opposite of what a factor of zero would ask for.
        overload_tolerance_frac: a branch trips when |flow| > rate · (1 + this), 0 .. 1; keeps a flow that
            equals its rating but for rounding from tripping.
        max_waves: stop after this many waves following the initial outages, even if branches are still
            overloaded (the result then says WAVE_LIMIT); None, the default, runs to the end. A cascade always
            ends, since every wave but the last takes at least one branch.

    Raises:
        InvalidParams: naming the field.
    """

    load_multiplier: float = 1.0
    rating_multiplier: float = 1.0
    overload_tolerance_frac: float = 1e-6
    max_waves: int | None = None

    def __post_init__(self) -> None:
        """Check every field."""
        for field in ("load_multiplier", "rating_multiplier"):
            self._check(field, lowest=MIN_MULTIPLIER, highest=MAX_MULTIPLIER)
        self._check("overload_tolerance_frac", lowest=0.0, highest=1.0)
        waves: object = self.max_waves
        if waves is not None and (isinstance(waves, bool) or not isinstance(waves, int) or waves < 0):
            raise InvalidParams(
                field="max_waves", message=f"is {waves!r}; allowed: a whole number >= 0, or none"
            )

    def _check(self, field: str, *, lowest: float, highest: float) -> None:
        value: object = getattr(self, field)
        allowed = f"allowed: a number from {lowest:g} to {highest:g}"
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidParams(field=field, message=f"is {value!r}; {allowed}")
        if not lowest <= value <= highest:  # NaN compares false
            raise InvalidParams(field=field, message=f"is {value!r}; {allowed}")
