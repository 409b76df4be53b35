"""Cascades: what happens if something fails, runs and why they went as they did, and how it is restored."""

from __future__ import annotations

import re
from typing import Any

from agent.embedded.intents import Ask, Call, Heard, Offer, Step
from agent.embedded.slots import assets, load_factor

_GRID = ("SUB", "LINE", "BR", "BUS", "PLANT")


def _run_in(heard: Heard) -> dict[str, Any]:
    """Return the run that is named: the last of the words, "12" of "number 12"."""
    words = heard.written("run").split()
    return {"run_id": words[-1]} if words else {}


def _explain(heard: Heard) -> Step | None:
    return Call("cascade", {"action": "EXPLAIN", **_run_in(heard)}, "a run explained")


def _list(heard: Heard) -> Step | None:
    return Call("cascade", {"action": "LIST"}, "runs listed")


def _run(heard: Heard) -> Step | None:
    named = assets(heard.said, heard.span("assets"))
    if not named:
        return None
    ids = [name for name in named if re.match(r"[A-Z]{2,6}-", name)]
    if any(name.partition("-")[0] not in _GRID for name in ids):
        return None
    given: dict[str, Any] = {"action": "RUN", "assets": named}
    if heard.has("factor"):
        factor = load_factor(heard.plain("factor"))
        if factor is None:
            return None
        if factor > 10:
            percent = heard.written("factor")
            listed = " and ".join(named)
            return Ask(
                f"Do you mean {percent} % of the load?",
                (
                    Offer(
                        f"{percent} % of the load",
                        f"What happens if {listed} fail at {percent} % load?",
                        Call("cascade", {**given, "load_factor": round(factor / 100, 6)}, "a cascade run"),
                    ),
                ),
            )
        given["load_factor"] = factor
    return Call("cascade", given, "a cascade run")


def _plan(heard: Heard) -> Step | None:
    given = _run_in(heard)
    if heard.has("whole"):
        given = {"study_id": heard.plain("whole")}
    return Call("restoration_plan", given, "a plan of restoration")


MAKERS = {
    "a run explained": _explain,
    "runs listed": _list,
    "a cascade run": _run,
    "a plan of restoration": _plan,
}
"""What makes the step of each intent."""
