"""Asset pages: what a search finds, how many queries a list takes, whose zone a row is in, where it lies."""

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from flux_site.admin import paging
from flux_site.admin.paging import EstimatingPaginator
from grid import models
from tests.factories import grid
from tests.integration.admin.pages import list_page, row_page

pytestmark = pytest.mark.integration

MAKERS: dict[str, Callable[..., Any]] = {
    "grid.zone": grid.make_zone,
    "grid.substation": grid.make_substation,
    "grid.bus": grid.make_bus,
    "grid.branch": grid.make_branch,
    "grid.plant": grid.make_plant,
    "grid.circuit": grid.make_circuit,
    "grid.linesection": grid.make_line_section,
    "grid.switch": grid.make_switch,
    "grid.pole": grid.make_pole,
    "grid.transformer": grid.make_transformer,
    "grid.transformerload": grid.make_transformer_load,
    "grid.transformervoltage": grid.make_transformer_voltage,
    "grid.meter": grid.make_meter,
    "grid.customer": grid.make_customer,
    "grid.outage": grid.make_outage,
    "grid.outageinterruption": grid.make_interruption,
    "grid.workorder": grid.make_work_order,
    "grid.crew": grid.make_crew,
    "grid.weatherobservation": grid.make_weather,
}

OF_A_TRANSFORMER = {"grid.transformerload", "grid.transformervoltage"}
"""Their rows have the ids of their transformers."""


def shown(browser: Client, model: str, **query: str) -> list[str]:
    """Return the ids of the rows that a list shows."""
    page = browser.get(list_page(model), query)
    assert page.status_code == 200
    return [row.pk for row in page.context["cl"].result_list]


@pytest.fixture
def front_end(settings: Any, tmp_path: Path) -> None:
    """Let static files hold the map's script and style."""
    for name in ("admin-map.js", "admin-map.css"):
        (tmp_path / name).write_text("")
    folders = [one for one in settings.STATICFILES_DIRS if "app" not in one]
    settings.STATICFILES_DIRS = [*folders, ("app", tmp_path)]


@pytest.fixture
def no_front_end(settings: Any, tmp_path: Path) -> None:
    """Let static files hold no front end."""
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_DIRS = [one for one in settings.STATICFILES_DIRS if "app" not in one]


@pytest.fixture(autouse=True)
def fresh_finders() -> Any:
    """Let the finders of static files read the settings of this test."""
    from django.contrib.staticfiles.finders import get_finder

    get_finder.cache_clear()
    yield
    get_finder.cache_clear()


