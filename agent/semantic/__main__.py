"""``python -m agent.semantic --check|--write``."""

from __future__ import annotations

import argparse
import sys

from agent.semantic.loading import semantic_model
from agent.semantic.publish import outdated, write


def main() -> int:
    """Write the generated files or say which are not current; return 1 if any is not."""
    parser = argparse.ArgumentParser(
        prog="python -m agent.semantic",
        description="The semantic view of Snowflake and the page of the semantic model.",
    )
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true", help="say which files are not current")
    action.add_argument("--write", action="store_true", help="write the files")
    if parser.parse_args().write:
        write(semantic_model())
        return 0
    names = outdated(semantic_model())
    for name in names:
        sys.stderr.write(f"{name} is not current; run python -m agent.semantic --write\n")
    return 1 if names else 0


if __name__ == "__main__":
    raise SystemExit(main())
