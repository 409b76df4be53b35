"""The map while values change: 66,000 line sections and 91,554 transformers, 30 times a second 5,000 of them.

A page of the product's own map, layers and update path is built and opened in Chromium; made-up rows stand in
for a server's, and messages come from a worker as they would from a socket. The map pans and zooms all the
while. Beside the update path, in turn: no change at all, which is what the renderer does here at best, and
every message making all columns, colours and layers anew.
"""

import argparse
import functools
import http.server
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.e2e.flags import FLAGS, SIZE  # noqa: E402 - the path must be set first

MODES = {"none": "no change", "live": "update path", "rebuild": "all made anew"}
LONG_TASK_MS = 50
START_TIMEOUT_MS = 120_000


def built(folder: Path) -> None:
    """Build the page into a folder."""
    command = ["npx", "vite", "build", "--outDir", str(folder), "--emptyOutDir", "--logLevel", "error"]
    subprocess.run(command, cwd=ROOT / "frontend" / "bench", check=True)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder; yield its address."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def measured(page: Page, address: str, setup: dict[str, Any]) -> dict[str, float]:
    """Run the page once; times in milliseconds."""
    page.goto(address)
    found = page.evaluate("(setup) => window.runLiveMap(setup)", setup)
    frames = found["frameMs"]
    return {
        "frames a second": 1000 * len(frames) / sum(frames),
        "frame p50": at(frames, 50),
        "frame p95": at(frames, 95),
        "script a frame p50": at(found["scriptMs"], 50),
        "script a frame p95": at(found["scriptMs"], 95),
        "message p50": at(found["messageMs"], 50),
        "message p95": at(found["messageMs"], 95),
        "hand-over p50": at(found["drawMs"], 50),
        "hand-over p95": at(found["drawMs"], 95),
        f"long tasks over {LONG_TASK_MS}": len(found["longTasksMs"]),
        "messages sent": found["sent"],
        "messages not handled": max(found["sent"] - found["handled"], 0),
        "rows painted": found["paintedRows"],
        "rows overtaken": found["overtakenRows"],
    }


def at(values: list[float], percent: int) -> float:
    """Return a percentile; NaN of nothing."""
    if not values:
        return float("nan")
    return sorted(values)[min(len(values) * percent // 100, len(values) - 1)]


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=66_000)
    parser.add_argument("--transformers", type=int, default=91_554)
    parser.add_argument("--assets", type=int, default=5_000, help="changed by a message")
    parser.add_argument("--hertz", type=float, default=30)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--window", default=f"{SIZE['width']}x{SIZE['height']}", help="such as 1366x768")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    return parser.parse_args()


def main() -> None:
    """Print the medians of all runs, mode by mode."""
    given = arguments()
    width, height = map(int, given.window.split("x"))
    names = ("lines", "transformers", "assets", "hertz", "seconds")
    setup = {name: getattr(given, name) for name in names}
    print("load average at the start", *(f"{each:.2f}" for each in os.getloadavg()))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        built(Path(folder))
        browser = playwright.chromium.launch(executable_path=given.chromium, args=FLAGS)
        results: dict[str, list[dict[str, float]]] = {mode: [] for mode in MODES}
        with served(Path(folder)) as address:
            for _ in range(given.runs):
                for mode, found in results.items():
                    page = browser.new_page(viewport={"width": width, "height": height})
                    page.set_default_timeout(START_TIMEOUT_MS)
                    found.append(measured(page, address, setup | {"mode": mode}))
                    page.close()
        browser.close()
    print(f"{'median of ' + str(given.runs) + ' runs, ms':28}", *(f"{title:>15}" for title in MODES.values()))
    for name in results["none"][0]:
        cells = (statistics.median(run[name] for run in found) for found in results.values())
        print(f"{name:28}", *(f"{'-' if cell != cell else format(cell, ',.1f'):>15}" for cell in cells))
    print("load average at the end", *(f"{each:.2f}" for each in os.getloadavg()))


if __name__ == "__main__":
    main()
