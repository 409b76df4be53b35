"""``searchDocuments``: passages with their citations, for those who may."""

from typing import Any

import pytest

from tests.clients import Api
from tests.factories.documents import make_document, make_passage

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

QUESTION = """query ($question: String!, $kinds: [DocumentKind!], $limit: Int! = 5) {
  searchDocuments(question: $question, kinds: $kinds, limit: $limit) {
    warning passages { documentKey documentTitle kind section page url text coverageFrac likeness }
  }
}"""


def test_passages_come_with_their_citation(viewer_api: Api) -> None:
    manual = make_document(key="manual", title="Manual")
    make_passage(document=manual, section="Fuses", anchor="fuses", text="The fuse melts.")
    make_passage(document=make_document(kind="COMPLIANCE"), text="A fuse is blown.", section="R1")

    found = viewer_api.data(QUESTION, question="fuse melts", kinds=["TECHNICAL"])

    assert found["searchDocuments"] == {
        "warning": None,
        "passages": [
            {
                "documentKey": "manual",
                "documentTitle": "Manual",
                "kind": "TECHNICAL",
                "section": "Fuses",
                "page": None,
                "url": "/documents/manual#fuses",
                "text": "The fuse melts.",
                "coverageFrac": 1.0,
                "likeness": None,
            }
        ],
    }


def test_silence_is_an_answer(viewer_api: Api) -> None:
    found = viewer_api.data(QUESTION, question="chocolate cake")

    assert found["searchDocuments"] == {"warning": None, "passages": []}


@pytest.mark.parametrize(
    ("variables", "field"), [({"question": ""}, "question"), ({"question": "fuse", "limit": 99}, "limit")]
)
def test_bad_input_names_its_field(viewer_api: Api, variables: dict[str, Any], field: str) -> None:
    error = viewer_api.error(QUESTION, **variables)

    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_INPUT", field)
