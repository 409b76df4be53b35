"""Questions that change the one before: "and downstream?", "explain it", "by circuit instead"."""

from __future__ import annotations

import re
from typing import Any

from agent.embedded.about_lines import conditions
from agent.embedded.about_reliability import without_leading
from agent.embedded.dialogue import Before, ids_in
from agent.embedded.grammar import grammar
from agent.embedded.intents import Ask, Call, Heard, Offer, Step
from agent.embedded.normal import Said
from agent.embedded.slots import asset, assets, load_factor
from agent.semantic.moments import is_time

_DIRECTIONS = {"to downstream": "DOWNSTREAM", "to upstream": "UPSTREAM", "to the source": "FEEDING_PATH"}


def _match(name: str, said: Said) -> Heard | None:
    match = grammar().following[name].fullmatch(said.marked)
    return None if match is None else Heard(said, match)


def followed(said: Said, known: Before) -> Step | None:
    """Return what a question means as a change of the one before; None where it is none."""
    match known.tool:
        case "trace":
            found = _other_direction(said, known)
        case "reliability":
            found = _other_period(said, known) or _other_place(said, known)
        case "outage_status":
            found = _other_place(said, known)
        case "weather_rating":
            found = _other_weather(said, known)
        case "cascade":
            found = _restored(said, known) or _run_anew(said, known)
        case "risk":
            found = _fewer(said, known) or _other_kind(said, known)
        case _:
            found = None
    return found or _other_direction(said, known) or _other_asset(said, known) or _explained(said, known)


def _other_direction(said: Said, known: Before) -> Step | None:
    about = known.input.get("asset") if known.tool == "trace" else known.asset
    if not isinstance(about, str) or (known.asset or "").startswith("OUT-"):
        return None
    for name, direction in _DIRECTIONS.items():
        if _match(name, said) is not None:
            return Call("trace", {"asset": about, "direction": direction}, "the other direction")
    return None


def _other_asset(said: Said, known: Before) -> Step | None:
    heard = _match("another asset", said)
    if heard is None or known.tool is None:
        return None
    found = asset(said, heard.span("asset"))
    failed = known.input.get("assets")
    if known.tool == "cascade" and isinstance(failed, list | tuple) and not found.is_named:
        return Call("cascade", {**known.input, "assets": [found.text]}, "the same of another asset")
    for field in ("asset", "line", "outage_id", "transformer_id", "circuit_id", "scope", "text"):
        old = known.input.get(field)
        if not isinstance(old, str):
            continue
        is_same_kind = (
            found.is_named or field in ("asset", "text", "scope") or old.partition("-")[0] == found.prefix
        )
        if is_same_kind:
            return Call(known.tool, {**known.input, field: found.text}, "the same of another asset")
    return None


def _other_place(said: Said, known: Before) -> Step | None:
    heard = _match("another place", said) or _match("another name", said)
    if heard is None or is_time(heard.written("place")):
        return None
    place = asset(said, heard.span("place"))
    if place.prefix == "OUT":
        return None
    if known.tool == "reliability":
        return Call("reliability", {**known.input, "scope": place.text}, "reliability")
    field = "area" if place.is_bare else "asset"
    return Call("outage_status", {field: place.text}, "outages now")


def _other_period(said: Said, known: Before) -> Step | None:
    if _match("major event days", said) is not None:
        is_with = bool(re.search(r"(?<!\S)(?:with|including|include) ", said.text))
        return Call("reliability", {**known.input, "with_major_events": is_with}, "reliability")
    if _match("what is left out", said) is not None:
        return Call("reliability", {**known.input, "planned": "UNPLANNED"}, "reliability")
    heard = _match("by groups", said)
    if heard is not None:
        words = re.sub(r" (?:instead|now|too|then|please)$", "", heard.written("words"))
        period = known.input.get("period")
        if isinstance(period, str):
            scope = known.input.get("scope")
            within = f" of {scope}" if isinstance(scope, str) else ""
            return Call(
                "grid_analyst",
                {"question": f"SAIDI by {words}{within} {_when(period)}"},
                "reliability by group",
            )
    heard = _match("another time", said)
    if heard is not None:
        period = re.sub(r" (?:instead|now|too|then)$", "", heard.written("time"))
        if is_time(period):
            return Call("reliability", {**known.input, "period": without_leading(period)}, "reliability")
    return None


