"""``python -m grid.ddl --check|--write``."""

from __future__ import annotations

import argparse
import sys

from grid.ddl.files import outdated, write


def main() -> int:
    """Write the files or say which are not current; return 1 if any is not."""
    parser = argparse.ArgumentParser(
        prog="python -m grid.ddl", description="The SQL of deploy/snowflake and the list of tables."
    )
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true", help="say which files are not current")
    action.add_argument("--write", action="store_true", help="write all files")
    if parser.parse_args().write:
        write()
        return 0
    names = outdated()
    for name in names:
        sys.stderr.write(f"{name} is not current; run python -m grid.ddl --write\n")
    return 1 if names else 0


if __name__ == "__main__":
    raise SystemExit(main())
