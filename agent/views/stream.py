"""Answers as server-sent events: ``GET /assistant/answers/{id}/events`` and ``POST /assistant/ask``."""

from __future__ import annotations

import asyncio
import contextvars
import json
from collections.abc import AsyncGenerator, Iterator
from functools import partial
from http import HTTPStatus
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from agent.backends.requests import Context
from agent.selectors.conversations import USE, get_answer
from agent.services.answering import answering
from agent.services.conversations import NEWEST, Exchange, send_message
from agent.services.following import AnswerUpdate, follow_answer
from agent.services.limits import TooManyQuestions
from flux_site.api.audit.who import who_in_request
from flux_site.api.csrf import csrf_fault
from flux_site.api.errors import BadInput, FluxError, PermissionRefused
from flux_site.api.login import log_in_again
from grid.views.columns import check_login, check_permission, error_response

KEEP_ALIVE_S = 15.0
RETRY_MS = 1_000
HEADERS = {
    "Cache-Control": "private, no-store",
    "Vary": "Cookie, Authorization",
    "X-Accel-Buffering": "no",  # nginx would hold back what is not much
}
MAX_SEQ = 10**9


class CsrfFailed(PermissionRefused):
    """The CSRF token is missing or wrong."""

    code = "CSRF_FAILED"


@require_GET
def answer_events(request: HttpRequest, answer_id: str) -> HttpResponseBase:
    """Answer with the events of an answer after one number; 204 where there are none and none will come."""
    try:
        check_login(request)
        check_permission(request, USE)
        after = _after(request)
        answer = get_answer(answer_id, request.user)
        if answer.is_finished and not answer.events.filter(seq__gt=after).exists():
            return HttpResponse(status=HTTPStatus.NO_CONTENT, headers=HEADERS)
        return _stream(request, answer_id, after=after)
    except FluxError as error:
        return _refusal(error)


@csrf_exempt  # checked here, so that a bearer token needs no CSRF token and a refusal is JSON
@require_POST
def ask(request: HttpRequest) -> HttpResponseBase:
    """Ask a question and answer with the events of its answer; the first names the ids."""
    try:
        check_login(request)
        fault = csrf_fault(request)
        if fault is not None:
            raise CsrfFailed(fault)
        check_permission(request, USE)
        exchange = _send(request)
        return _stream(request, str(exchange.answer.pk), after=-1, exchange=exchange)
    except FluxError as error:
        return _refusal(error)


def _send(request: HttpRequest) -> Exchange:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise BadInput("The body is no JSON.") from error
    if not isinstance(body, dict):
        raise BadInput("The body is no JSON object.")
    allowed = {"text", "threadId", "parentId", "context"}
    unknown = sorted(body.keys() - allowed)
    if unknown:
        raise BadInput(f"is not known; allowed are {', '.join(sorted(allowed))}", field=unknown[0][:60])
    return send_message(
        user=request.user,
        text=_word(body, "text", is_needed=True) or "",
        thread_id=_word(body, "threadId"),
        parent_id=_word(body, "parentId") if "parentId" in body else NEWEST,
        context=_context(body.get("context")),
    )


def _context(given: Any) -> Context | None:
    if given is None:
        return None
    if not isinstance(given, dict):
        raise BadInput("must be an object", field="context")
    ids = given.get("assetIds") or []
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise BadInput("must be a list of texts", field="context.assetIds")
    return Context(
        asset_ids=tuple(ids),
        run_id=_word(given, "runId") or None,
        workspace=_word(given, "workspace") or None,
    )


def _word(body: dict[str, Any], name: str, *, is_needed: bool = False) -> str | None:
    value = body.get(name)
    if value is None and not is_needed:
        return None
    if not isinstance(value, str):
        raise BadInput("must be a text", field=name)
    return value


def _after(request: HttpRequest) -> int:
    """Return the number of the last event that the client has; -1: none."""
    given = request.headers.get("Last-Event-ID") or request.GET.get("after") or "-1"
    if given == "-1":
        return -1
    if not (given.isascii() and given.isdigit() and int(given[:12]) < MAX_SEQ):
        raise BadInput("must be the number of an event, or -1", field="after")
    return int(given)


def _stream(
    request: HttpRequest, answer_id: str, *, after: int, exchange: Exchange | None = None
) -> StreamingHttpResponse:
    updates = follow_answer(
        answer_id=answer_id,
        user=request.user,
        after=after,
        who=who_in_request(request),
        log_in_again=partial(log_in_again, request),
    )
    pieces = _pieces(updates, exchange)
    body: Any = pieces if isinstance(request, ASGIRequest) else _taken_here(pieces)
    return StreamingHttpResponse(body, content_type="text/event-stream; charset=utf-8", headers=HEADERS)


async def _pieces(
    updates: AsyncGenerator[AnswerUpdate, None], exchange: Exchange | None
) -> AsyncGenerator[bytes, None]:
    yield f"retry: {RETRY_MS}\n\n".encode()
    if exchange is not None:
        ids = {
            "threadId": str(exchange.thread.pk),
            "questionId": str(exchange.question.pk),
            "answerId": str(exchange.answer.pk),
        }
        yield _event("exchange", ids)
    step: asyncio.Task[AnswerUpdate | None] | None = None
    try:
        while True:
            step = step or asyncio.ensure_future(anext(updates, None))
            await asyncio.wait({step}, timeout=KEEP_ALIVE_S)
            if not step.done():
                yield b": still there\n\n"
                continue
            update, step = _result(step), None
            if isinstance(update, FluxError):
                yield _event("refused", {"code": update.code, "message": update.message})
                return
            if update is None:
                return
            for event in update.events:
                told = {"seq": event.seq, "kind": event.kind, "body": event.body}
                yield _event("event", told, seq=event.seq)
            if update.is_finished:
                yield _event("end", {"state": update.answer.state, "doneReason": update.answer.done_reason})
    finally:
        if step is not None:
            step.cancel()
            await asyncio.wait({step}, timeout=1)
        await updates.aclose()


def _result(step: asyncio.Task[AnswerUpdate | None]) -> AnswerUpdate | FluxError | None:
    try:
        return step.result()
    except FluxError as error:
        return error


def _event(name: str, data: dict[str, Any], *, seq: int | None = None) -> bytes:
    lines = ([f"id: {seq}"] if seq is not None else []) + [f"event: {name}", f"data: {json.dumps(data)}"]
    return ("\n".join(lines) + "\n\n").encode()


def _taken_here(pieces: AsyncGenerator[bytes, None]) -> Iterator[bytes]:
    """Return the pieces for a server without an event loop: they are made in the loop of the answers."""
    loop = answering.loop()
    empty = contextvars.Context()

    def taken(step: Any) -> Any:
        return empty.copy().run(asyncio.run_coroutine_threadsafe, step, loop).result()

    async def next_piece() -> bytes | None:
        return await anext(pieces, None)

    try:
        while (piece := taken(next_piece())) is not None:
            yield piece
    finally:
        taken(pieces.aclose())


def _refusal(error: FluxError) -> HttpResponse:
    response = error_response(error)
    if isinstance(error, TooManyQuestions):
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        response.headers["Retry-After"] = str(error.retry_after_s)
    elif isinstance(error, CsrfFailed):
        response.status_code = HTTPStatus.FORBIDDEN
        del response.headers["Retry-After"]
    return response
