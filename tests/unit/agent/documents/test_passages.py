"""Documents cut into passages."""

from hypothesis import given
from hypothesis import strategies as st

from agent.documents.blocks import Block, ReadDocument
from agent.documents.passages import CutParams, cut, passage_digest

WORDS = st.lists(st.sampled_from(["grid", "load.", "Relay", "60", "Hz."]), min_size=1, max_size=60)


def document(*blocks: Block) -> ReadDocument:
    return ReadDocument(blocks=blocks)


def test_blocks_of_a_section_stay_together_and_sections_apart() -> None:
    passages = cut(
        document(
            Block(text="One.", headings=("A",)),
            Block(text="Two.", headings=("A",)),
            Block(text="Three.", headings=("A", "B")),
        )
    )

    assert [(each.ordinal, each.section, each.anchor, each.text) for each in passages] == [
        (0, "A", "a", "One.\nTwo."),
        (1, "A › B", "b", "Three."),
    ]


def test_headings_that_come_twice_have_two_anchors() -> None:
    passages = cut(
        document(
            Block(text="One.", headings=("R1: plan",)),
            Block(text="Two.", headings=("Other",)),
            Block(text="Three.", headings=("R1: plan",)),
        )
    )

    assert [each.anchor for each in passages] == ["r1-plan", "other", "r1-plan-2"]


def test_what_was_said_before_is_left_out() -> None:
    passages = cut(
        document(
            Block(text="Keep away!", headings=("A",)),
            Block(text="keep   AWAY", headings=("B",)),
            Block(text="New.", headings=("C",)),
        )
    )

    assert [(each.ordinal, each.text) for each in passages] == [(0, "Keep away!"), (1, "New.")]
    assert passage_digest("Keep away!") == passage_digest("keep   AWAY")


def test_a_long_paragraph_is_cut_at_the_end_of_a_sentence() -> None:
    text = " ".join(f"Sentence {number} has five words." for number in range(20))

    passages = cut(document(Block(text=text)), CutParams(target_words=20, most_words=30))

    assert all(each.text.endswith("words.") for each in passages)
    assert " ".join(each.text for each in passages) == text


@given(st.lists(st.tuples(st.sampled_from("AB"), WORDS), max_size=12))
def test_nothing_is_lost_and_nothing_is_too_long(blocks: list[tuple[str, list[str]]]) -> None:
    params = CutParams(target_words=10, most_words=15)
    read = document(*(Block(text=" ".join(words), headings=(name,)) for name, words in blocks))

    passages = cut(read, params)

    assert all(len(each.text.split()) <= params.most_words + params.target_words for each in passages)
    assert [each.ordinal for each in passages] == list(range(len(passages)))
    assert len({each.digest for each in passages}) == len(passages)
    said = " ".join(each.text for each in passages).split()
    assert set(said) == {word for _, words in blocks for word in words}
