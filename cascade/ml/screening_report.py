"""The screening of pairs and sets as text: the filter and the rank apart, never multiplied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cascade.ml.screening_figures import table
from cascade.ml.set_evaluation import TITLES, SetKind


def as_markdown(pairs: Mapping[str, Any], sets: Mapping[SetKind, Mapping[str, Any]]) -> str:
    """Return both as Markdown."""
    counts = pairs["states"]
    by_one = _sum(counts, "by_one_alone") / _sum(counts, "pairs")
    filtered = (
        f"**Pairs, the filter.** {_sentence(counts, 'pairs')} {by_one:.1%} are pairs of which one"
        f" branch alone overloads something. Of the pairs removed {_sum(counts, 'removed_simulated'):,},"
        " drawn at random, were simulated: none trips anything."
    )
    ranked = f"**Pairs, the rank.** {_survivors(counts)}."
    lines = [filtered, "", ranked, "", *table(pairs["rankings"])]
    for kind, told in sets.items():
        counts = told["states"]
        by_one = _sum(counts, "by_one_alone") / _sum(counts, "survivors")
        filtered = (
            f"**{TITLES[kind]}, the filter.** {_sentence(counts, 'sets')} On average"
            f" {_mean(counts, 'mean_size'):.1f} branches in a set. All sets removed were simulated: none"
            " trips anything."
        )
        ranked = (
            f"**{TITLES[kind]}, the rank.** {_survivors(counts)}; in {by_one:.0%} a single branch alone"
            " overloads something."
        )
        lines += ["", filtered, "", ranked, "", *table(told["rankings"])]
    return "\n".join(lines) + "\n"


def _survivors(counts: Sequence[Mapping[str, Any]]) -> str:
    share = _sum(counts, "cascades") / _sum(counts, "survivors")
    total = _sum(counts, "survivors")
    return f"{total:,} survivors of {len(counts)} states, {share:.0%} of them lose more than 1 %"


def _sentence(counts: Sequence[Mapping[str, Any]], what: str) -> str:
    total = _sum(counts, what)
    each = [row["survivors"] / row[what] for row in counts]
    return (
        f"{total:,} {what} of {len(counts)} states: {_sum(counts, 'removed') / total:.1%} removed,"
        f" {_sum(counts, 'undecided') / total:.2%} undecided, to be simulated;"
        f" {_share(min(each))} to {_share(max(each))} of a state survive."
    )


def _share(value: float) -> str:
    return f"{value:.2%}" if value < 0.1 else f"{value:.0%}"


def _sum(counts: Sequence[Mapping[str, Any]], name: str) -> int:
    return sum(int(row[name]) for row in counts)


def _mean(counts: Sequence[Mapping[str, Any]], name: str) -> float:
    return sum(float(row[name]) for row in counts) / len(counts)
