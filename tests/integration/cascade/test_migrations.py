"""Rows from before scenarios had versions and runs kept their long arrays apart are carried over."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from cascade.engine.arrays import from_ipc
from cascade.engine.scenarios.documents import read_spec

near = pytest.approx
BEFORE = [("cascade", "0004_decisions_defaults")]
AFTER = [("cascade", "0006_arrays_left_the_rows")]


@pytest.fixture
def empty_schema(db: None) -> Iterator[None]:
    """Let tables be made in a schema of their own, which goes with the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA before_versions")
        cursor.execute("SET LOCAL search_path TO before_versions")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path TO DEFAULT")


def migrated(target: list[tuple[str, str]]) -> Any:
    """Migrate to a point and return the models as they were there."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # tables with checks that wait cannot be altered
    executor = MigrationExecutor(connection)
    return executor.migrate(target).apps


def test_old_scenarios_get_a_version_and_old_runs_their_arrays(empty_schema: None) -> None:
    old = migrated(BEFORE)
    scenario = old.get_model("cascade", "Scenario").objects.create(
        name="Two lines",
        description="of the corner",
        outages=["BR-1", "BR-2"],
        load_multiplier=1.2,
        rating_multiplier=0.9,
    )
    jobs = old.get_model("jobs", "Job").objects
    runs = old.get_model("cascade", "CascadeRun").objects
    plain = {
        "scenario": scenario,
        "interconnect": "Texas",
        "outages": ["BR-1"],
        "load_multiplier": 1.0,
        "rating_multiplier": 1.0,
    }
    finished = runs.create(
        job=jobs.create(pk=uuid.uuid4(), kind="cascade.run", title="Cascade", inputs={}),
        name="finished",
        total_shed_mw=150.0,
        branch_ids=["BR-1", "BR-2", "BR-3"],
        final_flow_mw=[0.0, -25.5, 1.0 / 3.0],
        final_rating_mva=[150.0, 150.0, 0.0],
        trip_wave=[0, None, 2],
        **plain,
    )
    queued = runs.create(
        job=jobs.create(pk=uuid.uuid4(), kind="cascade.run", title="Cascade", inputs={}),
        name="queued",
        **plain,
    )

    new = migrated(AFTER)

    kept = new.get_model("cascade", "Scenario").objects.get()
    version = new.get_model("cascade", "ScenarioVersion").objects.get()
    assert (kept.newest_number, version.number, version.scenario_id) == (1, 1, scenario.pk)
    assert (version.name, version.description, len(version.digest)) == ("Two lines", "of the corner", 64)
    spec = read_spec(version.spec)
    assert (spec.outages, spec.load.multiplier, spec.rating_multiplier) == (("BR-1", "BR-2"), 1.2, 0.9)

    arrays = new.get_model("cascade", "CascadeArrays").objects.get()
    assert arrays.run_id == finished.pk
    table = from_ipc(arrays.branches)
    assert table["id"].to_pylist() == ["BR-1", "BR-2", "BR-3"]
    assert table["final_flow_mw"].to_pylist() == [0.0, -25.5, 1.0 / 3.0]
    assert table["rating_mva"].to_pylist() == [150.0, 150.0, 0.0]
    assert table["out_wave"].to_pylist() == [0, None, 2]
    assert len(from_ipc(arrays.buses)) == 0
    rows = new.get_model("cascade", "CascadeRun").objects
    assert rows.get(pk=finished.pk).total_shed_mw == near(150.0)
    assert rows.get(pk=queued.pk).total_shed_mw is None
    assert not hasattr(rows.get(pk=finished.pk), "final_flow_mw")
