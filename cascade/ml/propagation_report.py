"""The evaluation of the propagation model as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cascade.ml.propagation_evaluation import SETS

TITLES = {
    "S1": "S1: unseen states",
    "S2": "S2: unseen states, unseen region",
    "S3": "S3: unseen grid",
    SETS: "S1, sets of two to five branches near each other",
}


def as_markdown(report: Mapping[str, Any]) -> str:
    """Return the report as Markdown tables."""
    lines: list[str] = []
    for name, told in report["tests"].items():
        lines += [f"**{TITLES[name]}**", "", *_table(told), "", _line(told), ""]
    lines += ["**Said and seen** (the model's probabilities, and how many of these branches tripped)", ""]
    lines += _calibration(report["tests"])
    ms = report["ms"]
    cost = f"A prediction takes {ms['predicted']:.0f} ms of one CPU for all branches of Texas,"
    cost += f" the cascade itself {ms['simulated']:.1f} ms."
    if report["train_cpu_s"] is not None:
        cost += f" Training takes {report['train_cpu_s']:.0f} CPU seconds."
    cost += (
        f" Of the networks' correction {100 * report['net_share']:.0f} % counts on familiar states and"
        f" {100 * report['net_share_elsewhere']:.0f} % on others."
    )
    return "\n".join([*lines, "", cost]) + "\n"


def _table(told: Mapping[str, Any]) -> list[str]:
    lines = [
        "| model | ROC-AUC | AP | ΔAP against boosting | F1 | balanced accuracy |",
        "|---|---|---|---|---|---|",
    ]
    for name, one in told["models"].items():
        gain = "" if one.get("gain") is None else f"{one['gain']:+.3f} {_span(one['gain_interval'])}"
        lines.append(
            f"| {name} | {_n(one['roc_auc'])} {_span(one['roc_auc_interval'])} |"
            f" {_n(one['average_precision'])} {_span(one['average_precision_interval'])} | {gain} |"
            f" {_n(one['f1'])} | {_n(one['balanced_accuracy'])} |"
        )
    return lines


def _line(told: Mapping[str, Any]) -> str:
    waves = told["waves"]
    text = (
        f"{told['outages']} outages of {told['states']} states, {told['branches']:,} open branches, of which"
        f" {told['tripped']:,} trip ({told['tripped'] / told['branches']:.4f}: the AP of a blind guess)."
    )
    if waves["precision"] is not None:
        text += (
            f" Of the trips that three waves of distribution factors tell, {100 * waves['precision']:.1f} %"
            f" happen; they tell {100 * waves['recall']:.1f} % of all."
        )
    if told["by_net"]:
        text += f" Single networks: AP {min(told['by_net']):.3f} to {max(told['by_net']):.3f}."
    text += f" Unfamiliar: {100 * told['unfamiliar']:.0f} % of the outages."
    text += f" Brier {told['brier']:.4f}, ECE {told['ece']:.4f}."
    return text


def _calibration(tests: Mapping[str, Any]) -> list[str]:
    spans = sorted({(row["low"], row["high"]) for told in tests.values() for row in told["calibration"]})
    lines = [
        f"| part | {' | '.join(f'{low:g} to {high:g}' for low, high in spans)} |",
        "|---" * (len(spans) + 1) + "|",
    ]
    for name, told in tests.items():
        rows = {(row["low"], row["high"]): row for row in told["calibration"]}
        cells = [
            f"{rows[span]['said']:.3f}, {rows[span]['seen']:.3f} (n {rows[span]['count']:,})"
            if span in rows
            else ""
            for span in spans
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _n(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _span(span: Sequence[float] | None) -> str:
    return "" if span is None else f"[{span[0]:.3f}, {span[1]:.3f}]"
