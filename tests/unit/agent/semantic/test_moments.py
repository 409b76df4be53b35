"""Hours of a day in words."""

from __future__ import annotations

import pytest

from agent.semantic.moments import moment_parts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yesterday at 3 pm", ("yesterday", 15, 0)),
        ("at 12 am on August 3", ("on August 3", 0, 0)),
        ("August 3 at 14:30", ("August 3", 14, 30)),
        ("noon yesterday", ("yesterday", 12, 0)),
        ("6 this morning", ("today", 6, 0)),
        ("yesterday", None),
        ("at 3 pm", None),
        ("yesterday at 13 pm", None),
        ("yesterday at 3", None),
        ("florbday at 3 pm", None),
    ],
)
def test_a_moment_is_a_day_and_an_hour_or_nothing(text: str, expected: tuple[str, int, int] | None) -> None:
    assert moment_parts(text) == expected
