"""Key figures are explained in three places: by the server, in the documents and by the bar over the map."""

from __future__ import annotations

import re
from pathlib import Path

from grid.selectors.kpis.definitions import KEYS
from grid.selectors.rated_hour import POWER_FACTOR

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "kpis.md").read_text(encoding="utf-8")
FEATURE = ROOT / "frontend" / "src" / "features" / "kpis"
ABOUT = (FEATURE / "about.ts").read_text(encoding="utf-8")


def test_each_figure_is_in_the_document_and_no_other() -> None:
    table = DOCUMENT.partition("## Definitions")[2].partition("\n\n**")[0]
    first_cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]

    assert sorted(key for cell in first_cells for key in re.findall(r"`(\w+)`", cell)) == sorted(KEYS)


def test_each_figure_of_the_bar_is_explained() -> None:
    listed = re.search(r"BAR_KEYS\b.*?\[(.*?)\]", (FEATURE / "queries.ts").read_text(), re.DOTALL)
    assert listed is not None
    shown = set(re.findall(r"'(\w+)'", listed[1]))
    explained = set(re.findall(r"^  (\w+): \{ formula:", ABOUT, re.MULTILINE))

    assert shown
    assert shown <= explained <= set(KEYS)


def test_the_power_factor_is_the_one_that_is_told() -> None:
    told = [float(each) for each in re.findall(r"power factor (?:of )?(\d\.\d+)", DOCUMENT + ABOUT)]

    assert len(told) == 2
    assert set(told) == {POWER_FACTOR}
