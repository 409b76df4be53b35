"""The tree of messages: the way to a message, and which answer a question follows if nothing is said."""

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agent.models import Message, MessageRole
from agent.selectors.conversations import branch_to, newest_leaf

BEGAN = datetime(2026, 6, 1, tzinfo=UTC)


@st.composite
def trees(draw: st.DrawFn) -> list[Message]:
    """Draw conversations as they can come to be: each question follows an answer or none, and has answers."""
    messages: list[Message] = []
    answers: list[Message] = []

    def add(role: MessageRole, parent: Message | None) -> Message:
        moment = BEGAN + timedelta(seconds=len(messages))
        parent_id = None if parent is None else parent.pk
        message = Message(id=uuid.uuid4(), role=role, parent_id=parent_id, created_at=moment)
        messages.append(message)
        return message

    for _ in range(draw(st.integers(0, 12))):
        parent = draw(st.sampled_from([None, *answers]))
        question = add(MessageRole.USER, parent)
        answers += [add(MessageRole.ASSISTANT, question) for _ in range(draw(st.integers(1, 3)))]
    return messages


def ways(messages: list[Message]) -> list[list[Message]]:
    """Return all ways from a first message to a last one, found from the roots down."""
    found: list[list[Message]] = []

    def walk(way: list[Message]) -> None:
        after = [each for each in messages if each.parent_id == (way[-1].pk if way else None)]
        if way and not after:
            found.append(way)
        for each in after:
            walk([*way, each])

    walk([])
    return found


@given(trees())
def test_the_branch_to_a_leaf_is_the_way_from_the_root(messages: list[Message]) -> None:
    for way in ways(messages):
        assert branch_to(way[-1], messages) == way


@given(trees())
def test_branches_share_their_beginning_and_nothing_after(messages: list[Message]) -> None:
    branches = [branch_to(way[-1], messages) for way in ways(messages)]
    for number, one in enumerate(branches):
        for other in branches[number + 1 :]:
            shared = next(
                (step for step, (a, b) in enumerate(zip(one, other, strict=False)) if a is not b),
                min(len(one), len(other)),
            )
            assert one[:shared] == other[:shared]
            assert not {each.pk for each in one[shared:]} & {each.pk for each in other[shared:]}
    assert {each.pk for branch in branches for each in branch} == {each.pk for each in messages}


@given(trees())
def test_questions_and_answers_take_turns(messages: list[Message]) -> None:
    for message in messages:
        branch = branch_to(message, messages)
        roles = [each.role for each in branch]
        assert roles == [(MessageRole.USER, MessageRole.ASSISTANT)[step % 2] for step in range(len(roles))]
        assert [each.created_at for each in branch] == sorted(each.created_at for each in branch)


@given(trees())
def test_the_newest_leaf_is_the_youngest_end_of_a_way(messages: list[Message]) -> None:
    ends = [way[-1] for way in ways(messages)]

    assert newest_leaf(messages) == max(ends, key=lambda each: each.created_at, default=None)
