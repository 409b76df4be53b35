"""GraphQL over websockets: who may open one, its operations, and what many of them share."""

from flux_site.websocket.consumer import FluxWSConsumer
from flux_site.websocket.login import Login, OwnPagesOnly

__all__ = ["FluxWSConsumer", "Login", "OwnPagesOnly"]
