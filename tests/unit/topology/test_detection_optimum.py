"""The set of failed devices is the most likely one: against every possible set on small networks."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.topology import NONE, build_network
from grid.topology.circuit_scope import cut_out
from grid.topology.detection import DetectionParams, find_outages
from grid.topology.devices import ISOLATING_KINDS
from tests.unit.topology.heard import evidence_of
from tests.unit.topology.random_networks import Rows, networks

PARAMS = DetectionParams(
    gasp_received_frac=0.6,
    false_gasp_frac=0.01,
    false_life_frac=0.02,
    meter_prior=0.05,
    transformer_prior=0.03,
    switch_prior=0.02,
)


def coverage(rows: Rows) -> dict[str, frozenset[str]]:
    """Return the fed meters behind every device that can fail."""
    fed = rows.fed()
    meters = {key: unit for key, unit in rows.meters.items() if unit in fed}
    found = {key: frozenset([key]) for key in meters}
    for unit in fed:
        found[unit] = frozenset(key for key, at in meters.items() if at == unit)
    for edge in rows.edges:
        if edge.kind in ISOLATING_KINDS and not edge.is_open:
            lost = fed - rows.fed(without=edge.id)
            if lost:
                found[edge.id] = frozenset(key for key, at in meters.items() if at in lost)
    return found


def prior(key: str) -> float:
    if key.startswith("MTR"):
        return math.log(PARAMS.meter_prior)
    return math.log(PARAMS.transformer_prior if key.startswith("XFMR") else PARAMS.switch_prior)


def best_by_trying_all(rows: Rows, odds: dict[str, float]) -> float:
    """Return the largest sum over all sets of devices whose meters do not overlap."""
    covered = {key: meters for key, meters in coverage(rows).items() if meters}
    values = {key: prior(key) + sum(odds[m] for m in meters) for key, meters in covered.items()}
    useful = sorted((key for key, value in values.items() if value > 0.0), key=lambda key: -values[key])
    best = 0.0
    for size in range(len(useful) + 1):
        for chosen in itertools.combinations(useful, size):
            together = [covered[key] for key in chosen]
            if sum(map(len, together)) == len(frozenset().union(*together)):
                best = max(best, sum(values[key] for key in chosen))
    return best


@given(networks(), st.data())
def test_no_other_set_of_devices_explains_the_evidence_better(rows: Rows, data: st.DataObject) -> None:
    now_s = 1_000.0
    said = {
        key: data.draw(st.sampled_from(["gasp", "gasp", "silent", "life"]))
        for key in itertools.islice(rows.meters, 8)
    }
    rows = Rows(rows.substations, rows.edges, rows.transformers, {key: rows.meters[key] for key in said})
    network = build_network(rows.columns())
    scope = cut_out(network, network.arrays.circuits.position(f"CKT-{rows.substations[0]}"))
    odds = {
        "gasp": math.log(0.6 / 0.01),
        "silent": math.log(0.4 / 0.99),
        "life": math.log(0.02 / 0.98),
    }
    dark = {key: 900.0 for key, what in said.items() if what == "gasp"}
    lit = {key: 950.0 for key, what in said.items() if what == "life"}

    found = find_outages(
        network=network,
        scope=scope,
        evidence=evidence_of(network, dark=dark, lit=lit),
        now_s=now_s,
        params=PARAMS,
    )

    best = best_by_trying_all(rows, {key: odds[what] for key, what in said.items()})
    assert sum(finding.log_odds for finding in found) == pytest.approx(best, abs=1e-6)
    covered = coverage(rows)
    behind = [covered[finding.device.id] for finding in found]
    assert sum(map(len, behind)) == len(frozenset().union(*behind))
    for finding in found:
        mine = covered[finding.device.id]
        assert finding.meters == len(mine)
        assert finding.gasps == len(mine & dark.keys()) > 0
        deeper = [key for key, meters in covered.items() if meters == mine and key != finding.device.id]
        equal = [key for key in deeper if prior(key) == prior(finding.device.id)]
        switch = network.arrays.switches.position(finding.device.id)
        if switch != NONE:
            assert all(scope.switches.tolist().index(switch) > scope.switches.tolist().index(s)
                       for s in network.arrays.switches.positions(equal).tolist() if s != NONE)  # fmt: skip
