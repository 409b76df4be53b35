"""The command flux_sync: without Redis, cancelled by a signal, killed."""

from __future__ import annotations

import io
import re
import signal
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django_celery_beat.models import PeriodicTask

from flux_site.jobs.models import Job
from grid import models
from grid.layers import LAYERS
from grid.warehouse import Warehouse
from tests.integration.sync.conftest import RunAll
from tests.integration.sync.sample import Sample, load
from tests.servers.environment import environment, free_port
from tests.servers.processes import Process, running

pytestmark = pytest.mark.integration


def sync(*arguments: str) -> str:
    output = io.StringIO()
    call_command("flux_sync", *arguments, stdout=output, no_color=True)
    return output.getvalue()


def test_it_syncs_what_is_named_and_says_what_it_did(loaded: Warehouse, cache: None) -> None:
    said = sync("zones", "substations")

    assert re.search(r"substations: 4 rows in \d+\.\d\d s \([\d,]+ rows/s\), 4 new, 0 changed", said)
    assert (
        "Synced: layers synced 2, layers unchanged 0, rows deleted 0, rows inserted 6, rows read 6," in said
    )
    assert Job.objects.get().owner is None
    assert PeriodicTask.objects.count() == 25


def test_it_syncs_everything_and_only_what_is_stale_if_asked(loaded: Warehouse, cache: None) -> None:
    sync("--all")
    said = sync("--all", "--if-stale")

    assert models.SyncLayer.objects.filter(synced_at__isnull=False).count() == len(LAYERS)
    assert f"layers synced 0, layers unchanged {len(LAYERS)}" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["zoens"], "There is no layer 'zoens'. Layers are zones, "),
        (["--all", "zones"], "Name layers or give --all, not both."),
        (["buses"], "ALL_ROWS_REJECTED: buses: All 8 rows of buses were rejected"),
    ],
)
def test_it_fails_with_a_plain_message(
    arguments: list[str], said: str, loaded: Warehouse, cache: None
) -> None:
    with pytest.raises(CommandError, match=re.escape(said)):
        sync(*arguments)


def test_it_forces_if_asked(loaded: Warehouse, cache: None) -> None:
    sync("weather")
    load(loaded, {"weather_hourly": []})

    with pytest.raises(CommandError, match="SUSPICIOUS_DELETE"):
        sync("weather")
    sync("weather", "--force")

    assert not models.WeatherObservation.objects.exists()


def test_it_works_while_redis_is_away(loaded: Warehouse, cache: None) -> None:
    without_redis = environment(FLUX_REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")

    with running(["manage.py", "flux_sync", "zones"], without_redis) as process:
        assert process.process.wait(timeout=60) == 0, process.log.read_text()

    assert models.Zone.objects.count() == 2
    assert Job.objects.get().status == "SUCCEEDED"


class Blocked:
    """A sync of the poles in a process of its own, held up at the moment it writes to the cache."""

    def __init__(self) -> None:
        self.holder = psycopg.connect(**connection.get_connection_params())
        self.holder.execute("LOCK TABLE grid_pole IN SHARE MODE")
        self.process = Process(["manage.py", "flux_sync", "poles"], environment())
        self.process.wait_until(self._is_waiting)

    def _is_waiting(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                " WHERE NOT l.granted AND a.application_name = 'flux-sync' AND a.datname = current_database()"
            )
            return bool(cursor.fetchone()[0])

    def let_go(self) -> None:
        """Let the cache be written again."""
        self.holder.close()
        self.process.stop()


@pytest.fixture
def changed_poles(loaded: Warehouse, run_all: RunAll, sample: Sample) -> list[Any]:
    """Return the poles as cached; the source has changed since."""
    run_all(loaded, "zones", "substations", "circuits", "lines", "poles")
    load(loaded, {"grid_poles_infrastructure": sample["grid_poles_infrastructure"][:-1]})
    connection.close()
    return list(models.Pole.objects.values_list("pk", flat=True))


@pytest.fixture
def blocked(changed_poles: list[Any]) -> Any:
    """Return a sync that is held up."""
    held = Blocked()
    yield held
    held.let_go()


def test_an_interrupt_cancels_it_at_once(
    blocked: Blocked, changed_poles: list[Any], loaded: Warehouse
) -> None:
    blocked.process.process.send_signal(signal.SIGINT)

    assert blocked.process.process.wait(timeout=10) == 130
    assert "Cancelled. Layers already finished stay synced." in blocked.process.log.read_text()
    assert Job.objects.get().status == "CANCELLED"
    assert models.SyncRun.objects.filter(layer="poles").latest("pk").status == "CANCELLED"
    assert list(models.Pole.objects.values_list("pk", flat=True)) == changed_poles


def test_a_killed_process_leaves_nothing_behind(
    blocked: Blocked, changed_poles: list[Any], loaded: Warehouse
) -> None:
    blocked.process.kill()
    blocked.holder.close()

    assert list(models.Pole.objects.values_list("pk", flat=True)) == changed_poles
    assert models.SyncRun.objects.filter(layer="poles").latest("pk").status == "RUNNING"
    assert _lock_is_free_soon()
    sync("poles")
    assert models.Pole.objects.count() == len(changed_poles) - 1
    runs = models.SyncRun.objects.filter(layer="poles").order_by("-pk")
    assert [(run.status, run.error_code) for run in runs[:2]] == [
        ("SUCCEEDED", ""),
        ("FAILED", "INTERRUPTED"),
    ]


def _lock_is_free_soon() -> bool:
    import time

    from grid.selectors.sync import running_layers

    deadline = time.monotonic() + 10
    while running_layers():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
