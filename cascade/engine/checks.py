"""Checks of settings, with the error that names the field, what was wrong and what is allowed."""

from __future__ import annotations

import math

from cascade.engine.errors import CascadeInputError


class InvalidParams(CascadeInputError):
    """Report a setting outside its range."""

    code = "INVALID_CASCADE_PARAMS"


def check_number(field: str, value: object, *, lowest: float, highest: float) -> None:
    """Refuse anything but a number in the range.

    Raises:
        InvalidParams: naming the field.
    """
    allowed = f"allowed: a number from {lowest:g} to {highest:g}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidParams(field=field, message=f"is {value!r}; {allowed}")
    if not lowest <= value <= highest:  # NaN fails it too
        raise InvalidParams(field=field, message=f"is {value!r}; {allowed}")


def check_whole(field: str, value: object, *, lowest: int, highest: int | None = None) -> None:
    """Refuse anything but a whole number in the range.

    Raises:
        InvalidParams: naming the field.
    """
    within = isinstance(value, int) and not isinstance(value, bool) and value >= lowest
    if not within or (highest is not None and value > highest):  # type: ignore[operator]
        bound = f">= {lowest}" if highest is None else f"from {lowest} to {highest}"
        raise InvalidParams(field=field, message=f"is {value!r}; allowed: a whole number {bound}")


def check_truth(field: str, value: object) -> None:
    """Refuse anything but true and false.

    Raises:
        InvalidParams: naming the field.
    """
    if not isinstance(value, bool):
        raise InvalidParams(field=field, message=f"is {value!r}; allowed: true or false")


def check_shares(field: str, value: object, *, most: int) -> tuple[float, ...]:
    """Return a list of shares > 0 that add up to at most 1 as a tuple.

    Raises:
        InvalidParams: naming the field.
    """
    allowed = f"allowed: 1 to {most} numbers > 0 that add up to at most 1"
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= most:
        raise InvalidParams(field=field, message=f"is {value!r}; {allowed}")
    for share in value:
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0.0 < share <= 1.0:
            raise InvalidParams(field=field, message=f"holds {share!r}; {allowed}")
    shares = tuple(float(share) for share in value)
    if math.fsum(shares) > 1.0 + 1e-9:
        raise InvalidParams(field=field, message=f"adds up to {math.fsum(shares):g}; {allowed}")
    return shares
