"""Scenarios and runs reach the warehouse with every edit, and come back from there into an empty database."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.forms.models import model_to_dict
from django.test import Client

from cascade import models
from cascade.services import scenarios
from flux_site.jobs.models import Job
from flux_site.jobs.services import run_job
from grid.models import OutboxEvent, OutboxStream
from grid.services import outbox
from grid.services.outbox.streams import this_stream
from grid.warehouse import Warehouse
from tests.small_network import SmallNetwork

pytestmark = pytest.mark.integration


@pytest.fixture
def boss_client(committing: None) -> Client:
    """Return the browser of a superuser."""
    from tests.factories.users import make_superuser

    client = Client()
    client.force_login(make_superuser())
    return client


@pytest.fixture
def network(committing: None, synced: None) -> SmallNetwork:
    """Return the small network, in a database that commits."""
    from tests.small_network import make_small_network

    return make_small_network()


def edits() -> list[tuple[str, str, str | None]]:
    return list(OutboxEvent.objects.order_by("sequence").values_list("kind", "action", "actor"))


def waves_and_trips() -> list[list[Any]]:
    waves = models.CascadeWave.objects.order_by("number").values_list("number", "shed_mw", "served_mw")
    trips = models.CascadeTrip.objects.order_by("branch_id").values_list("branch_id", "flow_mw", "rating_mva")
    return [list(waves), list(trips)]


def whole(model: Any) -> list[dict[str, Any]]:
    return [
        {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
        for row in model.objects.order_by("pk")
    ]


def test_every_edit_of_a_scenario_is_recorded_with_its_author(
    network: SmallNetwork, warehouse: Warehouse, boss_client: Client
) -> None:
    from tests.factories.users import make_user

    pia = make_user("planner", username="pia")
    outage = network.branches[0].pk
    made = scenarios.create_scenario(name="Storm", outages=[outage], user=pia)
    page = f"/admin/cascade/scenario/{made.pk}/change/"
    changed_form = {
        "name": "Hurricane",
        "description": "",
        "spec": json.dumps({"kind": "OUTAGE", "outages": [outage], "load": {"multiplier": 1.5}}),
        "note": "",
        "based_on": made.newest_number,
    }
    new_form = {
        "name": "Second",
        "description": "",
        "outages": outage,
        "load_multiplier": "1.5",
        "rating_multiplier": "1",
    }

    assert boss_client.post(page, changed_form).status_code == 302
    added = boss_client.post("/admin/cascade/scenario/add/", new_form)
    assert added.status_code == 302
    boss_client.post(
        "/admin/cascade/scenario/",
        {"action": "delete_selected", "_selected_action": [made.pk], "post": "yes"},
    )

    boss = str(OutboxEvent.objects.filter(action="UPDATE").get().actor)
    assert edits() == [
        ("cascade.scenario", "INSERT", "pia"),
        ("cascade.scenario", "UPDATE", boss),
        ("cascade.scenario", "INSERT", boss),
        ("cascade.scenario", "DELETE", boss),
    ]
    changed = OutboxEvent.objects.get(action="UPDATE")
    assert (changed.payload["name"], changed.payload["load_multiplier"]) == ("Hurricane", 1.5)
    assert changed.payload["owner"] == "pia"
    assert outbox.deliver() == 4
    rows = outbox.list_rows(stream_id=this_stream(), kind="cascade.scenario")
    assert [row.payload["name"] for row in rows] == ["Second"]


def test_a_refused_scenario_leaves_no_edit(network: SmallNetwork) -> None:
    with pytest.raises(Exception, match="No such asset"):
        scenarios.create_scenario(name="Storm", outages=["BR-404"], user=None)

    assert edits() == []


def test_scenarios_and_runs_come_back_into_an_empty_database(
    network: SmallNetwork, warehouse: Warehouse
) -> None:
    from tests.factories.users import make_user

    pia = make_user("planner", username="pia")
    lines = [branch.pk for branch in network.branches]
    first = scenarios.create_scenario(name="Storm", description="Wind", outages=lines[:1], user=pia)
    scenarios.create_scenario(name="Unowned", outages=[network.branches[1].pk], user=None)
    gone = scenarios.create_scenario(name="Gone", outages=[network.branches[1].pk], user=pia)
    run = scenarios.run_scenario(scenario_id=first.pk, user=pia)
    run_job(run.job_id)
    scenarios.delete_scenarios(scenario_ids=[gone.pk], user=pia)
    assert outbox.deliver() == 5
    before = {model: whole(model) for model in (models.Scenario, models.CascadeRun)}
    results = waves_and_trips()
    stream = this_stream()
    last = OutboxEvent.objects.latest("sequence").sequence
    for model in (models.CascadeRun, models.Scenario, Job, OutboxEvent, OutboxStream):
        model.objects.all().delete()

    output = StringIO()
    call_command("flux_restore_edits", stdout=output)

    assert "2 scenarios, 1 runs" in output.getvalue()
    assert whole(models.Scenario) == before[models.Scenario]
    assert whole(models.CascadeRun) == [row | {"inputs_id": None} for row in before[models.CascadeRun]]
    assert waves_and_trips() == results
    restored = models.CascadeRun.objects.get()
    assert (restored.job.status, restored.job.owner) == ("SUCCEEDED", pia)
    assert this_stream() == stream
    later = scenarios.create_scenario(name="Later", outages=[network.branches[0].pk], user=pia)
    assert later.pk > max(row["id"] for row in before[models.Scenario])
    assert OutboxEvent.objects.get().sequence > last
    assert outbox.deliver() == 1


def test_rows_older_than_the_outbox_are_recorded_on_demand(
    network: SmallNetwork, warehouse: Warehouse
) -> None:
    scenarios.create_scenario(name="Storm", outages=[network.branches[0].pk], user=None)
    OutboxEvent.objects.all().delete()
    stream = this_stream()

    call_command("flux_record_edits", stdout=StringIO())

    assert edits() == [("cascade.scenario", "UPDATE", None)]
    assert this_stream() == stream
    call_command("flux_record_edits", new_stream=True, stdout=StringIO())
    assert this_stream() != stream
    assert outbox.deliver() == 2
    rows = outbox.list_rows(stream_id=this_stream(), kind="cascade.scenario")
    assert [row.payload["name"] for row in rows] == ["Storm"]


def test_a_database_with_rows_of_its_own_is_left_alone(network: SmallNetwork, warehouse: Warehouse) -> None:
    made = scenarios.create_scenario(name="Storm", outages=[network.branches[0].pk], user=None)

    with pytest.raises(CommandError, match="needs an empty one"):
        call_command("flux_restore_edits")

    assert model_to_dict(models.Scenario.objects.get()) == model_to_dict(made)


def test_a_warehouse_without_edits_restores_nothing(committing: None, warehouse: Warehouse) -> None:
    output = StringIO()

    call_command("flux_restore_edits", stdout=output)

    assert "0 scenarios, 0 runs" in output.getvalue()
    with pytest.raises(CommandError, match="no edits of 'other'"):
        call_command("flux_restore_edits", stream="other")


def test_a_redis_that_is_away_fails_no_edit(
    network: SmallNetwork, warehouse: Warehouse, monkeypatch: Any
) -> None:
    from kombu.exceptions import OperationalError

    from grid.services.outbox import delivering

    def away(_name: str) -> None:
        raise OperationalError("no Redis")

    monkeypatch.setattr(delivering, "send_task", away)

    scenarios.create_scenario(name="Storm", outages=[network.branches[0].pk], user=None)

    assert OutboxEvent.objects.pending().count() == 1
