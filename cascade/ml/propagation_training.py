"""Training of the propagation model: trees, then networks on what trees say of states they have not seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from cascade.ml.boosting import TreeEnsemble, fit_classifier
from cascade.ml.calibration import fit_familiarity, fit_isotonic
from cascade.ml.errors import InvalidTrainingData
from cascade.ml.metrics import average_precision, best_threshold
from cascade.ml.propagation import PropagationModel, PropagationParams, mixed, net_log_odds, state_row
from cascade.ml.propagation_data import OutageSampling, Rows, SeenOutage, rows_of, seen_sets, seen_singles
from cascade.ml.propagation_features import PROPAGATION_FEATURES
from cascade.ml.propagation_graph import OutageGraph, graph_of
from cascade.ml.splits import Part, Sample, Split
from cascade.ml.tasks import Tick, no_tick
from grid.powerflow.arrays import BoolArray, FloatArray

if TYPE_CHECKING:
    from cascade.ml.propagation_net import CorrectionNet

FOLDS = 2
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""How much of the networks' correction may count."""


def train_propagation(
    parts: Split,
    params: PropagationParams | None = None,
    *,
    barred: BoolArray | None = None,
    about: Mapping[str, Any] | None = None,
    device: str = "cpu",
    tick: Tick = no_tick,
) -> PropagationModel:
    """Train, choose how much the networks count, and calibrate.

    The networks are trained on graphs whose trees have not seen the state: on states they know, trees are
    surer of themselves than they are elsewhere.

    Args:
        parts: the samples; states of validation and of the held-out grid choose and calibrate.
        params: the settings.
        barred: branches of the home grid that no set of training may hold: those of the unseen region.
        about: what is kept with the model.
        device: where networks are trained: ``cpu`` or ``cuda``.
        tick: called as the work goes on; to stop, raise from it.

    Raises:
        InvalidTrainingData: if a part is empty or of one class.
    """
    settings = params or PropagationParams()
    steps = 4 + settings.n_nets
    training = parts[Part.TRAIN]
    folds = [training[fold::FOLDS] for fold in range(FOLDS)]
    rows = []
    for number, fold in enumerate(folds):
        tick(number, steps, "Following outages")
        rows.append(
            rows_of(_told(_seen(fold, settings.sampling, barred), tick, number, steps), settings.sampling)
        )
    tick(2, steps, "Trees")
    whole = Rows(
        x=np.concatenate([each.x for each in rows]),
        tripped=np.concatenate([each.tripped for each in rows]),
        weight=np.concatenate([each.weight for each in rows]),
    )
    trees = fit_trees(whole, settings)
    validation = Checked.of(parts[Part.VALIDATION], settings, trees)
    held_out = (
        Checked.of(parts[Part.HELD_OUT_GRID], settings, trees) if parts[Part.HELD_OUT_GRID] else validation
    )
    nets: list[CorrectionNet] = []
    if settings.n_nets:
        from cascade.ml.propagation_net import train_correction

        graphs: list[OutageGraph] = []
        for number, fold in enumerate(folds):
            tick(3, steps, "Graphs")
            others = fit_trees(rows[1 - number], settings)
            seen = _told(_seen(fold, settings.sampling, barred), tick, 3, steps)
            graphs.extend(graph_of(each.prepared, each.view, others, each.tripped)[0] for each in seen)
        stops = validation.graphs if held_out is validation else validation.graphs + held_out.graphs
        for number in range(settings.n_nets):
            net, _ = train_correction(
                graphs,
                stops,
                settings.net,
                seed=settings.seed + number,
                device=device,
                tick=_net_tick(tick, 4 + number, steps),
            )
            nets.append(net)
    share, score = validation.best_share(nets)
    share_elsewhere, score_elsewhere = held_out.best_share(nets)
    calibration = fit_isotonic(validation.tripped, score)
    return PropagationModel(
        params=settings,
        trees=trees,
        nets=tuple(nets),
        net_share=share,
        net_share_elsewhere=share_elsewhere,
        calibration=calibration,
        calibration_elsewhere=fit_isotonic(held_out.tripped, score_elsewhere),
        threshold=best_threshold(validation.tripped, calibration(score)),
        familiarity=fit_familiarity(*_states(training, settings.sampling), validation.states),
        about={"device": device, **(about or {})},
    )


def _net_tick(tick: Tick, at: int, steps: int) -> Tick:
    def told(_done: int, _total: int, text: str) -> None:
        tick(at, steps, f"Network, {text}")

    return told


def fit_trees(rows: Rows, params: PropagationParams) -> TreeEnsemble:
    """Fit the trees to rows that stand for others.

    Raises:
        InvalidTrainingData: if they are of one class.
    """
    return fit_classifier(
        rows.x,
        rows.tripped,
        feature_names=PROPAGATION_FEATURES,
        params=params.boosting,
        sample_weight=rows.weight,
    )


class Checked:
    """Hold outages that were not trained on, with what the trees say of them."""

    def __init__(self, seen: Iterator[SeenOutage], trees: TreeEnsemble) -> None:
        self.graphs: list[OutageGraph] = []
        self._said: list[FloatArray] = []
        tripped, states = [], []
        for each in seen:
            graph, said = graph_of(each.prepared, each.view, trees, each.tripped)
            self.graphs.append(graph)
            self._said.append(said)
            tripped.append(each.tripped)
            states.append(state_row(each.view))
        if not tripped:
            raise InvalidTrainingData(field="samples", message="hold no outage to choose and calibrate on")
        self.tripped: BoolArray = np.concatenate(tripped)
        self.states: FloatArray = np.array(states)

    @classmethod
    def of(cls, samples: Sequence[Sample], params: PropagationParams, trees: TreeEnsemble) -> Checked:
        """Draw the outages of some states."""
        return cls(seen_singles(samples, params.sampling), trees)

    def best_share(self, nets: Sequence[CorrectionNet]) -> tuple[float, FloatArray]:
        """Return the networks' share with the highest average precision, the least of equals, and scores."""
        by_nets = [net_log_odds(nets, graph) for graph in self.graphs]
        best: tuple[float, float, FloatArray] | None = None
        for share in SHARES if len(nets) else SHARES[:1]:
            score = np.concatenate(
                [
                    mixed(said, graph, told, share)
                    for said, graph, told in zip(self._said, self.graphs, by_nets, strict=True)
                ]
            )
            reached = average_precision(self.tripped, score) if self.tripped.any() else 0.0
            if best is None or reached > best[0]:
                best = reached, share, score
        assert best is not None  # noqa: S101
        return best[1], best[2]


def _seen(
    samples: Sequence[Sample], sampling: OutageSampling, barred: BoolArray | None
) -> Iterator[SeenOutage]:
    return chain(seen_singles(samples, sampling), seen_sets(samples, sampling, barred=barred))


def _told(seen: Iterator[SeenOutage], tick: Tick, at: int, steps: int) -> Iterator[SeenOutage]:
    for number, each in enumerate(seen):
        if number % 20 == 0:
            tick(at, steps, f"Following outages: {number}")
        yield each


def _states(samples: Sequence[Sample], sampling: OutageSampling) -> tuple[FloatArray, list[str]]:
    """Return what tells one outage of each state apart, and its grid."""
    one = replace(sampling, singles=1, sets=0)
    seen = [(state_row(each.view), each.key[1]) for each in seen_singles(samples, one)]
    return np.array([row for row, _ in seen]), [key for _, key in seen]
