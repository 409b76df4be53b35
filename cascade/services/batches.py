"""Batches: starting one, computing its chunks on as many workers as there are, merging them."""

import logging
import time
from collections.abc import Callable
from typing import Any

import kombu.exceptions
import numpy as np
import pyarrow as pa
from celery import current_app, group
from django.db import connection, transaction

from cascade import models
from cascade.engine.arrays import from_ipc, to_ipc
from cascade.engine.batch.contingencies import Contingencies
from cascade.engine.prepared import Prepared, prepare
from cascade.engine.scenarios.spec import LoadRule, ScenarioSpec
from cascade.services.batch_report import chunk_bytes, report
from cascade.services.contingencies import BatchKind, contingencies_of
from cascade.services.freezing import Thawed, freeze, thaw
from cascade.services.inputs import check_multipliers
from cascade.services.scenarios import find_version, parse_spec
from flux_site.api.errors import BadInput, NotFound
from flux_site.api.outages import QUEUE_FAULTS
from flux_site.jobs.context import JobCancelled, JobContext
from flux_site.jobs.models import Job, JobStatus
from flux_site.jobs.services import create_job
from grid.selectors.network import list_interconnects

logger = logging.getLogger(__name__)

JOB_KIND = "cascade.batch"
HELP_TASK = "cascade.batch_help"
MAX_NAME = 200
CHUNK = 500
MAX_CHUNKS = 400
MOST_HELPERS = 31
LOCK_CLASS = 0x6361
"""Advisory locks of chunks are this, and a number made of batch and chunk."""
WAIT_S = 0.2
LOOK_EVERY_S = 0.4


