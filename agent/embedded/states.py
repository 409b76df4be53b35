"""What is kept with an answer, so that a question that follows is understood exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.backends.requests import Question, ToolOutcome
from agent.embedded.intents import Call, Offer
from agent.embedded.normal import is_id, read
from agent.embedded.router import ANALYST, about_asset
from agent.events import Assets, Choices, DoneReason, Table

MOST_ITEMS = 50


def state_after(
    call: Call | None,
    outcome: ToolOutcome | None,
    offers: Sequence[Offer],
    reason: DoneReason,
    question: Question,
) -> dict[str, Any]:
    """Return the state: tool and input, the form, the asset, what was listed, what each choice stands for."""
    choices = _offered(offers) | (_tool_choices(call, outcome) if call and outcome else {})
    if call is None or reason is DoneReason.REFUSED:
        return _kept(question, choices)
    state: dict[str, Any] = {"tool": call.tool, "input": dict(call.input)}
    if reason is DoneReason.ASKED_BACK:
        # What was asked back changes nothing of what was talked about before.
        return _kept(question, choices)
    if outcome is not None:
        form = outcome.content.get("form") if isinstance(outcome.content, Mapping) else None
        if call.tool == ANALYST and isinstance(form, Mapping):
            state["form"] = dict(form)
        items = items_of(outcome)
        if items:
            state["items"] = items
        run_id = outcome.content.get("run_id") if isinstance(outcome.content, Mapping) else None
        run_id = call.input.get("run_id") if run_id is None else run_id
        if run_id is not None:
            state["run_id"] = str(run_id)
    asset = _main_asset(outcome) or about_asset(call.input) or _only_asset(outcome)
    if asset:
        state["asset"] = asset
    if choices:
        state["choices"] = choices
    return state


def _kept(question: Question, choices: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in question.state.items() if key != "choices"}
    return {**kept, "choices": choices} if choices else kept


def _offered(offers: Sequence[Offer]) -> dict[str, Any]:
    return {
        offer.label: {
            "question": offer.question,
            **({"tool": offer.call.tool, "input": dict(offer.call.input)} if offer.call else {}),
        }
        for offer in offers
    }


def _tool_choices(call: Call, outcome: ToolOutcome) -> dict[str, Any]:
    """Return what each choice of a tool stands for: the analyst's form, or the same call of an asset."""
    forms = outcome.content.get("choices") if isinstance(outcome.content, Mapping) else None
    found: dict[str, Any] = {}
    for event in outcome.events:
        if not isinstance(event, Choices):
            continue
        for choice in event.choices:
            meant: dict[str, Any] = {"question": choice.question}
            if isinstance(forms, Mapping) and isinstance(forms.get(choice.label), Mapping):
                meant |= {"tool": ANALYST, "input": {"form": dict(forms[choice.label])}}
            else:
                meant |= _with_asset(call, choice.question)
            found[choice.label] = meant
    return found


def _with_asset(call: Call, question: str) -> dict[str, Any]:
    """Return the call with the one id of a choice's question in the place of the asset that was unclear."""
    ids = [word.plain for word in read(question).words if is_id(word.plain)]
    fields = [name for name in ("asset", "line", "scope") if isinstance(call.input.get(name), str)]
    if len(ids) != 1 or not fields:
        return {}
    return {"tool": call.tool, "input": {**call.input, fields[0]: ids[0]}}


def items_of(outcome: ToolOutcome) -> list[str]:
    """Return the assets that an answer listed, in the order of its table, or of those it points at."""
    for event in outcome.events:
        if isinstance(event, Table):
            for column in range(len(event.columns)):
                values = [row[column] for row in event.rows]
                if values and all(isinstance(value, str) and _is_key(value) for value in values):
                    return [str(value) for value in values[:MOST_ITEMS]]
    for event in outcome.events:
        if isinstance(event, Assets) and len(event.assets) > 1:
            return [each.asset_id for each in event.assets[:MOST_ITEMS]]
    return []


def _is_key(value: str) -> bool:
    words = read(value).words
    return len(words) == 1 and is_id(words[0].plain)


def _main_asset(outcome: ToolOutcome | None) -> str | None:
    """Return the asset that an answer is of, as the tool says."""
    content = outcome.content if outcome is not None else None
    if not isinstance(content, Mapping):
        return None
    found = content.get("asset_id") or content.get("outage_id")
    return found if isinstance(found, str) else None


def _only_asset(outcome: ToolOutcome | None) -> str | None:
    found = {
        each.asset_id
        for event in (outcome.events if outcome else ())
        if isinstance(event, Assets)
        for each in event.assets
    }
    return found.pop() if len(found) == 1 else None
