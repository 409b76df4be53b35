"""ASGI: Django over HTTP, GraphQL over websockets."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path

from agent.tools.analysts import read_ahead
from flux_site.schema import schema
from flux_site.websocket import FluxWSConsumer, Login, OwnPagesOnly

consumer: Any = FluxWSConsumer.as_asgi(schema=schema)

read_ahead()

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": OwnPagesOnly(Login(URLRouter([path("graphql", consumer)]))),
    }
)
