"""Cold-load pickup against values worked out by hand: S_U 3, T 0.5 h, alpha 1.2 / h."""

import pytest
from scipy.integrate import quad

from cascade.engine.distribution.cold_load import extra_energy, load_after_pickup, undiversified_peak
from cascade.engine.distribution.params import InvalidSwitchingParams, SwitchingParams

PARAMS = SwitchingParams(cold_load_peak=3.0, cold_load_hold_h=0.5, cold_load_decay_per_h=1.2)


@pytest.mark.parametrize(
    ("hours", "expected"), [(0.0, 3.0), (0.5, 3.0), (1.0, 2.098), (1.5, 1.602), (2.0, 1.331), (3.0, 1.100)]
)
def test_the_load_decays_to_the_usual_one(hours: float, expected: float) -> None:
    assert load_after_pickup(hours, PARAMS) == pytest.approx(expected, abs=5e-4)


def test_the_energy_beyond_the_usual_is_the_area_under_the_curve() -> None:
    area, _ = quad(lambda hours: load_after_pickup(hours, PARAMS) - 1.0, 0.0, 60.0, points=[0.5], limit=200)

    assert extra_energy(PARAMS) == pytest.approx(2.667, abs=5e-4)
    assert extra_energy(PARAMS) == pytest.approx(area, rel=1e-6)


def test_a_short_outage_loses_part_of_the_diversity() -> None:
    assert undiversified_peak(0.0, PARAMS) == 1.0
    assert undiversified_peak(180.0, PARAMS) == pytest.approx(1.2)
    assert undiversified_peak(1800.0, PARAMS) == 3.0
    assert undiversified_peak(86_400.0, PARAMS) == 3.0
    assert load_after_pickup(1.0, PARAMS, peak=1.2) == pytest.approx(
        1.0 + 0.2 * (2.098 - 1.0) / 2.0, abs=1e-4
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cold_load_peak", 0.9),
        ("cold_load_decay_per_h", 0.0),
        ("diversity_lost_s", 0.0),
        ("locate_s", -1.0),
        ("remote_operation_s", float("nan")),
        ("power_factor", 1.01),
        ("source_voltage_pu", float("inf")),
    ],
)
def test_a_setting_out_of_range_is_refused_by_name(field: str, value: float) -> None:
    with pytest.raises(InvalidSwitchingParams) as refused:
        SwitchingParams(**{field: value})

    assert refused.value.field == field
