"""What the utility's own record says that no other part does."""

from __future__ import annotations

from collections.abc import Mapping

from cascade.engine.risk_now.parts import RiskPart

CAUSES_OF: dict[RiskPart, tuple[str, ...]] = {
    RiskPart.EQUIPMENT: ("EQUIPMENT", "OVERLOAD"),
    RiskPart.VEGETATION: ("VEGETATION",),
    RiskPart.CONTINGENCIES: ("TRANSMISSION",),
}
"""The recorded causes that a part of its own expects as well."""


def left_over(
    recorded: Mapping[str | None, float], usual: Mapping[RiskPart, float | None]
) -> dict[str | None, float]:
    """Return the customer-hours of an ordinary day by cause, without what other parts expect of these causes.

    A part that expects less than the record has of its causes leaves the rest: there are faults that it does
    not know, such as those of conductors among the failures of equipment. One that expects more leaves
    nothing. One that is not known (None, or not given) leaves all.

    Args:
        recorded: mean of an ordinary day by cause; None: the cause is not on record.
        usual: what each part expects in its usual state.
    """
    left = dict(recorded)
    for part, causes in CAUSES_OF.items():
        expected = usual.get(part)
        of_causes = sum(recorded.get(cause, 0.0) for cause in causes)
        if expected is None or of_causes <= 0.0:
            continue
        share = max(0.0, 1.0 - expected / of_causes)
        left.update({cause: recorded[cause] * share for cause in causes if cause in recorded})
    return left
