"""The evaluation as tables, written into a page between two marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cascade.ml.errors import InvalidTrainingData
from cascade.ml.splits import TESTS, Part

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
TITLES = {
    Part.UNSEEN_STATES: "S1: unseen states",
    Part.UNSEEN_REGION: "S2: unseen states, unseen region",
    Part.UNSEEN_GRID: "S3: unseen grid",
}


def write_report(path: Path, report: Mapping[str, Any]) -> None:
    """Replace what stands between the marks of a page.

    Raises:
        InvalidTrainingData: if the page has no marks.
    """
    text = path.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise InvalidTrainingData(field=str(path), message=f"has no lines {BEGIN} and {END}")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    path.write_text(f"{before}{BEGIN}\n\n{as_markdown(report)}\n{END}{after}", encoding="utf-8")


def as_markdown(report: Mapping[str, Any]) -> str:
    """Return the report as Markdown tables."""
    lines = ["**Samples**", "", "| part | grids | states | candidates | cascades |", "|---|---|---|---|---|"]
    for part in Part:
        told = report["parts"][part]
        if told["states"]:
            lines.append(
                f"| {part} | {', '.join(told['grids'])} | {told['states']} | {told['candidates']:,} |"
                f" {told['positive']:,} |"
            )
    for part in TESTS:
        lines += ["", f"**{TITLES[part]}**", "", *_table(report["tests"][part])]
    lines += ["", "**Size and sets to simulate**", "", *_sizes(report["tests"])]
    return "\n".join(lines) + "\n"


def _table(told: Mapping[str, Any]) -> list[str]:
    lines = [
        "| model | ROC-AUC | AP | ΔAP against boosting | F1 | balanced accuracy | Brier | ECE (raw) |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, one in told["models"].items():
        gain = told["gain"].get(name)
        ece = "" if one["ece"] is None else f"{_n(one['ece'])} ({_n(one['ece_uncalibrated'])})"
        lines.append(
            f"| {name} | {_n(one['roc_auc'])} {_span(one['roc_auc_interval'])} |"
            f" {_n(one['average_precision'])} {_span(one['average_precision_interval'])} |"
            f" {'' if gain is None else _signed(gain['average_precision']) + ' ' + _span(gain['interval'])} |"
            f" {_n(one['f1'])} | {_n(one['balanced_accuracy'])} | {_n(one['brier'])} | {ece} |"
        )
    prevalence = next(iter(told["models"].values()))["prevalence"]
    seeds = told["by_seed"]
    lines += ["", f"Prevalence, the AP of a blind guess: {_n(prevalence)}."]
    if seeds["roc_auc"]:
        lines[-1] += (
            f" Single networks, {len(seeds['roc_auc'])} seeds: ROC-AUC {_range(seeds['roc_auc'])},"
            f" AP {_range(seeds['average_precision'])}."
        )
    return lines


def _sizes(tests: Mapping[str, Any]) -> list[str]:
    heads = (
        "part",
        "MAE, MW (guessing the mean)",
        "R², MW",
        "R², logarithm",
        "recall asked",
        "recall",
        "simulated",
        "unfamiliar states",
    )
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for part in TESTS:
        told = tests[part]
        size = list(told["size"].values())[-1]
        conformal = told["conformal"]
        lines.append(
            f"| {part} | {size['mae_mw']:,.0f} ({size['mae_mw_of_the_mean']:,.0f}) |"
            f" {_n(size['r_squared_mw'])} | {_n(size['r_squared_log'])} |"
            f" {_n(conformal['recall_asked'])} | {_n(conformal['recall'])} |"
            f" {_n(conformal['share_simulated'])} | {_n(told['unfamiliar_states'])} |"
        )
    return lines


def _n(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _signed(value: float) -> str:
    return f"{value:+.3f}"


def _span(interval: Sequence[float] | None) -> str:
    return "" if interval is None else f"[{interval[0]:.3f}, {interval[1]:.3f}]"


def _range(values: Sequence[float]) -> str:
    return f"{min(values):.3f} to {max(values):.3f}"
