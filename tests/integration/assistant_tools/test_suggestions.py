"""Suggested questions: about what is there, by tools the user may use, and each answered when it is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import User

from agent.backends.requests import Context, Question, Tool
from agent.embedded.backend import EmbeddedBackend
from agent.events import Done, DoneReason, Text
from agent.selectors.suggestions import MOST, NEEDS, OF_KIND, Suggestion, suggest
from agent.services.ingestion import load_built_in
from agent.tools import registry
from agent.tools.spec import Caller
from cascade.services.decisions.assumptions import ensure_defaults
from cascade.services.decisions.restoration import start_restoration
from cascade.services.runs import start_run
from flux_site.jobs.services import run_job
from grid import models
from grid.warehouse import Warehouse
from tests.factories.cascade import make_risk_sample, make_vulnerability_entry, make_vulnerability_map
from tests.factories.grid import (
    grant_zone,
    make_customer,
    make_line_section,
    make_meter,
    make_outage,
    make_pole,
    make_switch,
    make_transformer,
    make_zone,
)
from tests.factories.surroundings import make_tree
from tests.factories.transformers_to_come import make_transformer_prediction
from tests.interruption_history import load
from tests.small_network import SmallNetwork

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def asked(user: User, question: str, context: Context | None = None) -> tuple[DoneReason, str]:
    """Return how the built-in back end ends an answer, and what it says, with the tools of a user."""
    context = context or Context()
    caller = Caller(user=user, context=context)

    def tool(spec: Any) -> Tool:
        async def run(given: Any) -> Any:
            return await sync_to_async(registry.call)(spec, caller, given)

        return Tool(
            name=spec.name, description=spec.description, parameters=registry.schema_of(spec.input), run=run
        )

    tools = tuple(tool(spec) for spec in registry.SPECS if registry.is_allowed(spec, user))

    async def answer() -> list[Any]:
        found = EmbeddedBackend().answer(Question(text=question, tools=tools, context=context))
        return [event async for event in found]

    events = async_to_sync(answer)()
    text = "".join(event.delta for event in events if isinstance(event, Text))
    return next(event.reason for event in events if isinstance(event, Done)), text


@pytest.fixture
def everything(
    planner: User, small_network: SmallNetwork, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """One asset of each kind, and something on record of all that can be asked; ids by kind."""
    load(warehouse)
    ensure_defaults()
    load_built_in()
    network = small_network
    section = make_line_section(id="LINE-1")
    transformer = make_transformer(id="XFMR-1", line=section)
    meter = make_meter(id="MTR-0000001", transformer=transformer)
    make_customer(id="CUST-000001", meter=meter)
    make_switch(id="SW-1", circuit=section.circuit)
    make_pole(id="POLE-1", circuit=section.circuit)
    make_tree(id="TREE-1")
    make_outage(id="OUT-000001", circuit=section.circuit, transformer=transformer, customers_out=7)
    make_transformer_prediction(transformer=transformer)
    make_vulnerability_entry(map=make_vulnerability_map(), branch_id="BR-9012", zone_id=network.zone.pk)
    make_risk_sample()
    return {
        "SUB": "SUB-9001",
        "BUS": "BUS-9001",
        "BR": "BR-9012",
        "PLANT": "PLANT-9001",
        "CKT": section.circuit_id,
        "LINE": "LINE-1",
        "XFMR": "XFMR-1",
        "SW": "SW-1",
        "POLE": "POLE-1",
        "MTR": "MTR-0000001",
        "CUST": "CUST-000001",
        "TREE": "TREE-1",
        "OUT": "OUT-000001",
    }


@pytest.fixture
def no_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs that a question starts wait, and nobody for them."""
    monkeypatch.setattr("flux_site.jobs.services.send", lambda job_id: None)
    monkeypatch.setattr("agent.tools.cascade.WAIT_S", 0.0)


def questions(found: list[Suggestion]) -> list[str]:
    return [each.question for each in found]


def test_needs_are_those_of_the_tools() -> None:
    known = {spec.name: set(spec.permissions) for spec in registry.SPECS}

    of_tools = {by: needs for by, needs in NEEDS.items() if by in known}
    assert len(of_tools) == len(known) - 2  # nobody is suggested to search customers or meters
    assert all(known[by] <= set(needs) for by, needs in of_tools.items())


