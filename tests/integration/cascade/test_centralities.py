"""Measurements of the nodes, carried out on the small network and its circuits."""

import json
from typing import Any

import networkx as nx
import pytest
from django.contrib.auth.models import User

from cascade.models import CentralityRun, NodeCentrality
from cascade.services.centrality import start_centralities
from flux_site.api.errors import BadInput
from flux_site.jobs.services import run_job
from grid.selectors.warehouse import get_warehouse
from grid.warehouse.tables import node_centrality_features
from tests.clients import Api
from tests.factories import grid
from tests.small_network import SmallNetwork

near = pytest.approx


def measured(planner: User, **inputs: Any) -> CentralityRun:
    run = start_centralities(user=planner, **{"scope": "TRANSMISSION", **inputs})
    run_job(run.job_id)
    run.refresh_from_db()
    assert run.job.status == "SUCCEEDED", run.job.error_message
    return run


def test_the_buses_are_measured_and_simulated(small_network: SmallNetwork, planner: User) -> None:
    run = measured(planner)

    rows = {row.node_id: row for row in run.nodes.all()}
    plain = nx.Graph()
    from grid import models as g

    buses = set(g.Bus.objects.values_list("pk", flat=True))
    plain.add_nodes_from(buses)
    plain.add_edges_from(g.Branch.objects.filter(in_service=True).values_list("from_bus_id", "to_bus_id"))
    between, degree = nx.betweenness_centrality(plain), nx.degree_centrality(plain)
    assert rows.keys() == buses
    assert (run.node_count, run.edge_count) == (len(plain), plain.number_of_edges())
    assert (run.sample_count, run.betweenness_error) == (None, None)
    for bus, row in rows.items():
        assert row.betweenness == near(between[bus])
        assert row.degree == near(degree[bus])
        assert row.simulated_loss_mw is not None
        assert row.electrical_betweenness is not None
        assert row.substation_id == g.Bus.objects.get(pk=bus).substation_id
    assert run.simulated_count == len(buses)


def test_a_loss_is_what_a_run_of_the_same_outage_loses(small_network: SmallNetwork, planner: User) -> None:
    from cascade.models import CascadeRun
    from cascade.services.runs import start_run

    run = measured(planner)

    for row in run.nodes.all():
        single = start_run(outages=[row.node_id], user=planner)
        run_job(single.job_id)
        assert row.simulated_loss_mw == near(CascadeRun.objects.get(pk=single.pk).total_shed_mw)


def test_the_whole_grid_hangs_together(small_network: SmallNetwork, planner: User) -> None:
    from grid import models as g

    substation = g.Bus.objects.order_by("pk").first().substation
    circuit = grid.make_circuit(substation=substation)
    line = grid.make_line_section(circuit=circuit, from_node=substation.pk, to_node="NODE-1")
    transformer = grid.make_transformer(line=line, circuit=circuit, node="NODE-1")
    meter = grid.make_meter(transformer=transformer)
    for _ in range(3):
        grid.make_customer(meter=meter)

    run = measured(planner, scope="WHOLE")

    rows = {row.node_id: row for row in run.nodes.all()}
    assert {rows[key].node_kind for key in (meter.pk, transformer.pk, "NODE-1", substation.pk)} == {
        "METER",
        "TRANSFORMER",
        "NODE",
    }
    # The chain substation - NODE-1 - transformer - meter: what hangs on each by hand.
    assert [
        (rows[key].downstream_nodes, rows[key].downstream_customers)
        for key in (substation.pk, "NODE-1", transformer.pk, meter.pk)
    ] == [(3, 3), (2, 3), (1, 3), (0, 3)]
    assert rows[meter.pk].simulated_loss_mw is None


def test_the_newest_values_go_to_the_warehouse(small_network: SmallNetwork, planner: User) -> None:
    measured(planner)
    run = measured(planner, seed=4)

    stored = get_warehouse().select_rows(node_centrality_features.select())
    rows = {row.node_id: row for row in run.nodes.all()}
    assert {row["node_id"] for row in stored} == rows.keys()
    assert {row["graph_version"] for row in stored} == {run.graph_digest}
    for row in stored:
        assert row["betweenness_centrality"] == near(rows[row["node_id"]].betweenness)
    assert max(row["cascade_risk_score"] for row in stored) == 1.0


def test_two_runs_are_kept(small_network: SmallNetwork, planner: User) -> None:
    first, second, third = (measured(planner) for _ in range(3))

    assert not first.nodes.exists()
    assert second.nodes.count() == third.nodes.count() == NodeCentrality.objects.count() / 2


def test_the_api_ranks_and_tells_how_well(small_network: SmallNetwork, planner: User) -> None:
    run = measured(planner)
    query = """query ($first: Int!) {
      centralNodes(orderBy: SIMULATED_LOSS, first: $first) {
        run { nodeCount simulatedCount correlations { measure rho nodes } }
        items { nodeId simulatedLossMw }
      }
    }"""

    found = Api(planner).data(query, first=2)["centralNodes"]

    expected = run.nodes.order_by("-simulated_loss_mw", "node_id").values_list("node_id", flat=True)[:2]
    assert [row["nodeId"] for row in found["items"]] == list(expected)
    assert found["run"]["nodeCount"] == run.node_count
    assert {row["measure"] for row in found["run"]["correlations"]} >= {
        "betweenness",
        "electrical_betweenness",
    }
    assert Api(planner).code(query, first=1001) == "BAD_INPUT"
    assert json.dumps(run.correlations)


def test_bad_questions_are_refused(small_network: SmallNetwork, planner: User) -> None:
    for inputs, text in (
        ({"scope": "ALL"}, "scope is 'ALL'; it must be one of TRANSMISSION, WHOLE"),
        ({"interconnect": "Mars"}, "interconnect is 'Mars'; the cache holds"),
        ({"seed": -1}, "seed is -1; it must be 0 to"),
    ):
        with pytest.raises(BadInput, match=text):
            start_centralities(user=planner, **{"scope": "TRANSMISSION", **inputs})
    assert not CentralityRun.objects.exists()
