"""With a file of operations, nothing else is answered."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from flux_site.api.operations_file import documents_in
from tests.clients import Api

LISTED = "{ viewer { username } }"
OTHER = "{ viewer { roles } }"


@pytest.mark.parametrize("content", [[LISTED], {"viewer": f"\n{LISTED}\n"}])
def test_only_listed_documents_are_answered(
    viewer_api: Api, settings: Any, tmp_path: Path, content: Any
) -> None:
    file = tmp_path / "operations.json"
    file.write_text(json.dumps(content))
    settings.GRAPHQL_OPERATIONS_FILE = file

    assert viewer_api.data(f" {LISTED} ") == {"viewer": {"username": "vera"}}
    assert viewer_api.code(OTHER) == "OPERATION_NOT_LISTED"
    assert viewer_api.code("{ not even GraphQL") == "OPERATION_NOT_LISTED"
    assert viewer_api.code("{ __schema { types { name } } }") == "OPERATION_NOT_LISTED"


def test_without_a_file_every_document_is_answered(viewer_api: Api) -> None:
    assert viewer_api.data(OTHER) == {"viewer": {"roles": ["viewer"]}}


@pytest.mark.parametrize("content", ["", "{", "3", "[1]", '{"a": {}}'])
def test_a_file_that_is_no_list_of_documents_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "operations.json"
    file.write_text(content)

    with pytest.raises(ImproperlyConfigured, match=r"operations\.json"):
        documents_in(file)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"missing\.json"):
        documents_in(tmp_path / "missing.json")
