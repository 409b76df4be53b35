"""Documents over the API: listed, looked into, brought, read again and deleted, by those who may."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agent.models import Document, Passage
from flux_site.api.models import AuditRecord
from flux_site.api.tokens import issue
from flux_site.jobs.models import Job
from flux_site.jobs.services import run_job
from tests.clients import Api
from tests.factories.documents import make_document, make_passage
from tests.factories.jobs import make_job

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

MANUAL = b"# Manual\n\n## Fuses\nThe fuse melts at twice its current.\n\n## Poles\nA pole is sounded.\n"
LIST = """query ($kinds: [DocumentKind!], $states: [DocumentState!], $text: String, $first: Int! = 50,
    $offset: Int! = 0) { documents(kinds: $kinds, states: $states, text: $text, first: $first,
    offset: $offset) { totalCount documents { documentId key title kind format state error passageCount readAt
    isBuiltIn url addedBy sizeBytes job { jobId status progressFrac step } } } }"""
ONE = """query ($key: String!, $first: Int! = 100, $offset: Int! = 0) { document(key: $key) { title state
    passages(first: $first, offset: $offset) { ordinal section page url text } } }"""
AGAIN = """mutation ($input: ReadDocumentAgainInput!) { readDocumentAgain(input: $input) { __typename
    ... on Document { key state job { status } } ... on OperationInfo { code field message } } }"""
DELETE = """mutation ($input: DeleteDocumentInput!) { deleteDocument(input: $input) { __typename
    ... on DeletedDocument { documentId } ... on OperationInfo { code field message } } }"""


@pytest.fixture(autouse=True)
def no_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run jobs when the test says so."""
    monkeypatch.setattr("flux_site.jobs.services.send", lambda job_id: None)


@pytest.fixture
def admin_user(make_user: Any) -> User:
    return make_user(roles=("admin",), username="ada")


@pytest.fixture
def admin_api(admin_user: User) -> Api:
    return Api(admin_user)


def upload(
    api: Api, content: bytes = MANUAL, name: str = "manual.md", *, csrf: bool = True, **parts: str
) -> Any:
    headers = {"X-CSRFToken": api.client.cookies["csrftoken"].value} if csrf else {}
    data = {"kind": "TECHNICAL", **parts, "file": SimpleUploadedFile(name, content)}
    return api.client.post("/documents", data, headers=headers)


def listed(api: Api, **variables: Any) -> list[str]:
    return [each["key"] for each in api.data(LIST, **variables)["documents"]["documents"]]


def fault(response: Any) -> tuple[int, str, str | None]:
    [error] = response.json()["errors"]
    return response.status_code, error["extensions"]["code"], error["extensions"].get("field")


def test_a_document_is_brought_read_and_looked_into(admin_api: Api) -> None:
    response = upload(
        admin_api, title="Field manual", standard="House rule", sourceUrl="https://example.org/a"
    )
    answer = response.json()
    before = admin_api.data(LIST)["documents"]["documents"][0]
    run_job(Job.objects.get().pk)
    after = admin_api.data(LIST)["documents"]["documents"][0]
    found = admin_api.data(ONE, key="field-manual")["document"]

    assert response.status_code == 201
    assert (answer["key"], answer["title"], answer["state"]) == ("field-manual", "Field manual", "WAITING")
    assert (before["state"], before["passageCount"], before["url"]) == ("WAITING", None, None)
    assert (before["job"]["jobId"], before["job"]["status"]) == (answer["jobId"], "QUEUED")
    assert (after["state"], after["passageCount"], after["url"]) == ("READY", 2, "/documents/field-manual")
    assert (after["job"]["status"], after["job"]["progressFrac"]) == ("SUCCEEDED", 1.0)
    assert (after["addedBy"], after["isBuiltIn"], after["sizeBytes"]) == ("ada", False, float(len(MANUAL)))
    assert found["passages"] == [
        {
            "ordinal": 0,
            "section": "Fuses",
            "page": None,
            "url": "/documents/field-manual#fuses",
            "text": "The fuse melts at twice its current.",
        },
        {
            "ordinal": 1,
            "section": "Poles",
            "page": None,
            "url": "/documents/field-manual#poles",
            "text": "A pole is sounded.",
        },
    ]


