"""What the official client of the OpenAI protocol raises, as faults of ours."""

from __future__ import annotations

import openai

from agent.backends.errors import BackendFault, status_fault


def openai_fault(error: Exception) -> BackendFault:
    """Return the fault that an error of the client tells of."""
    if isinstance(error, openai.APITimeoutError):
        return BackendFault(
            "The model server did not answer in time.", code="BACKEND_TIMEOUT", is_retryable=True
        )
    if isinstance(error, openai.APIStatusError):
        return status_fault(error.status_code, _told(error), request_id=error.request_id)
    if isinstance(error, openai.APIConnectionError):
        return BackendFault(
            "The model server cannot be reached.", code="BACKEND_UNAVAILABLE", is_retryable=True
        )
    return BackendFault(f"The model server answered strangely: {error}", code="BACKEND_BAD_ANSWER")


def _told(error: openai.APIStatusError) -> str:
    body = error.body
    if isinstance(body, dict):
        told = body.get("message") or (body.get("error") if isinstance(body.get("error"), str) else None)
        if told:
            return str(told)[:500]
    return error.response.reason_phrase or "no reason given"
