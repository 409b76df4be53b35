"""Outages, work orders and crews in the admin: steps as buttons with forms, refusals at the field."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from grid import models
from grid.selectors.topology import forget_networks
from tests.factories.users import make_user
from tests.integration.admin.pages import list_page, row_page
from tests.integration.operations.conftest import make_feeder

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def feeder(db: None) -> Iterator[SimpleNamespace]:
    """Trace the feeder of this test alone."""
    forget_networks()
    yield make_feeder()
    forget_networks()


@pytest.fixture
def desk(as_user: Callable[[Any], Client]) -> Client:
    """Return the browser of an operator."""
    return as_user(make_user("operator"))


def moment(at: Any, name: str) -> dict[str, str]:
    local = timezone.localtime(at)
    return {f"{name}_0": f"{local:%Y-%m-%d}", f"{name}_1": f"{local:%H:%M:%S}"}


def new_page(model: str, step: str) -> str:
    return f"{list_page(model)}new/{step}/"


def step_page(row: Any, step: str) -> str:
    return row_page(row).replace("/change/", f"/do/{step}/")


def report(desk: Client, **fields: str) -> models.Outage:
    given = {
        "device_kind": "SWITCH",
        "device": "SW-BREAKER",
        "status": "PREDICTED",
        "source": "CALL",
        **moment(timezone.now() - timedelta(hours=1), "started_at"),
    }
    answer = desk.post(new_page("grid.outage", "report"), given | fields)
    assert answer.status_code == 302, answer.content.decode()
    return models.Outage.objects.get()


def do(desk: Client, row: Any, step: str, **fields: Any) -> Any:
    row.refresh_from_db()
    return desk.post(step_page(row, step), {"expected_version": row.version, **fields})


def test_an_operator_takes_an_outage_from_its_report_to_its_end(desk: Client) -> None:
    assert "Report an outage" in desk.get(list_page("grid.outage")).content.decode()
    outage = report(desk, cause_code="WIND", note="on the phone")

    page = desk.get(row_page(outage)).content.decode()
    assert "Confirm" in page
    assert "Crew is at work" not in page
    assert do(desk, outage, "confirm").status_code == 302
    assert do(desk, outage, "assign", crew_id="CREW-1").status_code == 302
    assert do(desk, outage, "start").status_code == 302
    ended = moment(timezone.now() - timedelta(seconds=1), "restored_at")
    assert do(desk, outage, "restore", transformer_ids="XFMR-A, XFMR-B", **ended).status_code == 302
    assert do(desk, outage, "restore", **ended).status_code == 302

    outage.refresh_from_db()
    assert (outage.status, outage.customers_out, outage.version) == ("RESTORED", 0, 6)
    order = models.WorkOrder.objects.get()
    assert do(desk, order, "complete", actual_hours="1.5").status_code == 302
    order.refresh_from_db()
    assert (order.status, order.actual_hours) == ("COMPLETED", 1.5)


@pytest.mark.parametrize(
    ("step", "fields", "words"),
    [
        ("assign", {"crew_id": "CREW-NONE"}, "There is no crew"),
        ("move", {"device_kind": "SWITCH", "device": "SW-NONE"}, "There is no switch"),
        ("start", {}, "START is not possible"),
        ("restore", {"restored_at_0": "2001-01-01", "restored_at_1": "00:00:00"}, "before the interruption"),
    ],
)
def test_what_is_refused_is_said_on_the_form(
    desk: Client, step: str, fields: dict[str, str], words: str
) -> None:
    outage = report(desk)

    answer = do(desk, outage, step, **fields)

    assert answer.status_code == 200
    assert words in answer.content.decode()
    outage.refresh_from_db()
    assert outage.version == 1


def test_a_form_that_somebody_was_quicker_than_is_refused(desk: Client) -> None:
    outage = report(desk)
    do(desk, outage, "confirm")

    answer = desk.post(step_page(outage, "cancel"), {"expected_version": 1})

    assert "at version 2, not 1" in answer.content.decode()


def test_viewers_have_no_buttons_and_may_not_step(desk: Client, as_user: Callable[[Any], Client]) -> None:
    outage = report(desk)
    viewer = as_user(make_user("viewer"))

    assert "/do/" not in viewer.get(row_page(outage)).content.decode()
    assert do(viewer, outage, "confirm").status_code == 403
    assert viewer.get(new_page("grid.outage", "report")).status_code == 403
    assert desk.get(new_page("grid.crew", "create")).status_code == 403


def test_planners_keep_the_crews(as_user: Callable[[Any], Client], feeder: SimpleNamespace) -> None:
    planner = as_user(make_user("planner"))
    given = {
        "name": "Line 9",
        "kind": "LINE",
        "home_substation_id": feeder.circuit.substation_id,
        "member_count": "3",
    }
    assert planner.post(new_page("grid.crew", "create"), given).status_code == 302
    crew = models.Crew.objects.get(name="Line 9")

    form = planner.get(step_page(crew, "edit")).content.decode()
    assert 'value="Line 9"' in form
    assert (
        do(planner, crew, "edit", **{**given, "name": "Line 10", "lon": "-95", "lat": "29"}).status_code
        == 302
    )
    assert do(planner, crew, "end-shift").status_code == 302

    crew.refresh_from_db()
    assert (crew.name, crew.location.x, crew.status, crew.version) == ("Line 10", -95.0, "OFF_SHIFT", 3)


def test_orders_are_made_by_hand(desk: Client) -> None:
    given = {
        "work_type": "REPAIR",
        "priority": "LOW",
        "asset_kind": "SWITCH",
        "asset_id": "SW-FUSE",
        "outage_id": "",
        "description": "Rusty",
    }
    assert desk.post(new_page("grid.workorder", "create"), given).status_code == 302

    assert models.WorkOrder.objects.get().description == "Rusty"
    refused = desk.post(new_page("grid.workorder", "create"), given | {"asset_id": "SW-NONE"})
    assert "There is no switch" in refused.content.decode()