def test_bringing_a_document_is_in_the_audit_log(admin_api: Api) -> None:
    upload(admin_api)

    assert AuditRecord.objects.filter(action__icontains="document").exists()


@pytest.mark.parametrize(
    ("variables", "keys"),
    [
        ({}, ["b-waiting", "a-ready", "c-broken", "d-rule"]),
        ({"kinds": ["COMPLIANCE"]}, ["d-rule"]),
        ({"states": ["WAITING"]}, ["b-waiting"]),
        ({"states": ["FAILED"]}, ["c-broken"]),
        ({"states": ["READY", "WAITING"]}, ["b-waiting", "a-ready", "d-rule"]),
        ({"text": "fac-003"}, ["d-rule"]),
        ({"text": "oil manual"}, ["a-ready"]),
        ({"text": "%"}, []),
        ({"first": 2, "offset": 1}, ["a-ready", "c-broken"]),
    ],
)
def test_documents_are_listed_by_title(viewer_api: Api, variables: dict[str, Any], keys: list[str]) -> None:
    make_document(key="a-ready", title="Manual of oil")
    make_document(key="b-waiting", title="A manual", state="WAITING", read_at=None, passage_count=None)
    lost = make_job(kind="agent.ingest_document", title="Reading", inputs={}, status="FAILED")
    make_document(key="c-broken", title="Scanned pages", state="WAITING", job=lost)
    make_document(key="d-rule", title="Vegetation", kind="COMPLIANCE", standard="FAC-003-5")

    assert listed(viewer_api, **variables) == keys
    total = viewer_api.data(LIST, **variables)["documents"]["totalCount"]
    assert total == (4 if "first" in variables else len(keys))


def test_a_document_whose_job_was_given_up_says_why(viewer_api: Api) -> None:
    lost = make_job(
        kind="agent.ingest_document",
        title="Reading",
        inputs={},
        status="FAILED",
        error_message="Its worker was lost 3 times; it was given up.",
    )
    make_document(state="WAITING", job=lost)

    [found] = viewer_api.data(LIST)["documents"]["documents"]

    assert (found["state"], found["error"]) == ("FAILED", "Its worker was lost 3 times; it was given up.")


def test_passages_come_in_pages(viewer_api: Api) -> None:
    document = make_document(key="long")
    for ordinal in range(5):
        make_passage(document=document, ordinal=ordinal)

    found = viewer_api.data(ONE, key="long", first=2, offset=3)["document"]

    assert [each["ordinal"] for each in found["passages"]] == [3, 4]
    assert viewer_api.data(ONE, key="nowhere")["document"] is None


@pytest.mark.parametrize(
    ("variables", "field"),
    [({"first": 0}, "first"), ({"offset": -1}, "offset"), ({"text": "x" * 201}, "text")],
)
def test_a_bad_page_names_its_field(viewer_api: Api, variables: dict[str, Any], field: str) -> None:
    error = viewer_api.error(LIST, **variables)

    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_INPUT", field)


