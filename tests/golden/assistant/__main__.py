"""``python -m tests.golden.assistant``: asks every question, prints the rates by kind.

Of the half that is tuned on it prints what is not right; with ``--all`` of the other one, too.
"""

from __future__ import annotations

import sys
from collections import Counter

from tests.golden.assistant.golden_assistant import (
    AGAIN,
    HELD_OUT,
    TUNE,
    UNSEEN,
    UNSEEN_E,
    UNSEEN_F,
    UNSEEN_G,
    Result,
    Verdict,
    ask,
    golden_questions,
)


def main() -> None:
    """Print how the questions come out."""
    results = [ask(golden) for golden in golden_questions()]
    for half in (TUNE, HELD_OUT, UNSEEN, AGAIN, UNSEEN_E, UNSEEN_F, UNSEEN_G):
        _print_half(half, [result for result in results if result.golden.half == half])


def _print_half(half: str, results: list[Result]) -> None:
    kinds = list(dict.fromkeys(result.golden.kind for result in results))
    sys.stdout.write(f"\n{half}: {len(results)} questions\n")
    for kind in [*kinds, "all"]:
        found = Counter(result.verdict for result in results if kind in {result.golden.kind, "all"})
        counts = "  ".join(f"{verdict.value} {found[verdict]:3d}" for verdict in Verdict)
        sys.stdout.write(f"  {kind:22s} {counts}\n")
    for result in results:
        if result.verdict is not Verdict.RIGHT and (half == TUNE or "--all" in sys.argv):
            sys.stdout.write(
                f"  {result.verdict.value}: {' | '.join([*result.golden.after, result.golden.ask])}\n"
                f"    {result.calls} {result.reason} {result.text[:160]!r}\n"
            )


if __name__ == "__main__":
    main()
