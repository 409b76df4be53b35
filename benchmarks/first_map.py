"""From the start of a navigation to the first frame with the network drawn, of a site that runs.

FLUX_PASSWORD=... python benchmarks/first_map.py --address http://127.0.0.1:8000 --user admin

Cold: a browser that has nothing of the site but its session. Warm: the same page again, with what the browser
keeps. The network is drawn when substations and transmission lines are loaded and two frames were made since.
Beside it the limit: the first paint of anything, and the last byte of what the first map needs.
"""

import argparse
import os
import statistics
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.e2e.flags import FLAGS, SIZE  # noqa: E402 - the path must be set first

WATCH = """
const isReady = (key) => document.querySelector(`[data-testid="layer-${key}"][data-phase="ready"]`) !== null;
const look = () => {
  if (!isReady('substations') || !isReady('branches')) { requestAnimationFrame(look); return; }
  performance.mark('loaded');
  requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('drawn')));
};
requestAnimationFrame(look);
"""
DRAWN = "performance.getEntriesByName('drawn').length > 0"
READ = """() => {
  const mark = (name) => performance.getEntriesByName(name)[0]?.startTime ?? NaN;
  const rows = performance.getEntriesByType('resource').filter((each) => each.responseEnd < mark('drawn'));
  return {
    'first paint': mark('first-contentful-paint'),
    'network loaded': mark('loaded'),
    'network drawn': mark('drawn'),
    'code and data, last byte': Math.max(...rows.map((each) => each.responseEnd)),
    'kB over the wire': rows.reduce((sum, each) => sum + each.transferSize, 0) / 1000,
  };
}"""
TIMEOUT_MS = 60_000


def signed_in(browser: Browser, options: argparse.Namespace, password: str) -> Any:
    """Return the state of a session."""
    context = browser.new_context(base_url=options.address, viewport=SIZE)
    page = context.new_page()
    page.goto("/cascade/runs")
    page.get_by_test_id("login-username").fill(options.user)
    page.get_by_test_id("login-password").fill(password)
    page.get_by_test_id("login-submit").click()
    page.get_by_test_id("login-password").wait_for(state="detached")
    state = context.storage_state()
    context.close()
    return state


def measured(context: BrowserContext) -> dict[str, float]:
    """Open the map; times in milliseconds since the navigation began."""
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto("/", wait_until="commit")
    page.set_default_timeout(TIMEOUT_MS)
    while not page.evaluate(DRAWN):
        page.wait_for_timeout(100)
    found: dict[str, float] = page.evaluate(READ)
    page.close()
    return found


def main() -> None:
    """Print the medians of cold and warm starts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--user", default="admin", help="its password is in FLUX_PASSWORD")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    password = os.environ.get("FLUX_PASSWORD")
    if not password:
        parser.error("FLUX_PASSWORD is not set")
    print("load average at the start", *(f"{each:.2f}" for each in os.getloadavg()))
    cold, warm = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=FLAGS)
        state = signed_in(browser, options, password)
        for _ in range(options.runs):
            context = browser.new_context(base_url=options.address, viewport=SIZE, storage_state=state)
            cold.append(measured(context))
            warm.append(measured(context))
            context.close()
        browser.close()
    print(f"{'median of ' + str(options.runs) + ', ms':28}{'cold':>12}{'warm':>12}")
    for name in cold[0]:
        values = (statistics.median(run[name] for run in runs) for runs in (cold, warm))
        print(f"{name:28}", *(f"{value:>11,.0f}" for value in values))
    print("load average at the end", *(f"{each:.2f}" for each in os.getloadavg()))


if __name__ == "__main__":
    main()
