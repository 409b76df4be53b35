"""What the rank of sets finds, N-k and storms: trained on some states of a grid, measured on others."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import numpy as np

from cascade.engine.batch.builders import monte_carlo
from cascade.engine.scenarios.spec import StormTrack, TrackPoint
from cascade.engine.scenarios.weather import failure_probability, storm_gust
from cascade.ml.dataset import LabelledState, study_topology
from cascade.ml.errors import InvalidTrainingData
from cascade.ml.outage_sets import prepare_state
from cascade.ml.pair_evaluation import assert_states_apart
from cascade.ml.propagation_data import network_of
from cascade.ml.screening_figures import RankedState, ranking_figures
from cascade.ml.set_screening import (
    ScreenedSets,
    SetFate,
    SimulatedSets,
    fit_set_ranker,
    screen_sets,
    simulate_sets,
)
from cascade.ml.study_grids import branch_places
from cascade.ml.tasks import Tick, no_tick
from grid.powerflow.arrays import IntArray

MEDIAN_MPS, BETA = 60.0, 0.2
"""Gust that breaks half of the lines, and the spread of its logarithm: as in the presets of scenarios."""
CATEGORY_MPS = (38.0, 58.0)
"""Largest sustained wind of the storms drawn: Saffir-Simpson 1 to 3, with a margin."""
SETS_OF_A_STATE = 2_000


class SetKind(StrEnum):
    """Name the lists of sets."""

    NK = "NK"
    """Three to five branches, every set as likely as another."""
    STORM = "STORM"
    """What one storm takes out, drawn again and again: another storm in every state."""


TITLES = {SetKind.NK: "N-3 to N-5, drawn at random", SetKind.STORM: "Storms"}


def draw_sets(kind: SetKind, labelled: LabelledState, count: int) -> list[IntArray]:
    """Draw different sets of at least two branches for a state.

    Raises:
        InvalidTrainingData: if a storm is asked for in a grid without places.
    """
    network = study_topology(labelled.grid).network
    seed = labelled.index
    rng = np.random.default_rng([seed, 5])
    if kind == SetKind.NK:
        sizes = rng.integers(3, 6, count)
        found = [np.sort(rng.choice(network.n_branches, size, replace=False)) for size in sizes]
    else:
        found = _storm(labelled, rng, count)
    different = {tuple(each.tolist()): each for each in found if len(each) > 1}
    return list(different.values())


def _storm(labelled: LabelledState, rng: np.random.Generator, count: int) -> list[IntArray]:
    lon, lat, is_line = branch_places(labelled.grid)
    start = rng.integers(len(lon))
    heading, reach = rng.uniform(0.0, 2.0 * np.pi), 1.5
    wind, radius = rng.uniform(*CATEGORY_MPS), rng.uniform(20.0, 50.0)
    points = tuple(
        TrackPoint(
            hour=hour,
            lat=float(lat[start] + share * reach * np.sin(heading)),
            lon=float(lon[start] + share * reach * np.cos(heading)),
            max_wind_mps=float(wind * (1.0 - 0.4 * share)),
            max_wind_radius_km=float(radius),
        )
        for hour, share in ((0.0, 0.0), (3.0, 0.5), (6.0, 1.0))
    )
    gust = storm_gust(StormTrack(points=points), lon=lon, lat=lat)
    chance = np.where(is_line, failure_probability(gust, median_mps=MEDIAN_MPS, beta=BETA), 0.0)
    drawn = monte_carlo(branch_probability=chance, count=count, seed=labelled.index)
    return [
        np.sort(drawn.branch[first:last])
        for first, last in zip(drawn.branch_start[:-1], drawn.branch_start[1:], strict=True)
    ]


def evaluate_sets(
    kind: SetKind,
    training: Sequence[LabelledState],
    testing: Sequence[LabelledState],
    *,
    count: int = SETS_OF_A_STATE,
    lost_share: float = 0.01,
    tick: Tick = no_tick,
) -> dict[str, Any]:
    """Rank the sets of some states by trees trained on others, and simulate all, those removed too.

    Returns:
        Counts per tested state, ``states``; and ``rankings``.

    Raises:
        InvalidTrainingData: if a state is in both, the states are of several grids, or a set that the filter
            removed trips something.
    """
    assert_states_apart(training, testing)
    total = len(training) + len(testing)
    x, lost = [], []
    for number, each in enumerate(training):
        tick(number, total, "Sets to learn from")
        screened, _, run = _simulated(kind, each, count)
        x.append(screened.x)
        lost.append(run.lost_mw[screened.survivor] / screened.demand_mw)
    ranker = fit_set_ranker(x, lost)
    counts, tested = [], []
    for number, each in enumerate(testing):
        tick(len(training) + number, total, "Sets to measure on")
        screened, sets, run = _simulated(kind, each, count)
        at = screened.survivor
        counts.append(
            {
                "sets": len(sets),
                "removed": screened.count(SetFate.REMOVED),
                "undecided": screened.count(SetFate.UNDECIDED),
                "survivors": len(at),
                "by_one_alone": int(screened.by_one_alone.sum()),
                "cascades": int(np.count_nonzero(run.lost_mw[at] > lost_share * screened.demand_mw)),
                "mean_size": float(np.mean([len(out) for out in sets])),
            }
        )
        if len(at):
            tested.append(
                RankedState(
                    lost_mw=run.lost_mw[at],
                    lost_customers_frac=run.lost_customers_frac[at],
                    score={
                        "flow above limits (LODF)": screened.overload_mw,
                        "gradient boosting": ranker.raw(screened.x),
                    },
                    at_least_mw=lost_share * screened.demand_mw,
                )
            )
    if not tested:
        raise InvalidTrainingData(field="testing", message="has no set that the filter leaves")
    return {"states": counts, "rankings": ranking_figures(tested)}


def _simulated(
    kind: SetKind, labelled: LabelledState, count: int
) -> tuple[ScreenedSets, list[IntArray], SimulatedSets]:
    """Screen and simulate the sets of a state; check that the filter missed none."""
    topology = study_topology(labelled.grid)
    prepared = prepare_state(topology, labelled.state, np.flatnonzero(topology.splits))
    sets = draw_sets(kind, labelled, count)
    screened = screen_sets(prepared, sets)
    load = np.maximum(topology.network.bus_load_mw, 0.0)
    run = simulate_sets(network_of(topology, labelled.state), sets, customers_frac=load / load.sum())
    missed = np.flatnonzero((run.tripped > 0) & (screened.fate == SetFate.REMOVED))
    if len(missed):
        raise InvalidTrainingData(
            field="filter", message=f"removed the set {sets[missed[0]].tolist()}, which trips something"
        )
    return (
        screened,
        sets,
        SimulatedSets(
            lost_mw=np.nan_to_num(run.lost_mw),
            lost_customers_frac=np.nan_to_num(run.lost_customers_frac),
            tripped=run.tripped,
        ),
    )
