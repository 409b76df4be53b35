"""What a web process never loads."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "numba",
    "llvmlite",
    "networkit",
    "cascade.engine.native",
    "torch",
    "sklearn",
    "snowflake.connector",
    "pandas",
)
LIGHT = (
    "cascade.ml",
    "cascade.ml.errors",
    "cascade.ml.feature_words",
    "cascade.ml.judging",
    "cascade.ml.store",
    "cascade.ml.tasks",
    "cascade.ml.transformers",
    "cascade.ml.transformers.words",
)
"""Modules of learned models that say what they are; they need neither a compiler nor a network."""


def test_a_web_process_loads_no_compiler() -> None:
    # Neither torch nor the fitting of trees belongs there: they take seconds and hundreds of megabytes.
    # Snowflake's driver brings pandas; it is loaded where a Snowflake is spoken to or its SQL is shown.
    # The compiler costs a second of start and a hundred megabytes; only workers need it.
    script = (
        "import sys, django; django.setup();"
        "import flux_site.urls, flux_site.asgi, flux_site.schema;"
        f"print([name for name in sys.modules if name in {HEAVY!r}"
        f" or name.startswith('cascade.ml') and name not in {LIGHT!r}])"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )

    assert done.stdout.strip().splitlines()[-1] == "[]"
