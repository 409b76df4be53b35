"""How long the assistant takes on the grid that the settings name: to the first event, and to the answer.

The golden questions are asked one after the other of the built-in back end, with the tools of a user who
may see everything: with the data as it is, while the data changes before each, and as somebody who is limited
to one zone. Goals: 300 ms to the first event, 2 s to the end. The limit is the bare query: the same select
without reading the question, the guard, the words and the transaction around it.
"""

import argparse
import asyncio
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")

import django

django.setup()

from django.conf import settings  # noqa: E402 - Django must be set up first
from django.contrib.auth import get_user_model  # noqa: E402

from agent.backends.requests import Question  # noqa: E402
from agent.embedded.backend import EmbeddedBackend  # noqa: E402
from agent.events import Done, DoneReason  # noqa: E402
from agent.semantic.analyst import Answer  # noqa: E402
from agent.semantic.builder import Builder  # noqa: E402
from agent.semantic.loading import semantic_model  # noqa: E402
from agent.semantic.visibility import EVERYTHING, Viewer  # noqa: E402
from agent.tools import registry  # noqa: E402
from agent.tools.analysts import analysts  # noqa: E402
from agent.tools.spec import Caller  # noqa: E402
from grid.selectors.warehouse import get_warehouse  # noqa: E402
from tests.golden.agent.golden import golden_questions  # noqa: E402

FIRST_GOAL_MS = 300.0
LAST_GOAL_MS = 2_000.0


def main() -> None:
    """Ask, and print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="ask each n-th golden question only")
    parser.add_argument("--zone", default="ZONE-307", help="the zone of who is limited to one")
    arguments = parser.parse_args()
    asked = [golden.ask for golden in golden_questions() if not golden.after][:: arguments.every]
    user = get_user_model().objects.filter(is_superuser=True).first()
    if user is None:
        sys.exit("there is no superuser; 'python manage.py flux_create_login' makes one")

    started = time.perf_counter()
    analyst = analysts().seen_by(EVERYTHING)
    print(f"{len(asked)} questions; the first analyst was made in {_ms_since(started):,.0f} ms")
    viewer = Viewer(zone_ids=frozenset({arguments.zone}))
    started = time.perf_counter()
    analysts().seen_by(viewer)
    print(f"that of one zone in {_ms_since(started):,.0f} ms\n")

    print(f"{'':34}{'first event, ms':>24}{'answer, ms':>24}")
    print(f"{'':34}{'p50':>12}{'p95':>12}{'p50':>12}{'p95':>12}{'max':>12}{'answered':>10}")
    asyncio.run(_ask_all("the first time", asked, user))
    asyncio.run(_ask_all("again", asked, user))
    with _changing():
        asyncio.run(_ask_all("the data changes before each", asked, user))
    with _limited(arguments.zone):
        asyncio.run(_ask_all("who is limited to one zone", asked, user))
    print(f"{'goal':34}{'':>12}{FIRST_GOAL_MS:>12,.0f}{'':>12}{LAST_GOAL_MS:>12,.0f}\n")

    bare, whole = [], []
    for text in asked:
        started = time.perf_counter()
        reply = analyst.ask(text)
        took = _ms_since(started)
        if not isinstance(reply, Answer):
            continue
        query = Builder(semantic_model(), analyst.clock).build(reply.question).query
        started = time.perf_counter()
        get_warehouse().select_rows(query)
        bare.append(_ms_since(started))
        whole.append(took)
    ratio = statistics.median(w / b for w, b in zip(whole, bare, strict=True))
    print(
        f"the analyst alone: p50 {_part(whole, 50):,.0f}, p95 {_part(whole, 95):,.0f} ms; the bare query: "
        f"p50 {_part(bare, 50):,.0f}, p95 {_part(bare, 95):,.0f} ms; {ratio:.2f} times as long"
    )


async def _ask_all(name: str, asked: list[str], user: Any) -> None:
    tools = registry.tools_for(Caller(user=user))
    first, last, answered = [], [], 0
    for text in asked:
        started = time.perf_counter()
        first_ms = None
        async for event in EmbeddedBackend().answer(Question(text=text, tools=tools)):
            first_ms = _ms_since(started) if first_ms is None else first_ms
            if isinstance(event, Done):
                answered += event.reason is DoneReason.ANSWERED
        first.append(first_ms or 0.0)
        last.append(_ms_since(started))
    print(
        f"{name:34}{_part(first, 50):>12,.1f}{_part(first, 95):>12,.1f}{_part(last, 50):>12,.0f}"
        f"{_part(last, 95):>12,.0f}{max(last):>12,.0f}{answered:>10}"
    )


@contextmanager
def _changing() -> Iterator[None]:
    """Have every look at the data's versions find others, as while readings stream in."""
    kept = analysts()
    versions, check_after_s = kept._versions, kept._check_after_s
    state = SimpleNamespace(number=0)

    def changed() -> tuple[str | None, ...]:
        state.number += 1
        return (*versions(), str(state.number))

    kept._versions, kept._check_after_s = changed, 0.0  # type: ignore[method-assign]
    try:
        yield
    finally:
        kept._versions, kept._check_after_s = versions, check_after_s  # type: ignore[method-assign]


@contextmanager
def _limited(zone: str) -> Iterator[None]:
    """Have every user be limited to a zone."""
    from agent.tools import grid_analyst

    real = grid_analyst.granted_zone_ids
    grid_analyst.granted_zone_ids = lambda _: [zone]
    try:
        yield
    finally:
        grid_analyst.granted_zone_ids = real


def _ms_since(started: float) -> float:
    return 1000.0 * (time.perf_counter() - started)


def _part(values: list[float], per_cent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[per_cent - 1]


if __name__ == "__main__":
    print(f"warehouse: {settings.WAREHOUSE_URL.partition('://')[0]}")
    main()
