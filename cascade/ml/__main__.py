"""Make data sets, train and compare models of cascade risk, write the report, and verify a model.

python -m cascade.ml data FOLDER [--smoke]
python -m cascade.ml report FOLDER --model FOLDER [--page docs/risk-models.md] [--smoke] [--device auto]
python -m cascade.ml verify [FOLDER]
python -m cascade.ml propagation FOLDER --model FOLDER [--page docs/risk-models.md] [--smoke]
python -m cascade.ml screening FOLDER [--page docs/risk-models.md] [--sets 2000]
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cascade.ml.dataset import build_dataset, dataset_digest, read_dataset
from cascade.ml.plans import FULL, SMOKE, SMOKE_PARAMS, SMOKE_SPLIT
from cascade.ml.propagation_commands import add_commands, propagation, screening
from cascade.ml.splits import Split, SplitPlan, split
from cascade.ml.store import SHIPPED as STORE
from cascade.ml.store import write_whole

if TYPE_CHECKING:
    from cascade.ml.risk_model import RiskModel, RiskParams

SHIPPED = STORE / "cascade_risk"
"""The model that comes with the product."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 1 if a figure does not hold."""
    parser = argparse.ArgumentParser(
        prog="python -m cascade.ml", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    data = commands.add_parser("data", help="draw states and run their cascades; goes on where it stopped")
    data.add_argument("folder", type=Path)
    report = commands.add_parser("report", help="make the data set, train, and score on what was held out")
    report.add_argument("folder", type=Path, help="data set; made or finished first")
    report.add_argument("--model", type=Path, required=True, help="folder to keep the model in")
    report.add_argument("--page", type=Path, help="page whose figures are replaced")
    report.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    verifying = commands.add_parser("verify", help="show the figures of a model again on fresh states")
    verifying.add_argument("folder", type=Path, nargs="?", default=SHIPPED, help="model; that of the product")
    add_commands(commands)
    for command in (data, report):
        command.add_argument("--smoke", action="store_true", help="the small set, for a try")
    given = parser.parse_args(arguments)
    if given.command == "data":
        build_dataset(given.folder, list(SMOKE if given.smoke else FULL), progress=_tell)
    elif given.command == "propagation":
        propagation(given)
    elif given.command == "screening":
        screening(given)
    elif given.command == "verify":
        return _verify(given.folder)
    else:
        _report(given.folder, given.model, given.page, device=given.device, smoke=given.smoke)
    return 0


def _report(folder: Path, model_folder: Path, page: Path | None, *, device: str, smoke: bool) -> None:
    from cascade.ml import risk_task
    from cascade.ml.evaluation import IN_USE, evaluate
    from cascade.ml.protocols import all_protocols
    from cascade.ml.report import as_markdown, write_report
    from cascade.ml.risk_model import RiskParams

    build_dataset(folder, list(SMOKE if smoke else FULL), progress=_tell)
    plan, params = (SMOKE_SPLIT, SMOKE_PARAMS) if smoke else (SplitPlan(), RiskParams())
    parts = split(list(read_dataset(folder)), plan)
    model = _trained(folder, model_folder, parts, params, device)
    model, report = evaluate(parts, params, model=model, device=device)
    figures = {
        part: {
            name: told["models"][IN_USE][name]
            for name in ("n", "prevalence", "roc_auc", "average_precision", "brier", "ece")
        }
        for part, told in report["tests"].items()
    }
    replace(model, about={**model.about, "figures": figures}).save(model_folder)
    report["train_cpu_s"] = model.about["train_cpu_s"]
    report |= all_protocols(parts, plan, params, folder / "report", dataset_digest(folder))
    write_whole(folder / "report" / "report.json", json.dumps(report, indent=1).encode())
    if page is not None:
        write_report(page, report)
    sys.stdout.write("\n" + as_markdown(report))
    sys.stdout.flush()
    risk_task.evaluate(folder, model_folder, split_plan=plan).save(model_folder)


def _trained(folder: Path, model_folder: Path, parts: Split, params: RiskParams, device: str) -> RiskModel:
    """Return the model of a data set: that of the folder if it was trained on it so, else a new one."""
    from cascade.ml.errors import BadModelFile
    from cascade.ml.risk_model import RiskModel
    from cascade.ml.risk_task import train, trained_on

    try:
        model = RiskModel.load(model_folder)
        known = model.about.get("data_sha256") == trained_on(folder, parts)["data_sha256"]
        if known and model.params == params:
            return model
    except BadModelFile:
        pass  # there is none yet, or one of another version
    train(folder, params, parts=parts, device=device).save(model_folder)
    return RiskModel.load(model_folder)


def _verify(folder: Path) -> int:
    from cascade.ml.risk_model import RiskModel
    from cascade.ml.verifying import TOLERANCE, verify

    found = verify(RiskModel.load(folder), FULL, SplitPlan(), _tell)
    sys.stdout.write("\n")
    for one in found:
        holds = "holds" if one.holds else f"IS MORE THAN {TOLERANCE} APART"
        sys.stdout.write(f"{one.part} {one.measure}: {one.found:.4f}, manifest {one.told:.4f}: {holds}\n")
    return 0 if all(one.holds for one in found) else 1


def _tell(done: int, total: int) -> None:
    sys.stdout.write(f"\r{done} of {total} states")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
