"""An HTTP server on this machine that answers as a test says: byte by byte, late, broken off, with errors."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

Script = Callable[["Request", "Answer"], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body's JSON."""
        return json.loads(self.body)


class Answer:
    """What is sent back."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.closed = asyncio.Event()

    async def head(self, status: int = 200, **headers: str) -> None:
        """Send the status and headers; the body comes in chunks."""
        lines = [f"HTTP/1.1 {status} Status", "Transfer-Encoding: chunked", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self._send(("\r\n".join(lines) + "\r\n\r\n").encode())

    async def chunk(self, data: bytes) -> None:
        """Send a piece of the body."""
        if data:
            await self._send(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    async def end(self) -> None:
        """Say that the body is whole."""
        await self._send(b"0\r\n\r\n")

    async def whole(self, status: int, body: Any, **headers: str) -> None:
        """Send a JSON answer."""
        data = json.dumps(body).encode()
        lines = [f"HTTP/1.1 {status} Status", "Content-Type: application/json", "Connection: close"]
        lines += [f"Content-Length: {len(data)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self._send(("\r\n".join(lines) + "\r\n\r\n").encode() + data)

    async def _send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()


class ScriptedServer:
    """Answers each request by the next script; the last one stays for all that follow."""

    def __init__(self, scripts: Iterable[Script]) -> None:
        self.scripts = list(scripts)
        self.requests: list[Request] = []
        self.hung_up = asyncio.Event()
        self.url = ""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request, answer it, close."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = head[0].split(" ", 2)
            headers = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])
            }
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            request = Request(method, path, headers, body)
            self.requests.append(request)
            script = self.scripts[min(len(self.requests), len(self.scripts)) - 1]
            watch = asyncio.create_task(self._watch(reader))
            try:
                await script(request, Answer(writer))
            finally:
                watch.cancel()
        except (ConnectionError, asyncio.IncompleteReadError):
            self.hung_up.set()
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _watch(self, reader: asyncio.StreamReader) -> None:
        if not await reader.read(1):
            self.hung_up.set()


@contextlib.asynccontextmanager
async def serving(*scripts: Script) -> AsyncIterator[ScriptedServer]:
    """Serve scripts on a free port of this machine."""
    scripted = ScriptedServer(scripts)
    server = await asyncio.start_server(scripted.handle, "127.0.0.1", 0)
    scripted.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield scripted
    finally:
        server.close()


def sse(*events: tuple[str | None, Any]) -> bytes:
    """Return events as a stream of server-sent events; a text goes as it is, all else as JSON."""
    parts = []
    for name, data in events:
        text = data if isinstance(data, str) else json.dumps(data)
        lines = [f"event: {name}"] if name else []
        parts.append("\n".join([*lines, *(f"data: {line}" for line in text.split("\n"))]) + "\n\n")
    return "".join(parts).encode()


def streamed(body: bytes, *, size: int | None = None, **headers: str) -> Script:
    """Return a script that sends a stream in chunks of ``size`` bytes."""

    async def script(_: Request, answer: Answer) -> None:
        await answer.head(Content_Type="text/event-stream", **headers)
        step = size or len(body)
        for start in range(0, len(body), step):
            await answer.chunk(body[start : start + step])
        await answer.end()

    return script


def refused(status: int, body: Any, **headers: str) -> Script:
    """Return a script that answers with a status and JSON."""

    async def script(_: Request, answer: Answer) -> None:
        await answer.whole(status, body, **headers)

    return script
