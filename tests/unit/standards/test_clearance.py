"""Clearances and conductors, against the table of FAC-003-4 and worked values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.standards.clearance import (
    ConductorParams,
    distribution_geometry,
    maximum_kv,
    mvcd_m,
    swing_deg,
    transmission_geometry,
)

FT = 0.3048
KV = (765, 500, 345, 287, 230, 161, 138, 115, 88, 69)
BAND_ENDS_FT = (500, 1000, 2000, 3000, 4000, 5000)
TABLE_2_FT = {
    765: (11.6, 11.7, 11.9, 12.1, 12.2, 12.4),
    500: (7.0, 7.1, 7.2, 7.4, 7.5, 7.6),
    345: (4.3, 4.3, 4.4, 4.5, 4.6, 4.7),
    287: (5.2, 5.3, 5.4, 5.5, 5.6, 5.7),
    230: (4.0, 4.1, 4.2, 4.3, 4.3, 4.4),
    161: (2.7, 2.7, 2.8, 2.9, 2.9, 3.0),
    138: (2.3, 2.3, 2.4, 2.4, 2.5, 2.5),
    115: (1.9, 1.9, 1.9, 2.0, 2.0, 2.1),
    88: (1.5, 1.5, 1.6, 1.6, 1.7, 1.7),
    69: (1.1, 1.1, 1.1, 1.2, 1.2, 1.2),
}
PARAMS = ConductorParams()


@pytest.mark.parametrize("kv", KV)
def test_mvcd_is_that_of_the_standards_table(kv: int) -> None:
    found = mvcd_m(kv, np.array(BAND_ENDS_FT) * FT) / FT

    assert found == pytest.approx(TABLE_2_FT[kv], abs=0.1)


def test_mvcd_at_sea_level_is_the_worked_one() -> None:
    worked_ft = [11.53, 6.97, 4.20, 5.17, 3.99, 2.66, 2.25, 1.85, 1.51, 1.07]

    assert mvcd_m(np.array(KV, dtype=float)) / FT == pytest.approx(worked_ft, abs=0.006)


@given(st.floats(40.0, 344.0), st.floats(40.0, 344.0), st.floats(0.0, 2500.0))
def test_mvcd_rises_with_voltage_within_a_class_of_surge(
    one: float, other: float, elevation_m: float
) -> None:
    low, high = sorted((one, other))
    if maximum_kv(low) > maximum_kv(high):
        return  # the table's maxima of neighbouring classes are not in the same proportion

    assert mvcd_m(low, elevation_m) <= mvcd_m(high, elevation_m) + 1e-12


@given(st.sampled_from(KV), st.floats(0.0, 2500.0))
def test_mvcd_satisfies_its_equation(kv: int, elevation_m: float) -> None:
    gap = float(mvcd_m(kv, elevation_m))

    withstand = 3400.0 / (1.0 + 8.0 / gap)
    g0 = withstand / (500.0 * gap)
    m = min(max(1.25 * g0 * (g0 - 0.2), 0.0), 1.0)
    volts = float(maximum_kv(kv)) * (2.0 / 3.0) ** 0.5 * (1.4 if kv >= 345 else 2.0) / 0.85
    assert 1.037 * np.exp(-elevation_m / 8600.0) ** m * withstand == pytest.approx(volts, rel=1e-9)


def test_mvcd_of_no_voltage_is_unknown() -> None:
    assert np.isnan(mvcd_m([0.0, -5.0, np.nan])).all()


def test_a_distribution_conductor_hangs_below_its_pole_by_attachment_and_sag() -> None:
    # 45 ft: 13.72 m, 10 % and 0.61 m in the ground, 0.3 m below the top; two spans of 60 m, 2 % sag.
    found = distribution_geometry(
        line_class=["BACKBONE", "LATERAL", "SERVICE"],
        length_m=np.array([120.0, 30.0, 20.0]),
        pole_m=np.array([13.72, np.nan, np.nan]),
        conductor_type=["ACSR 795 26/7", "unheard of", "unheard of"],
        params=PARAMS,
    )

    assert found.sag_m == pytest.approx([1.2, 0.6, 0.4])
    assert found.lowest_m == pytest.approx(
        [13.72 * 0.9 - 0.91 - 1.2, 12.19 * 0.9 - 0.91 - 0.6, 9.14 * 0.9 - 0.91 - 0.4]
    )
    assert found.blowout_m == pytest.approx(
        [1.2 * np.sin(np.radians(26.8)), 0.6 * 0.7071, 0.4 * 0.7071], abs=2e-3
    )


def test_a_conductor_is_never_taken_as_lower_than_the_code_allows() -> None:
    found = distribution_geometry(
        line_class=["BACKBONE"],
        length_m=np.array([60.0]),
        pole_m=np.array([6.0]),
        conductor_type=["x"],
        params=PARAMS,
    )

    assert found.lowest_m == pytest.approx([5.64])


def test_the_swing_of_drake_in_the_codes_wind() -> None:
    # 287.3 Pa on 28.14 mm are 8.09 N/m; 1.094 lb/ft are 15.97 N/m.
    assert swing_deg("ACSR 795 26/7", PARAMS) == pytest.approx(26.9, abs=0.1)


def test_a_transmission_conductor_is_as_low_as_the_code_allows() -> None:
    # 345 kV: 362 / sqrt(3) = 209 kV to ground; 18.5 ft + 0.4 in x 187 = 24.7 ft.
    found = transmission_geometry(nominal_kv=np.array([345.0]), params=PARAMS)

    assert found.lowest_m / FT == pytest.approx([24.7], abs=0.1)
    assert found.sag_m == pytest.approx([10.5])
    assert found.blowout_m == pytest.approx([(10.5 + 2.967) * np.sin(np.pi / 4)], abs=1e-3)
