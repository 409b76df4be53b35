"""The background: what the record has beyond the other parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade.engine.risk_now.background import left_over
from cascade.engine.risk_now.parts import RiskPart

RECORD = {"ANIMAL": 5.0, "EQUIPMENT": 6.0, "OVERLOAD": 2.0, "VEGETATION": 4.0, None: 1.0}


def test_parts_take_what_they_expect_from_their_own_causes() -> None:
    found = left_over(
        RECORD, {RiskPart.EQUIPMENT: 2.0, RiskPart.VEGETATION: 9.0, RiskPart.CONTINGENCIES: 3.0}
    )

    assert found == {"ANIMAL": 5.0, "EQUIPMENT": 4.5, "OVERLOAD": 1.5, "VEGETATION": 0.0, None: 1.0}


@pytest.mark.parametrize("usual", [{}, {RiskPart.EQUIPMENT: None, RiskPart.VEGETATION: None}])
def test_parts_that_are_not_known_leave_all(usual: dict[RiskPart, float | None]) -> None:
    assert left_over(RECORD, usual) == RECORD


@given(st.floats(0.0, 1e6), st.floats(0.0, 1e6), st.floats(0.0, 1e6))
def test_part_and_background_together_are_the_larger_of_part_and_record(
    equipment: float, overload: float, expected: float
) -> None:
    record = {"EQUIPMENT": equipment, "OVERLOAD": overload}

    found = left_over(record, {RiskPart.EQUIPMENT: expected})

    together = sum(found.values()) + expected
    assert together == pytest.approx(max(equipment + overload, expected), rel=1e-9, abs=1e-9)
