"""A run of one layer in a process of its own that stands still at a chosen moment, to be killed there.

    python -m tests.servers.sync_run poles --stop-at apply [--chunk-rows 4] [--batch 2] [--incremental]

Writes "reached" once it stands still. Its database and warehouse are those of the environment.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

import django

MOMENTS = ("extract", "check", "apply", "commit")


def stand_still() -> None:
    """Say so and wait to be killed."""
    sys.stdout.write("reached\n")
    sys.stdout.flush()
    time.sleep(600)


def main() -> None:
    """Run the layer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("layer")
    parser.add_argument("--stop-at", choices=MOMENTS, required=True)
    parser.add_argument("--batch", type=int, default=1, help="the batch of rows after which extract stops")
    parser.add_argument("--chunk-rows", type=int)
    parser.add_argument("--incremental", action="store_true")
    options = parser.parse_args()
    django.setup()
    from grid.layers import LAYERS
    from grid.selectors.warehouse import get_warehouse
    from grid.services.sync import checkpoints, records, run_layer, staging, validation, verification

    if options.chunk_rows:
        checkpoints.CHUNK_ROWS = options.chunk_rows
    match options.stop_at:
        case "extract":
            seen = 0

            def at_batch() -> None:
                nonlocal seen
                seen += 1
                if seen == options.batch:
                    stand_still()

            _after(staging, "_stage_rejects", at_batch)
        case "check":
            _after(validation, "refuse_duplicates", stand_still)
        case "apply":
            _after(verification, "verify", stand_still)
            _after(verification, "verify_touched", stand_still)
        case "commit":
            _after(records, "record_success", stand_still)
    run_layer(layer=LAYERS[options.layer], warehouse=get_warehouse(), incremental=options.incremental)


def _after(module: Any, name: str, act: Callable[[], None]) -> None:
    real = getattr(module, name)

    def replaced(*arguments: Any, **named: Any) -> Any:
        result = real(*arguments, **named)
        act()
        return result

    setattr(module, name, replaced)


if __name__ == "__main__":
    main()
