"""Whether the server that answers for us is there, asked in a way that costs nothing."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from django.conf import settings

from agent.backends.errors import BackendFault
from agent.services.connections import chat_connection, cortex_connection

LIMIT_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Probe:
    """What a server said to the question whether it is there.

    Attributes:
        is_up: whether it would answer.
        detail: what it said, or why it would not answer.
        took_ms: how long it took; None where nobody had to be asked.
    """

    is_up: bool
    detail: str
    took_ms: float | None = None


def probe() -> Probe:
    """Ask the back end that the settings name whether it is there."""
    chosen = settings.ASSISTANT_BACKEND
    if chosen == "embedded":
        return Probe(is_up=True, detail="Part of this program: no server and no network is needed.")
    asked = _cortex if chosen == "cortex" else _model_server
    began = time.monotonic()

    async def within_limit() -> str:
        async with asyncio.timeout(LIMIT_S):
            return await asked()

    try:
        detail = asyncio.run(within_limit())
    except BackendFault as fault:
        return Probe(is_up=False, detail=fault.message, took_ms=_since(began))
    except TimeoutError:
        return Probe(is_up=False, detail=f"It did not answer within {LIMIT_S:g} s.", took_ms=_since(began))
    return Probe(is_up=True, detail=detail, took_ms=_since(began))


async def _cortex() -> str:
    """Ask Snowflake for the agent's description: it says who may sign in and whether there is an agent."""
    connection = cortex_connection()
    async with connection.open() as client:
        described = await client.describe_agent()
    name = described.get("name") or connection.agent[2]
    return f"Snowflake knows the agent {name}."


async def _model_server() -> str:
    """Ask the server for its models; no model is made to work."""
    chat = chat_connection()
    backend = chat.open()
    try:
        models = await backend.list_models()
    finally:
        await backend.aclose()
    if chat.model in models:
        return f"The server has the model {chat.model}."
    shown = ", ".join(models[:5]) or "none"
    return f"The server is there, but does not list the model {chat.model}; it lists {shown}."


def _since(began: float) -> float:
    return (time.monotonic() - began) * 1000
