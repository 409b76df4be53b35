"""Documents as they are listed: how far each is read, and its passages one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from agent.documents.kinds import DocumentKind
from agent.models import Document, DocumentState, Passage
from agent.selectors.documents import VIEW
from flux_site.api.errors import BadInput, NotFound, PermissionRefused
from flux_site.jobs.models import JobStatus

MOST_LISTED = 200
MOST_PASSAGES = 500
LONGEST_TEXT = 200  # characters
ENDED_BADLY = (JobStatus.FAILED, JobStatus.CANCELLED)


@dataclass(frozen=True, kw_only=True)
class DocumentPage:
    """A page of documents by title, and how many there are in all."""

    total_count: int
    documents: list[Document]


def state_of(document: Document) -> DocumentState:
    """Return how far a document is; one whose job ended badly is not waited for any more."""
    state = DocumentState(document.state)
    if state is DocumentState.WAITING and document.job is not None and document.job.status in ENDED_BADLY:
        return DocumentState.FAILED
    return state


def error_of(document: Document) -> str:
    """Return why a document could not be read; empty if nothing went wrong."""
    if document.error or state_of(document) is not DocumentState.FAILED or document.job is None:
        return document.error
    if document.job.status == JobStatus.CANCELLED:
        return "Its reading was cancelled."
    return document.job.error_message


def list_documents(
    *,
    user: Any,
    kinds: Sequence[str] = (),
    states: Sequence[str] = (),
    text: str = "",
    first: int = 50,
    offset: int = 0,
) -> DocumentPage:
    """Return documents by title.

    Args:
        user: who asks.
        kinds: only of these kinds; none means all.
        states: only in these states; none means all.
        text: part of the title, standard, file name or key.
        first: how many.
        offset: how many before them.

    Raises:
        PermissionRefused: if the user may not see documents.
        BadInput: naming the field.
    """
    _check_right(user)
    _check_page(first, offset, MOST_LISTED)
    _check_names("kinds", kinds, list(DocumentKind))
    _check_names("states", states, list(DocumentState))
    if len(text) > LONGEST_TEXT or "\x00" in text:
        raise BadInput(f"text has at most {LONGEST_TEXT} characters, none of them NUL.", field="text")
    rows = Document.objects.all()
    if kinds:
        rows = rows.filter(kind__in=[str(each) for each in kinds])
    if states:
        rows = _in_states(rows, {DocumentState(each) for each in states})
    for word in text.split():
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(standard__icontains=word)
            | Q(file_name__icontains=word)
            | Q(key__icontains=word)
        )
    found = rows.select_related("job", "added_by").order_by("title", "pk")
    return DocumentPage(total_count=rows.count(), documents=list(found[offset : offset + first]))


def find_listed(*, user: Any, key: str) -> Document | None:
    """Return a document by its key, read or not; None if there is none.

    Raises:
        PermissionRefused: if the user may not see documents.
    """
    _check_right(user)
    if "\x00" in key:
        return None
    return Document.objects.select_related("job", "added_by").filter(key=key).first()


def get_listed(*, user: Any, document_id: int) -> Document:
    """Return a document by its number, as it is now.

    Raises:
        PermissionRefused: if the user may not see documents.
        NotFound: if there is none.
    """
    _check_right(user)
    found = Document.objects.select_related("job", "added_by").filter(pk=document_id).first()
    if found is None:
        raise NotFound(f"There is no document {document_id}.", field="documentId")
    return found


def passages_of(document: Document, *, first: int, offset: int) -> list[Passage]:
    """Return passages of a document in their order.

    Raises:
        BadInput: naming the field.
    """
    _check_page(first, offset, MOST_PASSAGES)
    rows = document.passages.defer("vector").order_by("ordinal")
    return list(rows[offset : offset + first])


def _in_states(rows: QuerySet[Document], states: set[DocumentState]) -> QuerySet[Document]:
    ended_badly = Q(state=DocumentState.WAITING, job__status__in=ENDED_BADLY)
    wanted = Q(pk__in=[])
    if DocumentState.READY in states:
        wanted |= Q(state=DocumentState.READY)
    if DocumentState.FAILED in states:
        wanted |= Q(state=DocumentState.FAILED) | ended_badly
    if DocumentState.WAITING in states:
        still = Q(job__isnull=True) | ~Q(job__status__in=ENDED_BADLY)
        wanted |= Q(state=DocumentState.WAITING) & still
    return rows.filter(wanted)


def _check_right(user: Any) -> None:
    if not user.has_perm(VIEW):
        raise PermissionRefused("You may not see the documents.")


def _check_page(first: int, offset: int, most: int) -> None:
    if not 1 <= first <= most:
        raise BadInput(f"first is {first}; it must be 1 to {most}.", field="first")
    if not 0 <= offset <= 1_000_000:
        raise BadInput(f"offset is {offset}; it must be 0 to 1,000,000.", field="offset")


def _check_names(field: str, given: Sequence[str], allowed: Sequence[str]) -> None:
    unknown = sorted({str(each) for each in given} - {str(each) for each in allowed})
    if unknown:
        raise BadInput(f"{unknown[0]!r} is none of {', '.join(map(str, allowed))}.", field=field)
