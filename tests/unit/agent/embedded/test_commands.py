"""Commands are refused, whatever stands beside them; questions with the same words are not."""

from __future__ import annotations

import re

import pytest

from agent.backends.requests import Question
from agent.embedded.intents import Call, Refuse
from agent.embedded.phrases import phrases
from agent.embedded.router import plan
from tests.golden.assistant.fakes import tools

VERBS = sorted(set(re.findall(r"[a-z]+", phrases().alternatives("command_verbs").replace("\\s", " "))))
NO_VERBS = """
me us him her user everybody an a the full more all admin administrator access rights permissions
permission role out s give make take de switch
"""
ORDERS = [verb for verb in VERBS if verb not in NO_VERBS.split()]
WHAT = [
    "SW-1-01-0001",
    "the breaker SW-1-01-0001 now",
    "outage OUT-000001",
    "work order WO-000001",
]


@pytest.mark.parametrize("verb", ORDERS)
@pytest.mark.parametrize("what", WHAT)
@pytest.mark.parametrize("start", ["", "please ", "can you "])
def test_an_order_calls_no_tool(verb: str, what: str, start: str) -> None:
    parts = plan(Question(text=f"{start}{verb} {what}", tools=tools()))

    assert all(isinstance(part.step, Refuse) for part in parts), parts


@pytest.mark.parametrize(
    "text",
    [
        "open outages in Wallis",
        "show open outages",
        "who loses power if SW-1-01-0001 opens",
        "what happens if we open SW-1-01-0001",
        "how do I open a breaker",
        "changes of load by month last year",
        "restored outages yesterday",
    ],
)
def test_a_question_with_such_words_is_a_question(text: str) -> None:
    parts = plan(Question(text=text, tools=tools()))

    assert all(isinstance(part.step, Call) for part in parts), parts
