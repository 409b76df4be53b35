"""Documents taken in by jobs, the product's own, searches by those who may, pages that citations lead to."""

from typing import Any

import numpy as np
import pytest
from django.test import Client

from agent.documents.builtin import built_in_documents
from agent.models import Document, DocumentFile, DocumentState, Passage
from agent.selectors.documents import find_document, search_passages
from agent.selectors.searching import search_documents
from agent.services import ingestion
from flux_site.api.errors import BadInput, NotFound, PermissionRefused
from flux_site.jobs.models import Job, JobStatus
from flux_site.jobs.services import run_job
from tests.factories.documents import make_document, make_passage
from tests.factories.users import make_superuser, make_user
from tests.unit.agent.documents.pdf_file import make_pdf

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

MANUAL = (
    b"# Manual\n\n## Fuses\nThe fuse melts at twice its current.\n\n"
    b"## Poles\nA pole is sounded with a hammer.\n"
)


class Embedder:
    """Makes vectors of two numbers: whether a text speaks of fuses, and of poles."""

    name = "two words"

    def embed(self, texts: Any) -> np.ndarray:
        rows = np.array([["fus" in text.lower(), "pole" in text.lower()] for text in texts], dtype=np.float32)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


@pytest.fixture
def user() -> Any:
    return make_superuser()


