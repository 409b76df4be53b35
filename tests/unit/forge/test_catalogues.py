"""Catalogues against published values, and the choice from them."""

import math

import pytest

from grid.standards.conductors import OVERHEAD, UNDERGROUND, smallest
from grid.standards.protective_devices import fuse_rating_a, switch_rating_a


def test_conductors_carry_more_and_resist_less_as_they_grow() -> None:
    for catalogue in (OVERHEAD, UNDERGROUND):
        amperes = [conductor.ampacity_a for conductor in catalogue]
        ohms = [conductor.r_ohm_per_km for conductor in catalogue]
        assert amperes == sorted(amperes)
        assert ohms == sorted(ohms, reverse=True)


def test_linnet_has_its_published_impedance() -> None:
    """Kersting, example 4.1: 336,400 26/7 ACSR at 4.53 ft spacing has 0.306 + j0.6273 ohm per mile."""
    linnet = next(conductor for conductor in OVERHEAD if "336.4" in conductor.name)
    spacing_ft = 1.20 / 0.3048
    published_x = 0.12134 * math.log(spacing_ft / 0.0244)

    assert linnet.r_ohm_per_km * 1.609344 == pytest.approx(0.306)
    assert linnet.x_ohm_per_km * 1.609344 == pytest.approx(published_x, rel=1e-3)


def test_the_smallest_sufficient_conductor_is_taken() -> None:
    assert smallest(OVERHEAD, current_a=180.0).name == "ACSR 2 6/1"
    assert smallest(OVERHEAD, current_a=180.1).name == "ACSR 1/0 6/1"
    with pytest.raises(ValueError, match="901 A"):
        smallest(OVERHEAD, current_a=901.0)


def test_fuses_and_switches_carry_their_load() -> None:
    assert fuse_rating_a(0.0) == 6.0
    assert fuse_rating_a(10.0) == 15.0
    assert fuse_rating_a(140.0) == 250.0
    assert switch_rating_a(600.0, 601.0) == 800.0
    with pytest.raises(ValueError, match="no fuse"):
        fuse_rating_a(500.0)
    with pytest.raises(ValueError, match="no switch"):
        switch_rating_a(600.0, 1_300.0)
