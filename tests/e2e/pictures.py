"""Takes the pictures of the documentation from a running system.

    FLUX_PASSWORD=... python -m tests.e2e.pictures --address http://127.0.0.1:8000 --user admin

What is pictured is in :data:`PICTURES`; a new workspace is one line there. An address may name the newest
run (``{run}``), the circuit with most customers (``{circuit}``) and the transformer with the highest peak
(``{transformer}``). Without a run one is made: the most loaded line fails at 125 % of the load. A picture is
at most 300 kB.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.flags import FLAGS, SIZE, with_scheme

FOLDER = Path(__file__).parents[2] / "docs" / "images"
MOST_BYTES = 300_000
PATIENCE_MS = 90_000
SETTLE_MS = 800
"""Charts and toasts come a moment after the data."""

CHROMIUM = "/usr/bin/chromium"
MINUTES_MS = 300_000
"""A worker compiles the cascade engine at its first run."""

SUBJECTS = """{
  run: cascadeRuns(first: 1, ordering: [{createdAt: DESC}]) { edges { node { id: runId } } }
  circuit: circuits(first: 1, ordering: [{customerCount: DESC}]) { edges { node { id: assetId } } }
  transformer: transformers(first: 1, ordering: [{peakLoadingPct: DESC_NULLS_LAST}]) {
    edges { node { id: assetId } }
  }
  branch: branches(first: 1, ordering: [{baseLoadingPct: DESC_NULLS_LAST}]) { edges { node { id: assetId } } }
}"""
ASK = """query => fetch('/graphql', {
  method: 'POST',
  headers: {
    'Content-Type': 'application/json',
    'X-CSRFToken': decodeURIComponent(document.cookie.match(/csrftoken=([^;]*)/)?.[1] ?? ''),
  },
  body: JSON.stringify({query}),
}).then(answer => answer.json())"""


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is done before the picture is taken: press a thing, or type into it and press Enter if wanted."""

    test_id: str
    text: str | None = None
    enters: bool = False


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture: its file, the address it shows, and what is done there first."""

    name: str
    path: str
    has_map: bool = False
    scheme: str = "dark"
    steps: Sequence[Step] = ()


PICTURES = [
    Picture(name="operations", path="/", has_map=True),
    Picture(name="map", path="/?colour=loading", has_map=True),
    Picture(name="operations-light", path="/", has_map=True, scheme="light"),
    Picture(
        name="key-figure",
        path="/",
        has_map=True,
        steps=[Step(test_id="kpi-overloadedTransformersPct")],
    ),
    Picture(
        name="palette",
        path="/",
        has_map=True,
        steps=[Step(test_id="palette-button"), Step(test_id="palette-input", text="harris")],
    ),
    Picture(name="sources", path="/", has_map=True, steps=[Step(test_id="status-button")]),
    Picture(
        name="buildings",
        path="/?at=-95.37,29.76,15.5&layers=buildings,lines,transformers,meters&tilt=1",
        has_map=True,
    ),
    Picture(name="heat", path="/?at=-95.4,29.75,9.5&layers=substations&heat=LOADING:towers", has_map=True),
    Picture(name="topology", path="/topology"),
    Picture(name="one-line-diagram", path="/topology?of={circuit}"),
    Picture(name="outages", path="/outages?show=all", has_map=True),
    Picture(name="reliability", path="/outages?tab=reliability", has_map=True),
    Picture(name="storm-replay", path="/outages?tab=replay", has_map=True),
    Picture(name="asset-health", path="/assets"),
    Picture(name="transformer", path="/assets/{transformer}"),
    Picture(name="ami", path="/ami"),
    Picture(name="vegetation", path="/vegetation", has_map=True),
    Picture(name="cascade", path="/cascade", has_map=True),
    Picture(name="cascade-run", path="/cascade?run={run}", has_map=True),
    Picture(name="screening", path="/cascade/screening"),
    Picture(name="decisions", path="/cascade/decisions?run={run}"),
    Picture(name="jobs-and-data", path="/data/layers"),
    Picture(
        name="assistant",
        path="/",
        has_map=True,
        steps=[
            Step(test_id="assistant-button"),
            Step(test_id="question-box", text="Which five circuits have the highest load?", enters=True),
        ],
    ),
]


def small_png(data: bytes) -> bytes:
    """Return the picture as a PNG of at most ``MOST_BYTES``: in fewer colours, where it must be.

    Raises:
        ValueError: if even 32 colours are too many.
    """
    if len(data) <= MOST_BYTES:
        return data
    image = Image.open(io.BytesIO(data)).convert("RGB")
    for colours in (256, 128, 64, 32):
        packed = io.BytesIO()
        image.quantize(colours).save(packed, "PNG", optimize=True)
        if packed.tell() <= MOST_BYTES:
            return packed.getvalue()
    raise ValueError(
        f"The picture has {packed.tell():,} bytes in 32 colours; at most {MOST_BYTES:,} are wanted."
    )


def subjects(page: Page) -> dict[str, str]:
    """Return what addresses may name, by name; a run is made if there is none.

    Raises:
        RuntimeError: with what the server says against the question.
    """
    found = _first_ids(page)
    if "run" not in found:
        page.goto(f"/?sel={found['branch']}")
        page.get_by_test_id("fail-this").click()
        page.get_by_label("Load multiplier").fill("1.25")
        page.get_by_test_id("run-cascade").click()
        expect(page.get_by_test_id("run-summary")).to_be_visible(timeout=MINUTES_MS)
        found = _first_ids(page)
    return found


def _first_ids(page: Page) -> dict[str, str]:
    answer: dict[str, Any] = page.evaluate(ASK, SUBJECTS)
    if answer.get("errors"):
        raise RuntimeError(f"The server refused the question for what to picture: {answer['errors']}")
    edges = {name: connection["edges"] for name, connection in answer["data"].items()}
    return {name: str(found[0]["node"]["id"]) for name, found in edges.items() if found}


def take(page: Page, picture: Picture, names: dict[str, str]) -> bytes:
    """Open what is pictured, wait until it has come, and return the PNG."""
    page.goto("about:blank")  # else two pictures of one address would share what is open on it
    page.goto(picture.path.format(**names))
    expect(page.get_by_test_id("user-menu")).to_be_visible(timeout=PATIENCE_MS)
    settle(page, picture)
    for step in picture.steps:
        target = page.get_by_test_id(step.test_id)
        if step.text is None:
            target.click()
        else:
            target.fill(step.text)
        if step.enters:
            target.press("Enter")
        page.wait_for_timeout(SETTLE_MS)
    settle(page, picture)
    page.wait_for_timeout(SETTLE_MS)
    return small_png(page.screenshot())


def settle(page: Page, picture: Picture) -> None:
    """Wait until nothing is loading, and the map, if there is one, is drawn."""
    if picture.has_map:
        page.locator("html[data-map-state=idle]").wait_for(state="attached", timeout=PATIENCE_MS)
    expect(page.get_by_test_id("loading-state")).to_have_count(0, timeout=PATIENCE_MS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures and say how large each is."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--user", default="admin", help="its password is in FLUX_PASSWORD")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--only", nargs="*", help="names of pictures; all if left out")
    options = parser.parse_args(arguments)
    password = os.environ.get("FLUX_PASSWORD")
    if not password:
        parser.error("FLUX_PASSWORD is not set")
    names = {picture.name for picture in PICTURES}
    unknown = set(options.only or ()) - names
    if unknown:
        parser.error(f"no such picture: {', '.join(sorted(unknown))}; there are {', '.join(sorted(names))}")
    options.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for scheme in ("dark", "light"):
            wanted = [
                each for each in PICTURES if each.scheme == scheme and each.name in (options.only or names)
            ]
            if not wanted:
                continue
            context = browser.new_context(base_url=options.address, viewport=SIZE, reduced_motion="reduce")
            context.add_init_script(with_scheme(scheme))
            page = context.new_page()
            sign_in(page, options.user, password)
            known = subjects(page)
            for picture in wanted:
                data = take(page, picture, known)
                (options.folder / f"{picture.name}.png").write_bytes(data)
                print(f"{picture.name}.png  {len(data) / 1000:.0f} kB")  # noqa: T201
            context.close()
        browser.close()
    return 0


def sign_in(page: Page, username: str, password: str) -> None:
    """Sign in at the page with the least to load."""
    page.goto("/data/jobs")
    page.get_by_test_id("login-username").fill(username)
    page.get_by_test_id("login-password").fill(password)
    page.get_by_test_id("login-submit").click()
    expect(page.get_by_test_id("user-menu")).to_have_text(username, timeout=PATIENCE_MS)


if __name__ == "__main__":
    sys.exit(main())
