"""A consumer in a process of its own that stands still at a chosen moment of a batch, to be killed there.

    python -m tests.servers.stream_consumer --stop-at landing|landed|buried

Writes "reached" once it stands still. Database, streams and warehouse are those of the environment.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

import django

MOMENTS = ("landing", "landed", "buried")


def main() -> None:
    """Consume."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--stop-at", choices=MOMENTS, required=True)
    options = parser.parse_args()
    django.setup()
    from grid.selectors.stream_transport import get_transport
    from grid.services.streaming import consumer, dead_letters
    from grid.streaming.redis_transport import RedisSource

    match options.stop_at:
        case "landing":  # all is written, nothing committed
            _stand_still_after(dead_letters, "write_down")
        case "landed":
            _stand_still_after(consumer.Lane, "_land")
        case "buried":
            _stand_still_after(RedisSource, "bury")
    consumer.Consumer(get_transport(), has_warehouse_lane=False).run()


def _stand_still_after(owner: Any, name: str) -> None:
    real = getattr(owner, name)

    def replaced(*arguments: Any, **named: Any) -> Any:
        real(*arguments, **named)
        sys.stdout.write("reached\n")
        sys.stdout.flush()
        time.sleep(600)

    setattr(owner, name, replaced)


if __name__ == "__main__":
    main()
