"""Exports over GraphQL and ``GET /exports/{id}``: asking, listing, downloading whole and in parts."""

import hashlib
import json
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from flux_site.api.models import AuditKind, AuditRecord
from flux_site.jobs.models import Job
from grid import models
from grid.services.exports.files import place_of
from tests.clients import Api
from tests.factories.exports import make_file_export

pytestmark = pytest.mark.usefixtures("synced")

START = """mutation ($input: StartExportInput!) { startExport(input: $input) { __typename
    ... on FileExport { id layer format area filters hasPersonal askedBy downloadUrl
        job { jobId status title } }
    ... on OperationInfo { code field message } } }"""
EXPORTS = "{ exports { id layer rowCount downloadUrl } }"
CONTENT = bytes(range(256)) * 5
SIZE = len(CONTENT)


@pytest.fixture(autouse=True)
def export_folder(settings: Any, tmp_path: Path) -> None:
    settings.EXPORT_FOLDER = tmp_path / "exports"


def make_ready(owner: User, **fields: Any) -> models.FileExport:
    """Return an export whose file is there."""
    now = timezone.now()
    row = make_file_export(
        asked_by=owner,
        size_bytes=SIZE,
        digest=hashlib.sha256(CONTENT).hexdigest(),
        ready_at=now,
        expires_at=now + timedelta(days=1),
        removed_at=None,
        **fields,
    )
    place_of(row).write_bytes(CONTENT)
    return row


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_an_export_is_queued_with_what_it_depends_on(operator_api: Api) -> None:
    started = operator_api.data(
        START,
        input={
            "layer": "poles",
            "format": "GEOPACKAGE",
            "area": {"bbox": [-96, 29, -95, 30]},
            "filters": [{"attribute": "install_year", "relation": "AT_LEAST", "values": ["1990"]}],
        },
    )["startExport"]

    assert (started["__typename"], started["layer"], started["format"]) == (
        "FileExport",
        "poles",
        "GEOPACKAGE",
    )
    assert (started["askedBy"], started["hasPersonal"], started["downloadUrl"]) == ("omar", False, None)
    assert started["area"]["type"] == "Polygon"
    wanted = {"attribute": "install_year", "relation": "AT_LEAST", "values": ["1990"]}
    assert started["filters"] == [wanted]
    job = Job.objects.get(pk=started["job"]["jobId"])
    assert (job.kind, job.inputs["export_id"], job.inputs["filters"]) == (
        "grid.export",
        started["id"],
        [wanted],
    )
    assert job.inputs["data_version"].startswith("poles=")


def test_what_is_wrong_is_named(operator_api: Api, viewer_api: Api) -> None:
    bad_area = {"layer": "poles", "format": "CSV", "area": {"bbox": [1, 0, 0, 1]}}
    refused = operator_api.data(START, input=bad_area)["startExport"]
    assert (refused["code"], refused["field"]) == ("BAD_INPUT", "area.bbox")
    personal = {"layer": "customers", "format": "CSV", "withPersonal": True}
    assert operator_api.data(START, input=personal)["startExport"]["code"] == "PERMISSION_DENIED"
    plain = {"layer": "poles", "format": "CSV"}
    assert viewer_api.data(START, input=plain)["startExport"]["code"] == "PERMISSION_DENIED"
    assert not models.FileExport.objects.exists()


def test_everybody_sees_their_own_and_admins_all(viewer: User, planner: User, make_user: Any) -> None:
    row = make_ready(viewer)

    assert Api(viewer).data(EXPORTS)["exports"] == [
        {"id": str(row.pk), "layer": "poles", "rowCount": 3, "downloadUrl": f"/exports/{row.pk}"}
    ]
    assert Api(planner).data(EXPORTS)["exports"] == []
    assert Api(planner).get(f"/exports/{row.pk}").status_code == 404
    admin = Api(make_user(roles=("admin",)))
    assert len(admin.data(EXPORTS)["exports"]) == 1
    assert body(admin.get(f"/exports/{row.pk}")) == CONTENT


