"""The job of a batch: its chunks are computed on as many workers as there are, and merged."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

import kombu.exceptions
from celery import current_app, group
from django.db import connection

from cascade import models
from cascade.engine.arrays import to_ipc
from cascade.engine.batch.adjustment import Adjustment
from cascade.engine.batch.contingencies import Contingencies
from cascade.engine.errors import CascadeInputError
from cascade.engine.prepared import Prepared, prepare
from cascade.services.batch_labels import SecondLoss
from cascade.services.batch_packing import packed, unpacked
from cascade.services.batch_report import Chunk, chunk_bytes, chunk_of, report
from cascade.services.batches import MAX_CHUNKS, chunk_count
from cascade.services.contingencies import MAX_CONTINGENCIES, BatchKind, branch_indices
from cascade.services.freezing import Thawed, thaw
from flux_site.api.errors import BadInput, NotFound
from flux_site.api.outages import QUEUE_FAULTS
from flux_site.jobs.context import JobCancelled, JobContext
from flux_site.jobs.models import Job, JobStatus

logger = logging.getLogger(__name__)

HELP_TASK = "cascade.batch_help"
MOST_HELPERS = 31
LOCK_CLASS = 0x6361
"""Advisory locks of chunks are this, and a number made of batch and chunk."""
WAIT_S = 0.2
LOOK_EVERY_S = 0.4


def execute_batch(context: JobContext) -> dict[str, Any]:
    """Compute what is missing of a batch, together with every worker that is free, and merge it.

    Finished chunks are kept: a job that is begun anew goes on where it was.

    Raises:
        NotFound: if the batch was deleted.
        BadInput: if a screening leaves too many pairs.
        JobCancelled: if somebody asked for it.
    """
    batch = _batch_of(job_id=context.job_id)
    if batch is None:
        raise NotFound("The batch of this job was deleted.")
    context.progress(0.0, "Loading the network")
    worker = _Worker(batch, context.check_cancelled)
    if batch.contingencies is None:
        _screen(batch, worker, context)
    chunks = batch.chunk_count or 0
    done = batch.chunks.count()
    if done:
        context.log(f"{done} of {chunks} chunks were finished before.")
    _call_helpers(batch, chunks - done - 1, context)
    while (done := batch.chunks.count()) < chunks:
        context.progress(0.05 + 0.9 * done / chunks, f"{done} of {chunks} chunks")
        if not worker.compute_one():
            time.sleep(WAIT_S)  # others are computing the rest
    context.progress(0.95, "Merging the chunks")
    return _finish(batch, worker, context)


def help_batch(batch_id: int) -> int:
    """Compute chunks of a batch until none is free; return how many. Safe to call at any time."""
    batch = _batch_of(pk=batch_id)
    if batch is None or batch.contingencies is None or batch.job.status != JobStatus.RUNNING:
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
    rows = models.CascadeBatch.objects.select_related("inputs__network", "job").defer("report", "influence")
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


@dataclass(frozen=True, kw_only=True, eq=False)
class _Ready:
    """What every chunk is computed with."""

    thawed: Thawed
    prepared: Prepared
    contingencies: Contingencies


class _Worker:
    """Compute chunks of one batch; loads the network with the first."""

    def __init__(self, batch: models.CascadeBatch, check: Callable[[], None]) -> None:
        self._batch, self._check = batch, check
        self._thawed: Thawed | None = None
        self._ready: _Ready | None = None

    def check(self, *_: Any) -> None:
        """Stop if the job is to stop.

        Raises:
            JobCancelled: if so.
        """
        self._check()

    @property
    def thawed(self) -> Thawed:
        """Return the inputs."""
        if self._thawed is None:
            self._thawed = thaw(self._batch.inputs)
        return self._thawed

    @property
    def ready(self) -> _Ready:
        """Return the inputs, the prepared network and the contingencies."""
        kept = self._batch.contingencies
        if kept is None:
            raise NotFound("The batch has no contingencies yet.")
        if self._ready is None:
            self._ready = _Ready(
                thawed=self.thawed,
                prepared=prepare(self.thawed.network),
                contingencies=unpacked(kept),
            )
        return self._ready

    def compute_one(self) -> bool:
        """Compute a chunk that nobody has begun; return whether there was one.

        Raises:
            JobCancelled: if the job is to stop.
        """
        self._check()
        self._load()
        finished = set(self._batch.chunks.values_list("number", flat=True))
        for number in range(self._batch.chunk_count or 0):
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

    def _load(self) -> None:
        """Have the network and the compiled code ready before a chunk is taken."""
        _ = self.ready
        import cascade.engine.batch.second_loss_list  # noqa: F401 - compiles: not in a web process

    def _compute(self, number: int) -> None:
        ready = self.ready
        began = time.perf_counter()
        first, last = bounds(len(ready.contingencies), self._batch.chunk_count or 1, number)
        part = ready.contingencies.part(first, last)
        chunk = self._second_losses(part) if self._batch.kind == BatchKind.N1_1 else self._cascades(part)
        models.CascadeBatchChunk.objects.get_or_create(
            batch=self._batch,
            number=number,
            defaults={
                "data": chunk_bytes(chunk),
                "elapsed_ms": (time.perf_counter() - began) * 1000.0,
            },
        )

    def _cascades(self, part: Contingencies) -> Chunk:
        from cascade.engine.batch.run import run_many

        ready = self.ready
        return Chunk(
            result=run_many(
                ready.prepared,
                ready.thawed.params,
                part,
                conditions=ready.thawed.in_force,
                progress=self.check,
            )
        )

    def _second_losses(self, part: Contingencies) -> Chunk:
        from cascade.engine.batch.second_loss_list import second_losses_of

        ready = self.ready
        rows = second_losses_of(
            ready.prepared,
            ready.thawed.params,
            part,
            adjustment=Adjustment(self._batch.choice["adjustment"]),
            conditions=ready.thawed.in_force,
            progress=self.check,
        )
        return Chunk(
            result=rows.result,
            second=SecondLoss(**{field.name: getattr(rows, field.name) for field in fields(SecondLoss)}),
        )


def _screen(batch: models.CascadeBatch, worker: _Worker, context: JobContext) -> None:
    """Screen all pairs and keep those that are to be run as the contingencies of the batch.

    Raises:
        BadInput: if they are too many.
    """
    from cascade.engine.batch.screened import screened_pairs

    thawed = worker.thawed
    began = time.perf_counter()
    try:
        found = screened_pairs(
            thawed.network,
            thawed.params,
            conditions=thawed.in_force,
            branch_indices=branch_indices(thawed.network, batch.choice["branches"]),
            progress=lambda done, total: context.progress(0.05 * done / total, "Screening the pairs"),
        )
    except CascadeInputError as error:
        raise BadInput(f"The pairs cannot be screened: {error}", field="branches") from error
    count = len(found.contingencies)
    if count > MAX_CONTINGENCIES:
        raise BadInput(
            f"{count:,} of {found.n_pairs:,} pairs cannot be ruled out; at most "
            f"{MAX_CONTINGENCIES:,} are run. Name the branches to pair.",
            field="branches",
        )
    batch.screening = {
        "pair_count": found.n_pairs,
        "removed_count": found.n_removed,
        "overloading_count": found.n_overloading,
        "only_together_count": found.n_only_together,
        "undecided_count": found.n_undecided,
        "elapsed_ms": (time.perf_counter() - began) * 1000.0,
    }
    batch.contingencies = packed(found.contingencies)
    batch.contingency_count = count
    batch.chunk_count = chunk_count(batch.kind, count)
    batch.save(update_fields=["screening", "contingencies", "contingency_count", "chunk_count"])
    context.log(
        f"{found.n_pairs:,} pairs screened: {found.n_overloading:,} overload something, "
        f"{found.n_undecided:,} are undecided, {found.n_removed:,} are ruled out."
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


def _chunks(batch: models.CascadeBatch, worker: _Worker) -> Iterator[Chunk]:
    """Yield the chunks in order, one in memory at a time."""
    for number in range(batch.chunk_count or 0):
        worker.check()
        data = batch.chunks.values_list("data", flat=True).get(number=number)
        yield chunk_of(data, worker.thawed.params)


def _finish(batch: models.CascadeBatch, worker: _Worker, context: JobContext) -> dict[str, Any]:
    ready = worker.ready
    found = report(
        _chunks(batch, worker),
        contingencies=ready.contingencies,
        prepared=ready.prepared,
        params=ready.thawed.params,
        kind=batch.kind,
        conditions=ready.thawed.in_force,
    )
    batch.contingency_count = found.contingency_count
    batch.base_shed_mw = found.base_shed_mw
    batch.unsolved_count = found.unsolved_count
    batch.losing_count = found.losing_count
    batch.worst_shed_mw = found.worst_shed_mw
    batch.mean_shed_mw = found.mean_shed_mw
    batch.statistics = found.statistics
    batch.report = to_ipc(found.table)
    batch.influence = to_ipc(found.influence)
    batch.save()
    context.log(f"{found.losing_count} of {batch.contingency_count} contingencies lose load.")
    return {
        "contingencies": batch.contingency_count,
        "losing": found.losing_count,
        "unsolved": found.unsolved_count,
        "engine_ms": round(sum(batch.chunks.values_list("elapsed_ms", flat=True)), 1),
    }
