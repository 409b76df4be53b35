"""The stream of a Cortex agent turned into events of ours.

Pieces ("delta") come first and are passed on; the whole that follows them is not said twice. What is unknown
is counted and left out: the protocol grows. Nothing here waits or asks the network.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from agent.backends.cortex_tables import read_result_set
from agent.events import (
    Chart,
    Choice,
    Choices,
    ChoicesReason,
    Citation,
    Done,
    DoneReason,
    Error,
    Event,
    Sql,
    Status,
    Text,
    Thinking,
    ToolResult,
    ToolUse,
    Warn,
)

SQL_TOOLS = frozenset({"system_execute_sql"})


class CortexTranslator:
    """Turns the events of one answer, in their order, into ours."""

    def __init__(self, *, thread_id: str | None = None, request_id: str | None = None) -> None:
        self.unknown: Counter[str] = Counter()
        self.is_finished = False
        self._thread_id = thread_id
        self._request_id = request_id
        self._message_id: str | None = None
        self._run_id: str | None = None
        self._tokens: int | None = None
        self._has_failed = False
        self._is_question = False
        self._texts: set[int] = set()  # blocks of which pieces came
        self._thoughts: set[int] = set()
        self._citations: dict[str, int] = {}
        self._names: dict[str, str] = {}
        self._sql: dict[str, str] = {}
        self._explanations: dict[str, str] = {}
        self._analyst: dict[str, dict[str, Any]] = defaultdict(dict)
        self._told_sql: set[tuple[str, str]] = set()
        self._told_results: set[str] = set()
        self._told_tables: set[str] = set()
        self._told_charts: set[str] = set()
        self._suggestions: dict[str, dict[int, str]] = defaultdict(dict)
        self._warnings: set[str] = set()
        self._handlers: dict[str, Callable[[Mapping[str, Any]], Iterator[Event]]] = {
            "response.status": self._status,
            "response.thinking.delta": self._thinking_delta,
            "response.thinking": self._thinking,
            "response.text.delta": self._text_delta,
            "response.text": self._text,
            "response.text.annotation": self._text_annotation,
            "response.tool_use": self._tool_use,
            "response.tool_result.status": self._status,
            "response.tool_result.analyst.delta": self._analyst_delta,
            "response.tool_result": self._tool_result,
            "response.table": self._table,
            "response.chart": self._chart,
            "response.warning": self._warning,
            "response.suggested_queries": self._suggested_queries,
            "metadata": self._metadata,
            "error": self._error,
            "response": self._response,
            "done": self._end,
        }

    def feed(self, name: str, data: str) -> list[Event]:
        """Return the events of ours that one event of theirs makes."""
        if data.strip() == "[DONE]":
            self.is_finished = True
            return []
        handler = self._handlers.get(name)
        if handler is None:
            self.unknown[name] += 1
            return []
        try:
            body = json.loads(data) if data.strip() else {}
            if not isinstance(body, dict):
                raise TypeError("is no object")
            return list(handler(body))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return [
                Warn(code="BAD_EVENT", message=f"Part of the answer could not be read ({name}: {error}).")
            ]

    def end(self) -> list[Event]:
        """Return what is still owed when the stream has ended: SQL not told, an early end, and ``Done``."""
        events: list[Event] = []
        for tool_use_id in list(self._sql):
            events.extend(self._tell_sql(tool_use_id))
        if not self.is_finished and not self._has_failed:
            self._has_failed = True
            events.append(
                Error(
                    code="BACKEND_CUT_OFF",
                    message="The answer ended too early.",
                    is_retryable=True,
                    request_id=self._request_id,
                )
            )
        return [*events, self.done()]

    def done(self, reason: DoneReason | None = None) -> Done:
        """Return the last event."""
        if reason is None:
            if self._has_failed:
                reason = DoneReason.FAILED
            else:
                reason = DoneReason.ASKED_BACK if self._is_question else DoneReason.ANSWERED
        return Done(
            reason=reason,
            thread_id=self._thread_id,
            message_id=self._message_id,
            request_id=self._request_id,
            run_id=self._run_id,
            tokens=self._tokens,
        )

    # Words

    def _status(self, body: Mapping[str, Any]) -> Iterator[Event]:
        yield Status(status=str(body.get("status", "")), message=str(body.get("message") or ""))

    def _thinking_delta(self, body: Mapping[str, Any]) -> Iterator[Event]:
        block = _block(body)
        self._thoughts.add(block)
        if body.get("text"):
            yield Thinking(delta=str(body["text"]), block=block)

    def _thinking(self, body: Mapping[str, Any]) -> Iterator[Event]:
        if _block(body) not in self._thoughts:
            yield from self._thinking_delta(body)

    def _text_delta(self, body: Mapping[str, Any]) -> Iterator[Event]:
        block = _block(body)
        self._texts.add(block)
        self._is_question = self._is_question or bool(body.get("is_elicitation"))
        if body.get("text"):
            text = str(body["text"])
            yield Text(delta=text, block=block, is_question=bool(body.get("is_elicitation")))

    def _text(self, body: Mapping[str, Any]) -> Iterator[Event]:
        self._is_question = self._is_question or bool(body.get("is_elicitation"))
        if _block(body) not in self._texts:
            yield from self._text_delta(body)
        for annotation in body.get("annotations") or ():
            yield from self._cite(annotation, _block(body))

    def _text_annotation(self, body: Mapping[str, Any]) -> Iterator[Event]:
        yield from self._cite(body.get("annotation") or {}, _block(body))

    def _cite(self, annotation: Mapping[str, Any], block: int) -> Iterator[Event]:
        document_id = str(annotation.get("doc_id") or "")
        key = str(annotation.get("search_result_id") or document_id or annotation.get("doc_title") or "")
        if not key or key in self._citations:
            return
        self._citations[key] = len(self._citations) + 1
        yield Citation(
            number=self._citations[key],
            document_id=document_id or key,
            document_title=str(annotation.get("doc_title") or document_id or key),
            url=document_id if document_id.startswith(("https://", "http://")) else None,
            quote=str(annotation["text"]) if annotation.get("text") else None,
            block=block,
        )

    # Tools

    def _tool_use(self, body: Mapping[str, Any]) -> Iterator[Event]:
        tool_use_id = str(body.get("tool_use_id") or "")
        if tool_use_id in self._names:
            return
        given = body.get("input")
        given = dict(given) if isinstance(given, Mapping) else {}
        self._names[tool_use_id] = str(body.get("name") or body.get("type") or "")
        yield ToolUse(tool_use_id=tool_use_id, name=self._names[tool_use_id], input=given)
        if body.get("type") in SQL_TOOLS and given.get("sql"):
            self._sql[tool_use_id] = str(given["sql"])
            yield from self._tell_sql(tool_use_id)

    def _analyst_delta(self, body: Mapping[str, Any]) -> Iterator[Event]:
        tool_use_id = str(body.get("tool_use_id") or "")
        delta = body.get("delta") or {}
        thought = delta.get("think") or delta.get("text")
        if thought:
            yield Thinking(delta=str(thought), block=_block(body))
        self._sql[tool_use_id] = _joined(self._sql.get(tool_use_id, ""), str(delta.get("sql") or ""))
        self._explanations[tool_use_id] = _joined(
            self._explanations.get(tool_use_id, ""), str(delta.get("sql_explanation") or "")
        )
        facts = self._analyst[tool_use_id]
        facts.update({name: delta[name] for name in ("query_id", "verified_query_used") if name in delta})
        suggestion = delta.get("suggestions")
        if isinstance(suggestion, Mapping):
            index = int(suggestion.get("index") or 0)
            known = self._suggestions[tool_use_id]
            known[index] = known.get(index, "") + str(suggestion.get("delta") or "")
        if delta.get("query_id") or delta.get("result_set"):
            yield from self._tell_sql(tool_use_id)
        if isinstance(delta.get("result_set"), Mapping):
            yield from self._tell_table(delta["result_set"], tool_use_id, facts.get("query_id"), None)

    def _tool_result(self, body: Mapping[str, Any]) -> Iterator[Event]:
        tool_use_id = str(body.get("tool_use_id") or "")
        if tool_use_id in self._told_results:
            return
        self._told_results.add(tool_use_id)
        content = [each.get("json", each) for each in body.get("content") or () if isinstance(each, Mapping)]
        for part in content:
            if not isinstance(part, Mapping):
                continue
            if part.get("sql"):
                self._sql[tool_use_id] = str(part["sql"])
            if part.get("query_id"):
                self._analyst[tool_use_id]["query_id"] = part["query_id"]
            yield from self._tell_sql(tool_use_id)
            if isinstance(part.get("result_set"), Mapping):
                yield from self._tell_table(part["result_set"], tool_use_id, part.get("query_id"), None)
            for index, text in enumerate(part.get("suggestions") or ()):
                self._suggestions[tool_use_id].setdefault(index, str(text))
        yield from self._tell_sql(tool_use_id)
        questions = [text for _, text in sorted(self._suggestions.pop(tool_use_id, {}).items()) if text]
        if questions:
            yield _choices(ChoicesReason.AMBIGUOUS, questions)
        status = str(body.get("status") or "success")
        yield ToolResult(
            tool_use_id=tool_use_id,
            name=str(body.get("name") or self._names.get(tool_use_id, "")),
            is_ok=status.lower() not in {"error", "failed"},
            content=content,
            message=None if status.lower() == "success" else status,
        )

    def _tell_sql(self, tool_use_id: str) -> Iterator[Event]:
        sql = self._sql.get(tool_use_id, "").strip()
        if not sql or (tool_use_id, sql) in self._told_sql:
            return
        self._told_sql.add((tool_use_id, sql))
        facts = self._analyst.get(tool_use_id, {})
        yield Sql(
            sql=sql,
            dialect="snowflake",
            explanation=self._explanations.get(tool_use_id) or None,
            is_verified=bool(facts.get("verified_query_used")),
            query_id=facts.get("query_id"),
            tool_use_id=tool_use_id or None,
        )

    # Results

    def _table(self, body: Mapping[str, Any]) -> Iterator[Event]:
        tool_use_id = str(body.get("tool_use_id") or "")
        yield from self._tell_sql(tool_use_id)
        yield from self._tell_table(
            body.get("result_set") or {}, tool_use_id, body.get("query_id"), body.get("title")
        )

    def _tell_table(
        self, result_set: Mapping[str, Any], tool_use_id: str, query_id: Any, title: Any
    ) -> Iterator[Event]:
        table = read_result_set(
            result_set,
            title=str(title) if title else None,
            query_id=str(query_id) if query_id else None,
            tool_use_id=tool_use_id or None,
        )
        key = table.query_id or f"{tool_use_id}/{title}"
        if key not in self._told_tables:
            self._told_tables.add(key)
            yield table

    def _chart(self, body: Mapping[str, Any]) -> Iterator[Event]:
        written = body.get("chart_spec")
        spec = json.loads(written) if isinstance(written, str) else written
        if not isinstance(spec, dict):
            raise TypeError("chart_spec is no Vega-Lite document")
        key = json.dumps(spec, sort_keys=True)
        if key not in self._told_charts:
            self._told_charts.add(key)
            title = spec.get("title")
            yield Chart(
                spec=spec,
                title=title if isinstance(title, str) else None,
                tool_use_id=str(body.get("tool_use_id") or "") or None,
            )

    def _warning(self, body: Mapping[str, Any]) -> Iterator[Event]:
        message = str(body.get("message") or "")
        if message and message not in self._warnings:
            self._warnings.add(message)
            yield Warn(message=message)

    def _suggested_queries(self, body: Mapping[str, Any]) -> Iterator[Event]:
        questions = [str(each["query"]) for each in body.get("suggested_queries") or () if each.get("query")]
        if questions:
            yield _choices(ChoicesReason.FOLLOW_UP, questions)

    # The frame

    def _metadata(self, body: Mapping[str, Any]) -> Iterator[Event]:
        inner = body.get("metadata")
        facts = inner if isinstance(inner, Mapping) else body
        if facts.get("run_id"):
            self._run_id = str(facts["run_id"])
        if facts.get("thread_id"):
            self._thread_id = str(facts["thread_id"])
        if facts.get("message_id") is not None and facts.get("role") in {"assistant", None}:
            self._message_id = str(facts["message_id"])
        yield from ()

    def _error(self, body: Mapping[str, Any]) -> Iterator[Event]:
        self._has_failed = True
        self._request_id = str(body.get("request_id") or "") or self._request_id
        yield Error(
            code=str(body.get("code") or body.get("error_code") or "BACKEND_ERROR"),
            message=str(body.get("message") or "The agent failed and said nothing of why."),
            request_id=self._request_id,
        )

    def _response(self, body: Mapping[str, Any]) -> Iterator[Event]:
        """Take the whole answer: what did not come in pieces is told now."""
        self.is_finished = True
        for index, part in enumerate(body.get("content") or ()):
            kind = str(part.get("type") or "")
            inner = part.get(kind)
            whole = {"content_index": index, **part, **(inner if isinstance(inner, Mapping) else {})}
            if kind in {"text", "thinking"} and isinstance(inner, str):
                whole["text"] = inner
            handler = self._handlers.get(f"response.{kind}")
            if handler is None:
                self.unknown[f"response.{kind}"] += 1
            else:
                yield from handler(whole)
        for warning in body.get("warnings") or ():
            yield from self._warning(warning if isinstance(warning, Mapping) else {"message": warning})
        metadata = body.get("metadata") or {}
        usage = (metadata.get("usage") or {}).get("tokens_consumed") or ()
        counts = [_tokens(each) for each in usage if isinstance(each, Mapping)]
        self._tokens = sum(counts) if counts else self._tokens
        self._run_id = str(metadata.get("run_id") or "") or self._run_id
        for facts in (metadata, body):
            self._thread_id = str(facts.get("thread_id") or "") or self._thread_id
            self._message_id = str(facts.get("assistant_message_id") or "") or self._message_id

    def _end(self, _: Mapping[str, Any]) -> Iterator[Event]:
        self.is_finished = True
        yield from ()


def _block(body: Mapping[str, Any]) -> int:
    return int(body.get("content_index") or 0)


def _joined(before: str, piece: str) -> str:
    """Return a text with a piece added; a piece that begins with all that came before is the whole again."""
    return piece if before and piece.startswith(before) else before + piece


def _tokens(usage: Mapping[str, Any]) -> int:
    total = 0
    for name in ("input_tokens", "output_tokens"):
        given = usage.get(name)
        value = given.get("total") if isinstance(given, Mapping) else given
        total += value if isinstance(value, int) else 0
    return total


def _choices(reason: ChoicesReason, questions: list[str]) -> Choices:
    return Choices(reason=reason, choices=tuple(Choice(label=text, question=text) for text in questions))
