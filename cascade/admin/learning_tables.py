"""Tables and curves of learned models for the admin."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cascade import models
from cascade.ml.feature_words import words
from flux_site.admin.display import UNKNOWN, ago, data_table, facts_table, number, row_link

LISTED = 15
"""Features that a table lists."""
SIDE = 160
"""Side of a calibration curve, px."""
LONG = 400


def with_interval(value: float | None, low: float | None, high: float | None, digits: int = 4) -> str:
    """Return a figure with its 95 % interval."""
    if value is None:
        return UNKNOWN
    text = f"{value:.{digits}f}"
    return text if low is None or high is None else f"{text} ({low:.{digits}f} to {high:.{digits}f})"


def figures_table(parts: Mapping[str, Any]) -> SafeString:
    """Return the figures of an evaluation: a row per part and model, a column per metric."""
    metrics: list[str] = []
    for part in parts.values():
        for figures in (part["model"], *part.get("baselines", {}).values()):
            metrics += [name for name in sorted(figures) if name not in metrics]
    rows = []
    for name, part in sorted(parts.items()):
        for model, figures in (("model", part["model"]), *part.get("baselines", {}).items()):
            cells = [
                with_interval(each["value"], each["low"], each["high"], 3) if each else UNKNOWN
                for each in (figures.get(metric) for metric in metrics)
            ]
            rows.append([name, number(part["n"]), number(part["prevalence"], digits=3), model, *cells])
    heads = [metric.replace("_", " ") for metric in metrics]
    return data_table(["Part", "Cases", "Prevalence", "Model", *heads], rows)


def calibration_curves(parts: Mapping[str, Any]) -> SafeString | str:
    """Return a small drawing per part: what was said against how often it happened."""
    drawings = [
        _curve(name, part["calibration"]) for name, part in sorted(parts.items()) if part.get("calibration")
    ]
    return format_html_join("", "{}", ((each,) for each in drawings)) if drawings else UNKNOWN


def importance_table(importance: Sequence[Mapping[str, Any]]) -> SafeString:
    """Return the most important features."""
    return data_table(
        ["Feature", "Meaning", "Shuffling it costs, average precision"],
        [[each["name"], words(each["name"]), f"{each['value']:.4f}"] for each in importance[:LISTED]],
    )


def comparison_table(told: Mapping[str, Any]) -> SafeString:
    """Return two models on the same cases."""
    against = (
        f"model {told['against_version']}" if "against_version" in told else str(told["against_baseline"])
    )
    return facts_table(
        {
            str(told["name"]): f"{told['value']:.4f}",
            f"that of {against}": f"{told['against']:.4f}",
            "difference": with_interval(told["difference"], told["low"], told["high"]),
            "cases": told["n_cases"],
            "groups": told["n_groups"],
            "enough to be promoted": "yes" if told["is_enough"] else "no",
        }
    )  # type: ignore[return-value]


def promotions_table(rows: Iterable[models.Promotion]) -> SafeString | str:
    """Return when a model came into service."""
    cells = [
        [ago(row.at), row.get_kind_display(), row_link(row.previous), row.by or UNKNOWN, row.reason]
        for row in rows
    ]
    return data_table(["When", "Why", "Before", "By", "Reason"], cells) if cells else UNKNOWN


def stability_table(features: Mapping[str, float | None]) -> SafeString | str:
    """Return the features that have moved most."""
    known = sorted(((value, name) for name, value in features.items() if value is not None), reverse=True)
    if not known:
        return UNKNOWN
    return data_table(
        ["Feature", "Meaning", "Stability index"],
        [[name, words(name), f"{value:.2f}"] for value, name in known[:LISTED]],
    )


def scores_table(scores: Mapping[str, Any]) -> SafeString | str:
    """Return figures by name, with three digits."""
    return facts_table(
        {name: f"{value:.3f}" if isinstance(value, float) else value for name, value in scores.items()}
    )


def lines(texts: Sequence[str]) -> SafeString | str:
    """Return a list of texts; a dash for none."""
    if not texts:
        return UNKNOWN
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((each,) for each in texts)))


def shortened(value: Any) -> Any:
    """Return a value, or how long it is where it would fill the page."""
    if isinstance(value, dict):
        return {name: shortened(inner) for name, inner in value.items()}
    if isinstance(value, list) and len(str(value)) > LONG:
        return f"{len(value)} values"
    return value


def _curve(name: str, steps: Sequence[Mapping[str, Any]]) -> SafeString:
    points = " ".join(f"{SIDE * each['said']:.1f},{SIDE * (1.0 - each['seen']):.1f}" for each in steps)
    dots = format_html_join(
        "",
        '<circle cx="{}" cy="{}" r="3" fill="currentColor"><title>{}</title></circle>',
        (
            (
                f"{SIDE * each['said']:.1f}",
                f"{SIDE * (1.0 - each['seen']):.1f}",
                f"said {each['said']:.3f}, seen {each['seen']:.3f}, {each['count']} cases",
            )
            for each in steps
        ),
    )
    return format_html(
        '<svg width="{0}" height="{1}" viewBox="-6 -6 {2} {3}" role="img" aria-label="Calibration, {4}">'
        '<rect width="{5}" height="{5}" fill="none" stroke="currentColor" stroke-opacity="0.3"></rect>'
        '<line x1="0" y1="{5}" x2="{5}" y2="0" stroke="currentColor" stroke-opacity="0.4" '
        'stroke-dasharray="4 4"></line>'
        '<polyline points="{6}" fill="none" stroke="currentColor" stroke-width="1.5"></polyline>{7}'
        '<text x="0" y="{8}" font-size="11" fill="currentColor">{4}: seen (up) by said (right), 0 to 1</text>'
        "</svg>",
        SIDE + 70,
        SIDE + 30,
        SIDE + 70,
        SIDE + 30,
        name,
        SIDE,
        points,
        dots,
        SIDE + 18,
    )
