"""The trips of a batch, read chunk by chunk."""

from collections.abc import Collection, Iterator

import numpy as np

from cascade import models
from cascade.engine.batch.result import BatchResult
from cascade.services.batch_report import chunk_of
from cascade.services.freezing import thaw


def results_of(batch: models.CascadeBatch) -> Iterator[tuple[int, BatchResult]]:
    """Yield the number of each chunk's first contingency and the chunk's result, one in memory at a time."""
    params = thaw(batch.inputs).params
    done = 0
    numbers = batch.chunks.order_by("number").values_list("number", flat=True)
    for number in list(numbers):
        data = batch.chunks.values_list("data", flat=True).get(number=number)
        result = chunk_of(data, params).result
        yield done, result
        done += len(result)


def trips_of(batch: models.CascadeBatch, wanted: Collection[int]) -> dict[int, list[tuple[int, int]]]:
    """Return branch and wave of every trip of some contingencies, in order."""
    found: dict[int, list[tuple[int, int]]] = {}
    left = np.array(sorted(wanted), dtype=np.int64)
    for first, result in results_of(batch):
        for row in left[(left >= first) & (left < first + len(result))].tolist():
            trips = slice(result.trip_start[row - first], result.trip_start[row - first + 1])
            found[row] = list(
                zip(result.trip_branch[trips].tolist(), result.trip_wave[trips].tolist(), strict=True)
            )
    return found


def second_losses_of(batch: models.CascadeBatch, wanted: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return, of N1_1, the number of the first loss and the branch lost second, of some contingencies."""
    params = thaw(batch.inputs).params
    found: dict[int, tuple[int, int]] = {}
    left = np.array(sorted(wanted), dtype=np.int64)
    done = 0
    for number in list(batch.chunks.order_by("number").values_list("number", flat=True)):
        chunk = chunk_of(batch.chunks.values_list("data", flat=True).get(number=number), params)
        count = len(chunk.result)
        if chunk.second is not None:
            for row in left[(left >= done) & (left < done + count)].tolist():
                at = row - done
                found[row] = (int(chunk.second.first[at]), int(chunk.second.second[at]))
        done += count
    return found
