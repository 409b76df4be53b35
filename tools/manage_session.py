"""Run several management commands in one process: Django is imported once instead of once per command.

Started by the launcher with the project's own Python. Each line on standard input is a JSON object with
``arguments`` (as after ``manage.py``) and ``log`` (the file that gets the command's output); each answer on
standard output is a JSON object with ``status`` (0 for success). Ends at the end of its input.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path


def main() -> int:
    """Answer requests until there are no more."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", buffering=1)
    sys.path.insert(0, str(Path.cwd()))
    is_ready = False
    for line in sys.stdin:
        request = json.loads(line)
        with Path(request["log"]).open("ab") as log:
            sys.stdout.flush()
            sys.stderr.flush()
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        status = run(request["arguments"], is_ready=is_ready)
        is_ready = True
        sys.stdout.flush()
        sys.stderr.flush()
        answers.write(json.dumps({"status": status}) + "\n")
    return 0


def run(arguments: list[str], *, is_ready: bool) -> int:
    """Run one command and return its exit status; whatever it raises is in its log."""
    try:
        import django
        from django.core.management import ManagementUtility

        if not is_ready:
            django.setup()
        ManagementUtility(["manage.py", *arguments]).execute()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception:  # noqa: BLE001 - the boundary of the process: told in the log and in the status
        traceback.print_exc()
        return 1
    finally:
        close_connections()
    return 0


def close_connections() -> None:
    """Give the database its sessions back between commands."""
    try:
        from django.db import connections

        connections.close_all()
    except Exception:  # noqa: BLE001 - Django itself may be what failed
        traceback.print_exc()


if __name__ == "__main__":
    sys.exit(main())
