"""Importing a file in the admin: bring it, map it, look at it, start it, and try refused rows again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from flux_site.jobs.models import Job
from grid import models
from grid.warehouse import Warehouse
from tests.factories.imports import make_file_import, make_import_reject, make_outbox_event
from tests.factories.users import make_user

pytestmark = pytest.mark.integration

NEW = "/admin/grid/fileimport/new/"
POLES = (
    b"POLE_ID,CIRCUIT_ID,SUBSTATION_ID,LATITUDE,LONGITUDE,TALL\n"
    b"P-1,C-1,S-1,29.5,-95.5,40\nP-2,C-1,S-1,x,0,1\n"
)


@pytest.fixture(autouse=True)
def import_folder(settings: Any, tmp_path: Path) -> None:
    """Give the test an import folder of its own."""
    settings.IMPORT_FOLDER = tmp_path / "imports"


def bring(browser: Client, **fields: Any) -> Any:
    form = {"layer": "poles", "mode": "MERGE", "upload": SimpleUploadedFile("poles.csv", POLES)} | fields
    return browser.post(NEW, form)


def test_a_file_is_brought_mapped_and_imported(boss: Client, superuser: Any, warehouse: Warehouse) -> None:
    assert boss.get(NEW).status_code == 200
    brought = bring(boss)
    assert brought.status_code == 302
    plan = brought["Location"]

    page = boss.get(plan)
    text = page.content.decode()
    assert page.status_code == 200
    assert "P-1" in text
    assert "1 of the first 2 rows would be refused" in text
    assert "latitude is no number" in text
    form = page.context["form"]
    data = {name: form[name].value() or "" for name in form.fields if name not in {"again", "force"}}
    data |= {"from__pole_height_m": "column:TALL", "unit__pole_height_m": "ft", "save_as": "our poles"}
    looked = boss.post(plan, data | {"look": "1"})
    assert "12.192" in looked.content.decode()
    assert not models.FileImport.objects.exists()

    started = boss.post(plan, data | {"start": "1"})

    done = models.FileImport.objects.get()
    assert started["Location"] == f"/admin/jobs/job/{done.job_id}/change/"
    assert done.mapping["pole_height_m"] == {"column": "TALL", "unit": "ft"}
    assert (done.started_by, done.job.kind) == (superuser, "grid.import")
    assert models.ImportMapping.objects.get().name == "our poles"
    assert LogEntry.objects.filter(object_id=str(done.pk)).exists()


def test_what_is_wrong_is_said_on_the_page(boss: Client) -> None:
    no_file = boss.post(NEW, {"layer": "poles", "mode": "MERGE"})
    assert "Bring one file" in no_file.content.decode()
    unknown = bring(boss, upload=SimpleUploadedFile("poles.doc", POLES))
    assert "no known format" in unknown.content.decode()
    broken = boss.get(bring(boss, upload=SimpleUploadedFile("poles.gpkg", POLES))["Location"], follow=True)
    assert "is no GeoPackage" in broken.content.decode()
    lacking = boss.get(bring(boss, layer="circuits", mode="REPLACE")["Location"])
    assert "Nothing fills" in lacking.content.decode()


def test_only_administrators_import(as_user: Callable[[Any], Client], db: None) -> None:
    planner, administrator = as_user(make_user("planner")), as_user(make_user("admin"))

    assert planner.get(NEW).status_code == 403
    assert "Import a file" not in planner.get("/admin/grid/fileimport/").content.decode()
    assert administrator.get(NEW).status_code == 200
    assert "Import a file" in administrator.get("/admin/grid/fileimport/").content.decode()


def test_refused_rows_are_downloaded_and_tried_again(boss: Client, warehouse: Warehouse) -> None:
    file_import = make_file_import(
        mapping={
            "pole_id": {"column": "POLE_ID"},
            "latitude": {"column": "LATITUDE"},
            "longitude": {"constant": "-95"},
        }
    )
    row = {"POLE_ID": "=P-9", "LATITUDE": "29"}
    reject = make_import_reject(file_import=file_import, row=row, row_key="=P-9")

    text = boss.get("/admin/grid/importreject/csv/").content.decode()
    assert "'=P-9" in text
    assert "poles.csv" in text
    answer = boss.post("/admin/grid/importreject/", {"action": "replay", "_selected_action": [reject.pk]})

    again = models.FileImport.objects.latest("pk")
    assert answer["Location"] == f"/admin/jobs/job/{again.job_id}/change/"
    assert (again.layer, again.mode) == ("poles", "MERGE")
    assert Job.objects.filter(kind="grid.import").count() == 1


def test_rows_of_customers_are_hidden(as_user: Callable[[Any], Client], db: None) -> None:
    file_import = make_file_import(layer="customers")
    make_import_reject(file_import=file_import, row={"NAME": "Ana Secret"}, detail="bad: 'Ana Secret'")

    for address in ("/admin/grid/importreject/", "/admin/grid/importreject/csv/"):
        assert "Ana Secret" not in as_user(make_user("admin")).get(address).content.decode()
        assert "Ana Secret" in as_user(make_user("viewer", "pii")).get(address).content.decode()


def test_the_index_tells_of_edits_that_wait(boss: Client) -> None:
    assert "wait for the warehouse" not in boss.get("/admin/status/").content.decode()
    make_outbox_event(last_error="WAREHOUSE_UNAVAILABLE: nobody answers")

    text = boss.get("/admin/status/").content.decode()

    assert "wait for the warehouse" in text
    assert "nobody answers" in text
