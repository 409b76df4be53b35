"""Somebody looks at the map while its data change: by a sync, by an edit, and while the server is away."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from grid import models
from grid.selectors.warehouse import get_warehouse
from grid.services.work_orders import create_work_order
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import transformer_hourly_load
from tests.e2e.browser import Complaints, apart, axe, new_page, sign_in, wait_for_map
from tests.e2e.map_place import on_screen
from tests.servers.web import WebServer, web_server

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]


@pytest.fixture
def desk(browser_of_module: Browser, grid_site: WebServer) -> Iterator[tuple[Page, Complaints]]:
    """Return a viewer's page, and what the browser complains of."""
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="vera", path="/cascade/runs")
        yield page, complaints


def open_map(page: Page, transformer: models.Transformer, layers: str) -> None:
    """Open the map close above a transformer."""
    place = transformer.location
    page.goto(f"/?at={place.x:.6f},{place.y:.6f},18&layers={layers}")
    wait_for_map(page)


def some_transformer(place: int) -> models.Transformer:
    """Return a transformer whose loading is known."""
    loaded = models.Transformer.objects.filter(latest_load__loading_pct__isnull=False)
    return loaded.select_related("latest_load").order_by("pk")[place]


def bring_new_hour(loadings: dict[str, float]) -> None:
    """Let the warehouse learn of the hour after the newest one, and sync; other loadings stay."""

    def work() -> None:
        warehouse, table = get_warehouse(), transformer_hourly_load
        newest = models.TransformerLoad.objects.latest("load_hour").load_hour.replace(tzinfo=None)
        hour = newest + timedelta(hours=1)
        rows: list[dict[str, Any]] = warehouse.select_rows(select(table).where(table.c.load_hour == newest))
        assert rows, "the newest hour is not in the warehouse"
        for row in rows:
            row |= {"load_hour": hour, "load_date": hour.date()}
            row["loading_pct"] = loadings.get(row["transformer_id"], row["loading_pct"])
        warehouse.append(table, pa.Table.from_pylist(rows, schema=pa_schema(table)), uuid.uuid4().hex)
        call_command("flux_sync", "transformer_load", verbosity=0)

    apart(work)


def shown_loading(page: Page, transformer: models.Transformer) -> str:
    """Return the loading that the map tells of a transformer under the pointer."""
    x, y = on_screen(page, lon=transformer.location.x, lat=transformer.location.y)
    page.mouse.move(x + 300, y + 200)
    page.mouse.move(x, y)
    card = page.get_by_test_id("hover-card")
    expect(card).to_contain_text(transformer.pk)
    found = re.search(r"Latest loading\s*([\d.,]+)%", card.inner_text())
    assert found is not None, card.inner_text()
    return found[1]


def test_a_new_hour_of_loads_reaches_the_open_map(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    transformer = some_transformer(0)
    open_map(page, transformer, "transformers")
    live = page.get_by_test_id("live-line")
    expect(live).to_have_text("Live, no change yet")
    assert transformer.latest_load.loading_pct is not None
    assert shown_loading(page, transformer) == f"{transformer.latest_load.loading_pct:.1f}"
    page.evaluate("window.isSamePage = true")

    bring_new_hour({transformer.pk: 137.5})

    expect(live).to_have_text(re.compile(r"^Live, [\d,]+ changes?, last \d\d:\d\d:\d\d$"))
    assert shown_loading(page, transformer) == "137.5"
    assert models.TransformerLoad.objects.get(pk=transformer.pk).loading_pct == 137.5
    assert page.evaluate("window.isSamePage"), "the page was loaded anew"
    assert axe(page) == []
    assert complaints == []


def test_what_changed_while_the_server_was_away_is_there_when_it_is_back(
    browser_of_module: Browser, grid_site: WebServer
) -> None:
    transformer = some_transformer(1)
    with web_server(FLUX_DEBUG="1") as server, new_page(browser_of_module, server.port) as (page, _):
        sign_in(page, username="vera", path="/cascade/runs")
        open_map(page, transformer, "transformers")
        live = page.get_by_test_id("live-line")
        expect(live).to_have_text(re.compile("^Live"))
        assert shown_loading(page, transformer) != "142.5"
        page.evaluate("window.isSamePage = true")
        server.process.stop()
        expect(live).to_have_text(re.compile("^Live updates are away"))
        bring_new_hour({transformer.pk: 142.5})

        with web_server(port=server.port, FLUX_DEBUG="1"):
            expect(live).to_have_text(re.compile("^Live,"))
            page.wait_for_timeout(1_000)  # the news begin a moment after the link
            wait_for_map(page)
            assert shown_loading(page, transformer) == "142.5"
            assert page.evaluate("window.isSamePage"), "the page was loaded anew"


def test_a_new_work_order_is_drawn_by_the_open_map_and_nothing_else_is_loaded(
    desk: tuple[Page, Complaints],
) -> None:
    page, complaints = desk
    transformer = some_transformer(2)
    open_orders = models.WorkOrder.objects.exclude(status__in=["COMPLETED", "CANCELLED"])
    count = open_orders.count()
    open_map(page, transformer, "work_orders,buildings,substations")
    row, live = page.get_by_test_id("layer-work_orders"), page.get_by_test_id("live-line")
    expect(row).to_contain_text(f"{count:,} ·")
    expect(live).to_have_text("Live, no change yet")
    page.wait_for_timeout(2_000)  # the news have begun
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    order = apart(
        lambda: create_work_order(
            work_type="INSPECTION", priority="LOW", asset_kind="TRANSFORMER", asset_id=transformer.pk
        )
    )

    expect(row).to_contain_text(f"{count + 1:,} ·")
    wait_for_map(page)
    assert [url for url in asked if "/tiles/work_orders/" in url] != [], asked
    assert [url for url in asked if "/tiles/buildings/" in url or "/columns/" in url] == []
    page.mouse.click(*on_screen(page, lon=order.location.x, lat=order.location.y))
    expect(page.get_by_test_id("place-card")).to_contain_text(order.pk)
    assert complaints == []
