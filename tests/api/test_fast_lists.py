"""The fast path of lists answers what the ordinary executor answers, to the byte."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from grid import models
from grid.schema import freshness
from grid.schema.fast import fast_list
from tests.api.generated_queries import queries
from tests.clients import Api
from tests.factories import grid as factories
from tests.factories import surroundings

SETTINGS = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Switch:
    """Turns the fast path off, and counts what it answered."""

    def __init__(self) -> None:
        self.is_on = True
        self.answers: list[bool] = []

    def __call__(self, info: Any) -> Any:
        answer = fast_list(info) if self.is_on else None
        self.answers.append(answer is not None)
        return answer


@pytest.fixture
def switch(monkeypatch: pytest.MonkeyPatch) -> Switch:
    found = Switch()
    monkeypatch.setattr(freshness, "fast_list", found)
    return found


@pytest.fixture
def rows(synced: None) -> models.Zone:
    """Create rows of all classes in two zones, with unknown, odd and equal values; return the first zone."""
    zones = [factories.make_zone(id=f"ZONE-{letter}") for letter in "ab"]
    circuits = []
    for n, zone in enumerate(zones * 2):
        substation = factories.make_substation(
            zone=zone,
            name=("Größe", 'a "quoted" \\ name', "tab\tand\nline", "😀")[n],
            load_mw=(0.1 + 0.2, -0.0, 1e21, 123456789012345680.0)[n],
            max_kv=(None, 138.0, 1e-7, 5e-324)[n],
        )
        circuits.append(factories.make_circuit(substation=substation, peak_load_mw=float(n // 2)))
        bus = factories.make_bus(substation=substation)
        factories.make_plant(bus=bus)
        for _ in range(2):
            transformer = factories.make_transformer(circuit=circuits[-1], install_year=(None, 1999)[n % 2])
            meter = factories.make_meter(transformer=transformer)
            factories.make_customer(meter=meter)
            if n % 2:
                factories.make_transformer_load(transformer=transformer)
            outage = factories.make_outage(circuit=circuits[-1], transformer=transformer)
            factories.make_work_order(circuit=circuits[-1], outage=outage)
        factories.make_weather()
        surroundings.make_tree(zone=zone, species=None)
        surroundings.make_building(zone=zone, height_m=(None, 6.5)[n % 2])
        surroundings.make_water_body(name=None)
        surroundings.make_flood_zone()
        factories.make_pole(circuit=circuits[-1])
    buses = list(models.Bus.objects.order_by("pk"))
    for start, end in pairwise(buses):
        factories.make_branch(from_bus=start, to_bus=end, rating_mva=None, base_loading_pct=None)
    factories.make_switch(circuit=circuits[0], other_circuit=circuits[1])
    return zones[0]


@pytest.fixture
def askers(make_user: Callable[..., Any], rows: models.Zone) -> dict[str, Api]:
    """Return clients of users who may see different things."""
    limited = make_user(roles=("viewer",))
    factories.grant_zone(user=limited, zone=rows)
    return {
        "viewer": Api(make_user(roles=("viewer",))),
        "limited to a zone": Api(limited),
        "with personal data": Api(make_user(roles=("viewer", "pii"))),
        "of circuits only": Api(make_user("grid.view_circuit")),
    }


def both(api: Api, switch: Switch, query: str, variables: dict[str, Any]) -> tuple[bytes, bytes, list[bool]]:
    """Return the data and errors of both ways as bytes, and which fields the fast way answered."""
    answers = []
    taken: list[bool] = []
    for switch.is_on in (True, False):
        switch.answers = []
        response = api.post(query, variables)
        assert response.status_code == 200, response.content
        answers.append(response.content.rpartition(b',"extensions":{"backends"')[0])
        if switch.is_on:
            taken = switch.answers
    return answers[0], answers[1], taken


USERS = ("viewer", "limited to a zone", "with personal data", "of circuits only")


@pytest.mark.parametrize("who", USERS)
def test_plain_queries_are_answered_alike_and_fast(askers: dict[str, Api], switch: Switch, who: str) -> None:
    seen: list[bool] = []

    @SETTINGS
    @given(asked=queries(are_plain=True))
    def compare(asked: tuple[str, dict[str, Any]]) -> None:
        fast, ordinary, taken = both(askers[who], switch, *asked)

        assert fast == ordinary
        if b'"errors"' not in ordinary:
            seen.extend(taken)

    compare()
    if who != "of circuits only":
        assert seen
    # A relation asked for twice with different values has no plan: of few fields drawn that may be some.
    assert sum(seen) >= 0.75 * len(seen), f"the fast path answered {sum(seen)} of {len(seen)} fields"


@pytest.mark.parametrize("who", USERS)
def test_other_queries_are_answered_alike_too(askers: dict[str, Api], switch: Switch, who: str) -> None:
    @SETTINGS
    @given(asked=queries(are_plain=False))
    def compare(asked: tuple[str, dict[str, Any]]) -> None:
        fast, ordinary, _ = both(askers[who], switch, *asked)

        assert fast == ordinary

    compare()
