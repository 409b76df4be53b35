"""From opening the page to the first meaningful map: layers loaded and drawn, cells from afar among them.

    FLUX_PASSWORD=... python benchmarks/first_map.py --address http://127.0.0.1:8000 --user admin

A person who is logged in opens the map with nothing in the browser's cache, each time in a new profile with
the cookies of the session. Beside it the document, and the first paint. It needs a running system; without a
password it says so and measures nothing.
"""

import argparse
import os
import statistics
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.e2e.flags import FLAGS, SIZE

PATIENCE_MS = 120_000
MARKS = """() => new Promise(resolve => {
    const isIdle = () => document.documentElement.dataset.mapState === 'idle';
    const answer = () => resolve({
        map: performance.now(),
        document: performance.getEntriesByType('navigation')[0].responseEnd,
        painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
    });
    if (isIdle()) return answer();
    new MutationObserver((_, self) => { if (isIdle()) { self.disconnect(); answer(); } })
        .observe(document.documentElement, {attributes: true, attributeFilter: ['data-map-state']});
})"""


def signed_in(browser: Browser, address: str, user: str, password: str) -> Any:
    """Log in; return the cookies of the session."""
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/cascade/runs")
    page.get_by_test_id("login-username").fill(user)
    page.get_by_test_id("login-password").fill(password)
    page.get_by_test_id("login-submit").click()
    page.get_by_test_id("user-menu").wait_for()
    state = context.storage_state()
    context.close()
    return state


def opened(browser: Browser, address: str, path: str, state: Any) -> dict[str, float]:
    """Open the map with an empty cache; times since its address was entered, ms."""
    context = browser.new_context(
        base_url=address, viewport=SIZE, storage_state=state, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(path, wait_until="commit")
    marks: dict[str, float] = page.evaluate(MARKS)
    context.close()
    return marks


def main() -> None:
    """Print each run and the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--user", default="admin")
    parser.add_argument("--path", default="/")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    given = parser.parse_args()
    password = os.environ.get("FLUX_PASSWORD")
    if password is None:
        print("Not measured: start the system and give the password of --user as FLUX_PASSWORD.")
        return
    print("load average at the start", *(f"{each:.2f}" for each in os.getloadavg()))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=FLAGS)
        state = signed_in(browser, given.address, given.user, password)
        found = [opened(browser, given.address, given.path, state) for _ in range(given.runs)]
        browser.close()
    for name in ("document", "painted", "map"):
        values = [run[name] for run in found]
        print(
            f"{name:10} median {statistics.median(values):7,.0f} ms of", *(f"{each:,.0f}" for each in values)
        )
    print("load average at the end", *(f"{each:.2f}" for each in os.getloadavg()))


if __name__ == "__main__":
    main()
