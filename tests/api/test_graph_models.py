"""graphCascade: the graph models by hand on small networks, what they say of themselves, and who may ask."""

from __future__ import annotations

from collections.abc import Callable
from math import exp
from typing import Any

import pytest
from django.contrib.auth.models import User

from grid import models as grid
from tests.clients import Api
from tests.factories.cascade import make_centrality_run, make_node_centrality
from tests.factories.grid import (
    grant_zone,
    make_branch,
    make_bus,
    make_circuit,
    make_customer,
    make_line_section,
    make_meter,
    make_substation,
    make_transformer,
    make_zone,
)
from tests.small_network import SmallNetwork

pytestmark = pytest.mark.usefixtures("own_stores")
near = pytest.approx
QUERY = """query ($model: GraphModel!, $zero: String!, $interconnect: String, $spreading: SpreadingInput,
    $motterLai: MotterLaiInput, $maxWaves: Int) {
  graphCascade(model: $model, patientZeroId: $zero, interconnect: $interconnect, spreading: $spreading,
      motterLai: $motterLai, maxWaves: $maxWaves) {
    model label caveat formula source interconnect nodeCount edgeCount failedCount hiddenCount isSettled
    loadMw customers customersUnknownCount connectedFrac largestBefore largestAfter centralitiesAt
    waves { number count nodes { substationId name lat lon triggeredById strength loadMw customers } } } }"""
LOSS = {"BUS-9001": 150.0, "BUS-9002": 100.0, "BUS-9003": 75.0}
BETWEEN = {"BUS-9001": 0.02, "BUS-9002": 0.01, "BUS-9003": 0.0}


def ask(api: Api, model: str = "PROBABILISTIC_BFS", zero: str = "SUB-9001", **values: Any) -> dict[str, Any]:
    found: dict[str, Any] = api.data(QUERY, **asked(model, zero, values))["graphCascade"]
    return found


def refused(api: Api, model: str, zero: str = "SUB-9001", **values: Any) -> tuple[str, str | None]:
    error = api.error(QUERY, **asked(model, zero, values))
    return error["extensions"]["code"], error["extensions"].get("field")


def asked(model: str, zero: str, values: dict[str, Any]) -> dict[str, Any]:
    return {"model": model, "zero": zero, "maxWaves": 10, **values}


def waves(found: dict[str, Any]) -> list[list[str]]:
    return [[node["substationId"] for node in wave["nodes"]] for wave in found["waves"]]


def lengths(**length_km: float | None) -> None:
    for branch, value in length_km.items():
        grid.Branch.objects.filter(pk=branch.replace("_", "-")).update(length_km=value)


@pytest.fixture
def measured(small_network: SmallNetwork) -> SmallNetwork:
    """Return the small network, measured: 1 to 2 is 1 km, 1 to 3 is 8 km, 2 to 3 is 2 km."""
    run = make_centrality_run()
    for bus, loss in LOSS.items():
        make_node_centrality(run=run, node_id=bus, betweenness=BETWEEN[bus], simulated_loss_mw=loss)
    lengths(BR_9012=1.0, BR_9013=8.0, BR_9014=2.0)
    return small_network


@pytest.fixture
def ring(synced: None) -> list[grid.Substation]:
    """Return nine substations in a ring, two buses in the first, with a branch between these."""
    zone = make_zone(id="ZONE-RING")
    substations = [make_substation(id=f"SUB-{n}", name=f"Ring {n}", zone=zone, load_mw=n) for n in range(9)]
    buses = [
        make_bus(id=f"BUS-{n}", number=n, substation=place, load_mw=float(n))
        for n, place in enumerate(substations)
    ]
    second = make_bus(id="BUS-10", number=10, substation=substations[0], load_mw=0.0)
    for n in range(9):
        make_branch(id=f"BR-{n}", from_bus=buses[n], to_bus=buses[(n + 1) % 9])
    make_branch(id="BR-10", from_bus=buses[0], to_bus=second, length_km=None, kind="TRANSFORMER")
    make_branch(id="BR-11", from_bus=second, to_bus=buses[1])  # beside the one between the same substations
    return substations


