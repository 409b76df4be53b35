"""Losses per substation, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cascade.engine.cascade import simulate
from cascade.engine.losses import SubstationLoss, substation_losses
from cascade.engine.outages import resolve_outages
from cascade.engine.params import CascadeParams
from grid.powerflow.network import Network
from tests.unit.engine.random_networks import tight_network
from tests.unit.powerflow.small_cases import make_network


def chain() -> Network:
    """Return a unit at bus 0 feeding 40 MW at bus 1 and 50 MW at bus 2, by two branches to a unit of 20 MW.

    Losing BR-1 puts 50 MW on BR-2 (30 MVA): it trips, and bus 2 keeps 20 MW. Bus 3, without load, hangs on
    bus 0.
    """
    return make_network(
        loads=[0.0, 40.0, 50.0, 0.0],
        branches=[(0, 1), (1, 2), (1, 2), (0, 3)],
        units=[(0, 90.0, 200.0), (2, 0.0, 20.0)],
        rates=[0.0, 40.0, 30.0, 0.0],
        substation_ids=("SUB-A", "SUB-B", "SUB-C"),
        bus_substation=[0, 0, 1, 2],
    )


def losses(network: Network, **outages: list[str]) -> list[SubstationLoss]:
    result = simulate(
        network=network, outages=resolve_outages(network=network, **outages), params=CascadeParams()
    )
    return substation_losses(network, result)


def test_names_the_wave_and_the_load() -> None:
    (loss,) = losses(chain(), branch_ids=["BR-1"])

    assert loss.substation_id == "SUB-B"
    assert loss.lost_mw == pytest.approx(30.0)
    assert (loss.wave, loss.is_dead) == (1, False)


def test_a_substation_without_load_that_goes_dark_is_listed_with_nothing_lost() -> None:
    assert losses(chain(), branch_ids=["BR-3"]) == [
        SubstationLoss(substation_id="SUB-C", lost_mw=0.0, wave=0, is_dead=True)
    ]


def test_a_substation_is_dead_when_all_its_buses_are() -> None:
    found = {loss.substation_id: loss for loss in losses(chain(), bus_ids=["BUS-1"])}

    assert found["SUB-A"].lost_mw == pytest.approx(40.0)
    assert found["SUB-B"].lost_mw == pytest.approx(30.0)
    # Bus 0 has no load left to feed, so it is dead with its unit.
    assert [found[name].is_dead for name in ("SUB-A", "SUB-B", "SUB-C")] == [True, False, True]


@pytest.mark.parametrize("seed", range(15))
def test_losses_add_up_to_the_load_shed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = tight_network(rng)
    outages = resolve_outages(
        network=network,
        branch_ids=[network.branch_ids[k] for k in rng.choice(network.n_branches, 4, replace=False)],
    )

    result = simulate(network=network, outages=outages, params=CascadeParams(load_multiplier=1.1))

    total_mw = sum(loss.lost_mw for loss in substation_losses(network, result))
    assert total_mw == pytest.approx(result.shed_mw, abs=1e-6)
