"""The error of a scenario that cannot be what it says."""

from __future__ import annotations

from cascade.engine.errors import CascadeInputError


class InvalidScenario(CascadeInputError):
    """Report a scenario that is malformed or out of range, ``field`` being the place in it."""

    code = "INVALID_SCENARIO"