def test_spreading_by_hand(measured: SmallNetwork, viewer_api: Api) -> None:
    # From 1, criticality 1 and 100 * 0.02 + 0.1 = 2.1: to 2 exp(-0.2) * 1.05 = 0.86, to 3 exp(-1.6) * 1.05 =
    # 0.21, below 0.3. From 2, criticality 2/3 and 1.1: to 3 exp(-0.4) * 2/3 * 1.1 / 2 = 0.246: below 0.3,
    # but above 0.24.
    found = ask(viewer_api)
    lower = ask(viewer_api, spreading={"thresholdProb": 0.24})
    cut = ask(viewer_api, spreading={"thresholdProb": 0.24, "maxNodes": 2})

    assert waves(found) == [["SUB-9001"], ["SUB-9002"]]
    assert found["waves"][0]["nodes"][0] | {"lat": 0, "lon": 0} == {
        "substationId": "SUB-9001",
        "name": "Corner 1",
        "lat": 0,
        "lon": 0,
        "triggeredById": None,
        "strength": None,
        "loadMw": 0.0,
        "customers": None,
    }
    second = found["waves"][1]["nodes"][0]
    assert (second["triggeredById"], second["strength"]) == ("SUB-9001", near(exp(-0.2) * 1.05))
    location = measured.substations[1].location
    assert (second["lat"], second["lon"]) == (near(location.y), near(location.x))
    assert (found["failedCount"], found["loadMw"], found["isSettled"]) == (2, 100.0, True)
    assert (found["nodeCount"], found["edgeCount"], found["hiddenCount"]) == (3, 3, 0)
    assert (found["connectedFrac"], found["largestBefore"], found["largestAfter"]) == (None, None, None)
    assert found["centralitiesAt"] is not None
    assert waves(lower) == [["SUB-9001"], ["SUB-9002"], ["SUB-9003"]]
    assert lower["waves"][2]["nodes"][0]["triggeredById"] == "SUB-9002"
    assert lower["waves"][2]["nodes"][0]["strength"] == near(exp(-0.4) * 1.1 / 3)
    assert (waves(cut), cut["isSettled"]) == ([["SUB-9001"], ["SUB-9002"]], False)


def test_chance_is_drawn_from_the_seed(measured: SmallNetwork, viewer_api: Api) -> None:
    def drawn(seed: int) -> int:
        chance = {"rule": "CHANCE", "thresholdProb": 0.0, "seed": seed}
        return ask(viewer_api, spreading=chance)["failedCount"]

    found = [drawn(seed) for seed in range(12)]

    assert len(set(found)) > 1
    assert [drawn(seed) for seed in range(3)] == found[:3]


def test_motter_lai_by_hand(ring: list[grid.Substation], viewer_api: Api) -> None:
    # The load of each is 6 + 8 = 14; the path of 8 left has 3 * 4 + 7 = 19 in its middle, above 1.3 * 14.
    found = ask(viewer_api, "MOTTER_LAI", "BUS-10", motterLai={"alpha": 0.3})
    spare = ask(viewer_api, "MOTTER_LAI", "SUB-0", motterLai={"alpha": 0.4}, interconnect="Texas")
    stopped = ask(viewer_api, "MOTTER_LAI", "SUB-0", motterLai={"alpha": 0.3}, maxWaves=0)

    assert waves(found) == [["SUB-0"], ["SUB-4", "SUB-5"]]
    assert [wave["count"] for wave in found["waves"]] == [1, 2]
    assert [node["strength"] for node in found["waves"][1]["nodes"]] == [near(19 / (1.3 * 14))] * 2
    assert [node["triggeredById"] for node in found["waves"][1]["nodes"]] == [None, None]
    assert (found["nodeCount"], found["edgeCount"], found["loadMw"]) == (9, 9, 9.0)
    assert (found["largestBefore"], found["largestAfter"], found["connectedFrac"]) == (9, 3, near(3 / 9))
    assert (found["isSettled"], found["centralitiesAt"]) == (True, None)
    assert (spare["failedCount"], spare["connectedFrac"]) == (1, near(8 / 9))
    assert (stopped["failedCount"], stopped["isSettled"]) == (1, False)


def test_every_answer_says_what_it_is(measured: SmallNetwork, viewer_api: Api) -> None:
    for model, source in (("PROBABILISTIC_BFS", "no publication"), ("MOTTER_LAI", "66, 065102(R), 2002")):
        found = ask(viewer_api, model)

        assert "Topological toy" in found["label"]
        assert "No power flows, no ratings" in found["label"]
        assert "comparison only" in found["caveat"]
        assert source in found["source"]
        assert found["model"] == model


def test_customers_are_those_of_the_circuits_and_else_unknown(
    measured: SmallNetwork, viewer_api: Api
) -> None:
    circuit = make_circuit(substation=measured.substations[1])
    line = make_line_section(circuit=circuit, from_node="SUB-9002", to_node="N-1")
    meter = make_meter(transformer=make_transformer(line=line, circuit=circuit, node="N-1"))
    for _ in range(3):
        make_customer(meter=meter)

    found = ask(viewer_api)

    assert [wave["nodes"][0]["customers"] for wave in found["waves"]] == [None, 3]
    assert (found["customers"], found["customersUnknownCount"]) == (3, 1)


def test_without_circuits_no_customers_are_known(measured: SmallNetwork, viewer_api: Api) -> None:
    found = ask(viewer_api)

    assert (found["customers"], found["customersUnknownCount"]) == (None, 2)


