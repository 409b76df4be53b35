"""Splits by time and by asset: models see the past of some transformers and are asked of others' future."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cascade.ml.errors import BadDataset
from cascade.ml.transformers.dataset import UNKNOWN, FailureDataset, LeakageError
from grid.powerflow.arrays import IntArray


@dataclass(frozen=True, eq=False)
class Fold:
    """Hold the rows to train on and the rows to be asked about."""

    train: IntArray
    test: IntArray


def asset_groups(dataset: FailureDataset, *, count: int, seed: int) -> IntArray:
    """Return the group of each row: all rows of a transformer are in one, by a hash of its id."""
    names, which = np.unique(dataset.transformer_id.astype(str), return_inverse=True)
    group = np.array([zlib.crc32(f"{seed}|{name}".encode()) % count for name in names.tolist()])
    return np.asarray(group[which], dtype=np.int64)


def asked_rows(dataset: FailureDataset, *, horizon_days: int, test_from: np.datetime64) -> IntArray:
    """Return the rows from a moment on whose outcome is known, in the order of the data set.

    Raises:
        BadDataset: if there is none.
    """
    known = dataset.of_horizon(horizon_days) != UNKNOWN
    found = np.flatnonzero(known & (dataset.cut_off >= test_from))
    if not len(found):
        raise BadDataset(field="test_from", message=f"is {test_from}; it leaves nothing to ask about")
    return found.astype(np.int64)


def folds(
    dataset: FailureDataset, *, horizon_days: int, test_from: np.datetime64, count: int = 5, seed: int = 0
) -> Iterator[Fold]:
    """Yield as many folds as there are groups of assets.

    A fold's model is trained on the other groups' moments whose horizon had passed by ``test_from``, and
    asked about its own group's moments from then on. Together the folds ask about every transformer once a
    moment.

    Raises:
        BadDataset: if a fold has nothing to train on or to ask about.
        LeakageError: if a fold leaks.
    """
    known = dataset.of_horizon(horizon_days) != UNKNOWN
    group = asset_groups(dataset, count=count, seed=seed)
    over = dataset.cut_off + np.timedelta64(horizon_days, "D") <= test_from
    later = dataset.cut_off >= test_from
    for number in range(count):
        fold = Fold(
            np.flatnonzero(known & over & (group != number)),
            np.flatnonzero(known & later & (group == number)),
        )
        if not len(fold.train) or not len(fold.test):
            raise BadDataset(
                field="test_from", message=f"is {test_from}; it leaves nothing to train on or to ask about"
            )
        check_fold(dataset, fold, horizon_days=horizon_days)
        yield fold


def check_fold(dataset: FailureDataset, fold: Fold, *, horizon_days: int) -> None:
    """Check that no transformer is on both sides and that what is trained on was over before the test began.

    Raises:
        LeakageError: naming what leaks.
    """
    shared = np.intersect1d(
        dataset.transformer_id[fold.train].astype(str), dataset.transformer_id[fold.test].astype(str)
    )
    if len(shared):
        raise LeakageError(field="transformer_id", message=f"{shared[0]} is trained on and asked about")
    last = dataset.cut_off[fold.train].max() + np.timedelta64(horizon_days, "D")
    first = dataset.cut_off[fold.test].min()
    if last > first:
        raise LeakageError(
            field="cut_off", message=f"outcomes until {last} are trained on; asked from {first}"
        )
