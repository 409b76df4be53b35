"""A network refuses what cannot be computed, and says which entry it is."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from grid.powerflow.network import Network, NetworkError
from tests.unit.powerflow.small_cases import make_network, triangle

BAD_ENTRIES: list[tuple[str, Any, str | None, str]] = [
    # field, value, offending id, part of the message
    ("base_mva", 0.0, None, "> 0"),
    ("base_mva", float("nan"), None, "> 0"),
    ("base_mva", -100.0, None, "> 0"),
    ("base_mva", "100", None, "number"),
    ("base_mva", True, None, "number"),
    ("bus_ids", ("A", "B", "A"), "A", "twice"),
    ("bus_ids", ("A", " ", "C"), None, "entry 1"),
    ("bus_ids", ("A", 2, "C"), None, "entry 1"),
    ("bus_ids", "ABC", None, "single text"),
    ("branch_ids", ("X", "Y", "Y"), "Y", "twice"),
    ("unit_ids", ("",), None, "entry 0"),
    ("bus_load_mw", [0.0, float("nan"), 1.0], "BUS-1", "finite"),
    ("bus_load_mw", [0.0, 1.0, float("inf")], "BUS-2", "finite"),
    ("bus_load_mw", [0.0, 1.0], None, "3"),
    ("bus_load_mw", [0.0, "much", 1.0], None, "numbers"),
    ("bus_load_mw", [[0.0, 1.0, 2.0]], None, "dimensions"),
    ("bus_load_mw", [0.0, 2e9, 1.0], "BUS-1", "1e+09"),
    ("bus_substation", [0, -1, -1], "BUS-0", "index"),
    ("bus_substation", [-2, -1, -1], "BUS-0", "index"),
    ("branch_from", [0, 0, 3], "BR-2", "from 0 to 2"),
    ("branch_from", [0, -1, 2], "BR-1", "from 0 to 2"),
    ("branch_from", [0.0, 0.0, 2.0], None, "integers"),
    ("branch_to", [1, 2], None, "3"),
    ("branch_to", [1, 0, 1], "BR-1", "another bus"),
    ("x_pu", [0.1, 0.0, 0.1], "BR-1", "0"),
    ("x_pu", [0.1, float("nan"), 0.1], "BR-1", "finite"),
    ("x_pu", [0.1, 1e-320, 0.1], "BR-1", "finite"),
    ("tap", [1.0, -0.9, 1.0], "BR-1", ">= 0"),
    ("shift_deg", [0.0, float("-inf"), 0.0], "BR-1", "finite"),
    ("rate_mva", [10.0, -1.0, -2.0], "BR-1", "1 more"),
    ("rate_mva", [float("nan"), 1.0, 2.0], "BR-0", "finite"),
    ("rate_mva", [1.0, None, 2.0], None, "numbers"),
    ("unit_bus", [3], "PLANT-0", "from 0 to 2"),
    ("unit_p_mw", [float("nan")], "PLANT-0", "finite"),
    ("unit_p_mw", [1.0, 2.0], None, "1"),
    ("unit_pmax_mw", [float("inf")], "PLANT-0", "finite"),
]


@pytest.mark.parametrize(("field", "value", "asset_id", "part"), BAD_ENTRIES)
def test_names_the_field_the_asset_and_what_is_allowed(
    field: str, value: Any, asset_id: str | None, part: str
) -> None:
    with pytest.raises(NetworkError) as caught:
        triangle(**{field: value})

    error = caught.value
    assert (error.field, error.asset_id, error.code) == (field, asset_id, "INVALID_NETWORK")
    assert field in str(error)
    assert part in str(error)
    assert "allowed:" in str(error)


def test_refuses_a_network_without_buses() -> None:
    with pytest.raises(NetworkError, match="bus_ids: the network is empty"):
        make_network(loads=[], branches=[], units=[])


def test_takes_a_network_without_branches_or_units() -> None:
    network = make_network(loads=[5.0], branches=[], units=[])

    assert (network.n_buses, network.n_branches, network.n_units) == (1, 0, 0)


def test_copies_and_freezes_its_arrays() -> None:
    loads = np.array([0.0, 60.0, 40.0])
    network = triangle(bus_load_mw=loads)

    loads[1] = 999.0

    assert network.bus_load_mw[1] == 60.0
    with pytest.raises(ValueError, match="read-only"):
        network.bus_load_mw[1] = 1.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        network.base_mva = 1.0  # type: ignore[misc]


def test_susceptance_is_base_over_x_times_tap_with_tap_0_read_as_1() -> None:
    network = triangle(x_pu=[0.1, 0.2, -0.5], tap=[0.0, 1.25, 0.5])

    np.testing.assert_allclose(network.susceptance_mw, [1000.0, 400.0, -400.0])


def test_digest_is_fixed_across_runs_and_kinds_of_input() -> None:
    as_lists = triangle()
    as_arrays = triangle(bus_load_mw=np.array([-0.0, 60.0, 40.0], dtype=np.float32))

    assert as_lists.digest() == as_arrays.digest()
    # Written down once: a change means that stored digests no longer match their networks.
    assert as_lists.digest() == "9f0f4c4882cd0e6fe03faf73ccffafaf87d8be3d205084d8a431314829ada913"


@pytest.mark.parametrize(
    "change",
    [
        {"base_mva": 99.0},
        {"bus_ids": ("BUS-0", "BUS-1", "BUS-9")},
        {"bus_load_mw": [0.0, 60.0, 40.0000001]},
        {"branch_from": [0, 0, 1], "branch_to": [1, 2, 2]},
        {"x_pu": [0.1, 0.1, 0.11]},
        {"tap": [1.0, 1.0, 1.01]},
        {"shift_deg": [0.0, 0.0, 1.0]},
        {"rate_mva": [0.0, 0.0, 1.0]},
        {"unit_pmax_mw": [201.0]},
        {"substation_ids": ("SUB-0",)},
        {"substation_ids": ("SUB-0",), "bus_substation": [0, -1, -1]},
    ],
)
def test_digest_tells_networks_apart(change: dict[str, Any]) -> None:
    assert triangle(**change).digest() != triangle().digest()


def test_ids_are_found_by_position() -> None:
    network: Network = triangle(substation_ids=("SUB-7",))

    assert network.bus_index["BUS-2"] == 2
    assert network.branch_index["BR-1"] == 1
    assert network.substation_index == {"SUB-7": 0}
