#!/usr/bin/env python3
"""Start, test and look after Flux Operations Center from its checkout.

Run ``python3 tools/flux.py help`` or ``make help``. Only the Python standard library is used here:
this program runs before the project's virtual environment exists.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older interpreter must get a sentence, not a traceback
    found = ".".join(str(part) for part in sys.version_info[:3])
    sys.exit(f"Flux needs Python 3.11 or newer; this is {found} ({sys.executable}).")

from launcher.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
