"""Files for import: bringing them over HTTP, looking at them, importing them, and who may."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from flux_site.jobs.models import Job
from grid import models
from grid.warehouse import Warehouse
from tests.clients import Api
from tests.factories.grid import make_zone
from tests.factories.imports import make_file_import, make_import_mapping, make_import_reject

POLES = (
    b"POLE_ID,CIRCUIT_ID,SUBSTATION_ID,LATITUDE,LONGITUDE,POLE_HEIGHT_FT\n"
    b"P-1,CKT-1,SUB-1,29.5,-95.5,40\nP-2,CKT-1,SUB-1,91,-95.5,40\n"
)
START = """mutation ($input: StartImportInput!) { startImport(input: $input) { __typename
    ... on FileImport { id layer mode mapping startedBy file { name digest } job { jobId status title } }
    ... on OperationInfo { code message field } } }"""
PREVIEW = """mutation ($input: PreviewImportInput!) { previewImport(input: $input) { __typename
    ... on ImportPreview { columns mapping problemCode rowsLookedAt rowsRefused rows
        refused { rowNumber reason column detail row } }
    ... on OperationInfo { code message field } } }"""
IMPORTS = "{ fileImports { id layer rowsRead rowsRefused file { name } } }"
REJECTS = """query ($id: ID!, $open: Boolean = false) { importRejects(importId: $id, openOnly: $open) {
    rowNumber rowKey reason column detail row } }"""


@pytest.fixture(autouse=True)
def import_folder(settings: Any, tmp_path: Path) -> Path:
    """Give the test an import folder of its own."""
    settings.IMPORT_FOLDER = tmp_path / "imports"
    return tmp_path / "imports"


@pytest.fixture
def admin_user(make_user: Any) -> User:
    """Return an administrator."""
    return make_user(roles=("admin",), username="ada")


@pytest.fixture
def admin_api(admin_user: User) -> Api:
    """Return the administrator's client."""
    return Api(admin_user)


def upload(api: Api, data: bytes = POLES, name: str = "poles.csv", *, csrf: bool = True) -> Any:
    headers = {"X-CSRFToken": api.client.cookies["csrftoken"].value} if csrf else {}
    return api.client.post("/imports/files", {"file": SimpleUploadedFile(name, data)}, headers=headers)


def test_a_file_is_brought_and_listed(admin_api: Api, import_folder: Path) -> None:
    answer = upload(admin_api)

    assert answer.status_code == 201
    body = answer.json()
    expected = {"name": "poles.csv", "fileFormat": "CSV", "sizeBytes": len(POLES)}
    assert body == expected | {"digest": body["digest"]}
    assert (import_folder / "stored" / f"{body['digest']}.csv").read_bytes() == POLES
    listed = admin_api.data("{ importFiles { digest name receivedBy } importInbox }")
    assert listed == {
        "importFiles": [{"digest": body["digest"], "name": "poles.csv", "receivedBy": "ada"}],
        "importInbox": [],
    }
    assert upload(admin_api).json() == body


def test_uploads_are_refused_with_a_code(
    admin_api: Api, operator_api: Api, anonymous_api: Api, settings: Any
) -> None:
    def refusal(answer: Any) -> tuple[int, str]:
        return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]

    assert refusal(upload(anonymous_api)) == (401, "UNAUTHENTICATED")
    assert refusal(upload(operator_api)) == (403, "PERMISSION_DENIED")
    assert refusal(upload(admin_api, csrf=False)) == (403, "CSRF_FAILED")
    assert refusal(upload(admin_api, name="poles.exe")) == (400, "FILE_FORMAT_UNKNOWN")
    headers = {"X-CSRFToken": admin_api.client.cookies["csrftoken"].value}
    empty = admin_api.client.post("/imports/files", {"other": "x"}, headers=headers)
    assert refusal(empty) == (400, "BAD_INPUT")
    settings.IMPORT_MAX_BYTES = 20
    assert refusal(upload(admin_api)) == (413, "FILE_TOO_LARGE")
    assert refusal(upload(admin_api, b"x" * 100_000)) == (413, "LIMIT_EXCEEDED")
    assert not models.ImportFile.objects.exists()
    assert Client().get("/imports/files").status_code == 405


