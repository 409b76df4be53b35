"""Outages name assets of the network, or the fault in naming them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cascade.engine.outages import NoOutage, Outages, UnknownAsset, branch_outage, resolve_outages
from tests.unit.powerflow.small_cases import triangle

NETWORK = triangle(substation_ids=("SUB-A", "SUB-B", "SUB-EMPTY"), bus_substation=[0, 1, 1])


def test_branches_buses_and_substations_become_masks() -> None:
    outages = resolve_outages(
        network=NETWORK, branch_ids=["BR-2", "BR-0"], bus_ids=["BUS-0"], substation_ids=["SUB-B"]
    )

    assert outages.branch_out.tolist() == [True, False, True]
    assert outages.bus_out.tolist() == [True, True, True]


def test_a_substation_stands_for_all_its_buses_and_no_other() -> None:
    outages = resolve_outages(network=NETWORK, substation_ids=("SUB-B",))

    assert outages.bus_out.tolist() == [False, True, True]
    assert not outages.branch_out.any()


def test_naming_a_bus_and_its_substation_is_no_repetition() -> None:
    outages = resolve_outages(network=NETWORK, bus_ids=["BUS-1"], substation_ids=["SUB-B"])

    assert outages.bus_out.tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("given", "field", "ids", "part"),
    [
        ({"branch_ids": ["BR-0", "BR-7", "BR-9"]}, "branch_ids", ("BR-7", "BR-9"), "not in the network"),
        ({"bus_ids": ["BR-0"]}, "bus_ids", ("BR-0",), "not in the network"),
        ({"substation_ids": ["SUB-a"]}, "substation_ids", ("SUB-a",), "not in the network"),
        ({"branch_ids": ["BR-0", "BR-1", "BR-0"]}, "branch_ids", ("BR-0",), "more than once"),
        ({"branch_ids": ["", "BR-1"]}, "branch_ids", ("''",), "malformed"),
        ({"bus_ids": [7, None, ["BUS-0"]]}, "bus_ids", ("7", "None", "['BUS-0']"), "malformed"),
        ({"branch_ids": "BR-0"}, "branch_ids", ("'BR-0'",), "single value"),
        ({"branch_ids": None}, "branch_ids", ("None",), "single value"),
    ],
)
def test_names_the_list_and_the_ids_at_fault(
    given: dict[str, Any], field: str, ids: tuple[str, ...], part: str
) -> None:
    with pytest.raises(UnknownAsset) as caught:
        resolve_outages(network=NETWORK, **given)

    assert (caught.value.field, caught.value.ids, caught.value.code) == (field, ids, "UNKNOWN_ASSET")
    assert part in str(caught.value)
    assert str(caught.value).startswith(field)


def test_a_long_list_of_faults_is_cut_in_the_message_and_whole_in_the_error() -> None:
    with pytest.raises(UnknownAsset) as caught:
        resolve_outages(network=NETWORK, bus_ids=[f"X-{number}" for number in range(25)])

    assert len(caught.value.ids) == 25
    assert str(caught.value).endswith("X-9 and 15 more")


def test_units_become_a_mask_and_none_is_no_mask() -> None:
    outages = resolve_outages(network=NETWORK, unit_ids=["PLANT-0"])

    assert outages.unit_out is not None
    assert outages.unit_out.tolist() == [True]
    assert outages.units.tolist() == [0]
    assert resolve_outages(network=NETWORK, bus_ids=["BUS-0"]).unit_out is None
    assert resolve_outages(network=NETWORK, bus_ids=["BUS-0"]).units.tolist() == []


def test_unknown_units_are_named() -> None:
    with pytest.raises(UnknownAsset, match="unit_ids: not in the network: PLANT-9"):
        resolve_outages(network=NETWORK, unit_ids=["PLANT-0", "PLANT-9"])


@pytest.mark.parametrize("given", [{}, {"branch_ids": []}, {"substation_ids": ["SUB-EMPTY"]}])
def test_no_outage_is_an_error(given: dict[str, list[str]]) -> None:
    with pytest.raises(NoOutage, match="outages: name at least one") as caught:
        resolve_outages(network=NETWORK, **given)

    assert caught.value.code == "NO_OUTAGE"


def test_masks_are_copied_and_frozen() -> None:
    mask = np.array([True, False, False])
    outages = Outages(branch_out=mask, bus_out=np.zeros(3, dtype=np.bool_))

    mask[0] = False

    assert outages.branch_out.tolist() == [True, False, False]
    with pytest.raises(ValueError, match="read-only"):
        outages.branch_out[1] = True


def test_one_branch_by_index() -> None:
    assert branch_outage(NETWORK, 2).branch_out.tolist() == [False, False, True]
    for wrong in (-1, 3):
        with pytest.raises(UnknownAsset, match="branch index"):
            branch_outage(NETWORK, wrong)