def _when(period: str) -> str:
    return f"in {period}" if re.fullmatch(r"\d{4}|[A-Z][a-z]+(?: \d{4})?", period) else period


def _other_weather(said: Said, known: Before) -> Step | None:
    bare = _BARE_DEGREES.fullmatch(said.text)
    if bare is not None and "air_temp_c" in known.input:
        return conditions(f"{bare['value']} ° ", dict(known.input))
    heard = _match("other weather", said)
    return None if heard is None else conditions(f"{heard.plain('conditions')} ", dict(known.input))


def _fewer(said: Said, known: Before) -> Step | None:
    heard = _match("fewer", said)
    if heard is None:
        return None
    return Call("risk", {**known.input, "limit": int(heard.plain("whole"))}, "most at risk")


_BARE_DEGREES = re.compile(
    r"(?:(?:(?:and|what about|how about|now|then|same|but|or) ){1,2}(?:at |with )?|at )"
    r"(?P<value>-?\d+(?:\.\d+)?) (?:degrees? )?"
)
_RESTORING = re.compile(
    r"(?<!\S)(?:restoring|restore|restoration of|recovering|recover) (?:it|that|this|everything) "
)
_SCOPES = {"transformer": "TRANSFORMERS", "sub": "SUBSTATIONS", "station": "SUBSTATIONS"}


def _other_kind(said: Said, known: Before) -> Step | None:
    heard = _match("another kind", said)
    if heard is None or known.input.get("scope") in (None, "NOW"):
        return None
    scope = next((scope for word, scope in _SCOPES.items() if word in said.text), "LINES")
    kept = {name: value for name, value in known.input.items() if name != "asset"}
    return Call("risk", {**kept, "scope": scope}, "most at risk")


def _restored(said: Said, known: Before) -> Step | None:
    is_of_it = bool(_RESTORING.search(said.text)) and not ids_in(said) and "@run" not in said.text
    if _match("the restoration", said) is None and not is_of_it:
        return None
    run: dict[str, Any] = {} if known.run_id is None else {"run_id": known.run_id}
    return Call("restoration_plan", run, "a plan of restoration")


def _run_anew(said: Said, known: Before) -> Step | None:
    """Return the run before once more: at another load, with one more failure, or as it was."""
    if known.input.get("action") != "RUN":
        return None
    heard = _match("another load", said)
    if heard is not None:
        factor = load_factor(heard.plain("factor"))
        return (
            None
            if factor is None
            else Call("cascade", {**known.input, "load_factor": factor}, "a cascade run")
        )
    heard = _match("another failure", said)
    before = known.input.get("assets")
    if heard is not None and isinstance(before, list | tuple):
        named = assets(said, heard.span("assets"))
        together = list(dict.fromkeys([*before, *named]))
        return Call("cascade", {**known.input, "assets": together}, "a cascade run") if named else None
    if _match("once more", said) is not None:
        return Call("cascade", dict(known.input), "a cascade run")
    return None


def _explained(said: Said, known: Before) -> Step | None:
    if _match("explained", said) is None:
        return None
    run: dict[str, Any] = {} if known.run_id is None else {"run_id": known.run_id}
    if known.run_id is not None or known.tool == "cascade":
        return Call("cascade", {"action": "EXPLAIN", **run}, "a run explained")
    return Ask(
        "Explain what? I explain runs of cascades and plans of restoration; what other answers rest on is "
        "shown below them.",
        (
            Offer(
                "The last run",
                "Explain the last run",
                Call("cascade", {"action": "EXPLAIN"}, "a run explained"),
            ),
            Offer(
                "The restoration plan",
                "Explain the restoration plan",
                Call("restoration_plan", {}, "a plan of restoration"),
            ),
        ),
    )