def test_a_preview_shows_mapping_rows_and_refusals(admin_api: Api) -> None:
    digest = upload(admin_api).json()["digest"]

    shown = admin_api.data(PREVIEW, input={"layer": "poles", "file": digest})["previewImport"]

    assert shown["columns"][0] == "POLE_ID"
    assert shown["mapping"]["pole_height_m"] == {"column": "POLE_HEIGHT_FT", "unit": "ft"}
    assert (shown["rowsLookedAt"], shown["rowsRefused"], shown["problemCode"]) == (2, 1, None)
    assert shown["rows"] == [
        {
            "pole_id": "P-1",
            "circuit_id": "CKT-1",
            "substation_id": "SUB-1",
            "latitude": 29.5,
            "longitude": -95.5,
            "pole_height_m": pytest.approx(12.192),
        }
    ]
    assert [(each["rowNumber"], each["reason"], each["column"]) for each in shown["refused"]] == [
        (2, "OUT_OF_RANGE", "latitude")
    ]
    other = admin_api.data(PREVIEW, input={"layer": "circuits", "file": digest, "mode": "REPLACE"})
    assert other["previewImport"]["problemCode"] == "MAPPING_INCOMPLETE"


def test_an_import_is_queued_with_its_inputs_frozen(admin_api: Api, warehouse: Warehouse) -> None:
    digest = upload(admin_api).json()["digest"]

    started = admin_api.data(START, input={"layer": "poles", "file": digest})["startImport"]

    assert (started["__typename"], started["mode"], started["startedBy"]) == ("FileImport", "MERGE", "ada")
    assert started["job"]["title"] == "Import of poles.csv into poles"
    job = Job.objects.get(pk=started["job"]["jobId"])
    assert (job.kind, job.inputs["digest"]) == ("grid.import", digest)
    assert job.inputs["mapping"] == started["mapping"]
    assert job.inputs["batch_id"].startswith(f"import/{digest}/")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"layer": "outages"}, "BAD_INPUT", "layer"),
        ({"mode": "UPSERT"}, "BAD_INPUT", "mode"),
        ({"file": "nothing.csv"}, "BAD_INPUT", "file"),
        ({"file": "../../etc/passwd"}, "BAD_INPUT", "file"),
        ({"options": {"colour": "red"}}, "BAD_INPUT", "options"),
        ({"mapping": {"height": {"column": "POLE_ID"}}}, "MAPPING_INVALID", "mapping.height"),
        ({"mapping": {"pole_id": {"column": "ID"}}}, "MISSING_COLUMN", "mapping"),
        ({"mapping": {"pole_id": {"column": "POLE_ID", "unit": "ft"}}}, "MAPPING_INVALID", "mapping.pole_id"),
        ({"mapping": {"latitude": {"column": "LATITUDE"}}}, "MAPPING_INCOMPLETE", "mapping"),
        ({"mappingName": "none"}, "BAD_INPUT", "mapping"),
    ],
)
def test_an_import_that_cannot_be_is_refused_by_name(
    admin_api: Api, changes: dict[str, Any], code: str, field: str
) -> None:
    digest = upload(admin_api).json()["digest"]

    refused = admin_api.data(START, input={"layer": "poles", "file": digest} | changes)["startImport"]

    assert (refused["code"], refused["field"]) == (code, field)
    assert not models.FileImport.objects.exists()
    assert not Job.objects.exists()


