"""Chromium for the browser tests: how it is started, how a page is signed in, and when its map is ready."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from django.db import connections
from playwright.sync_api import Browser, Page, Response, ViewportSize, expect, sync_playwright

from tests.e2e.flags import FLAGS, SIZE
from tests.factories.users import PASSWORD
from tests.servers.environment import ROOT

PATIENCE_MS = 60_000
"""Software rendering on a busy machine takes its time; a test that passes never waits for it."""

expect.set_options(timeout=PATIENCE_MS)


T = TypeVar("T")


def apart(work: Callable[[], T]) -> T:
    """Do some work in a thread of its own, and commit it.

    This thread has Chromium's event loop, in which Django's bridge to async code refuses to run, and in a
    test it has an open transaction, of which the servers would see nothing.
    """

    def then_close() -> T:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(then_close).result()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Chromium while the block runs; its event loop must not keep the tests from the database."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            yield browser
            connections.close_all()  # with the event loop gone these would be out of reach, and stay open
            browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Complaints(list[str]):
    """What the browser complained of: script errors, refused scripts and styles, answers of 400 and above."""

    def watch(self, page: Page) -> None:
        """Collect the complaints of a page."""
        page.on("console", lambda message: self.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on("response", self._on_response)

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.append(f"{response.status} {response.url}")


@contextmanager
def new_page(
    browser: Browser, port: int, *, size: ViewportSize = SIZE, has_motion: bool = False
) -> Iterator[tuple[Page, Complaints]]:
    """Open a page without cookies while the block runs.

    Without motion, what pulses and flows on the map stands still: drawn by software it keeps a core busy.
    """
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{port}",
        viewport=size,
        reduced_motion="no-preference" if has_motion else "reduce",
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    complaints = Complaints()
    complaints.watch(page)
    yield page, complaints
    context.close()


def fill_login(page: Page, *, username: str, password: str = PASSWORD) -> None:
    """Fill in the login page and send it."""
    page.get_by_test_id("login-username").fill(username)
    page.get_by_test_id("login-password").fill(password)
    page.get_by_test_id("login-submit").click()


def sign_in(page: Page, *, username: str, path: str = "/") -> None:
    """Open an address and sign in there."""
    page.goto(path)
    fill_login(page, username=username)
    expect(page.get_by_test_id("user-menu")).to_have_text(username)


def wait_for_map(page: Page) -> None:
    """Wait until the map has its data and has drawn it."""
    page.locator("html[data-map-state=idle]").wait_for(state="attached")


AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


def axe(page: Page) -> list[str]:
    """Return what axe finds on the page."""
    page.evaluate(AXE.read_text())
    faults: list[str] = page.evaluate(
        "axe.run().then(({violations}) => violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.html}`)))"
    )
    return faults
