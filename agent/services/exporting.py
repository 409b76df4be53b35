"""A conversation as a file: JSON for programs, Markdown for people."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from agent.events import EventKind
from agent.models import Feedback, Message, MessageRole, Thread
from agent.selectors import conversations as reading
from agent.services.conversations import open_thread
from flux_site.api.errors import NotFound

FORMATS = {"md": "text/markdown; charset=utf-8", "json": "application/json"}
MAX_ROWS = 1_000  # of a table in Markdown
_LINK = re.compile(r"(https?://|/)[^\s<>]*")


@dataclass(frozen=True, kw_only=True)
class ExportedThread:
    """A file."""

    name: str
    content_type: str
    body: str


def export_thread(*, user: Any, thread_id: str, file_format: str) -> ExportedThread:
    """Return a conversation as a file: all of the tree, the oldest message first.

    Raises:
        PermissionRefused: if the user may not use the assistant.
        NotFound: if the user has no such thread, or there is no such format.
    """
    write = _WRITERS.get(file_format)
    if write is None:
        raise NotFound(
            f"There is no format {file_format[:20]!r}; there are: {', '.join(FORMATS)}.", field="format"
        )
    thread = open_thread(user=user, thread_id=thread_id)
    messages = reading.messages_of(thread, user)
    name = re.sub(r"[^0-9a-z]+", "-", thread.title.lower()).strip("-")[:60] or "conversation"
    return ExportedThread(
        name=f"{name}.{file_format}", content_type=FORMATS[file_format], body=write(thread, messages)
    )


def _as_json(thread: Thread, messages: Sequence[Any]) -> str:
    document = {
        "id": str(thread.pk),
        "title": thread.title,
        "createdAt": thread.created_at.isoformat(),
        "updatedAt": thread.updated_at.isoformat(),
        "messages": [
            {
                "id": str(each.pk),
                "parentId": None if each.parent_id is None else str(each.parent_id),
                "role": each.role,
                "createdAt": each.created_at.isoformat(),
                "text": each.shown_text,
                "state": each.state,
                "doneReason": each.done_reason or None,
                "errorCode": each.error_code or None,
                "backend": each.backend or None,
                "firstEventMs": each.first_event_ms,
                "durationMs": each.duration_ms,
                "events": [{"seq": event.seq, "body": event.body} for event in each.shown_events],
                "feedback": _feedback(each),
            }
            for each in messages
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _feedback(message: Message) -> dict[str, Any] | None:
    try:
        given = message.feedback
    except Feedback.DoesNotExist:
        return None
    return {"isPositive": given.is_positive, "categories": given.categories, "comment": given.comment}


def _as_markdown(thread: Thread, messages: Sequence[Any]) -> str:
    numbers = {each.pk: number for number, each in enumerate(messages, start=1)}
    parts = [f"# {_plain(thread.title)}", f"Begun {_moment(thread.created_at)}."]
    for before, message in zip([None, *messages], messages, strict=False):
        is_question = message.role == MessageRole.USER
        heading = f"## {numbers[message.pk]}. {'Question' if is_question else 'Answer'}"
        if message.parent_id is not None and (before is None or message.parent_id != before.pk):
            heading += (
                f" to {numbers[message.parent_id]}"
                if not is_question
                else f" after {numbers[message.parent_id]}"
            )
        elif message.parent_id is None and before is not None:
            heading += " that begins anew"
        parts += [heading, f"*{_moment(message.created_at)}*"]
        if is_question:
            parts.append("\n".join(f"> {line}" for line in message.shown_text.splitlines()))
        else:
            parts += _answer(message)
    return "\n\n".join(part for part in parts if part) + "\n"


def _answer(message: Any) -> Iterator[str]:
    yield message.shown_text
    for event in message.shown_events:
        write = _EVENTS.get(event.kind)
        if write is not None:
            yield write(event.body)
    if not message.is_finished:
        yield "*This answer is still being written.*"
    elif message.done_reason == "CANCELLED":
        yield "*This answer was stopped.*"


def _table(body: Mapping[str, Any]) -> str:
    heads = [
        f"{_cell(column['label'])} ({_cell(column['unit'])})"
        if column.get("unit")
        else _cell(column["label"])
        for column in body["columns"]
    ]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(_cell(value) for value in row)} |" for row in body["rows"][:MAX_ROWS]]
    title = f"**{_plain(body['title'])}**\n\n" if body.get("title") else ""
    count, shown = body.get("row_count"), min(len(body["rows"]), MAX_ROWS)
    is_cut = body.get("is_truncated") or len(body["rows"]) > shown
    note = (
        f"\n\n{shown:,} of {count:,} rows."
        if is_cut and count
        else "\n\nThere are more rows."
        if is_cut
        else ""
    )
    return title + "\n".join(lines) + note


def _sql(body: Mapping[str, Any]) -> str:
    values = body.get("parameters")
    told = f"\n\nWith {_code(json.dumps(values, ensure_ascii=False))}." if values else ""
    return _fenced(body["sql"], "sql") + told


def _citation(body: Mapping[str, Any]) -> str:
    place = ", ".join(_plain(each) for each in (body["document_title"], body.get("section")) if each)
    url = str(body.get("url") or "")
    link = f" <{url}>" if _LINK.fullmatch(url) else ""
    return f"[{body['number']}] {place}.{link}"


def _choices(body: Mapping[str, Any]) -> str:
    lead = [_plain(body["message"])] if body.get("message") else []
    return "\n\n".join([*lead, "\n".join(f"- {_plain(each['label'])}" for each in body["choices"])])


def _fenced(text: str, language: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _code(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    tick = "`" * (longest + 1)
    return f"{tick} {text} {tick}"


def _plain(text: Any) -> str:
    """Return a text of one line that Markdown shows as it is."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", " ".join(str(text).split()))


def _cell(value: Any) -> str:
    return "" if value is None else _plain(value)


def _moment(moment: Any) -> str:
    return str(moment.astimezone(ZoneInfo(settings.TIME_ZONE)).strftime("%Y-%m-%d %H:%M %Z"))


_EVENTS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    EventKind.SQL: _sql,
    EventKind.TABLE: _table,
    EventKind.CHART: lambda body: _fenced(json.dumps(body["spec"], ensure_ascii=False), "vega-lite"),
    EventKind.CITATION: _citation,
    EventKind.CHOICES: _choices,
    EventKind.WARNING: lambda body: f"> **Note:** {_plain(body['message'])}",
    EventKind.ERROR: lambda body: f"> **Error:** {_plain(body['message'])}",
}
_WRITERS: dict[str, Callable[[Thread, Sequence[Any]], str]] = {"md": _as_markdown, "json": _as_json}
