"""The REST API of Snowflake Cortex agents: run, threads, feedback.

A run is tried again only while not one byte of an answer has come; after that a fault ends the answer with
what there is of it. Closing the iterator of a run, or cancelling its task, closes the connection, which stops
the agent.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote

import httpx2

from agent.backends.cortex_credentials import Credentials
from agent.backends.cortex_events import CortexTranslator
from agent.backends.errors import RETRIED, BackendFault, status_fault
from agent.backends.requests import Question, context_words
from agent.events import Done, DoneReason, Error, Event

REQUEST_ID = "X-Snowflake-Request-ID"
ROLE = "X-Snowflake-Role"
MAX_EVENT_BYTES = 32 * 1024 * 1024
MAX_ORIGIN_BYTES = 16
MAX_PAGE_SIZE = 100
MAX_RETRY_AFTER_S = 30.0


@dataclass(frozen=True, kw_only=True)
class CortexAgent:
    """An agent object of the account."""

    database: str
    schema: str
    name: str


@dataclass(frozen=True, kw_only=True)
class CortexSettings:
    """Where the account is, which agent answers, and how long things may take."""

    url: str
    agent: CortexAgent
    role: str = ""  # of those that who asks has; else their default
    origin_application: str = "flux_ops_center"
    connect_timeout_s: float = 5.0
    first_byte_timeout_s: float = 60.0
    silence_timeout_s: float = 120.0  # between two pieces of an answer
    total_timeout_s: float = 900.0  # the agent itself gives up after as long
    retries: int = 2
    retry_wait_s: float = 0.5  # doubled with every try


class CortexClient:
    """A client of one account and agent. Use it as an async context manager."""

    def __init__(self, settings: CortexSettings, credentials: Credentials) -> None:
        """Keep what it needs; nothing is asked yet.

        Raises:
            BackendFault: if the name of the application is too long for Snowflake.
        """
        if len(settings.origin_application.encode()) > MAX_ORIGIN_BYTES:
            raise BackendFault(
                f"origin_application has more than {MAX_ORIGIN_BYTES} bytes.", code="BACKEND_BAD_REQUEST"
            )
        self._settings = settings
        self._credentials = credentials
        self._http = httpx2.AsyncClient(
            base_url=settings.url.rstrip("/"),
            timeout=httpx2.Timeout(settings.silence_timeout_s, connect=settings.connect_timeout_s),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    # Runs

    async def answer(self, question: Question) -> AsyncIterator[Event]:
        """Yield the events of an answer; the last is ``Done``. Expected failures are events."""
        translator = CortexTranslator(thread_id=question.thread_id)
        ends_at = asyncio.get_running_loop().time() + self._settings.total_timeout_s
        try:
            async with asyncio.timeout_at(ends_at):
                response = await self._begin(question)
            request_id = response.headers.get(REQUEST_ID)
            translator = CortexTranslator(thread_id=question.thread_id, request_id=request_id)
            async with contextlib.aclosing(response):
                async for event in self._read(response, translator, ends_at):
                    yield event
            for event in translator.end():
                yield event
        except BackendFault as fault:
            yield fault.event()
            yield translator.done(DoneReason.FAILED)
        except TimeoutError:
            yield self._late(translator, "The agent took too long.")
            yield translator.done(DoneReason.FAILED)
        except httpx2.TimeoutException:
            yield self._late(translator, "The agent fell silent.")
            yield translator.done(DoneReason.FAILED)
        except httpx2.HTTPError as error:
            yield Error(
                code="BACKEND_CUT_OFF",
                message=f"The connection to the agent broke ({type(error).__name__}).",
                is_retryable=True,
                request_id=translator.done().request_id,
            )
            yield translator.done(DoneReason.FAILED)

    @staticmethod
    def _late(translator: CortexTranslator, message: str) -> Error:
        known: Done = translator.done()
        return Error(code="BACKEND_TIMEOUT", message=message, is_retryable=True, request_id=known.request_id)

    async def _read(
        self, response: httpx2.Response, translator: CortexTranslator, ends_at: float
    ) -> AsyncIterator[Event]:
        """Yield the events of a response. No time limit runs while the reader has an event in hand."""
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "text/event-stream":
            source = aiter(httpx2.EventSource(response, max_event_size=MAX_EVENT_BYTES))
            while not translator.is_finished:
                try:
                    async with asyncio.timeout_at(ends_at):
                        event = await anext(source)
                except StopAsyncIteration:
                    return
                for ours in translator.feed(event.event, event.data):
                    yield ours
            return
        async with asyncio.timeout_at(ends_at):
            body = (await response.aread()).decode("utf-8", "replace")
        for ours in translator.feed("response", body):
            yield ours

    async def _begin(self, question: Question) -> httpx2.Response:
        """Return the response of a run once its headers are there and say that it answers.

        Raises:
            BackendFault: if it refuses, or cannot be reached after the retries.
        """
        address, body = self._agent_path("run"), run_body(question)
        wait_s = self._settings.retry_wait_s
        for attempt in range(self._settings.retries + 1):
            is_last = attempt == self._settings.retries
            request = self._http.build_request(
                "POST", address, json=body, headers={**self._headers(), "Accept": "text/event-stream"}
            )
            try:
                async with asyncio.timeout(self._settings.first_byte_timeout_s):
                    response = await self._http.send(request, stream=True)
            except TimeoutError as error:
                # The agent may be at work on it: a second run would add a second message to the thread.
                raise BackendFault(
                    "The agent did not begin to answer in time.", code="BACKEND_TIMEOUT", is_retryable=True
                ) from error
            except httpx2.HTTPError as error:
                if is_last or isinstance(error, httpx2.ReadTimeout):
                    raise _unreachable(error) from error
            else:
                if response.status_code == httpx2.codes.OK:
                    return response
                async with contextlib.aclosing(response):
                    fault = await _refusal(response)
                if is_last or response.status_code not in RETRIED:
                    raise fault
                wait_s = max(wait_s, _retry_after(response))
            await asyncio.sleep(wait_s)
            wait_s *= 2
        raise AssertionError("the last try returns or raises")

    # Threads and feedback

    async def create_thread(self) -> str:
        """Begin a thread; return its id.

        Raises:
            BackendFault: if it cannot be begun.
        """
        body = {"origin_application": self._settings.origin_application}
        answer = await self._ask("POST", "/api/v2/cortex/threads", body)
        found = answer.get("thread_id", answer.get("id")) if isinstance(answer, Mapping) else answer
        if found is None or isinstance(found, Mapping | list):
            raise BackendFault("The server gave no id of the new thread.", code="BACKEND_BAD_ANSWER")
        return str(found)

    async def describe_agent(self) -> dict[str, Any]:
        """Return the agent's description. No model is asked: it costs nothing.

        Raises:
            BackendFault: if the account cannot be reached, does not know who asks, or has no such agent.
        """
        answer = await self._ask("GET", self._agent_path())
        return dict(answer) if isinstance(answer, Mapping) else {}

    async def list_threads(self) -> list[dict[str, Any]]:
        """Return this application's threads of the user.

        Raises:
            BackendFault: if they cannot be read.
        """
        query = {"origin_application": self._settings.origin_application}
        answer = await self._ask("GET", "/api/v2/cortex/threads", query=query)
        found = answer.get("threads", []) if isinstance(answer, Mapping) else answer
        return [dict(each) for each in found or () if isinstance(each, Mapping)]

    async def read_thread(
        self, thread_id: str, *, page_size: int = 20, last_message_id: str | None = None
    ) -> dict[str, Any]:
        """Return a thread's metadata and a page of its messages, newest first.

        Raises:
            BackendFault: if it cannot be read.
        """
        query: dict[str, str] = {"page_size": str(min(max(page_size, 1), MAX_PAGE_SIZE))}
        if last_message_id is not None:
            query["last_message_id"] = last_message_id
        answer = await self._ask("GET", _thread(thread_id), query=query)
        if not isinstance(answer, Mapping):
            raise BackendFault("The server gave no thread.", code="BACKEND_BAD_ANSWER")
        return dict(answer)

    async def rename_thread(self, thread_id: str, name: str) -> None:
        """Give a thread a name.

        Raises:
            BackendFault: if it cannot be renamed.
        """
        await self._ask("POST", _thread(thread_id), {"thread_name": name})

    async def delete_thread(self, thread_id: str) -> None:
        """Remove a thread.

        Raises:
            BackendFault: if it cannot be removed.
        """
        await self._ask("DELETE", _thread(thread_id))

    async def send_feedback(
        self,
        *,
        is_positive: bool,
        request_id: str | None = None,
        message: str = "",
        categories: Sequence[str] = (),
        thread_id: str | None = None,
    ) -> None:
        """Say how an answer was; without its request's id the feedback is about the agent.

        Raises:
            BackendFault: if it is not taken.
        """
        body: dict[str, Any] = {"positive": is_positive}
        if request_id:
            body["orig_request_id"] = request_id
        if message:
            body["feedback_message"] = message
        if categories:
            body["categories"] = list(categories)
        if thread_id:
            body["thread_id"] = _id(thread_id)
        await self._ask("POST", self._agent_path("feedback"), body)

    async def _ask(
        self, method: str, path: str, body: Any = None, *, query: Mapping[str, str] | None = None
    ) -> Any:
        """Return the JSON of an answer. Only reading is tried again."""
        tries = self._settings.retries + 1 if method == "GET" else 1
        wait_s = self._settings.retry_wait_s
        for attempt in range(tries):
            try:
                response = await self._http.request(
                    method,
                    path,
                    json=body,
                    params=dict(query or {}),
                    headers={**self._headers(), "Accept": "application/json"},
                    timeout=self._settings.first_byte_timeout_s,
                )
            except httpx2.HTTPError as error:
                if attempt == tries - 1:
                    raise _unreachable(error) from error
            else:
                if response.is_success:
                    return _json(response)
                if attempt == tries - 1 or response.status_code not in RETRIED:
                    raise await _refusal(response)
                wait_s = max(wait_s, _retry_after(response))
            await asyncio.sleep(wait_s)
            wait_s *= 2
        raise AssertionError("the last try returns or raises")

    def _agent_path(self, verb: str = "") -> str:
        agent = self._settings.agent
        database, schema, name = (quote(part, safe="") for part in (agent.database, agent.schema, agent.name))
        return f"/api/v2/databases/{database}/schemas/{schema}/agents/{name}{f':{verb}' if verb else ''}"

    def _headers(self) -> dict[str, str]:
        headers = self._credentials.headers()
        return {**headers, ROLE: self._settings.role} if self._settings.role else headers


def run_body(question: Question) -> dict[str, Any]:
    """Return the body of a run: in a thread the new message alone, without one all that was said."""
    said = [] if question.thread_id else [(turn.role.value, turn.text) for turn in question.history]
    messages: list[dict[str, Any]] = [
        {"role": role, "content": [{"type": "text", "text": text}]}
        for role, text in (*said, ("user", question.text))
    ]
    before = context_words(question.context)
    if before:
        messages[-1]["content"].append({"type": "text", "text": before})
    body: dict[str, Any] = {"messages": messages, "stream": True, **question.options}
    if question.thread_id:
        body["thread_id"] = _id(question.thread_id)
        body["parent_message_id"] = _id(question.parent_message_id or "0")
    return body


def _id(text: str) -> int | str:
    """Return an id as the API wants it: a number where it is one."""
    return int(text) if text.isascii() and text.isdigit() else text


def _thread(thread_id: str) -> str:
    return f"/api/v2/cortex/threads/{quote(thread_id, safe='')}"


def _unreachable(error: httpx2.HTTPError) -> BackendFault:
    if isinstance(error, httpx2.ReadTimeout):
        return BackendFault("Snowflake did not answer in time.", code="BACKEND_TIMEOUT", is_retryable=True)
    return BackendFault(
        f"Snowflake cannot be reached ({type(error).__name__}).",
        code="BACKEND_UNAVAILABLE",
        is_retryable=True,
    )


def _retry_after(response: httpx2.Response) -> float:
    try:
        return min(max(float(response.headers.get("Retry-After", "0")), 0.0), MAX_RETRY_AFTER_S)
    except ValueError:
        return 0.0


def _json(response: httpx2.Response) -> Any:
    try:
        return json.loads(response.content or b"null")
    except ValueError as error:
        raise BackendFault("The server's answer is no JSON.", code="BACKEND_BAD_ANSWER") from error


async def _refusal(response: httpx2.Response) -> BackendFault:
    """Return the fault that an answer other than 200 tells of."""
    try:
        body = json.loads(await response.aread())
        told = body.get("message") or body.get("error") or ""
    except (ValueError, AttributeError, httpx2.HTTPError):
        told = ""
    return status_fault(
        response.status_code,
        str(told)[:500] or response.reason_phrase or "no reason given",
        request_id=response.headers.get(REQUEST_ID),
    )
