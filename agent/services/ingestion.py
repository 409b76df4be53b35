"""Documents taken in: checked, stored, read into passages by a job, renewed and removed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import IntegrityError, transaction
from django.utils import timezone

from agent.documents.builtin import built_in_documents
from agent.documents.kinds import BadDocument, DocumentFormat, DocumentKind, recognise_format
from agent.documents.passages import Passage as Piece
from agent.documents.passages import cut
from agent.documents.ranking import Embedder
from agent.documents.reading import read_document
from agent.models import Document, DocumentFile, DocumentState, Passage
from flux_site.api.errors import BadInput, NotFound
from flux_site.jobs.context import JobContext
from flux_site.jobs.services import create_job

JOB_KIND = "agent.ingest_document"
EMBEDDED_AT_ONCE = 64
READING_FRAC = 0.6  # of a job's progress; the rest is for vectors and storing
SECTION_LENGTH = 500
TEXT_LENGTHS = {"name": 255, "title": 200, "standard": 200, "edition": 200, "sourceUrl": 500}
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


class DocumentUnreadable(BadInput):
    """The file is no document that can be read."""

    code = "DOCUMENT_UNREADABLE"


class DocumentRepeated(BadInput):
    """The same file is there already."""

    code = "DOCUMENT_REPEATED"


def add_document(
    *,
    name: str,
    content: bytes,
    kind: str,
    title: str = "",
    standard: str = "",
    edition: str = "",
    source_url: str = "",
    user: Any,
) -> Document:
    """Store a file and queue the job that reads it.

    Raises:
        BadInput: if the kind is unknown, the file is empty or too large, or a text too long or no text.
        DocumentUnreadable: if the file's suffix is none of ours or does not fit what is inside.
        DocumentRepeated: if the same file is there already.
        QueueUnavailable: after commit, if Redis is away.
    """
    if kind not in DocumentKind.__members__:
        raise BadInput(
            f"{kind!r} is no kind of document; allowed are {', '.join(DocumentKind)}.", field="kind"
        )
    _check_texts(name=name, title=title, standard=standard, edition=edition, sourceUrl=source_url)
    limit = settings.DOCUMENT_MAX_BYTES
    if not 0 < len(content) <= limit:
        raise BadInput(f"The file has {len(content):,} bytes; it must have 1 to {limit:,}.", field="file")
    try:
        file_format = recognise_format(name=name, content=content)
    except BadDocument as error:
        raise DocumentUnreadable(str(error), field="file") from error
    digest = hashlib.sha256(content).hexdigest()
    _check_new(digest)
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    try:
        with transaction.atomic():
            document = Document.objects.create(
                key=_free_key(title or stem),
                title=(title or stem)[:200],
                kind=kind,
                format=file_format.value,
                standard=standard[:200],
                edition=edition[:200],
                source_url=source_url[:500],
                file_name=name[-200:],
                size_bytes=len(content),
                digest=digest,
                added_by=user,
            )
            DocumentFile.objects.create(document=document, content=content)
            return _queue(document, user)
    except IntegrityError:
        _check_new(digest)  # somebody else brought it in this moment
        raise


def read_again(*, document_id: int, user: Any) -> Document:
    """Queue another reading of a document; until it ends, its passages stay.

    Raises:
        NotFound: if there is no such document.
        BadInput: if it is being read.
        QueueUnavailable: after commit, if Redis is away.
    """
    with transaction.atomic():
        document = Document.objects.select_for_update().filter(pk=document_id).first()
        if document is None:
            raise NotFound(f"There is no document {document_id}.", field="documentId")
        if document.job is not None and not document.job.is_finished:
            raise BadInput(f"{document.title} is being read already.", field="documentId")
        return _queue(document, user)


def delete_document(*, document_id: int) -> None:
    """Remove a document that people added, with its file and passages.

    Raises:
        NotFound: if there is no such document.
        BadInput: if it comes with the product.
    """
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        raise NotFound(f"There is no document {document_id}.", field="documentId")
    if document.is_built_in:
        raise BadInput(f"{document.title} comes with the product and stays.", field="documentId")
    document.delete()


def execute_reading(context: JobContext, embedder: Embedder | None) -> dict[str, Any]:
    """Read the document of a job. Safe to run twice: passages are replaced whole, in one transaction.

    Raises:
        NotFound: if the document was removed.
        DocumentUnreadable: if the file cannot be read; the document then says why.
    """
    document = Document.objects.filter(pk=context.inputs["document_id"]).first()
    if document is None:
        raise NotFound("The document was removed.", field="documentId")
    content = bytes(DocumentFile.objects.values_list("content", flat=True).get(document=document))

    def tick(page: int, pages: int) -> None:
        context.progress(READING_FRAC * page / pages, f"Reading page {page} of {pages}")

    context.progress(0.0, "Reading")
    try:
        read = read_document(content=content, file_format=DocumentFormat(document.format), tick=tick)
    except BadDocument as error:
        Document.objects.filter(pk=document.pk).update(state=DocumentState.FAILED, error=str(error))
        raise DocumentUnreadable(str(error), field="file") from error
    pieces = cut(read)
    context.log(f"{len(read.blocks)} paragraphs, {len(pieces)} passages.")
    vectors = _vectors(document.title, pieces, embedder, context.progress)
    context.progress(0.95, "Storing")
    found_title = {"title": read.title[:200]} if read.title and document.title == _stem(document) else {}
    if not _store(document.pk, pieces, vectors, embedder, found_title):
        raise NotFound("The document was removed while it was read.", field="documentId")
    return {"passages": len(pieces), "paragraphs": len(read.blocks), "with_vectors": int(vectors is not None)}


def load_built_in(embedder: Embedder | None = None) -> dict[str, int]:
    """Bring the product's documents in where they are missing or changed, and remove those it dropped.

    Safe to repeat and to run in two processes at once.
    """
    counts = {"loaded": 0, "kept": 0, "removed": 0}
    keys = []
    for each in built_in_documents():
        keys.append(each.key)
        digest = hashlib.sha256(each.content).hexdigest()
        wanted_model = embedder.name if embedder else ""
        known = Document.objects.filter(key=each.key, is_built_in=True).first()
        if (
            known is not None
            and known.digest == digest
            and known.state == DocumentState.READY
            and (not wanted_model or known.embedding_model == wanted_model)
        ):
            counts["kept"] += 1
            continue
        pieces = cut(each.document)
        vectors = _vectors(each.document.meta["title"], pieces, embedder, lambda _frac, _step: None)
        meta = each.document.meta
        with transaction.atomic():
            Document.objects.filter(digest=digest).exclude(key=each.key).delete()
            document, _ = Document.objects.update_or_create(
                key=each.key,
                defaults={
                    "title": meta["title"],
                    "kind": each.kind.value,
                    "format": DocumentFormat.MARKDOWN.value,
                    "standard": meta["standard"],
                    "edition": meta["edition"],
                    "source_url": meta["source"],
                    "file_name": f"{each.key}.md",
                    "size_bytes": len(each.content),
                    "digest": digest,
                    "is_built_in": True,
                },
            )
            DocumentFile.objects.update_or_create(document=document, defaults={"content": each.content})
            _store(document.pk, pieces, vectors, embedder, {})
        counts["loaded"] += 1
    gone = Document.objects.filter(is_built_in=True).exclude(key__in=keys)
    counts["removed"] = gone.count()
    gone.delete()
    return counts


def _check_texts(**given: str) -> None:
    """Refuse what cannot be stored, and an address that is none of the web: a link must be safe to follow.

    Raises:
        BadInput: naming the field.
    """
    for field, text in given.items():
        most = TEXT_LENGTHS[field]
        if len(text) > most or _UNPRINTABLE.search(text):
            raise BadInput(f"{field} has at most {most} characters, all of them printable.", field=field)
    if given["sourceUrl"]:
        try:
            URLValidator(schemes=["http", "https"])(given["sourceUrl"])
        except ValidationError as error:
            raise BadInput(
                "sourceUrl is no address that begins with http or https.", field="sourceUrl"
            ) from error


def _check_new(digest: str) -> None:
    known = Document.objects.filter(digest=digest).first()
    if known is not None:
        raise DocumentRepeated(f"This file is there already: {known.title}.", field="file")


def _queue(document: Document, user: Any) -> Document:
    job = create_job(
        kind=JOB_KIND,
        title=f"Reading of {document.title}",
        inputs={"document_id": document.pk},
        owner=user,
    )
    document.job = job
    if document.state == DocumentState.FAILED:
        document.state, document.error = DocumentState.WAITING, ""
    document.save(update_fields=["job", "state", "error"])
    return document


def _free_key(text: str) -> str:
    """Return a key made of a text, with a number where it is taken."""
    name = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:70] or "document"
    taken = set(Document.objects.filter(key__startswith=name).values_list("key", flat=True))
    number = 1
    key = name
    while key in taken:
        number += 1
        key = f"{name}-{number}"
    return key


def _stem(document: Document) -> str:
    return document.file_name.rsplit("/", 1)[-1].rsplit(".", 1)[0][:200]


def _vectors(
    title: str,
    pieces: tuple[Piece, ...],
    embedder: Embedder | None,
    progress: Callable[[float, str], None],
) -> np.ndarray | None:
    if embedder is None or not pieces:
        return None
    rows = []
    for start in range(0, len(pieces), EMBEDDED_AT_ONCE):
        progress(READING_FRAC + 0.35 * start / len(pieces), f"Vectors of {start} of {len(pieces)} passages")
        batch = pieces[start : start + EMBEDDED_AT_ONCE]
        rows.append(embedder.embed([f"{title}\n{piece.section}\n{piece.text}" for piece in batch]))
    return np.vstack(rows).astype(np.float32)


@transaction.atomic
def _store(
    document_id: int,
    pieces: tuple[Piece, ...],
    vectors: np.ndarray | None,
    embedder: Embedder | None,
    found: dict[str, str],
) -> bool:
    """Put the passages in place of the old ones; tell whether the document is still there."""
    if not Document.objects.select_for_update().filter(pk=document_id).exists():
        return False
    Passage.objects.filter(document_id=document_id).delete()
    Passage.objects.bulk_create(
        [
            Passage(
                document_id=document_id,
                ordinal=piece.ordinal,
                section=piece.section[:SECTION_LENGTH],
                anchor=piece.anchor,
                page=piece.page,
                text=piece.text,
                digest=piece.digest,
                vector=vectors[piece.ordinal].tobytes() if vectors is not None else None,
            )
            for piece in pieces
        ],
        batch_size=1000,
    )
    Document.objects.filter(pk=document_id).update(
        state=DocumentState.READY,
        error="",
        passage_count=len(pieces),
        read_at=timezone.now(),
        embedding_model=embedder.name[:200] if embedder is not None and vectors is not None else "",
        **found,
    )
    return True