def test_a_file_is_downloaded(viewer: User, viewer_api: Api) -> None:
    row = make_ready(viewer)

    response = viewer_api.get(f"/exports/{row.pk}")

    assert (response.status_code, body(response)) == (200, CONTENT)
    assert response.headers["Content-Length"] == str(SIZE)
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="poles-')
    again = viewer_api.client.get(f"/exports/{row.pk}", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        ("bytes=0-0", 206, 0, 1),
        ("bytes=10-19", 206, 10, 20),
        (f"bytes={SIZE - 1}-", 206, SIZE - 1, SIZE),
        ("bytes=-5", 206, SIZE - 5, SIZE),
        (f"bytes=-{SIZE + 5}", 200, 0, SIZE),
        (f"bytes=5-{SIZE * 9}", 206, 5, SIZE),
        ("bytes=9-3", 200, 0, SIZE),
        ("bytes=0-1,5-6", 200, 0, SIZE),
        ("bytes=-", 200, 0, SIZE),
        ("lines=0-1", 200, 0, SIZE),
    ],
)
def test_a_part_of_a_file_is_downloaded(
    viewer: User, viewer_api: Api, asked: str, status: int, start: int, end: int
) -> None:
    row = make_ready(viewer)

    response = viewer_api.client.get(f"/exports/{row.pk}", headers={"Range": asked})

    assert (response.status_code, body(response)) == (status, CONTENT[start:end])
    assert response.headers["Content-Length"] == str(end - start)
    if status == 206:
        assert response.headers["Content-Range"] == f"bytes {start}-{end - 1}/{SIZE}"


def test_a_part_outside_the_file_and_of_another_version(viewer: User, viewer_api: Api) -> None:
    row = make_ready(viewer)

    for asked in (f"bytes={SIZE}-", "bytes=-0"):
        response = viewer_api.client.get(f"/exports/{row.pk}", headers={"Range": asked})
        assert (response.status_code, response.headers["Content-Range"]) == (416, f"bytes */{SIZE}")
    stale = viewer_api.client.get(f"/exports/{row.pk}", headers={"Range": "bytes=0-1", "If-Range": '"old"'})
    assert (stale.status_code, body(stale)) == (200, CONTENT)


@pytest.mark.parametrize("change", ["removed_at", "expires_at"])
def test_a_file_that_is_gone_says_so(viewer: User, viewer_api: Api, change: str) -> None:
    row = make_ready(viewer)
    models.FileExport.objects.update(**{change: timezone.now()})

    response = viewer_api.get(f"/exports/{row.pk}")

    assert response.status_code == 410
    assert json.loads(response.content)["errors"][0]["extensions"]["code"] == "EXPORT_GONE"


def test_a_right_taken_since_is_missing(viewer: User) -> None:
    row = make_ready(viewer)
    viewer.groups.clear()

    assert Api(viewer).get(f"/exports/{row.pk}").status_code == 403


def test_personal_data_in_a_file_goes_on_record(make_user: Any) -> None:
    user = make_user(roles=("viewer", "pii"))
    row = make_ready(user, layer="customers", has_personal=True)

    assert Api(user).get(f"/exports/{row.pk}").status_code == 200

    record = AuditRecord.objects.get(kind=AuditKind.PERSONAL_READ)
    assert record.targets == [f"export {row.pk}"]
    assert "full_name" in record.personal_fields
    boss = make_user(roles=("admin",))
    assert Api(boss).get(f"/exports/{row.pk}").status_code == 403


@pytest.mark.parametrize("name", ["none", "..%2F..%2Fetc%2Fpasswd", str(uuid.UUID(int=0)), "%00"])
def test_other_names_lead_nowhere(viewer_api: Api, anonymous_api: Api, name: str) -> None:
    assert viewer_api.get(f"/exports/{name}").status_code == 404
    assert anonymous_api.get(f"/exports/{uuid.UUID(int=0)}").status_code == 401
