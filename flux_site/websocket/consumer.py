"""The graphql-transport-ws endpoint."""

from __future__ import annotations

from typing import Any

from strawberry.channels import GraphQLWSConsumer
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from flux_site.websocket.operations import SocketOperations


class FluxWSConsumer(GraphQLWSConsumer):
    """A socket.

    It has no channel of its own, which would need Redis.
    """

    channel_layer_alias = ""
    graphql_transport_ws_handler_class = SocketOperations

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["subscription_protocols"] = [GRAPHQL_TRANSPORT_WS_PROTOCOL]
        super().__init__(*args, **kwargs)
