"""The rates against the published table that they are taken from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cascade.engine.risk_now.assumptions import DEFAULTS, RiskAssumption, RiskAssumptions, usual

KM_PER_MILE = 1.609344


@pytest.mark.parametrize(
    ("base_kv", "miles", "outages_per_year"),
    [
        # Branch data of the IEEE Reliability Test System: permanent outage rates to two decimals.
        (138.0, 55.0, 0.51),
        (138.0, 22.0, 0.33),
        (138.0, 50.0, 0.48),
        (138.0, 16.0, 0.30),
        (230.0, 33.0, 0.40),
        (230.0, 67.0, 0.52),
        (230.0, 73.0, 0.54),
        (230.0, 12.0, 0.33),
    ],
)
def test_lines_go_out_as_often_as_in_the_test_system(
    base_kv: float, miles: float, outages_per_year: float
) -> None:
    found = usual().branch_outages_per_year(is_line=True, base_kv=base_kv, length_km=miles * KM_PER_MILE)

    assert found == pytest.approx(outages_per_year, abs=0.0075)


def test_transformers_go_out_alike_and_an_unknown_length_adds_nothing() -> None:
    rates = usual()

    assert rates.branch_outages_per_year(is_line=False, base_kv=345.0, length_km=80.0) == 0.02
    assert rates.branch_outages_per_year(is_line=True, base_kv=345.0, length_km=None) == 0.29
    assert rates.branch_outages_per_year(is_line=True, base_kv=199.0, length_km=None) == 0.22


def test_every_assumption_has_a_figure_a_unit_and_a_source() -> None:
    assert [row["key"] for row in DEFAULTS] == [key.value for key in RiskAssumption]
    assert all(row["unit"] and row["source"] and row["basis"] for row in DEFAULTS)


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf"), None])
def test_a_figure_that_is_none_is_refused(value: float | None) -> None:
    values = {**usual().values, "TRANSFORMER": value}

    with pytest.raises(ValueError, match="TRANSFORMER is"):
        replace(usual(), values=values)  # type: ignore[arg-type]


def test_a_missing_figure_is_refused() -> None:
    with pytest.raises(ValueError, match="MOST_AGEING is None"):
        RiskAssumptions(values={k: v for k, v in usual().values.items() if k != "MOST_AGEING"})