@pytest.mark.parametrize("kind", OF_KIND)
def test_every_question_about_what_is_selected_is_answered(
    planner: User, everything: dict[str, str], no_queue: None, kind: str
) -> None:
    context = Context(asset_ids=(everything[kind],))
    found = suggest(planner, context)

    about = [each for each in found if everything[kind] in each.question]
    assert about
    assert about == found[: len(about)]
    assert len(found) <= MOST
    for each in found:
        reason, text = asked(planner, each.question, context)
        assert (each.question, reason) == (each.question, DoneReason.ANSWERED), text


def test_every_question_of_a_kind_is_one_the_back_end_knows(
    planner: User, everything: dict[str, str], no_queue: None
) -> None:
    # More than four are never suggested of one asset: who lacks a right gets those further down.
    ended = {
        question: asked(planner, question.format(everything[kind]))
        for kind, asks in OF_KIND.items()
        for _, question in asks
    }

    assert {question: end for question, end in ended.items() if end[0] is not DoneReason.ANSWERED} == {}


def test_the_run_that_is_shown_and_what_goes_on(
    planner: User, everything: dict[str, str], no_queue: None
) -> None:
    run = start_run(outages=["BR-9012"], user=planner)
    run_job(run.job_id)
    before = suggest(planner, Context(run_id=str(run.pk)))
    plan = start_restoration(
        run_id=run.pk,
        crews=1,
        stages=[],
        speed_kmh=None,
        detour_frac=1.2,
        is_critical_first=False,
        first_substations=[],
        repairs=[],
        samples=50,
        seed=1,
        user=planner,
    )
    run_job(plan.job_id)

    found = suggest(planner, Context(run_id=str(run.pk)))

    assert f"Explain the restoration plan for run {run.pk}" not in questions(before)
    assert questions(found) == [
        f"Explain run {run.pk}",
        f"Explain the restoration plan for run {run.pk}",
        "What is out right now?",
        "When will OUT-000001 be restored?",
        "Why is the risk high?",
        "What was our SAIDI last year?",
    ]
    assert found[2].reason == "1 outage is active"
    for each in found:
        assert asked(planner, each.question)[0] is DoneReason.ANSWERED, each


def test_without_anything_selected_the_record_is_asked(
    planner: User, everything: dict[str, str], no_queue: None
) -> None:
    models.Outage.objects.all().delete()

    found = suggest(planner, Context())

    assert len(found) == MOST
    assert questions(found)[:2] == ["Why is the risk high?", "What was our SAIDI last year?"]
    for each in found:
        reason, text = asked(planner, each.question)
        assert reason is DoneReason.ANSWERED, (each, text)


@pytest.mark.parametrize(
    "question",
    ["How often must lines be inspected for vegetation?", "How is an oil sample of a transformer taken?"],
)
def test_the_product_s_documents_answer_what_is_suggested_of_them(
    viewer: User, everything: dict[str, str], question: str
) -> None:
    assert asked(viewer, question)[0] is DoneReason.ANSWERED


def test_an_empty_installation_suggests_nothing_it_could_not_answer(
    planner: User, synced: None, warehouse: Warehouse
) -> None:
    assert suggest(planner, Context()) == []
    assert suggest(planner, Context(asset_ids=("SUB-404",), run_id="404")) == []


def test_what_the_user_may_not_is_not_suggested(
    make_user: Callable[..., User], viewer: User, nobody: User, everything: dict[str, str]
) -> None:
    context = Context(asset_ids=("SUB-9001",))
    one = make_user("grid.view_substation", "grid.view_circuit")

    assert suggest(nobody, context) == []
    assert "What happens if SUB-9001 fails?" not in questions(suggest(viewer, context))
    assert questions(suggest(one, context)) == ["Tell me about SUB-9001"]


def test_another_zones_assets_are_not_suggested(viewer: User, everything: dict[str, str]) -> None:
    grant_zone(user=viewer, zone=make_zone(id="Z-ELSEWHERE"))

    found = suggest(viewer, Context(asset_ids=("SUB-9001", "OUT-000001")))

    assert not any("9001" in each.question or "OUT-" in each.question for each in found)


@pytest.mark.parametrize(
    "context", [Context(asset_ids=("", "nonsense", "SUB-", "x" * 500)), Context(run_id="x")]
)
def test_a_context_that_means_nothing_suggests_as_if_there_were_none(
    planner: User, everything: dict[str, str], context: Context
) -> None:
    assert questions(suggest(planner, context)) == questions(suggest(planner, Context()))
