"""GraphQL of changing documents: having one read again, deleting one. Files come by ``POST /documents``."""

from typing import Annotated, Any

import strawberry
import strawberry_django
from strawberry.types import Info

from agent.schema.document_types import DeletedDocument, Document
from agent.selectors.document_list import get_listed
from agent.services import ingestion
from cascade.schema.row_ids import parse_row_id
from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.visibility import require_login


@strawberry.input
class ReadDocumentAgainInput:
    """Which document."""

    document_id: strawberry.ID


@strawberry.input
class DeleteDocumentInput:
    """Which document."""

    document_id: strawberry.ID


ReadDocumentAgainPayload = Annotated[Document | Fault, strawberry.union("ReadDocumentAgainPayload")]
DeleteDocumentPayload = Annotated[DeletedDocument | Fault, strawberry.union("DeleteDocumentPayload")]


@strawberry.type
class DocumentsMutation:
    """Changing documents."""

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("agent.change_document")],
        description="Read a document again, as a job; until it ends, the old passages are found.",
    )
    def read_document_again(self, info: Info, input: ReadDocumentAgainInput) -> ReadDocumentAgainPayload:
        """Queue a reading."""

        def read() -> Any:
            user = require_login(info)
            document_id = parse_row_id(input.document_id, "documentId")
            ingestion.read_again(document_id=document_id, user=user)
            return Document.of(get_listed(document_id=document_id, user=user))

        return expected_failures(read)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("agent.delete_document")],
        description="Delete a document that people added, with its file and passages.",
    )
    def delete_document(self, info: Info, input: DeleteDocumentInput) -> DeleteDocumentPayload:
        """Delete a document."""

        def delete() -> Any:
            require_login(info)
            document_id = parse_row_id(input.document_id, "documentId")
            ingestion.delete_document(document_id=document_id)
            return DeletedDocument(document_id=strawberry.ID(str(document_id)))

        return expected_failures(delete)
