"""Normalisation, each rule by hand, and the consequences of their order."""

from __future__ import annotations

import numpy as np
import pytest

from grid.powerflow.network import NetworkError, normalise
from tests.unit.powerflow.small_cases import make_network, triangle


def test_a_consuming_unit_becomes_load() -> None:
    network = normalise(
        make_network(loads=[10.0, 5.0], branches=[(0, 1)], units=[(0, 40.0, 50.0), (1, -15.0, 20.0)])
    )

    assert network.bus_load_mw.tolist() == [10.0, 20.0]
    assert network.unit_ids == ("PLANT-0",)
    assert network.unit_p_mw.tolist() == [40.0]
    assert network.unit_pmax_mw.tolist() == [50.0]


def test_a_negative_load_becomes_a_unit_at_its_limit() -> None:
    network = normalise(make_network(loads=[10.0, -30.0], branches=[(0, 1)], units=[(0, 1.0, 50.0)]))

    assert network.bus_load_mw.tolist() == [10.0, 0.0]
    assert network.unit_ids == ("PLANT-0", "BUS-1/infeed")
    assert network.unit_bus.tolist() == [0, 1]
    assert network.unit_p_mw.tolist() == [1.0, 30.0]
    assert network.unit_pmax_mw.tolist() == [50.0, 30.0]


@pytest.mark.parametrize(
    ("pump_mw", "load_mw", "infeed_mw"),
    [
        (-10.0, 0.0, 20.0),  # the pump takes a part of the infeed
        (-30.0, 0.0, None),  # all of it: neither load nor unit remains
        (-50.0, 20.0, None),  # and more
    ],
)
def test_a_pump_is_netted_against_the_infeed_of_its_bus(
    pump_mw: float, load_mw: float, infeed_mw: float | None
) -> None:
    network = normalise(make_network(loads=[-30.0], branches=[], units=[(0, pump_mw, 5.0)]))

    assert network.bus_load_mw.tolist() == [load_mw]
    assert network.unit_p_mw.tolist() == ([] if infeed_mw is None else [infeed_mw])


def test_capacity_is_raised_to_output() -> None:
    network = normalise(
        make_network(loads=[1.0], branches=[], units=[(0, 40.0, 30.0), (0, 20.0, 30.0), (0, 0.0, -5.0)])
    )

    assert network.unit_pmax_mw.tolist() == [40.0, 30.0, 0.0]


def test_tap_0_becomes_1() -> None:
    assert normalise(triangle(tap=[0.0, 1.05, 0.0])).tap.tolist() == [1.0, 1.05, 1.0]


def test_twice_is_once() -> None:
    once = normalise(
        make_network(
            loads=[-5.0, 7.0, -1.0],
            branches=[(0, 1), (1, 2)],
            units=[(0, -2.0, 3.0), (1, 9.0, 4.0), (2, -1.0, 0.0)],
            tap=[0.0, 0.9],
        )
    )

    assert normalise(once).digest() == once.digest()


def test_leaves_the_input_alone() -> None:
    network = make_network(loads=[-5.0], branches=[], units=[(0, -2.0, 3.0)])
    before = network.digest()

    normalise(network)

    assert network.bus_load_mw.tolist() == [-5.0]
    assert np.array_equal(network.unit_p_mw, [-2.0])
    assert network.digest() == before


def test_says_so_when_the_id_of_an_infeed_is_taken() -> None:
    network = make_network(loads=[-5.0], branches=[], units=[(0, 1.0, 3.0)], unit_ids=("BUS-0/infeed",))

    with pytest.raises(NetworkError, match="unit_ids of BUS-0/infeed: occurs twice"):
        normalise(network)
