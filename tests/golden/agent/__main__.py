"""``python -m tests.golden.agent``: forges the grid, asks every question, prints the rates by kind."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

from agent.semantic.analyst import Analyst
from agent.semantic.loading import semantic_model
from tests.golden.agent.conftest import forged
from tests.golden.agent.golden import (
    PARTS,
    TUNE,
    Result,
    Verdict,
    ask,
    golden_questions,
    raw_tables,
)


def main() -> None:
    """Print how the questions come out; of the half that is tuned on, what is not right."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "warehouse"
        warehouse = forged(root)
        analyst = Analyst(semantic_model(), warehouse, ZoneInfo("America/Chicago"))
        database = raw_tables(root)
        results = [ask(analyst, database, golden) for golden in golden_questions()]
        warehouse.close()
    for half in PARTS:
        _print_half(half, [result for result in results if result.golden.half == half])
    times = sorted(result.ms for result in results)
    sys.stdout.write(f"p50 {times[len(times) // 2]:.0f} ms, p95 {times[int(0.95 * len(times))]:.0f} ms\n")


def _print_half(half: str, results: list[Result]) -> None:
    kinds = sorted({result.golden.kind for result in results})
    sys.stdout.write(f"\n{half}: {len(results)} questions\n")
    for kind in [*kinds, "all"]:
        found = Counter(result.verdict for result in results if kind in {result.golden.kind, "all"})
        counts = "  ".join(f"{verdict.value} {found[verdict]:3d}" for verdict in Verdict)
        sys.stdout.write(f"  {kind:30s} {counts}\n")
    for result in results:
        if half == TUNE and result.verdict is not Verdict.RIGHT:
            sys.stdout.write(f"  {result.verdict.value}: {result.golden.ask}\n    {result.said}\n")


if __name__ == "__main__":
    main()
