"""Make data sets, and train and compare models of cascade risk.

python -m cascade.ml data FOLDER [--smoke]
python -m cascade.ml evaluate FOLDER --model FOLDER [--report docs/risk-models.md] [--smoke]
python -m cascade.ml pairs FOLDER
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from cascade.ml.dataset import build_dataset, dataset_digest, read_dataset
from cascade.ml.plans import FULL, SMOKE, SMOKE_PARAMS, SMOKE_SPLIT
from cascade.ml.splits import SplitPlan, split


def main(arguments: list[str] | None = None) -> int:
    """Run a command."""
    parser = argparse.ArgumentParser(
        prog="python -m cascade.ml", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    data = commands.add_parser("data", help="draw states and run their cascades; goes on where it stopped")
    data.add_argument("folder", type=Path)
    evaluation = commands.add_parser("evaluate", help="train on a data set and score on what was held out")
    evaluation.add_argument("folder", type=Path)
    evaluation.add_argument("--model", type=Path, required=True, help="folder to keep the model in")
    evaluation.add_argument("--report", type=Path, help="page whose figures are replaced")
    pairs = commands.add_parser("pairs", help="rank pairs of outages of the home grid and simulate them all")
    pairs.add_argument("folder", type=Path)
    for command in (data, evaluation):
        command.add_argument("--smoke", action="store_true", help="the small set, for a try")
    given = parser.parse_args(arguments)
    if given.command == "data":
        build_dataset(given.folder, list(SMOKE if given.smoke else FULL), progress=_tell)
    elif given.command == "pairs":
        _pairs(given.folder)
    else:
        _evaluate(given.folder, given.model, given.report, smoke=given.smoke)
    return 0


def _evaluate(folder: Path, model_folder: Path, page: Path | None, *, smoke: bool) -> None:
    from cascade.ml.evaluation import evaluate
    from cascade.ml.report import as_markdown, write_report
    from cascade.ml.risk_model import RiskParams

    plan, params = (SMOKE_SPLIT, SMOKE_PARAMS) if smoke else (SplitPlan(), RiskParams())
    parts = split(list(read_dataset(folder)), plan)
    model, report = evaluate(parts, params, about={"data_sha256": dataset_digest(folder)})
    model.save(model_folder)
    (model_folder / "report.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    if page is not None:
        write_report(page, report)
    sys.stdout.write(as_markdown(report))


def _pairs(folder: Path) -> None:
    from cascade.ml.pair_evaluation import evaluate_pairs

    plan = SplitPlan()
    home = [each for each in read_dataset(folder) if each.plan_key == f"{plan.home}-{plan.home_seed}"]
    # Every so many states, so that loads and weather differ; the last third is that of the other tests.
    trained, tested = home[: 2 * len(home) // 3], home[2 * len(home) // 3 :]
    report = evaluate_pairs(trained[:: max(1, len(trained) // 12)], tested[:: max(1, len(tested) // 8)])
    sys.stdout.write(json.dumps(report, indent=1) + "\n")


def _tell(done: int, total: int) -> None:
    sys.stdout.write(f"\r{done} of {total} states")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