@pytest.mark.parametrize("model", MAKERS)
def test_list_takes_as_many_queries_for_many_rows_as_for_one(model: str, boss: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert boss.get(list_page(model)).status_code == 200
        return len(captured)

    MAKERS[model]()
    boss.get(list_page(model))  # content types are cached from here on
    for_one = queries()
    for _ in range(7):
        MAKERS[model]()

    assert queries() == for_one
    assert len(shown(boss, model)) == 8


@pytest.mark.parametrize("model", sorted(set(MAKERS) - {"grid.weatherobservation"}))
def test_search_finds_a_row_by_its_id_in_any_case_or_by_a_part_of_it(model: str, boss: Client) -> None:
    wanted = MAKERS[model](
        **(
            {"id": f"{admin.site._registry[_model(model)].id_prefix}QX7Z"}
            if model not in OF_A_TRANSFORMER
            else {}
        )
    )
    MAKERS[model]()

    assert shown(boss, model, q=wanted.pk) == [wanted.pk]
    assert shown(boss, model, q=f" {wanted.pk.lower()} ") == [wanted.pk]
    if model not in OF_A_TRANSFORMER:
        assert shown(boss, model, q="qx7") == [wanted.pk]


def _model(label: str) -> Any:
    from django.apps import apps

    return apps.get_model(label)


def test_search_finds_substations_by_a_part_of_their_name(boss: Client) -> None:
    wanted = grid.make_substation(name="Pearland 3")
    grid.make_substation(name="Katy 1")

    assert shown(boss, "grid.substation", q="earl") == [wanted.pk]


def test_filters_limit_the_rows(boss: Client) -> None:
    line, transformer = grid.make_branch(), grid.make_branch(kind=models.BranchKind.TRANSFORMER)

    assert shown(boss, "grid.branch", kind__exact="TRANSFORMER") == [transformer.pk]
    assert shown(boss, "grid.branch", zone__id__exact=line.zone_id) == [line.pk]


def test_page_and_list_link_to_the_parents(boss: Client) -> None:
    circuit = grid.make_circuit()
    parent = f'<a href="{row_page(circuit.substation)}">{circuit.substation}</a>'

    assert parent in boss.get(row_page(circuit)).content.decode()
    assert parent in boss.get(list_page("grid.circuit")).content.decode()


@pytest.mark.parametrize("model", sorted(MAKERS))
def test_every_link_to_what_hangs_on_a_row_opens(model: str, boss: Client) -> None:
    page = admin.site._registry[_model(model)]
    row = MAKERS[model]()
    text = boss.get(row_page(row)).content.decode()

    for label, child, field in page.children:
        address = f"/admin/grid/{child.lower()}/?{field}__id__exact={row.pk}"
        assert f'<a href="{address}">{label}</a>' in text
        answer = boss.get(address)
        assert answer.status_code == 200, address
        expected = _model(f"grid.{child}").objects.filter(**{field: row}).count()
        assert answer.context["cl"].result_count == expected


@pytest.mark.parametrize("model", sorted(set(MAKERS) - {"grid.zone", "grid.weatherobservation"}))
def test_user_limited_to_a_zone_sees_its_rows_only(
    model: str, viewer: Any, as_user: Callable[[Any], Client]
) -> None:
    mine, other = MAKERS[model](), MAKERS[model]()
    zone = mine.transformer.zone if model == "grid.transformerload" else mine.zone
    grid.grant_zone(user=viewer, zone=zone)
    browser = as_user(viewer)

    assert shown(browser, model) == [mine.pk]
    assert shown(browser, model, q=other.pk) == []
    assert browser.get(row_page(mine)).status_code == 200
    assert browser.get(row_page(other)).status_code == 302


def test_page_shows_the_asset_on_a_map(front_end: None, boss: Client) -> None:
    substation = grid.make_substation(name='O\'Brien "3" <b>')

    text = boss.get(row_page(substation)).content.decode()

    markup = re.search(r'<div class="flux-map" data-flux-admin-map data-geojson="([^"]*)"></div>', text)
    assert markup is not None
    feature = json.loads(html.unescape(markup.group(1)))
    assert feature["geometry"]["type"] == "Point"
    assert feature["geometry"]["coordinates"] == pytest.approx(list(substation.location.coords), abs=1e-6)
    assert feature["properties"] == {"id": substation.pk, "title": substation.name}
    assert '<script src="/static/app/admin-map.js" type="module"></script>' in text
    assert 'href="/static/app/admin-map.css"' in text


def test_branch_is_shown_with_its_route_and_both_substations(front_end: None, boss: Client) -> None:
    branch = grid.make_branch()

    text = boss.get(row_page(branch)).content.decode()

    geojson = json.loads(html.unescape(re.search(r'data-geojson="([^"]*)"', text).group(1)))  # type: ignore[union-attr]
    kinds = [feature["geometry"]["type"] for feature in geojson["features"]]
    assert kinds == ["LineString", "Point", "Point"]
    route = geojson["features"][0]["geometry"]["coordinates"]
    assert route == [pytest.approx(list(position)) for position in branch.route.coords]


def test_page_without_the_maps_script_shows_coordinates_and_says_so(no_front_end: None, boss: Client) -> None:
    pole = grid.make_pole(location="SRID=4326;POINT(-95.5 29.25)")

    text = boss.get(row_page(pole)).content.decode()

    assert "29.25000° N 95.50000° W" in text
    assert "the front end has not been built" in text
    assert "data-flux-admin-map" not in text
    assert "admin-map.js" not in text


def test_branch_inside_one_substation_has_no_route_but_a_place(no_front_end: None, boss: Client) -> None:
    bus = grid.make_bus()
    branch = grid.make_branch(from_bus=bus, to_bus=grid.make_bus(substation=bus.substation), route=None)

    text = boss.get(row_page(branch)).content.decode()

    place = bus.substation.location
    assert f"{place.y:.5f}° N {-place.x:.5f}° W" in text


def test_labels_write_units_as_units_are_written(boss: Client) -> None:
    text = boss.get(row_page(grid.make_circuit())).content.decode()

    for label in ("Voltage, kV:", "Rated, MVA:", "Rated, A:", "Length, km:", "Peak load, MW:"):
        assert label in text


def test_unknown_is_a_dash_and_never_zero(boss: Client) -> None:
    branch = grid.make_branch(rating_mva=None, base_loading_pct=None)

    row = boss.get(list_page("grid.branch")).content.decode().partition(branch.pk)[2]

    assert 'field-rating_shown">unlimited' in row
    assert 'field-loading_shown">—' in row


def test_unfiltered_list_of_a_large_table_is_not_counted(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(12):
        grid.make_zone()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE grid_zone")
    monkeypatch.setattr(paging, "EXACT_UP_TO", 10)

    with CaptureQueriesContext(connection) as captured:
        text = boss.get(list_page("grid.zone")).content.decode()

    assert "about 12 zones" in text
    assert not [query for query in captured if "COUNT(*)" in query["sql"] and "grid_zone" in query["sql"]]


def test_filtered_list_of_a_large_table_is_counted_up_to_a_bound(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(12):
        grid.make_zone(state="Texas")
    monkeypatch.setattr(paging, "COUNT_AT_MOST", 10)

    text = boss.get(list_page("grid.zone"), {"q": "texas"}).content.decode()

    assert "more than 10 zones" in text
    assert EstimatingPaginator(models.Zone.objects.filter(state="Ohio"), 10).count == 0
