"""Conditions of the hour are checked, frozen and told apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cascade.engine.cascade import simulate
from cascade.engine.conditions import Conditions, InvalidConditions
from cascade.engine.errors import CascadeInputError
from cascade.engine.outages import Outages, resolve_outages
from cascade.engine.params import CascadeParams
from tests.unit.powerflow.small_cases import triangle


@pytest.mark.parametrize(
    ("given", "part"),
    [
        (
            {"branch_rating_frac": [1.0, 0.0, 1.0]},
            "branch_rating_frac: is 0 at 1; allowed: a number > 0 to",
        ),
        ({"branch_rating_frac": [1.0, -1.0]}, "branch_rating_frac: is -1 at 1"),
        ({"branch_rating_frac": [float("inf")]}, "branch_rating_frac: is inf at 0"),
        ({"branch_rating_frac": ["a"]}, "branch_rating_frac: is no list of numbers"),
        ({"branch_rating_frac": [[1.0]]}, "branch_rating_frac: must be one number per"),
        ({"unit_cost_usd_per_mwh": [2e6]}, "unit_cost_usd_per_mwh: is 2e\\+06 at 0"),
    ],
)
def test_values_out_of_range_are_refused_by_name(given: dict[str, Any], part: str) -> None:
    with pytest.raises(InvalidConditions, match=part):
        Conditions(**given)


@pytest.mark.parametrize("field", ["branch_rating_frac", "unit_cost_usd_per_mwh"])
def test_values_of_another_network_are_refused(field: str) -> None:
    network = triangle()
    outages = resolve_outages(network=network, branch_ids=["BR-0"])
    conditions = Conditions(**{field: [1.0, 2.0]})  # type: ignore[arg-type]

    with pytest.raises(InvalidConditions, match=f"{field}: has 2 values; allowed: "):
        simulate(
            network=network,
            outages=outages,
            params=CascadeParams(),
            conditions=conditions,
        )


def test_units_of_another_network_are_refused() -> None:
    network = triangle()
    outages = Outages(branch_out=[True, False, False], bus_out=[False] * 3, unit_out=[False] * 4)  # type: ignore[arg-type]

    with pytest.raises(CascadeInputError, match="with 4 units; this one has 1"):
        simulate(network=network, outages=outages, params=CascadeParams())


def test_arrays_are_copied_and_frozen_and_told_apart() -> None:
    factors = np.array([1.0, np.nan, 1.2])
    conditions = Conditions(branch_rating_frac=factors)
    digest = conditions.digest()

    factors[0] = 0.5

    assert conditions.digest() == digest == Conditions(branch_rating_frac=[1.0, float("nan"), 1.2]).digest()  # type: ignore[arg-type]
    assert Conditions(branch_rating_frac=factors).digest() != digest
    assert Conditions().digest() != digest
    assert Conditions(unit_cost_usd_per_mwh=np.array([1.0, np.nan, 1.2])).digest() != digest
    assert conditions.branch_rating_frac is not None
    with pytest.raises(ValueError, match="read-only"):
        conditions.branch_rating_frac[0] = 2.0


def test_values_by_id_become_arrays_and_the_rest_is_unknown() -> None:
    conditions = Conditions.of_hour(
        triangle(), rating_multipliers={"BR-2": 1.3, "BR-9": 2.0}, unit_cost_usd_per_mwh={"PLANT-0": 25.0}
    )

    np.testing.assert_array_equal(conditions.branch_rating_frac, [np.nan, np.nan, 1.3])  # type: ignore[arg-type]
    np.testing.assert_array_equal(conditions.unit_cost_usd_per_mwh, [25.0])  # type: ignore[arg-type]
    assert Conditions.of_hour(triangle(), rating_multipliers={}).unit_cost_usd_per_mwh is None
