"""The worst of a batch reach the warehouse's tables on either backend."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from django.contrib.auth.models import User

from cascade.engine.batch.contingencies import from_lists
from cascade.engine.batch.run import run_many
from cascade.engine.params import CascadeParams
from cascade.models import CascadeBatch
from cascade.services import batch_job
from cascade.services.batch_publishing import publish_batch
from cascade.services.batches import start_batch
from cascade.services.contingencies import BatchKind
from flux_site.jobs.models import JobStatus
from flux_site.jobs.services import run_job
from grid.selectors.network import load_network
from grid.selectors.warehouse import get_warehouse
from grid.services import outbox
from grid.warehouse import Warehouse
from grid.warehouse.tables import precomputed_cascade_failures, precomputed_cascades
from tests.integration.warehouse.conftest import snowflake_server  # noqa: F401 - a fixture
from tests.small_network import make_small_network
from tests.snowflake_server.process import SnowflakeServer

pytestmark = pytest.mark.integration
near = pytest.approx


@pytest.fixture
def snowflake(settings: Any, snowflake_server: SnowflakeServer) -> Warehouse:  # noqa: F811
    """Return an empty warehouse on the local server, the one of the settings."""
    settings.WAREHOUSE_URL = snowflake_server.url(f"FLUX_{uuid.uuid4().hex[:12].upper()}")
    return get_warehouse()


@pytest.mark.parametrize("backend", ["embedded", "snowflake"])
def test_published_contingencies_are_delivered_once_whatever_is_repeated(
    backend: str,
    request: pytest.FixtureRequest,
    committing: None,
    own_stores: None,
    synced: None,
    planner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warehouse: Warehouse = request.getfixturevalue("warehouse" if backend == "embedded" else "snowflake")
    make_small_network()
    run_many(load_network("Texas"), CascadeParams(), from_lists([[0]]))  # compiled beforehand
    monkeypatch.setattr(batch_job, "_call_helpers", lambda *_: None)
    started = start_batch(kind=BatchKind.N1_SUBSTATION, user=planner)
    run_job(started.job_id)
    batch = CascadeBatch.objects.select_related("job", "inputs").get(pk=started.pk)
    assert batch.job.status == JobStatus.SUCCEEDED, batch.job.log

    for _ in range(2):
        publish_batch(batch_id=batch.pk, worst=2, user=planner)
        outbox.deliver()

    order = precomputed_cascades.c.lost_load_mw.desc()
    rows = list(warehouse.select_rows(sa.select(precomputed_cascades).order_by(order)))
    # Without corner 1 all but 50 MW are lost; without another corner its 100 MW.
    assert [(row["patient_zero_id"], row["lost_load_mw"]) for row in rows] == [
        ("SUB-9001", near(150.0)),
        (rows[1]["patient_zero_id"], near(100.0)),
    ]
    worst = rows[0]
    assert worst["scenario_id"].startswith(f"{batch.job_id}/")
    assert (worst["patient_zero_type"], worst["patient_zero_name"]) == ("SUBSTATION", "Corner 1")
    assert (worst["wave_count"], worst["customers_affected"]) == (0, None)
    assert worst["graph_version"] == batch.inputs.network_id
    table = precomputed_cascade_failures
    query = sa.select(table).where(table.c.scenario_id == worst["scenario_id"]).order_by(table.c.node_id)
    assert [
        (row["node_id"], row["node_type"], row["wave_number"]) for row in warehouse.select_rows(query)
    ] == [("BUS-9001", "BUS", 0), ("SUB-9001", "SUBSTATION", 0)]
    assert worst["affected_node_count"] == 2
