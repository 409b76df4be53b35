"""Figures of rankings by hand, and the page they are written into."""

from pathlib import Path

import numpy as np
import pytest

from cascade.ml.errors import InvalidTrainingData
from cascade.ml.pages import write_between
from cascade.ml.screening_figures import ORACLE, RANDOM, RankedState, ranking_figures, table


def test_shares_and_budgets_by_hand() -> None:
    lost = np.array([0.0, 60.0, 40.0, 0.0] + [0.0] * 6)
    people = np.array([0.0, 0.1, 0.3, 0.0] + [0.0] * 6)
    score = np.array([9.0, 8.0, 1.0, 2.0] + [0.0] * 6)  # ranks: nothing, 60, nothing, 40
    state = RankedState(lost_mw=lost, lost_customers_frac=people, score={"index": score}, at_least_mw=10.0)
    nothing = RankedState(
        lost_mw=np.zeros(10), lost_customers_frac=np.zeros(10), score={"index": score}, at_least_mw=10.0
    )

    report = ranking_figures([state, nothing])

    # One of ten is 10 %: the index simulates one that loses nothing, the oracle the largest of each kind.
    assert report["index"]["mw"][2]["value"] == 0.0
    assert report[ORACLE]["mw"][2]["value"] == pytest.approx(0.6)
    assert report[ORACLE]["customers"][2]["value"] == pytest.approx(0.75)
    assert report[RANDOM]["mw"][2]["value"] == pytest.approx(0.1)
    assert report["index"]["budget"][0]["value"] == pytest.approx(0.4)
    assert report[ORACLE]["budget"][2]["value"] == pytest.approx(0.2)
    # Both of two among ten: at 2 · 11 / 3 on average.
    assert report[RANDOM]["budget"][0]["value"] == pytest.approx(2.0 * 11.0 / 3.0 / 10.0)
    rows = table(report)
    assert len(rows) == 2 + 3
    assert all(row.count("|") == rows[0].count("|") for row in rows)


def test_what_stands_between_marks_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("head\n<!-- one: begin -->\nold\n<!-- one: end -->\ntail\n")

    write_between(page, "one", "new\n")
    write_between(page, "one", "newer")

    assert page.read_text() == "head\n<!-- one: begin -->\n\nnewer\n\n<!-- one: end -->\ntail\n"
    with pytest.raises(InvalidTrainingData, match="two: begin"):
        write_between(page, "two", "x")