def test_a_stored_mapping_is_used_by_its_name(admin_api: Api, warehouse: Warehouse) -> None:
    digest = upload(admin_api).json()["digest"]
    mapping = admin_api.data(PREVIEW, input={"layer": "poles", "file": digest})["previewImport"]["mapping"]
    mapping["pole_class"] = {"constant": "H1"}
    saved = admin_api.data(
        """mutation ($input: SaveImportMappingInput!) { saveImportMapping(input: $input) { __typename
            ... on ImportMapping { name layer mapping } ... on OperationInfo { code } } }""",
        input={"name": "our poles", "layer": "poles", "mapping": mapping},
    )["saveImportMapping"]
    assert saved["mapping"] == mapping

    started = admin_api.data(START, input={"layer": "poles", "file": digest, "mappingName": "our poles"})

    assert started["startImport"]["mapping"]["pole_class"] == {"constant": "H1"}


def test_imports_and_refused_rows_are_for_those_who_may_see_them(
    viewer_api: Api, nobody_api: Api, anonymous_api: Api, make_user: Any
) -> None:
    done = make_file_import()
    make_import_reject(file_import=done, row_number=7)
    limited = make_user(roles=("admin",), username="zoe")
    models.ZoneGrant.objects.create(user=limited, zone=make_zone())

    assert viewer_api.data(IMPORTS)["fileImports"][0]["rowsRefused"] == 1
    assert viewer_api.data(REJECTS, id=str(done.pk))["importRejects"][0]["rowNumber"] == 7
    assert nobody_api.code(IMPORTS) == "PERMISSION_DENIED"
    assert anonymous_api.code(IMPORTS) == "UNAUTHENTICATED"
    zoe = Api(limited)
    assert zoe.data(IMPORTS)["fileImports"] == []
    assert zoe.data(REJECTS, id=str(done.pk))["importRejects"] == []
    assert upload(zoe).status_code == 403
    refused = viewer_api.data(START, input={"layer": "poles", "file": "x"})["startImport"]
    assert refused["code"] == "PERMISSION_DENIED"


def test_refused_customers_hide_what_is_personal(viewer_api: Api, make_user: Any) -> None:
    done = make_file_import(layer="customers")
    make_import_reject(file_import=done, row={"NAME": "Ana"}, detail="name is too long: 'Ana'")

    hidden = viewer_api.data(REJECTS, id=str(done.pk))["importRejects"][0]
    shown = Api(make_user(roles=("viewer", "pii"))).data(REJECTS, id=str(done.pk))["importRejects"][0]

    assert (hidden["row"], hidden["detail"], hidden["reason"]) == (None, None, "OUT_OF_RANGE")
    assert (shown["row"], shown["detail"]) == ({"NAME": "Ana"}, "name is too long: 'Ana'")


def test_refused_rows_are_replayed_as_an_import_of_their_own(admin_api: Api, warehouse: Warehouse) -> None:
    digest = upload(admin_api).json()["digest"]
    mapping = admin_api.data(PREVIEW, input={"layer": "poles", "file": digest})["previewImport"]["mapping"]
    done = make_file_import(mapping=mapping)
    row = dict(
        zip(
            POLES.decode().splitlines()[0].split(","),
            ["P-2", "CKT-1", "SUB-1", "91", "-95.5", "40"],
            strict=True,
        )
    )
    make_import_reject(file_import=done, row=row)
    replay = """mutation ($id: ID!) { replayImportRejects(input: {importId: $id}) { __typename
        ... on FileImport { mode layer file { name } } ... on OperationInfo { code message } } }"""

    started = admin_api.data(replay, id=str(done.pk))["replayImportRejects"]

    assert (started["__typename"], started["mode"], started["layer"]) == ("FileImport", "MERGE", "poles")
    assert started["file"]["name"].startswith(f"refused-{done.pk}-")
    assert admin_api.data(replay, id="404")["replayImportRejects"]["code"] == "BAD_INPUT"


def test_mappings_are_listed_by_layer(viewer_api: Api) -> None:
    make_import_mapping(name="a")
    make_import_mapping(name="b", layer="meters")

    query = "query ($layer: String) { importMappings(layer: $layer) { name layer } }"

    assert viewer_api.data(query, layer="meters")["importMappings"] == [{"name": "b", "layer": "meters"}]
    assert len(viewer_api.data(query)["importMappings"]) == 2
