"""A published cascade reaches the warehouse's tables on either backend, and its views."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from django.contrib.auth.models import User

from cascade.models import CascadeRun
from cascade.services.runs import start_run
from flux_site.jobs.services import run_job
from grid.selectors.warehouse import get_warehouse
from grid.services import outbox
from grid.warehouse import Warehouse
from grid.warehouse.tables import precomputed_cascade_failures, precomputed_cascades
from tests.clients import Api
from tests.factories.cascade import make_finished_run
from tests.integration.warehouse.conftest import snowflake_server  # noqa: F401 - a fixture
from tests.small_network import SmallNetwork, make_small_network
from tests.snowflake_server.process import SnowflakeServer

pytestmark = pytest.mark.integration

PUBLISH = """mutation ($input: PublishCascadeRunInput!) { publishCascadeRun(input: $input) { __typename
    ... on CascadeRun { runId } ... on OperationInfo { code field } } }"""
near = pytest.approx


@pytest.fixture
def snowflake(settings: Any, snowflake_server: SnowflakeServer) -> Warehouse:  # noqa: F811
    """Return an empty warehouse on the local server, the one of the settings."""
    settings.WAREHOUSE_URL = snowflake_server.url(f"FLUX_{uuid.uuid4().hex[:12].upper()}")
    return get_warehouse()


@pytest.fixture
def network(committing: None, own_stores: None, synced: None) -> SmallNetwork:
    """Return the small network, in a database that commits."""
    return make_small_network()


def finished(user: User, **options: Any) -> CascadeRun:
    run = start_run(outages=["BR-9012"], user=user, **options)
    run_job(run.job_id)
    return CascadeRun.objects.get(pk=run.pk)


def publish(user: User, run: CascadeRun) -> None:
    answer = Api(user).data(PUBLISH, input={"runId": str(run.pk)})["publishCascadeRun"]
    assert answer == {"__typename": "CascadeRun", "runId": str(run.pk)}


@pytest.mark.parametrize("backend", ["embedded", "snowflake"])
def test_a_published_cascade_is_delivered_once_whatever_is_repeated(
    backend: str, request: pytest.FixtureRequest, network: SmallNetwork, planner: User
) -> None:
    warehouse: Warehouse = request.getfixturevalue("warehouse" if backend == "embedded" else "snowflake")
    run, other = finished(planner), finished(planner, rating_multiplier=2.0, name="Stronger lines")
    for each in (run, other, run):
        publish(planner, each)

    outbox.deliver()

    rows = {row["scenario_id"]: row for row in warehouse.select_rows(sa.select(precomputed_cascades))}
    assert rows.keys() == {str(run.job_id), str(other.job_id)}
    found = rows[str(run.job_id)]
    assert json.loads(found.pop("params_json")) == run.inputs.params
    assert found.pop("computed_at").replace(microsecond=0) == run.job.finished_at.replace(
        microsecond=0, tzinfo=None
    )
    assert found == {
        "scenario_id": str(run.job_id),
        "scenario_name": "Corner 1 to Corner 2, 138 kV line",
        "patient_zero_id": "BR-9012",
        "patient_zero_type": "BRANCH",
        "patient_zero_name": "Corner 1 to Corner 2, 138 kV line",
        "graph_version": run.network_digest,
        "affected_node_count": 5,
        "lost_load_mw": near(150.0),
        "customers_affected": None,
        "wave_count": 1,
    }
    table = precomputed_cascade_failures
    query = sa.select(table).where(table.c.scenario_id == str(run.job_id)).order_by(table.c.node_id)
    assert [
        (row["node_id"], row["node_type"], row["wave_number"], row["cause_node_id"], row["lost_load_mw"])
        for row in warehouse.select_rows(query)
    ] == [
        ("BR-9012", "BRANCH", 0, None, None),
        ("BR-9013", "BRANCH", 1, "BR-9012", None),
        ("SUB-9001", "SUBSTATION", 1, None, near(0.0)),
        ("SUB-9002", "SUBSTATION", 1, None, near(75.0)),
        ("SUB-9003", "SUBSTATION", 1, None, near(75.0)),
    ]
    # With lines twice as strong nothing follows.
    assert rows[str(other.job_id)]["affected_node_count"] == 1


def test_a_run_that_one_may_not_see_or_that_has_no_result_is_not_published(
    committing: None, own_stores: None, planner: User
) -> None:
    run = make_finished_run()
    CascadeRun.objects.filter(pk=run.pk).update(outages=[])
    api = Api(planner)

    nothing = api.data(PUBLISH, input={"runId": str(run.pk)})["publishCascadeRun"]
    unknown = api.data(PUBLISH, input={"runId": "999999"})["publishCascadeRun"]

    assert (nothing["code"], nothing["field"]) == ("BAD_INPUT", "runId")
    assert (unknown["code"], unknown["field"]) == ("NOT_FOUND", "runId")
