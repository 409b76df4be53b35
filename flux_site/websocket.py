"""GraphQL over websockets: one thread a socket, token login beside the session."""

from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from channels.security.websocket import AllowedHostsOriginValidator
from strawberry.channels import GraphQLWSConsumer
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from flux_site.api.errors import Unauthenticated
from flux_site.api.tokens import bearer_secret, user_of


class OwnThread:
    """Gives each socket a thread of its own; without it all sockets would share one."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Run the application in a thread-sensitive context."""
        async with ThreadSensitiveContext():
            return await self.application(scope, receive, send)


class OwnPagesOnly:
    """Lets sockets that rely on the session cookie come from our own pages only.

    A socket with a token may come from anywhere: a page of another site cannot send that header.
    """

    def __init__(self, application: Any) -> None:
        self.application = application
        self.checked = AllowedHostsOriginValidator(application)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Check the origin unless the socket carries a token."""
        application = self.checked if _secret(scope) is None else self.application
        return await application(scope, receive, send)


class TokenAuth:
    """Logs a socket in by an ``Authorization: Bearer`` header, over whatever the session says."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Set the user of the scope; a bad token closes the socket."""
        secret = _secret(scope)
        if secret is not None:
            try:
                scope = scope | {"user": await sync_to_async(user_of)(secret)}
            except Unauthenticated:
                await send({"type": "websocket.close", "code": 4401})
                return None
        return await self.application(scope, receive, send)


def _secret(scope: Any) -> str | None:
    headers = dict(scope.get("headers", []))
    return bearer_secret(headers.get(b"authorization", b"").decode("latin-1"))


class FluxWSConsumer(GraphQLWSConsumer):
    """The graphql-transport-ws endpoint.

    It has no channel of its own, which would need Redis: subscriptions open theirs.
    """

    channel_layer_alias = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["subscription_protocols"] = [GRAPHQL_TRANSPORT_WS_PROTOCOL]
        super().__init__(*args, **kwargs)
