"""The page is painted before the rest of the application has come: what it begins with stays small."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

DIST = Path(__file__).parents[2] / "frontend" / "dist"
LIMIT_BYTES = 150_000
"""Scripts and preloads of index.html, each compressed as it is sent."""

SCRIPT = re.compile(r'(?:src|href)="/static/app/(assets/[^"]+\.js)"')
HEAVY = ("maplibre", "deck", "echarts", "vega", "topojson", "apache-arrow", "graphql-ws")
"""Marks of libraries that load only where they are needed."""


@pytest.fixture(scope="module")
def scripts() -> list[Path]:
    """Return what index.html loads before anything else."""
    index = DIST / "index.html"
    if not index.is_file():
        pytest.skip("The front end is not built: npm run build.")
    return [DIST / name for name in dict.fromkeys(SCRIPT.findall(index.read_text()))]


def test_the_first_scripts_are_small(scripts: list[Path]) -> None:
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in scripts}

    assert len(sizes) > 1
    largest = sorted(sizes.items(), key=lambda each: -each[1])[:5]
    assert sum(sizes.values()) <= LIMIT_BYTES, f"{sum(sizes.values()):,} bytes; the largest are {largest}"


def test_no_heavy_library_is_among_them(scripts: list[Path]) -> None:
    found = [(path.name, mark) for path in scripts for mark in HEAVY if path.name.startswith(f"{mark}-")]

    assert found == []