def test_lists_ask_the_database_as_often_for_one_as_for_many(
    viewer_api: Api, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        job = make_job(kind="agent.ingest_document", title="Reading", inputs={}, status="SUCCEEDED")
        make_document(job=job)

    with django_assert_max_num_queries(12):
        assert len(listed(viewer_api)) == 20


@pytest.mark.parametrize(
    ("content", "name", "parts", "expected"),
    [
        (b"", "manual.md", {}, (400, "BAD_INPUT", "file")),
        (MANUAL, "manual.exe", {}, (415, "DOCUMENT_UNREADABLE", "file")),
        (b"no pdf", "manual.pdf", {}, (415, "DOCUMENT_UNREADABLE", "file")),
        (MANUAL, "manual.md", {"kind": "NOVEL"}, (400, "BAD_INPUT", "kind")),
        (MANUAL, "manual.md", {"title": "x" * 201}, (400, "BAD_INPUT", "title")),
        (MANUAL, "manual.md", {"title": "a\x00b"}, (400, "BAD_INPUT", "title")),
        (MANUAL, "manual.md", {"sourceUrl": "javascript:alert(1)"}, (400, "BAD_INPUT", "sourceUrl")),
    ],
)
def test_a_bad_file_is_refused_and_leaves_nothing(
    admin_api: Api, content: bytes, name: str, parts: dict[str, str], expected: tuple[int, str, str]
) -> None:
    response = upload(admin_api, content, name, **parts)

    assert fault(response) == expected
    assert (Document.objects.count(), Job.objects.count()) == (0, 0)


def test_the_same_file_comes_once(admin_api: Api) -> None:
    upload(admin_api, title="First")

    assert fault(upload(admin_api, title="Second")) == (409, "DOCUMENT_REPEATED", "file")
    assert Document.objects.count() == 1


def test_a_file_that_is_too_large_is_refused(admin_api: Api, settings: Any) -> None:
    settings.DOCUMENT_MAX_BYTES = 100

    assert fault(upload(admin_api, b"# M\n" + b"x" * 200)) == (400, "BAD_INPUT", "file")
    status, code, field = fault(upload(admin_api, b"# M\n" + b"x" * 70_000))
    assert (code, field) == ("LIMIT_EXCEEDED", "file")
    assert 400 <= status < 500
    assert not Document.objects.exists()


def test_only_who_may_brings_documents(
    admin_user: User, viewer_api: Api, admin_api: Api, anonymous_api: Api
) -> None:
    without_login = Client().post(
        "/documents", {"kind": "TECHNICAL", "file": SimpleUploadedFile("a.md", MANUAL)}
    )

    assert fault(without_login)[:2] == (401, "UNAUTHENTICATED")
    assert fault(upload(viewer_api))[:2] == (403, "PERMISSION_DENIED")
    assert fault(upload(admin_api, csrf=False))[:2] == (403, "CSRF_FAILED")
    assert admin_api.client.get("/documents").status_code == 405
    assert not Document.objects.exists()


def test_a_token_brings_documents_without_a_csrf_token(admin_user: User) -> None:
    _, secret = issue(user=admin_user, name="script", expires_in_days=1)

    response = Client().post(
        "/documents",
        {"kind": "TECHNICAL", "file": SimpleUploadedFile("a.md", MANUAL)},
        headers={"Authorization": f"Bearer {secret}"},
    )

    assert response.status_code == 201


def test_a_document_is_read_again(admin_api: Api) -> None:
    document_id = upload(admin_api).json()["documentId"]
    busy = admin_api.data(AGAIN, input={"documentId": document_id})["readDocumentAgain"]
    run_job(Job.objects.get().pk)

    again = admin_api.data(AGAIN, input={"documentId": document_id})["readDocumentAgain"]

    assert (busy["code"], busy["field"]) == ("BAD_INPUT", "documentId")
    assert (again["state"], again["job"]["status"]) == ("READY", "QUEUED")
    assert Passage.objects.count() == 2  # until the new reading ends


def test_a_document_that_people_added_is_deleted(admin_api: Api) -> None:
    document_id = upload(admin_api).json()["documentId"]
    run_job(Job.objects.get().pk)
    own = make_document()

    gone = admin_api.data(DELETE, input={"documentId": document_id})["deleteDocument"]
    stays = admin_api.data(DELETE, input={"documentId": str(own.pk)})["deleteDocument"]
    unknown = admin_api.data(DELETE, input={"documentId": "999999"})["deleteDocument"]

    assert gone == {"__typename": "DeletedDocument", "documentId": document_id}
    assert (stays["code"], stays["field"]) == ("BAD_INPUT", "documentId")
    assert (unknown["code"], unknown["field"]) == ("NOT_FOUND", "documentId")
    assert (list(Document.objects.all()), Passage.objects.count()) == ([own], 0)
