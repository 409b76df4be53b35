"""Words, BM25 against its formula, the fusion of two rankings, and recall on the product's documents."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.documents.builtin import built_in_documents
from agent.documents.kinds import DocumentKind
from agent.documents.lexical import Entry, LexicalIndex, LexicalParams
from agent.documents.measuring import measure, read_questions
from agent.documents.passages import cut
from agent.documents.ranking import Passages
from agent.documents.words import STOP_WORDS, stem, term_groups, terms

QUESTIONS = Path(__file__).resolve().parents[3] / "golden" / "documents" / "questions.yaml"


@pytest.mark.parametrize(
    "forms",
    [
        ("inspect", "inspects", "inspected", "inspecting"),
        ("battery", "batteries"),
        ("trip", "trips", "tripped", "tripping"),
        ("rating", "ratings", "rated"),
        ("switch", "switches", "switching"),
        ("loss", "losses"),
        ("quick", "quickly"),
    ],
)
def test_forms_of_a_word_meet(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("gas", "gap"), ("bus", "but"), ("phase", "phrase"), ("sing", "s")]
)
def test_other_words_do_not(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_a_standard_is_found_however_it_is_written() -> None:
    assert {"fac-003-5", "fac-003", "fac", "003"} <= set(terms("FAC-003-5"))
    assert terms("FAC 003") == ["fac", "003"]
    assert set(terms("fac003")) >= {"fac", "003"}
    assert terms("12.47 kV") == ["12.47", "kv"]
    assert term_groups("what is the 25.52") == [("25.52",)]
    assert "the" in STOP_WORDS


@given(
    st.lists(
        st.lists(st.sampled_from(["relay", "fuse", "pole", "tree", "oil"]), max_size=8),
        min_size=1,
        max_size=8,
    )
)
def test_scores_are_those_of_the_formula(texts: list[list[str]]) -> None:
    params = LexicalParams(section_weight=2.0, title_weight=0.0, synonym_weight=0.0)
    index = LexicalIndex([Entry(title="", section="", text=" ".join(text)) for text in texts], params)
    asked = ["relay", "fuse"]

    found = {match.index: match.score for match in index.search(" ".join(asked), limit=100)}

    mean = max(sum(map(len, texts)) / len(texts), 1.0)
    for at, text in enumerate(texts):
        score = 0.0
        for word in asked:
            n = sum(word in other for other in texts)
            idf = math.log(1 + (len(texts) - n + 0.5) / (n + 0.5))
            tf = text.count(word)
            score += idf * tf * 2.2 / (tf + 1.2 * (1 - 0.4 + 0.4 * len(text) / mean))
        assert found.get(at, 0.0) == pytest.approx(score)


def test_coverage_is_the_share_of_the_question() -> None:
    index = LexicalIndex(
        [Entry(title="", section="", text="relay fuse"), Entry(title="", section="", text="relay")]
    )

    whole, part = index.search("relay fuse")
    [with_strange] = index.search("fuse zzz")

    assert whole.coverage_frac == pytest.approx(1.0)
    assert 0 < part.coverage_frac < 0.5
    assert with_strange.coverage_frac < 0.5


def test_the_same_text_is_found_once_and_silence_is_an_answer() -> None:
    entries = [Entry(title=f"Copy {at}", section="", text="The fuse melts.") for at in range(3)]
    passages = Passages(entries, digests=["a", "a", "a"])

    assert len(passages.search("fuse melts")) == 1
    assert passages.search("chocolate cake") == []
    assert Passages([]).search("fuse") == []


def test_two_rankings_are_joined_by_their_ranks() -> None:
    entries = [Entry(title="", section="", text=text) for text in ("fuse melts", "fuse", "a doctor")]
    vectors = np.array([[0.0, 1.0], [0.6, 0.8], [1.0, 0.0]], dtype=np.float32)

    found = Passages(entries, vectors=vectors).search(
        "fuse melts", vector=np.array([1.0, 0.0], dtype=np.float32)
    )

    # by words 0, 1; by likeness 2, 1, 0: 1 / 61 + 1 / 63 for 0, 2 / 62 for 1, 1 / 61 for 2
    assert [each.index for each in found] == [0, 1, 2]
    assert [each.likeness for each in found] == pytest.approx([0.0, 0.6, 1.0])


def test_a_passage_without_a_vector_is_found_by_its_words() -> None:
    vectors = np.array([[np.nan, np.nan], [1.0, 0.0]], dtype=np.float32)
    entries = [Entry(title="", section="", text="fuse"), Entry(title="", section="", text="pole")]

    found = Passages(entries, vectors=vectors).search("fuse", vector=np.array([0.0, 1.0], dtype=np.float32))

    assert [each.index for each in found] == [0]


# The product's documents


def test_documents_are_whole_and_their_sections_are_named() -> None:
    documents = list(built_in_documents())

    assert len(documents) >= 25
    assert {document.kind for document in documents} == {DocumentKind.TECHNICAL, DocumentKind.COMPLIANCE}
    for document in documents:
        assert re.fullmatch(r"[a-z0-9-]+", document.key)
        assert document.document.meta["source"].startswith("https://"), document.key
        passages = cut(document.document)
        assert len(passages) >= 4, document.key
        assert all(passage.section for passage in passages), document.key
        assert len({passage.anchor for passage in passages}) == len({passage.section for passage in passages})


def test_questions_find_the_sections_that_answer_them() -> None:
    """Recall as measured when it was last changed, less one question; docs/documents.md quotes it."""
    places, entries = [], []
    for document in built_in_documents():
        for passage in cut(document.document):
            places.append((document.key, passage.section))
            entries.append(
                Entry(title=document.document.title or "", section=passage.section, text=passage.text)
            )
    passages = Passages(entries)
    questions = read_questions(QUESTIONS)

    def search(text: str) -> list[tuple[str, str]]:
        return [places[found.index] for found in passages.search(text)]

    tune = measure([each for each in questions if not each.is_held_out], search)
    held_out = measure([each for each in questions if each.is_held_out], search)

    assert tune is not None
    assert held_out is not None
    assert tune.questions + held_out.questions >= 80
    assert (tune.at_1 >= 0.82, tune.at_3 >= 0.91) == (True, True), tune
    assert (held_out.at_1 >= 0.74, held_out.at_3 >= 0.80) == (True, True), held_out
    strange = [each for each in questions if not each.documents]
    assert sum(not search(each.text) for each in strange) >= len(strange) - 1


def test_every_answer_of_the_questions_exists() -> None:
    sections = {
        (document.key, passage.section)
        for document in built_in_documents()
        for passage in cut(document.document)
    }

    for question in read_questions(QUESTIONS):
        answers = [place for place in sections if question.is_answered_by(*place)]
        assert bool(answers) == bool(question.documents), question.text
