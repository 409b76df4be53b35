"""From a transmission trip to customers: the small network with circuits under its corners, by hand."""

import numpy as np
import pytest

from cascade.engine.cascade import simulate
from cascade.engine.outages import resolve_outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from cascade.services.distribution import impact_of_cascade
from flux_site.api.errors import BadInput
from grid.selectors.network import load_network
from tests.small_network import SmallNetwork


def test_one_run_goes_from_a_trip_to_customers(served: SmallNetwork) -> None:
    """Without 1-2 the line 1-3 trips: a quarter of corners 2 and 3 is served, 150 MW are lost."""
    network = load_network("Texas")
    outages = resolve_outages(network=network, branch_ids=["BR-9012"])
    result = simulate(network=prepare(network), outages=outages, params=CascadeParams())

    found = impact_of_cascade(network=network, result=result, seed=7)

    assert found.mw_lost == pytest.approx(150.0)
    assert (found.coverage_frac, found.customers_out) == (1.0, 0)
    assert [(shed.substation_id, shed.served_share) for shed in found.sheds] == [
        ("SUB-9002", pytest.approx(0.25)), ("SUB-9003", pytest.approx(0.25)),
    ]  # fmt: skip
    assert (found.customers_low, found.customers_high) == (3, 3)
    assert found.customers_expected == pytest.approx(0.75 * 3)
    assert {each.circuit_id: each.lost_mw for each in found.circuits} == {
        "CKT-1": pytest.approx(75.0), "CKT-2": pytest.approx(75.0),
    }  # fmt: skip
    assert found == impact_of_cascade(network=network, result=result, seed=7)


def test_a_failed_substation_and_an_element_of_a_circuit_count_together(served: SmallNetwork) -> None:
    network = load_network("Texas")
    outages = resolve_outages(network=network, substation_ids=["SUB-9002"])
    result = simulate(network=prepare(network), outages=outages, params=CascadeParams())

    found = impact_of_cascade(network=network, result=result, failed_ids=["M-2"])

    assert found.mw_lost == pytest.approx(100.0)
    assert (found.customers_out, found.meters_out, found.still_out.customers) == (3, 2, 3)
    assert np.isclose(found.coverage_frac or 0.0, 1.0)
    with pytest.raises(BadInput, match="BUS-9001"):
        impact_of_cascade(network=network, result=result, failed_ids=["BUS-9001"])
