"""The comparison with a published curve, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cascade.engine.decisions.backtest import BERYL, CurvePoint, backtest
from cascade.engine.decisions.outage_tree import OutageTree
from cascade.engine.decisions.ranges import InvalidDecisionInput
from tests.unit.engine.decisions.repair_orders import job

near = pytest.approx


def test_one_point_sets_the_clock_and_the_others_tell_the_error() -> None:
    tree = OutageTree((job("A", 1, 40), job("B", 1, 40), job("C", 1, 20)))
    points = (
        CurvePoint(hours=10.0, share=0.4),
        CurvePoint(hours=25.0, share=0.7),
        CurvePoint(hours=30.0, share=1.0),
    )

    found = backtest(tree, np.array([1.0, 2.0, 3.0]), points=points, fitted_on=points[0])

    assert found.time_factor == near(10.0)
    assert found.errors == {points[1]: near(0.1), points[2]: near(0.0)}
    assert found.rms_error == near(0.1 / 2**0.5)


def test_the_published_curve_is_what_the_company_said() -> None:
    # 27 h after noon of 8 July it is 15:00 of 9 July
    assert [round(point.hours, 1) for point in BERYL] == [27.0, 32.0, 49.0, 176.2, 188.5]
    assert [round(point.share, 3) for point in BERYL] == [0.283, 0.376, 0.404, 0.92, 0.943]


def test_a_plan_that_brings_nothing_back_is_refused() -> None:
    with pytest.raises(InvalidDecisionInput):
        backtest(OutageTree((job("A", 1, 0),)), np.array([1.0]), points=BERYL, fitted_on=BERYL[2])
