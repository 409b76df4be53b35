"""Commands of the propagation model and of the screening of pairs and sets."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from cascade.ml.dataset import LabelledState, read_dataset
from cascade.ml.pages import write_between
from cascade.ml.splits import SplitPlan

TRAINING_STATES, TESTED_STATES = 12, 8


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``propagation`` and ``screening``."""
    trips = commands.add_parser(
        "propagation", help="train and score the model of which branches trip later, given an outage"
    )
    trips.add_argument("folder", type=Path)
    trips.add_argument("--model", type=Path, required=True, help="folder of the model; trained if empty")
    trips.add_argument("--page", type=Path, help="page whose figures are replaced")
    trips.add_argument("--smoke", action="store_true", help="few networks and passes, for a try")
    screening = commands.add_parser(
        "screening", help="screen, rank and simulate pairs, N-k and storms of the home grid"
    )
    screening.add_argument("folder", type=Path)
    screening.add_argument("--page", type=Path, help="page whose figures are replaced")
    screening.add_argument("--sets", type=int, default=2_000, help="sets drawn for each state")


def propagation(given: argparse.Namespace) -> None:
    """Train, unless the folder holds a model, and score."""
    from cascade.ml.net_params import NetParams
    from cascade.ml.propagation import PropagationModel, PropagationParams
    from cascade.ml.propagation_evaluation import evaluate_propagation
    from cascade.ml.propagation_report import as_markdown
    from cascade.ml.propagation_task import barred_for, evaluate, train
    from cascade.ml.risk_task import assert_unseen, read_parts
    from cascade.ml.store import MANIFEST

    if not (given.model / MANIFEST).exists():
        params = PropagationParams()
        if given.smoke:
            params = PropagationParams(
                net=NetParams(width=12, n_layers=2, n_passes=2, batch_states=8), n_nets=2
            )
        train(given.folder, params, tick=_tell).save(given.model)
    model = PropagationModel.load(given.model)
    parts = read_parts(given.folder)
    assert_unseen(parts, model.about)
    evaluate(given.folder, given.model, _tell).save(given.model)
    text = as_markdown(evaluate_propagation(model, parts, barred=barred_for(parts), tick=_tell))
    if given.page is not None:
        write_between(given.page, "propagation", text)
    sys.stdout.write(f"\n{text}")


def screening(given: argparse.Namespace) -> None:
    """Screen, rank and simulate pairs and sets."""
    from cascade.ml.pair_evaluation import evaluate_pairs
    from cascade.ml.screening_report import as_markdown
    from cascade.ml.set_evaluation import SetKind, evaluate_sets

    training, testing = _states(given.folder)
    pairs = evaluate_pairs(training, testing, tick=_tell)
    sets = {kind: evaluate_sets(kind, training, testing, count=given.sets, tick=_tell) for kind in SetKind}
    text = as_markdown(pairs, sets)
    if given.page is not None:
        write_between(given.page, "screening", text)
    sys.stdout.write(f"\n{text}")


def _states(folder: Path) -> tuple[Sequence[LabelledState], Sequence[LabelledState]]:
    """Return states of the home grid to learn from and to measure on, the latter from the other tests.

    Every so many, so that loads and weather differ.
    """
    plan = SplitPlan()
    home = [each for each in read_dataset(folder) if each.plan_key == f"{plan.home}-{plan.home_seed}"]
    trained, tested = home[: 2 * len(home) // 3], home[2 * len(home) // 3 :]
    return (
        trained[:: max(1, len(trained) // TRAINING_STATES)][:TRAINING_STATES],
        tested[:: max(1, len(tested) // TESTED_STATES)][:TESTED_STATES],
    )


def _tell(done: int, total: int, text: str) -> None:
    sys.stdout.write(f"\r{text} ({done} of {total})".ljust(70))
    sys.stdout.flush()