@pytest.fixture(autouse=True)
def no_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run jobs when the test says so."""
    monkeypatch.setattr("flux_site.jobs.services.send", lambda job_id: None)


def add(user: Any, content: bytes = MANUAL, name: str = "manual.md", **fields: Any) -> Document:
    return ingestion.add_document(name=name, content=content, kind="TECHNICAL", user=user, **fields)


def read(document: Document) -> Job:
    """Run the job that reads a document."""
    assert document.job is not None
    run_job(document.job.pk)
    document.refresh_from_db()
    return Job.objects.get(pk=document.job_id)


def test_a_file_is_read_into_passages_that_are_found(user: Any) -> None:
    document = add(user, title="Field manual", standard="House rule")
    assert (document.state, search_passages("fuse melts", user=user)) == (DocumentState.WAITING, [])

    job = read(document)

    assert (job.status, job.counts) == (
        JobStatus.SUCCEEDED,
        {"passages": 2, "paragraphs": 2, "with_vectors": 0},
    )
    assert (document.state, document.passage_count, document.key) == (DocumentState.READY, 2, "field-manual")
    [found] = search_passages("When does a fuse melt?", user=user)
    assert (found.document_title, found.section, found.url, found.standard) == (
        "Field manual",
        "Fuses",
        "/documents/field-manual#fuses",
        "House rule",
    )


def test_a_pdf_is_cited_with_its_page(user: Any) -> None:
    read(add(user, make_pdf([["About poles."], ["The recloser locks out after four shots."]]), "a.pdf"))

    [found] = search_passages("recloser shots", user=user)

    assert (found.page, found.text) == (2, "The recloser locks out after four shots.")


def test_a_file_without_a_title_gets_its_own(user: Any) -> None:
    document = add(user)

    read(document)

    assert document.title == "Manual"


def test_the_same_file_comes_once(user: Any) -> None:
    add(user, title="First")

    with pytest.raises(ingestion.DocumentRepeated, match="there already: First"):
        add(user, name="other.md")

    assert Document.objects.count() == 1


def test_the_same_passage_in_two_documents_is_found_once(user: Any) -> None:
    read(add(user))
    read(add(user, MANUAL + b"\nMore.\n", "second.md"))

    assert len(search_passages("fuse melts", user=user)) == 1


@pytest.mark.parametrize(
    ("name", "content", "kind", "field"),
    [
        ("a.docx", b"PK", "TECHNICAL", "file"),
        ("a.pdf", b"hello", "TECHNICAL", "file"),
        ("a.md", b"", "TECHNICAL", "file"),
        ("a.md", b"x" * 101, "TECHNICAL", "file"),
        ("a.md", b"Text.", "SECRET", "kind"),
    ],
)
def test_bad_input_is_refused_by_field(
    user: Any, settings: Any, name: str, content: bytes, kind: str, field: str
) -> None:
    settings.DOCUMENT_MAX_BYTES = 100

    with pytest.raises(BadInput) as refusal:
        ingestion.add_document(name=name, content=content, kind=kind, user=user)

    assert refusal.value.field == field
    assert not Document.objects.exists()
    assert not Job.objects.exists()


def test_a_file_that_cannot_be_read_says_why(user: Any) -> None:
    document = add(user, make_pdf([[]]), "scan.pdf")

    job = read(document)

    assert (job.status, job.error_code) == (JobStatus.FAILED, "DOCUMENT_UNREADABLE")
    assert document.state == DocumentState.FAILED
    assert "text recognition" in document.error


def test_reading_twice_replaces_the_passages(user: Any) -> None:
    document = add(user)
    read(document)
    before = set(document.passages.values_list("pk", flat=True))

    read(ingestion.read_again(document_id=document.pk, user=user))

    after = set(document.passages.values_list("pk", flat=True))
    assert len(after) == 2
    assert not after & before


def test_a_document_that_is_being_read_waits(user: Any) -> None:
    document = add(user)

    with pytest.raises(BadInput, match="being read already"):
        ingestion.read_again(document_id=document.pk, user=user)
    with pytest.raises(NotFound):
        ingestion.read_again(document_id=0, user=user)


def test_a_removed_document_is_found_no_more(user: Any) -> None:
    document = add(user)
    read(document)
    assert search_passages("fuse melts", user=user)

    ingestion.delete_document(document_id=document.pk)

    assert search_passages("fuse melts", user=user) == []
    assert not DocumentFile.objects.exists()
    assert not Passage.objects.exists()
    with pytest.raises(BadInput, match="comes with the product"):
        ingestion.delete_document(document_id=make_document().pk)


def test_a_document_removed_while_it_is_read_fails_its_job(user: Any) -> None:
    document = add(user)
    job_id = document.job_id
    document.delete()

    run_job(job_id)

    assert Job.objects.get(pk=job_id).error_code == "NOT_FOUND"


def test_the_products_documents_are_loaded_once_and_renewed(user: Any) -> None:
    count = len(list(built_in_documents()))
    gone = make_document(key="dropped-by-the-product")

    first = ingestion.load_built_in()
    second = ingestion.load_built_in()
    Document.objects.filter(key="flisr").update(digest="0" * 64)
    third = ingestion.load_built_in()

    assert first == {"loaded": count, "kept": 0, "removed": 1}
    assert second == {"loaded": 0, "kept": count, "removed": 0}
    assert third == {"loaded": 1, "kept": count - 1, "removed": 0}
    assert not Document.objects.filter(pk=gone.pk).exists()
    found = search_passages("How often are lines inspected for vegetation?", user=user, limit=3)
    assert found[0].document_key == "nerc-fac-003"
    assert "R6: inspection once a year" in {each.section for each in found}
    compliance = search_passages("transformer", user=user, kinds=["COMPLIANCE"], limit=20)
    assert {each.kind for each in compliance} == {"COMPLIANCE"}
    assert search_passages("chocolate cake recipe", user=user) == []


def test_vectors_find_what_words_do_not(user: Any) -> None:
    document = add(user)
    run = Job.objects.get(pk=document.job_id)
    from flux_site.jobs.context import JobContext

    run.status = JobStatus.RUNNING
    run.save()
    counts = ingestion.execute_reading(JobContext(run), Embedder())

    found = search_passages("fusible element", user=user, embedder=Embedder())

    assert counts["with_vectors"] == 1
    assert [each.section for each in found] == ["Fuses"]
    assert found[0].likeness == pytest.approx(1.0)
    assert search_passages("fusible element", user=user) == []


def test_a_server_of_vectors_that_is_away_is_told_and_words_are_searched(user: Any, settings: Any) -> None:
    settings.EMBEDDING_URL, settings.EMBEDDING_MODEL = "http://127.0.0.1:1/v1", "m"
    document = make_document(embedding_model="m at http://127.0.0.1:1/v1")
    make_passage(document=document, text="The fuse melts.", vector=np.array([1.0, 0.0], np.float32).tobytes())

    found, warning = search_documents("fuse melts", user=user)

    assert [each.text for each in found] == ["The fuse melts."]
    assert "words alone" in (warning or "")


def test_documents_are_for_those_who_may_see_them() -> None:
    nobody, viewer = make_user(), make_user("viewer")
    make_passage(text="The fuse melts.")

    assert len(search_passages("fuse melts", user=viewer)) == 1
    with pytest.raises(PermissionRefused):
        search_passages("fuse melts", user=nobody)
    with pytest.raises(PermissionRefused):
        find_document("x", user=nobody)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"question": " "}, "question"),
        ({"question": "a" * 1001}, "question"),
        ({"limit": 0}, "limit"),
        ({"limit": 21}, "limit"),
        ({"kinds": ["SECRET"]}, "kinds"),
    ],
)
def test_a_bad_search_is_refused_by_field(user: Any, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        search_passages(**{"question": "fuse", "user": user, **fields})

    assert refusal.value.field == field


# The page


def test_the_page_shows_sections_and_escapes_what_it_shows(user: Any, client: Client) -> None:
    document = make_document(key="manual")
    make_passage(document=document, section="A › B", anchor="b", text="<script>alert(1)</script>", page=3)
    client.force_login(user)

    page = client.get("/documents/manual")

    text = page.content.decode()
    assert page.status_code == 200
    assert '<section id="b">' in text
    assert "&lt;script&gt;" in text
    assert "<script>" not in text
    assert "Page 3" in text


def test_the_page_is_closed_to_others(client: Client) -> None:
    make_document(key="manual")

    assert client.get("/documents/manual").status_code == 401
    client.force_login(make_user())
    assert client.get("/documents/manual").status_code == 403
    client.force_login(make_user("viewer"))
    assert client.get("/documents/manual").status_code == 200
    assert client.get("/documents/other").status_code == 404
    assert client.post("/documents/manual").status_code == 405


# The admin


def test_the_admin_takes_a_file_and_removes_it(user: Any, client: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.force_login(user)
    given = {"file": SimpleUploadedFile("manual.md", MANUAL), "kind": "TECHNICAL", "title": "House manual"}

    answer = client.post("/admin/agent/document/new/", given)
    document = Document.objects.get()
    read(document)

    assert answer["Location"] == f"/admin/agent/document/{document.pk}/change/"
    page = client.get(answer["Location"]).content.decode()
    assert "Read it again" in page
    assert "/documents/house-manual" in page
    assert client.post(f"/admin/agent/document/{document.pk}/read/").status_code == 302
    assert Job.objects.count() == 2
    read(Document.objects.get())
    client.post(f"/admin/agent/document/{document.pk}/delete/", {"post": "yes"})
    assert not Document.objects.exists()


def test_the_admin_says_what_is_wrong_with_a_file(user: Any, client: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.force_login(user)

    page = client.post(
        "/admin/agent/document/new/", {"file": SimpleUploadedFile("a.pdf", b"hello"), "kind": "TECHNICAL"}
    )

    assert "no PDF file inside" in page.content.decode()
    assert not Document.objects.exists()


def test_viewers_bring_and_remove_nothing(client: Client) -> None:
    document = make_document(is_built_in=False)
    client.force_login(make_user("viewer"))

    assert client.get("/admin/agent/document/new/").status_code == 403
    client.post(f"/admin/agent/document/{document.pk}/read/")
    assert client.post(f"/admin/agent/document/{document.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Document.objects.filter(pk=document.pk).exists()
    assert not Job.objects.exists()
