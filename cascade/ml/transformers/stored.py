"""Data sets of failures on disk: one Parquet file a moment, the lives of units, and a manifest of them all.

Files are written whole or not at all and carry the digest of their plan, so a build that was killed at any
instant goes on where it stopped. The manifest comes last: a folder with one holds a whole data set. It names
the digest of every file, so that a damaged one, or one of another data set, is refused.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cascade.ml.errors import BadDataset
from cascade.ml.store import write_whole
from cascade.ml.transformers.dataset import (
    FAILED,
    HORIZONS_DAYS,
    UNKNOWN,
    FailureDataset,
    build_dataset,
    check_evidence,
    joined,
)
from cascade.ml.transformers.evaluation import read_ceiling
from cascade.ml.transformers.features import FEATURE_NAMES, FEATURE_VERSION
from cascade.ml.transformers.lives import UnitSpans, read_spans
from cascade.ml.transformers.plans import FailurePlan
from grid.powerflow.arrays import FloatArray
from grid.warehouse import Warehouse

MANIFEST = "manifest.json"
DATASET_VERSION = 1
"""Raised when the rows of the same plan and records come out otherwise."""
BEFORE_CHOICE, BEFORE_TEST, TO_THE_END = (
    "lives-before-choice.parquet",
    "lives-before-test.parquet",
    "lives.parquet",
)
_PLAN = b"plan_digest"

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, eq=False, kw_only=True)
class StoredFailures:
    """Hold a stored data set.

    Attributes:
        plan: which rows.
        rows: the rows of all moments.
        spans_before_choice: lives of units as seen until the plan's ``choice_from``; None without one.
        spans_before_test: the same until its ``test_from``.
        spans: the same until its end.
        ceiling: per horizon the true probability of each row; empty where nobody knows it.
        digest: its version.
    """

    plan: FailurePlan
    rows: FailureDataset
    spans_before_choice: UnitSpans | None
    spans_before_test: UnitSpans
    spans: UnitSpans
    ceiling: Mapping[int, FloatArray]
    digest: str


def build_stored(
    folder: Path, plan: FailurePlan, warehouse: Warehouse, progress: Progress | None = None
) -> dict[str, Any]:
    """Make a data set, or finish one that was begun; return its manifest.

    Args:
        folder: where; made if missing.
        plan: the rows wanted.
        warehouse: where the records are.
        progress: told the files done, all of them, and what was read; to stop, raise from it.

    Raises:
        BadDataset: if the folder holds a data set of another plan, or there is no unit on record.
        LeakageError: if a feature rests on a record of after its moment.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / MANIFEST).exists():
        manifest = _read_manifest(folder)
        if manifest["plan"] != plan.to_dict():
            raise BadDataset(field=str(folder), message="holds a data set of another plan")
        return manifest
    wanted = _plan_digest(plan)
    lives = _lives(plan)
    total = len(plan.cut_offs) + len(lives)
    files: dict[str, str] = {}

    def kept(name: str, text: str, make: Callable[[], pa.Table]) -> None:
        path = folder / name
        if _plan_of_file(path) != wanted:
            write_whole(path, _packed(make(), wanted))
        files[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        if progress is not None:
            progress(len(files), total, text)

    for at in plan.cut_offs:
        kept(
            f"moment-{at:%Y-%m-%d}.parquet",
            f"records up to {at:%Y-%m-%d}",
            lambda at=at: _moment_table(warehouse, plan, at),  # type: ignore[misc]
        )
    for name, until in lives.items():
        kept(
            name,
            f"lives of units up to {until:%Y-%m-%d}",
            lambda until=until: _spans_table(  # type: ignore[misc]
                read_spans(warehouse=warehouse, since=plan.records_from, until=until)
            ),
        )
    rows = joined([_moment_rows(_table(folder, name, files)) for name in files if name.startswith("moment-")])
    check_evidence(rows)
    manifest = {
        "dataset_version": DATASET_VERSION,
        "feature_version": FEATURE_VERSION,
        "plan": plan.to_dict(),
        "files": files,
        "counts": _counts(rows, plan),
    }
    write_whole(folder / MANIFEST, json.dumps(manifest, indent=1).encode())
    return manifest


def stored_digest(folder: Path) -> str:
    """Return the version of a data set: a sha256 over its plan and all its files.

    Raises:
        BadDataset: if it is not complete.
    """
    _read_manifest(folder)
    return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()


def read_stored(folder: Path) -> StoredFailures:
    """Return a data set.

    Raises:
        BadDataset: if it is not complete, a file was changed, or other code made it.
    """
    manifest = _read_manifest(folder)
    for field, version in (("dataset_version", DATASET_VERSION), ("feature_version", FEATURE_VERSION)):
        if manifest[field] != version:
            raise BadDataset(field=field, message=f"is {manifest[field]!r}; allowed: {version}")
    plan, files = FailurePlan.from_dict(manifest["plan"]), manifest["files"]
    tables = [_table(folder, f"moment-{at:%Y-%m-%d}.parquet", files) for at in plan.cut_offs]
    rows = joined([_moment_rows(table) for table in tables])
    check_evidence(rows)
    return StoredFailures(
        plan=plan,
        rows=rows,
        spans_before_choice=None
        if plan.choice_from is None
        else _spans(_table(folder, BEFORE_CHOICE, files)),
        spans_before_test=_spans(_table(folder, BEFORE_TEST, files)),
        spans=_spans(_table(folder, TO_THE_END, files)),
        ceiling=_ceiling(pa.concat_tables(tables)),
        digest=stored_digest(folder),
    )


def _lives(plan: FailurePlan) -> dict[str, Any]:
    """Return the files of lives and until when each sees them."""
    found = {BEFORE_TEST: plan.test_from, TO_THE_END: plan.known_until}
    return found if plan.choice_from is None else {BEFORE_CHOICE: plan.choice_from, **found}


def _moment_table(warehouse: Warehouse, plan: FailurePlan, at: Any) -> pa.Table:
    rows = build_dataset(warehouse=warehouse, cut_offs=[at], known_until=plan.known_until)
    columns: dict[str, Any] = {
        "transformer_id": pa.array(rows.transformer_id.tolist(), pa.string()),
        "unit_id": pa.array(rows.unit_id.tolist(), pa.string()),
        "circuit_id": pa.array(rows.circuit_id.tolist(), pa.string()),
        "cut_off": pa.array(rows.cut_off.astype("datetime64[us]")),
        "evidence_at": pa.array(rows.evidence_at.astype("datetime64[us]")),
        "customers": pa.array(rows.customers),
    }
    columns |= {name: pa.array(rows.features[:, n]) for n, name in enumerate(FEATURE_NAMES)}
    for days in HORIZONS_DAYS:
        columns[f"outcome_{days}d"] = pa.array(rows.of_horizon(days))
        truth = read_ceiling(warehouse=warehouse, dataset=rows, horizon_days=days)
        columns[f"truth_{days}d"] = pa.array(
            np.full(len(rows), np.nan) if truth is None else truth, pa.float64()
        )
    return pa.table(columns)


def _moment_rows(table: pa.Table) -> FailureDataset:
    def texts(name: str) -> Any:
        return np.asarray(table[name].to_numpy(), dtype=object)

    return FailureDataset(
        transformer_id=texts("transformer_id"),
        unit_id=texts("unit_id"),
        circuit_id=texts("circuit_id"),
        cut_off=table["cut_off"].to_numpy().astype("datetime64[us]"),
        features=np.stack([table[name].to_numpy() for name in FEATURE_NAMES], axis=1).astype(np.float32),
        evidence_at=table["evidence_at"].to_numpy().astype("datetime64[us]"),
        outcome=np.stack([table[f"outcome_{days}d"].to_numpy() for days in HORIZONS_DAYS], axis=1).astype(
            np.int8
        ),
        customers=np.asarray(table["customers"].to_numpy(), dtype=np.int64),
    )


def _ceiling(table: pa.Table) -> dict[int, FloatArray]:
    """Return the true probabilities where at least some row has one."""
    found = {days: np.asarray(table[f"truth_{days}d"].to_numpy(), dtype=np.float64) for days in HORIZONS_DAYS}
    return {days: values for days, values in found.items() if np.isfinite(values).any()}


def _spans_table(spans: UnitSpans) -> pa.Table:
    return pa.table(
        {
            "transformer_id": pa.array(spans.transformer_id.tolist(), pa.string()),
            "entry_years": pa.array(spans.entry_years),
            "exit_years": pa.array(spans.exit_years),
            "failed": pa.array(spans.failed),
        }
    )


def _spans(table: pa.Table) -> UnitSpans:
    return UnitSpans(
        transformer_id=np.asarray(table["transformer_id"].to_numpy(), dtype=object),
        entry_years=np.asarray(table["entry_years"].to_numpy(), dtype=np.float64),
        exit_years=np.asarray(table["exit_years"].to_numpy(), dtype=np.float64),
        failed=np.asarray(table["failed"].to_numpy(zero_copy_only=False), dtype=np.bool_),
    )


def _counts(rows: FailureDataset, plan: FailurePlan) -> dict[str, Any]:
    """Return how many rows and failures there are, before the test and in it."""
    later = rows.cut_off >= np.datetime64(plan.test_from, "us")
    found: dict[str, Any] = {
        "rows": len(rows),
        "transformers": len(np.unique(rows.transformer_id.astype(str))),
        "moments": len(plan.cut_offs),
    }
    for days in HORIZONS_DAYS:
        outcome = rows.of_horizon(days)
        found[f"{days}d"] = {
            part: {
                "known": int(((outcome != UNKNOWN) & mine).sum()),
                "failed": int(((outcome == FAILED) & mine).sum()),
            }
            for part, mine in (("before_test", ~later), ("test", later))
        }
    return found


def _packed(table: pa.Table, plan_digest: str) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({_PLAN: plan_digest}), buffer, compression="zstd")
    return buffer.getvalue()


def _plan_of_file(path: Path) -> str | None:
    """Return the digest of the plan a file was made by; None if it is missing or damaged."""
    try:
        found = (pq.read_table(path).schema.metadata or {}).get(_PLAN)
    except (OSError, pa.ArrowException):
        return None
    return None if found is None else found.decode()


def _table(folder: Path, name: str, files: Mapping[str, str]) -> pa.Table:
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise BadDataset(field=name, message=f"cannot be read: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != files.get(name):
        raise BadDataset(field=name, message="is not the file that the data set was made with")
    return pq.read_table(pa.BufferReader(content))


def _plan_digest(plan: FailurePlan) -> str:
    content = {
        "plan": plan.to_dict(),
        "dataset_version": DATASET_VERSION,
        "feature_version": FEATURE_VERSION,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        complete = {"dataset_version", "feature_version", "plan", "files", "counts"} <= set(manifest)
    except OSError as error:
        raise BadDataset(field=str(folder), message="holds no complete data set") from error
    except (ValueError, TypeError) as error:
        raise BadDataset(field=MANIFEST, message="is damaged") from error
    if not complete:
        raise BadDataset(field=MANIFEST, message="is damaged")
    return dict(manifest)
