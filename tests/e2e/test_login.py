"""Somebody signs in, is refused, is sent back, and finds the address unchanged."""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.e2e.browser import fill_login, new_page, sign_in
from tests.servers.web import WebServer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]


def test_wrong_password_is_told(browser_of_module: Browser, empty_site: WebServer) -> None:
    with new_page(browser_of_module, empty_site.port) as (page, _):
        page.goto("/cascade/runs")
        fill_login(page, username="pia", password="not hers")

        error = page.get_by_test_id("login-error")
        expect(error).to_contain_text("The user name or the password is wrong.")
        expect(page.get_by_test_id("login-password")).to_be_empty()
        expect(page.get_by_test_id("login-username")).to_have_value("pia")
        expect(page).to_have_url(f"http://127.0.0.1:{empty_site.port}/cascade/runs")


def test_too_many_tries_are_stopped(browser_of_module: Browser, empty_site: WebServer) -> None:
    with new_page(browser_of_module, empty_site.port) as (page, _):
        page.goto("/")
        error = page.get_by_test_id("login-error")
        stranger = f"mallory-{uuid.uuid4().hex}"  # tries are counted by name, beyond the end of this test
        for _attempt in range(10):
            fill_login(page, username=stranger, password="a guess")
            expect(page.get_by_test_id("login-password")).to_be_empty()
            expect(error).to_have_attribute("data-code", "UNAUTHENTICATED")
        fill_login(page, username=stranger, password="a guess")

        expect(error).to_have_attribute("data-code", "LIMIT_EXCEEDED")
        expect(error).to_contain_text("Too many tries")


def test_deep_link_survives_the_login(browser_of_module: Browser, empty_site: WebServer) -> None:
    with new_page(browser_of_module, empty_site.port) as (page, complaints):
        sign_in(page, username="pia", path="/data/jobs")

        expect(page.get_by_role("heading", name="Jobs")).to_be_visible()
        expect(page.get_by_test_id("empty-state")).to_have_text("No job has been started yet")
        expect(page).to_have_url(f"http://127.0.0.1:{empty_site.port}/data/jobs")
        assert complaints == []


def test_ended_session_leads_back_to_where_one_was(browser_of_module: Browser, empty_site: WebServer) -> None:
    with new_page(browser_of_module, empty_site.port) as (page, _):
        sign_in(page, username="pia", path="/data/jobs")
        expect(page.get_by_test_id("empty-state")).to_be_visible()
        # Whatever asks by itself must not find out before the click.
        held: list[Route] = []
        is_clicked = False
        page.route("**/graphql", lambda route: route.continue_() if is_clicked else held.append(route))
        page.context.clear_cookies(name="sessionid")
        page.get_by_role("link", name="Cascade lab").click()
        expect(page).to_have_url(re.compile(r"/cascade"))
        is_clicked = True
        for each in held:
            each.continue_()

        expect(page.get_by_text("Your session has ended.")).to_be_visible()
        fill_login(page, username="pia")
        expect(page.get_by_test_id("run-form")).to_be_visible()
        expect(page).to_have_url(re.compile(f"^http://127.0.0.1:{empty_site.port}/cascade"))


def test_signing_out_ends_the_session(browser_of_module: Browser, empty_site: WebServer) -> None:
    with new_page(browser_of_module, empty_site.port) as (page, _):
        sign_in(page, username="pia", path="/cascade/runs")
        page.get_by_test_id("user-menu").click()
        page.get_by_test_id("logout").click()
        expect(page.get_by_test_id("login-page")).to_be_visible()

        page.reload()
        expect(page.get_by_test_id("login-page")).to_be_visible()


def test_unreachable_server_is_told_and_recovered_from(
    browser_of_module: Browser, empty_site: WebServer
) -> None:
    with new_page(browser_of_module, empty_site.port) as (page, _):
        page.goto("/cascade/runs")
        expect(page.get_by_test_id("login-page")).to_be_visible()
        page.route("**/graphql", lambda route: route.abort())
        fill_login(page, username="pia")
        expect(page.get_by_test_id("login-error")).to_have_attribute("data-code", "NETWORK")

        page.unroute("**/graphql")
        page.get_by_test_id("login-submit").click()
        expect(page.get_by_role("heading", name="Cascade runs")).to_be_visible()


def test_map_without_data_says_so(browser_of_module: Browser, empty_site: WebServer) -> None:
    with new_page(browser_of_module, empty_site.port) as (page, _):
        sign_in(page, username="pia")

        expect(page.get_by_test_id("layer-substations")).to_contain_text("never synced")
        expect(page.get_by_test_id("data-age")).to_have_text("Data age unknown")
        expect(page.get_by_test_id("kpi-bar")).to_contain_text(
            re.compile(r"No key indicators\. The layer '\w+' has never been synced; run a sync first\.")
        )


def test_links_of_before_lead_on(browser_of_module: Browser, empty_site: WebServer) -> None:
    with new_page(browser_of_module, empty_site.port) as (page, _):
        sign_in(page, username="pia", path="/runs")
        expect(page).to_have_url(f"http://127.0.0.1:{empty_site.port}/cascade/runs")
        page.goto("/?run=999")
        expect(page).to_have_url(re.compile(r"/cascade\?.*run=999"))
