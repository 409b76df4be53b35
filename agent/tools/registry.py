"""The tools that a user may use, and what is common to all: checks, limits, and how failures are told."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from pydantic import ValidationError

from agent.backends.requests import Tool, ToolOutcome, ToolRefused
from agent.tools import (
    asset_lookup,
    cascade,
    grid_analyst,
    outage_status,
    reliability,
    restoration_plan,
    risk,
    search_customers,
    search_documents,
    search_meters,
    trace,
    weather_rating,
)
from agent.tools.resolving import Ambiguous, Unknown
from agent.tools.spec import Caller, Input, ToolSpec
from flux_site.api import rights
from flux_site.api.audit.personal import PersonalReads, collecting, note_shown
from flux_site.api.audit.recording import record_personal_reads
from flux_site.api.audit.who import who_in_background
from flux_site.api.errors import FluxError
from flux_site.api.models import AuditSource
from flux_site.api.outages import noting_outage, service_fault
from flux_site.api.patience import answering_within
from flux_site.api.principals import Principal

logger = logging.getLogger(__name__)

SPECS: tuple[ToolSpec, ...] = (
    grid_analyst.SPEC,
    search_customers.SPEC,
    search_meters.SPEC,
    search_documents.TECHNICAL,
    search_documents.COMPLIANCE,
    asset_lookup.SPEC,
    trace.SPEC,
    outage_status.SPEC,
    cascade.SPEC,
    risk.SPEC,
    restoration_plan.SPEC,
    weather_rating.SPEC,
    reliability.SPEC,
)

AT_ONCE = 4
"""Tools that run at the same time in a process: each holds one of the connections that requests need too."""

READ_LIMIT_S = 20.0
"""Seconds that a statement of a tool which only reads may take."""

GRACE_S = 2.0
"""Seconds beyond, after which the tool as a whole is given up, whatever it waits for."""

WORK_LIMIT_S = 300.0
"""Seconds that a tool may take which starts something and waits for it."""

_threads = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="assistant-tool")


def tools_for(caller: Caller) -> tuple[Tool, ...]:
    """Return the tools whose permissions the asking user holds; each runs as that user.

    It asks the database: to be called off the event loop.
    """
    return tuple(_tool(spec, caller) for spec in SPECS if is_allowed(spec, caller.user))


def is_allowed(spec: ToolSpec, user: Any) -> bool:
    """Return whether a user holds all permissions that a tool needs."""
    return all(user.has_perm(each) for each in spec.permissions)


def call(
    spec: ToolSpec, caller: Caller, given: Mapping[str, Any], *, shown: PersonalReads | None = None
) -> ToolOutcome:
    """Return what a tool answers to an input, in this thread.

    The user's rights are looked up anew: what was taken away since the question was asked counts. Personal
    data in the answer is on record before the answer is returned; whose it is, is added to ``shown``.

    Raises:
        ToolRefused: if the input is bad, the user may not, a service is away, or the tool failed.
    """
    try:
        with noting_outage(), collecting() as reads:
            caller = replace(caller, user=_as_now(caller.user))
            _check_rights(spec, caller.user)
            asked = _checked(spec, given)
            with _limits(spec):
                outcome = spec.run(caller, asked)
            record_personal_reads(
                reads,
                who=who_in_background(caller.user),
                source=AuditSource.WEB,
                action=f"assistant {spec.name}",
            )
            if shown is not None:
                shown.ids.update(reads.ids)
                shown.fields |= reads.fields
            return outcome
    except ToolRefused:
        raise
    except (Ambiguous, Unknown) as error:
        return error.outcome()
    except FluxError as error:
        raise ToolRefused(_said(spec, error)) from error
    except Exception as error:
        fault = service_fault(error)
        if fault is not None:
            raise ToolRefused(fault.message) from error
        logger.exception("Unable to answer with the tool %s", spec.name)
        raise ToolRefused(
            f"{spec.name} failed because of a fault of its own, which was written to the log. "
            "Nothing is known of what was asked."
        ) from error


def _tool(spec: ToolSpec, caller: Caller) -> Tool:
    limit_s = READ_LIMIT_S + GRACE_S if spec.is_read_only else WORK_LIMIT_S

    async def run(given: Mapping[str, Any]) -> ToolOutcome:
        # A context of its own: what a thread notes of a request must not be there for the next one.
        shown = PersonalReads()
        in_thread = functools.partial(
            contextvars.Context().run, _call_and_hang_up, spec, caller, given, shown
        )
        try:
            outcome = await asyncio.wait_for(
                asyncio.get_running_loop().run_in_executor(_threads, in_thread), timeout=limit_s
            )
        except TimeoutError as error:
            raise ToolRefused(f"{spec.name} took longer than {limit_s:g} s and was stopped.") from error
        for field in shown.fields:  # whoever keeps the answer learns whom it shows
            note_shown(field, *shown.ids)
        return outcome

    return Tool(name=spec.name, description=spec.description, parameters=schema_of(spec.input), run=run)


@functools.cache
def schema_of(model: type[Input]) -> dict[str, Any]:
    """Return the JSON schema of an input."""
    return model.model_json_schema()


def _call_and_hang_up(
    spec: ToolSpec, caller: Caller, given: Mapping[str, Any], shown: PersonalReads
) -> ToolOutcome:
    """Call a tool, and give the connections of this thread back."""
    try:
        return call(spec, caller, given, shown=shown)
    finally:
        connections.close_all()


def _as_now(user: Any) -> Any:
    """Return the user with the rights of this moment.

    Raises:
        ToolRefused: if the user is no more, or may not log in any more.
    """
    if isinstance(user, Principal) or not user.is_authenticated:
        return user
    found = get_user_model().objects.filter(pk=user.pk, is_active=True).first()
    if found is None:
        raise ToolRefused("Your account is not active any more.")
    rights.load(found)
    if hasattr(user, "api_token_name"):
        found.api_token_name = user.api_token_name  # type: ignore[attr-defined]  # for the audit log
    return found


def _check_rights(spec: ToolSpec, user: Any) -> None:
    missing = [each for each in spec.permissions if not user.has_perm(each)]
    if missing:
        raise ToolRefused(f"You may not use {spec.name}: you need the permission {missing[0]}.")


def _checked(spec: ToolSpec, given: Mapping[str, Any]) -> Input:
    """Return the input as the tool takes it.

    Raises:
        ToolRefused: naming every field that is wrong, and what is allowed.
    """
    if _has_nul(given):
        raise ToolRefused("The input holds a NUL character, which no text may.")
    try:
        return spec.input.model_validate(dict(given))
    except ValidationError as error:
        raise ToolRefused(" ".join(_fault(spec, dict(each)) for each in error.errors())) from error


def _has_nul(value: Any) -> bool:
    """Return whether a text anywhere in an input holds the one character that PostgreSQL takes in none."""
    if isinstance(value, Mapping):
        return any(_has_nul(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return any(_has_nul(part) for part in value)
    return isinstance(value, str) and "\x00" in value


def _fault(spec: ToolSpec, fault: dict[str, Any]) -> str:
    field = ".".join(map(str, fault["loc"])) or "input"
    if fault["type"] == "extra_forbidden":
        return f"{field}: {spec.name} has no such input; it has {', '.join(spec.input.model_fields)}."
    message = str(fault["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{field}: {message}."


def _said(spec: ToolSpec, error: FluxError) -> str:
    """Return what was wrong, with the field at fault where it is one of the tool's."""
    is_own = error.field in spec.input.model_fields and not error.message.startswith(f"{error.field} ")
    return f"{error.field}: {error.message}" if is_own else error.message


@contextmanager
def _limits(spec: ToolSpec) -> Iterator[None]:
    """Let what only reads do nothing else, and take no longer than it may.

    The transaction is rolled back, and so are the settings it was begun with.
    """
    if not spec.is_read_only:
        yield
        return
    with answering_within(READ_LIMIT_S + GRACE_S), transaction.atomic(using=DEFAULT_DB_ALIAS):
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            cursor.execute(f"SET LOCAL statement_timeout = {int(READ_LIMIT_S * 1000)}")
            role = getattr(settings, "ASSISTANT_DATABASE_ROLE", "")
            if role:
                cursor.execute(f"SET LOCAL ROLE {connections[DEFAULT_DB_ALIAS].ops.quote_name(role)}")
        try:
            yield
        finally:
            transaction.set_rollback(True, using=DEFAULT_DB_ALIAS)
