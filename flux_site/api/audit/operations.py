"""GraphQL operations that show personal data: recorded before the answer leaves."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from graphql import FieldNode, OperationDefinitionNode
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext

from flux_site.api.audit.personal import PersonalReads, collecting
from flux_site.api.audit.recording import record_personal_reads
from flux_site.api.audit.who import who_asks
from flux_site.api.models import AuditSource
from flux_site.api.visibility import user_in


class RecordedReads(SchemaExtension):
    """Records whose personal data an operation shows; what it raises takes the place of the answer."""

    def on_operation(self) -> Iterator[None]:
        """Collect while the operation runs, then record."""
        with collecting() as reads:
            yield
            _record(reads, self.execution_context)


class RecordedReadsAsync(SchemaExtension):
    """The same on a websocket.

    Subscriptions go on for long and answer many times, so they never show personal data: see
    ``masking.shows_personal``.
    """

    async def on_operation(self) -> AsyncIterator[None]:
        """Collect while the operation runs, then record off the event loop."""
        with collecting() as reads:
            yield
            if reads.ids:
                await sync_to_async(_record)(reads, self.execution_context)


def _record(reads: PersonalReads, execution: ExecutionContext) -> None:
    if not reads.ids:
        return
    who = who_asks(execution.context, user_in(execution.context))
    record_personal_reads(reads, who=who, source=AuditSource.GRAPHQL, action=_root_fields(execution))


def _root_fields(execution: ExecutionContext) -> str:
    """Return the root fields of the operations that were sent."""
    document = execution.graphql_document
    names = [
        selection.name.value
        for definition in (document.definitions if document is not None else ())
        if isinstance(definition, OperationDefinitionNode)
        for selection in definition.selection_set.selections
        if isinstance(selection, FieldNode)
    ]
    return ", ".join(dict.fromkeys(names)) or "query"