def test_other_zones_are_counted_and_not_told(measured: SmallNetwork, make_user: Callable[..., User]) -> None:
    limited = make_user(roles=("viewer",), username="zita")
    grid.Substation.objects.filter(pk="SUB-9002").update(zone=make_zone(id="ZONE-THERE"))
    grant_zone(user=limited, zone=measured.zone)

    found = ask(Api(limited), spreading={"thresholdProb": 0.24})

    assert waves(found) == [["SUB-9001"], [], ["SUB-9003"]]
    assert found["waves"][2]["nodes"][0]["triggeredById"] is None
    assert (found["failedCount"], found["hiddenCount"], found["loadMw"]) == (2, 1, 100.0)
    assert refused(Api(limited), "MOTTER_LAI", "SUB-9002") == ("NOT_FOUND", "patientZeroId")


def test_spreading_says_what_to_run_first(small_network: SmallNetwork, viewer_api: Api) -> None:
    first = viewer_api.error(QUERY, **asked("PROBABILISTIC_BFS", "SUB-9001", {}))
    make_node_centrality(run=make_centrality_run(), node_id="BUS-1")
    other = viewer_api.error(QUERY, **asked("PROBABILISTIC_BFS", "SUB-9001", {}))

    for error in (first, other):
        assert error["extensions"] == {"code": "NOT_MEASURED", "field": "model"}
        assert "startCentralities" in error["message"]
    assert "another network" in other["message"]


@pytest.mark.parametrize("losses", [(None, None, None), (5.0, None, 1.0), (0.0, 0.0, 0.0)])
def test_an_unknown_criticality_is_not_made_up(
    small_network: SmallNetwork, viewer_api: Api, losses: tuple[float | None, ...]
) -> None:
    run = make_centrality_run()
    for bus, loss in zip(LOSS, losses, strict=True):
        make_node_centrality(run=run, node_id=bus, simulated_loss_mw=loss)

    assert refused(viewer_api, "PROBABILISTIC_BFS") == ("NOT_MEASURED", "model")


def test_an_unknown_length_is_not_made_up(measured: SmallNetwork, viewer_api: Api) -> None:
    lengths(BR_9013=None)

    error = viewer_api.error(QUERY, **asked("PROBABILISTIC_BFS", "SUB-9001", {}))

    assert error["extensions"] == {"code": "BAD_INPUT", "field": "model"}
    assert "BR-9013" in error["message"]


@pytest.mark.parametrize(
    ("model", "values", "code", "field"),
    [
        ("MOTTER_LAI", {"zero": "SUB-404"}, "NOT_FOUND", "patientZeroId"),
        ("MOTTER_LAI", {"interconnect": "Western"}, "BAD_INPUT", "interconnect"),
        ("MOTTER_LAI", {"maxWaves": 11}, "BAD_INPUT", "maxWaves"),
        ("MOTTER_LAI", {"maxWaves": -1}, "BAD_INPUT", "maxWaves"),
        ("MOTTER_LAI", {"motterLai": {"alpha": -0.1}}, "BAD_INPUT", "alpha"),
        ("MOTTER_LAI", {"spreading": {}}, "BAD_INPUT", "spreading"),
        ("PROBABILISTIC_BFS", {"motterLai": {}}, "BAD_INPUT", "motterLai"),
        ("PROBABILISTIC_BFS", {"spreading": {"thresholdProb": 1.5}}, "BAD_INPUT", "thresholdProb"),
        ("PROBABILISTIC_BFS", {"spreading": {"temperatureC": 61.0}}, "BAD_INPUT", "temperatureC"),
        ("PROBABILISTIC_BFS", {"spreading": {"loadMultiplier": 0.0}}, "BAD_INPUT", "loadMultiplier"),
        ("PROBABILISTIC_BFS", {"spreading": {"maxNodes": 0}}, "BAD_INPUT", "maxNodes"),
        ("PROBABILISTIC_BFS", {"spreading": {"maxNodes": 1001}}, "BAD_INPUT", "maxNodes"),
        ("PROBABILISTIC_BFS", {"spreading": {"seed": -1}}, "BAD_INPUT", "seed"),
    ],
)
def test_bad_input_is_named(
    measured: SmallNetwork, viewer_api: Api, model: str, values: dict[str, Any], code: str, field: str
) -> None:
    assert refused(viewer_api, model, **values) == (code, field)


def test_a_large_graph_is_refused(
    measured: SmallNetwork, viewer_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cascade.services.graph_models.MOST_SUBSTATIONS", 2)

    assert refused(viewer_api, "MOTTER_LAI") == ("LIMIT_EXCEEDED", "model")
    assert ask(viewer_api)["failedCount"] == 2


def test_without_the_permission_nothing_is_told(
    measured: SmallNetwork, nobody_api: Api, anonymous_api: Api
) -> None:
    assert refused(nobody_api, "MOTTER_LAI")[0] == "PERMISSION_DENIED"
    assert refused(anonymous_api, "MOTTER_LAI")[0] == "UNAUTHENTICATED"
