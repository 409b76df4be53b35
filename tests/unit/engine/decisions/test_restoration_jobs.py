"""The jobs after a cascade, by hand and on random networks."""

from __future__ import annotations

import numpy as np
import pytest

from cascade.engine.cascade import simulate
from cascade.engine.decisions.crew_order import best_order
from cascade.engine.decisions.outage_tree import OutageTree
from cascade.engine.decisions.restoration_jobs import GridJobs, grid_jobs, restored_mw, weigh
from cascade.engine.outages import Outages, resolve_outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from cascade.engine.result import CascadeResult
from grid.powerflow.network import Network
from tests.unit.engine.random_networks import tight_network

HOURS = {"LINE_OUTAGE": 3.0, "TRANSFORMER_OUTAGE": 60.0, "BRANCH_TRIP": 1.0, "SUBSTATION": 8.0, "BUS": 8.0}
near = pytest.approx


def chain() -> Network:
    """Return substations A - B - C - D in a row; A holds all generation, B to D 10, 20 and 30 MW."""
    return Network(
        base_mva=100.0,
        bus_ids=("A", "B", "C", "D"),
        bus_load_mw=[40.0, 10.0, 20.0, 30.0],
        bus_substation=[0, 1, 2, 3],
        substation_ids=("SA", "SB", "SC", "SD"),
        branch_ids=("AB", "BC", "CD"),
        branch_from=[0, 1, 2],
        branch_to=[1, 2, 3],
        x_pu=[0.1] * 3,
        tap=[0.0] * 3,
        shift_deg=[0.0] * 3,
        rate_mva=[0.0] * 3,
        unit_ids=("U",),
        unit_bus=[0],
        unit_p_mw=[100.0],
        unit_pmax_mw=[100.0],
    )


def masks_of(network: Network, **outages: list[str]) -> Outages:
    return resolve_outages(network=network, **outages)


def after(network: Network, **outages: list[str]) -> tuple[CascadeResult, GridJobs]:
    masks = masks_of(network, **outages)
    result = simulate(network=network, outages=masks, params=CascadeParams())
    named = np.array([network.branch_index[name] for name in outages.get("branch_ids", [])], dtype=np.int64)
    return result, grid_jobs(network, result, named_branches=named, hours_of=HOURS.__getitem__)


def test_each_job_brings_back_what_lies_behind_it() -> None:
    _, found = after(chain(), branch_ids=["CD"], substation_ids=["SB"])

    assert {job.id: (job.kind, job.parent, job.restores_mw) for job in found.jobs} == {
        # the branches AB and BC are out with the substation only: they have no job, and C is back with B
        "SB": ("SUBSTATION", None, 30.0),
        "CD": ("LINE_OUTAGE", "SB", 30.0),
    }
    assert found.unattributed_mw == 0.0
    assert found.jobs[1].substations == {"SB": 10.0, "SC": 20.0}


def test_each_step_is_computed_anew() -> None:
    network = chain()
    result, found = after(network, branch_ids=["AB", "CD"])

    steps = restored_mw(
        prepare(network),
        result,
        found.jobs,
        [1, 0],
        outages=masks_of(network, branch_ids=["AB", "CD"]),
    )

    assert [(step.job_id, step.restored_mw, step.would_trip) for step in steps] == [
        ("CD", near(0.0), 0),
        ("AB", near(60.0), 0),
    ]
    assert result.shed_mw == near(60.0)


def test_jobs_are_weighed_by_customers_only_where_all_are_known() -> None:
    _, found = after(chain(), branch_ids=["AB", "CD"])
    load = {"SA": 40.0, "SB": 10.0, "SC": 20.0, "SD": 30.0}

    def weighed(customers: dict[str, float], critical: dict[str, int] | None = None):  # type: ignore[no-untyped-def]
        return weigh(
            found,
            hours_of=HOURS.__getitem__,
            substation_load_mw=load,
            customers_of=customers,
            critical=critical or {},
        )

    known = weighed({"SB": 100, "SC": 50, "SD": 7})
    partly = weighed({"SB": 100, "SC": 50})
    assert (known.unit, known.coverage_frac, [job.weight for job in known.jobs]) == (
        "CUSTOMERS",
        1.0,
        [150, 7],
    )
    assert (partly.unit, partly.customers) == ("MW", (150, None))
    assert partly.coverage_frac == near(0.5)
    assert [job.weight for job in partly.jobs] == [near(30.0), near(30.0)]
    assert [job.rank for job in weighed({}, {"SD": 0}).jobs] == [1, 0]


def test_in_a_dark_network_no_job_is_said_to_bring_back_anything() -> None:
    _, found = after(chain(), substation_ids=["SA", "SB", "SC", "SD"])

    assert found.unattributed_mw == found.lost_mw == near(100.0)
    assert all(job.parent is None and job.restores_mw == 0.0 for job in found.jobs)


@pytest.mark.parametrize("seed", range(25))
def test_all_jobs_done_bring_back_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = tight_network(rng)
    branches = [network.branch_ids[k] for k in rng.choice(network.n_branches, 2, replace=False)]
    substations = [network.substation_ids[0]] if seed % 2 else []
    result, found = after(network, branch_ids=branches, substation_ids=substations)
    weighed = weigh(
        found,
        hours_of=HOURS.__getitem__,
        substation_load_mw=dict.fromkeys(network.substation_ids, 1.0),
        customers_of={},
        critical={},
    )

    attributed = sum(job.restores_mw for job in found.jobs)
    assert attributed + found.unattributed_mw == near(found.lost_mw)
    assert found.lost_mw == near(result.shed_mw, abs=1e-6)
    order = best_order(OutageTree(weighed.jobs)).tolist()
    steps = restored_mw(
        prepare(network),
        result,
        found.jobs,
        order,
        outages=masks_of(network, branch_ids=branches, substation_ids=substations),
    )
    assert len(steps) == len(found.jobs)
    assert steps[-1].restored_mw == near(result.shed_mw, abs=1e-6)
