"""The settings under which pairs may be screened; apart, so that no compiled code is loaded to check them."""

from __future__ import annotations

from cascade.engine.errors import CascadeInputError
from cascade.engine.params import CascadeParams

SCREENED_SETTINGS = ("trip_threshold_frac", "trip_selection")
"""The options under which a pair that overloads nothing has no trips, so that it may be left out."""


class NotScreened(CascadeInputError):
    """Report settings under which screening would leave out pairs that may trip something."""

    code = "NOT_SCREENED"


def check_screenable(params: CascadeParams) -> None:
    """Refuse settings under which a pair without an overload may still trip something.

    Raises:
        NotScreened: naming the setting.
    """
    for field in params.options:
        if field not in SCREENED_SETTINGS:
            raise NotScreened(
                field=field,
                message="cannot be set for screened pairs: one without an overload might yet trip something",
            )
