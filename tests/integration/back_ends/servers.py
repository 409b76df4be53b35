"""Servers that answer for us, on this machine: what they say, and the settings that name them."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from agent.backends.requests import Backend, Question
from agent.events import Event
from agent.services.connections import close_kept
from tests.servers.scripted_http import Script, ScriptedServer, refused, serving, sse, streamed

THREADS = "/api/v2/cortex/threads"
RUN = "/api/v2/databases/FLUX_DB/schemas/APPLICATIONS/agents/GRID_AGENT:run"


def cortex_says(*texts: str, message_id: int = 2, request_id: str = "r1", size: int | None = None) -> Script:
    """Return an answer of the agent, in pieces."""
    body = sse(
        ("response.status", {"status": "planning", "message": "Planning"}),
        *(("response.text.delta", {"content_index": 0, "text": text}) for text in texts),
        ("metadata", {"metadata": {"role": "assistant", "message_id": message_id, "run_id": "run-1"}}),
        ("response", {"content": [], "metadata": {"run_id": "run-1"}}),
    )
    return streamed(body, size=size, X_Snowflake_Request_ID=request_id)


def new_thread(thread_id: int = 17) -> Script:
    """Return the answer to who begins a thread."""
    return refused(200, {"thread_id": thread_id})


def piece(delta: dict[str, Any] | None = None, finish: str | None = None) -> tuple[None, Any]:
    """Return a piece of a completion."""
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return None, {**head, "choices": [choice]}


def model_says(*texts: str, size: int | None = None) -> Script:
    """Return a completion that is text."""
    pieces = [piece({"content": text}) for text in texts]
    return streamed(sse(*pieces, piece(finish="stop"), (None, "[DONE]")), size=size)


def model_calls(*calls: tuple[str, Any]) -> Script:
    """Return a completion that calls tools, each with its input."""
    pieces = [
        piece(
            {
                "tool_calls": [
                    {
                        "index": at,
                        "id": f"t{at}",
                        "type": "function",
                        "function": {"name": name, "arguments": json.dumps(given)},
                    }
                ]
            }
        )
        for at, (name, given) in enumerate(calls)
    ]
    return streamed(sse(*pieces, piece(finish="tool_calls"), (None, "[DONE]")))


@asynccontextmanager
async def cortex_serving(settings: Any, *scripts: Script) -> AsyncIterator[ScriptedServer]:
    """Serve scripts as the Cortex that the settings name."""
    async with serving(*scripts) as server:
        name_cortex(settings, server.url)
        try:
            yield server
        finally:
            await close_kept()


@asynccontextmanager
async def model_serving(settings: Any, *scripts: Script) -> AsyncIterator[ScriptedServer]:
    """Serve scripts as the model server that the settings name."""
    async with serving(*scripts) as server:
        name_model_server(settings, server.url)
        try:
            yield server
        finally:
            await close_kept()


def name_cortex(settings: Any, url: str) -> None:
    """Name a server as Snowflake."""
    settings.ASSISTANT_BACKEND = "cortex"
    settings.CORTEX_URL = url
    settings.CORTEX_AGENT = ("FLUX_DB", "APPLICATIONS", "GRID_AGENT")
    settings.CORTEX_TOKEN = "secret-token"


def name_model_server(settings: Any, url: str) -> None:
    """Name a server as that of the model."""
    settings.ASSISTANT_BACKEND = "openai"
    settings.CHAT_URL = f"{url}/v1"
    settings.CHAT_MODEL = "small-model"
    settings.CHAT_KEY = "secret-key"


async def events_of(backend: Backend, question: Question) -> list[Event]:
    """Return the events of an answer."""
    return [event async for event in backend.answer(question)]


@contextmanager
def served(*scripts: Script) -> Iterator[ScriptedServer]:
    """Serve scripts from a thread of its own, for code that is not on this event loop."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    held = serving(*scripts)
    try:
        yield asyncio.run_coroutine_threadsafe(held.__aenter__(), loop).result(5)
        asyncio.run_coroutine_threadsafe(held.__aexit__(None, None, None), loop).result(5)
    finally:
        asyncio.run_coroutine_threadsafe(_end_tasks(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _end_tasks() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
