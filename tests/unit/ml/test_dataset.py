"""Stored data sets: labels are the engine's, a kill costs nothing, damage is found; splits share nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cascade.engine.cascade import simulate
from cascade.engine.outages import branch_outage
from cascade.engine.params import CascadeParams
from cascade.ml import dataset
from cascade.ml.dataset import (
    GridPlan,
    LabelledState,
    build_dataset,
    dataset_digest,
    label_state,
    read_dataset,
)
from cascade.ml.errors import BadDataset, InvalidTrainingData
from cascade.ml.features import FEATURE_VERSION
from cascade.ml.splits import Part, Sample, SplitPlan, assert_apart, split
from cascade.ml.study_grids import GridName, load_study_grid
from cascade.ml.topology import Topology

ROOT = Path(__file__).resolve().parents[3]
PLANS = [
    GridPlan(grid=GridName.EUROPE_89, n_states=23, seed=1),
    GridPlan(grid=GridName.SYNTHETIC_500, n_states=12, seed=2),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("data")
    build_dataset(place, PLANS)
    return place


def test_labels_are_what_the_cascade_engine_says(topology: Topology, states: list[LabelledState]) -> None:
    for each in states[:3]:
        network = replace(
            topology.network,
            bus_load_mw=each.state.bus_load_mw,
            unit_p_mw=each.state.unit_p_mw,
            unit_pmax_mw=each.state.unit_pmax_mw,
            rate_mva=each.state.limit_mva,
        )
        for row, branch in enumerate(each.candidate_branch.tolist()):
            result = simulate(network=network, outages=branch_outage(network, branch), params=CascadeParams())
            trips = slice(each.trip_start[row], each.trip_start[row + 1])
            assert each.lost_mw[row] == pytest.approx(result.shed_mw, abs=1e-6)
            assert each.trip_branch[trips].tolist() == result.tripped.tolist()


def test_what_is_read_is_what_was_labelled(folder: Path) -> None:
    read = list(read_dataset(folder))

    assert [(each.plan_key, each.index) for each in read] == [
        *(("case89pegase-1", index) for index in range(23)),
        *(("case_ACTIVSg500-2", index) for index in range(12)),
    ]
    fresh = label_state(PLANS[0], 7)
    np.testing.assert_array_equal(read[7].lost_mw, fresh.lost_mw)
    np.testing.assert_array_equal(read[7].features.node_x, fresh.features.node_x)
    np.testing.assert_array_equal(read[7].state.limit_mva, fresh.state.limit_mva)


def test_features_of_an_older_version_are_computed_anew_and_labels_are_kept(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = PLANS[0]
    for path in folder.glob(f"{plan.key}-*.npz"):
        with np.load(path) as arrays:
            older = dict(arrays)
        older["plan_digest"] = np.array(dataset._plan_digest(plan, FEATURE_VERSION - 1))
        for name in older:
            if name.endswith("/node_x"):
                older[name] = older[name][:, :-3]  # there were fewer
        np.savez_compressed(tmp_path / path.name, **older)
    told = json.loads((folder / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(
        json.dumps({**told, "plans": [plan.to_dict()], "feature_version": FEATURE_VERSION - 1})
    )
    with pytest.raises(BadDataset, match="feature_version"):
        next(read_dataset(tmp_path))
    monkeypatch.setattr(dataset, "label_state", None)  # nothing is drawn or simulated again

    build_dataset(tmp_path, [plan])

    for old, new in zip(read_dataset(folder), read_dataset(tmp_path), strict=False):
        np.testing.assert_array_equal(new.lost_mw, old.lost_mw)
        np.testing.assert_array_equal(new.features.node_x, old.features.node_x)
        np.testing.assert_array_equal(new.trip_branch, old.trip_branch)


def test_a_killed_build_goes_on_and_gives_the_same_data_set(folder: Path, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from cascade.ml.dataset import *\n"
        "from cascade.ml.study_grids import GridName\n"
        "small = GridPlan(grid=GridName.EUROPE_89, n_states=23, seed=1)\n"
        "large = GridPlan(grid=GridName.SYNTHETIC_500, n_states=12, seed=2)\n"
        "build_dataset(Path(sys.argv[1]), [small, large])"
    )
    child = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT)
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("case89pegase-1-*.npz")) and child.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    (tmp_path / "case89pegase-1-00000.npz").write_bytes(b"cut short")  # and a file that never got whole

    with pytest.raises(BadDataset, match="no complete data set"):
        list(read_dataset(tmp_path))
    build_dataset(tmp_path, PLANS)

    for one, two in zip(read_dataset(folder), read_dataset(tmp_path), strict=True):
        np.testing.assert_array_equal(one.lost_mw, two.lost_mw)
        np.testing.assert_array_equal(one.features.node_x, two.features.node_x)
        np.testing.assert_array_equal(one.trip_branch, two.trip_branch)


def test_damage_and_other_plans_are_refused(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    assert dataset_digest(copy) == dataset_digest(folder)
    with pytest.raises(BadDataset, match="another plan"):
        build_dataset(copy, PLANS[:1])
    with pytest.raises(BadDataset, match="twice"):
        build_dataset(copy, [PLANS[0], PLANS[0]])

    victim = copy / "case_ACTIVSg500-2-00000.npz"
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(bytes(content))
    with pytest.raises(BadDataset, match="case_ACTIVSg500-2-00000"):
        list(read_dataset(copy))
    victim.unlink()
    with pytest.raises(BadDataset, match="cannot be read"):
        list(read_dataset(copy))
    (copy / "manifest.json").write_text("{")
    with pytest.raises(BadDataset, match="damaged"):
        dataset_digest(copy)


PLAN = SplitPlan(
    home=GridName.SYNTHETIC_500,
    home_seed=2,
    train_share=0.5,
    validation_share=0.25,
    region="zone 2",
    unseen_grid=GridName.EUROPE_89,
    held_out_grid=None,
)


def test_parts_share_neither_states_nor_initiators_nor_grids(folder: Path) -> None:
    parts = split(list(read_dataset(folder)), PLAN)

    def states_of(part: Part) -> set[tuple[str, int]]:
        return {(sample.state.plan_key, sample.state.index) for sample in parts[part]}

    def initiators(part: Part) -> set[int]:
        return {b for sample in parts[part] for b in sample.state.candidate_branch[sample.chosen].tolist()}

    seen = states_of(Part.TRAIN) | states_of(Part.VALIDATION)
    assert len(states_of(Part.TRAIN)) == 6
    assert not states_of(Part.TRAIN) & states_of(Part.VALIDATION)
    for part in (Part.UNSEEN_STATES, Part.UNSEEN_REGION, Part.UNSEEN_GRID):
        assert not seen & states_of(part)
    region = load_study_grid(GridName.SYNTHETIC_500).branches_at(1)
    assert region[list(initiators(Part.UNSEEN_REGION))].all()
    assert not region[list(initiators(Part.TRAIN) | initiators(Part.UNSEEN_STATES))].any()
    assert {sample.state.grid for sample in parts[Part.UNSEEN_GRID]} == {GridName.EUROPE_89}


def test_leaks_are_found(folder: Path) -> None:
    read = list(read_dataset(folder))
    clean = split(read, PLAN)

    def leaking(part: Part, sample: Sample) -> dict[Part, list[Sample]]:
        return {**clean, part: [*clean[part], sample]}

    with pytest.raises(InvalidTrainingData, match="S1: shares state"):
        assert_apart(leaking(Part.TRAIN, clean[Part.UNSEEN_STATES][0]), PLAN)
    with pytest.raises(InvalidTrainingData, match="VALIDATION: shares states"):
        assert_apart(leaking(Part.VALIDATION, clean[Part.TRAIN][0]), PLAN)
    with pytest.raises(InvalidTrainingData, match="S3"):
        assert_apart(leaking(Part.TRAIN, clean[Part.UNSEEN_GRID][0]), PLAN)
    tested = {
        branch
        for sample in clean[Part.UNSEEN_REGION]
        for branch in sample.state.candidate_branch[sample.chosen].tolist()
    }
    at, leak = next(
        (at, sample)
        for at, sample in enumerate(clean[Part.TRAIN])
        if tested & set(sample.state.candidate_branch[~sample.chosen].tolist())
    )
    every = replace(leak, chosen=np.ones(len(leak.chosen), dtype=bool))
    trained = [*clean[Part.TRAIN][:at], every, *clean[Part.TRAIN][at + 1 :]]
    with pytest.raises(InvalidTrainingData, match="S2: shares initiator"):
        assert_apart({**clean, Part.TRAIN: trained}, PLAN)


def test_an_unknown_region_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidTrainingData, match="allowed: zone 1, zone 2"):
        split([], replace(PLAN, region="Atlantis"))
