"""How ``make test`` calls pytest."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from launcher.test_command import spread


@pytest.mark.parametrize(
    ("arguments", "cpus", "expected"),
    [
        ([], 2, ["-n", "3", "--dist", "loadfile"]),
        (["tests/unit", "-x"], 1, ["-n", "2", "--dist", "loadfile", "tests/unit", "-x"]),
        ([], 64, ["-n", "8", "--dist", "loadfile"]),
        (["-n", "0", "tests/api"], 2, ["-n", "0", "tests/api"]),
        (["-n0"], 2, ["-n0"]),
    ],
)
def test_tests_are_spread_over_processes_unless_told_otherwise(
    arguments: Sequence[str], cpus: int, expected: list[str]
) -> None:
    assert spread(arguments, cpus=cpus) == expected
