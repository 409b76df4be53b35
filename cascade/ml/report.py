"""The evaluation as tables, written into a page between two marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cascade.ml.errors import InvalidTrainingData
from cascade.ml.splits import TESTS, Part

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
TITLES = {
    Part.UNSEEN_STATES: "S1: unseen states",
    Part.UNSEEN_REGION: "S2: unseen states, unseen region",
    Part.UNSEEN_GRID: "S3: unseen grid",
}
GOALS = {
    Part.UNSEEN_STATES: (0.98, 0.96, 0.03),
    Part.UNSEEN_REGION: (0.90, 0.62, 0.08),
    Part.UNSEEN_GRID: (0.93, 0.85, 0.08),
}
"""Per test: least ROC-AUC, least average precision, highest calibration error."""
PUBLISHED = "PowerGraph, as published (NeurIPS 2024)"


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
    lines = ["**Samples**", "", *_samples(report["parts"])]
    if "train_cpu_s" in report:
        lines += ["", f"Training took {report['train_cpu_s']:.0f} CPU seconds."]
    for part in TESTS:
        if part in report["tests"]:
            lines += ["", f"**{TITLES[part]}**", "", *_table(report["tests"][part])]
    lines += ["", "**What was aimed at, and what the model reaches**", "", *_goals(report["tests"])]
    lines += ["", "**Size and sets to simulate**", "", *_sizes(report["tests"])]
    lines += ["", "**Five seeds: mean, lowest to highest**", "", *_seeds(report["tests"])]
    lines += ["", "**What decided the weight of the networks**", "", *_chosen_on(report)]
    for name, title, write in (
        ("regions", "Regions left out one by one, boosting, validation states", _regions),
        ("permuted", "Labels permuted before training, boosting", _permuted),
        ("random_split", "A random split of one grid", _random_split),
        ("circular", "The circular protocol", _circular),
    ):
        if name in report:
            lines += ["", f"**{title}**", "", *write(report[name])]
    return "\n".join(lines) + "\n"


def _samples(parts: Mapping[str, Any]) -> list[str]:
    lines = ["| part | grids | states | candidates | cascades |", "|---|---|---|---|---|"]
    for part in Part:
        told = parts[part]
        if told["states"]:
            lines.append(
                f"| {part} | {', '.join(told['grids'])} | {told['states']} | {told['candidates']:,} |"
                f" {told['positive']:,} |"
            )
    return lines


def _table(told: Mapping[str, Any]) -> list[str]:
    heads = (
        "model",
        "ROC-AUC",
        "AP",
        "ΔAP against boosting",
        "F1",
        "balanced accuracy",
        "Brier",
        "ECE (raw)",
    )
    lines = _heads(heads)
    for name, one in told["models"].items():
        gain, spans = told["gain"].get(name), one["intervals"]
        cells = [
            f"{_n(one[key])} {_span(spans.get(key))}"
            for key in ("roc_auc", "average_precision", "f1", "balanced_accuracy", "brier", "ece")
        ]
        if one["ece"] is not None:
            cells[-1] += f" ({_n(one['ece_uncalibrated'])})"
        difference = "" if gain is None else f"{gain['average_precision']:+.4f} {_span(gain['interval'], 4)}"
        lines.append(_row(name, *cells[:2], difference, *cells[2:]))
    prevalence = next(iter(told["models"].values()))["prevalence"]
    return [*lines, "", f"Prevalence, the AP of a blind guess: {_n(prevalence)}."]


def _goals(tests: Mapping[str, Any]) -> list[str]:
    lines = _heads(("test", "ROC-AUC", "AP", "ECE", "ΔAP against boosting"))
    for part, (auc, precision, error) in GOALS.items():
        if part not in tests:
            continue
        name = list(tests[part]["models"])[-1]
        one, gain = tests[part]["models"][name], tests[part]["gain"][name]["interval"]
        lines.append(
            _row(
                str(part),
                f"≥ {auc:.2f}: {_n(one['roc_auc'])}, {_reached(one['roc_auc'] >= auc)}",
                f"≥ {precision:.2f}: {_n(one['average_precision'])},"
                f" {_reached(one['average_precision'] >= precision)}",
                f"≤ {error:.2f}: {_n(one['ece'])}, {_reached(one['ece'] <= error)}",
                f"interval above 0: {_span(gain, 4)}, {_reached(gain is not None and gain[0] > 0.0)}",
            )
        )
    return lines


def _reached(yes: bool) -> str:
    return "reached" if yes else "**not reached**"


def _sizes(tests: Mapping[str, Any]) -> list[str]:
    heads = (
        "part",
        "model",
        "MAE, MW",
        "guessing the mean",
        "R², MW",
        "R², logarithm",
        "recall asked",
        "recall",
        "simulated",
        "unfamiliar states",
    )
    lines = _heads(heads)
    for part in TESTS:
        told = tests.get(part)
        if told is None:
            continue
        sets = told["conformal"]
        for name, size in told["size"].items():
            spans = size["intervals"]
            mine = name == list(told["size"])[-1]
            lines.append(
                _row(
                    str(part),
                    name,
                    f"{size['mae_mw']:,.0f} {_span(spans['mae_mw'], 0)}",
                    f"{size['mae_mw_of_the_mean']:,.0f}",
                    f"{_n(size['r_squared_mw'])} {_span(spans['r_squared_mw'])}",
                    f"{_n(size['r_squared_log'])} {_span(spans['r_squared_log'])}",
                    *(
                        (_n(sets["recall_asked"]), _n(sets["recall"]), _n(sets["share_simulated"]))
                        if mine
                        else ("", "", "")
                    ),
                    _n(told["unfamiliar_states"]) if mine else "",
                )
            )
    return lines


def _seeds(tests: Mapping[str, Any]) -> list[str]:
    keys = {
        "roc_auc": "ROC-AUC",
        "average_precision": "AP",
        "f1": "F1",
        "balanced_accuracy": "balanced accuracy",
        "brier": "Brier",
        "ece": "ECE",
        "r_squared_mw": "R², MW",
        "mae_mw": "MAE, MW",
    }
    lines = _heads(("part", "model", *keys.values()))
    for part in TESTS:
        for name, found in tests.get(part, {}).get("seeds", {}).items():
            if found:
                cells = [_spread([one[key] for one in found], 0 if key == "mae_mw" else 3) for key in keys]
                lines.append(_row(str(part), name, *cells))
    return lines


def _chosen_on(report: Mapping[str, Any]) -> list[str]:
    parts = list(report["chosen_on"])
    lines = _heads(("model", *(f"{part}: {what}" for part in parts for what in ("ROC-AUC", "AP"))))
    for name in next(iter(report["chosen_on"].values())):
        found = [report["chosen_on"][part][name] for part in parts]
        lines.append(_row(name, *(_n(one[key]) for one in found for key in ("roc_auc", "average_precision"))))
    here, there = report["net_weight"], report["net_weight_elsewhere"]
    return [
        *lines,
        "",
        f"Share of the networks in the score: {here:.1f} on familiar states, {there:.1f} on others.",
    ]


def _regions(told: Mapping[str, Any]) -> list[str]:
    lines = _heads(
        ("region left out", "candidates", "prevalence", "mean probability", "ROC-AUC", "AP", "ECE")
    )
    for name, one in told.items():
        keys = ("prevalence", "mean_probability", "roc_auc", "average_precision", "ece")
        lines.append(_row(name, f"{one['n']:,}", *(_n(one[key]) for key in keys)))
    return lines


def _permuted(told: Mapping[str, Any]) -> list[str]:
    lines = _heads(("part", "ROC-AUC"))
    return [*lines, *(_row(str(part), _spread(found)) for part, found in told["roc_auc"].items())]


def _random_split(told: Mapping[str, Any]) -> list[str]:
    lines = _heads(("protocol", "model", "ROC-AUC", "AP", "F1", "balanced accuracy"))
    found = told["by_seed"]
    cells = [
        _spread([one[key] for one in found])
        for key in ("roc_auc", "average_precision", "f1", "balanced_accuracy")
    ]
    lines.append(_row(f"random split of {told['samples']:,} outages of the home grid", "boosting", *cells))
    lines.append(_row(f"{PUBLISHED}, whole graphs of IEEE118", "graph networks", "", "", "", "0.99"))
    lines.append(_row(f"{PUBLISHED}, lines that trip", "graph networks", "", "", "0.37 to 0.55", ""))
    return lines


def _circular(told: Sequence[Mapping[str, Any]]) -> list[str]:
    heads = ("risk score", "nodes reached", 'ROC-AUC on "test" nodes', "AP", "ROC-AUC against the simulation")
    lines = _heads(heads)
    for risk in dict.fromkeys(str(one["risk"]) for one in told):
        mine = [one for one in told if str(one["risk"]) == risk]
        lines.append(
            _row(
                risk,
                *(
                    _spread([one[key] for one in mine])
                    for key in ("prevalence", "roc_auc", "average_precision", "physics_roc_auc")
                ),
            )
        )
    return lines


def _heads(names: Sequence[str]) -> list[str]:
    return [_row(*names), "|---" * len(names) + "|"]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _n(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _span(interval: Sequence[float] | None, digits: int = 3) -> str:
    return "" if interval is None else f"[{interval[0]:,.{digits}f}, {interval[1]:,.{digits}f}]"


def _spread(values: Sequence[float | None], digits: int = 3) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return ""
    ends = (min(known), max(known))
    return f"{np.mean(known):,.{digits}f} ({ends[0]:,.{digits}f} to {ends[1]:,.{digits}f})"
