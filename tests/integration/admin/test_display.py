"""The small pieces of admin pages: numbers, durations, moments, badges, tables."""

from datetime import timedelta

import pytest
from django.utils import timezone

from flux_site.admin.display import ago, badge, data_table, duration, facts_table, number, progress_bar
from grid import models
from grid.admin.asset_pages import unit_labels
from grid.admin.map_widget import map_widget

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "—"),
        (0, "0.0 s"),
        (3.44, "3.4 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (60, "1 min"),
        (125, "2 min 5 s"),
        (3600, "1 h"),
        (3661, "1 h 1 min"),
        (86_399.7, "1 d"),
        (100_800, "1 d 4 h"),
    ],
)
def test_durations_read_like_speech(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "MW", "—"),
        (0, "", "0"),
        (1234567, "", "1,234,567"),
        (1234.56, "MW", "1,234.6 MW"),
        (-0.5, "MW", "-0.5 MW"),
    ],
)
def test_numbers_have_separators_and_units_and_unknown_is_a_dash(
    value: float | None, unit: str, text: str
) -> None:
    assert number(value, unit) == text


def test_moments_are_told_as_ages_with_the_moment_itself() -> None:
    assert ago(None) == "never"
    shown = ago(timezone.now() - timedelta(minutes=2, seconds=5, milliseconds=100))
    assert ">2 min 5 s ago</time>" in shown
    assert ">now</time>" in ago(timezone.now())


def test_text_from_rows_is_escaped() -> None:
    evil = '<img src=x onerror="x">'

    for shown in (badge(evil), facts_table({evil: evil}), data_table([evil], [[evil]])):
        assert "<img" not in shown
        assert "&lt;img" in shown


@pytest.mark.parametrize(("frac", "percent"), [(0.0, 0), (0.999, 99), (1.0, 100)])
def test_progress_is_full_only_at_the_end(frac: float, percent: int) -> None:
    assert f'value="{percent}"' in progress_bar(frac)


def test_units_end_labels() -> None:
    labels = unit_labels(models.Branch)

    assert labels["base_loading_pct"] == "Base loading, %"
    assert labels["x_pu"] == "X, p.u."
    assert "from_bus" not in labels


def test_asset_without_a_place_says_so() -> None:
    assert map_widget([]) == "Its place is not known."
