"""The operations of one socket."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.conf import settings
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)

from flux_site.api.errors import DatabaseUnavailable, FluxError
from flux_site.api.outages import DATABASE_FAULTS
from flux_site.websocket.flow import Flow, SlowClient
from flux_site.websocket.login import Access, Identity
from flux_site.websocket.sharing import Answer, Seat, SharedStream, failure, is_shared, take_seat
from flux_site.websocket.threads import own_thread

logger = logging.getLogger(__name__)

TRY_AGAIN_LATER = 1013


class SocketOperations(BaseGraphQLTransportWSHandler[Any, Any]):
    """Runs what a client asks: shared subscriptions from a seat, all else in a thread of its own.

    Who listens must keep the right to: it is looked up again every ``RIGHTS_CHECK_S``. A user who now sees
    other rows gets the state of those; one who may no longer listen gets the error that says so.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._flow = Flow(self.websocket)

    async def run_operation(self, operation: Operation[Any, Any]) -> None:
        """Run one operation to its end."""
        if not is_shared(self.schema, operation.query, operation.operation_name):
            async with own_thread():
                await super().run_operation(operation)
            return
        try:
            await self._listen(operation)
        except SlowClient as error:
            logger.info("A socket was closed: %s", error)
            await self.websocket.close(code=TRY_AGAIN_LATER, reason="You do not read what is sent.")

    async def handle_pong(self, message: Any) -> None:
        """Note how far the client has read."""
        await self._flow.note_pong()

    async def _listen(self, operation: Operation[Any, Any]) -> None:
        access: Access | Answer | None = await self._access()
        while isinstance(access, Access):
            stream, seat = self._take_seat(operation, access)
            try:
                access = await self._serve(operation, seat, access)
            finally:
                stream.leave(seat)
        if access is not None:
            await self._send(operation, access)

    def _take_seat(self, operation: Operation[Any, Any], access: Access) -> tuple[SharedStream, Seat]:
        return take_seat(
            self.schema,
            query=operation.query,
            variables=operation.variables,
            operation_name=operation.operation_name,
            access=access,
        )

    async def _serve(
        self, operation: Operation[Any, Any], seat: Seat, access: Access
    ) -> Access | Answer | None:
        """Pass answers on until the stream ends (None), or the user sees something else or nothing more."""
        while True:
            answer = await seat.next(settings.RIGHTS_CHECK_S)
            if not access.is_current:
                now = await self._access()
                if isinstance(now, Answer) or now.sees != access.sees:
                    return now
                access = now
            if answer is not None:
                await self._send(operation, answer)
                if answer.kind != "next":
                    return None

    async def _access(self) -> Access | Answer:
        """Return the user's rights now, or the error that ends the subscription."""
        identity: Identity = self.context["request"].scope["identity"]
        try:
            return await identity.access()
        except FluxError as error:
            return failure(error.code, error.message)
        except DATABASE_FAULTS:
            return failure(
                DatabaseUnavailable.code, "PostgreSQL does not answer, so your rights are unknown."
            )

    async def _send(self, operation: Operation[Any, Any], answer: Answer) -> None:
        if operation.completed:
            return
        key = json.dumps(operation.id)
        if answer.kind != "next":
            operation.completed = True
            self.operations.pop(operation.id, None)
        payload = f',"payload":{answer.payload}' if answer.payload is not None else ""
        await self._flow.send(f'{{"type":"{answer.kind}","id":{key}{payload}}}')
