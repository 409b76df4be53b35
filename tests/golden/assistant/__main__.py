"""``python -m tests.golden.assistant``: asks every question, prints the rates by kind.

Of the half that is tuned on it prints what is not right; with ``--all`` of the others, too. ``--only NAME``
asks one set: "unseen H".
"""

from __future__ import annotations

import sys
from collections import Counter

from tests.golden.assistant.golden_assistant import (
    TUNE,
    Result,
    Verdict,
    ask,
    golden_questions,
    halves,
    interval,
)


def main() -> None:
    """Print how the questions come out."""
    questions = golden_questions()
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else None
    for half in halves(questions):
        if only in (None, half):
            _print_half(half, [ask(golden) for golden in questions if golden.half == half])


def _print_half(half: str, results: list[Result]) -> None:
    kinds = list(dict.fromkeys(result.golden.kind for result in results))
    sys.stdout.write(f"\n{half}: {len(results)} questions\n")
    for kind in [*kinds, "all"]:
        found = Counter(result.verdict for result in results if kind in {result.golden.kind, "all"})
        counts = "  ".join(f"{verdict.value} {found[verdict]:3d}" for verdict in Verdict)
        sys.stdout.write(f"  {kind:22s} {counts}\n")
    counted = Counter(result.verdict for result in results)
    for verdict in Verdict:
        low, high = interval(counted[verdict], len(results))
        share = counted[verdict] / max(len(results), 1)
        sys.stdout.write(f"  {verdict.value}: {share:.1%} (95 %: {low:.1%} to {high:.1%})\n")
    for result in results:
        if result.verdict is not Verdict.RIGHT and (half == TUNE or "--all" in sys.argv):
            sys.stdout.write(
                f"  {result.verdict.value}: {' | '.join([*result.golden.after, result.golden.ask])}\n"
                f"    {result.calls} {result.reason} {result.text[:160]!r}\n"
            )


if __name__ == "__main__":
    main()
