"""A stored data set: states of several grids, what every candidate outage led to, and features.

The folder holds one file for some states of a grid and, once all are there, ``manifest.json`` with the plan
and a digest of every file. Files are written whole or not at all, so a run that was killed at any instant
goes on where it stopped, and its data set is the one that an undisturbed run makes. Of a data set made by an
earlier version of the features the states and labels are kept, and only the features are computed anew.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cascade.engine.batch.contingencies import from_lists
from cascade.engine.batch.run import run_many
from cascade.engine.checks import check_whole
from cascade.engine.params import CascadeParams
from cascade.ml.errors import BadDataset
from cascade.ml.features import FEATURE_VERSION, StateFeatures, state_features
from cascade.ml.states import StateParams, StateSource
from cascade.ml.study_grids import GridName, StudyGrid, load_study_grid
from cascade.ml.topology import StateArrays, Topology, make_topology
from grid.powerflow.arrays import FloatArray, IntArray

LABEL_VERSION = 1
"""Raised when states or labels come out otherwise for the same plan."""
STATES_PER_FILE = 10
MANIFEST = "manifest.json"


@dataclass(frozen=True, kw_only=True)
class GridPlan:
    """Say which states of a grid are wanted.

    Attributes:
        grid: the grid.
        n_states: number of states, 1 .. 100,000.
        seed: seed of the draws. Two plans of a grid with the same seed draw the same loads.
        params: how states are drawn.
    """

    grid: GridName
    n_states: int
    seed: int
    params: StateParams = field(default_factory=StateParams)

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            InvalidParams: naming the field.
        """
        check_whole("n_states", self.n_states, lowest=1, highest=100_000)
        check_whole("seed", self.seed, lowest=0, highest=2**31 - 1)

    @property
    def key(self) -> str:
        """Return what its files are called."""
        return f"{self.grid}-{self.seed}"

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON values."""
        return {**asdict(self), "grid": str(self.grid)}


@dataclass(frozen=True, eq=False, kw_only=True)
class LabelledState:
    """Hold one state, its features, and what every candidate outage led to.

    Attributes:
        grid: the grid.
        plan_key: key of the plan it belongs to.
        index: its number in the plan.
        state: its loads, outputs, capacities and limits.
        features: its features.
        lost_mw: load lost in the end, per candidate in the order of the features.
        n_tripped: branches that tripped after the outage.
        trip_start: the trips of candidate c are those from ``trip_start[c]`` to ``trip_start[c + 1]``.
        trip_branch: branch of every trip.
        trip_wave: its wave, from 1.
    """

    grid: GridName
    plan_key: str
    index: int
    state: StateArrays
    features: StateFeatures
    lost_mw: FloatArray
    n_tripped: IntArray
    trip_start: IntArray
    trip_branch: IntArray
    trip_wave: IntArray

    @property
    def lost_share(self) -> FloatArray:
        """Return the load lost over the demand."""
        share: FloatArray = self.lost_mw / self.features.demand_mw
        return share

    @property
    def candidate_branch(self) -> IntArray:
        """Return the branch of each candidate."""
        return self.features.branch[self.features.is_candidate]


def build_dataset(
    folder: Path, plans: list[GridPlan], progress: Callable[[int, int], None] | None = None
) -> None:
    """Make a data set, or finish one that was begun.

    Args:
        folder: where; made if missing.
        plans: the states wanted.
        progress: called with the states done and the total after each state; to stop, raise from it.

    Raises:
        BadDataset: if the folder holds a data set of another plan, or two plans have one key.
    """
    if len({plan.key for plan in plans}) != len(plans):
        raise BadDataset(field="plans", message="name a grid and seed twice")
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / MANIFEST).exists():
        manifest = _read_manifest(folder)
        if manifest["plans"] != [plan.to_dict() for plan in plans]:
            raise BadDataset(field=str(folder), message="holds a data set of another plan")
        if (manifest["label_version"], manifest["feature_version"]) == (LABEL_VERSION, FEATURE_VERSION):
            return
        (folder / MANIFEST).unlink()
    total = sum(plan.n_states for plan in plans)
    done, digests = 0, {}
    for plan in plans:
        wanted = _plan_digest(plan)
        for first in range(0, plan.n_states, STATES_PER_FILE):
            last = min(first + STATES_PER_FILE, plan.n_states)
            path = folder / f"{plan.key}-{first:05d}.npz"
            if _plan_of_file(path) != wanted:
                states = _with_features_of_today(path, plan) or []
                for index in range(first + len(states), last):
                    states.append(label_state(plan, index))
                    if progress is not None:
                        progress(done + len(states), total)
                _write_whole(path, _packed(states, wanted))
            digests[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
            done += last - first
            if progress is not None:
                progress(done, total)
    manifest = {
        "label_version": LABEL_VERSION,
        "feature_version": FEATURE_VERSION,
        "plans": [plan.to_dict() for plan in plans],
        "files": digests,
    }
    _write_whole(folder / MANIFEST, json.dumps(manifest, indent=1).encode())


def dataset_digest(folder: Path) -> str:
    """Return the version of a data set: a sha256 over its plan and all its files.

    Raises:
        BadDataset: if it is not complete.
    """
    _read_manifest(folder)
    return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()


def read_dataset(folder: Path) -> Iterator[LabelledState]:
    """Yield the states of a data set in the order of its plan.

    Raises:
        BadDataset: if it is not complete, a file was changed, or other code made it.
    """
    manifest = _read_manifest(folder)
    for name, version in (("label_version", LABEL_VERSION), ("feature_version", FEATURE_VERSION)):
        if manifest[name] != version:
            raise BadDataset(field=name, message=f"is {manifest[name]!r}; allowed: {version}")
    for plan in manifest["plans"]:
        key = f"{plan['grid']}-{plan['seed']}"
        for first in range(0, plan["n_states"], STATES_PER_FILE):
            name = f"{key}-{first:05d}.npz"
            try:
                content = (folder / name).read_bytes()
            except OSError as error:
                raise BadDataset(field=name, message=f"cannot be read: {error.strerror}") from error
            if hashlib.sha256(content).hexdigest() != manifest["files"].get(name):
                raise BadDataset(field=name, message="is not the file that the data set was made with")
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                yield from _unpacked(arrays, GridName(plan["grid"]), key)


@cache
def _source(grid: GridName, params: StateParams) -> StateSource:
    return StateSource(load_study_grid(grid), params)


@cache
def study_topology(grid: GridName) -> Topology:
    """Return the topology of a study grid, computed once in a process."""
    study: StudyGrid = load_study_grid(grid)
    return make_topology(study.network, bus_kv=study.bus_kv, is_transformer=study.branch_is_transformer)


def label_state(plan: GridPlan, index: int) -> LabelledState:
    """Draw a state, compute its features and run the cascade of every candidate."""
    drawn = _source(plan.grid, plan.params).draw(plan.seed, index)
    network = drawn.network
    state = StateArrays(
        bus_load_mw=network.bus_load_mw,
        unit_p_mw=network.unit_p_mw,
        unit_pmax_mw=network.unit_pmax_mw,
        limit_mva=network.rate_mva,
    )
    features = state_features(study_topology(plan.grid), state, lost_share=plan.params.lost_share)
    candidates = features.branch[features.is_candidate]
    result = run_many(network, CascadeParams(), from_lists([[branch] for branch in candidates.tolist()]))
    if not result.solved.all():
        features, kept = _without(features, ~result.solved), np.flatnonzero(result.solved)
    else:
        kept = np.arange(len(candidates))
    counts = np.diff(result.trip_start)[kept]
    of_kept = np.isin(result.trip_contingency, kept)
    return LabelledState(
        grid=plan.grid,
        plan_key=plan.key,
        index=index,
        state=state,
        features=features,
        lost_mw=result.shed_mw[kept],
        n_tripped=result.n_tripped[kept],
        trip_start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        trip_branch=result.trip_branch[of_kept],
        trip_wave=result.trip_wave[of_kept],
    )


def _with_features_of_today(path: Path, plan: GridPlan) -> list[LabelledState] | None:
    """Return the states of a file that an earlier version of the features made; None if there are none.

    Also None if today other outages would be candidates: these have no labels.
    """
    made_by = _plan_of_file(path)
    if made_by is None or made_by not in {_plan_digest(plan, each) for each in range(1, FEATURE_VERSION)}:
        return None
    with np.load(path, allow_pickle=False) as arrays:
        earlier = list(_unpacked(arrays, plan.grid, plan.key))
    topology = study_topology(plan.grid)
    states = []
    for each in earlier:
        features = state_features(topology, each.state, lost_share=plan.params.lost_share)
        candidate = features.branch[features.is_candidate]
        unsolved = ~np.isin(candidate, each.candidate_branch)
        features = _without(features, unsolved)
        if not np.array_equal(features.branch[features.is_candidate], each.candidate_branch):
            return None
        states.append(replace(each, features=features))
    return states


def _without(features: StateFeatures, unsolved: npt.NDArray[np.bool_]) -> StateFeatures:
    """Return the features with the candidates that have no unique solution no longer among them."""
    is_candidate = features.is_candidate.copy()
    is_candidate[np.flatnonzero(is_candidate)[unsolved]] = False
    return _features_from({**_features_to(features), "is_candidate": is_candidate})


_STATE_ARRAYS = ("bus_load_mw", "unit_p_mw", "unit_pmax_mw", "limit_mva")
_FEATURE_ARRAYS = (
    "branch",
    "is_candidate",
    "node_x",
    "edge_from",
    "edge_to",
    "edge_x",
    "node_bus",
    "overload_mw",
    "demand_mw",
)
_LABEL_ARRAYS = ("lost_mw", "n_tripped", "trip_start", "trip_branch", "trip_wave")


def _features_to(features: StateFeatures) -> dict[str, Any]:
    return {name: getattr(features, name) for name in _FEATURE_ARRAYS}


def _features_from(values: Mapping[str, Any]) -> StateFeatures:
    return StateFeatures(**{**values, "demand_mw": float(values["demand_mw"])})


def _packed(states: list[LabelledState], plan_digest: str) -> bytes:
    arrays: dict[str, Any] = {
        "plan_digest": np.array(plan_digest),
        "index": np.array([each.index for each in states]),
    }
    for each in states:
        for name in _STATE_ARRAYS:
            arrays[f"{each.index}/{name}"] = getattr(each.state, name)
        for name, values in _features_to(each.features).items():
            arrays[f"{each.index}/{name}"] = values
        for name in _LABEL_ARRAYS:
            arrays[f"{each.index}/{name}"] = getattr(each, name)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def _unpacked(arrays: Mapping[str, Any], grid: GridName, plan_key: str) -> Iterator[LabelledState]:
    for index in arrays["index"].tolist():
        yield LabelledState(
            grid=grid,
            plan_key=plan_key,
            index=index,
            state=StateArrays(**{name: arrays[f"{index}/{name}"] for name in _STATE_ARRAYS}),
            features=_features_from({name: arrays[f"{index}/{name}"] for name in _FEATURE_ARRAYS}),
            **{name: arrays[f"{index}/{name}"] for name in _LABEL_ARRAYS},
        )


def _plan_digest(plan: GridPlan, feature_version: int = FEATURE_VERSION) -> str:
    """Return a digest of all that the states of a plan follow from."""
    content = {
        "plan": {key: value for key, value in plan.to_dict().items() if key != "n_states"},
        "network": load_study_grid(plan.grid).network.digest(),
        "label_version": LABEL_VERSION,
        "feature_version": feature_version,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _plan_of_file(path: Path) -> str | None:
    """Return the digest of the plan a file was made by; None if it is missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return str(arrays["plan_digest"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, whatever happens."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        complete = {"label_version", "feature_version", "plans", "files"} <= set(manifest)
    except OSError as error:
        raise BadDataset(field=str(folder), message="holds no complete data set") from error
    except (ValueError, TypeError) as error:
        raise BadDataset(field=MANIFEST, message="is damaged") from error
    if not complete:
        raise BadDataset(field=MANIFEST, message="is damaged")
    return dict(manifest)
