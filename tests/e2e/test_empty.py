"""Every workspace of a system into which nothing was loaded yet says that there is nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browser import new_page, sign_in
from tests.servers.web import WebServer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

NEVER = "has never been synced; run a sync first"
SAYS = {
    "/": NEVER,
    "/topology": NEVER,
    "/outages": NEVER,
    "/assets": NEVER,
    "/ami": "The warehouse cannot answer",
    "/vegetation": "The assessment of trees has found none, or has not run yet.",
    "/cascade": NEVER,
    "/cascade/runs": "No cascade has been run yet",
    "/cascade/screening": "Nothing has been screened yet",
    "/cascade/decisions": "There is no finished run",
    "/data/jobs": "No job has been started yet",
    "/data/layers": "never synced",
}


@pytest.mark.parametrize(("path", "says"), SAYS.items())
def test_a_workspace_without_data_says_so(
    browser_of_module: Browser, empty_site: WebServer, path: str, says: str
) -> None:
    with new_page(browser_of_module, empty_site.port) as (page, complaints):
        sign_in(page, username="pia", path=path)
        expect(page.locator("main")).to_contain_text(says)
        expect(page.locator("main").get_by_test_id("loading-state")).to_have_count(0)
        refused = [each for each in complaints if each.startswith("503 ") and "/columns/" in each]
        told = [each for each in complaints if "the server responded with a status of 503" in each]
        assert len(complaints) == len(refused) + len(told), complaints
