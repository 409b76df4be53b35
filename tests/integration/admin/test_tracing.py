"""The pages of traces and of what is wrong with records."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from flux_site.jobs.models import Job
from tests.factories.computed import make_data_quality_finding
from tests.factories.grid import make_circuit, make_line_section, make_meter, make_switch, make_transformer
from tests.factories.users import make_user

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

PAGE = "/admin/trace/"


@pytest.fixture
def fed(synced: None, own_stores: None) -> None:
    circuit = make_circuit(id="CKT-T")
    make_switch(id="BRK", circuit=circuit, from_node=circuit.substation_id, to_node="n0")
    line = make_line_section(id="L1", circuit=circuit, from_node="n0", to_node="n1")
    make_meter(id="M1", transformer=make_transformer(id="T1", line=line, node="n1"))


def test_a_trace_lists_what_it_finds_as_links(fed: None, boss: Client) -> None:
    text = boss.get(PAGE, {"asset": "BRK", "kind": "DOWNSTREAM", "positions": "NORMAL"}).content.decode()

    for model, key in (("linesection", "L1"), ("transformer", "T1"), ("meter", "M1")):
        assert f'<a href="/admin/grid/{model}/{key}/change/">{key}</a>' in text
    assert "Switch BRK" in text


def test_an_unknown_asset_is_said_and_markup_in_it_is_text(fed: None, boss: Client) -> None:
    text = boss.get(PAGE, {"asset": "<b>NO</b>", "kind": "UPSTREAM", "positions": "NORMAL"}).content.decode()

    assert "There is no substation" in text
    assert "<b>NO</b>" not in text


def test_the_pages_of_assets_lead_to_the_trace(fed: None, boss: Client) -> None:
    for model, key in (("switch", "BRK"), ("meter", "M1"), ("linesection", "L1")):
        text = boss.get(f"/admin/grid/{model}/{key}/change/").content.decode()
        assert f'href="/admin/trace/?asset={key}"' in text


def test_the_trace_is_for_those_who_may_see_circuits(
    fed: None, as_user: Callable[[Any], Client], viewer: Any
) -> None:
    assert as_user(viewer).get(PAGE, {"asset": "T1"}).status_code == 200
    assert as_user(make_user(is_staff=True)).get(PAGE).status_code == 403


def test_findings_are_listed_and_checked_anew_by_those_who_may(
    boss: Client, viewer: Any, as_user: Callable[[Any], Client]
) -> None:
    finding = make_data_quality_finding()
    page = "/admin/grid/dataqualityfinding/"

    assert finding.asset_id in boss.get(page).content.decode()
    assert "Check again" in boss.get(page).content.decode()
    reader = as_user(viewer)
    assert "Check again" not in reader.get(page).content.decode()
    reader.post(f"{page}check/")
    assert not Job.objects.filter(kind="grid.data_quality").exists()
    boss.post(f"{page}check/")
    assert Job.objects.filter(kind="grid.data_quality").count() == 1