@transaction.atomic
def start_batch(
    *,
    kind: BatchKind,
    scenario_id: int | None = None,
    number: int | None = None,
    interconnect: str | None = None,
    load_multiplier: float = 1.0,
    rating_multiplier: float = 1.0,
    options: dict[str, Any] | None = None,
    count: int | None = None,
    seed: int = 0,
    name: str | None = None,
    user: Any,
) -> models.CascadeBatch:
    """Queue a batch with its inputs and contingencies frozen.

    Args:
        kind: which contingencies.
        scenario_id: the scenario that says load, units and wind; None: the planning base case.
        number: of its version; the newest if None.
        interconnect: which network, without a scenario; the only one if None.
        load_multiplier: factor on every load, without a scenario.
        rating_multiplier: factor on every rating, without a scenario.
        options: further settings of the cascade, without a scenario.
        count: how many, of kinds that are drawn.
        seed: what pairs are drawn by; storms are drawn by the seed of their scenario.
        name: what to call it.
        user: who starts it.

    Raises:
        BadInput: naming the field.
        NotFound: if there is no such scenario or version.
        QueueUnavailable: after commit, if Redis is away; the job is then marked FAILED.
    """
    if name is not None and len(name) > MAX_NAME:
        raise BadInput(f"The name has {len(name)} characters; at most {MAX_NAME}.", field="name")
    if not 0 <= seed < 2**63:
        raise BadInput(f"seed is {seed}; it must be 0 to 2^63 - 1.", field="seed")
    version = None
    if scenario_id is not None:
        version = find_version(scenario_id, number)
        spec, place = parse_spec(version.spec), version.scenario.interconnect
    else:
        check_multipliers(load_multiplier=load_multiplier, rating_multiplier=rating_multiplier)
        spec = ScenarioSpec(
            load=LoadRule(multiplier=load_multiplier),
            rating_multiplier=rating_multiplier,
            options=dict(options or {}),
        )
        place = _only_network(interconnect)
    inputs = freeze(interconnect=place, spec=spec, may_be_intact=True)
    thawed = thaw(inputs)
    contingencies = contingencies_of(
        kind=kind, network=thawed.network, interconnect=place, spec=spec, count=count, seed=seed
    )
    size = max(CHUNK, -(-len(contingencies) // MAX_CHUNKS))
    title = (name or "").strip() or f"{kind} of {version.name if version else place}"[:MAX_NAME]
    frozen = {
        "kind": kind.value,
        "interconnect": place,
        "inputs_digest": inputs.pk,
        "network_digest": inputs.network_id,
        "scenario": version.scenario_id if version else None,
        "version": version.number if version else None,
        "count": len(contingencies),
        "seed": seed,
    }
    job = create_job(kind=JOB_KIND, title=f"Batch: {title}", inputs=frozen, owner=user)
    return models.CascadeBatch.objects.create(
        job=job,
        version=version,
        inputs=inputs,
        name=title,
        interconnect=place,
        kind=kind.value,
        contingencies=_packed(contingencies),
        contingency_count=len(contingencies),
        chunk_count=max(1, -(-len(contingencies) // size)),
        seed=seed,
    )


def _only_network(interconnect: str | None) -> str:
    known = list_interconnects()
    if interconnect is None and len(known) == 1:
        return known[0]
    if interconnect is None or interconnect not in known:
        wrong = "Name the interconnection" if interconnect is None else f"There is no {interconnect!r}"
        raise BadInput(f"{wrong}; the cache holds: {', '.join(known) or 'none'}.", field="interconnect")
    return interconnect


def execute_batch(context: JobContext) -> dict[str, Any]:
    """Compute what is missing of a batch, together with every worker that is free, and merge it.

    Finished chunks are kept: a job that is begun anew goes on where it was.

    Raises:
        NotFound: if the batch was deleted.
        JobCancelled: if somebody asked for it.
    """
    batch = _batch_of(job_id=context.job_id)
    if batch is None:
        raise NotFound("The batch of this job was deleted.")
    context.progress(0.0, "Loading the network")
    done = batch.chunks.count()
    if done:
        context.log(f"{done} of {batch.chunk_count} chunks were finished before.")
    _call_helpers(batch, batch.chunk_count - done - 1, context)
    worker = _Worker(batch, context.check_cancelled)
    while (done := batch.chunks.count()) < batch.chunk_count:
        context.progress(0.95 * done / batch.chunk_count, f"{done} of {batch.chunk_count} chunks")
        if not worker.compute_one():
            time.sleep(WAIT_S)  # others are computing the rest
    context.progress(0.95, "Merging the chunks")
    return _finish(batch, worker, context)


def help_batch(batch_id: int) -> int:
    """Compute chunks of a batch until none is free; return how many. Safe to call at any time."""
    batch = _batch_of(pk=batch_id)
    if batch is None or batch.job.status != JobStatus.RUNNING:
        return 0
    worker = _Worker(batch, _Watch(batch.job_id))
    computed = 0
    try:
        while worker.compute_one():
            computed += 1
    except JobCancelled:
        logger.info("Batch %s has ended; this worker stops helping", batch_id)
    return computed


def _batch_of(**wanted: Any) -> models.CascadeBatch | None:
    rows = models.CascadeBatch.objects.select_related("inputs__network", "job").defer("report")
    return rows.filter(**wanted).first()


def _call_helpers(batch: models.CascadeBatch, wanted: int, context: JobContext) -> None:
    """Ask other workers to help; without a queue this one does it alone."""
    count = min(wanted, MOST_HELPERS)
    if count < 1:
        return
    help_task = current_app.tasks[HELP_TASK]
    try:
        group(help_task.s(batch_id=batch.pk) for _ in range(count)).apply_async(retry=False)
    except (kombu.exceptions.OperationalError, *QUEUE_FAULTS, OSError):
        logger.warning("Unable to ask other workers to help with batch %s", batch.pk)
        context.log("The queue does not answer: computed by one worker.")


class _Watch:
    """Raise JobCancelled once a job no longer runs or is to stop; looked up from time to time."""

    def __init__(self, job_id: Any) -> None:
        self._job_id, self._looked_at = job_id, time.monotonic()

    def __call__(self) -> None:
        if time.monotonic() - self._looked_at < LOOK_EVERY_S:
            return
        self._looked_at = time.monotonic()
        state = Job.objects.filter(pk=self._job_id).values_list("status", "is_cancel_requested").first()
        if state is None or state[1] or state[0] != JobStatus.RUNNING:
            raise JobCancelled


class _Worker:
    """Compute chunks of one batch; loads the network with the first."""

    def __init__(self, batch: models.CascadeBatch, check: Callable[[], None]) -> None:
        self._batch, self._check = batch, check
        self._ready: tuple[Thawed, Prepared, Contingencies] | None = None

    @property
    def ready(self) -> tuple[Thawed, Prepared, Contingencies]:
        """Return the inputs, the prepared network and the contingencies."""
        if self._ready is None:
            thawed = thaw(self._batch.inputs)
            self._ready = thawed, prepare(thawed.network), _unpacked(self._batch.contingencies)
        return self._ready

    def compute_one(self) -> bool:
        """Compute a chunk that nobody has begun; return whether there was one.

        Raises:
            JobCancelled: if the job is to stop.
        """
        self._check()
        finished = set(self._batch.chunks.values_list("number", flat=True))
        for number in range(self._batch.chunk_count):
            if number in finished or not _lock(self._batch.pk, number):
                continue
            try:
                # Somebody may have finished it between the look and the lock.
                if not self._batch.chunks.filter(number=number).exists():
                    self._compute(number)
                    return True
            finally:
                _unlock(self._batch.pk, number)
        return False

    def _compute(self, number: int) -> None:
        from cascade.engine.batch.run import run_many  # compiles: not in a web process

        thawed, prepared, contingencies = self.ready
        began = time.perf_counter()
        first, last = bounds(len(contingencies), self._batch.chunk_count, number)
        result = run_many(
            prepared, thawed.params, contingencies.part(first, last), progress=lambda *_: self._check()
        )
        models.CascadeBatchChunk.objects.get_or_create(
            batch=self._batch,
            number=number,
            defaults={
                "data": chunk_bytes(result),
                "elapsed_ms": (time.perf_counter() - began) * 1000.0,
            },
        )


def bounds(total: int, chunks: int, number: int) -> tuple[int, int]:
    """Return the first contingency of a chunk and the one after its last."""
    return total * number // chunks, total * (number + 1) // chunks


def _lock(batch_id: int, number: int) -> bool:
    """Take the lock of a chunk if nobody has it; it ends with this process's connection at the latest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, _lock_key(batch_id, number)])
        return bool(cursor.fetchone()[0])


def _unlock(batch_id: int, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, _lock_key(batch_id, number)])


def _lock_key(batch_id: int, number: int) -> int:
    return (batch_id * MAX_CHUNKS + number) % 2**31


def _packed(contingencies: Contingencies) -> bytes:
    names = ["branch_start", "branch", "bus_start", "bus"]
    values = pa.array([getattr(contingencies, name) for name in names], pa.list_(pa.int64()))
    return to_ipc(pa.table({"name": names, "values": values}))


def _unpacked(data: bytes | memoryview) -> Contingencies:
    table = from_ipc(data)
    values = {
        name: np.array(row.values.to_numpy(zero_copy_only=False), dtype=np.int64)
        for name, row in zip(table["name"].to_pylist(), table["values"], strict=True)
    }
    return Contingencies(**values)


def _finish(batch: models.CascadeBatch, worker: _Worker, context: JobContext) -> dict[str, Any]:
    thawed, prepared, contingencies = worker.ready
    found = report(
        [bytes(data) for data in batch.chunks.order_by("number").values_list("data", flat=True)],
        contingencies=contingencies,
        prepared=prepared,
        params=thawed.params,
        kind=batch.kind,
    )
    batch.base_shed_mw = found.base_shed_mw
    batch.unsolved_count = found.unsolved_count
    batch.losing_count = found.losing_count
    batch.worst_shed_mw = found.worst_shed_mw
    batch.mean_shed_mw = found.mean_shed_mw
    batch.statistics = found.statistics
    batch.report = to_ipc(found.table)
    batch.save()
    context.log(f"{found.losing_count} of {batch.contingency_count} contingencies lose load.")
    return {
        "contingencies": batch.contingency_count,
        "losing": found.losing_count,
        "unsolved": found.unsolved_count,
        "engine_ms": round(sum(batch.chunks.values_list("elapsed_ms", flat=True)), 1),
    }
