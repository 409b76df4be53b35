"""What a web process never loads."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("numba", "llvmlite", "networkit", "cascade.engine.native", "torch", "sklearn", "cascade.ml")


def test_a_web_process_loads_no_compiler() -> None:
    # Neither torch nor the fitting of trees belongs there: they take seconds and hundreds of megabytes.
    # The compiler costs a second of start and a hundred megabytes; only workers need it.
    script = (
        "import sys, django; django.setup();"
        "import flux_site.urls, flux_site.asgi, flux_site.schema;"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )

    assert done.stdout.strip().splitlines()[-1] == "[]"
